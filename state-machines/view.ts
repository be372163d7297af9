/**
 * Contract 4: everything the screen may know (View) and everything it may say (UiEvent), as data, validated on both sides.
 * One View a moment; the renderer is a pure function of it. No full card number and no name in a View, and no secret but the code of a
 * voucher, while its holder types it, or where no slip could be printed.
 *
 * Amounts are fen; `…Ms` are milliseconds counted from the moment the View was published.
 */
import { z } from 'zod';
import { callbackActs, callbackBodies } from './callback/screens.ts';
import { chatActs, chatBodies } from './chat/screens.ts';
import { deskActs, deskBodies } from './desk/screens.ts';
import { keypadSchema } from './keypad.ts';
import { monitorActs, monitorBodies } from './maintenance/monitor-screens.ts';
import { replayBodies } from './maintenance/replay-screens.ts';
import { readinessActs, readinessBodies } from './maintenance/readiness-screens.ts';
import { roomActs, roomBodies } from './maintenance/rooms-screens.ts';
import { closedReasons } from './maintenance/rooms/system-screens.ts';
import { signInActs, signInBodies } from './maintenance/sign-in-screens.ts';
import { surveyActs, surveyBodies } from './survey/screens.ts';
import { answerBody, supportActs, supportBodies } from './support/screens.ts';

export { helpGroups } from './support/screens.ts';
export { closedReasons, glassTests, systemTabs } from './maintenance/rooms/system-screens.ts';
export { keyPressSchema, type KeyPress } from './keypad.ts';

export const VIEW_VERSION = 1;

const amount = z.int().min(0).max(0xffff_ffff);
const tail = z.string().max(4);
const reference = z.string().max(24);

export const locales = ['zh-CN', 'zh-HK', 'en'] as const;
export const sizes = ['standard', 'large', 'xlarge'] as const;
export const themes = ['light', 'black', 'white', 'soft'] as const;

/** How this person wants the screen; holds for the session and no longer. */
export const preferencesSchema = z.strictObject({
  locale: z.enum(locales),
  size: z.enum(sizes),
  theme: z.enum(themes),
  lowReach: z.boolean(),
  /** Every screen is spoken; absent: it isn't. */
  speech: z.boolean().optional(),
  /** Switches go through the screen; absent: they don't. */
  scan: z.boolean().optional(),
  /** Of the speech, in steps of 6 dB, 0: mute; absent: the usual one. */
  volume: z.int().min(0).max(6).optional(),
  /** Of the speech, by steps (kiosk-ux.md 6); absent: the usual one. */
  rate: z.int().min(0).max(4).optional(),
});
export type Preferences = z.infer<typeof preferencesSchema>;

const side = z.enum(['left', 'right', 'below']);

/** What stands on the sign and where the cabinet's slots are. */
export const siteSchema = z.strictObject({
  operator: z.string().max(40),
  place: z.string().max(60),
  /** Short name of the terminal, e.g. `A01`. */
  terminal: z.string().max(12),
  hotline: z.string().max(24),
  hotlineHours: z.string().max(40),
  slots: z.strictObject({ card: side, cash: side, receipt: side }),
});
export type Site = z.infer<typeof siteSchema>;

/** Time left for the person. The renderer counts down by itself from the moment the View arrived. */
const waitSchema = z.strictObject({ leftMs: z.int().min(0), totalMs: z.int().min(1), tone: z.enum(['normal', 'warn']) });
export type Wait = z.infer<typeof waitSchema>;

const unavailable = z.enum([
  'cardReaderDown',
  'cashAcceptorDown',
  'cashBoxFull',
  'scannerDown',
  'issuerOffline',
  'paymentOffline',
  'upstreamOffline',
  'journalUnavailable',
  'diskLow',
  'switchedOff',
  'maintenance',
  'notAdmitted',
  'starting',
]);

const serviceNames = ['topUp', 'pendingLoad', 'balance', 'statement', 'account'] as const;
const serviceSchema = z.strictObject({ name: z.enum(serviceNames), available: z.boolean(), reason: unavailable.optional() });
const tenderNames = ['cash', 'qr', 'qrPresented', 'card', 'voucher'] as const;
/** Where money comes from, and goes back to. `qr`: a phone, whichever side showed the code; `card`: a bank card; `pending`: it waited at the issuer. */
const moneySource = z.enum(['cash', 'qr', 'card', 'voucher', 'pending']);
export type MoneySource = z.infer<typeof moneySource>;
const tenderSchema = z.strictObject({ name: z.enum(tenderNames), available: z.boolean(), reason: unavailable.optional() });

const cardSchema = z.strictObject({ tail, balance: amount, validUntil: z.iso.date() });
/** A blocked card says no more than its number. */
const servedCardSchema = z.strictObject({ tail, balance: amount.optional(), validUntil: z.iso.date().optional() });

const pendingKind = z.enum(['subsidy', 'refund', 'transfer', 'purchase']);

/** What helps on the first screen of a card; the words are the catalogue's. */
const noticeSchema = z.discriminatedUnion('kind', [
  /** Value waits at the issuer: the sum of what has an amount, from whom, and the first day on which some of it ends. */
  z.strictObject({
    kind: z.literal('pendingLoad'),
    amount,
    count: z.int().min(1).max(50),
    from: z.array(pendingKind).min(1).max(4),
    until: z.iso.date().optional(),
  }),
  /** An earlier top-up of this card is not decided yet. */
  z.strictObject({ kind: z.literal('unfinished'), amount, reference }),
  z.strictObject({ kind: z.literal('lowBalance'), below: amount }),
  /** Days that it is still valid, today among them. */
  z.strictObject({ kind: z.literal('expiring'), days: z.int().min(1), validUntil: z.iso.date() }),
  /** The card's own records have so many payments today. */
  z.strictObject({ kind: z.literal('manyTrips'), count: z.int().min(1).max(10) }),
]);
export type Notice = z.infer<typeof noticeSchema>;

const receiptsSchema = z.enum(['available', 'paperLow', 'paperOut', 'printerDown']);

/** Where the slip stands: chosen by the person, then told as it is. */
const receiptStateSchema = z.enum(['choice', 'printing', 'printed', 'failed', 'onScreen', 'none']);

/** How somebody says who they are. */
const identifyWays = ['document', 'phone', 'password'] as const;
/** 卡片服务: what the issuer does to a card, or to its account. */
const cardServices = ['activate', 'extend', 'unblock', 'enable', 'release', 'password'] as const;
const statementRanges = ['last10', 'month', 'quarter'] as const;

const noteSchema = z.strictObject({ denomination: amount, state: z.enum(['held', 'stacking', 'stacked', 'returning']) });

/** What can be wrong before any money was taken, or without money at stake. Each has four lines of text in the catalogue. */
export const troubles = [
  'issuerOffline',
  'issuerRefused',
  'cardReportedLost',
  'cardFull',
  'paymentOffline',
  'paymentDeclined',
  'paymentExpired',
  'walletBalance',
  'walletLimit',
  'confirmExpired',
  'scannerDown',
  'bankTerminalDown',
  'bankCardDeclined',
  'bankCardCancelled',
  'cashDown',
  'voucherOffline',
  'voucherUsed',
  'voucherExpired',
  'voucherLocked',
  'voucherInUse',
  'voucherTooLarge',
  'cardJammed',
  'cardCaptured',
  'loadRefusedByCard',
  'loadOpen',
  'lossUnknown',
  'lossLocked',
  'lossNoCards',
  'lossOffline',
  'lossRefused',
  'deskOffline',
  'ticketRefused',
  'callbackRefused',
  'callbackChanged',
  'chatOffline',
  'replacementOffline',
  'replacementRefused',
  'accountOffline',
  'accountNothing',
  'accountNotHolder',
  'accountLocked',
  'accountRefused',
  'accountFailed',
  'accountReplaced',
  'nothingWaits',
  'pendingTaken',
  'pendingGone',
  'journalUnavailable',
] as const;

/** Function of a card that has words; others are `other`. */
const accountService = z.enum(['access', 'library', 'subsidy', 'other']);

/** Local, to the second. */
const moment = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);

const ownBodies = {
  starting: z.strictObject({ kind: z.literal('starting') }),
  'out-of-service': z.strictObject({
    kind: z.literal('out-of-service'),
    reason: unavailable,
    /** Staff said why. */
    closed: z.enum(closedReasons).optional(),
    /** Reference of an unfinished transaction whose person may still stand here. */
    reference: reference.optional(),
  }),
  attract: z.strictObject({
    kind: z.literal('attract'),
    services: z.array(serviceSchema).max(6),
    receipts: receiptsSchema,
    /** A new card for a lost one can be had here. */
    replacement: z.literal(true).optional(),
    notice: z.string().max(120).optional(),
  }),
  'insert-card': z.strictObject({ kind: z.literal('insert-card'), service: z.enum(serviceNames) }),
  'reading-card': z.strictObject({ kind: z.literal('reading-card') }),
  'card-problem': z.strictObject({
    kind: z.literal('card-problem'),
    problem: z.enum(['unreadable', 'unknown', 'foreign', 'expired', 'notYetValid', 'notActivated', 'blocked', 'twoCards', 'removed']),
    card: cardSchema.optional(),
    /** What would mend it, where that can be had here and now. */
    service: z.enum(['activate', 'extend', 'unblock', 'release']).optional(),
    /** Of a card that says who it is, and can't be read further. */
    tail: tail.optional(),
  }),
  menu: z.strictObject({
    kind: z.literal('menu'),
    card: cardSchema,
    services: z.array(serviceSchema).max(6),
    /** The most useful first; absent: none. */
    notices: z.array(noticeSchema).min(1).max(2).optional(),
  }),
  /** What waits at the issuer for this card, the oldest first. */
  'pending-offer': z.strictObject({
    kind: z.literal('pending-offer'),
    card: cardSchema,
    loads: z
      .array(
        z.strictObject({
          kind: pendingKind,
          /** Absent while it is not known. */
          amount: amount.optional(),
          /** `now`: it is loaded next, or after those before it. */
          verdict: z.enum(['now', 'tooLarge', 'notYet', 'awaited', 'taken']),
          /** From when it can be had or is expected, to when it can be had. */
          from: z.iso.date().optional(),
          until: z.iso.date().optional(),
        }),
      )
      .min(1)
      .max(50),
    /** What is loaded next; absent: nothing can be loaded now. */
    next: amount.optional(),
    /** Fen that still fit on the card. */
    room: amount,
  }),
  'top-up-amount': z.strictObject({
    kind: z.literal('top-up-amount'),
    card: cardSchema,
    presets: z.array(amount).max(6),
    selected: amount.optional(),
    /** Most that may still be loaded now. */
    maximum: amount,
    minimum: amount,
  }),
  'top-up-custom': z.strictObject({
    kind: z.literal('top-up-custom'),
    card: cardSchema,
    /** Whole yuan as typed, no leading zero. */
    digits: z.string().regex(/^\d{0,6}$/),
    minimum: amount,
    maximum: amount,
    error: z.enum(['aboveMaximum', 'belowMinimum']).optional(),
  }),
  'top-up-tender': z.strictObject({
    kind: z.literal('top-up-tender'),
    card: cardSchema,
    amount,
    tenders: z.array(tenderSchema).min(1).max(5),
    denominations: z.array(amount).max(12),
    receipts: receiptsSchema,
  }),
  'top-up-cash': z.strictObject({
    kind: z.literal('top-up-cash'),
    /** Absent where it is no load: the fee of a new card for the lost one with this tail. */
    card: cardSchema.optional(),
    replaces: tail.optional(),
    requested: amount,
    inserted: amount,
    /** Room left under the purse limit. */
    room: amount,
    notes: z.array(noteSchema).max(200),
    denominations: z.array(amount).max(12),
    reference,
    /** Nothing is in the box yet: leaving costs nothing. Afterwards only loading or a voucher is possible, and the screen says so. */
    canReturn: z.boolean(),
    /** A note is moving: no button works. */
    busy: z.boolean(),
    message: z.enum(['noteRejected', 'noteOverLimit', 'noteReturned', 'acceptorDown', 'boxFull']).optional(),
    wait: waitSchema,
  }),
  'top-up-qr': z.strictObject({
    kind: z.literal('top-up-qr'),
    /** Absent where it is no load: the fee of a new card for the lost one with this tail. */
    card: cardSchema.optional(),
    replaces: tail.optional(),
    amount,
    orderId: z.string().max(80),
    code: z.string().max(512),
    merchant: z.string().max(60),
    state: z.enum(['creating', 'waiting', 'confirming', 'closing']),
    reference,
    wait: waitSchema.optional(),
  }),
  /** The person's own code is scanned: it stands in no View. */
  'top-up-scan': z.strictObject({
    kind: z.literal('top-up-scan'),
    /** Absent where it is no load: the fee of a new card for the lost one with this tail. */
    card: cardSchema.optional(),
    replaces: tail.optional(),
    amount,
    /** `''` until a code was read. */
    orderId: z.string().max(80),
    state: z.enum(['ready', 'asking', 'confirming', 'closing']),
    /** Of what was held there last: no payment code (`slip`, `link`, `other`, `unreadable`), or one that does not pay. */
    message: z.enum(['slip', 'link', 'other', 'unreadable', 'codeUnknown', 'codeExpired', 'codeUsed']).optional(),
    reference,
    wait: waitSchema.optional(),
  }),
  /** The bank's payment terminal beside this one leads the person; nothing of their card is in any View. */
  'top-up-bank-card': z.strictObject({
    kind: z.literal('top-up-bank-card'),
    /** Absent where it is no load: the fee of a new card for the lost one with this tail. */
    card: cardSchema.optional(),
    replaces: tail.optional(),
    amount,
    /** `''` until the sale was asked for. */
    orderId: z.string().max(80),
    /** `confirming`: a PIN is typed, or the bank is asked; nothing turns it back. */
    state: z.enum(['asking', 'waiting', 'confirming', 'closing']),
    reference,
    wait: waitSchema.optional(),
  }),
  /** Number and code of a voucher, typed from its slip. */
  'top-up-voucher': z.strictObject({
    kind: z.literal('top-up-voucher'),
    card: cardSchema,
    /** What is being typed; `checking`: upstream is asked. */
    field: z.enum(['number', 'code', 'checking']),
    /** As typed; with its hyphens as soon as it is whole. */
    number: z.string().max(24),
    /** In groups of four, as typed. */
    code: z.string().max(14),
    /** The field that is being typed is whole: its check symbol is right. */
    complete: z.boolean(),
    error: z.enum(['badNumber', 'badCode', 'unknown', 'wrongCode']).optional(),
    triesLeft: z.int().min(0).max(100).optional(),
  }),
  /** Reserved: one look at the sum before the card is written. */
  'top-up-voucher-confirm': z.strictObject({ kind: z.literal('top-up-voucher-confirm'), card: cardSchema, amount, number: reference }),
  committing: z.strictObject({
    kind: z.literal('committing'),
    tail,
    amount,
    reference,
    /** The money waited at the issuer: nobody paid it here. */
    source: z.literal('pending').optional(),
    step: z.enum(['authorize', 'write', 'verify']),
    elapsedMs: z.int().min(0),
  }),
  'put-back': z.strictObject({
    kind: z.literal('put-back'),
    tail,
    amount,
    reference,
    /** Tail of another card that was presented instead. */
    otherTail: tail.optional(),
    /** A card is inside and being examined. */
    checking: z.boolean(),
    tender: moneySource,
    wait: waitSchema,
  }),
  done: z.strictObject({
    kind: z.literal('done'),
    tail,
    amount,
    balanceBefore: amount,
    /** Read back from the card; absent when the proof came another way. */
    balanceAfter: amount.optional(),
    reference,
    card: z.enum(['atGate', 'taken', 'inside']),
    receipts: receiptsSchema,
    receipt: receiptStateSchema,
    source: z.literal('pending').optional(),
    /** Something else waits at the issuer and fits: what is loaded next, if the person wants it. */
    next: z.strictObject({ kind: pendingKind, amount }).optional(),
    /** What the QR for the phone says. */
    receiptQr: z.string().max(700),
    wait: waitSchema.optional(),
  }),
  /** Money is safe but not on the card: refunded, owed by voucher, or an open case. */
  settled: z.strictObject({
    kind: z.literal('settled'),
    outcome: z.enum(['refunded', 'voucher', 'case']),
    why: z.enum([
      'issuerOffline',
      'issuerRefused',
      'cardRefused',
      'cardGone',
      'loadUndetermined',
      'noteUndetermined',
      'paymentUndetermined',
      'refundUndetermined',
      'cancelled',
      'cardFull',
      'cardCaptured',
      'noBlanks',
      'cardNotMade',
      'newCardKept',
      'restart',
      'restartReplacing',
      'journalUnavailable',
    ]),
    tender: moneySource,
    tail,
    amount,
    /** A note is in the machine, beside `amount`, and its value is not known. */
    noteStuck: z.literal(true).optional(),
    /** What did reach the card, when only a part is open. */
    loaded: amount.optional(),
    reference,
    /** Outcome `voucher`: its code only where there is no slip, the last day it can be redeemed. */
    voucher: z.strictObject({ code: z.string().max(14).optional(), validUntil: z.iso.date() }).optional(),
    settledWithinHours: z.int().min(1).max(720),
    card: z.enum(['atGate', 'taken', 'inside', 'captured', 'absent']),
    receipts: receiptsSchema,
    receipt: receiptStateSchema,
    receiptQr: z.string().max(700),
    wait: waitSchema.optional(),
  }),
  /** An earlier load of this card, left open by another terminal, and what this card or the issuer says of it. */
  'earlier-load': z.strictObject({
    kind: z.literal('earlier-load'),
    verdict: z.enum(['credited', 'notCredited', 'undetermined']),
    tail,
    amount,
    /** On the card now, where it tells. */
    balance: amount.optional(),
    reference,
    wait: waitSchema.optional(),
  }),
  /** 明细: a page of what card and account remember, and how far it is on paper. */
  statement: z.strictObject({
    kind: z.literal('statement'),
    card: cardSchema,
    range: z.enum(statementRanges),
    /** `cardOnly`: the account could not be asked. */
    source: z.enum(['account', 'cardOnly']),
    lines: z.array(z.strictObject({ at: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/), kind: z.enum(['load', 'purchase', 'other']), amount })).max(10),
    /** From 0. */
    page: z.int().min(0),
    pages: z.int().min(1),
    /** Lines of the range, and those of them that are on paper for certain. */
    total: z.int().min(0),
    printed: z.int().min(0),
    print: z.enum(['none', 'printing', 'stopped', 'done']),
    receipts: receiptsSchema,
  }),
  ...supportBodies,
  ...deskBodies,
  ...callbackBodies,
  ...chatBodies,
  'help-answer': answerBody.extend({ service: serviceSchema.optional() }),
  /** 挂失: in which way somebody says who they are. */
  'loss-ways': z.strictObject({
    kind: z.literal('loss-ways'),
    ways: z.array(z.strictObject({ name: z.enum(identifyWays), available: z.boolean() })).max(3),
    /** It is about the card that is inside: its number is not typed. */
    cardHere: z.literal(true).optional(),
  }),
  'loss-document': z.strictObject({
    kind: z.literal('loss-document'),
    /** `refused`: it is not read again until somebody says so. */
    state: z.enum(['waiting', 'refused']),
    problem: z.enum(['removed', 'unreadable', 'otherDocument', 'expired']).optional(),
  }),
  /** A number or a secret is typed; of its digits the last one shows, for a second. */
  'loss-typing': z.strictObject({
    kind: z.literal('loss-typing'),
    field: z.enum(['card', 'password', 'phone', 'code', 'newPassword', 'repeatPassword']),
    /** In groups as printed. */
    shown: z.string().regex(/^[•\d ]{0,32}$/),
    count: z.int().min(0).max(20),
    least: z.int().min(1).max(20),
    problem: z.enum(['wrongPassword', 'wrongCode', 'codeExpired', 'notWhole', 'weak', 'notSame']).optional(),
    triesLeft: z.int().min(0).max(100).optional(),
  }),
  /** Somebody far away is asked. */
  'loss-asking': z.strictObject({ kind: z.literal('loss-asking'), what: z.enum(['code', 'person', 'report']), tail: tail.optional() }),
  'loss-cards': z.strictObject({
    kind: z.literal('loss-cards'),
    /** Whoever was identified by a document, which still lies on the reader: `王**`. */
    name: z.string().max(6).optional(),
    cards: z
      .array(
        z.strictObject({
          index: z.int().min(0).max(99),
          tail,
          state: z.enum(['open', 'blocked', 'notActivated', 'reported', 'replaced']),
          /** Of the report that is in force, and since when, or from when on, it is. */
          reference: z.string().max(40).optional(),
          since: moment.optional(),
        }),
      )
      .max(4),
    page: z.int().min(0),
    pages: z.int().min(1),
    /** The card is chosen for a new one; one that is reported already can be chosen, too. */
    purpose: z.literal('replace').optional(),
  }),
  'loss-confirm': z.strictObject({ kind: z.literal('loss-confirm'), tail }),
  'loss-told': z.strictObject({
    kind: z.literal('loss-told'),
    /** `scheduled`: the issuer has it, and it takes effect later; `queued`: nobody has it yet but this terminal. */
    state: z.enum(['effective', 'scheduled', 'queued']),
    earlier: z.boolean(),
    tail,
    reference: z.string().max(40),
    /** When it takes effect; `queued`: when it was taken. */
    since: moment,
    /** The document of whoever was identified by one still lies on the reader. */
    document: z.boolean(),
    /** A new card for it can be had here and now. */
    replacement: z.literal(true).optional(),
    receipts: receiptsSchema,
    receipt: receiptStateSchema,
    wait: waitSchema.optional(),
  }),
  /** 补卡: what it costs, how to pay, what becomes of the old card. */
  'replace-fee': z.strictObject({
    kind: z.literal('replace-fee'),
    tail,
    fee: amount,
    tenders: z.array(tenderSchema).min(1).max(4),
    denominations: z.array(amount).max(12),
    receipts: receiptsSchema,
  }),
  /** A card is made. `consent`: the issuer is asked, nothing is paid; from `dispense` on the fee is. */
  'replace-making': z.strictObject({
    kind: z.literal('replace-making'),
    tail,
    fee: amount,
    reference,
    step: z.enum(['consent', 'dispense', 'write', 'verify', 'present', 'settle']),
    /** Blanks that were no good so far. */
    spoilt: z.int().min(0).max(10),
    elapsedMs: z.int().min(0),
  }),
  'replace-take': z.strictObject({ kind: z.literal('replace-take'), tail, wait: waitSchema }),
  'replace-done': z.strictObject({
    kind: z.literal('replace-done'),
    /** Of the new card. */
    tail,
    oldTail: tail,
    fee: amount,
    reference,
    /** The old card's value: it waits for the new card already (0: there is none), or from about `expectedOn` on. */
    transfer: z.union([z.strictObject({ amount }), z.strictObject({ expectedOn: z.iso.date() })]),
    receipts: receiptsSchema,
    receipt: receiptStateSchema,
    receiptQr: z.string().max(700),
    wait: waitSchema.optional(),
  }),
  /** 卡片服务: what can be done to this card now, the most pressing first. */
  'account-menu': z.strictObject({
    kind: z.literal('account-menu'),
    card: servedCardSchema,
    services: z
      .array(z.strictObject({ index: z.int().min(0).max(99), name: z.enum(cardServices), service: accountService.optional() }))
      .min(1)
      .max(60),
  }),
  'account-confirm': z.strictObject({
    kind: z.literal('account-confirm'),
    name: z.enum(cardServices),
    service: accountService.optional(),
    card: servedCardSchema,
  }),
  /** `asking`: the issuer; `writing`: the card is written and must stay. */
  'account-working': z.strictObject({ kind: z.literal('account-working'), what: z.enum(['asking', 'writing']), tail }),
  'account-put-back': z.strictObject({
    kind: z.literal('account-put-back'),
    tail,
    reference: z.string().max(40),
    /** Tail of another card that was presented instead. */
    otherTail: tail.optional(),
    wait: waitSchema,
  }),
  'account-told': z.strictObject({
    kind: z.literal('account-told'),
    /** `cardGone`, `issuerOffline`: begun, and not at its end; `releaseOpen`, `passwordOpen`: the issuer has not answered yet. */
    state: z.enum([
      'activated',
      'enabled',
      'extended',
      'unblocked',
      'released',
      'passwordSet',
      'begunElsewhere',
      'cardGone',
      'issuerOffline',
      'releaseOpen',
      'passwordOpen',
    ]),
    tail,
    /** State `extended`: the last day. */
    until: z.iso.date().optional(),
    /** State `released`: good at this machine and online since, and everywhere from. */
    since: moment.optional(),
    everywhere: moment.optional(),
    /** Of what has no outcome yet. */
    reference: z.string().max(40).optional(),
    /** The document of whoever was identified by one still lies on the reader. */
    document: z.boolean(),
    /** It can go on here and now. */
    canRetry: z.boolean(),
    receipts: receiptsSchema,
    receipt: z.enum(['choice', 'printing', 'printed', 'failed']),
    wait: waitSchema.optional(),
  }),
  trouble: z.strictObject({
    kind: z.literal('trouble'),
    trouble: z.enum(troubles),
    card: cardSchema.optional(),
    reference: reference.optional(),
    canRetry: z.boolean(),
    /** What would mend it, where that can be had here and now. */
    service: z.literal('release').optional(),
    wait: waitSchema.optional(),
  }),
  ...surveyBodies,
  ...signInBodies,
  ...roomBodies,
  ...readinessBodies,
  ...monitorBodies,
  'take-card': z.strictObject({ kind: z.literal('take-card'), tail: tail.optional(), wait: waitSchema }),
  goodbye: z.strictObject({ kind: z.literal('goodbye') }),
} as const;

/** What a replay can draw again: screens that money moved on, and none on which somebody says who they are. */
export const replayedSchema = z.discriminatedUnion('kind', [
  ownBodies['top-up-cash'],
  ownBodies['top-up-qr'],
  ownBodies['top-up-scan'],
  ownBodies['top-up-bank-card'],
  ownBodies['top-up-voucher'],
  ownBodies.committing,
  ownBodies['put-back'],
  ownBodies.done,
  ownBodies.settled,
  ownBodies['replace-making'],
  ownBodies['replace-take'],
  ownBodies['replace-done'],
  ownBodies['loss-asking'],
  ownBodies['loss-told'],
]);
export type ReplayedBody = z.infer<typeof replayedSchema>;

const stepSchema = z.strictObject({ route: z.literal('topUp'), at: z.int().min(0).max(3), of: z.literal(4) });

const bodies = { ...ownBodies, ...replayBodies(replayedSchema, stepSchema, z.enum(locales)) } as const;

export type ViewKind = keyof typeof bodies;
export const viewKinds = Object.keys(bodies) as readonly ViewKind[];

export const viewBodySchema = z.discriminatedUnion('kind', Object.values(bodies) as [(typeof bodies)['starting'], ...(typeof bodies)[ViewKind][]]);
export type ViewBody = { [K in ViewKind]: z.infer<(typeof bodies)[K]> }[ViewKind];
export type ViewBodyOf<K extends ViewKind> = Extract<ViewBody, { readonly kind: K }>;

const overlaySchema = z.discriminatedUnion('kind', [
  /** "Are you still there?" with what would happen at the end. */
  z.strictObject({ kind: z.literal('idle-warning'), wait: waitSchema, money: z.enum(['none', 'inserted', 'order', 'voucher']) }),
  z.strictObject({ kind: z.literal('language') }),
  z.strictObject({ kind: z.literal('access') }),
  z.strictObject({ kind: z.literal('help') }),
  /** How to report a lost card without a card: by telephone. */
  z.strictObject({ kind: z.literal('lost-card') }),
  /** 快速遮挡: nothing of the person is on the glass. */
  z.strictObject({ kind: z.literal('hidden') }),
]);
export type Overlay = z.infer<typeof overlaySchema>;

export const viewSchema = z.strictObject({
  version: z.literal(VIEW_VERSION),
  /** Grows with every View; a touch names the View it was made on. */
  seq: z.int().min(0),
  site: siteSchema,
  preferences: preferencesSchema,
  /** Local time, `HH:MM`. */
  clock: z.string().regex(/^\d\d:\d\d$/),
  /** Where a flow stands on its route: index of the present stop. */
  step: stepSchema.optional(),
  /** Whether 语言 · 大字 · 遮挡 · 帮助 are on this screen; absent while money moves. */
  utilities: z.boolean(),
  /** Absent where none is fitted. */
  keypad: keypadSchema.optional(),
  body: viewBodySchema,
  overlay: overlaySchema.optional(),
});
export type View = Omit<z.infer<typeof viewSchema>, 'body'> & { readonly body: ViewBody };

/** What a person did. `start`, `back`, … are acts, not coordinates. */
export const uiActSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('start') }),
  z.strictObject({ type: z.literal('service'), service: z.enum(serviceNames) }),
  z.strictObject({ type: z.literal('amount'), amount: amount.min(1) }),
  z.strictObject({ type: z.literal('custom-amount') }),
  /** A letter or digit of a voucher's number. */
  z.strictObject({ type: z.literal('symbol'), symbol: z.string().regex(/^[0-9A-HJKMNP-TV-Z]$/) }),
  z.strictObject({ type: z.literal('digit'), digit: z.string().regex(/^\d$/) }),
  z.strictObject({ type: z.literal('erase') }),
  z.strictObject({ type: z.literal('clear') }),
  z.strictObject({ type: z.literal('tender'), tender: z.enum(tenderNames) }),
  z.strictObject({ type: z.literal('confirm') }),
  z.strictObject({ type: z.literal('back') }),
  /** Leaves the flow: before money nothing happened; with money in the box it means "don't load, give me a voucher". */
  z.strictObject({ type: z.literal('cancel') }),
  z.strictObject({ type: z.literal('retry') }),
  /** 继续办理: grants the whole wait again. */
  z.strictObject({ type: z.literal('extend') }),
  /** 卡不在我手上. */
  z.strictObject({ type: z.literal('give-up-card') }),
  z.strictObject({ type: z.literal('receipt'), choice: z.enum(['print', 'screen', 'none']) }),
  z.strictObject({ type: z.literal('page'), to: z.enum(['previous', 'next']) }),
  z.strictObject({ type: z.literal('range'), range: z.enum(statementRanges) }),
  ...supportActs,
  ...deskActs,
  ...callbackActs,
  ...chatActs,
  ...surveyActs,
  ...signInActs,
  ...readinessActs,
  ...monitorActs,
  ...roomActs,
  z.strictObject({ type: z.literal('report-loss') }),
  /** 补卡: from the first screen, or for the card that was just reported. */
  z.strictObject({ type: z.literal('replace-card') }),
  z.strictObject({ type: z.literal('way'), way: z.enum(identifyWays) }),
  /** One of a list, from 0. */
  z.strictObject({ type: z.literal('pick'), index: z.int().min(0).max(99) }),
  /** Another code for the telephone. */
  z.strictObject({ type: z.literal('resend') }),
  z.strictObject({ type: z.literal('another') }),
  z.strictObject({ type: z.literal('finish') }),
  z.strictObject({ type: z.literal('open'), overlay: z.enum(['language', 'access', 'help', 'lost-card', 'hidden']) }),
  z.strictObject({ type: z.literal('close') }),
  z.strictObject({ type: z.literal('prefer'), preferences: preferencesSchema.partial() }),
]);
export type UiAct = z.infer<typeof uiActSchema>;

export const uiEventSchema = z.strictObject({
  version: z.literal(VIEW_VERSION),
  /** The View the person was looking at. */ seq: z.int().min(0),
  act: uiActSchema,
});
export type UiEvent = z.infer<typeof uiEventSchema>;
