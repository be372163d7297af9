/**
 * Contract 3: what a flow may ask of the world, in the field's words. The composition (main/terminal) implements these over devices,
 * journal and upstream; tests implement them over simulators. A flow never sees a device model, bytes of a line, SQL or HTTP.
 */
import type { Clock } from '../common/clock.ts';
import type { Fen } from '../common/fen.ts';
import type { Ids, Random } from '../common/ids.ts';
import type { CardRef, ExaminedEvidence, JournalBody, NewEntry, Outcome, PendingLoadInit, Tender } from '../common/journal-kinds.ts';
import type { Unsubscribe } from '../common/unsubscribe.ts';
import type { TicketKind } from '../common/upstream-api/support.ts';
import type { WorkingTime } from '../common/working-calendar.ts';
import type { TypingPort } from './chat/ports.ts';
import type { DeskPort } from './desk/ports.ts';
import type { DeclineReason } from '../common/upstream-api/payments.ts';
import type { AccountPort } from './account/ports.ts';
import type { RunningScript } from './card-script.ts';
import type { ScriptCard, ScriptPort } from './card-script/ports.ts';
import type { SupportPort } from './support/port.ts';
import type { KeypadPort } from './keypad.ts';
import type { MonitorPort } from './maintenance/monitor-port.ts';
import type { ReadinessPort } from './maintenance/readiness-port.ts';
import type { SelfTestPort } from './maintenance/self-test-port.ts';
import type { RoomsPort } from './maintenance/rooms-port.ts';
import type { StaffPort } from './maintenance/sign-in-port.ts';
import type { DocumentPort, DocumentReader, LossPort } from './loss-report/ports.ts';
import type { BlankPort, ReplacementPort } from './replacement/ports.ts';

/** What a person may be told about a card that was read. */
export interface CardReading {
  readonly ref: CardRef;
  readonly balance: Fen;
  /** Most that the purse may hold, from the card's issuer or configuration. */
  readonly purseLimit: Fen;
  /** `YYYY-MM-DD`, both days included. */
  readonly validFrom: string;
  readonly validUntil: string;
  readonly records: readonly CardRecord[];
}

export interface CardRecord {
  /** `YYYY-MM-DDTHH:MM:SS`, local time as the accepting terminal wrote it. */
  readonly at: string;
  readonly kind: 'load' | 'purchase' | 'other';
  readonly amount: Fen;
}

export type CardProblem =
  /** No chip answered, or it stopped answering. */
  | 'unreadable'
  /** A chip, but no application this terminal knows. */
  | 'unknown'
  /** Known application, another issuer without agreement. */
  | 'foreign'
  | 'expired'
  | 'notYetValid'
  | 'notActivated'
  | 'blocked'
  /** Several chips answer at once. */
  | 'twoCards'
  /** The card left while it was read. */
  | 'removed';

export type CardReadOutcome =
  | { readonly ok: true; readonly card: CardReading }
  /** `card` is what could still be read, e.g. the balance of an expired card. */
  /** `ref`: of a card that says who it is, and can't be read further. */
  | { readonly ok: false; readonly problem: CardProblem; readonly card?: CardReading; readonly ref?: CardRef };

export type CreditOutcome =
  | { readonly kind: 'credited'; readonly tac: string }
  /** The card said no: nothing changed (status words of card-application.md 3.1). */
  | { readonly kind: 'refused'; readonly statusWord: string }
  /** No answer, a torn card, an ambiguous word: examine before anything else. */
  | { readonly kind: 'unknown'; readonly why: string };

/** What the recovery table must know of a load; the MACs are not among it. */
export type ExaminableLoad = Omit<JournalBody<'load.committing'>, 'mac1' | 'mac2'>;

/** Verdict of the recovery table (card-application.md 3.2) on an earlier load, read from the card itself. */
export type LoadVerdict =
  | { readonly kind: 'credited'; readonly tac?: string; /** Where the card tells. */ readonly balance?: Fen; readonly evidence?: ExaminedEvidence }
  | { readonly kind: 'notCredited'; readonly evidence?: ExaminedEvidence }
  | { readonly kind: 'undetermined'; readonly row: number; readonly why: string; readonly evidence?: ExaminedEvidence }
  /** Another card was presented; nothing was asked of it beyond its number. */
  | { readonly kind: 'otherCard'; readonly tail: string }
  /** The card left, or its chip fell silent, before the table could be filled: present it again. */
  | { readonly kind: 'removed' };

export type MediaState = 'notPresent' | 'atGate' | 'inside' | 'jammed' | 'unknown';

export type CardEvent =
  | { readonly type: 'CARD.INSERTED' }
  | { readonly type: 'CARD.REMOVED' }
  /** It came into the gate and no further, or was not let in: what is wrong with it as far as the reader can tell. */
  | { readonly type: 'CARD.REFUSED'; readonly problem: CardProblem };

/** The card path. Calls queue; each has a stated limit and rejects with PortError, unless a typed outcome covers the failure. */
export interface CardPort {
  readonly media: MediaState;
  /** The reader has a bin, and room in it as far as it can tell. */
  readonly canRetain: boolean;
  /** Lets cards in, or not. */
  setEntry(enabled: boolean): Promise<void>;
  /** Activates the chip and reads it. Limit 8 s. */
  read(signal?: AbortSignal): Promise<CardReadOutcome>;
  /** INITIALIZE FOR LOAD: changes nothing on the card. Limit 3 s. */
  initializeLoad(request: { ref: CardRef; amount: Fen; loadId: string }, signal?: AbortSignal): Promise<InitializeOutcome>;
  /** CREDIT FOR LOAD: the step that writes money. Never repeated, not abortable. Limit 3 s. */
  creditLoad(request: { hostDate: string; hostTime: string; mac2: string }): Promise<CreditOutcome>;
  /** Reads back the balance of the card that was just written. */
  readBalance(signal?: AbortSignal): Promise<Fen>;
  /** Fills the recovery table from the card now inside. */
  examineLoad(load: ExaminableLoad, ref: CardRef, signal?: AbortSignal): Promise<LoadVerdict>;
  /** What the issuer does to the card. */
  readonly script: ScriptCard;
  /** To the gate, for the person to take. */
  present(): Promise<void>;
  /** Back from the gate to the station. */
  retract(): Promise<void>;
  /** Into the retain bin. */
  retain(): Promise<void>;
  onEvent(listener: (event: CardEvent) => void): Unsubscribe;
}

export type InitializeOutcome =
  | { readonly kind: 'ready'; readonly init: PendingLoadInit }
  | { readonly kind: 'refused'; readonly statusWord: string }
  | { readonly kind: 'otherCard'; readonly tail: string }
  | { readonly kind: 'removed' };

/** `untold`: the acceptor can't say what it did: nothing more goes in. */
export type CashEvent =
  | { readonly type: 'NOTE.ACCEPTING' }
  | { readonly type: 'NOTE.ESCROWED'; readonly denomination: Fen }
  | { readonly type: 'NOTE.REJECTED'; readonly reason: 'inhibited' | 'validation' | 'insertion' | 'operation' | 'other' }
  | { readonly type: 'NOTE.RETURNED' }
  /** `noteStuck`: jammed with a note inside that never came to escrow; nobody knows its value. `jammed`: no note but those already told of. */
  | { readonly type: 'CASH.TROUBLE'; readonly trouble: 'jammed' | 'noteStuck' | 'cheated' | 'offline' | 'boxFull' | 'boxRemoved' | 'untold' };

/** What belongs into the entry of a stacked note. */
export type StackedCredit = Pick<JournalBody<'cash.stacked'>, 'evidence' | 'memory'>;

/** The note path: one note of escrow. */
export interface CashPort {
  readonly denominations: readonly Fen[];
  /** Accepts exactly these; empty inhibits. */
  accept(denominations: readonly Fen[]): Promise<void>;
  /**
   * Orders the escrowed note into the box and waits for its credit message. `onCredit` must make the credit durable; only then is the
   * message acknowledged. Limit 30 s; afterwards nobody knows until the acceptor says: `unknown`.
   */
  stack(onCredit: (credit: StackedCredit) => void): Promise<'stacked' | 'returned' | 'unknown'>;
  /** Orders the escrowed note out. Limit 30 s. */
  returnNote(): Promise<'returned' | 'stacked' | 'unknown'>;
  onEvent(listener: (event: CashEvent) => void): Unsubscribe;
}

export interface QrOrder {
  readonly orderId: string;
  /** What the code says: the wallet's payment link. */
  readonly code: string;
  /** Life of the order in ms from its creation. */
  readonly lifeMs: number;
  readonly merchant: string;
}

export type OrderState =
  | { readonly state: 'waiting' }
  /** The person is confirming on the phone. */
  | { readonly state: 'confirming' }
  | { readonly state: 'captured'; readonly channel: string; readonly channelRef: string; readonly amount: Fen }
  /** Can no longer be paid and was not. */
  | { readonly state: 'closed' }
  /** `reason`: of a code that was presented, or a bank card. */
  | { readonly state: 'declined'; readonly reason?: DeclineReason };

/** Electronic tender. Every call is idempotent by its key. Rejects with PortError. */
export interface PaymentPort {
  createOrder(request: { orderId: string; amount: Fen; reference: string }, signal?: AbortSignal): Promise<QrOrder>;
  /**
   * Pays with the code that the person presented. After a rejection nobody knows: the order is closed, and what is true afterwards counts. The
   * code is worth money for a minute: it is kept and logged nowhere.
   */
  capture(request: { orderId: string; amount: Fen; reference: string; code: string }): Promise<OrderState>;
  /**
   * Puts a sale on the bank's payment terminal that stands beside this one, and answers as soon as it is there; what becomes of it is queried.
   * After a rejection nobody knows: the order is closed, and what is true afterwards counts. No card data is in any answer.
   */
  sell(request: { orderId: string; amount: Fen; reference: string }): Promise<OrderState>;
  /** Answers at once when the state differs from `since`, else after at most `waitMs`. */
  queryOrder(orderId: string, wait?: { since: OrderState['state']; waitMs: number }, signal?: AbortSignal): Promise<OrderState>;
  /** Closes an unpaid order; answers what is true afterwards: `closed`, or `captured` when the payment was faster. */
  closeOrder(orderId: string): Promise<OrderState>;
  refund(request: { refundId: string; orderId: string; amount: Fen }): Promise<{ readonly state: 'refunded' }>;
}

/** `SCANNER.AWAY`: nothing can be scanned now. */
export type ScannerEvent =
  | { readonly type: 'CODE.SCANNED'; readonly text: string }
  /** Something was held there, and nothing could be made of it. */
  | { readonly type: 'CODE.UNREADABLE' }
  | { readonly type: 'SCANNER.AWAY' };

/** The window to which people hold their codes. It reads only while somebody listens: no code of one person reaches the next. */
export interface ScannerPort {
  listen(listener: (event: ScannerEvent) => void): Unsubscribe;
}

/** Authorised by the issuer, for whichever terminal; nobody has said yet whether the card executed it. */
export interface OpenLoad {
  readonly load: ExaminableLoad;
  /** The number that the person was given. */
  readonly reference: string;
}

/** `openLoads`: of this card; absent: none. */
export type IssuerCheck = (
  | { readonly allowed: true; readonly purseLimit: Fen }
  | { readonly allowed: false; readonly reason: 'reportedLost' | 'blocked' | 'unknownCard' | 'notActivated' | 'limit' }
) & { readonly openLoads?: readonly OpenLoad[] };

/** What became of a load as the issuer has it; `open` until card or clearing says which. */
export type LoadStanding = { readonly state: 'open' } | { readonly state: 'credited'; readonly tac: 'good' | 'absent' } | { readonly state: 'notCredited' };

/** Value that waits for a card at its issuer. */
export interface WaitingLoad {
  readonly pendingId: string;
  /** From whom: a subsidy office, a merchant, the balance of an earlier card, a load that was bought elsewhere. */
  readonly kind: 'subsidy' | 'refund' | 'transfer' | 'purchase';
  /** The issuer's number for it. */
  readonly reference: string;
  /** `awaited`: its amount is not known yet; `notYet`: it can't be had before `from`; `taken`: a terminal has it, or its load is not decided. */
  readonly state: 'available' | 'notYet' | 'awaited' | 'taken';
  readonly amount?: Fen;
  /** ms since 1970: from when it can be had, or is expected. */
  readonly from?: number;
  /** ms since 1970: to when it can be had. */
  readonly until?: number;
}

/** Under which a load is authorized: no other terminal can have the value meanwhile. */
export interface LoadClaim {
  readonly claimId: string;
  readonly pendingId: string;
}

export type ClaimOutcome = { readonly kind: 'claimed'; readonly amount: Fen } | { readonly kind: 'refused'; readonly code: string };

/** Card issuer, online. Idempotent by loadId and claimId. Rejects with PortError. */
export interface IssuerPort {
  /** Asked before a person invests any effort or money. */
  checkCard(ref: CardRef, signal?: AbortSignal): Promise<IssuerCheck>;
  authorizeLoad(request: {
    ref: CardRef;
    init: PendingLoadInit;
    reference: string;
    /** Where the money waited at the issuer. */
    claim?: LoadClaim;
  }): Promise<
    | { readonly kind: 'authorized'; readonly hostDate: string; readonly hostTime: string; readonly mac2: string }
    | { readonly kind: 'refused'; readonly code: string }
  >;
  /** Reports a credited load with its TAC (or without, when only state proves it). */
  confirmLoad(request: { loadId: string; tac?: string }): Promise<{ readonly tac: 'good' | 'bad' | 'absent' }>;
  /** Releases the reservation of a load that certainly did not happen. */
  reverseLoad(request: { loadId: string }): Promise<void>;
  /** What the card's account did since `since` (`YYYY-MM-DD`), newest first; a person waits for it. */
  history(ref: CardRef, since: string, signal?: AbortSignal): Promise<readonly CardRecord[]>;
  /** Of this card, asked while its holder waits for the menu: one short attempt. */
  openLoads(ref: CardRef, signal?: AbortSignal): Promise<readonly OpenLoad[]>;
  /** Whether a TAC is of this load, whichever terminal began it. Books nothing. */
  checkTac(request: { loadId: string; tac: string }): Promise<'good' | 'bad'>;
  /** What the card says of a load, whichever terminal began it. Idempotent by examinationId; answers the load's standing afterwards. */
  reportExamined(request: {
    examinationId: string;
    loadId: string;
    verdict: 'credited' | 'notCredited' | 'undetermined';
    tac?: string;
    evidence?: ExaminedEvidence;
  }): Promise<LoadStanding>;
  /** Of a load that this terminal began. */
  loadStanding(loadId: string): Promise<LoadStanding>;
  /** What waits for this card, the oldest first. `glance`: asked while its holder waits for the menu, one short attempt. */
  waitingLoads(ref: CardRef, how: 'glance' | 'ask', signal?: AbortSignal): Promise<readonly WaitingLoad[]>;
  /** Nobody else can have it from then on, until its load is decided, the claim is given back, or its time is over without a load. */
  claimWaiting(request: LoadClaim & { readonly ref: CardRef }): Promise<ClaimOutcome>;
  /** Also of a claim that may never have arrived: it can't be made afterwards. Refused while a load on it may be on the card. */
  releaseClaim(claimId: string): Promise<void>;
}

/** A voucher of this terminal as upstream is told of it. */
export type VoucherRegistration = JournalBody<'voucher.registering'>;

export type ReserveOutcome =
  | { readonly kind: 'reserved'; readonly amount: Fen }
  | {
      readonly kind: 'refused';
      readonly code: 'unknown' | 'wrongCode' | 'locked' | 'redeemed' | 'expired' | 'inUse' | 'tooLarge' | 'released';
      /** `wrongCode`: tries that this number has left for now. */
      readonly triesLeft?: number;
    };

/** Vouchers: given out by this terminal, and taken as a tender. Idempotent by voucherId and redeemId. Rejects with PortError. */
export interface VoucherPort {
  /** The secret code of a voucher of this terminal: 12 digits, the same every time, kept nowhere. */
  codeOf(voucherId: string): string;
  register(voucher: VoucherRegistration): Promise<void>;
  /** Nobody else can have the voucher from then on, until it is confirmed or released. `maximum`: it is redeemed whole or not at all. */
  reserve(request: { redeemId: string; number: string; code: string; maximum: Fen }): Promise<ReserveOutcome>;
  /** Its money has its place: the voucher is used up. */
  confirm(redeemId: string): Promise<void>;
  /** It can be used again. Also for a reservation that may never have arrived: it can't be made afterwards. */
  release(redeemId: string): Promise<void>;
}

/** What its holder needs of a voucher. */
export interface VoucherSlip {
  readonly number: string;
  /** Absent where it must not be shown: to whoever may stand here long afterwards. */
  readonly code?: string;
  /** ms since 1970; the whole of that day counts. */
  readonly validUntil: number;
}

/** What a slip says; words and layout are the printer side's. */
export interface ReceiptContent {
  readonly kind: 'topUp';
  /** `pending`: 待确认凭证. */
  readonly status: 'delivered' | 'refunded' | 'voucher' | 'pending';
  readonly reference: string;
  readonly at: number;
  readonly cardTail: string;
  readonly tender: Tender;
  /** Channel's name and the end of its own number, e.g. `微信支付`, `3071`. */
  readonly channel?: { readonly name: string; readonly tail: string };
  readonly amount: Fen;
  /** A note is in the machine, beside `amount`, and its value is not known. */
  readonly noteStuck?: true;
  readonly fee: Fen;
  readonly balanceBefore: Fen;
  /** Only when read back from the card. */
  readonly balanceAfter?: Fen;
  /** Status `voucher`: what redeems it. */
  readonly voucher?: VoucherSlip;
  /** Tender `voucher`: the number of the one that was brought. */
  readonly redeemed?: string;
  /** For open outcomes: hours within which it is settled. */
  readonly settledWithinHours?: number;
  readonly notes?: readonly Fen[];
  readonly reprint: number;
  readonly locale: string;
  readonly largePrint: boolean;
  /** Place in the journal: seq and the first 8 hex of the hash. */
  readonly journal: { readonly seq: number; readonly hash: string };
  /** What the slip's code says: the link of {@link SlipPort}. */
  readonly qr: string;
}

export type ReceiptOutcome =
  | {
      readonly state: 'printed';
      readonly confirmedBy: 'processId' | 'queueAnswer' | 'presenter';
      readonly sha256: string;
      readonly byteCount: number;
      /** What became of the slip at the presenter; absent where the printer has none. `retracted`, `ejected`: nobody took it. */
      readonly presented?: 'taken' | 'retracted' | 'ejected' | 'jammed' | 'unknown';
      /** Characters that the slip shows as 〓 (code points); absent: none. */
      readonly replaced?: readonly string[];
    }
  | { readonly state: 'failedBefore' | 'interrupted' | 'unconfirmed'; readonly trouble: string };

/** What a slip states of a transaction, and what the terminal signs: nothing that tells who the person is. */
export interface SlipStatement {
  /** That gave the outcome; absent when the journal could not take one. */
  readonly entry: AppendedEntry | undefined;
  readonly reference: string;
  readonly outcome: 'delivered' | 'refunded' | 'voucher' | 'case';
  readonly amount: Fen;
  readonly tender: Tender;
  readonly cardTail: string;
}

/** Makes what a slip says checkable by whoever holds it. */
export interface SlipPort {
  /** A link for the person's phone that holds the statement, signed. Without an entry nothing is signed: it holds the reference alone. Pure. */
  linkOf(statement: SlipStatement): string;
}

/** A slip of a statement: some of its lines, in order. */
export interface StatementContent {
  readonly at: number;
  readonly cardTail: string;
  readonly balance: Fen;
  /** `cardOnly`: the account could not be asked, and the slip says so. */
  readonly source: 'account' | 'cardOnly';
  readonly range: 'last10' | 'month' | 'quarter';
  /** Number of its first line among all, from 1. */
  readonly first: number;
  readonly total: number;
  readonly lines: readonly CardRecord[];
  /** It goes on where a slip before it broke off, and may repeat what that one has. */
  readonly continued: boolean;
  readonly locale: string;
  readonly largePrint: boolean;
}

/** A slip of a loss report: what its holder keeps. */
export interface LossContent {
  readonly at: number;
  readonly cardTail: string;
  /** Of the report that is in force. */
  readonly reference: string;
  /** `queued`: nobody answered, and the slip says that it is not in effect. */
  readonly state: 'effective' | 'scheduled' | 'queued';
  /** When it takes effect; `queued`: when it was taken. ms since 1970 */
  readonly since: number;
  /** Of a copy: which one. */
  readonly reprint?: number;
  readonly locale: string;
  readonly largePrint: boolean;
}

/** A slip of a ticket: what its holder asks after it by. */
export interface TicketContent {
  readonly at: number;
  /** `kept`: the desk does not have it yet, and the slip says so. */
  readonly state: 'stored' | 'kept';
  /** In the QR code. */
  readonly id: string;
  readonly reference: string;
  readonly topic: TicketKind;
  readonly cardTail?: string;
  /** When an answer is promised, ms since 1970; or else within how much working time from when the desk has it. */
  readonly dueAt?: number;
  readonly within?: WorkingTime;
  /** Of a copy: which one. */
  readonly reprint?: number;
  readonly locale: string;
  readonly largePrint: boolean;
}

/** A slip of a call back (预约回电): when, and the number by which it is followed. The telephone is not on it. */
export interface CallbackContent {
  readonly at: number;
  /** `kept`: the desk does not have it yet, and the slip says so. */
  readonly state: 'booked' | 'kept';
  /** What was done to one that was booked before; absent: it is new. */
  readonly change?: 'move' | 'cancel';
  /** In the QR code; absent: it is on the slip that they have. */
  readonly id?: string;
  readonly reference: string;
  /** ms since 1970 */
  readonly start: number;
  /** Absent on a copy: the journal has the beginning alone. */
  readonly end?: number;
  readonly cardTail?: string;
  /** Of a copy: which one. */
  readonly reprint?: number;
  readonly locale: string;
  readonly largePrint: boolean;
}

/** A slip of what was done to a card, or begun. No password and nobody's name is on it. */
export interface AccountContent {
  readonly at: number;
  /** `cardGone`, `issuerOffline`: begun, and not at its end; `releaseOpen`, `passwordOpen`: the issuer has not answered yet. */
  readonly state:
    'activated' | 'enabled' | 'extended' | 'unblocked' | 'released' | 'passwordSet' | 'cardGone' | 'issuerOffline' | 'releaseOpen' | 'passwordOpen';
  readonly cardTail: string;
  /** Of what has no outcome yet. */
  readonly reference?: string;
  /** State `extended`: `YYYY-MM-DD`, the last day. */
  readonly until?: string;
  /** State `released`: from when on it is good at this machine and online, and everywhere. ms since 1970 */
  readonly releasedAt?: number;
  readonly everywhereAt?: number;
  /** Of a copy: which one. */
  readonly reprint?: number;
  readonly locale: string;
  readonly largePrint: boolean;
}

/** A slip of a new card for a lost one, or of its fee. */
export interface ReplacementContent {
  readonly at: number;
  readonly reference: string;
  readonly outcome: 'delivered' | 'refunded' | 'voucher' | 'case';
  readonly oldTail: string;
  /** Outcome `delivered`. */
  readonly newTail?: string;
  /** Paid: earned, given back, owed, or in question. */
  readonly fee: Fen;
  readonly tender: Tender;
  readonly channel?: { readonly name: string; readonly tail: string };
  /** Outcome `delivered`: the old card's value. */
  readonly transfer?: { readonly state: 'known'; readonly amount: Fen } | { readonly state: 'awaited'; readonly expectedAt: number };
  readonly voucher?: VoucherSlip;
  readonly settledWithinHours: number;
  /** Of a copy: which one. */
  readonly reprint?: number;
  readonly locale: string;
  readonly largePrint: boolean;
  readonly journal: { readonly seq: number; readonly hash: string };
  readonly qr: string;
}

export interface ReceiptPort {
  /** Never rejects: the outcome says what is known. `jobId` goes into the journal before. */
  print(jobId: string, content: ReceiptContent): Promise<ReceiptOutcome>;
  /** Never rejects. */
  printStatement(jobId: string, content: StatementContent): Promise<ReceiptOutcome>;
  /** Never rejects. */
  printLoss(jobId: string, content: LossContent): Promise<ReceiptOutcome>;
  /** Never rejects. */
  printTicket(jobId: string, content: TicketContent): Promise<ReceiptOutcome>;
  /** Never rejects. */
  printCallback(jobId: string, content: CallbackContent): Promise<ReceiptOutcome>;
  /** Never rejects. */
  printAccount(jobId: string, content: AccountContent): Promise<ReceiptOutcome>;
  /** Never rejects. */
  printReplacement(jobId: string, content: ReplacementContent): Promise<ReceiptOutcome>;
}

/** A transaction that an interruption left open and that now has a definite place: what its person must be told. */
export interface Recovered {
  readonly outcome: 'delivered' | 'refunded' | 'voucher' | 'case';
  readonly reference: string;
  readonly tender: Tender;
  readonly ref: CardRef;
  readonly amount: Fen;
  /** A note is in the machine, beside `amount`, and its value is not known. */
  readonly noteStuck?: true;
  readonly balanceBefore: Fen;
  readonly balanceAfter?: Fen;
  /** The fee of a new card for a lost one: `ref` is the lost one. */
  readonly replacement?: true;
  /** Outcome `voucher`. */
  readonly voucher?: VoucherSlip;
  /** That gave the outcome: the closing one, or the later answer to a case. */
  readonly entry: AppendedEntry;
}

/** An earlier load of this card that another terminal left open, and what is known of it now. */
export interface EarlierLoad {
  readonly outcome: 'earlier';
  readonly verdict: 'credited' | 'notCredited' | 'undetermined';
  /** Given by the terminal that began it: every word about this money goes by it. */
  readonly reference: string;
  readonly ref: CardRef;
  readonly amount: Fen;
  /** Where the card tells. */
  readonly balance?: Fen;
}

/** An earlier top-up of a card that an open case here still stands for. */
export interface UnfinishedTopUp {
  readonly amount: Fen;
  /** The number that the person was given. */
  readonly reference: string;
}

/** The latest top-up of a card at this terminal. */
export interface LatestTopUp {
  readonly reference: string;
  /** ms since 1970 */
  readonly at: number;
  /** Loaded; where nothing was, what was taken or asked for. */
  readonly amount: Fen;
  readonly outcome: Outcome | undefined;
  /** Its story in the journal, where that is short enough to be pointed at. */
  readonly evidence?: { readonly epoch: number; readonly fromSeq: number; readonly toSeq: number };
}

/** Puts right what an interruption left open. Decisions come from the journal alone (common/money), never from memory. */
export interface RecoveryPort {
  /** Every open transaction, before the first person is served. Never rejects: what can't be decided stays an open case. */
  run(): Promise<readonly Recovered[]>;
  /** Earlier loads of this very card with unknown outcome, begun here or at another terminal, are decided now, before any new load. Never rejects. */
  resolveWith(card: CardReading): Promise<readonly (Recovered | EarlierLoad)[]>;
  /** Of the loads that the issuer has as open, one that is really undecided: no other may be begun. What is known here the issuer is told. */
  undecided(loads: readonly OpenLoad[]): Promise<OpenLoad | undefined>;
  /** The latest of this card. Never throws. */
  unfinishedOf(card: CardRef): UnfinishedTopUp | undefined;
  /** A script of the issuer that touched this card and has no outcome yet. Never throws. */
  unfinishedScriptOf(card: CardRef): RunningScript | undefined;
  /** Never throws. */
  latestOf(card: CardRef): LatestTopUp | undefined;
  /** What the support desk was not told yet, the newest first. Never throws. */
  undelivered(): readonly JournalBody<'desk.submitting'>[];
}

export interface AppendedEntry {
  readonly epoch: number;
  readonly seq: number;
  /** Hexadecimal. */
  readonly hash: string;
  readonly at: number;
}

/** The journal. `append` returns after the entry is on disk. @throws {PortError} `journalUnavailable` */
export interface JournalPort {
  append(entry: NewEntry): AppendedEntry;
  /** A fresh reference number for people, unused in this journal today. */
  newReference(): string;
}

export type ServiceName = 'topUp' | 'pendingLoad' | 'balance' | 'statement' | 'account';
export type TenderName = 'cash' | 'qr' | 'qrPresented' | 'card' | 'voucher';
/** Why something can't be had now; each has words in the catalogue. */
export type UnavailableReason =
  | 'cardReaderDown'
  | 'cashAcceptorDown'
  | 'cashBoxFull'
  | 'scannerDown'
  | 'issuerOffline'
  | 'paymentOffline'
  | 'upstreamOffline'
  | 'journalUnavailable'
  | 'diskLow'
  | 'switchedOff'
  | 'maintenance'
  /** Upstream does not accept this terminal: not enrolled, or revoked. */
  | 'notAdmitted'
  | 'starting';

export interface Availability {
  readonly services: Readonly<Record<ServiceName, { readonly available: true } | { readonly available: false; readonly reason: UnavailableReason }>>;
  readonly tenders: Readonly<Record<TenderName, { readonly available: true } | { readonly available: false; readonly reason: UnavailableReason }>>;
  /** Whether a new card for a lost one can be had here, from identification to the gate. */
  readonly replacement: boolean;
  /** Whether a lost card can be reported here; where not, it is by telephone. */
  readonly lossReport: { readonly available: true } | { readonly available: false; readonly reason: UnavailableReason };
  readonly documents: DocumentReader;
  /** Whether a slip can be had: asked before money is taken. */
  readonly receipts: 'available' | 'paperLow' | 'paperOut' | 'printerDown';
  readonly upstream: 'online' | 'offline';
}

/** The one place that knows what works now and why the rest doesn't. */
export interface AvailabilityPort {
  readonly current: Availability;
  onChange(listener: (availability: Availability) => void): Unsubscribe;
}

export type PortErrorCode =
  | 'offline'
  | 'timeout'
  /** The far side refused; `detail` is its stable code. */
  | 'refused'
  /** The answer broke its schema, its limits or its signature. */
  | 'invalidAnswer'
  | 'deviceFault'
  | 'mediaJammed'
  | 'journalUnavailable'
  | 'aborted';

export class PortError extends Error {
  readonly code: PortErrorCode;
  readonly detail: string | undefined;
  constructor(code: PortErrorCode, message: string, options: { detail?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PortError';
    this.code = code;
    this.detail = options.detail;
  }
}

/** No further step is allowed: only what is on disk counts. */
export function isJournalFailure(error: unknown): boolean {
  return error instanceof PortError && error.code === 'journalUnavailable';
}

/** Settings of the site that flows obey. */
export interface FlowSettings {
  /** Presets on the amount screen, fen, ascending, at most six. */
  readonly presets: readonly Fen[];
  readonly minimumLoad: Fen;
  readonly maximumLoad: Fen;
  readonly tenders: readonly TenderName[];
  /** What to do with a card that nobody takes. */
  readonly untakenCard: 'retain' | 'keepAtGate';
  readonly receiptDefault: 'ask' | 'none';
  readonly settledWithinHours: number;
  /** Of a new card for a lost one. */
  readonly replacementFee: Fen;
  /** How long a voucher of this terminal can be redeemed. */
  readonly voucherValidDays: number;
  /** When a card's first screen says something of it (notices.ts); 0: never. */
  readonly notices: { readonly lowBalance: Fen; readonly expiringDays: number; readonly tripsADay: number };
  /** How it went is asked at the end. */
  readonly survey: boolean;
  /** IANA name, e.g. `Asia/Shanghai`: days on screens are local. */
  readonly timeZone: string;
}

export interface Ports {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  readonly journal: JournalPort;
  readonly card: CardPort;
  readonly cash: CashPort;
  readonly payments: PaymentPort;
  readonly scanner: ScannerPort;
  readonly issuer: IssuerPort;
  readonly losses: LossPort;
  readonly scripts: ScriptPort;
  readonly accounts: AccountPort;
  readonly documents: DocumentPort;
  /** Absent where none is fitted. */
  readonly keypad?: KeypadPort;
  readonly blanks: BlankPort;
  readonly replacements: ReplacementPort;
  readonly vouchers: VoucherPort;
  readonly slips: SlipPort;
  readonly receipts: ReceiptPort;
  readonly support: SupportPort;
  readonly desk: DeskPort;
  /** Who may go inside. */
  readonly staff: StaffPort;
  readonly selfTests: SelfTestPort;
  readonly readiness: ReadinessPort;
  readonly monitor: MonitorPort;
  /** What staff does inside. */
  readonly rooms: RoomsPort;
  readonly typing: TypingPort;
  readonly recovery: RecoveryPort;
  readonly availability: AvailabilityPort;
  readonly settings: FlowSettings;
}
