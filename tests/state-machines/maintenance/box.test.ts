/** The cash box at the cabinet: step by step, across power cuts, and whatever the count finds beyond the journal is in suspense and nowhere else. */
import { describe, expect, test } from 'vitest';
import { addPostings, NO_BALANCES, postingsFor } from '../../../common/money/postings.ts';
import type { UiAct } from '../../../state-machines/view.ts';
import { notesTaken } from '../../main/maintenance/notes.ts';
import { FakeWorld } from '../../support/fake-world.ts';
import { RoomsBench } from './rooms-bench.ts';

const CONFIRM: UiAct = { type: 'confirm' };
const EXCHANGE: UiAct = { type: 'work', work: 'exchange' };

/** 100, 100 and 50 in the box. */
function withNotes(): FakeWorld {
  const world = new FakeWorld();
  for (const entry of notesTaken('tx-0001', 10_000, 5000, 10_000)) world.rooms.boxJournal.append(entry);
  return world;
}

async function atBox(world: FakeWorld): Promise<RoomsBench> {
  const bench = new RoomsBench('collector', world);
  await bench.touch({ type: 'room', room: 'box' });
  return bench;
}

/** Every row is touched and typed. */
async function counts(bench: RoomsBench, ...numbers: readonly string[]): Promise<void> {
  for (const [index, digits] of numbers.entries()) {
    await bench.touch({ type: 'pick', index });
    await bench.types(digits);
  }
}

async function exchanges(bench: RoomsBench): Promise<void> {
  await bench.touch(EXCHANGE);
  await bench.types('B-12');
  await bench.touch(CONFIRM);
  await bench.types('B-31');
  await bench.touch(CONFIRM, CONFIRM, CONFIRM);
}

function settlementEntries({ rooms }: FakeWorld): object[] {
  return rooms.boxJournal.entries.filter(({ kind }) => kind.startsWith('settlement.') || kind.startsWith('box.'));
}

/** One note of 50 is missing. */
const SHORT = ['2', '0', '0'] as const;
const EXPECTED = {
  notes: [
    { denomination: 10_000, count: 2 },
    { denomination: 5000, count: 1 },
  ],
  unspecified: 0,
};
const WHOLE = [
  { kind: 'settlement.opened', body: { settlementId: 'S-1-13', by: '0417', boxOut: 'B-12', boxIn: 'B-31', expected: EXPECTED } },
  { kind: 'box.removed', body: { settlementId: 'S-1-13', boxId: 'B-12', content: EXPECTED } },
  { kind: 'box.inserted', body: { settlementId: 'S-1-13', boxId: 'B-31' } },
  {
    kind: 'settlement.counted',
    body: { settlementId: 'S-1-13', boxId: 'B-12', by: '0417', expected: EXPECTED, counted: [{ denomination: 10_000, count: 2 }] },
  },
  { kind: 'settlement.closed', body: { settlementId: 'S-1-13', expected: 25_000, counted: 20_000, difference: -5000 } },
];

test('exchange and count with a note missing: five entries, the difference in suspense and nowhere else, signed, slip printed', async () => {
  const world = withNotes();
  const before = balancesOf(world);
  const bench = await atBox(world);
  expect(bench.screen('maintenance-box')).toMatchObject({ step: 'home', content: { total: 25_000, notes: EXPECTED.notes } });
  await exchanges(bench);
  expect(bench.screen('maintenance-box')).toMatchObject({ step: 'count', row: 0 });
  await counts(bench, ...SHORT);
  await bench.touch(CONFIRM);
  expect(bench.screen('maintenance-box')).toMatchObject({ step: 'review', expectedTotal: 25_000, countedTotal: 20_000, difference: -5000 });
  await bench.touch(CONFIRM);
  expect(bench.screen('maintenance-box')).toMatchObject({ step: 'told', difference: -5000, slip: 'printed' });
  expect(settlementEntries(world)).toEqual(WHOLE);
  const after = balancesOf(world);
  const moved = Object.entries(after).filter(([account, amount]) => amount !== before[account as keyof typeof before]);
  // what was in the box is in the collector's hands as far as it was counted, the rest is nobody's yet
  expect(Object.fromEntries(moved)).toEqual({ 'cash.box': 0, 'cash.transit': 20_000, suspense: 5000 });
  expect(world.rooms.boxJournal.checkpoints).toBe(1);
  expect(world.rooms.slips).toEqual(['S-1-13']);
  expect(bench.acts).toEqual([
    'box.exchange exchange B-12',
    'box.exchange exchange S-1-13',
    'box.exchange exchange S-1-13',
    'settlement.count count S-1-13',
    'settlement.count close S-1-13',
  ]);
});

function balancesOf({ rooms }: FakeWorld) {
  return rooms.boxJournal.entries.reduce((sum, entry) => addPostings(sum, postingsFor(entry)), NO_BALANCES);
}

describe.each([0, 1, 2, 3, 4])('power cut when %i entries of the settlement are on disk', (written) => {
  test('whoever comes next goes on where it stood, and nothing is written twice', async () => {
    const world = withNotes();
    world.rooms.boxJournal.failsAfter = written;
    const cut = await atBox(world);
    await exchanges(cut);
    if (cut.screen('maintenance-box').step === 'count') {
      await counts(cut, ...SHORT);
      await cut.touch(CONFIRM, CONFIRM);
    }
    expect(settlementEntries(world)).toEqual(WHOLE.slice(0, written));

    world.rooms.boxJournal.failsAfter = Number.POSITIVE_INFINITY;
    const next = await atBox(world);
    const { step } = next.screen('maintenance-box');
    expect(step).toBe(['home', 'takeOut', 'putIn', 'home', 'told'][written]);
    if (step === 'home' && written === 0) await exchanges(next);
    if (step === 'home' && written === 3) await next.touch({ type: 'pick', index: 0 });
    if (step === 'takeOut') await next.touch(CONFIRM, CONFIRM);
    if (step === 'putIn') await next.touch(CONFIRM);
    if (step !== 'told') {
      await counts(next, ...SHORT);
      await next.touch(CONFIRM, CONFIRM);
    }
    expect(next.screen('maintenance-box')).toMatchObject({ step: 'told', difference: -5000 });
    expect(settlementEntries(world)).toEqual(WHOLE);
  });
});

test('whoever counts is not told what should be there', async () => {
  const bench = await atBox(withNotes());
  await exchanges(bench);
  const { content, rows, expectedTotal, difference } = bench.screen('maintenance-box');
  expect({ content, expectedTotal, difference }).toEqual({});
  expect(rows?.map(({ expected }) => expected)).toEqual([undefined, undefined, undefined]);
});

test('another box than the one that is in: refused, nothing written', async () => {
  const world = withNotes();
  const first = await atBox(world);
  await exchanges(first);
  await counts(first, '2', '1');
  await first.touch(CONFIRM, CONFIRM, CONFIRM);
  const before = settlementEntries(world).length;
  await first.touch(EXCHANGE, { type: 'clear' });
  await first.types('B-99');
  await first.touch(CONFIRM);
  await first.types('B-12');
  await first.touch(CONFIRM);
  expect(first.screen('maintenance-box')).toMatchObject({ step: 'boxOut', problem: 'otherBox' });
  expect(settlementEntries(world)).toHaveLength(before);
});

test('a scanned label is typed by the scanner; a code that is no label is not', async () => {
  const world = withNotes();
  const bench = await atBox(world);
  await bench.touch(EXCHANGE);
  world.scans.emit({ type: 'CODE.SCANNED', text: 'B-77' });
  await bench.settle();
  expect(bench.screen('maintenance-box').typed).toBe('B-77');
  world.scans.emit({ type: 'CODE.SCANNED', text: 'https://pay.example/1' });
  await bench.settle();
  expect(bench.screen('maintenance-box').typed).toBe('B-77');
});

test('the box goes away uncounted and waits for its count', async () => {
  const bench = await atBox(withNotes());
  await exchanges(bench);
  await bench.touch({ type: 'work', work: 'later' });
  expect(bench.screen('maintenance-box')).toMatchObject({ step: 'home', waiting: [{ boxOut: 'B-12' }] });
});

test('the slip that was not printed says so, and is printed again', async () => {
  const world = withNotes();
  world.rooms.printer = 'failed';
  const bench = await atBox(world);
  await exchanges(bench);
  await counts(bench, '2', '1');
  await bench.touch(CONFIRM, CONFIRM);
  expect(bench.screen('maintenance-box')).toMatchObject({ step: 'told', difference: 0, slip: 'failed' });
  world.rooms.printer = 'printed';
  await bench.touch({ type: 'work', work: 'print' });
  expect(bench.screen('maintenance-box')).toMatchObject({ step: 'told', slip: 'printed' });
});

test('a technician has no way to the cash', async () => {
  const bench = new RoomsBench('technician');
  await bench.touch({ type: 'room', room: 'box' });
  expect(bench.screen('maintenance-overview').rooms).not.toContain('box');
});
