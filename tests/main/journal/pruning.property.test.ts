import { existsSync } from 'node:fs';
import { assert, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import type { JournalKind, NewEntry } from '../../../common/journal-kinds.ts';
import { foldTransaction, isForeign } from '../../../common/money/fold.ts';
import { recoveryDecision } from '../../../common/money/recovery.ts';
import { isOpenCase } from '../../../common/money/standing.ts';
import type { Journal } from '../../../main/journal/journal.ts';
import { verifyJournal } from '../../../main/journal/verify.ts';
import { readSurvey } from '../../../main/maintenance/stopped-journal.ts';
import { Dice } from '../../fuzz/generate.ts';
import { RandomCash } from '../../verifier/cash.ts';
import { upstreamKeyPair } from '../../verifier/journals.ts';
import { RandomStory } from '../../verifier/stories.ts';
import { Bench } from './bench.ts';
import { DAY, filler, finished, NOW, of, pruneAll, receipted, withCase } from './pruning-bench.ts';
import * as make from '../../common/money/entries.ts';

/** What recovery asks of a journal (main/terminal/recovery). */
const QUESTIONS: readonly (readonly [JournalKind, readonly JournalKind[]])[] = [
  ['load.committed', ['load.confirmed']],
  ['load.authorizing', ['load.committing', 'load.refused', 'load.reversed']],
  ['load.notCredited', ['load.reversed']],
  ['case.resolved', ['load.confirmed', 'load.reversed']],
  ['case.opened', ['case.resolved']],
  ['foreign.load.examined', ['foreign.load.reported']],
  ['foreign.load.examined', ['foreign.load.told']],
  ['voucher.issued', ['voucher.registering']],
  ['case.resolved', ['voucher.registering']],
  ['voucher.registering', ['voucher.registered']],
  ['voucher.releasing', ['voucher.released']],
  ['voucher.reserved', ['voucher.redeemed', 'voucher.releasing']],
  ['receipt.printing', ['receipt.printed', 'receipt.failed']],
];

interface Written {
  readonly bench: Bench;
  readonly journal: Journal;
  readonly ids: readonly string[];
}

/** Stories that end and others that don't, settlements as they fall, receipts a day or more apart. */
function randomJournal(dice: Dice): Written {
  const bench = new Bench(existsSync('/dev/shm') ? '/dev/shm' : undefined); // thousands of entries
  const journal = bench.open();
  const cash = new RandomCash();
  const ids = new Set<string>();
  const stories: RandomStory[] = [];
  let at = NOW - 400 * DAY;
  const write = (entries: readonly NewEntry[]): void => {
    for (const entry of entries) {
      cash.add(entry);
      journal.append(entry);
      if (entry.transactionId !== undefined) ids.add(entry.transactionId);
      if (dice.below(4) === 0) receipted(journal, (at += dice.below(3) * DAY));
    }
  };
  const turns: (() => readonly NewEntry[])[] = [
    () => finished(`done-${ids.size}`),
    () => finished(`done-${ids.size}`),
    () => withCase(`case-${ids.size}`),
    () =>
      ids.has('case-1') && dice.below(3) === 0
        ? []
        : of(`late-${ids.size}`, [make.opened('qr'), make.requested(), make.paymentClosed(), make.closed('abandoned')]),
    () => filler(1 + dice.below(5)),
    () => {
      if (stories.length === 0 || dice.below(6) === 0) stories.push(new RandomStory(`story-${stories.length}`, cash));
      return [dice.pick(stories.slice(-2)).next(dice, false)];
    },
    () => {
      const entry = cash.next(dice, false);
      return entry === undefined ? [] : [entry];
    },
  ];
  const late = turns.slice(0, dice.below(2) === 0 ? 5 : turns.length);
  for (let turn = 20 + dice.below(15); turn > 0; turn -= 1) write(dice.pick(turn > 10 ? late : turns)());
  // Most cash is taken out in the end: what is in the box keeps everything since.
  for (let turn = 30; turn > 0; turn -= 1) {
    const entry = cash.next(dice, false);
    if (entry !== undefined && entry.kind !== 'cash.stacked') write([entry]);
  }
  receipted(journal, at);
  return { bench, journal, ids: [...ids] };
}

/** All that the journal answers to those who work with it. */
function facts({ journal, bench }: Written): object {
  const { cash, candidates } = readSurvey(bench.path);
  const { boxId, content, differences, settlements } = cash;
  return {
    balances: journal.balances(),
    open: journal.openTransactions(),
    answers: QUESTIONS.map(([kind, answers]) => journal.transactionsLacking(kind, answers)),
    registered: journal.transactionsLackingSince('voucher.registering', ['reference.shown']),
    cash: {
      boxId,
      content,
      differences,
      underWay: settlements.filter(({ phase }) => phase !== 'closed').map(({ settlementId, phase }) => ({ settlementId, phase })),
    },
    notes: candidates.filter(({ kind }) => kind === 'note'),
  };
}

function storyOf(journal: Journal, id: string): string {
  const entries = journal.transaction(id).map(({ entry }) => entry);
  return entries.length === 0 ? 'gone' : JSON.stringify({ entries, next: recoveryDecision(foldTransaction(entries)).kind });
}

let pruned = 0;

test('whatever is cut: sums, open transactions, recovery’s questions and decisions, the cash and every story that stays are as before, and it verifies', () => {
  assert(
    property(integer({ min: 0, max: 2 ** 31 - 1 }), integer({ min: 0, max: 60 }), integer({ min: 1, max: 30 }), (seed, days, keepEntries) => {
      const dice = Dice.of(seed, 'pruning');
      const written = randomJournal(dice);
      const { bench, journal, ids } = written;
      const options = { publicKey: bench.key.publicKey, upstreamKey: upstreamKeyPair.publicKey };
      expect(verifyJournal(bench.path, options)).toMatchObject({ ok: true });
      const before = facts(written);
      const stories = new Map(ids.map((id) => [id, { text: storyOf(journal, id), entries: journal.transaction(id).map(({ entry }) => entry) }]));
      const named = new Set(Object.values(before).flat(3).map(String));

      pruned += pruneAll(journal, { retentionMs: days * DAY, keepEntries }) > 0 ? 1 : 0;

      expect(facts(written)).toEqual(before);
      for (const [id, { text, entries }] of stories) {
        if (storyOf(journal, id) === text) continue;
        const state = foldTransaction(entries);
        expect(storyOf(journal, id), id).toBe('gone');
        expect(named.has(id), id).toBe(false);
        if (entries.every(({ kind }) => isForeign(kind))) continue;
        expect({ closed: state.closed !== undefined, held: state.held, open: state.cases.filter(isOpenCase), next: recoveryDecision(state).kind }, id).toEqual({
          closed: true,
          held: 0,
          open: [],
          next: 'closed',
        });
      }
      expect(verifyJournal(bench.path, options)).toMatchObject({ ok: true });
      journal.close();
      const again = bench.open();
      expect(again.replacement).toBeUndefined();
      expect(facts({ ...written, journal: again })).toEqual(before);
      again.close();
    }),
    { numRuns: 10 },
  );
  expect(pruned).toBeGreaterThan(1);
}, 120_000);
