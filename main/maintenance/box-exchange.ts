/**
 * Whether the boxes are being changed: announced, and no other one said to be in. Until then nobody knows into which of the two a note would
 * fall, so none is taken (CEN/XFS, CIM: exchange state). Holds across restarts; asked by terminal.ts, told by the box room.
 */
import type { JournalEntry } from '../../common/journal-entry.ts';
import type { SettlementPhase } from '../../common/money/settlement-state.ts';
import { baseCash } from '../journal/base.ts';
import type { Journal } from '../journal/journal.ts';

export function isChanging({ phase }: { readonly phase: SettlementPhase }): boolean {
  return phase === 'opened' || phase === 'removed';
}

type ReadJournal = Pick<Journal, 'epochs' | 'entriesAfter' | 'head' | 'pruned'>;

/** Looks back from the end: boxes are changed every few days. @throws {JournalError} */
export function boxIsChanging(journal: ReadJournal): boolean {
  let looked = 0;
  for (const page of backwards(journal)) {
    const said = page.map(saysChanging).findLast((word) => word !== undefined);
    if (said !== undefined) return said;
    looked += page.length;
    if (looked >= LOOKS_BACK) return false;
  }
  return journal.pruned !== undefined && baseCash(journal.pruned).settlements.some(isChanging);
}

/** A note that is booked says nothing: the acceptor may report it late. */
function saysChanging({ kind }: JournalEntry): boolean | undefined {
  if (kind === 'settlement.opened' || kind === 'box.removed') return true;
  return kind === 'box.inserted' ? false : undefined;
}

const PAGE = 500;
/** Weeks in which nobody came to end it; a start must not read for minutes what holds no word of boxes. */
const LOOKS_BACK = 50_000;

/** Entries in pages, the last page first; of an earlier epoch there are only the few that were carried over. */
function* backwards(journal: ReadJournal): Generator<readonly JournalEntry[]> {
  const { head } = journal;
  for (const epoch of journal.epochs().toReversed()) {
    const least = journal.pruned?.epoch === epoch ? journal.pruned.upToSeq : 0;
    if (epoch !== head.epoch) yield journal.entriesAfter(epoch, least, Number.MAX_SAFE_INTEGER).map(({ entry }) => entry);
    else
      for (let before = head.seq; before > least; before -= PAGE) {
        const after = Math.max(least, before - PAGE);
        yield journal.entriesAfter(epoch, after, before - after).map(({ entry }) => entry);
      }
  }
}
