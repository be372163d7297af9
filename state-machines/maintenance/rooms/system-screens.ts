/** 网络与本机: what the screens of the terminal itself may know: network, clock, enrolment, configuration, disk; and the tests of what a person touches, sees and hears. */
import { z } from 'zod';
import { staffSchema } from '../staff-schema.ts';

export const systemTabs = ['network', 'configuration', 'machine'] as const;
export type SystemTab = (typeof systemTabs)[number];

export const factNames = [
  'link',
  'issuer',
  'payments',
  'upstream',
  'notUploaded',
  'oldestMoney',
  'clock',
  'clockOffset',
  'timeZone',
  'enrolment',
  'serverKey',
  'terminalId',
  'keyThumbprint',
  'version',
  'update',
  'updateDetail',
  'updateWaitsFor',
  'updateRolledBack',
  'startedAt',
  'disk',
  'journalEpoch',
  'journalEntries',
  'configuration',
  'language',
  'tenders',
  'presets',
  'limits',
  'replacement',
  'retention',
  'devices',
  'exportFolder',
] as const;
export type FactName = (typeof factNames)[number];

export const factSchema = z.strictObject({ name: z.enum(factNames), value: z.string().max(200), tone: z.enum(['plain', 'good', 'warn', 'bad']) });
export type SystemFact = z.infer<typeof factSchema>;

/** Why staff takes the terminal out of service; each has words for the cardholders. */
export const closedReasons = ['repair', 'cleaning', 'cashBox', 'noSupplies', 'moving'] as const;
export type ClosedReason = (typeof closedReasons)[number];

export const glassTests = ['touch', 'pixel', 'sound', 'keypad'] as const;
export type GlassTest = (typeof glassTests)[number];

export const systemBodies = {
  'maintenance-system': z.strictObject({
    kind: z.literal('maintenance-system'),
    staff: staffSchema,
    tab: z.enum(systemTabs),
    facts: z.array(factSchema).max(20),
    /** Asked before it is done. */
    asks: z.enum(['restart', 'close']).optional(),
    /** Out of service, by staff's word. */
    closed: z.enum(closedReasons).optional(),
    logs: z.discriminatedUnion('state', [
      z.strictObject({ state: z.enum(['none', 'running']) }),
      z.strictObject({ state: z.literal('good'), file: z.string().max(200) }),
      z.strictObject({ state: z.literal('bad'), why: z.string().max(300) }),
    ]),
    mayRestart: z.boolean(),
    mayClose: z.boolean(),
    mayOpen: z.boolean(),
    /** It opens by the readiness report of this visit, and there is none that says so. */
    needsReport: z.boolean(),
    mayExportLogs: z.boolean(),
    mayTest: z.boolean(),
  }),
  'maintenance-glass': z.strictObject({
    kind: z.literal('maintenance-glass'),
    staff: staffSchema,
    test: z.enum(glassTests),
    /** Of `touch`: which cells of 6 × 8 were touched. */
    touched: z.array(z.int().min(0).max(47)).max(48),
    /** Of `pixel`. */
    color: z.enum(['red', 'green', 'blue', 'white', 'black']),
    /** Of `keypad`: keys that were pressed, the latest last. */
    keys: z.array(z.string().max(12)).max(20),
    /** Of `sound`: how often it was asked for. */
    played: z.int().min(0).max(1000),
  }),
} as const;
