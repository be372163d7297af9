/**
 * Releases that are no good, each signed, published and installed in order, run by the real launcher with short limits: every one of them is
 * left by itself, and the release before runs again. Small programs stand for the terminal; what the terminal itself does with a broken
 * configuration and a journal of a later release is in update-process.test.ts.
 */
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Launched } from '../../support/launched.ts';
import { Operator } from './operator.ts';
import { GROUP, TerminalPlace } from './terminal-place.ts';

/** Says that it is healthy and beats, as the terminal does, until it is asked to stop. */
const HEALTHY = `
import { writeFileSync } from 'node:fs';
const beat = () => writeFileSync(process.env.KIOSK_INSTALL + '/health', String(performance.now()));
process.once('SIGTERM', () => process.exit(0));
process.stdin.once('end', () => process.exit(0)).resume();
`;
const GOOD = `${HEALTHY}beat(); setInterval(beat, 100);`;
const LIMITS = ['--healthy-within', '2500', '--proven-after', '1500', '--beat-within', '1500', '--memory-mb', '400'];
const WITHIN = 60_000;

interface Bad {
  readonly name: string;
  readonly code: string;
  /** Done to the laid-out release before it is started. */
  readonly damage?: (slot: string) => void;
}

const bad: readonly Bad[] = [
  { name: 'crashes at start', code: 'throw new Error("no");' },
  { name: 'is no program at all', code: 'this is not JavaScript' },
  { name: 'needs a module that is not there', code: 'import "./absent.js";' },
  { name: 'ends at once as if all were well', code: 'process.exit(0);' },
  { name: 'asks for a restart at every start', code: 'process.exit(10);' },
  { name: 'says that an update is ready at every start', code: 'process.exit(11);' },
  { name: 'says that it is no good', code: 'process.exit(12);' },
  { name: 'wants a technician', code: 'process.exit(13);' },
  { name: 'is aborted by the operating system', code: 'process.abort();' },
  { name: 'kills itself', code: 'process.kill(process.pid, "SIGKILL");' },
  { name: 'waits for something for ever (a blank window)', code: 'setInterval(() => {}, 1000);' },
  { name: 'computes for ever', code: 'for (;;);' },
  { name: 'ignores being asked to stop, and is never healthy', code: 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);' },
  { name: 'hangs soon after it was healthy', code: `${HEALTHY}beat(); setTimeout(() => { for (;;); }, 100);` },
  { name: 'falls silent soon after it was healthy', code: `${HEALTHY}beat(); setInterval(() => {}, 1000);` },
  { name: 'crashes soon after it was healthy', code: `${HEALTHY}beat(); setTimeout(() => { throw new Error("late"); }, 300);` },
  {
    name: 'takes all memory',
    code: `${HEALTHY}beat(); setInterval(beat, 100); const kept = []; setInterval(() => kept.push(Buffer.alloc(64 * 1024 * 1024, 1)), 20);`,
  },
  { name: 'runs out of its own heap', code: 'const kept = []; for (;;) kept.push(new Array(1e6).fill({}));' },
  {
    name: 'leaves a process behind that goes on',
    code: 'import { spawn } from "node:child_process"; spawn("sleep", ["60"], { stdio: "ignore" }); setTimeout(() => process.exit(1), 50);',
  },
  { name: 'lost a file', code: GOOD, damage: (slot) => rmSync(join(slot, 'words.txt')) },
  { name: 'has a file that was changed', code: GOOD, damage: (slot) => overwrite(join(slot, 'words.txt'), 'other words') },
  { name: 'has a file more than was signed', code: GOOD, damage: (slot) => writeFileSync(join(slot, 'more.js'), '') },
];

describe(`${bad.length} kinds of bad release, one after the other on one terminal each`, () => {
  let operator: Operator;
  let root: string;

  beforeAll(async () => {
    operator = await Operator.begin();
    root = join(operator.home, 'root.json');
    writeFileSync(root, operator.repository.rootText);
    await operator.release('1.0.0', { files: { 'main.js': GOOD, 'words.txt': 'one', 'package.json': '{"type":"module"}' } });
    for (const [index, { code }] of bad.entries()) {
      await operator.release(`2.${index}.0`, { files: { 'main.js': code, 'words.txt': 'two', 'package.json': '{"type":"module"}' } });
      await operator.direct(`group-${index}`, { release: `2.${index}.0`, configuration: null });
    }
    await operator.direct(GROUP, { release: '1.0.0', configuration: null });
  }, WITHIN);
  afterAll(() => operator.end());

  test.concurrent.each(bad.map((each, index) => [each.name, each, index] as const))(
    '%s: the release before runs again, unattended',
    async (_, { damage }, index) => {
      const terminal = new TerminalPlace({ source: operator.folder, root: operator.repository.rootText });
      const launched = await onTrial(terminal, index, damage);
      try {
        const back = await launched.says(/^starts 1\.0\.0$/, WITHIN);
        await launched.says(/^1\.0\.0 is healthy$/, WITHIN, launched.lines.indexOf(back));
        expect(terminal.state()).toMatchObject({ slot: '1.0.0', proven: true, failed: [`2.${index}.0`] });
        await expect(terminal.stage(`group-${index}`)).rejects.toMatchObject({ code: 'failedBefore' });
        expect(await launched.stop()).toBe(0);
      } finally {
        await launched.kill();
        terminal.end();
      }
    },
    WITHIN,
  );

  /** The good one proven, the bad one laid out and named, the launcher started. */
  async function onTrial(terminal: TerminalPlace, index: number, damage?: (slot: string) => void): Promise<Launched> {
    await terminal.prepare();
    terminal.runsWell();
    await terminal.prepare(`group-${index}`);
    damage?.(join(terminal.folder, 'releases', `2.${index}.0`));
    return new Launched({ install: terminal.folder, root, limits: LIMITS });
  }
});

test('a release for another kind of machine is not even laid out', async () => {
  const operator = await Operator.begin();
  const terminal = new TerminalPlace({ source: operator.folder, root: operator.repository.rootText });
  try {
    await operator.release('1.0.0', { files: { 'main.js': GOOD }, platform: { os: process.platform, arch: 'mips' } }, GROUP);
    await expect(terminal.stage()).rejects.toMatchObject({ code: 'unsuitable' });
  } finally {
    operator.end();
    terminal.end();
  }
});

function overwrite(file: string, text: string): void {
  chmodSync(file, 0o644);
  writeFileSync(file, text);
}
