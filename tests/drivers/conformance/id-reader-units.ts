/** Simulated ID readers by model, for whichever process they stand in. */
import { SimulatedSam } from '../../../drivers/id-reader/sam/simulator.ts';
import type { UnitFactory } from './unit-process.ts';

export const units = {
  'sam-serial': (clock) => new SimulatedSam(clock),
} satisfies Record<string, UnitFactory>;
