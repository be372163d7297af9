import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { journalBatchSchema, RECEIPT_TYPE, type ChainedEntry, type Receipt } from '../../../common/upstream-api/journal.ts';
import { problem } from '../../../fleet/server/http/problems.ts';
import { UpstreamRefusal } from '../../../main/upstream/http.ts';
import type { RegisteredClient } from '../../../main/upstream/registration.ts';
import type { JournalSource } from '../../../main/upstream/journal-source.ts';
import { startUplink, uplinkDelays, type Uplink, type UplinkState } from '../../../main/upstream/uplink.ts';
import { PortError } from '../../../state-machines/ports.ts';
import { chain, newKey, startWorld } from '../../fleet/support.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { connect, until } from './support.ts';

const TERMINAL = 'T-0001';

/** A journal in memory: appends what the test tells it to. */
class MemoryJournal implements JournalSource {
  readonly entries: ChainedEntry[] = [];
  readonly receipts: Receipt[] = [];
  readonly checkpoints: { readonly at: { readonly epoch: number; readonly seq: number }; readonly jws: string }[] = [];
  readonly #listeners = new Set<(appended: { readonly money: boolean }) => void>();

  append(...entries: readonly ChainedEntry[]): void {
    this.entries.push(...entries);
    const money = entries.some(({ entry }) => entry.postings.length > 0);
    for (const listener of this.#listeners) listener({ money });
  }

  entriesAfter(epoch: number, seq: number, limit: number): ChainedEntry[] {
    const rest = this.entries.filter(({ entry }) => entry.epoch > epoch || (entry.epoch === epoch && entry.seq > seq));
    return rest.filter(({ entry }) => entry.epoch === rest[0]?.entry.epoch).slice(0, limit);
  }

  countAfter(epoch: number, seq: number): number {
    return this.entries.filter(({ entry }) => entry.epoch > epoch || (entry.epoch === epoch && entry.seq > seq)).length;
  }

  checkpointsOf(epoch: number, from: number, to: number, limit: number): string[] {
    const wanted = this.checkpoints.filter(({ at }) => at.epoch === epoch && at.seq >= from && at.seq <= to);
    return wanted.slice(0, limit).map(({ jws }) => jws);
  }

  lastReceipt(): Receipt | undefined {
    return this.receipts.at(-1);
  }

  storeReceipt(receipt: Receipt): void {
    this.receipts.push(receipt);
  }

  onAppend(listener: (appended: { readonly money: boolean }) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

/** What an honest server says to a batch. */
function receiptFor(entries: readonly ChainedEntry[]): Receipt {
  const last = entries.at(-1);
  if (last === undefined) throw new Error('an empty batch was sent');
  return { terminalId: TERMINAL, epoch: last.entry.epoch, upToSeq: last.entry.seq, headHash: last.hash, at: 0 };
}

describe('with a real server', () => {
  test('what is in the journal goes up, in batches, and so does what is appended later', async () => {
    const world = await startWorld();
    const journal = new MemoryJournal();
    const entries = chain(TERMINAL, 1205);
    journal.append(...entries.slice(0, 1203));
    connect(world).startUplink(journal);
    await until(() => journal.lastReceipt()?.upToSeq === 1203);
    expect(journal.receipts.map(({ upToSeq }) => upToSeq)).toEqual([500, 1000, 1203]);
    journal.append(...entries.slice(1203));
    await until(() => journal.lastReceipt()?.upToSeq === 1205);
    expect((await world.books()).journal.terminals).toMatchObject([{ receivedSeq: 1205, headHash: entries.at(-1)?.hash }]);
  });

  test('an answer that is lost leaves neither a gap nor a double', async () => {
    const world = await startWorld();
    const journal = new MemoryJournal();
    // Time stands still and the first heartbeat, which wakes uplinks, is over: the back-off lasts until the test ends it.
    const upstream = connect(world, { clock: world.clock });
    await upstream.online.beat();
    await world.hand('/sandbox/faults', { loseNextAnswer: '/v1/journal' });
    journal.append(...chain(TERMINAL, 3));
    const uplink = upstream.startUplink(journal);
    await until(() => uplink.current.state === 'backingOff');
    expect((await world.books()).journal.terminals).toMatchObject([{ receivedSeq: 3 }]);
    expect(journal.receipts).toEqual([]);
    uplink.wake();
    await until(() => journal.lastReceipt()?.upToSeq === 3);
    expect((await world.books()).journal).toMatchObject({ terminals: [{ receivedSeq: 3 }], anomalies: 0 });
  });

  test('a server that was away gets everything when it is back, woken by the heartbeat', async () => {
    const world = await startWorld();
    const journal = new MemoryJournal();
    const upstream = connect(world);
    await upstream.online.beat();
    await world.stop();
    await upstream.online.beat();
    journal.append(...chain(TERMINAL, 2));
    const uplink = upstream.startUplink(journal);
    await until(() => uplink.current.state === 'backingOff');
    await world.restart();
    await until(() => {
      void upstream.online.beat();
      return journal.lastReceipt()?.upToSeq === 2;
    });
    expect((await world.books()).journal.terminals).toMatchObject([{ receivedSeq: 2 }]);
  });

  test('entries as large as they come are cut into batches that the server takes', async () => {
    const world = await startWorld();
    const journal = new MemoryJournal();
    const entries = chain(TERMINAL, 6, { mark: '大'.repeat(25_000) });
    journal.append(...entries);
    connect(world).startUplink(journal);
    await until(() => journal.lastReceipt()?.upToSeq === 6);
    // 75 kB each: three fit into 256 KiB
    expect(journal.receipts.map(({ upToSeq }) => upToSeq)).toEqual([3, 6]);
  });

  test('a new epoch follows the old one', async () => {
    const world = await startWorld();
    const journal = new MemoryJournal();
    journal.append(...chain(TERMINAL, 2), ...chain(TERMINAL, 1, { epoch: 2 }));
    connect(world).startUplink(journal);
    await until(() => journal.lastReceipt()?.epoch === 2);
    expect((await world.books()).journal.terminals.map(({ epoch, receivedSeq }) => [epoch, receivedSeq])).toEqual([
      [1, 2],
      [2, 1],
    ]);
  });

  test('a terminal that lost its receipts sends again and gets them again', async () => {
    const world = await startWorld();
    const [first, second] = [new MemoryJournal(), new MemoryJournal()];
    first.append(...chain(TERMINAL, 4));
    const upstream = connect(world);
    upstream.startUplink(first);
    await until(() => first.lastReceipt()?.upToSeq === 4);
    second.append(...chain(TERMINAL, 4));
    upstream.startUplink(second);
    await until(() => second.lastReceipt()?.upToSeq === 4);
    expect((await world.books()).journal).toMatchObject({ terminals: [{ receivedSeq: 4 }], anomalies: 0 });
  });

  test('a server that holds less than it once receipted is filled up again', async () => {
    const journal = new MemoryJournal();
    const entries = chain(TERMINAL, 5);
    journal.append(...entries.slice(0, 3));
    const before = connect(await startWorld());
    before.startUplink(journal);
    await until(() => journal.lastReceipt()?.upToSeq === 3);
    before.close();
    const restored = await startWorld();
    connect(restored).startUplink(journal);
    journal.append(...entries.slice(3));
    await until(() => journal.lastReceipt()?.upToSeq === 5);
    expect((await restored.books()).journal.terminals).toMatchObject([{ receivedSeq: 5, frozen: false }]);
  });

  test('a journal that was rewritten is refused, and stays blocked however much is appended', async () => {
    const world = await startWorld();
    const [genuine, rewritten] = [new MemoryJournal(), new MemoryJournal()];
    genuine.append(...chain(TERMINAL, 2));
    const upstream = connect(world);
    await upstream.online.beat(); // its answer wakes uplinks, blocked ones too
    upstream.startUplink(genuine);
    await until(() => genuine.lastReceipt()?.upToSeq === 2);
    const forged = chain(TERMINAL, 3, { mark: 'rewritten' });
    rewritten.append(...forged.slice(0, 2));
    const uplink = upstream.startUplink(rewritten);
    await until(() => uplink.current.state === 'blocked');
    expect(uplink.current).toMatchObject({ error: { code: 'refused', detail: 'journalFork' } });
    rewritten.append(...forged.slice(2));
    expect((await world.books()).journal).toMatchObject({ terminals: [{ receivedSeq: 2, frozen: true }], anomalies: 2 });
    expect(uplink.current.state).toBe('blocked');
  });
});

describe('with a far side that the test plays', () => {
  const serverKey = newKey();
  type Answer = (entries: readonly ChainedEntry[]) => Promise<unknown>;

  const honest: Answer = async (entries) => sign(receiptFor(entries));
  const sign = (receipt: Receipt, key = serverKey, type: string = RECEIPT_TYPE) => ({ receipt, jws: key.signJws(type, receipt) });

  function play(answer: Answer, entries: readonly ChainedEntry[] = chain(TERMINAL, 2)) {
    const clock = new SimulatedClock();
    const journal = new MemoryJournal();
    journal.append(...entries);
    const side = { answer, sent: [] as number[][] };
    const client: RegisteredClient = {
      serverKey: async () => serverKey.publicKey,
      call: async (call) => {
        const batch = journalBatchSchema.parse(JSON.parse(JSON.stringify(call.body)));
        side.sent.push(batch.entries.map(({ entry }) => entry.seq));
        return call.answer.parse(await side.answer(batch.entries));
      },
    };
    // jitter at its largest: the whole of each back-off is waited
    const uplink: Uplink = startUplink({ client, source: journal, terminalId: TERMINAL, clock, random: { bytes: (count) => new Uint8Array(count).fill(255) } });
    onTestFinished(() => uplink.stop());
    const states: UplinkState['state'][] = [];
    uplink.onChange(({ state }) => states.push(state));
    return { clock, journal, side, uplink, states };
  }

  const lies: [string, Answer][] = [
    ['signed by another key', async (entries) => sign(receiptFor(entries), newKey())],
    ['signed for another purpose', async (entries) => sign(receiptFor(entries), serverKey, 'kiosk-checkpoint+jwt')],
    ['for another head', async (entries) => sign({ ...receiptFor(entries), headHash: '0'.repeat(64) })],
    ['for another place', async (entries) => sign({ ...receiptFor(entries), upToSeq: 1 })],
    ['for another epoch', async (entries) => sign({ ...receiptFor(entries), epoch: 2 })],
    ['for another terminal', async (entries) => sign({ ...receiptFor(entries), terminalId: 'T-0002' })],
    ['that says more than was signed', async (entries) => ({ ...sign({ ...receiptFor(entries), at: 1 }), receipt: receiptFor(entries) })],
  ];
  test.each(lies)('a receipt %s is not stored and blocks the uplink', async (_what, answer) => {
    const { clock, journal, uplink } = play(answer);
    await clock.settle();
    expect(journal.receipts).toEqual([]);
    expect(uplink.current).toMatchObject({ state: 'blocked', error: { code: 'invalidAnswer' } });
  });

  test('a blocked uplink tries again after its delay, and goes on when it is believed', async () => {
    const { clock, journal, side, uplink } = play(lies[0]?.[1] ?? honest);
    await clock.settle();
    side.answer = honest;
    journal.append(...chain(TERMINAL, 3, { money: [3] }).slice(2)); // however urgent: a person must look
    await clock.advance(uplinkDelays.blocked - 1);
    expect(side.sent).toHaveLength(1);
    await clock.advance(1);
    expect(journal.lastReceipt()?.upToSeq).toBe(3);
    expect(uplink.current).toEqual({ state: 'drained' });
  });

  test('an entry that was written without a word is found within its delay, though nothing follows it', async () => {
    const [first, second] = chain(TERMINAL, 2);
    if (first === undefined || second === undefined) throw new Error('two entries');
    const { clock, journal, uplink } = play(honest, [first]);
    await clock.settle();
    expect(uplink.current).toEqual({ state: 'drained' });
    journal.entries.push(second); // as a driver keeps its memory: past the port that tells
    await clock.advance(uplinkDelays.look - 1);
    expect(journal.lastReceipt()?.upToSeq).toBe(1);
    await clock.advance(1);
    expect(journal.lastReceipt()?.upToSeq).toBe(2);
    expect(uplink.current).toEqual({ state: 'drained' });
  });

  test('without an answer it backs off, doubling from one second to five minutes', async () => {
    const { clock, side } = play(() => Promise.reject(new PortError('offline', 'gone')));
    const times: number[] = [];
    await clock.settle();
    for (let count = side.sent.length; times.length < 10;) {
      await clock.advance(100);
      if (side.sent.length > count) times.push(clock.monotonic());
      count = side.sent.length;
    }
    const waits = times.map((time, index) => time - (times[index - 1] ?? 0));
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000]);
  });

  test('the status says what failed, how often, when it is asked again, and what waits', async () => {
    const { clock, side, uplink } = play(() => Promise.reject(new PortError('offline', 'gone')), chain(TERMINAL, 4, { money: [3] }));
    await clock.settle();
    await clock.advance(400);
    const status = { uplink: { state: 'backingOff', error: { code: 'offline' } }, lastReceipt: undefined, failures: 1, retryInMs: 599 };
    expect(uplink.status()).toMatchObject({ ...status, lag: { entries: 4, oldestMoneyAt: Date.UTC(2026, 2, 15, 0, 15, 30) } });
    side.answer = honest;
    await clock.advance(600);
    expect(uplink.status()).toEqual({
      uplink: { state: 'drained' },
      lag: { entries: 0 },
      lastReceipt: receiptFor(chain(TERMINAL, 4, { money: [3] })),
      failures: 0,
      retryInMs: undefined,
    });
  });

  test('after an answer the back-off begins at one second again', async () => {
    const { clock, journal, side } = play(() => Promise.reject(new PortError('offline', 'gone')));
    await clock.advance(7000);
    expect(side.sent).toHaveLength(4);
    side.answer = honest;
    await clock.advance(8000);
    expect(journal.receipts).toHaveLength(1);
    side.answer = () => Promise.reject(new PortError('offline', 'gone again'));
    journal.append(...chain(TERMINAL, 3, { money: [3] }).slice(2));
    await clock.settle();
    await clock.advance(1000);
    expect(side.sent).toHaveLength(7);
  });

  test('an entry that moves money ends the back-off at once, any other one waits for its end', async () => {
    const entries = chain(TERMINAL, 4, { money: [4] });
    const { clock, journal, side } = play(() => Promise.reject(new PortError('timeout', 'slow')), entries.slice(0, 2));
    await clock.settle();
    side.answer = honest;
    journal.append(...entries.slice(2, 3));
    await clock.advance(uplinkDelays.gather);
    expect(side.sent).toEqual([[1, 2]]);
    journal.append(...entries.slice(3));
    await clock.settle();
    expect(side.sent).toEqual([
      [1, 2],
      [1, 2, 3, 4],
    ]);
    expect(journal.lastReceipt()?.upToSeq).toBe(4);
  });

  test('an entry that moves money, written while a batch is lost, has the next one sent without a pause, once', async () => {
    const { promise: held, reject: lose } = Promise.withResolvers<void>();
    const entries = chain(TERMINAL, 3, { money: [3] });
    const { clock, journal, side } = play(() => held, entries.slice(0, 2));
    await clock.settle();
    journal.append(...entries.slice(2));
    lose(new PortError('offline', 'cut'));
    await clock.settle();
    await clock.advance(0);
    expect(side.sent).toEqual([
      [1, 2],
      [1, 2, 3],
    ]);
    await clock.advance(1900);
    expect(side.sent).toHaveLength(2);
  });

  test('the network’s return while a batch hangs counts for the next one', async () => {
    const { promise: held, reject: lose } = Promise.withResolvers<void>();
    const { clock, journal, side, uplink } = play(() => held);
    await clock.settle();
    uplink.wake();
    side.answer = honest;
    lose(new PortError('timeout', 'nothing came'));
    await clock.settle();
    await clock.advance(0);
    expect(journal.lastReceipt()?.upToSeq).toBe(2);
  });

  test('a burst of entries that move nothing is one batch, at once when one of them moves money', async () => {
    const entries = chain(TERMINAL, 8, { money: [8] });
    const { clock, journal, side } = play(honest, []);
    await clock.settle();
    for (const entry of entries.slice(0, 4)) {
      journal.append(entry);
      await clock.advance(uplinkDelays.gather / 4);
    }
    expect(side.sent).toEqual([[1, 2, 3, 4]]);
    journal.append(...entries.slice(4, 7));
    await clock.advance(uplinkDelays.gather - 1);
    journal.append(...entries.slice(7));
    await clock.settle();
    expect(side.sent).toEqual([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ]);
  });

  test.each(['timeout', 'offline'] as const)(
    'a line that loses a batch (%s) gets half of it, and half again down to 16, and double when it answers',
    async (code) => {
      const { clock, journal, side } = play(() => Promise.reject(new PortError(code, 'too slow')), chain(TERMINAL, 900));
      await clock.settle();
      await clock.advance(1000 + 2000 + 4000 + 8000 + 16_000 + 32_000);
      expect(side.sent.map(({ length }) => length)).toEqual([500, 250, 125, 62, 31, 16, 16]);
      side.answer = honest;
      await clock.advance(64_000);
      expect(side.sent.slice(7).map(({ length }) => length)).toEqual([16, 32, 64, 128, 256, 404]);
      expect(journal.lastReceipt()?.upToSeq).toBe(900);
    },
  );

  test('an upstream that refuses a batch is not sent smaller ones', async () => {
    const { clock, side } = play(() => Promise.reject(new UpstreamRefusal(problem('epochFrozen'))), chain(TERMINAL, 600));
    await clock.settle();
    await clock.advance(uplinkDelays.blocked);
    expect(side.sent.map(({ length }) => length)).toEqual([500, 500]);
  });

  test('one batch is in flight, whatever is appended meanwhile', async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const { clock, journal, side } = play(async (entries) => {
      await held;
      return honest(entries);
    });
    await clock.settle();
    journal.append(...chain(TERMINAL, 4).slice(2));
    await clock.settle();
    expect(side.sent).toEqual([[1, 2]]);
    release();
    await clock.settle();
    expect(side.sent).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  test('with nothing to send it sends nothing and waits for an append', async () => {
    const { clock, journal, side, states } = play(honest, []);
    await clock.advance(3_600_000);
    expect(side.sent).toEqual([]);
    journal.append(...chain(TERMINAL, 1));
    await clock.advance(uplinkDelays.gather);
    expect(states).toEqual(['sending', 'drained']);
  });

  test('a gap that upstream reports again, although its place was sent, blocks it', async () => {
    const gap = new UpstreamRefusal(problem('journalGap', 'missing', { epoch: 1, seq: 1, headSeq: 0 }));
    const { clock, side, uplink } = play(() => Promise.reject(gap));
    await clock.settle();
    expect(side.sent).toEqual([[1, 2]]);
    expect(uplink.current).toMatchObject({ state: 'blocked', error: { detail: 'journalGap' } });
  });

  test('once stopped, an answer on its way is not stored and nothing more is sent', async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const { clock, journal, side, uplink } = play(async (entries) => {
      await held;
      return honest(entries);
    });
    await clock.settle();
    uplink.stop();
    release();
    journal.append(...chain(TERMINAL, 3).slice(2));
    await clock.advance(3_600_000);
    expect(journal.receipts).toEqual([]);
    expect(side.sent).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });

  test('a journal that can not take the receipt blocks it, and nothing is lost', async () => {
    const { clock, journal, uplink, side } = play(honest, []);
    journal.storeReceipt = () => {
      throw new Error('disk full');
    };
    journal.append(...chain(TERMINAL, 1));
    await clock.advance(uplinkDelays.gather);
    expect(uplink.current).toMatchObject({ state: 'blocked', error: { code: 'journalUnavailable' } });
    const stored: Receipt[] = [];
    journal.storeReceipt = (receipt) => void stored.push(receipt);
    uplink.wake();
    await clock.settle();
    expect(side.sent).toEqual([[1], [1]]);
    expect(z.array(z.looseObject({ upToSeq: z.literal(1) })).parse(stored)).toHaveLength(1);
  });

  test('a journal that can not be read blocks it, and it goes on when it can', async () => {
    const { clock, journal, uplink, side } = play(honest);
    const read = journal.entriesAfter.bind(journal);
    await clock.settle();
    journal.entriesAfter = () => {
      throw new Error('I/O error');
    };
    journal.append(...chain(TERMINAL, 3).slice(2));
    await clock.advance(uplinkDelays.gather);
    expect(uplink.current).toMatchObject({ state: 'blocked', error: { code: 'journalUnavailable' } });
    expect(uplink.status().lag).toBeUndefined();
    journal.entriesAfter = read;
    await clock.advance(uplinkDelays.blocked);
    expect(side.sent).toEqual([[1, 2], [3]]);
    expect(uplink.current).toEqual({ state: 'drained' });
  });

  test('upstream that lost a whole epoch is asked for all earlier ones again', async () => {
    const entries = [...chain(TERMINAL, 3), ...chain(TERMINAL, 4, { epoch: 2 })];
    const { clock, journal, side } = play(honest, entries.slice(0, 6));
    await clock.settle();
    const held = new Map<number, number>([[1, 2]]); // restored from a backup: two entries of the first epoch
    side.answer = async (batch) => {
      const [first] = batch;
      const epoch = first?.entry.epoch ?? 0;
      const headSeq = held.get(epoch) ?? 0;
      if ((first?.entry.seq ?? 0) > headSeq + 1) throw new UpstreamRefusal(problem('journalGap', 'missing', { epoch, seq: first?.entry.seq ?? 1, headSeq }));
      held.set(epoch, batch.at(-1)?.entry.seq ?? 0);
      return honest(batch);
    };
    journal.append(...entries.slice(6));
    await clock.advance(uplinkDelays.gather);
    expect([...held]).toEqual([
      [1, 3],
      [2, 4],
    ]);
  });

  test('an upstream that loses what it receipted is followed at once; one that loses it again meanwhile only now and then', async () => {
    const entries = chain(TERMINAL, 602);
    const { clock, journal, side, uplink } = play(honest, entries.slice(0, 600));
    await clock.settle();
    const lengths = (): number[] => side.sent.splice(0).map(({ length }) => length);
    expect(lengths()).toEqual([500, 100]);
    // two servers behind one name; the one that gets what doesn't begin at 1 has nothing
    side.answer = async (batch) => {
      const seq = batch[0]?.entry.seq ?? 1;
      if (seq !== 1) throw new UpstreamRefusal(problem('journalGap', 'missing', { epoch: 1, seq, headSeq: 0 }));
      return honest(batch);
    };
    journal.append(...entries.slice(600, 601));
    await clock.advance(uplinkDelays.gather);
    expect(lengths()).toEqual([1, 500, 101]);
    expect(uplink.current).toMatchObject({ state: 'blocked', error: { detail: 'journalGap' } });
    await clock.advance(uplinkDelays.blocked);
    expect(lengths()).toEqual([500, 101]);
    side.answer = honest;
    await clock.advance(uplinkDelays.blocked);
    expect(lengths()).toEqual([500, 101]);
    expect(uplink.current).toEqual({ state: 'drained' });
    // made good: the next loss is followed at once again
    side.answer = async (batch) => {
      side.answer = honest;
      throw new UpstreamRefusal(problem('journalGap', 'missing', { epoch: 1, seq: batch[0]?.entry.seq ?? 1, headSeq: 599 }));
    };
    journal.append(...entries.slice(601));
    await clock.advance(uplinkDelays.gather);
    expect(lengths()).toEqual([1, 3]);
    expect(uplink.current).toEqual({ state: 'drained' });
  });
});
