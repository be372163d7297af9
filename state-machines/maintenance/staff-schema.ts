/** What every screen of the rooms has, as data, and the words that several of them share. */
import { z } from 'zod';
import { alarmCodes, alarmWeights } from '../../common/maintenance/alarms.ts';
import { ROLES } from '../../common/maintenance/verbs.ts';

export const count = z.int().min(0).max(0xffff_ffff);
/** Signed fen. */
export const sum = z.int();
/** Local, to the second. */
export const moment = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);

/** Who is inside, and how long until they are out again by themselves. */
export const staffSchema = z.strictObject({
  number: z.string().max(24),
  role: z.enum(ROLES),
  wait: z.strictObject({ leftMs: z.int().min(0), totalMs: z.int().min(1), tone: z.enum(['normal', 'warn']) }),
});
export type StaffLook = z.infer<typeof staffSchema>;

/** Parts of the cabinet as they are drawn; `network`: the way upstream. */
export const cabinetParts = ['network', 'cardReader', 'cashAcceptor', 'receiptPrinter', 'codeScanner', 'idReader', 'keypad', 'cabinet'] as const;
export type CabinetPart = (typeof cabinetParts)[number];

/** What a part is like, in one word; the catalogue has it. */
export const partWords = ['ok', 'starting', 'silent', 'fault', 'jammed', 'open', 'low', 'empty', 'nearlyFull', 'full', 'missing', 'refused'] as const;
export type PartWord = (typeof partWords)[number];

export const partSchema = z.strictObject({
  part: z.enum(cabinetParts),
  /** `bad`: it does nothing; `warn`: it needs a hand soon, or does some of its work. */
  tone: z.enum(['good', 'warn', 'bad']),
  word: z.enum(partWords),
  /** Of `bad`. */
  since: moment.optional(),
});
export type PartLook = z.infer<typeof partSchema>;

/** What a hand is needed for (common/maintenance/alarms.ts). */
export const alarmSchema = z.strictObject({
  code: z.enum(alarmCodes),
  weight: z.enum(alarmWeights),
  /** Absent: the terminal itself. */
  device: z.enum(cabinetParts).optional(),
  since: moment,
  /** In the device's own words. */
  cause: z.string().max(200).optional(),
});
export type AlarmLook = z.infer<typeof alarmSchema>;

export const supplySchema = z.strictObject({
  /** `unknown`: nobody can tell. */
  level: z.enum(['ok', 'low', 'empty', 'nearlyFull', 'full', 'missing', 'unknown']),
  /** Pieces; where the device or the journal counts. */
  count: count.optional(),
  capacity: count.optional(),
  /** About so many days it lasts at the pace of the last week; absent: nobody can tell, or nothing was used. */
  days: count.optional(),
});
export type SupplyLook = z.infer<typeof supplySchema>;

/** Where a slip stands. */
export const slipState = z.enum(['none', 'printing', 'printed', 'failed']);
