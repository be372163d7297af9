import canonicalize from 'canonicalize';
import { compactVerify, decodeProtectedHeader } from 'jose';
import { describe, expect, test } from 'vitest';
import { journalAnswerSchema, type ChainedEntry } from '../../common/upstream-api/journal.ts';
import { openStore } from '../../fleet/server/store/database.ts';
import { chain, freshNonce, newKey, problemOf, registeredTerminal, startWorld, type HandMadeTerminal, type World } from './support.ts';

const send = (terminal: HandMadeTerminal, entries: readonly ChainedEntry[]) => terminal.post('/v1/journal', { entries });

/** Receipt's last place, or the problem's code and place. */
async function outcome(terminal: HandMadeTerminal, entries: readonly ChainedEntry[]) {
  const answer = await send(terminal, entries);
  if (answer.status === 200) return { upToSeq: journalAnswerSchema.parse(answer.body).receipt.upToSeq };
  const { code, epoch, seq, headSeq } = problemOf(answer);
  return { code, epoch, seq, headSeq };
}

describe('a batch that continues the chain', () => {
  test('is answered with a receipt that the server signed', async () => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world);
    const entries = chain('T-0001', 3);
    const { receipt, jws } = journalAnswerSchema.parse((await send(terminal, entries)).body);
    expect(receipt).toEqual({ terminalId: 'T-0001', epoch: 1, upToSeq: 3, headHash: entries[2]?.hash, at: world.clock.now() });
    const { payload } = await compactVerify(jws, world.server.publicKey);
    expect(JSON.parse(new TextDecoder().decode(payload))).toEqual(receipt);
    expect(decodeProtectedHeader(jws)).toMatchObject({ alg: 'EdDSA', typ: 'kiosk-receipt+jwt' });
  });

  test('may come again, in other cuts, and after a restart: it is stored once', async () => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world);
    const entries = chain('T-0001', 6);
    expect(await outcome(terminal, entries.slice(0, 4))).toEqual({ upToSeq: 4 });
    expect(await outcome(terminal, entries.slice(0, 4))).toEqual({ upToSeq: 4 });
    await world.restart();
    expect(await outcome(terminal, entries.slice(1, 3))).toEqual({ upToSeq: 3 });
    expect(await outcome(terminal, entries.slice(2))).toEqual({ upToSeq: 6 });
    expect((await world.books()).journal).toEqual({
      terminals: [{ terminalId: 'T-0001', epoch: 1, receivedSeq: 6, headHash: entries[5]?.hash, frozen: false }],
      anomalies: 0,
    });
  });

  test('of two terminals and two epochs keeps them apart', async () => {
    const world = await startWorld();
    const [one, two] = [await registeredTerminal(world, 'T-0001'), await registeredTerminal(world, 'T-0002')];
    await send(one, chain('T-0001', 2));
    await send(two, chain('T-0002', 3));
    await send(one, chain('T-0001', 1, { epoch: 2 }));
    const { terminals } = (await world.books()).journal;
    expect(terminals.map(({ terminalId, epoch, receivedSeq }) => [terminalId, epoch, receivedSeq])).toEqual([
      ['T-0001', 1, 2],
      ['T-0001', 2, 1],
      ['T-0002', 1, 3],
    ]);
  });
});

describe('a request', () => {
  test('that comes a second time is refused, also after a restart, whether it was taken or did not fit', async () => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world);
    const [first, , third] = chain('T-0001', 3);
    const [taken, refused] = [{ claims: { nonce: freshNonce() } }, { claims: { nonce: freshNonce() } }];
    expect((await terminal.post('/v1/journal', { entries: [first] }, taken)).status).toBe(200);
    expect(problemOf(await terminal.post('/v1/journal', { entries: [third] }, refused)).code).toBe('journalGap');
    for (const lives of ['this server', 'the next one']) {
      expect(problemOf(await terminal.post('/v1/journal', { entries: [first] }, taken)).code, lives).toBe('replayedNonce');
      expect(problemOf(await terminal.post('/v1/journal', { entries: [third] }, refused)).code, lives).toBe('replayedNonce');
      await world.restart();
    }
    expect((await world.books()).journal).toMatchObject({ terminals: [{ receivedSeq: 1 }], anomalies: 1 });
  });

  test('that comes twice at once is taken once', async () => {
    const terminal = await registeredTerminal(await startWorld());
    const once = { claims: { nonce: freshNonce() } };
    const answers = await Promise.all([1, 2].map(() => terminal.post('/v1/journal', { entries: chain('T-0001', 1) }, once)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 401]));
  });

  test('that is refused before anything is stored leaves nothing', async () => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world);
    const again = { claims: { nonce: freshNonce() } };
    expect(problemOf(await terminal.post('/v1/journal', { entries: [] }, again)).code).toBe('invalidRequest');
    expect(problemOf(await terminal.post('/v1/journal', { entries: chain('T-0002', 1) }, again)).code).toBe('wrongTerminal');
    expect((await terminal.post('/v1/journal', { entries: chain('T-0001', 1) }, again)).status).toBe(200);
  });
});

test('entries of any characters are kept as they were hashed, be they many or few', async () => {
  const world = await startWorld();
  const terminal = await registeredTerminal(world);
  const text = 'line\nbreak\r\u2028\u0000\\n, tab\t, 漢字 😀, NULL, {"a"}, \\';
  const entries = chain('T-0001', 100, { mark: text });
  expect(await outcome(terminal, entries.slice(0, 1))).toEqual({ upToSeq: 1 });
  expect(await outcome(terminal, entries.slice(1, 34))).toEqual({ upToSeq: 34 });
  expect(await outcome(terminal, entries.slice(34))).toEqual({ upToSeq: 100 });
  const store = await openStore(world.database);
  const rows = await store.selectFrom('journal_entries').select(['terminal_id', 'epoch', 'seq', 'hash', 'entry', 'received_at']).orderBy('seq').execute();
  await store.destroy();
  expect(rows).toEqual(
    entries.map(({ entry, hash }) => ({
      terminal_id: 'T-0001',
      epoch: 1,
      seq: entry.seq,
      hash,
      entry: canonicalize(entry),
      received_at: world.clock.now(),
    })),
  );
});

test('an entry that stands in a batch twice is stored once, whether it is new or was here before', async () => {
  const world = await startWorld();
  const terminal = await registeredTerminal(world);
  const [first, second, third, fourth] = chain('T-0001', 4);
  if (first === undefined || second === undefined || third === undefined || fourth === undefined) throw new Error('four entries');
  expect(await outcome(terminal, [first, second, second, third])).toEqual({ upToSeq: 3 });
  expect(await outcome(terminal, [third, fourth, fourth])).toEqual({ upToSeq: 4 });
  expect(await outcome(terminal, [fourth, fourth])).toEqual({ upToSeq: 4 });
  expect((await world.books()).journal).toMatchObject({ terminals: [{ receivedSeq: 4, frozen: false }], anomalies: 0 });
});

test('an entry that stands in a batch twice with different contents is a fork', async () => {
  const world = await startWorld();
  const terminal = await registeredTerminal(world);
  const entries = chain('T-0001', 2);
  const [, other] = chain('T-0001', 2, { mark: 'v2' });
  if (other === undefined) throw new Error('two entries');
  expect(await outcome(terminal, [...entries, other])).toEqual({ code: 'journalFork', epoch: 1, seq: 2, headSeq: 2 });
  expect((await world.books()).journal).toMatchObject({ terminals: [{ receivedSeq: 2, frozen: true }], anomalies: 1 });
});

describe('a batch that does not fit', () => {
  test('because entries are missing before it is refused with the place, and the missing ones may follow', async () => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world);
    const entries = chain('T-0001', 5);
    await send(terminal, entries.slice(0, 2));
    expect(await outcome(terminal, entries.slice(3))).toEqual({ code: 'journalGap', epoch: 1, seq: 4, headSeq: 2 });
    expect((await world.books()).journal.anomalies).toBe(2);
    expect(await outcome(terminal, entries.slice(2))).toEqual({ upToSeq: 5 });
  });

  test('because an entry was altered is refused with its place; what came before it is kept', async () => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world);
    const entries = chain('T-0001', 4).map((item) => (item.entry.seq === 3 ? { ...item, entry: { ...item.entry, body: { reason: 'altered' } } } : item));
    expect(await outcome(terminal, entries)).toEqual({ code: 'journalBrokenChain', epoch: 1, seq: 3, headSeq: 2 });
    expect((await world.books()).journal).toMatchObject({ terminals: [{ receivedSeq: 2, frozen: false }], anomalies: 2 });
  });

  test('because an entry that is stored comes with its hash and other contents is refused', async () => {
    const terminal = await registeredTerminal(await startWorld());
    const entries = chain('T-0001', 2);
    await send(terminal, entries);
    const altered = entries.map((item) => ({ ...item, entry: { ...item.entry, body: { reason: 'altered' } } }));
    expect(await outcome(terminal, altered)).toEqual({ code: 'journalBrokenChain', epoch: 1, seq: 1, headSeq: 2 });
  });

  test('because it is another history is refused as a fork, and freezes the epoch for good, also for the true history', async () => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world);
    const entries = chain('T-0001', 4);
    await send(terminal, entries.slice(0, 3));
    const fork = chain('T-0001', 3, { mark: 'rewritten' });
    expect(await outcome(terminal, [...entries.slice(0, 1), ...fork.slice(1)])).toEqual({ code: 'journalFork', epoch: 1, seq: 2, headSeq: 3 });
    await world.restart();
    expect(await outcome(terminal, entries.slice(3))).toEqual({ code: 'epochFrozen', epoch: 1, seq: 4, headSeq: 3 });
    expect((await world.books()).journal).toMatchObject({ terminals: [{ receivedSeq: 3, frozen: true }], anomalies: 3 });
    expect(await outcome(terminal, chain('T-0001', 1, { epoch: 2 }))).toEqual({ upToSeq: 1 });
  });

  test('because it is another terminal’s is refused, and nothing is stored', async () => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world, 'T-0002');
    expect(problemOf(await send(terminal, chain('T-0001', 1))).code).toBe('wrongTerminal');
    expect((await world.books()).journal).toEqual({ terminals: [], anomalies: 0 });
  });

  const long = chain('T-0001', 501);
  const unhashable = chain('T-0001', 1).map((item) => ({ ...item, entry: { ...item.entry, body: { reason: '\ud800' } } }));
  test.each<[string, readonly ChainedEntry[]]>([
    ['because it is empty', []],
    ['because it has more than 500 entries', long],
    ['because it mixes epochs', [...chain('T-0001', 1), ...chain('T-0001', 1, { epoch: 2 })]],
    ['because an entry has no canonical form', unhashable],
  ])('%s is refused as invalid', async (_why, entries) => {
    const terminal = await registeredTerminal(await startWorld());
    expect((await outcome(terminal, entries)).code).toBe('invalidRequest');
  });

  test('the same anomaly again does not grow the store', async () => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world);
    const late = chain('T-0001', 3).slice(2);
    await send(terminal, late);
    await send(terminal, late);
    expect((await world.books()).journal.anomalies).toBe(1);
  });
});

describe('checkpoints', () => {
  const claims = (entries: readonly ChainedEntry[], seq: number) => {
    const item = entries[seq - 1];
    return { terminalId: 'T-0001', epoch: 1, seq, hash: item?.hash, at: '2026-03-15T00:15:30.000Z' };
  };
  const stored = async (world: World) => {
    const store = await openStore(world.database);
    try {
      return await store.selectFrom('journal_checkpoints').select(['seq', 'jws']).orderBy('seq').execute();
    } finally {
      await store.destroy();
    }
  };

  test('of the terminal are kept, once each', async () => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world);
    const entries = chain('T-0001', 4);
    const [one, four] = [1, 4].map((seq) => terminal.key.signJws('kiosk-checkpoint+jwt', claims(entries, seq)));
    expect((await terminal.post('/v1/journal', { entries: entries.slice(0, 3), checkpoints: [one] })).status).toBe(200);
    expect((await terminal.post('/v1/journal', { entries: entries.slice(3), checkpoints: [one, four] })).status).toBe(200);
    expect(await stored(world)).toEqual([
      { seq: 1, jws: one },
      { seq: 4, jws: four },
    ]);
  });

  test('of another key, another terminal, or another purpose are passed over, and the entries are taken all the same', async () => {
    const world = await startWorld();
    const terminal = await registeredTerminal(world);
    const entries = chain('T-0001', 2);
    const said = claims(entries, 1);
    const checkpoints = [
      newKey().signJws('kiosk-checkpoint+jwt', said),
      terminal.key.signJws('kiosk-receipt+jwt', said),
      terminal.key.signJws('kiosk-checkpoint+jwt', { ...said, terminalId: 'T-0002' }),
      terminal.key.signJws('kiosk-checkpoint+jwt', { ...said, more: true }),
      'not.a.checkpoint',
    ];
    expect((await terminal.post('/v1/journal', { entries, checkpoints })).status).toBe(200);
    expect(await stored(world)).toEqual([]);
  });
});
