/** What a person is told of a transaction that recovery ended, and of one whose result they never saw. */
import { fen, type Fen } from '../../../common/fen.ts';
import { isSameCard } from '../../../drivers/card/pboc/examine-load.ts';
import type { ChainedEntry } from '../../../common/upstream-api/journal.ts';
import type { AppendedEntry, Recovered } from '../../../state-machines/ports.ts';
import { isOpenCase } from '../../../common/money/standing.ts';
import type { CaseState, TransactionState } from '../../../common/money/transaction-state.ts';
import type { RecoveryBooks } from './books.ts';
import type { VoucherRecovery } from './vouchers.ts';

/** How long after its end a person may still stand before a top-up whose result they never saw. */
export const TELL_WITHIN_MS = 120_000;
/** More entries than can follow the end of a transaction that nobody was told of. */
const LOOK_BACK = 50;

/**
 * What the person is told, and what redeems the voucher that it ended in.
 * @param withCode whether whoever stands here now may have the money
 */
export function tell(books: RecoveryBooks, vouchers: VoucherRecovery, id: string, withCode: boolean): Recovered | undefined {
  const words = told(books, id);
  if (words?.outcome !== 'voucher') return words;
  const voucher = vouchers.slipOf(books.state(id), withCode);
  return voucher === undefined ? words : { ...words, voucher };
}

/** Nothing for a transaction in which nothing was taken. */
function told(books: RecoveryBooks, id: string): Recovered | undefined {
  const state = books.state(id);
  const { opened, closed } = state;
  if (opened === undefined || closed === undefined || closed.outcome === 'abandoned') return undefined;
  const isReplacement = opened.type === 'replacement';
  if (isReplacement && closed.outcome === 'delivered') return undefined; // they have their new card in hand
  const resolved = state.cases.findLast((known) => known.resolution !== undefined);
  const outcome =
    resolved?.resolution === 'credited' ? 'delivered' : isGivenBack(resolved?.resolution) ? 'refunded' : resolved === undefined ? closed.outcome : 'voucher';
  const entries = books.options.read.transaction(id);
  const outcomeEntry = entries.findLast(({ entry }) => entry.kind === 'transaction.closed' || entry.kind === 'case.resolved');
  if (outcomeEntry === undefined) return undefined;
  const balanceAfter = entries
    .flatMap(({ entry: { kind, body } }) => (kind === 'load.committed' && typeof body['balanceAfter'] === 'number' ? [fen(body['balanceAfter'])] : []))
    .at(-1);
  return {
    outcome,
    reference: opened.reference,
    tender: opened.tender,
    ref: opened.card,
    amount: amountTold(state, outcome),
    ...(state.noteStuck === 'unknown' && outcome === 'case' ? { noteStuck: true } : {}),
    balanceBefore: fen(opened.balanceBefore),
    ...(balanceAfter === undefined ? {} : { balanceAfter }),
    ...(isReplacement ? { replacement: true } : {}),
    entry: placeOf(outcomeEntry),
  };
}

function isGivenBack(resolution: CaseState['resolution']): boolean {
  return resolution === 'refunded' || resolution === 'returned';
}

/** Interrupted between the end of a top-up and its result on the screen: its card is still inside. */
export async function untold(books: RecoveryBooks, vouchers: VoucherRecovery): Promise<Recovered | undefined> {
  const { ports, options } = books;
  if (ports.card.media !== 'inside') return undefined;
  const latest = options.read.latest(LOOK_BACK);
  const end = latest.findLastIndex(({ kind }) => kind === 'transaction.closed');
  const closed = latest[end];
  const known = latest.slice(end + 1).some(({ kind }) => kind === 'receipt.printing' || kind === 'terminal.stopped');
  if (closed?.transactionId === undefined || known || ports.clock.now() - Date.parse(closed.at) > TELL_WITHIN_MS) return undefined;
  const inside = await ports.card.read().catch(() => undefined);
  const words = tell(books, vouchers, closed.transactionId, true);
  return inside?.ok === true && words !== undefined && isSameCard(inside.card.ref, words.ref) ? words : undefined;
}

function amountTold(state: TransactionState, outcome: Recovered['outcome']): Fen {
  if (outcome === 'delivered') return fen(state.loaded);
  if (outcome === 'refunded') return fen(state.refunded);
  const disputed = state.cases.filter(isOpenCase).reduce((sum, known) => sum + known.disputed, 0);
  return fen(state.owed + disputed);
}

function placeOf({ entry: { epoch, seq, at }, hash }: ChainedEntry): AppendedEntry {
  return { epoch, seq, hash, at: Date.parse(at) };
}
