/** Simulated cabinet I/O by model, for whichever process it stands in. */
import { simulators } from '../../../drivers/bench/simulators.ts';
import type { UnitFactory } from './unit-process.ts';

export const units = {
  'modbus-io': (clock) => simulators.cabinet['modbus-io'](clock),
} satisfies Record<string, UnitFactory>;
