/** What the screens of a call back may know and say, as data: their part of the contract in view.ts. */
import { z } from 'zod';
import { ticketTopics } from '../desk/screens.ts';

/** Local, to the second. */
const moment = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
const time = z.string().regex(/^\d\d:\d\d$/);
const number = z.string().max(24);
/** ms since 1970: the name of a slot. */
const start = z.int().min(0);

export const callbackBodies = {
  /** 预约回电: when the desk can call, one day a page. */
  'callback-slots': z.strictObject({
    kind: z.literal('callback-slots'),
    /** `inDays`: 0 is today. Absent: there is no slot. */
    day: z.strictObject({ date: z.iso.date(), inDays: z.int().min(0).max(400) }).optional(),
    slots: z.array(z.strictObject({ start, from: time, to: time })).max(8),
    /** `taken`: the slot they chose went to somebody else; `full`: there is none; `offline`: the desk can't be asked. */
    remark: z.enum(['taken', 'full', 'offline']).optional(),
    /** From 0. */
    page: z.int().min(0),
    pages: z.int().min(1),
  }),
  /** All that is sent, before it is. */
  'callback-review': z.strictObject({
    kind: z.literal('callback-review'),
    topic: z.enum(ticketTopics),
    start: moment,
    end: moment,
    /** `138****5678` */
    phone: z.string().max(16),
    tail: z.string().max(4).optional(),
  }),
  /** 改约: what one that is booked is to become; whether it is to be cancelled; or all that is sent of a move, before it is. */
  'callback-change': z.discriminatedUnion('asks', [
    z.strictObject({ kind: z.literal('callback-change'), asks: z.literal('which'), number, start: moment, end: moment }),
    z.strictObject({ kind: z.literal('callback-change'), asks: z.literal('cancel'), number, start: moment, end: moment }),
    z.strictObject({
      kind: z.literal('callback-change'),
      asks: z.literal('move'),
      number,
      start: moment,
      end: moment,
      /** The time that they chose instead. */
      to: z.strictObject({ start: moment, end: moment }),
    }),
  ]),
  /** `kept`: it is on this machine's disk, and no promise yet. */
  'callback-told': z.strictObject({
    kind: z.literal('callback-told'),
    state: z.enum(['booked', 'kept']),
    /** Of one that was booked before. Absent: it is new. */
    change: z.enum(['move', 'cancel']).optional(),
    number,
    start: moment,
    end: moment,
    /** The one they chose was given away in the last moment. */
    moved: z.literal(true).optional(),
    receipts: z.enum(['available', 'paperLow', 'paperOut', 'printerDown']),
    receipt: z.enum(['choice', 'printing', 'printed', 'failed']),
  }),
} as const;

export const callbackActs = [
  z.strictObject({ type: z.literal('slot'), start }),
  /** 改时间, 取消预约. */
  z.strictObject({ type: z.literal('change'), to: z.enum(['move', 'cancel']) }),
] as const;
