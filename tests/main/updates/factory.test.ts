/** The release that the package brought: started where no root of trust is, gone back to, and never started damaged. */
import nodeFs, { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { manifestBytes, manifestOf } from '../../../fleet/publish/releases/release-folder.ts';
import { slotFiles } from '../../../main/updates/install-folder.ts';
import { choose, confirm, giveUp, MAX_STARTS, type LauncherPlace } from '../../../resources/launcher/launcher.mjs';
import { Launched } from '../../support/launched.ts';
import { HERE, JOURNAL, Operator } from './operator.ts';
import { GROUP, TerminalPlace } from './terminal-place.ts';

let operator: Operator;
let terminal: TerminalPlace;
let factory: string;
let place: LauncherPlace;

beforeEach(async () => {
  factory = mkdtempSync(join(tmpdir(), 'factory-'));
  writeFileSync(join(factory, 'main.js'), 'process.exit(13);');
  const manifest = manifestOf(factory, { version: '0.1.0', platform: HERE, start: { path: 'main.js', by: 'node', args: [] }, journal: JOURNAL });
  mkdirSync(join(factory, '.slot'));
  writeFileSync(join(factory, slotFiles.manifest), manifestBytes(manifest));
  operator = await Operator.begin();
  terminal = new TerminalPlace({ source: operator.folder, root: operator.repository.rootText });
  place = { ...terminal.place, factory };
});
afterEach(() => {
  operator.end();
  terminal.end();
  rmSync(factory, { recursive: true });
});

const withoutRoot = (): LauncherPlace => ({ ...place, root: undefined });
const chosen = (at: LauncherPlace): string | undefined => choose(nodeFs, at).slot;

test('no root of trust: it is started, again and again, and needs no trial', () => {
  for (let start = 0; start <= MAX_STARTS; start += 1) expect(choose(nodeFs, withoutRoot())).toMatchObject({ slot: '@factory', trial: false, folder: factory });
});

test('a release that was laid out waits for the root of trust: without one it is neither started nor held for failed', async () => {
  expect(chosen(place)).toBe('@factory');
  await operator.release('2.0.0', { files: { 'main.js': '2' } }, GROUP);
  await terminal.prepare();
  expect(chosen(withoutRoot())).toBe('@factory');
  expect(existsSync(join(terminal.folder, 'next.json'))).toBe(true);
  expect(choose(nodeFs, place)).toMatchObject({ slot: '2.0.0', trial: true });
  expect(chosen(withoutRoot())).toBe('@factory');
  expect(terminal.state()).toMatchObject({ slot: '@factory', failed: [] });
});

test('an update goes over from it, and back to it when the release is no good', async () => {
  chosen(place);
  await operator.release('2.0.0', { files: { 'main.js': '2' } }, GROUP);
  await terminal.prepare();
  expect(chosen(place)).toBe('2.0.0');
  expect(giveUp(nodeFs, place, '2.0.0')).toBe(true);
  expect(chosen(place)).toBe('@factory');
  expect(terminal.state()).toMatchObject({ slot: '@factory', proven: true, failed: ['2.0.0'] });
});

test('the release that runs was damaged, and the one before is gone: what the package brought runs', async () => {
  await operator.release('2.0.0', { files: { 'main.js': '2' } }, GROUP);
  await terminal.prepare();
  expect(chosen(place)).toBe('2.0.0');
  confirm(nodeFs, place, '2.0.0');
  rmSync(join(terminal.folder, 'releases', '2.0.0', 'main.js'));
  expect(chosen(place)).toBe('@factory');
});

test.each([
  ['a changed file', () => writeFileSync(join(factory, 'main.js'), 'process.exit(14);')],
  ['a lost file', () => rmSync(join(factory, 'main.js'))],
  ['a file too many', () => writeFileSync(join(factory, 'more.js'), '')],
  ['no manifest', () => rmSync(join(factory, slotFiles.manifest))],
])('%s: nothing is started', (_case, damage) => {
  damage();
  expect(chosen(withoutRoot())).toBeUndefined();
  expect(chosen(place)).toBeUndefined();
});

test.each([
  ['no root of trust', undefined, /there is no root of trust at .*root\.json: nothing can be started; put there what "npm run publish-release -- root" wrote/],
  ['one that is none', '{}', /root\.json is damaged: nothing can be started/],
])('%s, and no release of a package: one line says what to do, exit status 2', async (_case, text, says) => {
  const root = join(terminal.folder, 'root.json');
  if (text !== undefined) writeFileSync(root, text);
  const launched = new Launched({ install: terminal.folder, root });
  expect(await launched.exited).toBe(2);
  expect(launched.lines.map(({ text: line }) => line)).toEqual([expect.stringMatching(says)]);
});

test('what a package’s release says itself is passed on: it wants a technician, and nobody else can run', async () => {
  const launched = new Launched({ install: terminal.folder, root: join(terminal.folder, 'no-root.json'), limits: ['--factory', factory] });
  expect(await launched.exited).toBe(13);
  expect(launched.lines.map(({ text }) => text)).toContain('starts @factory');
});
