import { expect, test } from 'vitest';
import { idReaderModels } from '../../../drivers/id-reader/models.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { SimulatedLine } from '../../support/simulated-line.ts';

const { schema, create } = idReaderModels['sam-serial'];

test('sam-serial works without any option, with the values of the document', () => {
  const options = schema.parse({});
  expect(options).toEqual({ findEvery: 400, ignoreFind: false });
  expect(create(options, { transport: new SimulatedLine(), clock: new SimulatedClock() }).lastStatus).toEqual({ device: 'unknown' });
});

test.each([
  [{ baudRate: 4_800 }, 'baudRate'],
  [{ findEvery: 100 }, 'findEvery'],
  [{ ignoreFind: 'yes' }, 'ignoreFind'],
  [{ port: 'COM1' }, ''],
])('%j is refused at %j', (options, path) => {
  expect(schema.safeParse(options).error?.issues[0]?.path.join('.')).toBe(path);
});
