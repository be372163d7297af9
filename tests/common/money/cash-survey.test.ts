/** One pass over a journal for those who settle: what is open, which notes nobody can place, and what may explain a difference. */
import { describe, expect, test } from 'vitest';
import type { JournalEntry } from '../../../common/journal-entry.ts';
import type { NewEntry } from '../../../common/journal-kinds.ts';
import { surveyCash } from '../../../common/money/cash-survey.ts';
import { NO_CASH } from '../../../common/money/settlement-fold.ts';
import { boxRemoved, caseOpened, caseResolved, closed, escrowed, noteStuck, opened, REFERENCE, stacking, suspense, taken } from './entries.ts';

/** In the order given, each of its transaction. */
function entriesOf(...told: readonly (readonly [transactionId: string | undefined, ...entries: NewEntry[]])[]): JournalEntry[] {
  return told
    .flatMap(([transactionId, ...entries]) => entries.map((entry) => ({ transactionId, entry })))
    .map(({ transactionId, entry: { kind, body } }, index) => ({
      epoch: 1,
      seq: index + 1,
      id: `00000000-0000-7000-8000-${String(index + 1).padStart(12, '0')}`,
      at: new Date(Date.UTC(2026, 10, 22, 5, 33, index)).toISOString(),
      businessDate: '2026-11-22',
      terminalId: 'T-1',
      ...(transactionId === undefined ? {} : { transactionId }),
      kind,
      body: { ...body },
      postings: [],
    }));
}

const strayCredit: NewEntry = { kind: 'device.fault', body: { device: 'cashAcceptor', code: 'strayCredit', detail: 'a note of 50 yuan' } };
const settlementOpened: NewEntry = {
  kind: 'settlement.opened',
  body: { settlementId: 'S', by: '张三', boxOut: 'B-1', boxIn: 'B-2', expected: { notes: [], unspecified: 0 } },
};

describe('what is open', () => {
  test('is what began here and has not ended', () => {
    const entries = entriesOf(
      ['ended', opened('cash'), closed('abandoned')],
      ['open', opened('cash'), escrowed()],
      // of another terminal's load, or a report that stands by itself: nothing was opened
      ['elsewhere', { kind: 'voucher.registered', body: { voucherId: 'v1' } }],
    );
    expect(surveyCash(entries).openTransactions).toEqual(['open']);
  });
});

describe('notes that nobody can place', () => {
  test('are those under way, and those in suspense, with the reference their person has', () => {
    const entries = entriesOf(
      ['stacked', opened('cash'), ...taken('n0')],
      ['way', opened('cash'), escrowed('n1', 2000), stacking('n1', 2000)],
      ['lost', opened('cash'), escrowed('n2'), suspense('n2'), caseOpened('noteUndetermined', 0, 5000), closed('case')],
    );
    expect(surveyCash(entries).candidates).toMatchObject([
      { kind: 'note', noteId: 'n1', denomination: 2000, place: 'stacking', transactionId: 'way', reference: REFERENCE, openCase: false },
      { kind: 'note', noteId: 'n2', denomination: 5000, place: 'suspense', transactionId: 'lost', reference: REFERENCE, openCase: true },
    ]);
  });

  test('no more once their case was answered', () => {
    const lost: NewEntry[] = [opened('cash'), escrowed(), suspense(), caseOpened('noteUndetermined', 0, 5000), closed('case'), caseResolved('nothingOwed', 0)];
    expect(surveyCash(entriesOf(['lost', ...lost])).candidates).toEqual([]);
  });
});

describe('notes that no transaction knows', () => {
  test('may be in the box that is inside, with one of unknown value', () => {
    const { candidates } = surveyCash(entriesOf([undefined, strayCredit], ['stuck', opened('cash'), noteStuck()]));
    expect(candidates.map((candidate) => candidate.kind === 'stray' && candidate.code)).toEqual(['strayCredit', 'noteStuck']);
  });

  test('left with the box that was taken out', () => {
    expect(surveyCash(entriesOf([undefined, strayCredit, settlementOpened, boxRemoved([])])).candidates).toEqual([]);
  });

  test('are the acceptor’s alone: another device’s fault, or another fault of it, explains nothing', () => {
    const others: NewEntry[] = [
      { kind: 'device.fault', body: { device: 'cardReader', code: 'strayCredit', detail: '' } },
      { kind: 'device.fault', body: { device: 'cashAcceptor', code: 'jammed', detail: '' } },
    ];
    expect(surveyCash(entriesOf([undefined, ...others])).candidates).toEqual([]);
  });
});

describe('after entries have left the journal', () => {
  const entries = entriesOf(['before', opened('cash'), ...taken('n1', 5000), closed('abandoned')], ['after', opened('cash'), ...taken('n2', 2000)]);
  const fromBase = { ...NO_CASH, boxId: 'B-1', content: { notes: [{ denomination: 10_000, count: 3 }], unspecified: 0 } };

  test('the cash goes on from the base: what is summed there is not counted again', () => {
    const { cash } = surveyCash(entries, { epoch: 1, upToSeq: 5, cash: fromBase });
    expect(cash.boxId).toBe('B-1');
    expect(cash.content.notes).toEqual([
      { denomination: 10_000, count: 3 },
      { denomination: 2000, count: 1 },
    ]);
  });

  test('without a base all of them count', () => {
    expect(surveyCash(entries).cash.content.notes).toEqual([
      { denomination: 5000, count: 1 },
      { denomination: 2000, count: 1 },
    ]);
  });
});
