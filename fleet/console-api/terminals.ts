/** The fleet as a list, one terminal's state, its enrolment history, and its revocation. */
import { z } from 'zod';
import { terminalIdSchema } from '../../common/upstream-api/fields.ts';
import { terminalStateSchema } from '../../common/upstream-api/terminals.ts';
import { fenSchema, momentSchema, pageOf, pageQuery, reasonSchema } from './fields.ts';

/**
 * What the terminal last said of itself. `ok`: in service, nothing missing. `attention`: serves, but something is missing, in trouble or
 * runs out. `outOfService`: serves nobody. `untold`: it has said nothing of itself yet.
 */
export const healthSchema = z.enum(['ok', 'attention', 'outOfService', 'untold']);
export type Health = z.infer<typeof healthSchema>;

export const alarmKinds = [
  /** Another entry came for a place where one stands: the epoch is frozen, it may be a rewritten past. */
  'journalForked',
  /** Entries came that don't continue the chain. */
  'journalBroken',
  /** An entry that moves money has waited for its receipt for more than 15 minutes. Ends by itself. */
  'moneyWaits',
  /** A device is in `hardwareError` or `offline`. Ends by itself. */
  'deviceTrouble',
  /** A box was counted, and it was over or short. */
  'settlementDiffers',
  /** Ten wrong tries to sign in at the cabinet within a day: somebody guesses, or somebody is locked out. */
  'signInLocked',
] as const;
export type AlarmKind = (typeof alarmKinds)[number];

export const alarmSchema = z.strictObject({ kind: z.enum(alarmKinds), since: momentSchema, detail: z.string() });
export type Alarm = z.infer<typeof alarmSchema>;

export const terminalRowSchema = z.strictObject({
  terminalId: z.string(),
  health: healthSchema,
  /** Not heard of for five minutes, or never. */
  silent: z.boolean(),
  lastSeenAt: momentSchema.nullable(),
  revokedAt: momentSchema.nullable(),
  version: z.string().nullable(),
  /** Why it is not `ok`: availability's words, and `<device>.<word>` for devices and stores, e.g. `receiptPrinter.paperLow`. */
  reasons: z.array(z.string()),
  /** Journal entries that wait on the terminal for a receipt, as it said. */
  lag: z.int().nullable(),
  alarms: z.array(z.enum(alarmKinds)),
});
export type TerminalRow = z.infer<typeof terminalRowSchema>;

/** One filter at a time, and optionally with it the beginning of the id, and a version. `silent` lists the longest silence first, all others by id. */
export const terminalListQuerySchema = z.strictObject({
  ...pageQuery,
  filter: z.enum(['all', 'ok', 'attention', 'outOfService', 'untold', 'silent', 'revoked', 'alarmed']).default('all'),
  /** The beginning of the id. */
  search: z.string().max(40).optional(),
  version: z.string().max(80).optional(),
});
export const terminalPageSchema = pageOf(terminalRowSchema);

/** `revoked` ones count in nothing else. */
export const fleetSummarySchema = z.strictObject({
  at: momentSchema,
  total: z.int().min(0),
  byHealth: z.strictObject({ ok: z.int(), attention: z.int(), outOfService: z.int(), untold: z.int() }),
  silent: z.int().min(0),
  revoked: z.int().min(0),
  alarmed: z.int().min(0),
  versions: z.array(z.strictObject({ version: z.string(), terminals: z.int().min(1) })),
});
export type FleetSummary = z.infer<typeof fleetSummarySchema>;

export const terminalParamsSchema = z.strictObject({ terminalId: terminalIdSchema });

export const terminalSchema = z.strictObject({
  ...terminalRowSchema.omit({ alarms: true }).shape,
  registeredAt: momentSchema,
  /** Thumbprint (RFC 7638) of the key that counts now. */
  kid: z.string(),
  /** As the terminal last told it, and when that was. */
  state: terminalStateSchema.nullable(),
  stateAt: momentSchema.nullable(),
  /** Age of the oldest entry that moves money and waits, ms, as last told. */
  moneyAgeMs: z.int().nullable(),
  alarms: z.array(alarmSchema),
  /** What its journal here adds up to today: fen. */
  today: z.strictObject({ date: z.string(), transactions: z.int(), loadedFen: fenSchema, cashFen: fenSchema }),
});
export type TerminalDetail = z.infer<typeof terminalSchema>;

export const identityEventSchema = z.strictObject({
  at: momentSchema,
  kind: z.enum(['codeMade', 'enrolled', 'codeLocked', 'terminalRevoked', 'keyRevoked']),
  actor: z.string(),
  kid: z.string().nullable(),
  address: z.string().nullable(),
});
/** The oldest first. */
export const identityHistorySchema = z.strictObject({ events: z.array(identityEventSchema) });

/** `confirm` is the terminal's id, typed again. */
export const revokeSchema = z.strictObject({ confirm: z.string().max(40), reason: reasonSchema });

/** Of `journalForked`, `journalBroken`, `settlementDiffers` and `signInLocked`: somebody looked into it. It opens again when it happens again. */
export const closeAlarmSchema = z.strictObject({ kind: z.enum(alarmKinds), reason: reasonSchema });
