/** Contents on their way over a bad line, and releases that do not fit this terminal. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { webSource } from '../../../main/updates/source.ts';
import { serveRepository, type RepositoryServer } from '../../support/repository-server.ts';
import { DAY, HERE, Operator } from './operator.ts';
import { GROUP, TerminalPlace } from './terminal-place.ts';

const LARGE = 'x'.repeat(300_000);

let operator: Operator;
let server: RepositoryServer;
let terminal: TerminalPlace;

beforeEach(async () => {
  operator = await Operator.begin();
  server = await serveRepository(operator.folder);
  await operator.release('1.0.0', { files: { 'main.js': 'one', 'large.bin': LARGE } }, GROUP);
  terminal = new TerminalPlace({ source: webSource(fetch, server.url), root: operator.repository.rootText });
});
afterEach(async () => {
  await server.stop();
  operator.end();
  terminal.end();
});

test('the line breaks in the middle of a file: the next try asks for the rest only', async () => {
  let broken = 0;
  server.misdeed = (path, response, content) => {
    if (!path.startsWith('files/') || content.length < LARGE.length || broken > 0) return false;
    broken += 1;
    response.writeHead(200, { 'content-length': String(content.length) });
    response.write(content.subarray(0, 100_000), () => response.destroy());
    return true;
  };
  await expect(terminal.stage()).rejects.toMatchObject({ code: 'unreachable' });
  const asked = server.asked.length;
  expect(await terminal.stage()).toMatchObject({ slot: '1.0.0' });
  const ranges = server.asked.slice(asked).filter((line) => line.includes('bytes='));
  const from = Number(/bytes=(\d+)-/.exec(ranges.join())?.[1]);
  expect([ranges.length, from > 0, from <= 100_000]).toEqual([1, true, true]);
});

test('a server that knows no ranges gives the whole file once more, and it is taken', async () => {
  const hash = (await operator.release('1.1.0', { files: { 'main.js': LARGE } }, GROUP)).files[0]?.sha256 ?? '';
  mkdirSync(join(terminal.folder, 'contents'), { recursive: true });
  writeFileSync(join(terminal.folder, 'contents', `${hash}.part`), LARGE.slice(0, 1000));
  server.misdeed = (path, response, content) => {
    if (!path.startsWith('files/')) return false;
    response.end(content);
    return true;
  };
  expect(await terminal.stage()).toMatchObject({ slot: '1.1.0', fetched: LARGE.length });
});

test('a part that lies there and is not the beginning of the file: thrown away, fetched whole at the next try', async () => {
  const hash = (await operator.release('1.1.0', { files: { 'main.js': LARGE } }, GROUP)).files[0]?.sha256 ?? '';
  mkdirSync(join(terminal.folder, 'contents'), { recursive: true });
  writeFileSync(join(terminal.folder, 'contents', `${hash}.part`), 'y'.repeat(1000));
  await expect(terminal.stage()).rejects.toMatchObject({ code: 'untrusted' });
  expect(await terminal.stage()).toMatchObject({ fetched: LARGE.length });
});

test('the server is away, or in trouble: said so, nothing changes', async () => {
  server.misdeed = (_path, response) => {
    response.writeHead(503).end();
    return true;
  };
  await expect(terminal.stage()).rejects.toMatchObject({ code: 'unreachable' });
  expect(existsSync(join(terminal.folder, 'next.json'))).toBe(false);
});

test('progress is told in bytes, up to all of them', async () => {
  const told: (readonly [number, number])[] = [];
  const { stage } = await import('../../../main/updates/installer.ts');
  await stage({ ...terminal.parts(), onProgress: (done, total) => void told.push([done, total]) });
  const total = LARGE.length + 'one'.length;
  expect(told.at(-1)).toEqual([total, total]);
  expect(told.every(([done]) => done <= total)).toBe(true);
});

test('an expired timestamp stops updates; signed again, they go on', async () => {
  terminal.now += 10 * DAY;
  await expect(terminal.stage()).rejects.toMatchObject({ code: 'expired' });
  operator.now = terminal.now;
  await operator.publish(true);
  expect(await terminal.stage()).toMatchObject({ slot: '1.0.0' });
});

describe('a release that does not fit is not laid out', () => {
  test.each([
    ['the journal is older than it opens', { journal: { oldest: 5, newest: 6, writes: 5 } }],
    ['the journal is newer than it opens', { journal: { oldest: 1, newest: 3, writes: 3 } }],
    ['it would make the journal one that the release which runs now can not open', { journal: { oldest: 1, newest: 5, writes: 5 } }],
    ['it is for another system', { platform: { ...HERE, os: 'haiku' } }],
  ])('%s', async (_, facts) => {
    await operator.release('2.0.0', { files: { 'main.js': 'two' }, ...facts }, GROUP);
    await expect(terminal.stage()).rejects.toMatchObject({ code: 'unsuitable' });
    expect(existsSync(join(terminal.folder, 'releases', '2.0.0'))).toBe(false);
  });

  test('the disk has less than three times its size', async () => {
    terminal.freeBytes = 3 * (LARGE.length + 3) - 1;
    await expect(terminal.stage()).rejects.toMatchObject({ code: 'unsuitable' });
    terminal.freeBytes += 1;
    expect(await terminal.stage()).toMatchObject({ slot: '1.0.0' });
  });
});

test('a key of the catalogue is exchanged: the terminal follows the new root, the launcher too', async () => {
  await terminal.prepare();
  terminal.runsWell();
  const other = await Operator.begin();
  operator.keys.targets.push(...other.keys.targets);
  other.end();
  operator.repository.setKeys('targets', { keys: other.keys.targets.map(({ key }) => key), threshold: 1 });
  await operator.publish();
  await operator.release('2.0.0', { files: { 'main.js': 'two' } }, GROUP);
  await terminal.prepare();
  expect(terminal.choose()).toMatchObject({ slot: '2.0.0', trial: true });
});
