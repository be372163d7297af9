import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { NewEntry } from '../../../common/journal-kinds.ts';
import { parseConfig } from '../../../main/config/config.ts';
import { damageIn } from '../../../main/journal/old-part.ts';
import { openForReading } from '../../../main/journal/schema.ts';
import { CHECK_EVERY_MS, FIRST_CHECK_MS, JournalCheck } from '../../../main/terminal/journal-check.ts';
import { beginLife } from '../../../main/terminal/life.ts';
import { noSimulators } from '../../../main/terminal/devices.ts';
import type { Log } from '../../../main/terminal/log.ts';
import { systemRandom } from '../../../main/terminal/system.ts';
import { projectRoot } from '../../launcher/run-tool.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

interface Bench {
  readonly clock: SimulatedClock;
  readonly recorded: NewEntry[];
  readonly doubts: string[];
  readonly world: { lost: number; checks: number; idle: boolean };
  readonly check: JournalCheck;
}

function bench(check: () => Promise<string | undefined>, doubt?: () => void): Bench {
  const clock = new SimulatedClock();
  const recorded: NewEntry[] = [];
  const doubts: string[] = [];
  const world = { lost: 0, checks: 0, idle: true };
  const started = new JournalCheck({
    clock,
    check: () => {
      world.checks += 1;
      return check();
    },
    doubt: (why) => {
      doubt?.();
      doubts.push(why);
    },
    record: (entry) => recorded.push(entry),
    idle: () => world.idle,
    onLost: () => (world.lost += 1),
  });
  onTestFinished(() => started.stop());
  return { clock, recorded, doubts, world, check: started };
}

const fault = (code: string, detail: string): NewEntry => ({ kind: 'device.fault', body: { device: 'journal', code, detail } });

test('a sound journal is read a minute after the start and once a day, and nothing is said', async () => {
  const { clock, world, recorded } = bench(async () => undefined);
  await clock.advance(FIRST_CHECK_MS - 1);
  expect(world.checks).toBe(0);
  await clock.advance(1);
  expect(world.checks).toBe(1);
  await clock.advance(2 * CHECK_EVERY_MS);
  expect(world).toEqual({ checks: 3, lost: 0, idle: true });
  expect(recorded).toEqual([]);
});

test('damage is written down, the next opening is told, and the process ends when nobody is served', async () => {
  const { clock, world, recorded, doubts } = bench(async () => 'the chain breaks at entry 5');
  world.idle = false;
  await clock.advance(FIRST_CHECK_MS + 30_000);
  expect(recorded).toEqual([fault('damaged', 'the chain breaks at entry 5')]);
  expect(doubts).toEqual(['the chain breaks at entry 5']);
  expect(world.lost).toBe(0);
  world.idle = true;
  await clock.advance(1000);
  expect(world).toMatchObject({ lost: 1, checks: 1 });
});

test('a disk that refuses the mark, and files that cannot be read, are written down; the terminal goes on and looks again', async () => {
  const refused = bench(
    async () => 'the chain breaks at entry 5',
    () => {
      throw new Error('EROFS');
    },
  );
  await refused.clock.advance(FIRST_CHECK_MS + CHECK_EVERY_MS);
  expect(refused.recorded.slice(0, 2)).toEqual([fault('damaged', 'the chain breaks at entry 5'), fault('unreadable', 'EROFS')]);
  expect(refused.world).toMatchObject({ lost: 0, checks: 2 });

  const unreadable = bench(() => Promise.reject(new Error('EIO')));
  await unreadable.clock.advance(FIRST_CHECK_MS + CHECK_EVERY_MS);
  expect(unreadable.recorded).toEqual([fault('unreadable', 'EIO'), fault('unreadable', 'EIO')]);
  expect(unreadable.world).toMatchObject({ lost: 0, checks: 2 });
});

test('what comes after the stop is not heard', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const { clock, world, recorded, check } = bench(() => promise);
  await clock.advance(FIRST_CHECK_MS);
  check.stop();
  resolve('the chain breaks at entry 5');
  await clock.advance(CHECK_EVERY_MS);
  expect(world).toMatchObject({ lost: 0, checks: 1 });
  expect(recorded).toEqual([]);
});

test('a life finds damage in its journal’s old part, ends, and the next one begins a new epoch that carries everything', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'journal-check-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const clock = new SimulatedClock();
  const example = JSON.parse(readFileSync(path.join(projectRoot, 'resources', 'config', 'example.json'), 'utf8')) as Record<string, object>;
  const config = parseConfig({
    ...example,
    data: { folder },
    upstream: { url: 'http://127.0.0.1:9' },
    topUp: { tenders: ['qr'] },
    devices: { cardReader: null, cashAcceptor: null, receiptPrinter: null },
  });
  let lost = 0;
  const live = () =>
    beginLife({
      configFile: 'test',
      config,
      version: '1.0.0',
      clock,
      random: systemRandom,
      simulation: noSimulators,
      fetch: () => Promise.reject(new TypeError('nobody there')),
      checkJournal: async (journal, second) => damageIn(journal, second),
      log: quiet,
      publish: () => {},
      onJournalLost: () => (lost += 1),
    });
  const journal = path.join(folder, 'journal.sqlite');
  const first = await live();
  await clock.advance(FIRST_CHECK_MS);
  expect(lost).toBe(0);
  await first.stop();

  // A byte of the first entry, below the last checkpoint: no start reads it.
  const bytes = readFileSync(journal);
  bytes.write('1.0.9', bytes.indexOf('"version":"1.0.0"') + '"version":"'.length);
  writeFileSync(journal, bytes);
  const second = await live();
  await clock.advance(FIRST_CHECK_MS);
  expect(lost).toBe(1);
  expect(existsSync(`${journal}-doubt`)).toBe(true);
  await second.stop();

  const third = await live();
  await third.stop();
  expect(existsSync(`${journal}-doubt`)).toBe(false);
  expect(existsSync(`${journal}.damaged-1`)).toBe(true);
  const db = openForReading(journal);
  onTestFinished(() => void db.close());
  expect(db.prepare('SELECT epoch FROM journal').get()).toEqual({ epoch: 2 });
  const carried = db
    .prepare<[], { kind: string }>("SELECT kind FROM recovered_entries WHERE kind LIKE 'terminal.%' OR kind = 'device.fault' ORDER BY seq")
    .all();
  expect(carried.map(({ kind }) => kind)).toEqual(['terminal.started', 'terminal.stopped', 'terminal.started', 'device.fault', 'terminal.stopped']);
});

const nothing = (): void => {};
const quiet: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
