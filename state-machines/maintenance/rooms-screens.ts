/** What the screens of staff may know and say inside (fleet.md, Maintenance mode), as data: their part of the contract in view.ts. */
import { z } from 'zod';
import { boxBodies } from './rooms/box-screens.ts';
import { chartsBodies } from './rooms/charts-screens.ts';
import { devicesBodies } from './rooms/devices-screens.ts';
import { journalBodies, searchFields } from './rooms/journal-screens.ts';
import { filledSupplies, suppliesBodies } from './rooms/supplies-screens.ts';
import { closedReasons, glassTests, systemBodies, systemTabs } from './rooms/system-screens.ts';
import { alarmSchema, cabinetParts, count, moment, partSchema, staffSchema, supplySchema } from './staff-schema.ts';

export const serviceWords = ['topUp', 'balance', 'statement', 'pendingLoad', 'account', 'lossReport', 'replacement'] as const;

export const roomNames = ['devices', 'supplies', 'box', 'journal', 'system', 'readiness', 'charts'] as const;
export type RoomName = (typeof roomNames)[number];

/** The cabinet at a glance. */
export const cabinetSchema = z.strictObject({
  parts: z.array(partSchema).max(cabinetParts.length),
  services: z.array(z.strictObject({ name: z.enum(serviceWords), available: z.boolean() })).max(serviceWords.length),
  supplies: z.strictObject({
    paper: supplySchema.optional(),
    blankCards: supplySchema.optional(),
    rejectBin: supplySchema.optional(),
    cashBox: supplySchema.optional(),
  }),
  /** The worst first. */
  alarms: z.array(alarmSchema).max(40),
  proof: z.strictObject({
    epoch: z.int().min(1),
    seq: count,
    /** Hexadecimal, of the last entry. */
    hash: z.string().regex(/^[0-9a-f]{64}$/),
    checkpoint: z.strictObject({ seq: count, at: moment }).optional(),
    receipt: z.strictObject({ seq: count, at: moment }).optional(),
    /** Entries that upstream has not receipted. */
    notUploaded: count,
    openTransactions: count,
    /** Fen taken and not delivered. */
    held: z.int(),
  }),
});
export type CabinetLook = z.infer<typeof cabinetSchema>;

export const roomBodies = {
  'maintenance-overview': z.strictObject({
    kind: z.literal('maintenance-overview'),
    staff: staffSchema,
    cabinet: cabinetSchema,
    /** Those this person has business in. */
    rooms: z.array(z.enum(roomNames)).max(roomNames.length),
    /** They may put the terminal back in service. */
    mayLeaveInService: z.boolean(),
  }),
  ...boxBodies,
  ...suppliesBodies,
  ...devicesBodies,
  ...journalBodies,
  ...systemBodies,
  ...chartsBodies,
} as const;

/** What is done by one touch, wherever it is offered. */
const works = [
  'exchange',
  'later',
  'print',
  'verify',
  'export',
  'resolve',
  'retry',
  'logs',
  'restart',
  'close',
  'open',
  'play',
  'next',
  'test',
  'monitor',
  'replay',
  'earlier',
  'newer',
] as const;

export const roomActs = [
  /** Into a room. */
  z.strictObject({ type: z.literal('room'), room: z.enum(roomNames) }),
  z.strictObject({ type: z.literal('work'), work: z.enum(works) }),
  /** A key of the staff's keyboard. */
  z.strictObject({ type: z.literal('key'), key: z.string().regex(/^[0-9A-Z.-]$/) }),
  z.strictObject({ type: z.literal('supply'), supply: z.enum(filledSupplies) }),
  z.strictObject({ type: z.literal('part'), part: z.enum(cabinetParts) }),
  z.strictObject({ type: z.literal('search-by'), field: z.enum(searchFields) }),
  z.strictObject({ type: z.literal('tab'), tab: z.enum(systemTabs) }),
  z.strictObject({ type: z.literal('closed-for'), reason: z.enum(closedReasons) }),
  z.strictObject({ type: z.literal('glass'), test: z.enum(glassTests) }),
] as const;
