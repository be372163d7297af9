/** The load generator: a real server in a process of its own, killed in the middle, and the database counted afterwards. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readOptions, UsageError } from '../../fleet/load/options.ts';
import { runLoad } from '../../fleet/load/run.ts';
import { noNats, syncSetting } from '../../fleet/load/nats-process.ts';
import { noPostgres } from '../../fleet/load/postgres-cluster.ts';
import { systemClock, systemRandom } from '../../fleet/server/system-ports.ts';

function folder(): string {
  const made = mkdtempSync(path.join(tmpdir(), 'load-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

const ports = { clock: systemClock, random: systemRandom, say: () => {} };

test.for(['sqlite', 'postgres'] as const)(
  'everything killed twice while rows come (%s): every receipt has its row, and no row is there twice',
  { timeout: 60_000 },
  async (database, { skip }) => {
    const missing = database === 'postgres' ? noPostgres() : undefined;
    skip(missing !== undefined, `not run: ${missing}`);
    const options = readOptions(['--terminals', '6', '--rate', '600', '--seconds', '2', '--kills', '2', '--database', database]);
    const report = await runLoad(options, folder(), ports);
    expect(report).toMatchObject({ terminals: 6, lost: 0, duplicated: 0, kills: 2 });
    expect(report.rowsSent).toBeGreaterThanOrEqual(1200);
    expect(report.rowsStored).toBe(report.rowsSent);
  },
);

test.for(['server', 'database', 'server,database'])(
  'PostgreSQL behind it, and %s killed five times while rows come: every receipt has its row, and no row is there twice',
  { timeout: 120_000 },
  async (kill, { skip }) => {
    skip(noPostgres() !== undefined, `not run: ${noPostgres()}`);
    const options = readOptions(['--terminals', '6', '--rate', '600', '--seconds', '2', '--kills', '5', '--kill', kill, '--database', 'postgres']);
    const report = await runLoad(options, folder(), ports);
    expect(report).toMatchObject({ lost: 0, duplicated: 0, kills: 5, rowsStored: report.rowsSent });
  },
);

test.for(['sqlite', 'postgres'] as const)(
  'server, database, bus and clearing killed twice while rows come (%s): the bus misses nothing, and the clearing has each load once',
  { timeout: 120_000 },
  async (database, { skip }) => {
    const missing = noNats() ?? (database === 'postgres' ? noPostgres() : undefined);
    skip(missing !== undefined, `not run: ${missing}`);
    const options = readOptions(['--terminals', '6', '--rate', '600', '--seconds', '2', '--kills', '2', '--database', database, '--bus']);
    const report = await runLoad(options, folder(), ports);
    expect(report).toMatchObject({ lost: 0, duplicated: 0, rowsStored: report.rowsSent, bus: { missing: 0, clearingMissing: 0, clearingDoubled: 0 } });
    // five of a top-up's twelve rows are about its load
    expect(report.bus?.clearingRows).toBe((report.rowsSent * 5) / 12);
  },
);

test(
  'terminals that have a past: what upstream had before is not counted as sent, requests hold no more rows than asked for',
  { timeout: 60_000 },
  async () => {
    const options = readOptions(['--terminals', '20', '--history', '2', '--batch', '12', '--rate', '480', '--seconds', '2']);
    const report = await runLoad(options, folder(), ports);
    expect(report).toMatchObject({ terminals: 20, lost: 0, duplicated: 0, failedRequests: {} });
    expect(report.rowsStored).toBe(report.rowsSent);
    expect(report.requests).toBe(report.rowsSent / 12);
  },
);

test('what is written for the warm-up is sent, and not counted', { timeout: 60_000 }, async () => {
  const options = readOptions(['--terminals', '6', '--batch', '12', '--rate', '240', '--warm-up', '1', '--seconds', '1']);
  const report = await runLoad(options, folder(), ports);
  expect(report).toMatchObject({ lost: 0, duplicated: 0, failedRequests: {}, rowsSent: 240, rowsStored: 240, requests: 20 });
});

test.each([
  ['nats-server: v2.9.10', ''],
  ['nats-server: v2.10.0', ', sync_interval: always'],
  ['nats-server: v2.15.2', ', sync_interval: always'],
  ['nats-server: v3.0.1', ', sync_interval: always'],
])('a bus for the tests syncs each message where it can (%s)', (version, setting) => {
  expect(syncSetting(version)).toBe(setting);
});

test.each([
  [['--kill', 'moon'], '--kill moon: expected server, database, bus, clearing'],
  [['--kill', 'database'], '--kill database: SQLite has no process of its own'],
  [['--kill', 'bus'], '--kill bus: there is one with --bus only'],
  [['--terminals', '0'], '--terminals 0: expected a whole number from 1 to 1000000'],
  [['--rate', 'fast'], '--rate fast: expected a whole number from 1 to 10000000'],
  [['--batch', '501'], '--batch 501: expected a whole number from 1 to 500'],
  [['--history', 'long'], '--history long: expected a whole number from 0 to 10000'],
  [['--warm-up', 'long'], '--warm-up long: expected a whole number from 0 to 3600'],
  [['--database', 'oracle'], '--database oracle: expected sqlite or postgres'],
  [['--nonsense'], 'nonsense'],
])('called with %j it says what is wrong', (args, message) => {
  expect(() => readOptions(args)).toThrow(UsageError);
  expect(() => readOptions(args)).toThrow(message);
});
