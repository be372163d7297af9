/**
 * The money steps of a top-up. Each announces itself in the journal, acts, and writes down the outcome before anyone is told of it;
 * each ends in a closed set of outcomes, so that the chart has a next state for every one. Nothing here decides what comes next.
 */
import { ZERO_FEN, type Fen } from '../../common/fen.ts';
import { type CardRef, type JournalBody, type Tender } from '../../common/journal-kinds.ts';
import {
  type AppendedEntry,
  type IssuerCheck,
  type LoadClaim,
  type LoadVerdict,
  type Ports,
  type ReceiptContent,
  type ReceiptOutcome,
  type VoucherSlip,
} from '../ports.ts';
import { giveClaimBack } from './claim-steps.ts';
import { detailOf, journaled, type JournalFailed, type OpenTransaction, type StepFailed } from './step.ts';
import { giveVoucherBack, makeVoucher, voucherIsUsedUp, type Redemption } from './voucher-steps.ts';

/** An earlier load of the card is undecided: another one would blur what the card can still prove of it. */
export interface LoadOpen {
  readonly kind: 'loadOpen';
  /** The number that the person was given for it. */
  readonly reference: string;
}

/** Asks the issuer before the person invests anything. */
export async function checkCard(ports: Ports, ref: CardRef, signal: AbortSignal): Promise<IssuerCheck | LoadOpen | StepFailed> {
  try {
    const check = await ports.issuer.checkCard(ref, signal);
    const open = check.openLoads === undefined ? undefined : await ports.recovery.undecided(check.openLoads);
    return open === undefined ? check : { kind: 'loadOpen', reference: open.reference };
  } catch (error) {
    return { kind: 'failed', detail: detailOf(error) };
  }
}

/** Ends a transaction in which nothing was taken. */
export function abandon(ports: Ports, transactionId: string): Promise<{ readonly kind: 'abandoned' } | JournalFailed> {
  return journaled(async () => {
    ports.journal.append({ kind: 'transaction.closed', transactionId, body: { outcome: 'abandoned', loaded: 0, refunded: 0, owed: 0 } });
    return { kind: 'abandoned' } as const;
  });
}

export type AuthorizeOutcome =
  | { readonly kind: 'authorized'; readonly pending: JournalBody<'load.committing'> }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'cardRefused'; readonly statusWord: string }
  | { readonly kind: 'otherCard'; readonly tail: string }
  | { readonly kind: 'removed' }
  | StepFailed
  | JournalFailed;

export interface AuthorizeRequest {
  readonly transaction: OpenTransaction;
  readonly ref: CardRef;
  readonly amount: Fen;
  /** Where the money waited at the issuer. */
  readonly claim?: LoadClaim | undefined;
}

/** INITIALIZE FOR LOAD, then MAC1 → MAC2. Changes nothing on the card; a lost answer leaves at most a reservation, which is released. */
export function authorizeLoad(ports: Ports, { transaction, ref, amount, claim }: AuthorizeRequest): Promise<AuthorizeOutcome> {
  return journaled<AuthorizeOutcome>(async () => {
    const loadId = ports.ids.uuid();
    const ready = await ports.card.initializeLoad({ ref, amount, loadId });
    if (ready.kind === 'refused') return { kind: 'cardRefused', statusWord: ready.statusWord };
    if (ready.kind !== 'ready') return ready;
    const { transactionId } = transaction;
    ports.journal.append({ kind: 'load.authorizing', transactionId, body: ready.init });
    try {
      const answer = await ports.issuer.authorizeLoad({ ref, init: ready.init, reference: transaction.reference, ...(claim === undefined ? {} : { claim }) });
      if (answer.kind === 'refused') {
        ports.journal.append({ kind: 'load.refused', transactionId, body: { loadId, code: answer.code } });
        return { kind: 'refused', code: answer.code };
      }
      const { hostDate, hostTime, mac2 } = answer;
      ports.journal.append({ kind: 'load.authorized', transactionId, body: { loadId, hostDate, hostTime, mac2 } });
      return { kind: 'authorized', pending: { ...ready.init, hostDate, hostTime, mac2 } };
    } catch (error) {
      const detail = detailOf(error);
      await reverse(ports, transactionId, loadId);
      return { kind: 'failed', detail };
    }
  });
}

export type CommitOutcome =
  | { readonly kind: 'credited'; readonly tac: string }
  | { readonly kind: 'notCredited' }
  /** Only the card, or the issuer's clearing, can say. */
  | { readonly kind: 'unknown' }
  | JournalFailed;

export interface CommitRequest {
  readonly transactionId: string;
  readonly pending: JournalBody<'load.committing'>;
}

/** The step that writes money onto the card: announced before, written down after, never repeated. */
export function commitLoad(ports: Ports, { transactionId, pending }: CommitRequest): Promise<CommitOutcome> {
  return journaled<CommitOutcome>(async () => {
    const { loadId, amount, hostDate, hostTime, mac2 } = pending;
    ports.journal.append({ kind: 'load.committing', transactionId, body: pending });
    const outcome = await ports.card.creditLoad({ hostDate, hostTime, mac2 });
    switch (outcome.kind) {
      case 'credited':
        ports.journal.append({ kind: 'load.committed', transactionId, body: { loadId, amount, tac: outcome.tac, evidence: 'cardAnswer' } });
        return { kind: 'credited', tac: outcome.tac };
      case 'refused':
        ports.journal.append({ kind: 'load.notCredited', transactionId, body: { loadId, evidence: 'cardRefusal', statusWord: outcome.statusWord } });
        await reverse(ports, transactionId, loadId);
        return { kind: 'notCredited' };
      case 'unknown':
        break;
    }
    return { kind: 'unknown' };
  });
}

export interface ExamineRequest extends CommitRequest {
  readonly ref: CardRef;
}

/** Asks the card that is inside what became of the load, and writes down a definite answer. */
export function examineLoad(ports: Ports, { transactionId, pending, ref }: ExamineRequest): Promise<LoadVerdict | JournalFailed> {
  return journaled<LoadVerdict | JournalFailed>(async () => {
    const verdict = await ports.card.examineLoad(pending, ref);
    const { loadId, amount } = pending;
    switch (verdict.kind) {
      case 'credited':
        ports.journal.append({
          kind: 'load.committed',
          transactionId,
          body: {
            loadId,
            amount,
            evidence: 'recoveryTable',
            ...(verdict.balance === undefined ? {} : { balanceAfter: verdict.balance }),
            ...(verdict.tac === undefined ? {} : { tac: verdict.tac }),
          },
        });
        return verdict;
      case 'notCredited':
        ports.journal.append({ kind: 'load.notCredited', transactionId, body: { loadId, evidence: 'recoveryTable' } });
        await reverse(ports, transactionId, loadId);
        return verdict;
      case 'undetermined':
        ports.journal.append({ kind: 'load.undetermined', transactionId, body: { loadId, why: `row ${verdict.row}: ${verdict.why}` } });
        return verdict;
      case 'otherCard':
      case 'removed':
        break;
    }
    return verdict;
  });
}

/** Releases the issuer's reservation; when the issuer can't be reached now, the background settlement does it later. */
async function reverse(ports: Ports, transactionId: string, loadId: string): Promise<void> {
  try {
    await ports.issuer.reverseLoad({ loadId });
  } catch (error) {
    detailOf(error);
    return;
  }
  ports.journal.append({ kind: 'load.reversed', transactionId, body: { loadId } });
}

export type FinishOutcome =
  { readonly kind: 'finished'; readonly balanceAfter: Fen | undefined; /** The entry that a slip names. */ readonly entry: AppendedEntry } | JournalFailed;

export interface FinishRequest {
  readonly transaction: OpenTransaction;
  readonly pending: JournalBody<'load.committing'>;
  readonly ref: CardRef;
  readonly amount: Fen;
  readonly tac: string | undefined;
  /** Already read, while the card was examined. */
  readonly balanceAfter: Fen | undefined;
  readonly disputed: Fen;
  readonly noteStuck: boolean;
  /** The voucher that paid for it. */
  readonly redemption: Redemption | undefined;
}

/** Reads the balance back, reports the TAC, closes the transaction. The credit itself is certain and journaled before this. */
export function finishLoad(ports: Ports, request: FinishRequest): Promise<FinishOutcome> {
  const { transactionId, reference } = request.transaction;
  const { disputed } = request;
  const isCase = disputed > 0 || request.noteStuck;
  return journaled<FinishOutcome>(async () => {
    let balanceAfter = request.balanceAfter;
    if (balanceAfter === undefined) {
      try {
        balanceAfter = await ports.card.readBalance();
      } catch (error) {
        detailOf(error); // the card left after its answer: the answer is the proof, there is no balance to show
      }
    }
    const tacChecked = await confirmed(ports, request);
    if (tacChecked !== undefined) ports.journal.append({ kind: 'load.confirmed', transactionId, body: { loadId: request.pending.loadId, tacChecked } });
    if (request.redemption !== undefined) await voucherIsUsedUp(ports, transactionId, request.redemption.redeemId);
    if (isCase) openCase(ports, transactionId, { reference, reason: 'noteUndetermined', amount: ZERO_FEN, disputed });
    const entry = ports.journal.append({
      kind: 'transaction.closed',
      transactionId,
      body: { outcome: isCase ? 'case' : 'delivered', loaded: request.amount, refunded: 0, owed: 0 },
    });
    return { kind: 'finished', balanceAfter, entry };
  });
}

type Reported = Pick<FinishRequest, 'pending' | 'ref' | 'tac'>;

/**
 * Reports the credit, with a TAC that the issuer does not refuse. An answer that came damaged holds another one than the card made: the card is
 * asked for its proof, once. Undefined: reported later, in the background. The card holds the money whatever the network does.
 */
async function confirmed(ports: Ports, { pending, ref, tac }: Reported): Promise<'good' | 'absent' | undefined> {
  try {
    const first = await report(ports, pending.loadId, tac);
    if (first !== 'bad') return first;
    const verdict = await ports.card.examineLoad(pending, ref);
    const second = verdict.kind === 'credited' ? await report(ports, pending.loadId, verdict.tac) : 'bad';
    return second === 'bad' ? undefined : second;
  } catch (error) {
    detailOf(error);
    return undefined;
  }
}

async function report(ports: Ports, loadId: string, tac: string | undefined): Promise<'good' | 'bad' | 'absent'> {
  const answer = await ports.issuer.confirmLoad({ loadId, ...(tac === undefined ? {} : { tac }) });
  return answer.tac;
}

function openCase(ports: Ports, transactionId: string, body: JournalBody<'case.opened'>): void {
  ports.journal.append({ kind: 'case.opened', transactionId, body });
  ports.journal.append({ kind: 'reference.shown', transactionId, body: { reference: body.reference, where: 'screen' } });
}

/** Why money that was taken is not going onto the card. */
export type SettleReason =
  | 'issuerOffline'
  | 'issuerRefused'
  | 'cardRefused'
  | 'cardGone'
  | 'loadUndetermined'
  | 'noteUndetermined'
  | 'paymentUndetermined'
  | 'cancelled'
  | 'cardFull'
  | 'journalUnavailable';

export interface SettleRequest {
  readonly transaction: OpenTransaction;
  readonly tender: Tender;
  /** Money the terminal holds for the person now. */
  readonly held: Fen;
  /** What only evidence can tell: notes whose place nobody knows, an order that may have been paid. */
  readonly disputed: Fen;
  /** A note is inside whose value nobody knows: a case that disputes 0. */
  readonly noteStuck: boolean;
  readonly reason: SettleReason;
  readonly orderId: string | undefined;
  readonly redemption: Redemption | undefined;
  readonly claim?: LoadClaim | undefined;
  readonly pendingLoadId: string | undefined;
}

export type SettleOutcome =
  | { readonly kind: 'refunded'; readonly entry: AppendedEntry }
  | { readonly kind: 'voucher'; readonly entry: AppendedEntry; readonly voucher: VoucherSlip }
  | { readonly kind: 'case'; readonly reason: JournalBody<'case.opened'>['reason']; readonly entry: AppendedEntry }
  | JournalFailed;

/** Why a load stays undetermined: its card did not come back. */
export const NOT_PRESENTED = 'card not presented again';

/** Gives held money a definite place: refunded (a voucher or a pending load waits again), owed by voucher, or an open case. Never guesses. */
export function settle(ports: Ports, request: SettleRequest): Promise<SettleOutcome> {
  const { transactionId, reference } = request.transaction;
  const close = (outcome: 'refunded' | 'voucher' | 'case', refunded: Fen, owed: Fen): AppendedEntry =>
    ports.journal.append({ kind: 'transaction.closed', transactionId, body: { outcome, loaded: 0, refunded, owed } });
  const asCase = (reason: JournalBody<'case.opened'>['reason'], amount: Fen, disputed: Fen): SettleOutcome => {
    openCase(ports, transactionId, { reference, reason, amount, disputed });
    return { kind: 'case', reason, entry: close('case', ZERO_FEN, amount) };
  };
  return journaled<SettleOutcome>(async () => {
    if (request.reason === 'loadUndetermined') {
      if (request.pendingLoadId !== undefined) {
        ports.journal.append({ kind: 'load.undetermined', transactionId, body: { loadId: request.pendingLoadId, why: NOT_PRESENTED } });
      }
      // Two questions, each with its own answer.
      if (!request.noteStuck) return asCase('loadUndetermined', request.held, request.disputed);
      openCase(ports, transactionId, { reference, reason: 'loadUndetermined', amount: request.held, disputed: request.disputed });
      openCase(ports, transactionId, { reference, reason: 'noteUndetermined', amount: ZERO_FEN, disputed: ZERO_FEN });
      return { kind: 'case', reason: 'loadUndetermined', entry: close('case', ZERO_FEN, request.held) };
    }
    if (request.reason === 'paymentUndetermined') return asCase('paymentUndetermined', ZERO_FEN, request.disputed);
    if (isOrdered(request.tender) && request.orderId !== undefined) return refund(ports, request, request.orderId, asCase, close);
    if (request.redemption !== undefined) {
      const { redeemId } = request.redemption;
      const { held } = request;
      return { kind: 'refunded', entry: await giveVoucherBack(ports, transactionId, { redeemId, amount: held }, () => close('refunded', held, ZERO_FEN)) };
    }
    if (request.claim !== undefined) {
      const { claimId } = request.claim;
      const { held } = request;
      return { kind: 'refunded', entry: await giveClaimBack(ports, transactionId, { claimId, amount: held }, () => close('refunded', held, ZERO_FEN)) };
    }
    if (request.disputed > 0 || request.noteStuck) return asCase('noteUndetermined', request.held, request.disputed);
    ports.journal.append({ kind: 'voucher.issued', transactionId, body: { reference, amount: request.held } });
    const made = makeVoucher(ports, transactionId, { reference, amount: request.held });
    ports.journal.append({ kind: 'reference.shown', transactionId, body: { reference, where: 'screen' } });
    const entry = close('voucher', ZERO_FEN, request.held);
    await made.tellUpstream();
    return { kind: 'voucher', entry, voucher: made.slip };
  });
}

/** Paid by an order, and given back the way it came. */
function isOrdered(tender: Tender): boolean {
  return tender === 'qr' || tender === 'qrPresented' || tender === 'card';
}

async function refund(
  ports: Ports,
  request: SettleRequest,
  orderId: string,
  asCase: (reason: 'refundUndetermined', amount: Fen, disputed: Fen) => SettleOutcome,
  close: (outcome: 'refunded', refunded: Fen, owed: Fen) => AppendedEntry,
): Promise<SettleOutcome> {
  const { transactionId } = request.transaction;
  const body = { refundId: ports.ids.uuid(), orderId, amount: request.held };
  ports.journal.append({ kind: 'refund.requested', transactionId, body });
  try {
    await ports.payments.refund(body);
  } catch (error) {
    ports.journal.append({ kind: 'refund.undetermined', transactionId, body: { refundId: body.refundId, orderId, why: detailOf(error) } });
    return asCase('refundUndetermined', request.held, ZERO_FEN);
  }
  ports.journal.append({ kind: 'refund.completed', transactionId, body });
  return { kind: 'refunded', entry: close('refunded', request.held, ZERO_FEN) };
}

/** Lets the person put the card back: a card that is inside or at the gate goes out first, with none there the gate opens. */
export async function openGate(ports: Ports): Promise<'presented' | 'open'> {
  try {
    if (ports.card.media === 'inside') await ports.card.present();
    if (ports.card.media !== 'notPresent') return 'presented';
    await ports.card.setEntry(true);
  } catch (error) {
    detailOf(error); // a reader in trouble says so by its status; the countdown and its end go on
  }
  return 'open';
}

/** No more cards come in. */
export async function closeGate(ports: Ports): Promise<void> {
  await ports.card.setEntry(false).catch(detailOf);
}

/** Gives the card to the person; a reader that can't is a matter for the end of the session. */
export async function presentCard(ports: Ports): Promise<'presented' | 'failed'> {
  try {
    await ports.card.present();
    return 'presented';
  } catch (error) {
    detailOf(error);
    return 'failed';
  }
}

export interface PrintRequest {
  readonly transactionId: string;
  readonly content: ReceiptContent;
}

/** Prints a slip and writes down how that ended. Money never waits for paper. */
export function printSlip(ports: Ports, { transactionId, content }: PrintRequest): Promise<ReceiptOutcome> {
  return printJournaled(ports, { transactionId, ...content, open: content.status !== 'delivered' }, (jobId) => ports.receipts.print(jobId, content));
}

export interface JournaledSlip {
  readonly transactionId: string;
  readonly reference: string;
  readonly reprint: number;
  /** The person needs the number: that they have it on paper is written down. */
  readonly open: boolean;
}

/** Prints any slip of a transaction and writes down how that ended. */
export async function printJournaled(
  ports: Ports,
  { transactionId, reference, reprint, open }: JournaledSlip,
  print: (jobId: string) => Promise<ReceiptOutcome>,
): Promise<ReceiptOutcome> {
  const jobId = ports.ids.uuid();
  const outcome = await journaled<ReceiptOutcome>(async () => {
    ports.journal.append({ kind: 'receipt.printing', transactionId, body: { jobId, reprint } });
    const printed = await print(jobId);
    if (printed.state === 'printed') {
      const { state: _printed, replaced, ...known } = printed;
      const body = { jobId, ...known, ...(replaced === undefined ? {} : { replaced: [...replaced] }) };
      ports.journal.append({ kind: 'receipt.printed', transactionId, body });
      if (open) ports.journal.append({ kind: 'reference.shown', transactionId, body: { reference, where: 'paper' } });
    } else {
      ports.journal.append({ kind: 'receipt.failed', transactionId, body: { jobId, state: printed.state, trouble: printed.trouble } });
    }
    return printed;
  });
  return 'kind' in outcome ? { state: 'failedBefore', trouble: 'journalUnavailable' } : outcome;
}
