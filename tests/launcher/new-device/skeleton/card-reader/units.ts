/** The simulated example-model with hands that take the names of cards, for whichever process it stands in. */
import { ReaderUnit } from '../../../../drivers/conformance/card-reader-units.ts';
import type { UnitFactory } from '../../../../drivers/conformance/unit-process.ts';
import { SimulatedExample } from './simulator.ts';

export const units = {
  'example-model': (clock) => new ReaderUnit(new SimulatedExample(clock)),
} satisfies Record<string, UnitFactory>;
