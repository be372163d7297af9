/** The operator's command line: keys sealed in files and in an HSM, a ceremony over two machines, rotation, what it refuses. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectRoot } from '../../launcher/run-tool.ts';
import { GROUP, TerminalPlace } from '../../main/updates/terminal-place.ts';
import { newToken, noSoftHsm } from '../keys/softhsm.ts';

const run = promisify(execFile);
const ENTRY = join(projectRoot, 'fleet', 'publish', 'releases', 'main.ts');

interface Said {
  readonly published?: readonly string[];
  readonly missing?: readonly string[];
  readonly [name: string]: unknown;
}

async function publish(...args: readonly string[]): Promise<Said> {
  const { stdout } = await run(process.execPath, [ENTRY, ...args]);
  return JSON.parse(stdout) as Said;
}

/** @returns exit status and what it says */
async function refused(...args: readonly string[]): Promise<readonly [unknown, string]> {
  try {
    await publish(...args);
  } catch (error) {
    if (error instanceof Error && 'stderr' in error && 'code' in error) return [error.code, String(error.stderr)];
    throw error;
  }
  throw new Error('it was not refused');
}

/** Two machines: one in a safe with root and catalogue keys, one that is online with the others. */
describe('a ceremony', { timeout: 120_000 }, () => {
  let home: string;
  const at = (name: string): string => join(home, name);
  const safe = (): readonly string[] => ['--keys', at('safe'), '--password-file', at('password')];
  const online = (): readonly string[] => ['--keys', at('online'), '--password-file', at('password')];

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'publishing-'));
    writeFileSync(at('password'), 'correct horse battery staple\n', { mode: 0o600 });
    for (const name of ['root-1', 'root-2', 'targets-1']) await publish('make-key', '--name', name, ...safe());
    for (const name of ['snapshot-1', 'timestamp-1', 'director-1']) await publish('make-key', '--name', name, ...online());
    mkdirSync(at('all'));
    for (const folder of ['safe', 'online'])
      for (const file of readdirSync(at(folder))) if (file.endsWith('.pub.json')) cpSync(join(at(folder), file), join(at('all'), file));
  }, 120_000);
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  test('private keys are sealed, and readable by their owner only', () => {
    const file = join(at('safe'), 'root-1.key');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8').split('.')).toHaveLength(5); // compact JWE, RFC 7516 section 3.1
  });

  test('a key is never overwritten', async () => {
    const [status, words] = await refused('make-key', '--name', 'root-1', ...safe());
    expect([status, words]).toEqual([1, expect.stringContaining('never overwritten')]);
  });

  test('nothing is out before the keys in the safe have signed; then the machine that is online publishes', async () => {
    const first = await publish('init', '--repository', at('repository'), '--thresholds', 'root=2', '--keys', at('all'));
    expect(first).toMatchObject({ published: [], missing: ['root: 0 of 2', 'targets: 0 of 1', 'director: 0 of 1'] });
    expect(existsSync(join(at('repository'), 'metadata'))).toBe(false);
    const inSafe = await publish('sign', '--repository', at('repository'), ...safe());
    expect(inSafe).toMatchObject({ published: [], missing: ['director: 0 of 1'] });
    const out = await publish('sign', '--repository', at('repository'), ...online());
    expect(out).toMatchObject({ published: ['root 1', 'targets 1', 'director 1', 'timestamp 1'], missing: [] });
  });

  test('a release is added, signed in the safe, directed online, and a terminal takes it', async () => {
    mkdirSync(at('release'));
    writeFileSync(join(at('release'), 'main.js'), 'one');
    const words = ['--repository', at('repository'), '--folder', at('release'), '--version', '1.0.0', '--start', 'main.js', '--journal', '1-4'];
    expect(await publish('add-release', ...words)).toMatchObject({ files: 1, missing: ['targets: 0 of 1'] });
    expect(await publish('sign', '--repository', at('repository'), ...safe())).toMatchObject({ published: [], missing: ['snapshot: 0 of 1'] });
    expect(await publish('sign', '--repository', at('repository'), ...online())).toMatchObject({ missing: [] });
    await publish('direct', '--repository', at('repository'), '--group', GROUP, '--version', '1.0.0', ...online());
    await publish('root', '--repository', at('repository'), '--to', at('root.json'));
    const terminal = new TerminalPlace({ source: at('repository'), root: readFileSync(at('root.json'), 'utf8') });
    terminal.now = Date.now();
    try {
      expect(await terminal.prepare()).toMatchObject({ slot: '1.0.0' });
      expect(terminal.choose()).toMatchObject({ slot: '1.0.0', trial: true });
    } finally {
      terminal.end();
    }
  });

  test('a name is for ever: another content under it is refused', async () => {
    writeFileSync(join(at('release'), 'main.js'), 'another one');
    const words = ['--repository', at('repository'), '--folder', at('release'), '--version', '1.0.0', '--start', 'main.js', '--journal', '1-4'];
    expect(await refused('add-release', ...words)).toEqual([1, expect.stringContaining('another name')]);
  });

  test('what is not in the catalogue can not be directed', async () => {
    const words = ['--repository', at('repository'), '--group', GROUP, '--version', '9.9.9', ...online()];
    expect(await refused('direct', ...words)).toEqual([1, expect.stringContaining('not in the catalogue')]);
  });

  test('called wrongly: status 2 and the right way', async () => {
    expect(await refused('direct', '--group', GROUP)).toEqual([2, expect.stringContaining('usage: npm run publish-release -- direct')]);
    expect(await refused('conquer')).toEqual([2, expect.stringContaining('expected one of')]);
  });
});

describe.skipIf(noSoftHsm() !== undefined)('with the catalogue’s key in an HSM', { timeout: 120_000 }, () => {
  test('it signs there, and terminal and launcher accept the signature', async () => {
    const token = newToken('catalogue');
    const home = mkdtempSync(join(tmpdir(), 'publishing-'));
    const at = (name: string): string => join(home, name);
    try {
      writeFileSync(at('password'), 'correct horse battery staple\n', { mode: 0o600 });
      const keys = ['--keys', at('keys'), '--password-file', at('password')];
      await publish(
        'make-key',
        '--name',
        'targets-1',
        '--keys',
        at('keys'),
        '--module',
        token.module,
        '--token',
        token.tokenLabel,
        '--pin-file',
        token.pinFile,
      );
      for (const name of ['root-1', 'snapshot-1', 'timestamp-1', 'director-1']) await publish('make-key', '--name', name, ...keys);
      expect(await publish('init', '--repository', at('repository'), ...keys)).toMatchObject({ missing: [] });
      mkdirSync(at('release'));
      writeFileSync(join(at('release'), 'main.js'), 'one');
      const words = ['--repository', at('repository'), '--folder', at('release'), '--version', '1.0.0', '--start', 'main.js', '--journal', '1-4'];
      expect(await publish('add-release', ...words, ...keys)).toMatchObject({ missing: [] });
      await publish('direct', '--repository', at('repository'), '--group', GROUP, '--version', '1.0.0', ...keys);
      const terminal = new TerminalPlace({ source: at('repository'), root: readFileSync(join(at('repository'), 'metadata', '1.root.json'), 'utf8') });
      terminal.now = Date.now();
      await terminal.prepare();
      expect(terminal.choose()).toMatchObject({ slot: '1.0.0', trial: true });
      terminal.end();
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });
});
