import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadOrCreateTerminalKey } from '../../../main/identity/terminal-key.ts';
import { verifyJournal } from '../../../main/journal/verify.ts';
import { append, Bench, START, STOP, topUp } from './bench.ts';

const CHILD = join(import.meta.dirname, 'children', 'append-forever.ts');

/** All lines that a finished child said. */
async function linesOf(command: string, args: readonly string[]): Promise<string[]> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) lines.push(line);
  return lines;
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'journal-crash-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

describe('killed with SIGKILL between the commit and what follows it', () => {
  test('the last entry, durable but not yet acknowledged, is part of the story: recovery sees the step as announced', async () => {
    const bench = new Bench();
    const journal = bench.open();
    append(journal, [START, ...topUp('tx-0001', false).slice(0, 6)]);
    const [, , , , , , committing] = topUp('tx-0001');
    if (committing === undefined) throw new Error('no such entry');
    journal.append(committing); // committed; the process dies before the caller hears of it
    const after = await bench.afterKill();
    const again = after.open();
    expect(again.head.seq).toBe(8);
    expect(again.openTransactions()).toEqual(['tx-0001']);
    expect(again.transaction('tx-0001').at(-1)?.entry.kind).toBe('load.committing');
    expect(again.append(STOP).seq).toBe(9);
    again.close();
    expect(verifyJournal(after.path).ok).toBe(true);
  });

  test('right after the commit, before it could acknowledge: the entry is there, once, and the next one follows it', async () => {
    const path = join(folder(), 'journal.sqlite');
    const lines = await linesOf(process.execPath, [CHILD, path, '7']);
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['opened', '1', '2', '3', '4', '5', '6']);
    const again = new Bench().open({ path, key: loadOrCreateTerminalKey(`${path}.key`) });
    expect(again.replacement).toBeUndefined();
    expect(again.head.seq).toBe(7);
    expect(again.entriesAfter(1, 0, 10).map(({ entry }) => entry.seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(again.append(STOP).seq).toBe(8);
    again.close();
    expect(verifyJournal(path).ok).toBe(true);
  }, 60_000);

  test('before the second file had the last entry: it is completed, and nothing is set aside', async () => {
    const bench = new Bench();
    const journal = bench.open({ secondPath: join(bench.folder, 'elsewhere', 'second') });
    append(journal, [START, STOP]);
    const after = await bench.afterKill(); // has no second file at all
    const again = after.open();
    expect(again.replacement).toBeUndefined();
    expect(again.append(START).seq).toBe(3);
  });
});

/** A file system of one's own needs a kernel and a container that permit it. */
const mayMount = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()]).status === 0;

describe('a disk', () => {
  test('that is mounted read-only refuses the entry, sets nothing aside, and the journal goes on where it was when it can be written', async (context) => {
    context.skip(!mayMount, 'not run: this machine permits no file system of its own');
    const home = folder();
    const file = `${home}/journal.sqlite`;
    const live = (count: string): string => `${process.execPath} ${CHILD} ${file} ${count}`;
    const script = `mount -t tmpfs tmpfs ${home}; ${live('5')}; mount -o remount,ro ${home}; ${live('6')}; ls ${home} | grep -c damaged; mount -o remount,rw ${home}; ${live('8')}`;
    const lines = await linesOf('unshare', ['-rm', 'sh', '-c', script]);
    expect(lines.map((line) => (line.startsWith('failed') ? line : line.split(' ')[0]))).toEqual([
      ...['opened', '1', '2', '3', '4'],
      ...['opened', 'failed io true', 'closed', '0'],
      ...['opened', '6', '7'],
    ]);
  }, 60_000);

  test('that is full refuses the entry, loses none before it, and takes entries again when there is space', async (context) => {
    context.skip(!mayMount, 'not run: this machine permits no file system of its own');
    const home = folder();
    const ballast = join(home, 'ballast');
    const script = `mount -t tmpfs -o size=700k tmpfs ${home} && head -c 150k /dev/zero > ${ballast} && exec ${process.execPath} ${CHILD} ${home}/journal.sqlite ${ballast}`;
    const lines = await linesOf('unshare', ['-rm', 'sh', '-c', script]);
    const seqs = lines.filter((line) => /^\d/.test(line)).map((line) => Number(line.split(' ')[0]));
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect(lines.filter((line) => line.startsWith('failed'))).toEqual(['failed full false']);
    expect(lines.slice(lines.indexOf('failed full false'))).toHaveLength(12); // that, ten entries more, closed
  }, 60_000);

  test('that fails under a write closes the journal to appends until it is opened anew, and keeps what was acknowledged', async () => {
    const path = join(folder(), 'journal.sqlite');
    // A limit on the size of files makes the write fail as a broken disk does: not for want of space.
    const lines = await linesOf('bash', ['-c', `ulimit -f 300; exec ${process.execPath} ${CHILD} ${path}`]);
    expect(lines.slice(-2)).toEqual(['failed io true', 'closed']);
    const acknowledged = lines.filter((line) => /^\d/.test(line));
    const journal = new Bench().open({ path, key: loadOrCreateTerminalKey(`${path}.key`) });
    expect(journal.replacement).toBeUndefined();
    expect(journal.head.seq).toBeGreaterThanOrEqual(acknowledged.length);
    expect(journal.append(START).seq).toBe(journal.head.seq);
  }, 60_000);
});
