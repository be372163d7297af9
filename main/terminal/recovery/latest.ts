/** The latest top-up of a card at this terminal, for whoever has a question about it. Asked by recovery.ts. */
import { isSameCard } from '../../../drivers/card/pboc/examine-load.ts';
import { fen } from '../../../common/fen.ts';
import { cardRefSchema, type CardRef } from '../../../common/journal-kinds.ts';
import type { ChainedEntry } from '../../../common/upstream-api/journal.ts';
import { closingOf } from '../../../common/money/recovery.ts';
import { supportLimits } from '../../../common/upstream-api/support.ts';
import type { LatestTopUp } from '../../../state-machines/ports.ts';
import type { RecoveryBooks } from './books.ts';

/** How far back it is looked for: some hundred top-ups. */
const LOOK_BACK = 2000;

export function latestTopUp(books: RecoveryBooks, card: CardRef): LatestTopUp | undefined {
  const opening = books.options.read.latest(LOOK_BACK).findLast(({ kind, body }) => kind === 'transaction.opened' && isOf(body, card));
  const id = opening?.transactionId;
  if (opening === undefined || id === undefined) return undefined;
  const state = books.state(id);
  const { opened, loaded, taken } = state;
  if (opened === undefined) return undefined;
  const evidence = runOf(books.options.read.transaction(id));
  return {
    reference: opened.reference,
    at: Date.parse(opening.at),
    amount: fen(loaded > 0 ? loaded : taken > 0 ? taken : opened.requested),
    // a case that was answered since has another outcome than it was closed with
    outcome: state.closed === undefined ? undefined : closingOf(state).outcome,
    ...(evidence === undefined ? {} : { evidence }),
  };
}

function isOf(body: Readonly<Record<string, unknown>>, card: CardRef): boolean {
  const read = cardRefSchema.safeParse(body['card']);
  return read.success && isSameCard(read.data, card);
}

/** Absent: it spans epochs, or more than the desk looks at. */
function runOf(entries: readonly ChainedEntry[]): LatestTopUp['evidence'] {
  const [first, last] = [entries[0]?.entry, entries.at(-1)?.entry];
  if (first === undefined || last === undefined || first.epoch !== last.epoch || last.seq - first.seq >= supportLimits.evidenceEntries) return undefined;
  return { epoch: first.epoch, fromSeq: first.seq, toSeq: last.seq };
}
