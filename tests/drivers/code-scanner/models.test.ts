import { describe, expect, test } from 'vitest';
import { codeScannerModels } from '../../../drivers/code-scanner/models.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { SimulatedLine } from '../../support/simulated-line.ts';

describe('code scanner models', () => {
  test('each works without any option', () => {
    const deps = { transport: new SimulatedLine(), clock: new SimulatedClock() };
    const scanners = [codeScannerModels['hid-pos'].create({}, deps), codeScannerModels['serial-line'].create({}, deps)];
    expect(scanners.map(({ lastStatus }) => lastStatus.device)).toEqual(['unknown', 'unknown']);
  });

  test.each([
    ['hid-pos', { layout: 'wedge' }, 'layout'],
    ['hid-pos', { textFallback: 'latin1' }, 'textFallback'],
    ['serial-line', { terminator: 'tab' }, 'terminator'],
    ['serial-line', { idleLimit: 5 }, 'idleLimit'],
  ] as const)('%s: %j is refused, naming %s', (model, options, place) => {
    expect(codeScannerModels[model].schema.safeParse(options).error?.issues[0]?.path).toEqual([place]);
  });

  test('an unknown option is refused by name', () => {
    expect(codeScannerModels['serial-line'].schema.safeParse({ baud: 9600 }).error?.issues[0]?.message).toContain('baud');
  });
});
