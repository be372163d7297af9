/** What the screens of the support desk may know and say, as data: their part of the contract in view.ts. */
import { z } from 'zod';
import { verdicts } from '../diagnosis.ts';
import type { CallbackState, DeskRequest, Resolution, TicketKind, TicketState } from '../../common/upstream-api/support.ts';

/** What a ticket may be about, as it is offered: what people come for most, first. A lost card is reported, not told. */
export const ticketTopics = [
  'topUpMissing',
  'cardFault',
  'dispute',
  'password',
  'device',
  'merchant',
  'complaint',
  'suggestion',
  'account',
  'other',
] as const satisfies readonly TicketKind[];
export type TicketTopic = (typeof ticketTopics)[number];

/** Written out: the schemas of the upstream API are no matter of the screen's process. What is missing here does not compile in view.ts. */
const ticketKinds = [...ticketTopics, 'cardLost'] as const satisfies readonly TicketKind[];
const ticketStates = ['open', 'assigned', 'waitingForPerson', 'resolved', 'closed', 'reopened'] as const satisfies readonly TicketState[];
const callbackStates = ['booked', 'made', 'missed', 'cancelled', 'expired'] as const satisfies readonly CallbackState[];
const requests = ['receipt', 'card', 'identity', 'contact', 'details', 'visit'] as const satisfies readonly DeskRequest[];
const resolutions = [
  'loadCompleted',
  'refunded',
  'voucherIssued',
  'cardReplaced',
  'cardRepaired',
  'passwordReset',
  'merchantAnswered',
  'deviceRepaired',
  'explained',
  'accepted',
  'declined',
  'duplicate',
  'withdrawn',
] as const satisfies readonly Resolution[];

const amount = z.int().min(0).max(0xffff_ffff);
const tail = z.string().max(4);
const number = z.string().max(24);
/** Local, to the second. */
const moment = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
/** From 0. */
const pages = { page: z.int().min(0), pages: z.int().min(1) };
/** Working time within which an answer comes. */
const within = z.union([z.strictObject({ minutes: z.int().min(1) }), z.strictObject({ days: z.int().min(1) })]);

const check = z.enum(['ok', 'bad', 'unknown']);

export const deskBodies = {
  /** 卡片诊断: what is the matter with a card, and what puts it right. */
  diagnosis: z.strictObject({
    kind: z.literal('diagnosis'),
    verdict: z.enum(verdicts),
    fix: z.enum(['pendingLoad', 'topUp', 'account', 'retry', 'ticket']),
    /** Of `account`: which of the card's own services. */
    service: z.enum(['activate', 'extend', 'unblock', 'release']).optional(),
    checks: z.strictObject({ card: check, machine: check, issuer: check }),
    tail: tail.optional(),
    balance: amount.optional(),
    amount: amount.optional(),
    reference: z.string().max(40).optional(),
  }),
  /** 提交工单: what it is about. */
  'ticket-topics': z.strictObject({ kind: z.literal('ticket-topics'), topics: z.array(z.enum(ticketTopics)).min(1).max(8), ...pages }),
  /** A telephone, if the person wants to be called; of its digits the last one shows, for a second. */
  'ticket-phone': z.strictObject({
    kind: z.literal('ticket-phone'),
    shown: z.string().regex(/^[•\d ]{0,16}$/),
    count: z.int().min(0).max(11),
    /** It is for a call back that is booked: without one there is none. */
    callback: z.literal(true).optional(),
  }),
  /** All that is sent, before it is. */
  'ticket-review': z.strictObject({
    kind: z.literal('ticket-review'),
    topic: z.enum(ticketKinds),
    tail: tail.optional(),
    transaction: z.strictObject({ reference: number, at: moment, amount }).optional(),
    /** `138****5678` */
    phone: z.string().max(16).optional(),
  }),
  /** Somebody far away is told or asked. */
  'desk-asking': z.strictObject({ kind: z.literal('desk-asking'), what: z.enum(['submit', 'progress', 'slots', 'book', 'move', 'cancel', 'chat']) }),
  /** `kept`: it is on this machine's disk, and goes to the desk as soon as there is a line. */
  'ticket-told': z.strictObject({
    kind: z.literal('ticket-told'),
    state: z.enum(['stored', 'kept']),
    number,
    /** When an answer is promised. */
    due: moment.optional(),
    /** `kept`: within how much working time from when the desk has it, where that is known. */
    within: within.optional(),
    receipts: z.enum(['available', 'paperLow', 'paperOut', 'printerDown']),
    receipt: z.enum(['choice', 'printing', 'printed', 'failed']),
  }),
  /** 查进度: a number is typed from its slip. */
  'progress-number': z.strictObject({
    kind: z.literal('progress-number'),
    /** As typed; with its hyphens as soon as it is whole. */
    number,
    complete: z.boolean(),
    /** A slip can be held to the scanner; `otherCode`: what was held there was none of the desk's. Absent: not now. */
    scan: z.enum(['ready', 'otherCode']).optional(),
  }),
  /** How things stand: kinds, states and times, no word of what was said. */
  'progress-list': z.strictObject({
    kind: z.literal('progress-list'),
    /** Asked by this card; absent: by a number. */
    tail: tail.optional(),
    /** Of this page; none: nothing was found. */
    items: z
      .array(
        z.discriminatedUnion('what', [
          z.strictObject({
            what: z.literal('ticket'),
            number,
            topic: z.enum(ticketKinds),
            /** `kept`: it waits on this machine for a line. */
            state: z.enum([...ticketStates, 'kept']),
            received: moment,
            due: moment.optional(),
            late: z.literal(true).optional(),
            resolution: z.enum(resolutions).optional(),
            asks: z.enum(requests).optional(),
          }),
          /** `kept`: it waits on this machine for a line, and is no promise yet: its end is not known. */
          z.strictObject({
            what: z.literal('callback'),
            number,
            state: z.enum([...callbackStates, 'kept']),
            start: moment,
            end: moment.optional(),
            /** Another time can be had, or none; chosen by `pick`, from 0. */
            change: z.literal(true).optional(),
            /** A change of it waits on this machine for a line; until then this is how it is. */
            waits: z.enum(['move', 'cancel']).optional(),
          }),
        ]),
      )
      .max(3),
    ...pages,
  }),
} as const;

export const deskActs = [
  /** 提交工单, 查进度, 卡片诊断, 预约回电. */
  z.strictObject({ type: z.literal('desk'), purpose: z.enum(['ticket', 'progress', 'diagnosis', 'callback', 'chat']) }),
  z.strictObject({ type: z.literal('topic'), topic: z.enum(ticketTopics) }),
  /** No telephone is given. */
  z.strictObject({ type: z.literal('skip') }),
] as const;
