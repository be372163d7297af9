/** Registration of a terminal's public key, and the heartbeat. */
import { z } from 'zod';
import { terminalAlarmSchema } from '../maintenance/alarms.ts';
import { supplyForecastSchema } from '../maintenance/forecast.ts';
import { publicKeySchema, terminalIdSchema, timeSchema } from './fields.ts';
import { updateReportSchema } from './updates.ts';

/**
 * `POST /v1/terminals`, signed with the key that is registered: whoever registers a key holds it. Said again by a terminal that has this
 * key already, it changes nothing and uses no code up.
 */
export const registerRequestSchema = z.strictObject({
  terminalId: terminalIdSchema,
  publicKey: publicKeySchema,
  /** Absent: the key is registered already, only the answer is asked for. */
  enrolmentCode: z.string().min(1).max(40).optional(),
});
export type RegisterRequest = z.infer<typeof registerRequestSchema>;

export const registerAnswerSchema = z.strictObject({
  terminalId: terminalIdSchema,
  /** Signs receipts. */
  serverKey: publicKeySchema,
});
export type RegisterAnswer = z.infer<typeof registerAnswerSchema>;

const word = z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,39}$/);
const label = z.string().max(80);

/** One device as the terminal knows it, in the words of CEN/XFS4IoT (common/device-words.ts). */
export const deviceStateSchema = z.strictObject({
  /** The device's class: `cardReader`, `receiptPrinter` … */
  device: word,
  health: z.enum(['online', 'offline', 'hardwareError', 'userError', 'deviceBusy', 'unknown']),
  /** The class's other words: `{"paper": "low", "cover": "closed"}`. */
  words: z.record(word, word).refine((words) => Object.keys(words).length <= 12, 'at most 12 words'),
  /** Who it says it is; absent while it never said so. */
  identity: z.strictObject({ model: label, maker: label.optional(), firmware: label.optional(), serialNumber: label.optional() }).optional(),
  storage: z
    .array(
      z.strictObject({
        id: word,
        use: z.enum(['dispense', 'collect']),
        level: z.enum(['ok', 'low', 'empty', 'high', 'full', 'missing', 'unknown', 'notSupported']),
        count: z.int().min(0).optional(),
      }),
    )
    .max(8),
});
export type DeviceState = z.infer<typeof deviceStateSchema>;

/** What the terminal is and does now. Holds nothing of a cardholder. */
export const terminalStateSchema = z.strictObject({
  /** Of its software. */
  version: label,
  /** `limited`: a way to pay or the receipt is missing. `reasons`: why, in the words of its availability. */
  service: z.enum(['inService', 'limited', 'outOfService']),
  reasons: z.array(word).max(16),
  /** Kind of the screen that is out: `attract`, `top-up-cash` … */
  view: word,
  devices: z.array(deviceStateSchema).max(16),
  /** Totals that it keeps: fen, pieces or bytes, by the name's ending (`…Fen`, `…Count`, `…Bytes`). */
  counters: z.record(word, z.int()).refine((counters) => Object.keys(counters).length <= 24, 'at most 24 counters'),
  /** What a hand is needed for, the worst first. Absent: a version that does not tell. */
  alarms: z.array(terminalAlarmSchema).max(32).optional(),
  /** How long supplies last. Absent: a version that does not tell. */
  supplies: z.array(supplyForecastSchema).max(8).optional(),
  /** How an update stands. Absent: none come by the network, or a version that does not tell. */
  update: updateReportSchema.optional(),
});
export type TerminalState = z.infer<typeof terminalStateSchema>;

/** `POST /v1/heartbeat` */
export const heartbeatRequestSchema = z.strictObject({
  /** When it is another one than upstream was told, and now and then all the same. Absent: as told before. */
  state: terminalStateSchema.optional(),
  /** Journal entries that wait for a receipt. */
  uplinkLag: z.int().min(0).optional(),
  /** Age of the oldest of them that moves money, ms by the terminal's clock. Absent: none does. */
  uplinkMoneyAgeMs: z.int().min(0).optional(),
});
export type HeartbeatRequest = z.infer<typeof heartbeatRequestSchema>;

export const heartbeatAnswerSchema = z.strictObject({
  serverTime: timeSchema,
  /** Whether upstream itself reaches them now. */
  issuer: z.enum(['up', 'down']),
  payments: z.enum(['up', 'down']),
});
export type HeartbeatAnswer = z.infer<typeof heartbeatAnswerSchema>;
