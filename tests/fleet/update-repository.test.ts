/** The repository of updates, as the fleet's server gives it: what a terminal needs of it, and nothing else of its disk. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { webSource } from '../../main/updates/source.ts';
import { Operator } from '../main/updates/operator.ts';
import { GROUP, TerminalPlace } from '../main/updates/terminal-place.ts';
import { startWorld } from './support.ts';

const LARGE = 'x'.repeat(200_000);

async function published(): Promise<Operator> {
  const operator = await Operator.begin();
  onTestFinished(() => operator.end());
  await operator.release('1.0.0', { files: { 'main.js': LARGE } }, GROUP);
  return operator;
}

test('a terminal takes a release from it, going on where it had broken off', async () => {
  const operator = await published();
  const { url } = await startWorld({ settings: { updates: { repository: operator.folder } } });
  const terminal = new TerminalPlace({ source: webSource(fetch, `${url}/updates/`), root: operator.repository.rootText });
  onTestFinished(() => terminal.end());
  const { files } = await operator.release('1.1.0', { files: { 'main.js': `${LARGE}y` } }, GROUP);
  const contents = join(terminal.folder, 'contents');
  mkdirSync(contents, { recursive: true });
  writeFileSync(join(contents, `${files[0]?.sha256}.part`), LARGE);
  expect(await terminal.prepare()).toMatchObject({ slot: '1.1.0', fetched: 1 });
});

test('what is no part of the repository is not given', async () => {
  const operator = await published();
  writeFileSync(join(operator.home, 'secret'), 'secret');
  writeFileSync(join(operator.folder, 'notes.txt'), 'secret');
  const { url } = await startWorld({ settings: { updates: { repository: operator.folder } } });
  const statuses = await Promise.all(
    ['notes.txt', '../secret', '..%2fsecret', 'metadata/..%2f..%2fsecret', 'metadata', 'metadata/'].map(
      async (path) => (await fetch(`${url}/updates/${path}`)).status,
    ),
  );
  expect(statuses).toEqual([404, 404, 404, 404, 404, 404]);
});

test('a folder that nothing was published into: the server says so and does not start', async () => {
  const operator = new Operator();
  onTestFinished(() => operator.end());
  await expect(startWorld({ settings: { updates: { repository: operator.folder } } })).rejects.toThrow(/updates\.repository: .* publish into it first/);
});
