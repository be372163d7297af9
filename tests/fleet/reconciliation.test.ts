/** The reconciliation of a day on the server: journals that came over HTTP, against the sandbox's own books and against files. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { GENESIS_HASH, hashEntry, type JournalEntry } from '../../common/journal-entry.ts';
import type { NewEntry } from '../../common/journal-kinds.ts';
import { postingsFor } from '../../common/money/postings.ts';
import { dayReportSchema, type DayReport } from '../../common/reconciliation/day-report.ts';
import { openStore } from '../../fleet/server/store/database.ts';
import { reconcileCommand } from '../../fleet/server/reconciliation/reconcile-command.ts';
import { reconcileDay, storedReport, type DayOptions } from '../../fleet/server/reconciliation/reconcile-day.ts';
import type { Store } from '../../fleet/server/store/store.ts';
import { CARD } from '../common/money/entries.ts';
import { captured, closedAs, committed, opened, paidBack, requested } from './reconciliation-stories.ts';
import { staffMember } from './console-browser.ts';
import { environmentFor } from './database.ts';
import { registeredTerminal, startWorld, V1, type HandMadeTerminal, type World } from './support.ts';

/** 2026-03-15 08:15:30 in Shanghai; the next morning that day is over. */
const DAY = '2026-03-15';
const NEXT_MORNING = 20 * 3600_000;
const AMOUNT = 5000;

/** A journal as a terminal writes it: what is said of a transaction, a second apart from where the clock stands. */
function journalist(world: World, terminal: HandMadeTerminal) {
  let seq = 0;
  let hash: Uint8Array = GENESIS_HASH;
  return {
    say: async (transactionId: string, ...entries: readonly NewEntry[]) => {
      const items = entries.map((entry) => {
        seq += 1;
        const written: JournalEntry = {
          epoch: 1,
          seq,
          id: `019abcde-0000-7000-8000-${String(seq).padStart(12, '0')}`,
          at: new Date(world.clock.now() + seq).toISOString(),
          businessDate: new Date(world.clock.now() + 8 * 3600_000).toISOString().slice(0, 10),
          terminalId: terminal.terminalId,
          transactionId,
          kind: entry.kind,
          body: { ...entry.body },
          postings: [...postingsFor(entry)],
        };
        hash = hashEntry(hash, written);
        return { entry: written, hash: Buffer.from(hash).toString('hex') };
      });
      expect((await terminal.post('/v1/journal', { entries: items })).status).toBe(200);
    },
  };
}

async function fleet(): Promise<{
  world: World;
  terminal: HandMadeTerminal;
  options: DayOptions & { store: Store };
  say: ReturnType<typeof journalist>['say'];
}> {
  const world = await startWorld();
  const terminal = await registeredTerminal(world);
  const store = await openStore(world.database);
  onTestFinished(() => store.destroy());
  return { world, terminal, options: { store, clock: world.clock, timeZone: 'Asia/Shanghai' }, say: journalist(world, terminal).say };
}

async function pay(world: World, terminal: HandMadeTerminal, orderId: string): Promise<void> {
  expect((await terminal.post('/v1/payments/orders', { orderId, amount: AMOUNT, reference: `A01-0315-${orderId}` })).status).toBe(200);
  expect((await world.hand(`/sandbox/orders/${orderId}/pay`)).status).toBe(200);
}

const found = ({ findings }: DayReport) => findings.map(({ cause, status, terminalId, id, amount }) => [cause, status, terminalId, id, amount]);

describe('a day', () => {
  test('on which journal and acquirer agree is even, and adds up over all terminals', async () => {
    const { world, terminal, options, say } = await fleet();
    const other = await registeredTerminal(world, 'T-0002');
    for (const [each, orderId, speak] of [
      [terminal, 'O1', say],
      [other, 'O2', journalist(world, other).say],
    ] as const) {
      await pay(world, each, orderId);
      await each.post('/v1/payments/refunds', { refundId: `R-${orderId}`, orderId, amount: AMOUNT });
      await speak(
        `tx-${orderId}`,
        opened(AMOUNT),
        requested(orderId, AMOUNT),
        captured(orderId, AMOUNT),
        ...paidBack(`R-${orderId}`, orderId, AMOUNT),
        closedAs('refunded', AMOUNT),
      );
    }
    await pay(world, terminal, 'O3');
    await say('tx-O3', opened(AMOUNT), requested('O3', AMOUNT), captured('O3', AMOUNT));
    await world.clock.advance(NEXT_MORNING);
    const report = await reconcileDay(options, DAY, {}, 'Wang Fang');
    expect(report).toMatchObject({ businessDay: DAY, by: 'Wang Fang', terminals: 2, even: true, findings: [], notifications: [], foreignLines: 0 });
    expect(report.books).toEqual([
      { book: 'acquirer', here: AMOUNT, there: AMOUNT, difference: 0 },
      { book: 'issuer', here: 0, there: 0, difference: 0 },
    ]);
  });

  test('names every difference with its reason, its terminal and its money', async () => {
    const { world, terminal, options, say } = await fleet();
    const silent = await registeredTerminal(world, 'T-0002');
    await pay(world, terminal, 'O1');
    await say('tx-1', opened(AMOUNT), requested('O1', AMOUNT), { kind: 'payment.closed', body: { orderId: 'O1' } }, closedAs('abandoned', 0));
    await pay(world, silent, 'O2');
    await say('tx-3', opened(AMOUNT), requested('O3', AMOUNT), captured('O3', AMOUNT), ...committed('L3', AMOUNT), closedAs('delivered', 0, AMOUNT));
    await world.clock.advance(NEXT_MORNING);
    const report = await reconcileDay(options, DAY, {}, 'Wang Fang');
    expect(found(report)).toEqual([
      ['capturedThereUnknownHere', 'difference', 'T-0002', 'O2', AMOUNT],
      ['capturedThereClosedHere', 'difference', 'T-0001', 'O1', AMOUNT],
      ['capturedHereUnknownThere', 'difference', 'T-0001', 'O3', -AMOUNT],
      ['committedHereUnknownThere', 'difference', 'T-0001', 'L3', -AMOUNT],
    ]);
    expect(report.even).toBe(false);
    expect(report.books).toEqual([
      { book: 'acquirer', here: AMOUNT, there: 2 * AMOUNT, difference: AMOUNT },
      { book: 'issuer', here: AMOUNT, there: 0, difference: -AMOUNT },
    ]);
    expect(report.findings.every(({ where, todo }) => where !== '' && todo !== '')).toBe(true);
    expect(JSON.stringify(report)).not.toContain(CARD.serial);
  });

  test('that is not over is not reconciled, and nothing is stored', async () => {
    const { options } = await fleet();
    await expect(reconcileDay(options, DAY, {}, 'Wang Fang')).rejects.toMatchObject({ name: 'CoverageError' });
    expect(await storedReport(options.store, DAY)).toBeUndefined();
  });

  test('of another date has nothing of this one', async () => {
    const { world, terminal, options, say } = await fleet();
    await world.clock.advance(NEXT_MORNING);
    await pay(world, terminal, 'O1');
    await say('tx-1', opened(AMOUNT), requested('O1', AMOUNT));
    await world.clock.advance(24 * 3600_000);
    expect(await reconcileDay(options, DAY, {}, 'Wang Fang')).toMatchObject({ even: true, findings: [] });
    expect(found(await reconcileDay(options, '2026-03-16', {}, 'Wang Fang'))).toEqual([['capturedThereOpenHere', 'open', 'T-0001', 'O1', AMOUNT]]);
  });

  test('is stored each time, and the last one counts, for the console too: what a journal brings later evens it out', async () => {
    const { world, terminal, options, say } = await fleet();
    await pay(world, terminal, 'O1');
    await world.clock.advance(NEXT_MORNING);
    const auditor = await staffMember(world, 'auditor');
    expect(await auditor.call('dayReport', { params: { date: DAY } })).toEqual({ report: null });
    const first = await reconcileDay(options, DAY, {}, 'Wang Fang');
    expect(found(first)).toEqual([['capturedThereUnknownHere', 'difference', 'T-0001', 'O1', AMOUNT]]);
    expect(await storedReport(options.store, DAY)).toEqual(first);
    await world.clock.advance(1000);
    await say('tx-1', opened(AMOUNT), requested('O1', AMOUNT));
    const second = await reconcileDay(options, DAY, {}, 'Li Lei');
    expect(found(second)).toEqual([['capturedThereOpenHere', 'open', 'T-0001', 'O1', AMOUNT]]);
    expect(second.even).toBe(true);
    expect(await storedReport(options.store, DAY)).toEqual(second);
    expect(await auditor.call('dayReport', { params: { date: DAY } })).toEqual({ report: second });
  });

  test('tells of terminals whose journal may not be whole here', async () => {
    const { world, terminal, options, say } = await fleet();
    await say('tx-1', opened(AMOUNT));
    const busy = await registeredTerminal(world, 'T-0002');
    await terminal.post('/v1/heartbeat', {});
    const whole = await registeredTerminal(world, 'T-0003');
    await world.clock.advance(NEXT_MORNING);
    await busy.post('/v1/heartbeat', { uplinkLag: 3 });
    await whole.post('/v1/heartbeat', { uplinkLag: 0 });
    expect((await reconcileDay(options, DAY, {}, 'Wang Fang')).incomplete).toEqual([
      { terminalId: 'T-0001', reason: 'silentSince' },
      { terminalId: 'T-0002', reason: 'entriesWait' },
    ]);
  });

  test('is not even where the acquirer said by itself what does not agree, on that day', async () => {
    const { world, options } = await fleet();
    const row = { order_id: 'O1', notification: '{}' } as const;
    const at = (notification_id: string, outcome: 'late' | 'applied', when: number) => ({ ...row, notification_id, outcome, at: when });
    await options.store
      .insertInto('acquirer_notifications')
      .values([at('N1', 'late', V1.at), at('N2', 'applied', V1.at), at('N3', 'late', V1.at - 86_400_000)])
      .execute();
    await world.clock.advance(NEXT_MORNING);
    const report = await reconcileDay(options, DAY, {}, 'Wang Fang');
    expect(report.notifications).toEqual([{ notificationId: 'N1', orderId: 'O1', outcome: 'late', at: new Date(V1.at).toISOString() }]);
    expect(report).toMatchObject({ even: false, findings: [] });
  });
});

test('npm run fleet -- reconcile: with the acquirer’s own file, the counts of the cash office, stored and as JSON', async () => {
  const { world, terminal } = await fleet();
  await journalist(world, terminal).say('tx-1', opened(AMOUNT), requested('O1', AMOUNT), captured('O1', AMOUNT));
  const folder = mkdtempSync(join(tmpdir(), 'fleet-reconcile-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const data = join(folder, 'data');
  mkdirSync(data);
  writeFileSync(join(data, 'signing-key.pem'), world.signingKey.privateKey.export({ format: 'pem', type: 'pkcs8' }));
  const config = join(folder, 'fleet.json');
  writeFileSync(config, JSON.stringify({ issuer: V1.issuer }));
  const environment = environmentFor(world.database, data);
  const run = async (...args: readonly string[]) => {
    const { lines, status } = await reconcileCommand([...args, '--config', config, '--data', data], environment);
    return { status, out: lines.join('\n') };
  };
  await expect(run('--day', DAY, '--stored')).rejects.toThrow('not reconciled yet');
  await expect(run('--day', '2026-13-45')).rejects.toMatchObject({ name: 'UsageError' });

  const without = await run('--day', DAY);
  expect(without.status).toBe(1);
  expect(without.out).toContain('capturedHereUnknownThere');
  expect(without.out).toContain('acquirer  journal 50.00 · statement 0.00 · difference -50.00');

  const lines = [
    { statement: { book: 'acquirer', from: '2026-03-01T00:00:00.000Z', to: '2026-03-20T00:00:00.000Z', madeAt: '2026-03-20T00:00:00.000Z' } },
    {
      order: {
        orderId: 'O1',
        terminalId: 'T-0001',
        merchantReference: 'A01-0315-7K4M-9',
        amount: AMOUNT,
        channel: 'wallet',
        channelRef: '42',
        capturedAt: new Date(V1.at).toISOString(),
      },
    },
    { end: { orders: 1, captured: AMOUNT, refunds: 0, refunded: 0 } },
  ];
  const statement = join(folder, 'acquirer.jsonl');
  writeFileSync(statement, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const counts = join(folder, 'counts.jsonl');
  const box = { terminalId: 'T-0001', boxId: 'B-9', notes: [{ denomination: 10_000, count: 1 }], countedAt: new Date(V1.at).toISOString() };
  const cash = [{ statement: { ...lines[0]?.statement, book: 'cash' } }, { box }, { end: { boxes: 1, counted: 10_000 } }];
  writeFileSync(counts, cash.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const even = await run('--day', DAY, '--acquirer', statement, '--json', '--by', 'Wang Fang');
  expect(even.status).toBe(0);
  expect(dayReportSchema.parse(JSON.parse(even.out))).toMatchObject({ even: true, by: 'Wang Fang', findings: [] });
  expect(await run('--day', DAY, '--stored', '--json')).toEqual(even);
  const counted = await run('--day', DAY, '--acquirer', statement, '--counts', counts);
  expect(counted).toEqual({ status: 1, out: expect.stringContaining('boxUnknownHere') });
  writeFileSync(statement, `${JSON.stringify(lines[0])}\n`);
  await expect(run('--day', DAY, '--acquirer', statement)).rejects.toThrow('nothing was compared');

  const env = { ...process.env, ...environment };
  const args = ['fleet/server/main.ts', 'reconcile', '--day', DAY, '--stored', '--json', '--config', config, '--data', data];
  const program = await new Promise((resolve) => {
    execFile(process.execPath, args, { env }, (failure, out, error) => resolve({ code: failure?.code, out: out.trim(), error }));
  });
  expect(program).toEqual({ code: 1, out: expect.stringContaining('boxUnknownHere'), error: '' });
});
