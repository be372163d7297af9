/** Real processes killed while a backlog drains: the terminal's at a receipt, upstream's anywhere. Nothing is lost, nothing is there twice. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { createIds } from '../../../common/ids.ts';
import { loadOrCreateTerminalKey } from '../../../main/identity/terminal-key.ts';
import { openJournal, type Journal } from '../../../main/journal/journal.ts';
import { systemClock } from '../../../main/terminal/system.ts';
import { ENROLMENT_CODE, random, startWorld, V1 } from '../../fleet/support.ts';
import { ENTRIES_A_TOP_UP, topUps, WrittenTime } from '../../support/busy-terminal.ts';
import type { Drain } from './children/drain.ts';
import { heldBy, TERMINAL, written } from './terminal-bench.ts';

const TOP_UPS = 120;
/** Six months before the processes' clock. */
const WRITTEN_AT = V1.at;

function tempFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'killed-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

function openIn(folder: string): Journal {
  const time = new WrittenTime(WRITTEN_AT);
  const key = loadOrCreateTerminalKey(path.join(folder, 'key.pem'));
  return openJournal({
    path: path.join(folder, 'journal.sqlite'),
    terminalId: TERMINAL,
    timeZone: 'Asia/Shanghai',
    clock: time,
    ids: createIds(time, random),
    key,
  });
}

/** A folder with a journal of which upstream has nothing. */
function backlog(): string {
  const folder = tempFolder();
  const journal = openIn(folder);
  for (const entry of topUps(TOP_UPS, new WrittenTime(WRITTEN_AT), 60_000)) journal.append(entry);
  journal.close();
  return folder;
}

function everything(folder: string) {
  const journal = openIn(folder);
  try {
    return { ...written(journal), receipted: journal.lastReceipt(1)?.upToSeq };
  } finally {
    journal.close();
  }
}

function start(program: string, args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** @returns exit status and signal */
async function drain(setting: Omit<Drain, 'terminalId' | 'enrolmentCode'>): Promise<unknown> {
  const full: Drain = { ...setting, terminalId: TERMINAL, enrolmentCode: ENROLMENT_CODE };
  return once(start('tests/main/upstream/children/drain.ts', [JSON.stringify(full)]), 'exit');
}

test('the terminal is killed with a receipt in its hand, not stored or just stored', { timeout: 60_000 }, async () => {
  const world = await startWorld();
  const folder = backlog();
  const kills = [
    { receipt: 1, when: 'before' },
    { receipt: 2, when: 'before' },
    { receipt: 1, when: 'after' },
  ] as const;
  for (const killAt of kills) expect(await drain({ folder, url: world.url, killAt })).toEqual([null, 'SIGKILL']);
  expect(await drain({ folder, url: world.url })).toEqual([0, null]);
  const { receipted, ...all } = everything(folder);
  expect(all.entries).toHaveLength(TOP_UPS * ENTRIES_A_TOP_UP);
  expect(receipted).toBe(TOP_UPS * ENTRIES_A_TOP_UP);
  expect(heldBy(world.database)).toEqual(all);
});

test('upstream is killed in the middle of a batch, twice', { timeout: 60_000 }, async () => {
  const [folder, data] = [backlog(), tempFolder()];
  const config = path.join(data, 'config.json');
  writeFileSync(config, JSON.stringify({ issuer: V1.issuer }));
  const startUpstream = async (port: string): Promise<{ child: ChildProcess; url: string }> => {
    const child = start('fleet/server/main.ts', ['--config', config, '--data', data, '--port', port, '--sandbox']);
    if (child.stdout === null) throw new Error('no stdout');
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    return { child, url: z.object({ address: z.url() }).parse(JSON.parse(line)).address };
  };
  const database = path.join(data, 'fleet.sqlite');
  let upstream = await startUpstream('0');
  const ended = drain({ folder, url: upstream.url });
  let held = 0;
  for (let kill = 0; kill < 2; kill += 1) {
    await grown(database, held);
    upstream.child.kill('SIGKILL');
    await once(upstream.child, 'exit');
    held = heldBy(database).entries.length;
    upstream = await startUpstream(new URL(upstream.url).port);
  }
  expect(await ended).toEqual([0, null]);
  upstream.child.kill('SIGTERM');
  await once(upstream.child, 'exit');
  const { receipted, ...all } = everything(folder);
  expect(receipted).toBe(TOP_UPS * ENTRIES_A_TOP_UP);
  expect(heldBy(database)).toEqual(all);
});

/** Resolves when upstream's file holds more than `before`, or everything. */
async function grown(database: string, before: number): Promise<void> {
  const until = systemClock.now() + 30_000;
  const all = TOP_UPS * ENTRIES_A_TOP_UP;
  for (let held = heldBy(database).entries.length; held <= before && held < all; held = heldBy(database).entries.length) {
    if (systemClock.now() > until) throw new Error('nothing arrived at upstream');
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
