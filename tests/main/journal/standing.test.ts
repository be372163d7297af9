import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JournalKind, NewEntry } from '../../../common/journal-kinds.ts';
import { verifyJournal } from '../../../main/journal/verify.ts';
import type { Journal } from '../../../main/journal/journal.ts';
import { append, Bench, START, topUp } from './bench.ts';

type Ask = readonly [kind: JournalKind, answers: readonly JournalKind[]];

const CONFIRMED: Ask = ['load.committed', ['load.confirmed']];
const STACKED: Ask = ['note.escrowed', ['cash.stacked', 'note.returned']];
const confirm = (id: string): NewEntry => ({ kind: 'load.confirmed', transactionId: id, body: { loadId: `load ${id}`, tacChecked: 'good' } });

/** What the entries themselves say, read one by one: no index, no set that is kept. */
function byReading(journal: Journal, [kind, answers]: Ask): string[] {
  const kinds = new Map<string, Set<string>>();
  for (const { entry } of journal.entriesAfter(1, 0, 10_000))
    if (entry.transactionId !== undefined) kinds.set(entry.transactionId, (kinds.get(entry.transactionId) ?? new Set()).add(entry.kind));
  return [...kinds].filter(([, had]) => had.has(kind) && !answers.some((answer) => had.has(answer))).map(([id]) => id);
}

describe('standing transactions', () => {
  test('are the same whether followed, stored with a checkpoint, or read from the entries, in any order of appends, checkpoints and restarts', () => {
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.record({ id: fc.constantFrom('tx-0001', 'tx-0002', 'tx-0003'), at: fc.nat(9) }) },
      { weight: 1, arbitrary: fc.constantFrom('checkpoint' as const, 'restart' as const, 'ask' as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const bench = new Bench();
        let journal = bench.open();
        for (const next of steps) {
          if (next === 'checkpoint') journal.checkpoint();
          else if (next === 'restart') {
            journal.close();
            journal = bench.open();
          } else if (next === 'ask') journal.transactionsLacking(...CONFIRMED);
          else journal.append([...topUp(next.id), confirm(next.id)][next.at] ?? START);
        }
        for (const ask of [CONFIRMED, STACKED]) expect([...journal.transactionsLacking(...ask)].sort()).toEqual(byReading(journal, ask).sort());
        journal.close();
        const again = bench.open();
        for (const ask of [CONFIRMED, STACKED]) expect([...again.transactionsLacking(...ask)].sort()).toEqual(byReading(again, ask).sort());
        again.close();
        expect(verifyJournal(bench.path).break?.detail ?? '').not.toContain('standing');
      }),
      { numRuns: 12 },
    );
  });

  test('answered before they were asked for stay answered, also when the answer lies before the last checkpoint', () => {
    const bench = new Bench();
    const journal = bench.open();
    const [committed] = topUp('tx-0001').slice(7);
    if (committed === undefined) throw new Error('no such entry');
    expect(journal.transactionsLacking(...CONFIRMED)).toEqual([]);
    journal.append(confirm('tx-0001'));
    journal.checkpoint();
    journal.append(committed);
    expect(journal.transactionsLacking(...CONFIRMED)).toEqual([]);
  });

  test('are taken up after a kill from the last checkpoint and the entries since', async () => {
    const bench = new Bench();
    const journal = bench.open();
    expect(journal.transactionsLacking(...CONFIRMED)).toEqual([]);
    append(journal, [START, ...topUp('tx-0001'), ...topUp('tx-0002', false)]);
    journal.checkpoint();
    append(journal, [...topUp('tx-0002').slice(7), ...topUp('tx-0003', false), confirm('tx-0001')]);
    const again = (await bench.afterKill()).open();
    expect(again.openTransactions()).toEqual(['tx-0003']);
    expect(again.transactionsLacking(...CONFIRMED)).toEqual(['tx-0002']);
  });

  test('stored wrongly are noticed at the start, said, and made anew', () => {
    const bench = new Bench();
    const journal = bench.open();
    append(journal, topUp('tx-0001', false));
    expect(journal.openTransactions()).toEqual(['tx-0001']);
    journal.close();
    bench.tamper((db) => db.exec("UPDATE standing_members SET transaction_id = 'tx-0009'"));
    expect(verifyJournal(bench.path).break).toMatchObject({ check: 'structure', detail: expect.stringContaining('standing transactions') });
    const again = bench.open();
    expect(bench.troubles.map(({ code }) => code)).toEqual(['corrupt']);
    expect(again.openTransactions()).toEqual(['tx-0001']);
    again.append(START);
    again.close();
    expect(verifyJournal(bench.path).ok).toBe(true);
    bench.open();
    expect(bench.troubles).toHaveLength(1);
  });

  test('stored by someone who knows the sum are found by verify', () => {
    const bench = new Bench();
    const journal = bench.open();
    append(journal, topUp('tx-0001', false));
    expect(journal.openTransactions()).toEqual(['tx-0001']);
    journal.close();
    bench.tamper((db) => db.exec('DELETE FROM standing_members; UPDATE standing_questions SET sum = zeroblob(32)'));
    expect(verifyJournal(bench.path).break).toMatchObject({ check: 'structure', detail: expect.stringContaining('transaction.opened') });
  });
});
