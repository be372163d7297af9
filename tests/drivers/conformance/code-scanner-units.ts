/** Simulated code scanners by model name, for the stands of the class's conformance suite, in this process or in another. */
import { SimulatedHidPosScanner } from '../../../drivers/code-scanner/hid-pos/simulator.ts';
import { SimulatedSerialScanner } from '../../../drivers/code-scanner/serial-line/simulator.ts';
import type { SimulatedCodeScanner } from '../../../drivers/code-scanner/simulated-code-scanner.ts';
import type { UnitFactory } from './unit-process.ts';

export const units = {
  'hid-pos': () => new SimulatedHidPosScanner(),
  'serial-line': () => new SimulatedSerialScanner({ aimPrefix: true }),
} satisfies Record<string, UnitFactory<SimulatedCodeScanner>>;
