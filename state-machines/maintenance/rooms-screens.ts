/** What the screens of staff may know and say inside (fleet.md, Maintenance mode), as data: their part of the contract in view.ts. */
import { z } from 'zod';
import { ROLES } from '../../common/maintenance/verbs.ts';

const count = z.int().min(0).max(0xffff_ffff);
/** Local, to the second. */
const moment = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);

/** Parts of the cabinet as they are drawn; `network`: the way upstream. */
export const cabinetParts = ['network', 'cardReader', 'cashAcceptor', 'receiptPrinter', 'codeScanner', 'idReader', 'keypad', 'cabinet'] as const;
export type CabinetPart = (typeof cabinetParts)[number];

/** What a part is like, in one word; the catalogue has it. */
export const partWords = ['ok', 'starting', 'silent', 'fault', 'jammed', 'open', 'low', 'empty', 'nearlyFull', 'full', 'missing', 'refused'] as const;
export type PartWord = (typeof partWords)[number];

export const serviceWords = ['topUp', 'balance', 'statement', 'pendingLoad', 'account', 'lossReport', 'replacement'] as const;

const roomNames = ['devices', 'supplies', 'box', 'journal', 'system'] as const;
export type RoomName = (typeof roomNames)[number];

/** Who is inside, and how long until they are out again by themselves. On every screen in here. */
export const staffSchema = z.strictObject({
  number: z.string().max(24),
  role: z.enum(ROLES),
  wait: z.strictObject({ leftMs: z.int().min(0), totalMs: z.int().min(1), tone: z.enum(['normal', 'warn']) }),
});

const supplySchema = z.strictObject({
  /** `unknown`: nobody can tell. */
  level: z.enum(['ok', 'low', 'empty', 'nearlyFull', 'full', 'missing', 'unknown']),
  /** Pieces; where the device or the journal counts. */
  count: count.optional(),
  capacity: count.optional(),
});

/** The cabinet at a glance. */
export const cabinetSchema = z.strictObject({
  parts: z
    .array(
      z.strictObject({
        part: z.enum(cabinetParts),
        /** `bad`: it does nothing; `warn`: it needs a hand soon, or does some of its work. */
        tone: z.enum(['good', 'warn', 'bad']),
        word: z.enum(partWords),
        /** Of `bad`. */
        since: moment.optional(),
      }),
    )
    .max(cabinetParts.length),
  services: z.array(z.strictObject({ name: z.enum(serviceWords), available: z.boolean() })).max(serviceWords.length),
  supplies: z.strictObject({
    paper: supplySchema.optional(),
    blankCards: supplySchema.optional(),
    rejectBin: supplySchema.optional(),
    cashBox: supplySchema.optional(),
  }),
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
export type PartLook = CabinetLook['parts'][number];
export type SupplyLook = z.infer<typeof supplySchema>;

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
} as const;

export const roomActs = [
  /** Into a room. */
  z.strictObject({ type: z.literal('room'), room: z.enum(roomNames) }),
] as const;
