/**
 * The attacks that The Update Framework names (specification 1.5.2), each against a terminal that runs release 1.0.0 and would take 2.0.0, by
 * whoever holds the mirror, the line or one stolen key. Used by attacks.test.ts and `npm run update-demo`.
 */
import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sign as signBytes } from 'node:crypto';
import { targetOf } from '../../../common/release.ts';
import { folderSource, sourceLimits, type UpdateSource } from '../../../main/updates/source.ts';
import { manifestBytes, manifestOf } from '../../../fleet/publish/releases/release-folder.ts';
import { canonical } from './canonical.ts';
import { DAY, HERE, JOURNAL, Operator, type ReleaseText } from './operator.ts';
import { GROUP, TerminalPlace } from './terminal-place.ts';

export interface Scene {
  readonly operator: Operator;
  readonly terminal: TerminalPlace;
}

export interface Attack {
  readonly name: string;
  /** Codes of UpdateError by which it may be refused; the launcher's refusal counts as `launcher`. */
  readonly refusedAs: readonly string[];
  /** @throws {UpdateError} as it should */
  run(scene: Scene): Promise<unknown>;
}

const ONE: ReleaseText = { files: { 'main.js': 'one', 'lib/a.js': 'library' } };
const TWO: ReleaseText = { files: { 'main.js': 'two', 'lib/a.js': 'library' } };

/** Release 1.0.0 proven, nothing newer published. Two keys for catalogue and root, both of which must sign. */
export async function newScene(): Promise<Scene> {
  const operator = await Operator.begin({ root: 3, targets: 3 });
  await operator.release('1.0.0', ONE, GROUP);
  const terminal = new TerminalPlace({ source: operator.folder, root: operator.repository.rootText });
  await terminal.prepare();
  terminal.runsWell();
  return { operator, terminal };
}

export const attacks: readonly Attack[] = [
  {
    name: 'arbitrary software: the mirror exchanges a file of the release',
    refusedAs: ['untrusted'],
    run: async ({ operator, terminal }) => {
      const { files } = await operator.release('2.0.0', TWO, GROUP);
      const main = files.find(({ path }) => path === 'main.js')?.sha256 ?? '';
      writeFileSync(join(operator.folder, 'files', main.slice(0, 2), main), 'EVI');
      return terminal.prepare();
    },
  },
  {
    name: 'arbitrary software: the mirror exchanges the manifest',
    refusedAs: ['untrusted'],
    run: async ({ operator, terminal }) => {
      await operator.release('2.0.0', TWO, GROUP);
      for (const file of targetsNamed(operator, '2.0.0.json')) writeFileSync(file, readFileSync(file, 'utf8').replace('2.0.0', '2.0.1'));
      return terminal.prepare();
    },
  },
  {
    name: 'arbitrary software: a whole repository signed by other keys',
    refusedAs: ['untrusted'],
    run: async ({ terminal }) => {
      const evil = await Operator.begin({ root: 3, targets: 3 });
      try {
        for (let version = 0; version < 6; version += 1) await evil.publish(true);
        await evil.release('6.6.6', TWO, GROUP);
        terminal.source = folderSource(evil.folder);
        return await terminal.prepare();
      } finally {
        evil.end();
      }
    },
  },
  {
    name: 'rollback: yesterday’s metadata, still good, are shown again',
    refusedAs: ['untrusted'],
    run: async ({ operator, terminal }) => {
      const yesterday = copyOf(operator, 'yesterday');
      await operator.release('2.0.0', TWO, GROUP);
      await terminal.stage();
      terminal.source = folderSource(yesterday);
      return terminal.prepare();
    },
  },
  {
    name: 'freeze: the metadata stay the same until they are too old',
    refusedAs: ['expired'],
    run: async ({ operator, terminal }) => {
      const frozen = copyOf(operator, 'frozen');
      operator.now += 20 * DAY;
      await operator.release('2.0.0', TWO, GROUP);
      terminal.source = folderSource(frozen);
      terminal.now = operator.now;
      return terminal.prepare();
    },
  },
  {
    name: 'mix-and-match: the catalogue of yesterday under the snapshot of today',
    refusedAs: ['untrusted'],
    run: async ({ operator, terminal }) => {
      const before = latest(operator, 'targets');
      await operator.release('2.0.0', TWO, GROUP);
      writeFileSync(latest(operator, 'targets'), readFileSync(before));
      return terminal.prepare();
    },
  },
  {
    name: 'mix-and-match: the snapshot of yesterday under the timestamp of today',
    refusedAs: ['untrusted'],
    run: async ({ operator, terminal }) => {
      const before = latest(operator, 'snapshot');
      await operator.release('2.0.0', TWO, GROUP);
      writeFileSync(latest(operator, 'snapshot'), readFileSync(before));
      return terminal.prepare();
    },
  },
  {
    name: 'endless data: the timestamp never ends',
    refusedAs: ['untrusted'],
    run: async ({ operator, terminal }) => {
      terminal.source = endless(operator.folder, /timestamp\.json$/);
      return terminal.prepare();
    },
  },
  {
    name: 'endless data: a file of the release never ends',
    refusedAs: ['untrusted'],
    run: async ({ operator, terminal }) => {
      await operator.release('2.0.0', TWO, GROUP);
      terminal.source = endless(operator.folder, /^files\//);
      return terminal.prepare();
    },
  },
  {
    name: 'fast-forward: a stolen timestamp key signs the highest version there is; after the key is exchanged, updates go on',
    refusedAs: ['untrusted'],
    run: async ({ operator, terminal }) => {
      forge(join(operator.folder, 'metadata', 'timestamp.json'), { version: 2 ** 31 }, operator.keys.timestamp[0]);
      await terminal.stage();
      const thief = copyOf(operator, 'thief');
      const honest = await Operator.begin();
      operator.keys.timestamp = honest.keys.timestamp;
      operator.keys.snapshot = honest.keys.snapshot;
      honest.end();
      writeFileSync(join(operator.folder, 'metadata', 'timestamp.json'), timestampOf(operator, 90));
      for (const role of ['timestamp', 'snapshot'] as const)
        operator.repository.setKeys(role, { keys: operator.keys[role].map(({ key }) => key), threshold: 1 });
      await operator.publish();
      await operator.release('2.0.0', TWO, GROUP);
      const staged = await terminal.stage();
      if (staged?.slot !== '2.0.0') throw new Error('the terminal did not recover from the thief’s versions');
      terminal.source = folderSource(thief);
      return terminal.prepare();
    },
  },
  {
    name: 'extraneous software: the director, or whoever has its key, names a release that the catalogue does not',
    refusedAs: ['unsuitable'],
    run: async ({ operator, terminal }) => {
      await operator.direct(GROUP, { release: '6.6.6', configuration: null });
      return terminal.prepare();
    },
  },
  {
    name: 'extraneous software: the director’s key signs a release of its own',
    refusedAs: ['unsuitable'],
    run: async ({ operator, terminal }) => {
      const folder = join(operator.home, 'release-1.0.0');
      const evil = manifestOf(folder, { version: '6.6.6', platform: HERE, start: { path: 'main.js', by: 'node', args: [] }, journal: JOURNAL });
      operator.repository.direct(targetOf.release('6.6.6'), manifestBytes(evil));
      await operator.direct(GROUP, { release: '6.6.6', configuration: null });
      return terminal.prepare();
    },
  },
  {
    name: 'extraneous software: a file that nobody signed is put into the release on the disk',
    refusedAs: ['launcher'],
    run: async ({ operator, terminal }) => {
      await operator.release('2.0.0', TWO, GROUP);
      await terminal.prepare();
      writeFileSync(join(terminal.folder, 'releases', '2.0.0', 'lib', 'evil.js'), 'evil');
      return terminal.choose();
    },
  },
  {
    name: 'key threshold: one of two keys signs a catalogue',
    refusedAs: ['untrusted'],
    run: ({ operator, terminal }) => withCatalogueSignedBy(operator, terminal, [operator.keys.targets[0]]),
  },
  {
    name: 'key threshold: one key signs it twice',
    refusedAs: ['untrusted'],
    run: ({ operator, terminal }) => withCatalogueSignedBy(operator, terminal, [operator.keys.targets[0], operator.keys.targets[0]]),
  },
  {
    name: 'wrong keys: the catalogue is signed by the keys of the director and of the timestamp',
    refusedAs: ['untrusted'],
    run: ({ operator, terminal }) => withCatalogueSignedBy(operator, terminal, [operator.keys.director[0], operator.keys.timestamp[0]]),
  },
  {
    name: 'wrong keys: a new root that only its own new keys signed',
    refusedAs: ['untrusted'],
    run: async ({ operator, terminal }) => {
      const evil = await Operator.begin({ root: 3, targets: 3 });
      const root = JSON.parse(evil.repository.rootText) as Signed;
      root.signed['version'] = 2;
      evil.end();
      writeFileSync(join(operator.folder, 'metadata', '2.root.json'), signedText(root, evil.keys.root));
      return terminal.prepare();
    },
  },
  {
    name: 'slow retrieval: a file of the release comes byte by byte',
    refusedAs: ['slow'],
    run: async ({ operator, terminal }) => {
      await operator.release('2.0.0', { files: { ...TWO.files, 'large.js': 'x'.repeat(4000) } }, GROUP);
      const clock = steppingClock();
      terminal.clock = clock;
      terminal.source = changed(operator.folder, /^files\//, (bytes) => drip(bytes, () => clock.step(1000)));
      return terminal.prepare();
    },
  },
  {
    name: 'slow retrieval: the timestamp never comes',
    refusedAs: ['slow'],
    run: async ({ operator, terminal }) => {
      const clock = steppingClock();
      terminal.clock = clock;
      terminal.source = changed(operator.folder, /timestamp\.json$/, (bytes) => drip(bytes, () => clock.step(sourceLimits.metadata)));
      return terminal.prepare();
    },
  },
];

/** The eight that The Update Framework names, and the wrong keys. */
export const attackClasses: readonly string[] = [...new Set(attacks.map(({ name }) => name.split(':')[0] ?? ''))];

/** @returns by what it was refused; `taken` when it was not */
export async function judged(attack: Attack, scene: Scene): Promise<string> {
  try {
    const outcome = await attack.run(scene);
    const slot = typeof outcome === 'object' && outcome !== null && 'slot' in outcome ? outcome.slot : undefined;
    return attack.refusedAs.includes('launcher') && slot === '1.0.0' ? 'launcher' : 'taken';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : `broke: ${String(error)}`;
  }
}

interface Signed {
  signatures: { keyid: string; sig: string }[];
  signed: Record<string, unknown>;
}

type Thief = Operator['keys']['root'][number] | undefined;

function signedText({ signed }: Signed, thieves: readonly Thief[]): string {
  const bytes = Buffer.from(canonical(signed));
  const signatures = thieves.flatMap((thief) =>
    thief === undefined ? [] : [{ keyid: thief.key.keyID, sig: signBytes(null, bytes, thief.privateKey).toString('hex') }],
  );
  return JSON.stringify({ signatures, signed });
}

function forge(file: string, change: object, thief: Thief): void {
  const metadata = JSON.parse(readFileSync(file, 'utf8')) as Signed;
  Object.assign(metadata.signed, change);
  writeFileSync(file, signedText(metadata, [thief]));
}

/** A catalogue that names 2.0.0, with signatures of the attacker's choice; snapshot and timestamp are the attacker's too. */
export async function withCatalogueSignedBy(operator: Operator, terminal: TerminalPlace, thieves: readonly Thief[]): Promise<unknown> {
  await operator.release('2.0.0', TWO, GROUP);
  const file = latest(operator, 'targets');
  writeFileSync(file, signedText(JSON.parse(readFileSync(file, 'utf8')) as Signed, thieves));
  return terminal.prepare();
}

/** As the operator signs it, with a version that it may go on from. */
function timestampOf(operator: Operator, version: number): string {
  const metadata = JSON.parse(readFileSync(join(operator.folder, 'metadata', 'timestamp.json'), 'utf8')) as Signed;
  return signedText({ ...metadata, signed: { ...metadata.signed, version } }, [operator.keys.timestamp[0]]);
}

function latest(operator: Operator, role: string): string {
  const folder = join(operator.folder, 'metadata');
  const versions = readdirSync(folder).flatMap((name) => (name.endsWith(`.${role}.json`) ? [Number.parseInt(name, 10)] : []));
  return join(folder, `${Math.max(...versions)}.${role}.json`);
}

function targetsNamed(operator: Operator, ending: string): readonly string[] {
  const folder = join(operator.folder, 'targets', 'releases');
  return readdirSync(folder).flatMap((name) => (name.endsWith(ending) ? [join(folder, name)] : []));
}

function copyOf(operator: Operator, name: string): string {
  const to = join(operator.home, name);
  rmSync(to, { recursive: true, force: true });
  cpSync(operator.folder, `${to}.new`, { recursive: true });
  renameSync(`${to}.new`, to);
  return to;
}

/** A source that is honest but for some paths. */
export function changed(folder: string, which: RegExp, change: (bytes: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>): UpdateSource {
  const honest = folderSource(folder);
  return {
    open: async (path, from, signal) => {
      const opened = await honest.open(path, from, signal);
      return opened === undefined || !which.test(path) ? opened : { ...opened, bytes: change(opened.bytes) };
    },
  };
}

function endless(folder: string, which: RegExp): UpdateSource {
  return changed(folder, which, async function* forever(bytes) {
    yield* bytes;
    for (;;) yield Buffer.alloc(4096, 0x20);
  });
}

async function* drip(bytes: AsyncIterable<Uint8Array>, wait: () => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes)
    for (const byte of chunk) {
      wait();
      yield Uint8Array.of(byte);
    }
}

/** Goes on when it is told to; timers fire then. */
function steppingClock() {
  let now = 0;
  let last = 0;
  const timers = new Map<number, { readonly at: number; readonly callback: () => void }>();
  return {
    now: () => now,
    monotonic: () => now,
    setTimeout: (callback: () => void, ms: number) => {
      last += 1;
      timers.set(last, { at: now + ms, callback });
      return last;
    },
    clearTimeout: (timer: unknown) => void timers.delete(timer as number),
    step: (ms: number) => {
      now += ms;
      for (const [id, { at, callback }] of timers)
        if (at <= now) {
          timers.delete(id);
          callback();
        }
    },
  };
}
