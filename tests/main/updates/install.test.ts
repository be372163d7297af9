/** A release on its way: published, fetched, laid out, started, proven, and gone back from. */
import { existsSync, readFileSync, readlinkSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MAX_STARTS } from '../../../resources/launcher/launcher.mjs';
import { UpdateError } from '../../../main/updates/update-error.ts';
import { Operator } from './operator.ts';
import { GROUP, TerminalPlace } from './terminal-place.ts';

let operator: Operator;
let terminal: TerminalPlace;

beforeEach(async () => {
  operator = await Operator.begin();
  await operator.release('1.0.0', { files: { 'main.js': 'one', 'lib/shared.js': 'the same in both' } }, GROUP);
  terminal = new TerminalPlace({ source: operator.folder, root: operator.repository.rootText });
});
afterEach(() => {
  operator.end();
  terminal.end();
});

test('the first release is laid out, started and proven', async () => {
  const staged = await terminal.prepare();
  expect(staged).toMatchObject({ slot: '1.0.0', fetched: 'one'.length + 'the same in both'.length });
  expect(terminal.choose()).toMatchObject({ slot: '1.0.0', trial: true });
  expect(readlinkSync(join(terminal.folder, 'current'))).toBe('releases/1.0.0');
  expect(terminal.runsWell()).toBe('1.0.0');
  expect(terminal.state()).toMatchObject({ slot: '1.0.0', proven: true });
});

test('of the next release only what is not there yet is fetched', async () => {
  await terminal.prepare();
  terminal.runsWell();
  await operator.release('2.0.0', { files: { 'main.js': 'two!', 'lib/shared.js': 'the same in both' } }, GROUP);
  expect(await terminal.prepare()).toMatchObject({ slot: '2.0.0', fetched: 'two!'.length });
  expect(terminal.choose()).toMatchObject({ slot: '2.0.0', trial: true });
  expect(readFileSync(join(terminal.folder, 'current', 'main.js'), 'utf8')).toBe('two!');
});

test('what runs already is not staged again', async () => {
  await terminal.prepare();
  terminal.runsWell();
  expect(await terminal.stage()).toBeUndefined();
});

describe('where the fleet’s server says whose turn it is', () => {
  const noTurn = async (release: string): Promise<void> => {
    throw new UpdateError('notItsTurn', `${release}: not yet`);
  };

  beforeEach(async () => {
    await terminal.prepare();
    terminal.runsWell();
  });

  test('another release waits, and nothing of it is fetched', async () => {
    await operator.release('2.0.0', { files: { 'main.js': 'two!' } }, GROUP);
    await expect(terminal.stage(GROUP, { awaitTurn: noTurn })).rejects.toMatchObject({ code: 'notItsTurn' });
    expect(existsSync(join(terminal.folder, 'releases', '2.0.0'))).toBe(false);
    const asked: string[] = [];
    expect(await terminal.stage(GROUP, { awaitTurn: async (release) => void asked.push(release) })).toMatchObject({ slot: '2.0.0' });
    expect(asked).toEqual(['2.0.0']);
  });

  test('another configuration of the release that runs does not wait', async () => {
    await operator.configuration('lobby-2', {});
    await operator.release('1.0.0', { files: { 'main.js': 'one', 'lib/shared.js': 'the same in both' } }, GROUP, 'lobby-2');
    expect(await terminal.stage(GROUP, { awaitTurn: noTurn })).toMatchObject({ slot: '1.0.0+lobby-2' });
  });
});

describe('a release on trial', () => {
  beforeEach(async () => {
    await terminal.prepare();
    terminal.runsWell();
    await operator.release('2.0.0', { files: { 'main.js': 'two!' } }, GROUP);
    await terminal.prepare();
  });

  test(`is started ${MAX_STARTS} times; then the one before it runs again, and this one is not taken a second time`, async () => {
    for (let start = 1; start <= MAX_STARTS; start += 1) expect(terminal.choose()).toMatchObject({ slot: '2.0.0', trial: true });
    expect(terminal.choose()).toMatchObject({ slot: '1.0.0', trial: false });
    expect(terminal.state()).toMatchObject({ slot: '1.0.0', failed: ['2.0.0'] });
    await expect(terminal.stage()).rejects.toMatchObject({ code: 'failedBefore' });
  });

  test('is tried again after a newer one was published, under its own name', async () => {
    for (let start = 0; start <= MAX_STARTS; start += 1) terminal.choose();
    await operator.release('2.0.1', { files: { 'main.js': 'two, better' } }, GROUP);
    await terminal.prepare();
    expect(terminal.choose()).toMatchObject({ slot: '2.0.1', trial: true });
  });

  test('is tried again when a person says so', () => {
    for (let start = 0; start <= MAX_STARTS; start += 1) terminal.choose();
    terminal.write('next.json', JSON.stringify({ slot: '2.0.0', retry: true }));
    expect(terminal.choose()).toMatchObject({ slot: '2.0.0', trial: true });
    expect(terminal.state().failed).toEqual([]);
  });

  test.each([
    ['a file is missing', (slot: string) => rmSync(join(slot, 'main.js'))],
    ['a file was changed', (slot: string) => overwrite(join(slot, 'main.js'), 'TWO!')],
    ['a file is there that nobody signed', (slot: string) => writeFileSync(join(slot, 'extra.js'), '')],
    ['the manifest was changed', (slot: string) => overwrite(join(slot, '.slot/manifest.json'), '{}')],
    ['the proof is gone', (slot: string) => rmSync(join(slot, '.slot/proof.json'))],
    ['a configuration was put in that nobody signed', (slot: string) => writeFileSync(join(slot, '.slot/configuration.json'), '{}')],
  ])('is never started when %s', (_, damage) => {
    damage(join(terminal.folder, 'releases', '2.0.0'));
    expect(terminal.choose()).toMatchObject({ slot: '1.0.0', trial: false });
    expect(terminal.state().failed).toEqual(['2.0.0']);
  });
});

test('a proven release whose file is damaged gives way to the one before, and is fetched anew', async () => {
  await terminal.prepare();
  terminal.runsWell();
  await operator.release('2.0.0', { files: { 'main.js': 'two!' } }, GROUP);
  await terminal.prepare();
  terminal.runsWell();
  overwrite(join(terminal.folder, 'releases', '2.0.0', 'main.js'), 'two?');
  expect(terminal.choose()).toMatchObject({ slot: '1.0.0', trial: false });
  expect(await terminal.prepare()).toMatchObject({ slot: '2.0.0', fetched: 4 });
  expect(terminal.choose()).toMatchObject({ slot: '2.0.0', trial: true });
});

test('nothing that verifies: nothing is started', async () => {
  await terminal.prepare();
  terminal.runsWell();
  overwrite(join(terminal.folder, 'releases', '1.0.0', 'main.js'), 'bad');
  expect(terminal.choose()).toEqual({ slot: undefined });
});

test('the operator goes back to the release before by directing it again', async () => {
  await terminal.prepare();
  terminal.runsWell();
  await operator.release('2.0.0', { files: { 'main.js': 'two!' } }, GROUP);
  await terminal.prepare();
  terminal.runsWell();
  await operator.direct(GROUP, { release: '1.0.0', configuration: null });
  expect(await terminal.prepare()).toMatchObject({ slot: '1.0.0', fetched: 0 });
  expect(terminal.runsWell()).toBe('1.0.0');
});

test('a configuration is a target too: it is laid out with its release, on trial like one', async () => {
  await terminal.prepare();
  terminal.runsWell();
  await operator.configuration('lobby-2', { topUp: { minimum: 2000 } });
  await operator.direct(GROUP, { release: '1.0.0', configuration: 'lobby-2' });
  expect(await terminal.prepare()).toMatchObject({ slot: '1.0.0+lobby-2', fetched: 0 });
  expect(terminal.choose()).toMatchObject({ slot: '1.0.0+lobby-2', trial: true, configured: true });
  for (let start = 1; start <= MAX_STARTS; start += 1) terminal.choose();
  expect(terminal.state()).toMatchObject({ slot: '1.0.0', failed: ['1.0.0+lobby-2'] });
});

test('a state file that is gone: what `current` points at is started', async () => {
  await terminal.prepare();
  terminal.runsWell();
  rmSync(join(terminal.folder, 'state.json'));
  expect(terminal.choose()).toMatchObject({ slot: '1.0.0', trial: false });
});

test('what is no longer needed leaves the disk: the release before stays, older ones go', async () => {
  await terminal.prepare();
  terminal.runsWell();
  for (const version of ['2.0.0', '3.0.0']) {
    await operator.release(version, { files: { 'main.js': `this is ${version}` } }, GROUP);
    await terminal.prepare();
    terminal.runsWell();
  }
  await operator.release('4.0.0', { files: { 'main.js': 'this is 4.0.0' } }, GROUP);
  await terminal.prepare();
  const there = ['1.0.0', '2.0.0', '3.0.0', '4.0.0'].filter((slot) => existsSync(join(terminal.folder, 'releases', slot)));
  expect(there).toEqual(['2.0.0', '3.0.0', '4.0.0']);
});

function overwrite(file: string, text: string): void {
  chmodSync(file, 0o644);
  writeFileSync(file, text);
}
