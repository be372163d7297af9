/** A journal that is old enough to be pruned, its pruning, and what must hold after it, whether it came to its end or not. */
import { isDeepStrictEqual } from 'node:util';
import { addPostings, type Balances } from '../../common/money/postings.ts';
import type { Journal } from '../../main/journal/journal.ts';
import { cut, DAY, filler, finished, NOW, receipted, settlement, withCase } from '../main/journal/pruning-bench.ts';
import { openBooks, type Acknowledged } from './books.ts';

export interface OldBooks {
  readonly acknowledged: readonly Acknowledged[];
  readonly balances: Balances;
}

/** A top-up, one with a case that waits, a settlement: half a year old and upstream's; then entries of today. */
export function writeOldBooks(journal: Journal): OldBooks {
  const write = (entries: ReturnType<typeof filler>): Acknowledged[] =>
    entries.map((entry) => {
      const { seq, hash } = journal.append(entry);
      return { epoch: 1, seq, hash };
    });
  const old = write([...finished('tx-1'), ...withCase('tx-case'), ...settlement('S-1', 2)]);
  receipted(journal, NOW - 200 * DAY);
  const young = write([...settlement('S-2', 0, 'B-2', 'B-3'), ...filler(10)]);
  receipted(journal, NOW);
  return { acknowledged: [...old, ...young], balances: journal.balances() };
}

/** Prunes as far as the disk lets it. @param acknowledge hears of the announcement, if it was written */
export function pruneOldBooks(journal: Journal, acknowledge: (announced: Acknowledged) => void): void {
  const { seq: from } = journal.head;
  try {
    cut(journal);
  } finally {
    const { epoch, seq, hash } = journal.head;
    if (seq > from) acknowledge({ epoch, seq, hash });
  }
}

export interface AfterPruning {
  readonly pruned: boolean;
  /** In words; empty when all is well. */
  readonly problems: readonly string[];
}

/** Whether entries left or not, the accounts hold what they held and what was written since, and the case that waits is there. */
export function afterPruning(folder: string, { acknowledged, balances }: OldBooks): AfterPruning {
  const journal = openBooks(folder, 10);
  const due = journal.entriesAfter(1, acknowledged.length, 1000).reduce((sum, { entry }) => addPostings(sum, entry.postings), balances);
  const problems = [
    ...(isDeepStrictEqual(journal.balances(), due) ? [] : ['the accounts hold something else than before']),
    ...(journal.transactionsLacking('case.opened', ['case.resolved']).join() === 'tx-case' ? [] : ['the case that waits is gone']),
    ...(journal.transaction('tx-case').length === 10 ? [] : ['entries of the case that waits are gone']),
  ];
  const pruned = journal.pruned !== undefined;
  journal.close();
  return { pruned, problems };
}
