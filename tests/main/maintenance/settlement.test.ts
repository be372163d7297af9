import { describe, expect, test } from 'vitest';
import type { NewEntry } from '../../../common/journal-kinds.ts';
import { settle, type SettlementError, type SettlementOrder } from '../../../main/maintenance/settlement.ts';
import { explainDifference, type ExplanationError, type Explanation } from '../../../main/maintenance/differences.ts';
import { readSurvey } from '../../../main/maintenance/stopped-journal.ts';
import { verifyJournal } from '../../../main/journal/verify.ts';
import type { Journal } from '../../../main/journal/journal.ts';
import { append, Bench, START, STOP } from '../journal/bench.ts';
import * as money from '../../common/money/entries.ts';
import { noteLost, noteStuck, notesTaken, referenceOf, surveyOf } from './notes.ts';

const FIRST: SettlementOrder = { by: '张三', boxOut: 'B-17', boxIn: 'B-18' };
const said = { by: '李四', why: '查监控' };

interface Opened {
  readonly bench: Bench;
  readonly journal: Journal;
}

function content(count_: number) {
  return { notes: [{ denomination: 5000, count: count_ }], unspecified: 0 };
}
function opened(notes: number): NewEntry {
  return { kind: 'settlement.opened', body: { settlementId: 'S', by: 'A', boxOut: 'B-1', boxIn: 'B-2', expected: content(notes) } };
}
function removed(notes: number, boxId = 'B-1'): NewEntry {
  return { kind: 'box.removed', body: { settlementId: 'S', boxId, content: content(notes) } };
}
const inserted: NewEntry = { kind: 'box.inserted', body: { settlementId: 'S', boxId: 'B-2' } };
function count(notes: number): NewEntry {
  return { kind: 'settlement.counted', body: { settlementId: 'S', boxId: 'B-1', by: 'A', expected: content(notes), counted: content(notes).notes } };
}
function end(notes: number): NewEntry {
  return { kind: 'settlement.closed', body: { settlementId: 'S', expected: 10_000, counted: notes * 5000, difference: 0 } };
}
const writtenOff: NewEntry = { kind: 'suspense.resolved', body: { resolution: 'writtenOff', of: 'S', amount: -100, by: 'A', why: 'why' } };

/** Two notes of 100 and one of 50 in the box, the terminal stopped. */
function withNotes(...more: readonly NewEntry[]): Opened {
  const bench = new Bench();
  const journal = bench.open();
  append(journal, [START, ...notesTaken('tx-0001', 10_000, 5000), ...notesTaken('tx-0002', 10_000), ...more, STOP]);
  return { bench, journal };
}

function settled({ journal }: Opened, order: SettlementOrder) {
  return settle(journal, surveyOf(journal).cash, order);
}

function kindsAfterStop({ journal }: Opened): string[] {
  const kinds = journal.entriesAfter(1, 0, 1000).map(({ entry }) => entry.kind);
  return kinds.slice(kinds.lastIndexOf('terminal.stopped') + 1);
}

function explained({ journal }: Opened, explanation: Explanation): void {
  explainDifference(journal, surveyOf(journal), explanation);
}

/** By the file alone: everything is proved, and only these accounts hold anything. */
function expectProved({ bench, journal }: Opened, held: Readonly<Record<string, number>>): void {
  journal.checkpoint();
  const { break: found, balances, signedUpTo, entries } = verifyJournal(bench.path, { publicKey: bench.key.publicKey });
  expect(found).toBeUndefined();
  expect(signedUpTo).toBe(entries);
  expect(Object.fromEntries(Object.entries(balances).filter(([, amount]) => amount !== 0))).toEqual(held);
}

describe('a box that holds what the journal says', () => {
  test('comes out, another goes in, the count agrees, and the end is signed', () => {
    const world = withNotes();
    const { settlement, cash, written } = settled(world, {
      ...FIRST,
      counted: [
        { denomination: 10_000, count: 2 },
        { denomination: 5000, count: 1 },
      ],
    });
    expect(kindsAfterStop(world)).toEqual(['settlement.opened', 'box.removed', 'box.inserted', 'settlement.counted', 'settlement.closed']);
    expect(settlement).toMatchObject({ settlementId: 'S-1-18', phase: 'closed', difference: 0 });
    expect({ written, boxId: cash.boxId, content: cash.content, differences: cash.differences }).toEqual({
      written: 5,
      boxId: 'B-18',
      content: { notes: [], unspecified: 0 },
      differences: [],
    });
    expectProved(world, { 'cash.transit': 25_000, 'voucher.outstanding': -25_000 });
  });

  test('settled once more word for word: nothing is written', () => {
    const world = withNotes();
    const order = { ...FIRST, boxIn: 'B-17', counted: [{ denomination: 10_000, count: 2 }] };
    const first = settled(world, order);
    expect(settled(world, order)).toMatchObject({ written: 0, settlement: { settlementId: first.settlement.settlementId } });
    expect(settled(world, { by: '张三', settlementId: first.settlement.settlementId })).toMatchObject({ written: 0 });
    expect(kindsAfterStop(world)).toHaveLength(5);
  });

  test('the same boxes and the same count, but notes came in since: it is another settlement', () => {
    const world = withNotes();
    const order = { ...FIRST, boxIn: 'B-17', counted: [{ denomination: 10_000, count: 1 }] };
    settled(world, order);
    append(world.journal, [START, ...notesTaken('tx-0003', 10_000), STOP]);
    expect(settled(world, order)).toMatchObject({ written: 5, settlement: { difference: 0 } });
  });

  test('a second settlement expects only what came in since', () => {
    const world = withNotes();
    settled(world, {
      ...FIRST,
      counted: [
        { denomination: 10_000, count: 2 },
        { denomination: 5000, count: 1 },
      ],
    });
    append(world.journal, [START, ...notesTaken('tx-0003', 2000, 2000), STOP]);
    const { settlement } = settled(world, { by: '张三', boxOut: 'B-18', boxIn: 'B-17', counted: [{ denomination: 2000, count: 2 }] });
    expect(settlement).toMatchObject({ expected: { notes: [{ denomination: 2000, count: 2 }], unspecified: 0 }, difference: 0, phase: 'closed' });
    expectProved(world, { 'cash.transit': 29_000, 'voucher.outstanding': -29_000 });
  });
});

describe('a box that is counted later', () => {
  test('leaves the books for transit, and its count is taken in when it is there', () => {
    const world = withNotes();
    const away = settled(world, FIRST);
    expect(away.settlement).toMatchObject({ phase: 'inserted', difference: 0 });
    expectProved(world, { 'cash.transit': 25_000, 'voucher.outstanding': -25_000 });
    const { settlement } = settled(world, { by: '清分中心', counted: [{ denomination: 10_000, count: 2 }] });
    expect(settlement).toMatchObject({ settlementId: away.settlement.settlementId, countedBy: '清分中心', difference: -5000, phase: 'closed' });
    expectProved(world, { 'cash.transit': 20_000, suspense: 5000, 'voucher.outstanding': -25_000 });
  });

  test('two boxes wait: which one was counted must be said', () => {
    const world = withNotes();
    settled(world, FIRST);
    append(world.journal, [START, ...notesTaken('tx-0003', 2000), STOP]);
    settled(world, { by: '张三', boxOut: 'B-18', boxIn: 'B-19' });
    expect(() => settled(world, { by: '张三', counted: [] })).toThrow(/S-1-18 \(box B-17\), S-1-\d+ \(box B-18\): give --settlement or --box-out/);
    expect(settled(world, { by: '张三', boxOut: 'B-18', counted: [{ denomination: 2000, count: 1 }] }).settlement).toMatchObject({ difference: 0 });
  });
});

describe('a settlement whose process died', () => {
  const counted = [
    { denomination: 10_000, count: 2 },
    { denomination: 5000, count: 1 },
  ];
  test.each([1, 2, 3, 4])('after its entry %i goes on with the same call and ends as if nothing had been', (died) => {
    const world = withNotes();
    const limited = {
      epoch: world.journal.epoch,
      get head() {
        return world.journal.head;
      },
      entriesAfter: world.journal.entriesAfter.bind(world.journal),
      checkpoint: world.journal.checkpoint.bind(world.journal),
      append: (entry: NewEntry) => {
        if (kindsAfterStop(world).length === died) throw new Error('killed');
        return world.journal.append(entry);
      },
    };
    expect(() => settle(limited, surveyOf(world.journal).cash, { ...FIRST, counted })).toThrow('killed');
    expect(kindsAfterStop(world)).toHaveLength(died);
    expect(settled(world, { ...FIRST, counted })).toMatchObject({ written: 5 - died, settlement: { phase: 'closed' } });
    expect(kindsAfterStop(world)).toEqual(['settlement.opened', 'box.removed', 'box.inserted', 'settlement.counted', 'settlement.closed']);
    expectProved(world, { 'cash.transit': 25_000, 'voucher.outstanding': -25_000 });
  });
});

describe('what is refused, with nothing written', () => {
  test.each<[string, SettlementOrder, SettlementError['code']]>([
    ['another box than the one that is in', { by: '张三', boxOut: 'B-17', boxIn: 'B-20' }, 'otherBox'],
    ['a settlement that is not there', { by: '张三', settlementId: 'S-9-9', counted: [] }, 'unknownSettlement'],
    ['a new settlement without boxes', { by: '张三' }, 'boxMissing'],
    ['another count of a settlement that is closed', { by: '张三', settlementId: 'S-1-18', counted: [] }, 'countedBefore'],
    ['another box of a settlement that is known', { by: '张三', settlementId: 'S-1-18', boxOut: 'B-99' }, 'otherBox'],
  ])('%s', (_situation, order, code) => {
    const world = withNotes();
    settled(world, { ...FIRST, counted: [{ denomination: 10_000, count: 2 }] });
    append(world.journal, [START, ...notesTaken('tx-0003', 2000), STOP]);
    const before = world.journal.head.seq;
    expect(() => settled(world, order)).toThrow(expect.objectContaining({ code }));
    expect(world.journal.head.seq).toBe(before);
  });
});

describe('every difference ends somewhere', () => {
  const oneShort = [
    { denomination: 10_000, count: 1 },
    { denomination: 5000, count: 1 },
  ];
  const oneOver = [
    { denomination: 10_000, count: 2 },
    { denomination: 5000, count: 2 },
  ];

  test('a note over that a case asks for is owed to its person, and paid out', () => {
    const world = withNotes(...noteLost('tx-0005', 5000));
    const { settlement } = settled(world, { ...FIRST, counted: oneOver });
    expect(surveyOf(world.journal).candidates).toContainEqual(
      expect.objectContaining({ kind: 'note', denomination: 5000, place: 'suspense', openCase: true, reference: referenceOf('tx-0005') }),
    );
    expectProved(world, { 'cash.transit': 30_000, suspense: -5000, 'voucher.outstanding': -25_000 });
    explained(world, { ...said, how: 'counted', reference: referenceOf('tx-0005'), of: settlement.settlementId });
    expectProved(world, { 'cash.transit': 30_000, 'voucher.outstanding': -30_000 });
    explained(world, { ...said, how: 'paidOut', reference: referenceOf('tx-0005') });
    expectProved(world, { 'cash.transit': 25_000, 'voucher.outstanding': -25_000 });
    expect(surveyOf(world.journal).candidates).toEqual([]);
  });

  test('a note found in the path is owed to its person, and credited', () => {
    const world = withNotes(...noteLost('tx-0005', 5000));
    settled(world, {
      ...FIRST,
      counted: [
        { denomination: 10_000, count: 2 },
        { denomination: 5000, count: 1 },
      ],
    });
    explained(world, { ...said, how: 'found', reference: referenceOf('tx-0005') });
    explained(world, { ...said, how: 'credited', reference: referenceOf('tx-0005') });
    expectProved(world, { 'cash.transit': 30_000, 'issuer.payable': -5000, 'voucher.outstanding': -25_000 });
  });

  test('a stuck note of unknown value is found: its value is told, and its person is paid', () => {
    const world = withNotes(...noteStuck('tx-0005'));
    expect(surveyOf(world.journal).candidates).toMatchObject([{ kind: 'stray', code: 'noteStuck', detail: expect.stringContaining(referenceOf('tx-0005')) }]);
    settled(world, {
      ...FIRST,
      counted: [
        { denomination: 10_000, count: 2 },
        { denomination: 5000, count: 1 },
      ],
    });
    const found = { ...said, how: 'found', reference: referenceOf('tx-0005') } as const;
    expect(() => explained(world, found)).toThrow(expect.objectContaining({ code: 'valueNotSaid' }));
    explained(world, { ...found, amount: 2000 });
    expect(() => explained(world, { ...found, amount: 2000 })).toThrow(expect.objectContaining({ code: 'nothingOpen' }));
    explained(world, { ...said, how: 'paidOut', reference: referenceOf('tx-0005') });
    expectProved(world, { 'cash.transit': 25_000, 'voucher.outstanding': -25_000 });
  });

  test('a stuck note that fell into the box: the count is over by it, and it is owed to its person', () => {
    const world = withNotes(...noteStuck('tx-0005'));
    const { settlement } = settled(world, {
      ...FIRST,
      counted: [
        { denomination: 10_000, count: 2 },
        { denomination: 5000, count: 2 },
      ],
    });
    explained(world, { ...said, how: 'counted', reference: referenceOf('tx-0005'), of: settlement.settlementId, amount: 5000 });
    expect(surveyOf(world.journal).cash.differences).toEqual([]);
    expectProved(world, { 'cash.transit': 30_000, 'voucher.outstanding': -30_000 });
  });

  test('a stuck note that never was one: its case is answered and holds nothing', () => {
    const world = withNotes(...noteStuck('tx-0005'));
    explained(world, { ...said, how: 'nothingOwed', reference: referenceOf('tx-0005') });
    expectProved(world, { 'cash.box': 25_000, 'voucher.outstanding': -25_000 });
  });

  test('a note that is in no box: its case is answered and holds nothing', () => {
    const world = withNotes(...noteLost('tx-0005', 5000));
    explained(world, { ...said, how: 'nothingOwed', reference: referenceOf('tx-0005') });
    expect(surveyOf(world.journal).candidates).toEqual([]);
    expectProved(world, { 'cash.box': 25_000, 'voucher.outstanding': -25_000 });
  });

  test.each<[string, typeof oneOver, Explanation['how'], Readonly<Record<string, number>>]>([
    ['short, and found in a second count', oneShort, 'recounted', { 'cash.transit': 25_000 }],
    ['over, and not there in a second count', oneOver, 'recounted', { 'cash.transit': 25_000 }],
    ['short, and nobody knows why', oneShort, 'writtenOff', { 'cash.transit': 15_000, 'cash.overShort': 10_000 }],
    ['over, and nobody knows why', oneOver, 'writtenOff', { 'cash.transit': 30_000, 'cash.overShort': -5000 }],
  ])('%s', (_situation, counted, how, held) => {
    const world = withNotes();
    const { settlement } = settled(world, { ...FIRST, counted });
    explained(world, { ...said, how, of: settlement.settlementId } as Explanation);
    expect(surveyOf(world.journal).cash.differences).toEqual([]);
    expectProved(world, { ...held, 'voucher.outstanding': -25_000 });
  });

  test('short once and over the next time by the same note: they even each other out', () => {
    const world = withNotes();
    const short = settled(world, { ...FIRST, counted: [{ denomination: 10_000, count: 2 }] }).settlement;
    append(world.journal, [START, STOP]);
    const over = settled(world, { by: '张三', boxOut: 'B-18', boxIn: 'B-17', counted: [{ denomination: 5000, count: 1 }] }).settlement;
    explained(world, { ...said, how: 'offset', of: short.settlementId, against: over.settlementId });
    expect(surveyOf(world.journal).cash.differences).toEqual([]);
    expectProved(world, { 'cash.transit': 25_000, 'voucher.outstanding': -25_000 });
  });

  test('in parts, of which each is written down', () => {
    const world = withNotes();
    const { settlementId } = settled(world, { ...FIRST, counted: oneShort }).settlement;
    explained(world, { ...said, how: 'recounted', of: settlementId, amount: 4000 });
    expect(surveyOf(world.journal).cash.differences).toEqual([{ of: settlementId, amount: -6000 }]);
    explained(world, { ...said, how: 'writtenOff', of: settlementId });
    expectProved(world, { 'cash.transit': 19_000, 'cash.overShort': 6000, 'voucher.outstanding': -25_000 });
  });

  test.each<[string, Explanation, ExplanationError['code']]>([
    ['more than is open', { ...said, how: 'writtenOff', of: 'S-1-24', amount: 20_000 }, 'tooMuch'],
    ['a difference that is not there', { ...said, how: 'writtenOff', of: 'S-1-5' }, 'nothingOpen'],
    ['what was over, of a settlement that was short', { ...said, how: 'counted', reference: referenceOf('tx-0005'), of: 'S-1-24' }, 'tooMuch'],
    ['a note of a transaction that has none in suspense', { ...said, how: 'found', reference: referenceOf('tx-0001') }, 'nothingOpen'],
    ['more paid out than the case holds', { ...said, how: 'paidOut', reference: referenceOf('tx-0005'), amount: 5000 }, 'unlawful'],
    ['a transaction that is not there', { ...said, how: 'found', reference: 'A01-0101-0000-0' }, 'nothingOpen'],
  ])('refused, nothing written: %s', (_situation, explanation, code) => {
    const world = withNotes(...noteLost('tx-0005', 5000));
    expect(settled(world, { ...FIRST, counted: oneShort }).settlement.settlementId).toBe('S-1-24');
    const before = world.journal.head.seq;
    expect(() => explained(world, explanation)).toThrow(expect.objectContaining({ code }));
    expect(world.journal.head.seq).toBe(before);
  });

  test.each(['paidOut', 'refunded', 'credited', 'nothingOwed'] as const)(
    'a case that became a voucher is not %s too: its money would be given twice',
    (how) => {
      const { taken, authorizing, authorized, committing, loadUndetermined, caseOpened, closed, caseResolved, registering, REFERENCE } = money;
      const undecided = [...taken(), authorizing(), authorized(), committing(), loadUndetermined(), caseOpened('loadUndetermined', 5000)];
      const becameVoucher = [money.opened('cash'), ...undecided, closed('case', 0, 0, 5000), caseResolved('notCredited', 0), registering()];
      const world = withNotes(...becameVoucher.map((entry) => ({ ...entry, transactionId: 'tx-0005' })));
      const before = world.journal.head.seq;
      expect(() => explained(world, { ...said, how, reference: REFERENCE })).toThrow(expect.objectContaining({ code: 'isVoucher' }));
      expect(world.journal.head.seq).toBe(before);
      expectProved(world, { 'cash.box': 30_000, 'voucher.outstanding': -30_000 });
    },
  );

  test('refused while the terminal has not brought the transaction to its end', () => {
    const world = withNotes(...noteLost('tx-0005', 5000).slice(0, 5));
    expect(() => explained(world, { ...said, how: 'found', reference: referenceOf('tx-0005') })).toThrow(expect.objectContaining({ code: 'transactionOpen' }));
  });
});

test('after a damaged epoch the box holds a sum without denominations, which the count settles', () => {
  const bench = new Bench();
  const first = bench.open();
  append(first, [START, ...notesTaken('tx-0001', 10_000, 5000)]);
  first.close();
  bench.tamper((db) => db.exec('UPDATE entries SET hash = zeroblob(32) WHERE seq = (SELECT max(seq) FROM entries)'));
  const journal = bench.open();
  expect(journal.replacement).toBeDefined();
  append(journal, [START, ...notesTaken('tx-0002', 2000), STOP]);
  const world = { bench, journal };
  const { settlement } = settled(world, {
    ...FIRST,
    counted: [
      { denomination: 10_000, count: 1 },
      { denomination: 5000, count: 1 },
      { denomination: 2000, count: 1 },
    ],
  });
  expect(settlement).toMatchObject({ expected: { notes: [{ denomination: 2000, count: 1 }], unspecified: 15_000 }, difference: 0, phase: 'closed' });
  expect(verifyJournal(bench.path)).toMatchObject({ ok: true, balances: { 'cash.box': 0, 'cash.transit': 17_000, suspense: 0 } });
});

test('a box that was away when the journal was damaged is counted in the new epoch', () => {
  const bench = new Bench();
  const first = bench.open();
  append(first, [START, ...notesTaken('tx-0001', 10_000, 5000), STOP]);
  const { settlementId } = settle(first, surveyOf(first).cash, FIRST).settlement;
  first.close();
  bench.tamper((db) => db.exec('UPDATE entries SET hash = zeroblob(32) WHERE seq = (SELECT max(seq) FROM entries)'));
  const journal = bench.open();
  expect(journal.epoch).toBe(2);
  append(journal, [START, ...notesTaken('tx-0002', 2000), STOP]);
  const { cash } = readSurvey(bench.path);
  expect(cash).toMatchObject({ boxId: 'B-18', content: { notes: [{ denomination: 2000, count: 1 }], unspecified: 0 } });
  const { settlement } = settle(journal, cash, { by: '清分中心', boxOut: 'B-17', counted: [{ denomination: 10_000, count: 1 }] });
  expect(settlement).toMatchObject({ settlementId, phase: 'closed', difference: -5000, lastEpoch: 2 });
  expect(verifyJournal(bench.path)).toMatchObject({ ok: true, balances: { 'cash.box': 2000, 'cash.transit': 10_000, suspense: 5000 } });
  explainDifference(journal, readSurvey(bench.path), { ...said, how: 'writtenOff', of: settlementId });
  expect(verifyJournal(bench.path)).toMatchObject({ ok: true, balances: { suspense: 0, 'cash.overShort': 5000 } });
});

describe('verify', () => {
  test.each<[string, NewEntry[], string]>([
    ['a box taken out that holds something else', [opened(2), removed(1)], 'contentDiffers'],
    ['a box taken out unannounced', [removed(2)], 'notAnnounced'],
    ['another box than the one announced', [opened(2), removed(2, 'B-99')], 'otherBox'],
    ['a count that expects something else', [opened(2), removed(2), inserted, count(1)], 'contentDiffers'],
    ['a count before another box is in', [opened(2), removed(2), count(2)], 'outOfOrder'],
    ['an end that says something else', [opened(2), removed(2), inserted, count(2), end(1)], 'contentDiffers'],
    ['a difference explained that is none', [writtenOff], 'overdrawn'],
  ])('finds %s', (_situation, entries, code) => {
    const bench = new Bench();
    const journal = bench.open();
    append(journal, [START, ...notesTaken('tx-0001', 5000, 5000), ...entries]);
    journal.close();
    expect(verifyJournal(bench.path).break).toMatchObject({ check: 'settlement', detail: expect.stringContaining(code) });
  });
});
