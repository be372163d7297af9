/** Simulated code scanners by model name, for the stands of the class's conformance suite, in this process or in another. */
import { simulators } from '../../../drivers/bench/simulators.ts';
import type { SimulatedCodeScanner } from '../../../drivers/code-scanner/simulated-code-scanner.ts';
import type { UnitFactory } from './unit-process.ts';

export const units = {
  'hid-pos': (clock) => simulators.codeScanner['hid-pos'](clock),
  'serial-line': (clock) => simulators.codeScanner['serial-line'](clock, { options: { aimPrefix: true } }),
} satisfies Record<string, UnitFactory<SimulatedCodeScanner>>;
