/** Any life of a box: notes come in, counts are right or wrong, differences are explained in parts. Its oracle counts real notes. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { NoteCounts } from '../../../common/journal-kinds.ts';
import { verifyJournal } from '../../../main/journal/verify.ts';
import { explainDifference } from '../../../main/maintenance/differences.ts';
import { readAcquirerStatement, readCashStatement, readIssuerStatement, StatementError } from '../../../common/reconciliation/statement-file.ts';
import { settle } from '../../../main/maintenance/settlement.ts';
import { append, Bench, START } from '../journal/bench.ts';
import { notesTaken, surveyOf } from './notes.ts';

const NOTES = [10_000, 5000, 1000];

type Act =
  | { readonly kind: 'note'; readonly denomination: number }
  /** Miscounts by so many notes of one denomination; −9: less than nothing is nothing. */
  | { readonly kind: 'settle'; readonly denomination: number; readonly wrong: number; readonly later: boolean }
  | { readonly kind: 'explain'; readonly how: 'recounted' | 'writtenOff'; readonly part: number };

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('note' as const), denomination: fc.constantFrom(...NOTES) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      denomination: fc.constantFrom(...NOTES),
      wrong: fc.constantFrom(0, 0, 1, -1, 3, -9),
      later: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('explain' as const),
      how: fc.constantFrom('recounted' as const, 'writtenOff' as const),
      part: fc.constantFrom(1, 2),
    }),
  },
);

function miscounted(real: NoteCounts, denomination: number, wrong: number): NoteCounts {
  return NOTES.map((note) => ({
    denomination: note,
    count: Math.max(0, (real.find((known) => known.denomination === note)?.count ?? 0) + (note === denomination ? wrong : 0)),
  })).filter(({ count }) => count > 0);
}

const worth = (notes: NoteCounts): number => notes.reduce((sum, { denomination, count }) => sum + denomination * count, 0);

test('every note is in the box, in transit, in suspense or written off, and the whole journal is proved', () => {
  fc.assert(
    fc.property(fc.array(act, { minLength: 1, maxLength: 25 }), (acts) => {
      const bench = new Bench();
      const journal = bench.open();
      append(journal, [START]);
      let inBox: NoteCounts = [];
      let boxes = 1;
      let stacked = 0;
      /** What was counted, and corrected by later counts. */
      let collected = 0;
      let writtenOff = 0;
      for (const [index, next] of acts.entries()) {
        const survey = surveyOf(journal);
        if (next.kind === 'note') {
          append(journal, notesTaken(`tx-${1000 + index}`, next.denomination));
          stacked += next.denomination;
          inBox = miscounted(inBox, next.denomination, 1);
        } else if (next.kind === 'settle') {
          const counted = miscounted(inBox, next.denomination, next.wrong);
          const order = { by: 'A', boxOut: `B-${boxes}`, boxIn: `B-${boxes + 1}` };
          if (next.later) settle(journal, survey.cash, order);
          const { settlement } = settle(journal, surveyOf(journal).cash, { ...order, counted });
          expect(settlement.expected.notes).toEqual(inBox);
          expect(settlement.difference).toBe(worth(counted) - worth(inBox));
          collected += worth(counted);
          inBox = [];
          boxes += 1;
        } else {
          const [open] = survey.cash.differences;
          if (open === undefined) continue;
          const amount = Math.ceil(Math.abs(open.amount) / next.part);
          explainDifference(journal, survey, { how: next.how, of: open.of, amount, by: 'A', why: 'why' });
          if (next.how === 'recounted') collected -= Math.sign(open.amount) * amount;
          else writtenOff -= Math.sign(open.amount) * amount;
        }
      }
      journal.checkpoint();
      const { break: found, balances } = verifyJournal(bench.path);
      expect(found).toBeUndefined();
      const suspense = surveyOf(journal).cash.differences.reduce((sum, { amount }) => sum - amount, 0);
      expect(balances).toMatchObject({ 'cash.box': worth(inBox), 'cash.transit': collected, 'cash.overShort': writtenOff, suspense });
      expect(worth(inBox) + collected + writtenOff + suspense).toBe(stacked);
    }),
    { numRuns: 20 },
  );
}, 60_000);

test('a statement of any text is read or refused by its line, never anything else', () => {
  const line = fc.oneof(
    fc.string(),
    fc.json(),
    fc.constantFrom(
      '{"statement":{"book":"acquirer","from":"2026-01-01T00:00:00.000Z","to":"2027-01-01T00:00:00.000Z","madeAt":"2027-01-01T00:00:00.000Z"}}',
      '{"end":{"orders":0,"captured":0,"refunds":0,"refunded":0}}',
      '{"order":{}}',
      '{"__proto__":{}}',
    ),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 5 }), (lines) => {
      for (const read of [readAcquirerStatement, readIssuerStatement, readCashStatement]) {
        try {
          read(lines.join('\n'));
        } catch (error) {
          expect(error).toBeInstanceOf(StatementError);
        }
      }
    }),
    { numRuns: 1000 },
  );
});
