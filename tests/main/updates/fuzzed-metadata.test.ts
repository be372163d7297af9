/**
 * Metadata that were changed anywhere: bits, missing and doubled pieces, values of another type, files in each other's place. The terminal refuses
 * them by a known code or, where the change says nothing, takes just what was signed; it never takes another thing and never throws otherwise. The
 * launcher, given proofs changed alike, starts what it knows. Each case is its number: the same one again is the same change.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { UpdateSource } from '../../../main/updates/source.ts';
import { UpdateError } from '../../../main/updates/update-error.ts';
import { choose } from '../../../resources/launcher/launcher.mjs';
import { Operator } from './operator.ts';
import { PowerCutDisk } from './power-cut-disk.ts';
import { GROUP, TerminalPlace } from './terminal-place.ts';

const CASES = 1000;
const PROOFS = 1000;
const INSTALL = '/install';

let operator: Operator;
let files: ReadonlyMap<string, Buffer>;
let fresh: PowerCutDisk;
let laidOut: PowerCutDisk;

beforeAll(async () => {
  operator = await Operator.begin({ targets: 2 });
  const root = operator.repository.rootText;
  await operator.release('1.0.0', { files: { 'main.js': 'one' } }, GROUP);
  fresh = new PowerCutDisk();
  const first = new TerminalPlace({ source: operator.folder, root, fs: fresh, folder: INSTALL });
  await first.prepare();
  first.runsWell();
  // a second root, so that roots are changed too
  operator.repository.renew('root');
  await operator.release('2.0.0', { files: { 'main.js': 'two' } }, GROUP);
  files = contentOf(operator.folder, '');
  laidOut = fresh.copy();
  await new TerminalPlace({ source: operator.folder, root, fs: laidOut, folder: INSTALL }).prepare();
}, 60_000);
afterAll(() => operator.end());

test(`${CASES} changed files of metadata`, { timeout: 300_000 }, async () => {
  const metadata = [...files.keys()].filter((path) => /^metadata\/(?:timestamp|[0-9]+\.(?:root|snapshot|targets|director))\.json$/.test(path)).filter(isAsked);
  const outcomes: Record<string, number> = {};
  for (let number = 1; number <= CASES; number += 1) {
    const random = numbers(number);
    const path = metadata[random(metadata.length)] ?? '';
    const served = new Map(files).set(path, changed(files.get(path) ?? Buffer.alloc(0), random, metadata));
    const disk = fresh.copy();
    const terminal = new TerminalPlace({ source: sourceOf(served), root: operator.repository.rootText, fs: disk, folder: INSTALL });
    const outcome = await terminal.prepare().then(
      (staged) => staged?.slot ?? 'nothing new',
      (error: unknown) => (error instanceof UpdateError ? error.code : `${path}, case ${number}: ${String(error)}`),
    );
    expect(['2.0.0', 'untrusted', 'expired', 'unreachable', 'unsuitable'], `${path}, case ${number}`).toContain(outcome);
    expect(['1.0.0', '2.0.0'], `${path}, case ${number}`).toContain(terminal.choose().slot);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  // most changes matter
  expect(outcomes['untrusted']).toBeGreaterThan(CASES / 2);
});

test(`${PROOFS} changed proofs and manifests on the disk: the launcher starts what proves`, () => {
  const root = operator.repository.rootText;
  for (let number = 1; number <= PROOFS; number += 1) {
    const random = numbers(number);
    const disk = laidOut.copy();
    const path = `${INSTALL}/releases/2.0.0/.slot/${random(2) === 0 ? 'proof' : 'manifest'}.json`;
    const before = disk.readFileSync(path);
    const after = changed(before, random, []);
    const handle = disk.openSync(path, 'w');
    disk.writeSync(handle, after);
    disk.closeSync(handle);
    const { slot } = choose(disk, { install: INSTALL, root });
    // a manifest is what was signed, byte for byte; a proof may say the same in other bytes
    if (path.includes('manifest') && !after.equals(before)) expect(slot, `case ${number}`).toBe('1.0.0');
    else expect(['1.0.0', '2.0.0'], `case ${number}`).toContain(slot);
  }
});

/** Metadata that this terminal asks for: those of now, and the root after its own. */
function isAsked(path: string): boolean {
  if (!/^metadata\/[0-9]/.test(path)) return true;
  const [, role = ''] = path.split('.');
  const version = Number.parseInt(path.slice('metadata/'.length), 10);
  const versions = [...files.keys()]
    .filter((other) => other.endsWith(`.${role}.json`) && other.startsWith('metadata/'))
    .map((other) => Number.parseInt(other.slice('metadata/'.length), 10));
  return version === Math.max(...versions);
}

function contentOf(folder: string, below: string): Map<string, Buffer> {
  return new Map(
    readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      return entry.isDirectory() ? [...contentOf(folder, path)] : [[path, readFileSync(join(folder, path))] as [string, Buffer]];
    }),
  );
}

function sourceOf(served: ReadonlyMap<string, Buffer>): UpdateSource {
  return {
    open: async (path, from) => {
      const content = served.get(path);
      return content === undefined ? undefined : { from, bytes: piece(content.subarray(from)) };
    },
  };
}

async function* piece(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}

type Numbers = (below: number) => number;

/** mulberry32 (Ettinger 2017). */
function numbers(seed: number): Numbers {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const WORDS = ['null', '[]', '{}', '-1', '1e999', '0.5', '""', '"\\u0000"', 'true', '9007199254740993', '"9999-12-31T00:00:00Z"', '[[[[[[[[]]]]]]]]'];

function changed(bytes: Buffer, random: Numbers, others: readonly string[]): Buffer {
  const at = random(bytes.length);
  const length = 1 + random(40);
  const text = bytes.toString('latin1');
  switch (random(others.length > 0 ? 8 : 7)) {
    case 0: {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << random(8));
      return flipped;
    }
    case 1:
      return bytes.subarray(0, at);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    case 3:
      return Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
    case 4:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from(Array.from({ length }, () => random(256))), bytes.subarray(at + length)]);
    case 5: {
      // one value, by another
      const values = [...text.matchAll(/:("[^"]*"|[0-9]+|true|\[\]|\{\})/g)];
      const value = values[random(values.length)];
      if (value === undefined) return Buffer.alloc(0);
      const word = WORDS[random(WORDS.length)] ?? '';
      return Buffer.from(`${text.slice(0, value.index)}:${word}${text.slice(value.index + value[0].length)}`, 'latin1');
    }
    case 6: {
      // one name, by another
      const names = [...text.matchAll(/"([a-z_]+)":/g)];
      const name = names[random(names.length)];
      if (name === undefined) return Buffer.alloc(0);
      const other = ['__proto__', 'constructor', 'keyids', 'signed', 'threshold', ''][random(6)] ?? '';
      return Buffer.from(`${text.slice(0, name.index)}"${other}":${text.slice(name.index + name[0].length)}`, 'latin1');
    }
    default:
      return files.get(others[random(others.length)] ?? '') ?? Buffer.alloc(0);
  }
}
