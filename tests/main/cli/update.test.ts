/** A stick at a terminal: the same repository, the same verification, by kioskctl. */
import { copyFileSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from '../../../main/cli/commands.ts';
import { projectRoot } from '../../launcher/run-tool.ts';
import { Operator } from '../updates/operator.ts';
import { TerminalPlace } from '../updates/terminal-place.ts';

let operator: Operator;
let terminal: TerminalPlace;
let stick: string;

beforeEach(async () => {
  operator = await Operator.begin();
  operator.now = Date.now();
  await operator.publish(true);
  await operator.release('1.0.0', { files: { 'main.js': 'one' } }, 'default');
  stick = join(operator.home, 'stick');
  cpSync(operator.folder, stick, { recursive: true });
  terminal = new TerminalPlace({ source: stick, root: operator.repository.rootText });
  writeFileSync(join(operator.home, 'root.json'), terminal.root);
  copyFileSync(join(projectRoot, 'resources', 'config', 'example.json'), join(operator.home, 'terminal.json'));
});
afterEach(() => {
  operator.end();
  terminal.end();
});

async function kioskctl(...args: readonly string[]): Promise<{ readonly status: number; readonly out: string; readonly error: string }> {
  const [out, error]: [string[], string[]] = [[], []];
  const status = await run(args, { out: (line) => void out.push(line), error: (line) => void error.push(line) });
  return { status, out: out.join('\n'), error: error.join('\n') };
}

const fromStick = (...more: readonly string[]) =>
  kioskctl(
    'update',
    'from',
    stick,
    '--install',
    terminal.folder,
    '--root',
    join(operator.home, 'root.json'),
    '--config',
    join(operator.home, 'terminal.json'),
    ...more,
  );

test('a terminal with nothing on it gets its release from a stick, and says what it runs', async () => {
  expect(await fromStick()).toMatchObject({ status: 0, out: expect.stringContaining('1.0.0 is laid out') });
  expect(terminal.runsWell()).toBe('1.0.0');
  expect(await fromStick()).toMatchObject({ status: 0, out: 'this terminal runs it already' });
  const { out } = await kioskctl('update', 'status', '--install', terminal.folder);
  expect(out.split('\n')).toEqual(['runs:   1.0.0', 'before: nothing', 'failed: nothing']);
});

test('a stick that somebody changed is refused in one line', async () => {
  const file = join(stick, 'metadata', 'timestamp.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"version":', '"version":1'));
  const { status, error } = await fromStick();
  expect([status, error.split('\n').length, error]).toEqual([1, 1, expect.stringContaining('signed by 0/1 keys')]);
});

test('what failed here is refused until a person says --retry', async () => {
  await fromStick();
  terminal.runsWell();
  await operator.release('2.0.0', { files: { 'main.js': 'two' } }, 'default');
  rmSync(stick, { recursive: true });
  cpSync(operator.folder, stick, { recursive: true });
  await fromStick();
  for (let start = 0; start <= 3; start += 1) terminal.choose();
  expect(await fromStick()).toMatchObject({ status: 1, error: expect.stringContaining('--retry') });
  expect(await fromStick('--retry')).toMatchObject({ status: 0 });
  expect(terminal.choose()).toMatchObject({ slot: '2.0.0', trial: true });
});

test('called wrongly: status 2', async () => {
  expect(await kioskctl('update', 'from', stick)).toMatchObject({ status: 2, error: expect.stringContaining('--install is missing') });
  expect(await kioskctl('update', 'status', '--install', terminal.folder)).toMatchObject({ status: 1 });
});
