/** Registration of a terminal's public key, and the heartbeat. */
import { z } from 'zod';
import { publicKeySchema, terminalIdSchema, timeSchema } from './fields.ts';

/** `POST /v1/terminals`, signed with the key that is registered: whoever registers a key holds it. */
export const registerRequestSchema = z.strictObject({
  terminalId: terminalIdSchema,
  publicKey: publicKeySchema,
  enrolmentCode: z.string().min(1).max(40),
});
export type RegisterRequest = z.infer<typeof registerRequestSchema>;

export const registerAnswerSchema = z.strictObject({
  terminalId: terminalIdSchema,
  /** Signs receipts. */
  serverKey: publicKeySchema,
});
export type RegisterAnswer = z.infer<typeof registerAnswerSchema>;

/** `POST /v1/heartbeat` */
export const heartbeatRequestSchema = z.strictObject({
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
