/** A journal with an upstream that receipts what it is asked to, at times that tests own, and pruning that is driven to its end. */
import type { NewEntry } from '../../../common/journal-kinds.ts';
import { RECEIPT_TYPE, type Receipt } from '../../../common/upstream-api/journal.ts';
import type { Journal } from '../../../main/journal/journal.ts';
import type { PruneOutcome, PruneRule } from '../../../main/journal/pruning.ts';
import { keyOf } from '../../verifier/keys.ts';
import * as make from '../../common/money/entries.ts';

export const DAY = 86_400_000;
/** Upstream's clock when a test begins. */
export const NOW = Date.UTC(2026, 10, 22, 5, 33);
const upstreamKeyPair = keyOf('upstream');
export const RULE: PruneRule = { retentionMs: 180 * DAY, keepEntries: 10 };

/** Upstream has all that is there, at `at` by its own clock. */
export function receipted(journal: Journal, at: number): Receipt {
  const { epoch, seq, hash } = journal.head;
  const [last] = journal.entriesAfter(epoch, seq - 1, 1);
  const receipt: Receipt = { terminalId: last?.entry.terminalId ?? '', epoch, upToSeq: seq, headHash: hash, at };
  journal.storeReceipt(receipt, upstreamKeyPair.signJws(RECEIPT_TYPE, receipt));
  return receipt;
}

/** A cash top-up from its opening to the issuer's confirmation: nothing can become of it any more. */
export function finished(id: string): NewEntry[] {
  return of(id, [
    make.opened('cash'),
    ...make.taken(),
    make.authorizing(),
    make.authorized(),
    make.committing(),
    make.committed(),
    make.confirmed(),
    make.closed('delivered', 5000, 0, 0),
  ]);
}

/** One that closed with a case, which nobody has answered. */
export function withCase(id: string): NewEntry[] {
  return of(id, [
    make.opened('cash'),
    ...make.taken(),
    make.authorizing(),
    make.authorized(),
    make.committing(),
    make.loadUndetermined(),
    make.caseOpened('loadUndetermined', 5000),
    make.closed('case', 0, 0, 5000),
  ]);
}

export function of(transactionId: string, entries: readonly NewEntry[]): NewEntry[] {
  return entries.map((entry) => ({ ...entry, transactionId }));
}

/** The box out with all that is in it, another one in, counted and closed: for cash of `notes` notes of 50 yuan. */
export function settlement(settlementId: string, notes: number, boxOut = 'B-1', boxIn = 'B-2'): NewEntry[] {
  const counts = notes === 0 ? [] : [{ denomination: 5000, count: notes }];
  const content = { notes: counts, unspecified: 0 };
  return [
    { kind: 'settlement.opened', body: { settlementId, by: '张三', boxOut, boxIn, expected: content } },
    { kind: 'box.removed', body: { settlementId, boxId: boxOut, content } },
    { kind: 'box.inserted', body: { settlementId, boxId: boxIn } },
    { kind: 'settlement.counted', body: { settlementId, boxId: boxOut, by: '张三', expected: content, counted: counts } },
    { kind: 'settlement.closed', body: { settlementId, expected: 5000 * notes, counted: 5000 * notes, difference: 0 } },
  ];
}

/** Entries that nobody needs. */
export function filler(count: number): NewEntry[] {
  return Array.from({ length: count }, () => ({ kind: 'device.lost', body: { device: 'printer', code: 'offline', detail: '' } }));
}

/** One cut, step by step. @param between after each step */
export function cut(journal: Journal, rule: PruneRule = RULE, between: () => void = () => {}): PruneOutcome {
  const steps = journal.prune(rule);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    between();
  }
}

/** As many cuts as there are. @returns how many entries left */
export function pruneAll(journal: Journal, rule: PruneRule = RULE): number {
  let entries = 0;
  for (let outcome = cut(journal, rule); outcome !== undefined; outcome = cut(journal, rule)) if (outcome !== 'disturbed') entries += outcome.entries;
  return entries;
}
