/**
 * A transaction is a fold over its entries: the statechart drives, this is the truth. Pure and total: any sequence of entries gives a
 * state, and what can't have happened lawfully is named in `anomalies`. Used by recovery, verify, kioskctl and the tests of the flows.
 */
import { journalKinds, NOTE_STUCK, type JournalBody, type JournalKind, type NewEntry } from '../journal-kinds.ts';
import { leavesOpen } from './open-transactions.ts';
import { addPostings, NO_BALANCES, postingsFor } from './postings.ts';
import { rememberClaim } from './fold-claims.ts';
import { rememberReplacement } from './fold-replacements.ts';
import { rememberVoucher } from './fold-vouchers.ts';
import { blockers, isOpenCase, isPresenting, outcomeOf, pendingLoad, pendingRefund, phaseOf, unknownLoad } from './standing.ts';
import type { Anomaly, AnomalyCode, FoldEntry, LoadState, NoteState, PaymentState, RefundState, TransactionState } from './transaction-state.ts';

export const EMPTY_TRANSACTION: TransactionState = {
  phase: 'opened',
  notes: [],
  payments: [],
  refunds: [],
  loads: [],
  vouchers: [],
  redemptions: [],
  claims: [],
  cases: [],
  blanks: [],
  taken: 0,
  takenByVoucher: 0,
  held: 0,
  loaded: 0,
  earned: 0,
  refunded: 0,
  owed: 0,
  settledElsewhere: 0,
  referenceShown: false,
  cardCaptured: false,
  lastSeq: 0,
  lastAt: '',
  postings: NO_BALANCES,
  anomalies: [],
};

/** Entries of one transaction in the order they were appended. Never throws. */
export function foldTransaction(entries: Iterable<FoldEntry>): TransactionState {
  let state = EMPTY_TRANSACTION;
  for (const entry of entries) state = foldEntry(state, entry);
  return state;
}

/** One step of {@link foldTransaction}. */
export function foldEntry(state: TransactionState, { seq, at, kind, body }: FoldEntry): TransactionState {
  const draft: Draft = { ...state, lastSeq: seq, lastAt: at, anomalies: [...state.anomalies] };
  const step: Step = { draft, flag: (code, detail) => void draft.anomalies.push({ seq, kind, code, detail }) };
  const known = journalKinds[kind].safeParse(body);
  if (known.success) applyEntry(step, { kind, body: known.data } as NewEntry);
  else step.flag('malformed', 'the body does not fit the kind');
  return { ...draft, phase: phaseOf(draft) };
}

type Draft = { -readonly [Key in keyof TransactionState]: TransactionState[Key] } & { anomalies: Anomaly[] };

interface Step {
  readonly draft: Draft;
  readonly flag: (code: AnomalyCode, detail: string) => void;
}

function applyEntry(step: Step, entry: NewEntry): void {
  const { draft, flag } = step;
  if (isForeign(entry.kind)) return;
  if (entry.kind === 'transaction.opened') {
    if (draft.opened !== undefined) flag('openedTwice', 'opened before');
  } else if (draft.opened === undefined) flag('notOpened', 'no transaction.opened before');
  if (draft.closed !== undefined && !mayFollowClose(entry, draft)) flag('afterClose', `closed as ${draft.closed.outcome} before`);
  checkStep(step, entry);
  post(step, entry);
  remember(step, entry);
  if (entry.kind === 'transaction.closed') draft.closed = { outcome: entry.body.outcome, at: draft.lastAt };
  else if (leavesOpen(entry.kind) === true) delete draft.closed;
}

/** Kinds that begin so are filed under an id of their own: another terminal's load, a lost card, what the issuer does to a card or its account, what the support desk is told. */
const FOREIGN = ['foreign.load.', 'loss.', 'release.', 'password.', 'script.', 'desk.'] as const;

/** Part of no transaction here. */
export function isForeign(kind: JournalKind): boolean {
  return FOREIGN.some((beginning) => kind.startsWith(beginning));
}

/**
 * What posts nothing may always follow; evidence of where money went only where a case asks for it; a case that owes nothing where the issuer
 * was not told of a load yet: it may refuse its TAC.
 */
function mayFollowClose({ kind, body }: NewEntry, { cases, loads }: Draft): boolean {
  const bookkeeping: readonly JournalKind[] = [
    'load.confirmed',
    'load.reversed',
    'receipt.printing',
    'receipt.printed',
    'receipt.failed',
    'reference.shown',
    'card.captured',
    'case.resolved',
    'case.funded',
    'device.fault',
    'device.identified',
    'device.lost',
    'voucher.registering',
    'voucher.registered',
    'voucher.released',
    'voucher.redeemed',
    'pending.returned',
    'replacement.freed',
    'replacement.cancelled',
    'replacement.reported',
  ];
  const evidence: readonly JournalKind[] = ['cash.stacked', 'note.returned', 'payment.captured', 'payment.closed', 'payment.undetermined'];
  if (kind === 'case.opened') return body.amount === 0 && loads.some(({ state, confirmed }) => state === 'committed' && confirmed === undefined);
  return bookkeeping.includes(kind) || (cases.length > 0 && evidence.includes(kind));
}

/** Moves the money. The books follow the entry whether or not it was lawful. */
function post({ draft, flag }: Step, entry: NewEntry): void {
  const before = draft.held;
  draft.postings = addPostings(draft.postings, postingsFor(entry));
  draft.held = 0 - draft.postings['cardholder.held'];
  // What a voucher brought was owed by the terminal that issued it, not by this one.
  if (entry.kind === 'voucher.reserved') draft.takenByVoucher += entry.body.amount;
  else if (entry.kind === 'voucher.releasing') draft.takenByVoucher -= entry.body.amount;
  draft.owed = draft.takenByVoucher - draft.postings['voucher.outstanding'];
  if (draft.held < 0 && draft.held < before) flag('overdrawn', `${entry.kind} gives ${before - draft.held} fen, held were ${before}`);
  if (entry.kind === 'cash.stacked') draft.taken += entry.body.denomination;
  else if (entry.kind === 'payment.captured') draft.taken += entry.body.amount;
  else if (entry.kind === 'voucher.reserved' || entry.kind === 'pending.claimed') draft.taken += entry.body.amount;
  else if (entry.kind === 'refund.completed' || entry.kind === 'voucher.releasing' || entry.kind === 'pending.returning') draft.refunded += entry.body.amount;
  else if (entry.kind === 'load.committed') draft.loaded += entry.body.amount;
  else if (entry.kind === 'replacement.delivered') draft.earned += entry.body.amount;
  else if (entry.kind === 'case.resolved') settle(draft, entry.body);
  else if (entry.kind === 'case.funded') draft.taken += entry.body.denomination;
}

function settle(draft: Draft, { resolution, amount }: JournalBody<'case.resolved'>): void {
  if (resolution === 'credited') draft.loaded += amount;
  else if (resolution === 'refunded' || resolution === 'returned') draft.refunded += amount;
  else if (resolution !== 'notCredited') draft.settledElsewhere += amount;
}

/** Rules that look at the whole transaction: nothing is given twice, nothing moves while nobody knows. */
function checkStep(step: Step, entry: NewEntry): void {
  const { draft, flag } = step;
  if (entry.kind === 'payment.requested') {
    if (draft.payments.some(({ state }) => state === 'requested' || state === 'undetermined')) flag('undetermined', 'another order may be paid');
  } else if (entry.kind === 'load.authorizing' || entry.kind === 'load.committing') {
    if (unknownLoad(draft) !== undefined) flag('undetermined', 'an earlier load may have been executed');
    if (entry.kind === 'load.committing') checkLoad(step, entry.body);
  } else if (entry.kind === 'refund.requested') checkRefund(step, entry.body);
  else if (entry.kind === 'voucher.issued' || entry.kind === 'voucher.releasing' || entry.kind === 'pending.returning') checkNothingUnderWay(step);
  else if (entry.kind === 'case.opened') checkCase(step, entry.body);
  else if (entry.kind === 'transaction.closed') checkClosing(step, entry.body);
}

function checkLoad({ draft, flag }: Step, { amount }: JournalBody<'load.committing'>): void {
  if (pendingRefund(draft) !== undefined) flag('undetermined', 'a refund may have been made');
  if (amount > draft.held) flag('overdrawn', `loading ${amount} fen, held are ${draft.held}`);
}

function checkNothingUnderWay({ draft, flag }: Step): void {
  if (pendingLoad(draft) !== undefined) flag('undetermined', 'the load may have been executed');
  if (pendingRefund(draft) !== undefined) flag('undetermined', 'a refund may have been made');
  checkNotPresenting({ draft, flag });
}

/** The fee may be earned this very moment. */
function checkNotPresenting({ draft, flag }: Step): void {
  if (isPresenting(draft)) flag('undetermined', 'the new card may be in its hand');
}

/** A case about a load or a refund takes all that hangs on it; any other case takes nothing that may be gone already. */
function checkCase({ draft, flag }: Step, { reason, amount }: JournalBody<'case.opened'>): void {
  const load = pendingLoad(draft);
  const refund = pendingRefund(draft);
  if (reason === 'loadUndetermined') {
    if (load !== undefined && amount < load.amount) flag('amountDiffers', `the load of ${load.amount} fen may not have been executed`);
  } else if (load !== undefined && amount > 0) flag('undetermined', 'the load may have been executed');
  if (reason === 'refundUndetermined') {
    if (refund !== undefined && amount < refund.amount) flag('amountDiffers', `the refund of ${refund.amount} fen may not have been made`);
  } else if (refund !== undefined && amount > 0) flag('undetermined', 'a refund may have been made');
  if (amount > 0) checkNotPresenting({ draft, flag });
}

function checkRefund({ draft, flag }: Step, { orderId, amount }: JournalBody<'refund.requested'>): void {
  if (pendingLoad(draft) !== undefined) flag('undetermined', 'the load may have been executed');
  const payment = draft.payments.find((known) => known.orderId === orderId);
  if (payment?.state !== 'captured') flag('outOfOrder', `order ${orderId} was not captured`);
  const before = draft.refunds.filter((refund) => refund.orderId === orderId).reduce((sum, refund) => sum + refund.amount, 0);
  if (payment !== undefined && before + amount > payment.amount) flag('overdrawn', `refunding ${before + amount} of ${payment.amount} fen`);
  if (amount > draft.held) flag('overdrawn', `refunding ${amount} fen, held are ${draft.held}`);
  checkNotPresenting({ draft, flag });
}

function checkClosing({ draft, flag }: Step, body: JournalBody<'transaction.closed'>): void {
  for (const reason of blockers(draft)) flag('closedTooEarly', reason);
  for (const key of ['loaded', 'refunded', 'owed'] as const)
    if (body[key] !== draft[key]) flag('closingDisagrees', `${key} ${body[key]} fen, the entries say ${draft[key]}`);
  const outcome = outcomeOf(draft);
  if (body.outcome !== outcome) flag('closingDisagrees', `outcome ${body.outcome}, the entries say ${outcome}`);
}

/** What the entry says about notes, orders, refunds, loads, vouchers and cases. */
function remember(step: Step, entry: NewEntry): void {
  const { draft } = step;
  switch (entry.kind) {
    case 'transaction.opened':
      draft.opened ??= { ...entry.body, at: draft.lastAt };
      break;
    case 'note.escrowed':
      draft.notes = announce(step, draft.notes, 'noteId', { ...entry.body, state: 'escrowed' });
      break;
    case 'note.stacking':
      moveNote(step, entry.body, 'stacking');
      break;
    case 'cash.stacked':
      moveNote(step, entry.body, 'stacked');
      break;
    case 'note.returning':
      moveNote(step, entry.body, 'returning');
      break;
    case 'note.returned':
      moveNote(step, entry.body, 'returned');
      break;
    case 'note.suspense':
      moveNote(step, entry.body, 'suspense');
      break;
    case 'payment.requested':
      draft.payments = announce(step, draft.payments, 'orderId', { ...entry.body, state: 'requested' });
      break;
    case 'payment.captured': {
      const { orderId, amount, channel, channelRef } = entry.body;
      movePayment(step, orderId, 'captured', { channel, channelRef }, amount);
      break;
    }
    case 'payment.closed':
      movePayment(step, entry.body.orderId, 'closed');
      break;
    case 'payment.undetermined':
      movePayment(step, entry.body.orderId, 'undetermined');
      break;
    case 'refund.requested':
      draft.refunds = announce(step, draft.refunds, 'refundId', { ...entry.body, state: 'requested' });
      break;
    case 'refund.completed':
      moveRefund(step, entry.body.refundId, 'completed', entry.body.amount);
      break;
    case 'refund.undetermined':
      moveRefund(step, entry.body.refundId, 'undetermined');
      break;
    case 'load.authorizing':
      draft.loads = announce(step, draft.loads, 'loadId', {
        loadId: entry.body.loadId,
        amount: entry.body.amount,
        init: entry.body,
        state: 'authorizing',
        reversed: false,
      });
      break;
    case 'load.authorized':
      moveLoad(step, entry.body.loadId, 'authorized');
      break;
    case 'load.refused':
      moveLoad(step, entry.body.loadId, 'refused');
      break;
    case 'load.committing':
      moveLoad(step, entry.body.loadId, 'committing', { pending: entry.body }, entry.body.amount);
      break;
    case 'load.committed': {
      const { loadId, amount, tac } = entry.body;
      moveLoad(step, loadId, 'committed', tac === undefined ? {} : { tac }, amount);
      break;
    }
    case 'load.notCredited':
      moveLoad(step, entry.body.loadId, 'notCredited');
      break;
    case 'load.undetermined':
      moveLoad(step, entry.body.loadId, 'undetermined');
      break;
    case 'load.confirmed':
      noteLoad(step, entry.body.loadId, ['committed'], { confirmed: entry.body.tacChecked });
      break;
    case 'load.reversed':
      noteLoad(step, entry.body.loadId, ['authorizing', 'authorized', 'refused', 'notCredited'], { reversed: true });
      break;
    case 'voucher.issued':
    case 'voucher.registering':
    case 'voucher.registered':
    case 'voucher.redeeming':
    case 'voucher.reserved':
    case 'voucher.refused':
    case 'voucher.releasing':
    case 'voucher.released':
    case 'voucher.redeemed':
      rememberVoucher(step, entry);
      break;
    case 'pending.claiming':
    case 'pending.claimed':
    case 'pending.refused':
    case 'pending.returning':
    case 'pending.givenUp':
    case 'pending.returned':
      rememberClaim(step, entry);
      break;
    case 'replacement.granting':
    case 'replacement.granted':
    case 'replacement.refused':
    case 'replacement.dispensing':
    case 'replacement.writing':
    case 'replacement.commanded':
    case 'replacement.written':
    case 'replacement.presenting':
    case 'replacement.retracting':
    case 'replacement.capturing':
    case 'replacement.captured':
    case 'replacement.stuck':
    case 'replacement.freed':
    case 'replacement.delivered':
    case 'replacement.cancelled':
    case 'replacement.reported':
      rememberReplacement(step, entry);
      break;
    case 'case.opened':
      draft.cases = [...draft.cases, { ...entry.body, settled: 0 }];
      break;
    case 'case.resolved':
      resolveCase(step, entry.body);
      break;
    case 'case.funded':
      fundCase(step, entry.body);
      break;
    case 'reference.shown':
      draft.referenceShown = true;
      break;
    case 'card.captured':
      draft.cardCaptured = true;
      break;
    case 'device.fault':
      if (entry.body.code === NOTE_STUCK) draft.noteStuck ??= 'unknown';
      break;
    case 'terminal.started':
    case 'terminal.stopped':
    case 'journal.replaced':
    case 'journal.pruned':
    case 'clock.skewed':
    case 'acceptor.memory':
    case 'device.identified':
    case 'device.lost':
    case 'device.tested':
    case 'readiness.reported':
    case 'receipt.printing':
    case 'receipt.printed':
    case 'receipt.failed':
    case 'transaction.closed':
    case 'foreign.load.examined':
    case 'foreign.load.reported':
    case 'foreign.load.told':
    case 'loss.reporting':
    case 'loss.queued':
    case 'loss.reported':
    case 'loss.refused':
    case 'release.asking':
    case 'release.queued':
    case 'release.released':
    case 'release.refused':
    case 'password.setting':
    case 'password.set':
    case 'password.refused':
    case 'script.asking':
    case 'script.issued':
    case 'script.refused':
    case 'script.sending':
    case 'script.answered':
    case 'script.left':
    case 'script.confirmed':
    case 'script.failed':
    case 'script.abandoned':
    case 'desk.submitting':
    case 'desk.stored':
    case 'desk.refused':
    case 'maintenance.trying':
    case 'maintenance.refused':
    case 'maintenance.locked':
    case 'maintenance.signedIn':
    case 'maintenance.signedOut':
    case 'settlement.opened':
    case 'box.removed':
    case 'box.inserted':
    case 'settlement.counted':
    case 'settlement.closed':
    case 'suspense.resolved':
      break;
  }
}

/** Every state with those that it may follow (cash-acceptor.md 6.2 for notes, ports.ts for the rest). */
const NOTE_AFTER: Readonly<Record<NoteState['state'], readonly NoteState['state'][]>> = {
  escrowed: [],
  stacking: ['escrowed'],
  returning: ['escrowed', 'stacking'],
  stacked: ['escrowed', 'stacking', 'returning', 'suspense'],
  returned: ['escrowed', 'stacking', 'returning', 'suspense'],
  suspense: ['escrowed', 'stacking', 'returning'],
};
const PAYMENT_AFTER: Readonly<Record<PaymentState['state'], readonly PaymentState['state'][]>> = {
  requested: [],
  captured: ['requested', 'undetermined'],
  closed: ['requested', 'undetermined'],
  undetermined: ['requested', 'undetermined'],
};
const REFUND_AFTER: Readonly<Record<RefundState['state'], readonly RefundState['state'][]>> = {
  requested: [],
  completed: ['requested', 'undetermined'],
  undetermined: ['requested', 'undetermined'],
};
const LOAD_AFTER: Readonly<Record<LoadState['state'], readonly LoadState['state'][]>> = {
  authorizing: [],
  authorized: ['authorizing'],
  refused: ['authorizing'],
  committing: ['authorized'],
  committed: ['committing', 'undetermined'],
  notCredited: ['committing', 'undetermined'],
  undetermined: ['committing', 'undetermined'],
};

function moveNote(step: Step, { noteId, denomination }: { noteId: string; denomination: number }, state: NoteState['state']): void {
  const { draft, flag } = step;
  const note = draft.notes.find((known) => known.noteId === noteId);
  if (note === undefined) flag('notAnnounced', `note ${noteId}`);
  else checkMove(step, `note ${noteId}`, note, denomination === note.denomination, NOTE_AFTER[state]);
  draft.notes = [...draft.notes.filter((known) => known !== note), { noteId, denomination: note?.denomination ?? denomination, state }];
}

function movePayment({ draft, flag }: Step, orderId: string, state: PaymentState['state'], more: Partial<PaymentState> = {}, amount?: number): void {
  const payment = draft.payments.find((known) => known.orderId === orderId);
  if (payment === undefined) {
    flag('notAnnounced', `order ${orderId}`);
    return;
  }
  checkMove({ draft, flag }, `order ${orderId}`, payment, amount === undefined || amount === payment.amount, PAYMENT_AFTER[state]);
  draft.payments = draft.payments.map((known) => (known === payment ? { ...known, ...more, state } : known));
}

function moveRefund({ draft, flag }: Step, refundId: string, state: RefundState['state'], amount?: number): void {
  const refund = draft.refunds.find((known) => known.refundId === refundId);
  if (refund === undefined) {
    flag('notAnnounced', `refund ${refundId}`);
    return;
  }
  checkMove({ draft, flag }, `refund ${refundId}`, refund, amount === undefined || amount === refund.amount, REFUND_AFTER[state]);
  draft.refunds = draft.refunds.map((known) => (known === refund ? { ...known, state } : known));
}

function moveLoad(step: Step, loadId: string, state: LoadState['state'], more: Partial<LoadState> = {}, amount?: number): void {
  const { draft } = step;
  const load = draft.loads.find((known) => known.loadId === loadId);
  if (load !== undefined) checkMove(step, `load ${loadId}`, load, amount === undefined || amount === load.amount, LOAD_AFTER[state]);
  changeLoad(step, loadId, { ...more, state });
}

/** Bookkeeping that leaves a load where it is. */
function noteLoad(step: Step, loadId: string, lawful: readonly LoadState['state'][], more: Partial<LoadState>): void {
  const load = step.draft.loads.find((known) => known.loadId === loadId);
  if (load !== undefined) checkMove(step, `load ${loadId}`, load, true, lawful);
  changeLoad(step, loadId, more);
}

function changeLoad({ draft, flag }: Step, loadId: string, change: Partial<LoadState>): void {
  if (!draft.loads.some((known) => known.loadId === loadId)) flag('notAnnounced', `load ${loadId}`);
  draft.loads = draft.loads.map((known) => (known.loadId === loadId ? { ...known, ...change } : known));
}

function checkMove<S extends string>({ flag }: Step, what: string, known: { readonly state: S }, sameAmount: boolean, lawful: readonly S[]): void {
  if (!lawful.includes(known.state)) flag('outOfOrder', `${what} was ${known.state}`);
  if (!sameAmount) flag('amountDiffers', `${what} was announced with another amount`);
}

function announce<T>({ flag }: Step, known: readonly T[], key: keyof T, announced: T): readonly T[] {
  if (known.some((other) => other[key] === announced[key])) {
    flag('announcedTwice', `${String(key)} ${String(announced[key])}`);
    return known;
  }
  return [...known, announced];
}

function resolveCase({ draft, flag }: Step, { reference, resolution, amount }: JournalBody<'case.resolved'>): void {
  const resolved = draft.cases.find((known) => known.reference === reference && isOpenCase(known));
  if (resolved === undefined) {
    flag('notAnnounced', `no open case ${reference}`);
    return;
  }
  const settled = resolution === 'notCredited' ? 0 : amount;
  if (settled > resolved.amount - resolved.settled) flag('overdrawn', `resolving ${settled} of ${resolved.amount - resolved.settled} fen`);
  draft.cases = draft.cases.map((known) => (known === resolved ? { ...known, resolution, settled: known.settled + settled } : known));
  if (resolved.reason !== 'loadUndetermined' || (resolution !== 'credited' && resolution !== 'notCredited' && resolution !== 'refunded')) return;
  // What was paid goes back only when the card certainly has nothing.
  const state = resolution === 'credited' ? 'committed' : 'notCredited';
  draft.loads = draft.loads.map((known) => (known.state === 'committing' || known.state === 'undetermined' ? { ...known, state } : known));
}

/** The note that a case is about was found: it was taken after all, and the case owes it. A stuck note gets its value, and its id, only here. */
function fundCase(step: Step, { reference, noteId, denomination }: JournalBody<'case.funded'>): void {
  const { draft, flag } = step;
  const note = draft.notes.find((known) => known.noteId === noteId);
  const stuck = note === undefined && draft.noteStuck === 'unknown';
  const funded = draft.cases.findLast((known) => known.reference === reference && known.reason === 'noteUndetermined');
  if (funded === undefined) flag('notAnnounced', `no case ${reference} about a note`);
  if (stuck) {
    draft.noteStuck = 'found';
    draft.notes = [...draft.notes, { noteId, denomination, state: 'stacked' }];
  } else {
    if (note !== undefined && note.state !== 'suspense') flag('outOfOrder', `note ${noteId} was not in suspense`);
    moveNote(step, { noteId, denomination }, 'stacked');
  }
  if (funded === undefined) return;
  if (!stuck && denomination > funded.disputed) flag('overdrawn', `case ${reference} disputes ${funded.disputed} fen`);
  const holds = { ...funded, amount: funded.amount + denomination, disputed: stuck ? funded.disputed : Math.max(0, funded.disputed - denomination) };
  draft.cases = draft.cases.map((known) => (known === funded ? holds : known));
}
