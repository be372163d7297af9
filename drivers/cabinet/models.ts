/**
 * The cabinet I/O models this terminal knows: name → schema of its options and factory. A new model adds its folder and one line here.
 */
import type { Clock } from '../../common/clock.ts';
import type { Transport } from '../transport/transport.ts';
import type { CabinetIo } from './cabinet-io.ts';
import { ModbusIoBoard } from './modbus-io/device.ts';
import { modbusIoOptionsSchema, type ModbusIoOptions } from './modbus-io/options.ts';

export interface CabinetIoDeps {
  readonly transport: Transport;
  readonly clock: Clock;
}

export const cabinetIoModels = {
  /** Any board with discrete inputs and coils that speaks Modbus RTU, on RS-485, USB-serial or a serial server. */
  'modbus-io': {
    schema: modbusIoOptionsSchema,
    create: (options: ModbusIoOptions, deps: CabinetIoDeps): CabinetIo => new ModbusIoBoard(options, deps),
  },
} as const;
export type CabinetIoModel = keyof typeof cabinetIoModels;
