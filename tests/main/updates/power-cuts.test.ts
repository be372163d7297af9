/**
 * The power goes at every call by which an update touches the disk — from the first byte fetched to the release being proven, or given up — before
 * the call or in the middle of a write, with what was not synced lost, kept, or torn apart. What starts then is the old or the new release, whole; a good
 * release is never held for a bad one, and the next try brings it; the journal beside it is what it was.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { choose, confirm, MAX_STARTS, verifySlot } from '../../../resources/launcher/launcher.mjs';
import { Operator } from './operator.ts';
import { PowerCut, PowerCutDisk, type Unsynced } from './power-cut-disk.ts';
import { GROUP, TerminalPlace } from './terminal-place.ts';

const INSTALL = '/install';
const JOURNAL = '/data/journal.sqlite';
/** What becomes of what was not synced; the seeds were taken at random, once. */
const FATES: readonly Unsynced[] = ['lost', 'kept', ...[11, 4711, 90210, 271828, 314159, 602214, 137036, 299792].map((seed) => ({ seed }))];
const [OLD, NEW] = ['1.0.0', '2.0.0'];

type Story = (terminal: TerminalPlace) => Promise<void>;

/** Fetched, laid out, named, started, proven. */
const succeeds: Story = async (terminal) => {
  await terminal.prepare();
  terminal.runsWell();
};
/** Started as often as it may be, without ever being proven; then the old one is started. */
const fails: Story = async (terminal) => {
  await terminal.prepare();
  for (let start = 0; start <= MAX_STARTS; start += 1) terminal.choose();
};

let operator: Operator;
let before: PowerCutDisk;
let points = 0;

beforeAll(async () => {
  operator = await Operator.begin();
  const files = (version: string): Record<string, string> => ({
    'main.js': `this is ${version}`,
    'main/chunk.js': `a chunk of ${version}`,
    'main/journal-check.js': 'the same in both',
    ...Object.fromEntries(
      Array.from({ length: 48 }, (_, index) => [`resources/locales/part-${index}.json`, index % 2 === 0 ? `${version} ${index}` : String(index)]),
    ),
  });
  await operator.release(OLD, { files: files(OLD) }, GROUP);
  before = new PowerCutDisk();
  before.mkdirSync('/data');
  const handle = before.openSync(JOURNAL, 'w');
  before.writeSync(handle, Buffer.from('rows'));
  before.fsyncSync(handle);
  await succeeds(on(before));
  before = before.copy();
  await operator.release(NEW, { files: files(NEW) }, GROUP);
}, 60_000);
afterAll(() => {
  operator.end();
  process.stdout.write(`power cuts: ${points} points\n`);
});

describe.each([
  ['an update that succeeds', succeeds, true],
  ['an update that fails on trial', fails, false],
] as const)('%s', (_, story, good) => {
  test('cut anywhere, the old or the new release starts whole, and the next try ends well', { timeout: 600_000 }, async () => {
    const counting = before.copy();
    await story(on(counting));
    const calls = counting.calls;
    expect(calls).toBeGreaterThan(150);
    for (let cutAt = 1; cutAt <= calls; cutAt += 1)
      for (const inside of counting.writes.has(cutAt) ? [false, true] : [false]) {
        const disk = await cut(story, cutAt, inside);
        for (const unsynced of FATES) {
          const left = disk.afterCut(unsynced);
          startsWhole(left, `${cutAt}${inside ? ' inside' : ''}, ${JSON.stringify(unsynced)}`);
          points += 1;
          if (good) expect(on(left).state().failed).toEqual([]);
          if (unsynced === 'lost') await endsWell(left, good);
        }
      }
  });
});

test('more than 5,000 points were tried', () => {
  expect(points).toBeGreaterThan(5000);
});

test('a disk on which nothing is synced before it is named would be found out: the cut disk loses what was not synced', () => {
  const disk = before.copy();
  const handle = disk.openSync(`${INSTALL}/state.json.new`, 'w');
  disk.writeSync(handle, Buffer.from('{}'));
  disk.closeSync(handle);
  disk.renameSync(`${INSTALL}/state.json.new`, `${INSTALL}/state.json`);
  expect(JSON.parse(disk.afterCut('lost').readFileSync(`${INSTALL}/state.json`).toString())).toMatchObject({ slot: OLD });
  expect(disk.afterCut('kept').readFileSync(`${INSTALL}/state.json`).toString()).toBe('{}');
});

async function cut(story: Story, cutAt: number, inside: boolean): Promise<PowerCutDisk> {
  const disk = before.copy();
  disk.cutAt = cutAt;
  disk.cutInside = inside;
  try {
    await story(on(disk));
  } catch (error) {
    if (!isCut(error)) throw error;
    return disk;
  }
  throw new Error(`the power did not go at call ${cutAt}`);
}

/** A torn call is a write; the installer may wrap what the disk threw. */
function isCut(error: unknown): boolean {
  return error instanceof PowerCut || (error instanceof Error && isCut(error.cause));
}

function startsWhole(disk: PowerCutDisk, where: string): void {
  const { place, root } = on(disk);
  const { slot = '', folder = '' } = choose(disk, place);
  expect([OLD, NEW], where).toContain(slot);
  verifySlot(disk, folder, root); // throws what is not whole
  expect(disk.readFileSync(JOURNAL).toString(), where).toBe('rows');
  confirm(disk, place, slot);
}

/** It is proven, or the update is tried once more. */
async function endsWell(disk: PowerCutDisk, good: boolean): Promise<void> {
  const terminal = on(disk);
  await terminal.prepare().catch((error: unknown) => {
    if (good || !(error instanceof Error && 'code' in error && error.code === 'failedBefore')) throw error;
  });
  expect(good ? [NEW] : [OLD, NEW]).toContain(terminal.runsWell());
}

function on(disk: PowerCutDisk): TerminalPlace {
  return new TerminalPlace({ source: operator.folder, root: operator.repository.rootText, fs: disk, folder: INSTALL });
}
