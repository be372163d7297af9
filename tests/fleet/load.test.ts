/** The load generator: a real server in a process of its own, killed in the middle, and the database counted afterwards. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import SQLite from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { readOptions, UsageError } from '../../fleet/load/options.ts';
import { runLoad } from '../../fleet/load/run.ts';
import { ServerProcess } from '../../fleet/load/server-process.ts';
import { readStoredRows } from '../../fleet/load/stored-rows.ts';
import { systemClock, systemRandom } from '../../fleet/server/system-ports.ts';

function folder(): string {
  const made = mkdtempSync(path.join(tmpdir(), 'load-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

const ports = { clock: systemClock, random: systemRandom, say: () => {} };

test('the server killed twice while rows come: every receipt has its row, and no row is there twice', async () => {
  const server = new ServerProcess(folder());
  const options = readOptions(['--terminals', '6', '--rate', '600', '--seconds', '2', '--kills', '2']);
  const report = await runLoad(options, server, ports);
  expect(report).toMatchObject({ terminals: 6, lost: 0, duplicated: 0, kills: 2 });
  expect(report.rowsSent).toBeGreaterThanOrEqual(1200);
  expect(report.rowsStored).toBe(report.rowsSent);
  expect(report.requests).toBeGreaterThan(6);
  // What it would say of a database that lost a row, and of one that has a row twice.
  expect(readStoredRows(server.database).wholeUpTo.get('L-000002')).toBeGreaterThan(10);
  const database = new SQLite(server.database);
  for (const name of database.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").pluck().all()) database.exec(`DROP TRIGGER ${String(name)}`);
  database.exec("UPDATE journal_entries SET seq = seq + 1000 WHERE terminal_id = 'L-000002' AND seq = 7");
  database.exec(
    "INSERT INTO journal_entries SELECT terminal_id, 2, seq, hash, entry, received_at FROM journal_entries WHERE terminal_id = 'L-000001' AND seq = 1",
  );
  database.close();
  const stored = readStoredRows(server.database);
  expect(stored.wholeUpTo.get('L-000002')).toBe(6);
  expect(stored.duplicated).toBe(1);
}, 60_000);

test.each([
  [['--terminals', '0'], '--terminals 0: expected a whole number from 1 to 1000000'],
  [['--rate', 'fast'], '--rate fast: expected a whole number from 1 to 10000000'],
  [['--nonsense'], 'nonsense'],
])('called with %j it says what is wrong', (args, message) => {
  expect(() => readOptions(args)).toThrow(UsageError);
  expect(() => readOptions(args)).toThrow(message);
});
