/** Options of the model `modbus-io`, and why each wait of the exchange is as long as it is. Used by device.ts and models.ts. */
import { z } from 'zod';

/** Of an input or a coil as it stands in the frame, from 0; many manuals print it one higher. */
const address = z.int().min(0).max(0xffff);
const level = z.enum(['on', 'off']);

export const modbusIoOptionsSchema = z.strictObject({
  /** Set at the unit's switches. */
  unit: z.int().min(1).max(247).default(1),
  /** Discrete input of the door contact; null: none is wired. A contact that is closed with the door makes a cut wire look like an open door. */
  door: z
    .strictObject({ input: address.default(0), openWhen: level.default('off') })
    .nullable()
    .prefault({}),
  /** Discrete input of the technician's switch; null: none is wired. */
  serviceSwitch: z
    .strictObject({ input: address.default(1), maintenanceWhen: level.default('on') })
    .nullable()
    .prefault({}),
  /** Coil of the lamp; null: none is wired. */
  lamp: z
    .strictObject({ coil: address.default(0) })
    .nullable()
    .prefault({}),
  /** Ms between two looks at the inputs: a door that is opened and shut again takes longer. */
  pollEvery: z.int().min(50).max(5_000).default(200),
  /** Ms of silence after which an answer is missing. */
  answerLimit: z.int().min(50).max(500).default(300),
});
export type ModbusIoOptions = z.output<typeof modbusIoOptionsSchema>;

/** In ms. Tests advance the clock by these names. */
export const modbusIoDelays = {
  connect: 5_000, // contract
  status: 2_000, // contract
  setLamp: 2_000, // contract
  blink: 500, // on, then off: 1 Hz; the contract allows less than 2, and faster flashes harm people
  betweenFrames: 10, // serial line guide 2.5.1.1: 3.5 characters, 4 ms at 9600 baud
  longestFrame: 300, // 256 bytes of 11 bits at 9600 baud
} as const;

/** In a row, of any kind: then the unit is offline. */
export const MISSED_ANSWERS = 3;
