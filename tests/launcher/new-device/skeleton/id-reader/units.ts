/** The simulated example-model, for whichever process it stands in. */
import type { UnitFactory } from '../../../../drivers/conformance/unit-process.ts';
import { SimulatedExample } from './simulator.ts';

export const units = {
  'example-model': (clock) => new SimulatedExample(clock),
} satisfies Record<string, UnitFactory>;
