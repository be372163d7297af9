/** The load generator: a real server in a process of its own, killed in the middle, and the database counted afterwards. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readOptions, UsageError } from '../../fleet/load/options.ts';
import { runLoad } from '../../fleet/load/run.ts';
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

test.each([
  [['--terminals', '0'], '--terminals 0: expected a whole number from 1 to 1000000'],
  [['--rate', 'fast'], '--rate fast: expected a whole number from 1 to 10000000'],
  [['--database', 'oracle'], '--database oracle: expected sqlite or postgres'],
  [['--nonsense'], 'nonsense'],
])('called with %j it says what is wrong', (args, message) => {
  expect(() => readOptions(args)).toThrow(UsageError);
  expect(() => readOptions(args)).toThrow(message);
});
