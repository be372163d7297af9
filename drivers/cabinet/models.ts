/**
 * The cabinet I/O models this terminal knows: name → schema of its options and factory. A new model adds its folder and one line here.
 */
import { modelEntry } from '../model-entry.ts';
import { ModbusIoBoard } from './modbus-io/device.ts';
import { modbusIoOptionsSchema } from './modbus-io/options.ts';

export const cabinetIoModels = {
  /** Any board with discrete inputs and coils that speaks Modbus RTU, on RS-485, USB-serial or a serial server. */
  'modbus-io': modelEntry(modbusIoOptionsSchema, (options, deps) => new ModbusIoBoard(options, deps)),
} as const;
export type CabinetIoModel = keyof typeof cabinetIoModels;
