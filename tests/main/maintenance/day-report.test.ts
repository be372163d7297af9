import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accounts, type NewEntry } from '../../../common/journal-kinds.ts';
import type { JournalEntry } from '../../../common/journal-entry.ts';
import type { Journal } from '../../../main/journal/journal.ts';
import { dayReport } from '../../../main/maintenance/day-report.ts';
import { settle } from '../../../main/maintenance/settlement.ts';
import { append, Bench, START, STOP, topUp } from '../journal/bench.ts';
import {
  closed,
  delivered,
  opened,
  redeemed,
  redeeming,
  registered,
  registering,
  released,
  releasing,
  reserved,
  taken,
  voucher,
} from '../../common/money/entries.ts';
import { noteLost, notesTaken, surveyOf } from './notes.ts';

const HOUR = 3_600_000;

function entriesOf(journal: Journal): JournalEntry[] {
  return journal.entriesAfter(1, 0, 100_000).map(({ entry }) => entry);
}

/** A journal of a terminal in New York whose clock shows these times, one list of entries at each. */
function written(timeZone: string, ...turns: readonly (readonly [at: number, entries: readonly NewEntry[]])[]): JournalEntry[] {
  const bench = new Bench();
  const journal = bench.open({ timeZone });
  for (const [at, entries] of turns) {
    bench.clock.jumpTo(at);
    append(journal, entries);
  }
  return entriesOf(journal);
}

describe('a day', () => {
  test('counts outcomes, tenders and notes, and what was open when it ended', () => {
    const entries = written(
      'Asia/Shanghai',
      [Date.UTC(2026, 10, 21, 15, 0), [START, ...notesTaken('tx-0001', 10_000)]], // 23:00
      [Date.UTC(2026, 10, 21, 16, 0), [...topUp('tx-0002'), ...notesTaken('tx-0003', 5000, 2000), ...noteLost('tx-0004', 5000)]], // 00:00
      [Date.UTC(2026, 10, 22, 15, 59), topUp('tx-0005').slice(0, 4)], // 23:59
      [Date.UTC(2026, 10, 22, 16, 1), topUp('tx-0005').slice(4)], // 00:01
    );
    expect(dayReport(entries, [], '2026-11-22')).toMatchObject({
      dates: ['2026-11-21', '2026-11-22', '2026-11-23'],
      clockSetBack: 0,
      outcomes: { delivered: { count: 1, amount: 5000 }, voucher: { count: 1, amount: 7000 }, case: { count: 1, amount: 0 } },
      tenders: { cash: { count: 4, amount: 17_000 }, qr: { count: 0, amount: 0 } },
      notes: [
        { denomination: 5000, count: 3, amount: 15_000 },
        { denomination: 2000, count: 1, amount: 2000 },
      ],
      loads: { count: 1, amount: 5000 },
      opening: { 'cash.box': 10_000, 'voucher.outstanding': -10_000, 'cardholder.held': 0 },
      closing: { 'cash.box': 27_000, 'voucher.outstanding': -17_000, 'cardholder.held': -5000, 'issuer.payable': -5000 },
      openTransactions: [{ transactionId: 'tx-0005', phase: 'funded', held: 5000, openedOn: '2026-11-22' }],
      openCases: [{ reason: 'noteUndetermined', owed: 0, disputed: 5000 }],
    });
    expect(dayReport(entries)).toMatchObject({ date: '2026-11-23', outcomes: { delivered: { count: 1, amount: 5000 } }, openTransactions: [] });
  });

  test('with vouchers: those of other terminals are taken and given back, and every account closes with what is owed', () => {
    const of = (id: string, ...entries: readonly NewEntry[]): NewEntry[] => entries.map((entry) => ({ ...entry, transactionId: id }));
    const entries = written('Asia/Shanghai', [
      Date.UTC(2026, 10, 22, 5),
      [
        START,
        ...of('tx-0001', opened('cash'), ...taken(), voucher(), registering(), closed('voucher', 0, 0, 5000), registered()),
        ...of('tx-0002', opened('voucher'), redeeming('x2'), reserved(2000, 'x2'), ...delivered(2000), closed('delivered', 2000), redeemed('x2')),
        ...of('tx-0003', opened('voucher'), redeeming('x3'), reserved(1000, 'x3'), releasing(1000, 'x3'), closed('refunded', 0, 1000), released('x3')),
        ...of('tx-0004', opened('voucher'), redeeming('x4'), releasing(0, 'x4'), closed('abandoned'), released('x4')),
      ],
    ]);
    const report = dayReport(entries);
    expect(report).toMatchObject({
      outcomes: {
        voucher: { count: 1, amount: 5000 },
        delivered: { count: 1, amount: 2000 },
        refunded: { count: 1, amount: 1000 },
        abandoned: { count: 1, amount: 0 },
      },
      tenders: { cash: { count: 1, amount: 5000 }, qr: { count: 0, amount: 0 }, voucher: { count: 2, amount: 3000 } },
      loads: { count: 1, amount: 2000 },
      refunds: { count: 0, amount: 0 },
      vouchers: { count: 1, amount: 5000 },
      vouchersGivenBack: { count: 1, amount: 1000 },
      // 5000 owed by the voucher that was issued here; 2000 of another terminal's are on a card
      closing: { 'cash.box': 5000, 'cardholder.held': 0, 'issuer.payable': -2000, 'voucher.outstanding': -3000, 'acquirer.receivable': 0 },
      openTransactions: [],
      openCases: [],
    });
    expect(report.movement).toEqual(report.closing);
  });

  test('of a settlement says how it ended', () => {
    const bench = new Bench();
    const journal = bench.open();
    append(journal, [START, ...notesTaken('tx-0001', 5000, 5000), STOP]);
    settle(journal, surveyOf(journal).cash, { by: 'A', boxOut: 'B-1', boxIn: 'B-2', counted: [{ denomination: 5000, count: 1 }] });
    expect(dayReport(entriesOf(journal))).toMatchObject({
      settlements: { count: 1, amount: -5000 },
      closing: { 'cash.box': 0, 'cash.transit': 5000, suspense: 5000 },
    });
  });
});

describe('the night on which the clocks change', () => {
  // New York 2026: forward on 8 March at 07:00Z (02:00 → 03:00), back on 1 November at 06:00Z (02:00 → 01:00)
  test('back: the hour that comes twice, and the 25 hours, are one day', () => {
    const hours = Array.from({ length: 27 }, (_, hour) => Date.UTC(2026, 10, 1, 3) + hour * HOUR); // 23:00 on 31 October to 00:00 on 2 November
    const entries = written('America/New_York', ...hours.map((at, index) => [at, notesTaken(`tx-${1000 + index}`, 1000)] as const));
    expect(['2026-10-31', '2026-11-01', '2026-11-02'].map((date) => dayReport(entries, [], date).tenders.cash.count)).toEqual([1, 25, 1]);
    expect(dayReport(entries, [], '2026-11-01').clockSetBack).toBe(0);
  });

  test('forward: the day has 23 hours', () => {
    const hours = Array.from({ length: 25 }, (_, hour) => Date.UTC(2026, 2, 8, 4) + hour * HOUR); // 23:00 on 7 March to 00:00 on 9 March
    const entries = written('America/New_York', ...hours.map((at, index) => [at, notesTaken(`tx-${1000 + index}`, 1000)] as const));
    expect(['2026-03-07', '2026-03-08', '2026-03-09'].map((date) => dayReport(entries, [], date).tenders.cash.count)).toEqual([1, 23, 1]);
  });
});

test('a clock set back over midnight: entries belong to the date written in them, though later ones stand before', () => {
  const entries = written(
    'Asia/Shanghai',
    [Date.UTC(2026, 10, 22, 16, 5), [START, ...notesTaken('tx-0001', 1000)]], // 00:05 on the 23rd
    [Date.UTC(2026, 10, 22, 15, 50), notesTaken('tx-0002', 2000)], // set back to 23:50 on the 22nd
    [Date.UTC(2026, 10, 22, 16, 10), notesTaken('tx-0003', 5000)],
  );
  expect(dayReport(entries, [], '2026-11-22')).toMatchObject({ tenders: { cash: { amount: 2000 } }, clockSetBack: 1, closing: { 'cash.box': 2000 } });
  expect(dayReport(entries, [], '2026-11-23')).toMatchObject({ tenders: { cash: { amount: 6000 } }, clockSetBack: 0, opening: { 'cash.box': 2000 } });
});

test('whatever the clock does, each day opens with what the day before closed with, and the last one closes with all there is', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 96 }), fc.constantFrom(1000, 5000, 10_000)), { minLength: 1, maxLength: 30 }), (turns) => {
      const base = Date.UTC(2026, 9, 30);
      const entries = written('America/New_York', ...turns.map(([hour, note], index) => [base + hour * HOUR, notesTaken(`tx-${1000 + index}`, note)] as const));
      const reports = dayReport(entries).dates.map((date) => dayReport(entries, [], date));
      let before = Object.fromEntries(accounts.map((account) => [account, 0]));
      for (const { opening, closing } of reports) {
        expect(opening).toEqual(before);
        before = closing;
      }
      expect(before['cash.box']).toBe(turns.reduce((sum, [, note]) => sum + note, 0));
      expect(reports.reduce((sum, { entries: count }) => sum + count, 0)).toBe(entries.length);
    }),
    { numRuns: 25 },
  );
});
