/** Simulated cabinet I/O by model, for whichever process it stands in. */
import { SimulatedModbusIo } from '../../../drivers/cabinet/modbus-io/simulator.ts';
import type { UnitFactory } from './unit-process.ts';

export const units = {
  'modbus-io': (clock) => new SimulatedModbusIo(clock),
} satisfies Record<string, UnitFactory>;
