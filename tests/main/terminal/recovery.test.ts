/**
 * What a start makes of a note that the process before left in the path, by what the acceptor says of it: protocols/cash-acceptor.md 6.2,
 * row STACK_ORDERED and its neighbors. What a process that was really killed makes of it: crash-cash.test.ts.
 */
import { describe, expect, test } from 'vitest';
import { fen } from '../../../common/fen.ts';
import type { JournalEntry } from '../../../common/journal-entry.ts';
import type { JournalKind, NewEntry } from '../../../common/journal-kinds.ts';
import type { PowerUpState } from '../../../drivers/cash-acceptor/cash-acceptor.ts';
import { AcceptorArrival } from '../../../main/terminal/acceptor-arrival.ts';
import { Recovery } from '../../../main/terminal/recovery/recovery.ts';
import { CARD_REF, FakeWorld } from '../../support/fake-world.ts';

const ID = 't1';
const NOTE = { noteId: 'n1', denomination: 5000 };
const OPENED: NewEntry = {
  kind: 'transaction.opened',
  transactionId: ID,
  body: { type: 'top-up', reference: 'A01-1122-7K4M-9', card: CARD_REF, tender: 'cash', requested: 5000, balanceBefore: 2320, locale: 'zh-CN' },
};
const escrowed: NewEntry = { kind: 'note.escrowed', transactionId: ID, body: NOTE };
const stacking: NewEntry = { kind: 'note.stacking', transactionId: ID, body: NOTE };
const returning: NewEntry = { kind: 'note.returning', transactionId: ID, body: NOTE };

/** Starts over these entries; answers the kinds that recovery added, and what it told. */
async function start(before: readonly NewEntry[], report: PowerUpState | undefined) {
  const world = new FakeWorld();
  world.entries.push(...before);
  const stored = (): readonly JournalEntry[] =>
    world.entries.map((entry, index) => ({
      epoch: 1,
      seq: index + 1,
      id: '',
      at: '2026-11-22T00:14:00.000Z',
      businessDate: '2026-11-22',
      terminalId: 'T-0001',
      postings: [],
      ...entry,
    }));
  const of = (kind: JournalKind): boolean => world.entries.some((entry) => entry.kind === kind);
  const arrival = new AcceptorArrival(undefined);
  if (report !== undefined) arrival.connected(report);
  const recovery = new Recovery({
    ports: world.ports,
    read: {
      openTransactions: () => (of('transaction.opened') && !of('transaction.closed') ? [ID] : []),
      transaction: () => {
        const own = stored().filter(({ transactionId }) => transactionId === ID);
        return own.map((entry) => ({ entry, hash: entry.seq.toString(16).padStart(64, '0') }));
      },
      lacking: () => [],
      lackingSince: () => [],
      latest: (count) => stored().slice(-count),
      byReference: () => undefined,
    },
    issuerReachable: () => true,
    powerUp: () => arrival.ask(),
    log: () => {},
  });
  const told = await recovery.run();
  return { added: world.entries.slice(before.length), told, acts: world.acts, arrival, recovery };
}

const kinds = (entries: readonly NewEntry[]): readonly string[] => entries.map(({ kind }) => kind);
const booked = ['cash.stacked', 'voucher.issued', 'voucher.registering', 'reference.shown', 'transaction.closed'];
const given = ['note.returned', 'transaction.closed'];
const disputed = ['note.suspense', 'case.opened', 'reference.shown', 'transaction.closed'];
const alarmed = ['device.fault', ...disputed];

describe('a note that was ordered into the box when the process died', () => {
  test.each<[PowerUpState, readonly string[]]>([
    [{ kind: 'clean' }, disputed],
    [{ kind: 'idle' }, disputed],
    [{ kind: 'noteInAcceptor', returned: true }, given],
    [{ kind: 'noteInStacker' }, booked],
    [{ kind: 'counted', stacked: true }, booked],
    [{ kind: 'counted', stacked: false }, given],
    [{ kind: 'stackedEarlier', denomination: fen(5000) }, booked],
    [{ kind: 'untold' }, disputed],
    [{ kind: 'lostEvents' }, alarmed],
    [{ kind: 'jammed', where: 'stacker' }, alarmed],
    [{ kind: 'cheated' }, alarmed],
  ])('%j', async (report, expected) => {
    const { added } = await start([OPENED, escrowed, stacking], report);
    expect(kinds(added)).toEqual(expected);
  });

  test('and whose acceptor does not come up: nobody says where it is, and a number is given', async () => {
    const { added, told } = await start([OPENED, escrowed, stacking], undefined);
    expect(kinds(added)).toEqual(disputed);
    const closing = 3 + added.length; // the last entry: its slip names it
    expect(told).toMatchObject([{ outcome: 'case', amount: 5000, entry: { epoch: 1, seq: closing, hash: closing.toString(16).padStart(64, '0') } }]);
  });
});

test.each<[string, NewEntry[], PowerUpState, readonly string[]]>([
  ['a note in escrow that nobody ordered, though the acceptor has it in the box', [escrowed], { kind: 'stackedEarlier', denomination: fen(5000) }, alarmed],
  ['a note in escrow that nobody ordered, and the acceptor does not know', [escrowed], { kind: 'untold' }, disputed],
  ['a note ordered out, and not counted in', [escrowed, returning], { kind: 'counted', stacked: false }, given],
  ['a note ordered out, and counted in', [escrowed, returning], { kind: 'counted', stacked: true }, alarmed],
])('%s', async (_, notes, report, expected) => {
  const { added } = await start([OPENED, ...notes], report);
  expect(kinds(added)).toEqual(expected);
});

test('a note that jammed before its value was known: the person gets a number, and no amount', async () => {
  const stuck: NewEntry = { kind: 'device.fault', body: { device: 'cashAcceptor', code: 'noteStuck', detail: 'a note jammed' } };
  const { added, told } = await start([OPENED, { ...stuck, transactionId: ID }], { kind: 'jammed', where: 'acceptor' });
  expect(kinds(added.filter(({ transactionId }) => transactionId === ID))).toEqual(['case.opened', 'reference.shown', 'transaction.closed']);
  expect(added).toContainEqual(expect.objectContaining({ kind: 'case.opened', body: expect.objectContaining({ amount: 0, disputed: 0 }) }));
  expect(told).toMatchObject([{ outcome: 'case', amount: 0, noteStuck: true }]);
});

test('a note that jammed while the process was dead: the acceptor says so, and it is that of the person who was paying', async () => {
  const { added, told } = await start([OPENED], { kind: 'jammed', where: 'acceptor' });
  expect(kinds(added)).toEqual(['device.fault', 'device.fault', 'case.opened', 'reference.shown', 'transaction.closed']);
  expect(added[1]).toMatchObject({ transactionId: ID, body: { code: 'noteStuck' } });
  expect(told).toMatchObject([{ outcome: 'case', amount: 0, noteStuck: true }]);
  const behind = await start([OPENED], { kind: 'jammed', where: 'stacker' });
  expect(kinds(behind.added)).toEqual(['device.fault', 'transaction.closed']);
});

describe('with no note in the journal', () => {
  test.each<PowerUpState>([{ kind: 'lostEvents' }, { kind: 'noteInStacker' }, { kind: 'cheated' }])(
    '%j is for staff to know, and nobody is given money',
    async (report) => {
      const { added } = await start([], report);
      expect(added).toEqual([{ kind: 'device.fault', body: { device: 'cashAcceptor', code: report.kind, detail: JSON.stringify(report) } }]);
    },
  );

  test.each<PowerUpState>([
    { kind: 'clean' },
    { kind: 'idle' },
    { kind: 'untold' },
    { kind: 'counted', stacked: true },
    { kind: 'stackedEarlier', denomination: undefined },
  ])('%j is an acceptor with nothing open', async (report) => {
    expect((await start([], report)).added).toEqual([]);
  });

  test('a note in escrow goes out', async () => {
    const { added } = await start([], { kind: 'noteInEscrow', denomination: fen(5000) });
    expect(added).toEqual([{ kind: 'device.fault', body: { device: 'cashAcceptor', code: 'strayNote', detail: 'returned' } }]);
  });
});

describe('what the acceptor says when it comes up', () => {
  test('first is for recovery, once; later it is for the desk, and recovery does not take it for its own', () => {
    const heard: string[] = [];
    const arrival = new AcceptorArrival({ resumed: ({ kind }) => void heard.push(kind) });
    arrival.connected({ kind: 'noteInStacker' });
    expect(heard).toEqual([]);
    expect(arrival.ask()).toEqual({ kind: 'noteInStacker' });
    arrival.connected({ kind: 'idle' });
    arrival.resumed({ kind: 'clean' });
    expect(heard).toEqual(['idle']);
    expect(arrival.ask()).toBeUndefined();
  });

  test('after recovery has asked in vain: a note that waits in escrow is its desk to give back', () => {
    const heard: string[] = [];
    const arrival = new AcceptorArrival({ resumed: ({ kind }) => void heard.push(kind) });
    expect(arrival.ask()).toBeUndefined();
    arrival.connected({ kind: 'noteInEscrow', denomination: fen(5000) });
    expect(heard).toEqual(['noteInEscrow']);
  });
});
