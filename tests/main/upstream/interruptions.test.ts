/** Whatever interrupts the uplink: upstream ends with each entry once, and the state says what happened. Real journal, real HTTP, real server. */
import { copyFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { journalAnswerSchema, RECEIPT_TYPE, type Receipt } from '../../../common/upstream-api/journal.ts';
import { terminalKey } from '../../../main/identity/terminal-key.ts';
import type { UplinkState } from '../../../main/upstream/uplink.ts';
import { newKey, startWorld, type World } from '../../fleet/support.ts';
import { startMeddler, type Answer, type Meddling } from './meddler.ts';
import { until } from './support.ts';
import { heldBy, startTerminalBench, written } from './terminal-bench.ts';

const ok = (body: string): Answer => ({ status: 200, body });
const receiptOf = ({ body }: Answer): Receipt => journalAnswerSchema.parse(JSON.parse(body)).receipt;

/** A receipt of upstream's own key that says something else than it should. */
const changed =
  (over: (receipt: Receipt) => Partial<Receipt>) =>
  ({ signingKey }: World): Meddling =>
  (real) => {
    const receipt = { ...receiptOf(real), ...over(receiptOf(real)) };
    return ok(JSON.stringify({ receipt, jws: terminalKey(signingKey.privateKey).signJws(RECEIPT_TYPE, receipt) }));
  };

const always = (how: Meddling) => (): Meddling => how;

const interruptions: [string, (world: World) => Meddling, UplinkState['state'], string][] = [
  ['the connection breaks while a batch is being sent', always('cutSending'), 'backingOff', 'offline'],
  ['the connection breaks after upstream’s commit, before the answer', always('loseAnswer'), 'backingOff', 'offline'],
  ['the connection breaks in the middle of the answer', always('halfAnswer'), 'backingOff', 'offline'],
  ['a proxy answers 502 after upstream’s commit', always(() => ({ status: 502, body: '<html>' })), 'backingOff', 'offline'],
  ['upstream says too many requests', always(() => ({ status: 429, body: '{}' })), 'backingOff', 'offline'],
  ['the answer is a page', always(() => ok('<html>Log in to the free network</html>')), 'blocked', 'invalidAnswer'],
  ['the answer is empty', always(() => ok('')), 'blocked', 'invalidAnswer'],
  ['the answer has another form', always((real) => ok(JSON.stringify({ ...receiptOf(real) }))), 'blocked', 'invalidAnswer'],
  ['the answer is larger than any', always((real) => ok(real.body.padEnd(1024 * 1024 + 1, ' '))), 'blocked', 'invalidAnswer'],
  ['the answer refuses without a reason', always(() => ({ status: 403, body: 'no' })), 'blocked', 'invalidAnswer'],
  [
    'the receipt is signed by another key',
    always((real) => ok(JSON.stringify({ receipt: receiptOf(real), jws: newKey().signJws(RECEIPT_TYPE, receiptOf(real)) }))),
    'blocked',
    'invalidAnswer',
  ],
  ['the receipt has another head hash', changed(({ headHash }) => ({ headHash: headHash.replace(/./g, '0') })), 'blocked', 'invalidAnswer'],
  ['the receipt is of another terminal', changed(() => ({ terminalId: 'T-0002' })), 'blocked', 'invalidAnswer'],
  ['the receipt is of another epoch', changed(() => ({ epoch: 2 })), 'blocked', 'invalidAnswer'],
  ['the receipt says more than was sent', changed(({ upToSeq }) => ({ upToSeq: upToSeq + 1 })), 'blocked', 'invalidAnswer'],
];

describe('nothing is lost and nothing twice when', () => {
  test.each(interruptions)('%s', async (_what, meddling, state, code) => {
    const world = await startWorld();
    const wire = await startMeddler(world.url);
    const terminal = startTerminalBench(world, { url: wire.url });
    terminal.write(1);
    await terminal.drained();
    await terminal.upstream.online.beat(); // the first heartbeat's answer wakes the uplink, whatever it waits for
    const before = terminal.uplink.status().lastReceipt;
    wire.meddle(meddling(world));
    terminal.write(2);
    await until(() => terminal.uplink.current.state === state);
    expect(terminal.uplink.status()).toMatchObject({ uplink: { state, error: { code } }, lag: { entries: 26 }, failures: 1, lastReceipt: before });
    terminal.uplink.wake();
    await terminal.drained();
    expect(heldBy(world.database)).toEqual(written(terminal.journal));
    expect(terminal.uplink.status()).toEqual({
      uplink: { state: 'drained' },
      lag: { entries: 0 },
      lastReceipt: terminal.journal.lastReceipt(1),
      failures: 0,
      retryInMs: undefined,
    });
    expect(terminal.journal.lastReceipt(1)?.upToSeq).toBe(39);
  });

  test('a genuine receipt comes again for the next batch', async () => {
    const world = await startWorld();
    const wire = await startMeddler(world.url);
    const terminal = startTerminalBench(world, { url: wire.url });
    let first: Answer | undefined;
    await terminal.upstream.online.beat();
    wire.meddle((real) => (first = real));
    terminal.write(1);
    await terminal.drained();
    wire.meddle((real) => first ?? real);
    terminal.write(1);
    await until(() => terminal.uplink.current.state === 'blocked');
    expect(terminal.uplink.status()).toMatchObject({ uplink: { error: { code: 'invalidAnswer' } }, lag: { entries: 13 } });
    terminal.uplink.wake();
    await terminal.drained();
    expect(heldBy(world.database)).toEqual(written(terminal.journal));
  });

  test('upstream is restarted while a backlog drains', async () => {
    const world = await startWorld();
    const wire = await startMeddler(world.url);
    wire.open = false;
    const terminal = startTerminalBench(world, { url: wire.url });
    terminal.write(100);
    wire.open = true;
    terminal.uplink.wake();
    await until(() => terminal.journal.lastReceipt(1) !== undefined);
    expect(terminal.journal.lastReceipt(1)?.upToSeq).toBeLessThan(1300);
    await world.restart();
    await until(() => {
      if (terminal.uplink.current.state !== 'sending') terminal.uplink.wake();
      return terminal.uplink.lag?.entries === 0;
    });
    expect(heldBy(world.database)).toEqual(written(terminal.journal));
  });

  test('upstream is restored from an older backup, and it holds again what it had receipted', async () => {
    const world = await startWorld();
    const backup = `${world.database}.backup`;
    const terminal = startTerminalBench(world);
    terminal.write(2);
    await terminal.drained();
    await world.stop();
    copyFileSync(world.database, backup);
    await world.restart();
    terminal.write(3);
    await until(() => {
      terminal.uplink.wake();
      return terminal.uplink.lag?.entries === 0;
    });
    await world.stop();
    copyFileSync(backup, world.database);
    await world.restart();
    expect(heldBy(world.database).entries).toHaveLength(26);
    terminal.restart();
    terminal.write(1);
    await until(() => {
      terminal.uplink.wake();
      return terminal.uplink.lag?.entries === 0;
    });
    const held = heldBy(world.database);
    expect(held.entries).toEqual(written(terminal.journal).entries);
    expect(held.entries).toHaveLength(78);
    // what came before the gap was noticed is kept as evidence of the restore
    expect(held.anomalies).toBeGreaterThan(0);
  });

  test('the journal is damaged before its backlog went up: what was carried over goes first, then the new epoch', async () => {
    const world = await startWorld();
    const wire = await startMeddler(world.url);
    const terminal = startTerminalBench(world, { url: wire.url });
    terminal.write(1);
    await terminal.drained();
    wire.open = false;
    terminal.write(2);
    const first = written(terminal.journal).entries;
    terminal.restart(() => writeFileSync(terminal.file, 'no longer a database'));
    terminal.write(1);
    expect(terminal.journal.epoch).toBe(2);
    // the receipt was in the damaged file too: 39 are carried; journal.replaced and 13 follow
    expect(terminal.uplink.lag).toMatchObject({ entries: 53 });
    wire.open = true;
    await until(() => {
      if (terminal.uplink.current.state !== 'sending') terminal.uplink.wake();
      return terminal.uplink.lag?.entries === 0;
    });
    const second = written(terminal.journal).entries.filter(({ epoch }) => epoch === 2);
    expect(second).toHaveLength(14);
    expect(heldBy(world.database)).toEqual({ entries: [...first, ...second], anomalies: 0 });
  });
});
