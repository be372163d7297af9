/** A replay in the journal's room: step by step, by itself, from any moment; for whom; and that it says what it can not draw. */
import { expect, test } from 'vitest';
import { ROLES, rolesToVerbs, type Role } from '../../../common/maintenance/verbs.ts';
import { fen } from '../../../common/fen.ts';
import { replayDelays } from '../../../state-machines/maintenance/replay.ts';
import type { ReplayedEntry } from '../../../state-machines/maintenance/rooms-port.ts';
import type { Found, Story } from '../../../state-machines/maintenance/rooms/journal-screens.ts';
import { runCash, runQr } from '../top-up-paths.ts';
import { Witness } from './replay-witness.ts';
import { RoomsBench } from './rooms-bench.ts';

const FOUND: Found = {
  transactionId: 'tx-0001',
  reference: 'A01-1122-0001-0',
  at: '2026-11-22T08:14:00',
  type: 'top-up',
  tail: '6688',
  amount: 5000,
  outcome: 'delivered',
};
const STORY: Story = {
  reference: FOUND.reference,
  type: 'top-up',
  tail: '6688',
  outcome: 'delivered',
  money: { tender: 'qr', taken: 5000, loaded: 5000, refunded: 0, owed: 0, held: 0, balanceBefore: 2320 },
  rows: [],
  proof: [],
  undetermined: false,
  printable: true,
};

async function delivered(): Promise<ReplayedEntry[]> {
  const witness = new Witness();
  await runQr({ pay: 'captured', balance: fen(7320) }, witness.bench);
  return witness.transactions.flatMap((entries) => entries.map(({ replayed }) => replayed));
}

async function replaying(
  entries: readonly ReplayedEntry[] | undefined,
  { role = 'technician', found = FOUND }: { readonly role?: Role; readonly found?: Found } = {},
) {
  const bench = new RoomsBench(role);
  const { rooms } = bench.world;
  rooms.found = { found: [found], cut: false };
  rooms.told = { ...STORY, type: found.type };
  rooms.replayed = entries;
  await bench.touch({ type: 'room', room: 'journal' }, { type: 'search-by', field: 'tail' });
  await bench.types('6688');
  await bench.touch({ type: 'confirm' }, { type: 'pick', index: 0 }, { type: 'work', work: 'replay' });
  return bench;
}

const screenOf = (bench: RoomsBench) => bench.screen('maintenance-replay');

test('forward and back, one moment after the other, and no further than both ends', async () => {
  const bench = await replaying(await delivered());
  expect(screenOf(bench)).toMatchObject({ at: 0, reference: FOUND.reference, states: ['qr.creating'], shown: { drawn: true, body: { kind: 'top-up-qr' } } });
  await bench.touch({ type: 'page', to: 'previous' });
  expect(screenOf(bench).at).toBe(0);
  const { of } = screenOf(bench);
  const shown: string[] = [];
  for (let moment = 0; moment < of + 2; moment += 1) {
    const { shown: now } = screenOf(bench);
    if (now.drawn) shown.push(now.body.kind);
    await bench.touch({ type: 'page', to: 'next' });
  }
  expect(screenOf(bench).at).toBe(of - 1);
  expect([...new Set(shown)]).toEqual(['top-up-qr', 'committing', 'done']);
  await bench.touch({ type: 'back' });
  expect(bench.screen('maintenance-story').story.reference).toBe(FOUND.reference);
});

test('played, it goes on by itself to the end and stands; a touch stops it', async () => {
  const bench = await replaying(await delivered());
  await bench.touch({ type: 'work', work: 'play' });
  expect(screenOf(bench)).toMatchObject({ at: 0, playing: true });
  await bench.world.clock.advance(replayDelays.step);
  expect(screenOf(bench)).toMatchObject({ at: 1, playing: true });
  await bench.touch({ type: 'page', to: 'next' });
  expect(screenOf(bench)).toMatchObject({ at: 2, playing: false });
  await bench.touch({ type: 'work', work: 'play' });
  await bench.world.clock.advance(replayDelays.step * screenOf(bench).of);
  expect(screenOf(bench)).toMatchObject({ at: screenOf(bench).of - 1, playing: false });
  await bench.touch({ type: 'work', work: 'play' });
  expect(screenOf(bench)).toMatchObject({ at: 0, playing: true });
});

test('a moment that is touched is shown', async () => {
  const bench = await replaying(await delivered());
  for (let times = 0; times < 6; times += 1) await bench.touch({ type: 'page', to: 'next' });
  const { entries } = screenOf(bench);
  await bench.touch({ type: 'pick', index: 1 });
  expect(screenOf(bench).at).toBe(entries[1]?.index);
});

test('what recovery wrote after a restart has no screen, and says so', async () => {
  const entries = await delivered();
  const torn = entries.map((entry) => (entry.kind === 'load.committed' ? { ...entry, restarted: true } : entry));
  const bench = await replaying(torn);
  const seen = new Map<string, object>();
  for (let moment = 0; moment < screenOf(bench).of; moment += 1) {
    const { entries: rows, at, shown, states } = screenOf(bench);
    const row = rows.find(({ index }) => index === at);
    if (row?.afterwards === undefined) seen.set(row?.kind ?? '', { shown: shown.drawn ? 'drawn' : shown.why, states: states.length });
    await bench.touch({ type: 'page', to: 'next' });
  }
  expect(seen.get('load.committing')).toEqual({ shown: 'drawn', states: 1 });
  for (const kind of ['load.committed', 'load.confirmed', 'transaction.closed']) expect(seen.get(kind)).toEqual({ shown: 'restart', states: 0 });
});

test('what was written later, when nobody stood there, has no screen either', async () => {
  const entries = await delivered();
  const last = entries.at(-1);
  if (last === undefined) throw new Error('nothing was journaled');
  const copy: ReplayedEntry = { ...last, seq: last.seq + 40, kind: 'receipt.printing', body: { jobId: 'copy', reprint: 1 } };
  const bench = await replaying([...entries, copy]);
  for (let moment = 0; moment < screenOf(bench).of; moment += 1) await bench.touch({ type: 'page', to: 'next' });
  expect(screenOf(bench)).toMatchObject({ shown: { drawn: false, why: 'later' }, states: [] });
});

test('a body that is none of its kind is told and not drawn', async () => {
  const entries = await delivered();
  const bench = await replaying(entries.map((entry) => (entry.kind === 'payment.captured' ? { ...entry, body: { orderId: 7 } } : entry)));
  for (let moment = 0; moment < screenOf(bench).of; moment += 1) {
    const { entries: rows, at, shown } = screenOf(bench);
    if (rows.find(({ index }) => index === at)?.kind === 'payment.captured') expect(shown).toEqual({ drawn: false, why: 'unknown' });
    await bench.touch({ type: 'page', to: 'next' });
  }
});

test('nothing to replay: back in the story', async () => {
  const bench = await replaying([]);
  expect(bench.screen('maintenance-story')).toBeDefined();
});

test('a loss report has a replay; back leads to its story', async () => {
  const entry = { epoch: 1, at: '2026-11-22T00:14:00.000Z', restarted: false };
  const ids = { reportId: 'r', identificationId: 'i', serial: '00000000000000000000' };
  const reporting = { ...ids, tail: '6688', reference: 'A01-1122-0002-0', by: 'document', takenAt: entry.at };
  const bench = await replaying(
    [
      { ...entry, seq: 1, kind: 'loss.reporting', body: reporting },
      { ...entry, seq: 2, kind: 'loss.queued', body: { reportId: 'r', why: 'offline' } },
    ],
    { found: { ...FOUND, type: 'loss', outcome: 'open' } },
  );
  expect(screenOf(bench)).toMatchObject({ chart: 'lossReport', states: ['reporting'], of: 3 });
  await bench.touch({ type: 'page', to: 'next' }, { type: 'page', to: 'next' });
  expect(screenOf(bench)).toMatchObject({ states: ['told.calm'], shown: { body: { kind: 'loss-told', state: 'queued', document: true } } });
  await bench.touch({ type: 'back' });
  expect(bench.screen('maintenance-story').story.type).toBe('loss');
});

test.each(['ticket', 'callback', 'release', 'password', 'script', 'settlement'] as const)(
  'a %s has a story and no replay: none is offered, and none comes',
  async (type) => {
    const bench = await replaying(await delivered(), { found: { ...FOUND, type } });
    expect(bench.screen('maintenance-story').mayReplay).toBe(false);
  },
);

test('nothing personal is in it: no number of a card but its end, nothing to scan, no code, nobody’s name', async () => {
  const witness = new Witness();
  await runCash({ authorize: 'refused' }, witness.bench);
  const entries = witness.transactions.flatMap((each) => each.map(({ replayed }) => replayed));
  const journaled = JSON.stringify(entries);
  const { card } = witness.bench.world;
  expect(journaled).toContain(card.ref.serial);
  const code = witness.bench.seen.flatMap((body) => (body.kind === 'settled' && body.voucher?.code !== undefined ? [body.voucher.code] : []));
  const bench = await replaying(entries);
  for (let moment = 0; moment < screenOf(bench).of; moment += 1) {
    const told = JSON.stringify(screenOf(bench));
    for (const secret of [card.ref.serial, card.ref.issuer, 'https://', ...code]) expect(told).not.toContain(secret);
    expect(told).not.toMatch(/"receiptQr":"[^"]/);
    await bench.touch({ type: 'page', to: 'next' });
  }
});

test.each(ROLES)('%s: for whoever may read the journal', async (role) => {
  const bench = await replaying(await delivered(), { role });
  expect(rolesToVerbs[role].includes('journal.read')).toBe(true);
  expect(screenOf(bench).at).toBe(0);
});
