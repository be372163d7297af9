/** Simulated ID readers by model, for whichever process they stand in. */
import { simulators } from '../../../drivers/bench/simulators.ts';
import type { UnitFactory } from './unit-process.ts';

export const units = {
  'sam-serial': (clock) => simulators.idReader['sam-serial'](clock),
} satisfies Record<string, UnitFactory>;
