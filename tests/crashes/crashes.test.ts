/** The short form of `npm run crashes`: the same code on fewer kills, states and flips, with a new seed in each run, which is told on failure. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { cutLog, flipBits } from './damage.ts';
import { DISK_FAILURES, walkDisk } from './disk-failures.ts';
import { shimMissing } from './disk-shim.ts';
import { kill } from './kills.ts';
import { cutPower } from './power-cuts.ts';

const seed = Date.now() % 2 ** 31;
const missing = shimMissing();
/** A real disk may take a second a sync when others use it, and none of these states depends on which disk it is. */
const PATIENCE = 240_000;

function folder(): string {
  const made = mkdtempSync(path.join(tmpdir(), 'crashes-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

test('killed at random moments: no acknowledged entry is lost, and at most one more is there', { timeout: PATIENCE }, async () => {
  const kills = Number(process.env['KILLS'] ?? 24);
  const report = await kill({ data: folder(), kills, seed, lanes: 2 });
  expect(report.problems, `seed ${seed}`).toEqual([]);
  expect(report).toMatchObject({ kills });
});

describe('every system call that fails', () => {
  const lives = (['first', 'second', 'damaged', 'pruning'] as const).flatMap((life) => DISK_FAILURES.map((failure) => ({ life, ...failure })));
  // One in so many calls, others in each run; `npm run crashes` takes them all.
  const stride = 83;

  test.for(lives)(
    '$name, in a $life life: nothing acknowledged is lost, and nothing is taken after it',
    { timeout: PATIENCE },
    async ({ life, errno, lasting }, context) => {
      context.skip(missing !== undefined, `not run: ${missing ?? ''}`);
      const from = 1 + (seed % stride);
      const walk = await walkDisk(folder(), { life, errno, lasting, secondSync: seed % 2 === 0 ? 'each' : 'checkpoint', from, stride });
      expect(walk.problems, `from call ${from}, seed ${seed}`).toEqual([]);
      expect(walk.runs).toBeGreaterThan(0);
    },
  );
});

describe('the power is cut after any call', () => {
  test.for(['sound', 'damaged', 'pruning'] as const)(
    'of a %s journal: every state that may be left has all that was acknowledged',
    { timeout: PATIENCE },
    (life, context) => {
      context.skip(missing !== undefined, `not run: ${missing ?? ''}`);
      const report = cutPower(folder(), { life, secondSync: seed % 2 === 0 ? 'each' : 'checkpoint', seed, states: 80 });
      expect(report.problems, `seed ${seed}`).toEqual([]);
      expect(report.states).toBeGreaterThan(30);
    },
  );
});

describe('damage', () => {
  test('of any bit is found, or changes nothing; what was acknowledged is not lost', { timeout: PATIENCE }, () => {
    const report = flipBits(folder(), { count: 120, seed });
    expect(report.problems, `seed ${seed}`).toEqual([]);
    expect(report.found).toBeGreaterThan(0);
    expect(report.replaced).toBeGreaterThan(0);
  });

  test('of the log, cut short anywhere: the second file proves what is gone', { timeout: PATIENCE }, () => {
    const report = cutLog(folder(), 1499);
    expect(report.problems).toEqual([]);
    expect(report.replaced).toBe(report.tried);
  });
});
