import { expect, test } from 'vitest';
import { cashAcceptorModels } from '../../../drivers/cash-acceptor/models.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { SimulatedLine } from '../../support/simulated-line.ts';

const { schema, create } = cashAcceptorModels['jcm-id003'];

test('jcm-id003: the denominations are enough, the rest has the values of the document', () => {
  const options = schema.parse({ denominations: [1000, 5000] });
  expect(options).toEqual({ denominations: [1000, 5000], stackCommand: 'stack1', pollEvery: 150, answerLimit: 100 });
  expect(create(options, { transport: new SimulatedLine(), clock: new SimulatedClock() }).lastStatus.device).toBe('unknown');
});

test.each([
  [{}, 'denominations'],
  [{ denominations: [] }, 'denominations'],
  [{ denominations: [10.5] }, 'denominations.0'],
  [{ denominations: [1000], stackCommand: 'stack3' }, 'stackCommand'],
  [{ denominations: [1000], pollEvery: 0 }, 'pollEvery'],
])('%j is refused at %s', (options, path) => {
  const result = schema.safeParse(options);
  expect(result.error?.issues[0]?.path.join('.')).toBe(path);
});

test('an option nobody knows is refused', () => {
  expect(schema.safeParse({ denominations: [1000], port: 'COM1' }).success).toBe(false);
});
