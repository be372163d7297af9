import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { businessDates } from '../../../common/business-date.ts';
import { freeSpace, judgeSpace } from '../../../main/journal/free-space.ts';
import { toJournalError } from '../../../main/journal/journal-error.ts';
import { readSecondCopy } from '../../../main/journal/second-copy.ts';
import { projectRoot } from '../../launcher/run-tool.ts';
import { append, Bench, START, STOP } from './bench.ts';

describe('the business date', () => {
  test.each([
    ['Asia/Shanghai', '2026-11-22T15:59:59.999Z', '2026-11-22'],
    ['Asia/Shanghai', '2026-11-22T16:00:00.000Z', '2026-11-23'],
    ['Asia/Urumqi', '2026-12-31T17:59:59.999Z', '2026-12-31'],
    ['UTC', '2026-03-01T00:00:00.000Z', '2026-03-01'],
  ])('in %s at %s is %s', (zone, at, date) => {
    expect(businessDates(zone)(Date.parse(at))).toBe(date);
  });
  test('changes with the minute that changes the day, also when the clock goes back', () => {
    const date = businessDates('Asia/Shanghai');
    const midnight = Date.parse('2026-11-22T16:00:00.000Z');
    expect([midnight - 1, midnight, midnight - 60_000].map(date)).toEqual(['2026-11-22', '2026-11-23', '2026-11-22']);
  });
  test('of a zone that does not exist is an error at once', () => {
    expect(() => businessDates('Asia/Nowhere')).toThrow(RangeError);
  });
});

describe('free space', () => {
  const MiB = 1024 * 1024;
  test.each([
    ['plenty', 600 * MiB, 4000 * MiB, false],
    ['exactly 512 MiB of a small disk', 512 * MiB, 4000 * MiB, false],
    ['less than 512 MiB', 512 * MiB - 1, 1000 * MiB, true],
    ['less than a tenth of a large disk', 9_999 * MiB, 100_000 * MiB, true],
    ['exactly a tenth', 10_000 * MiB, 100_000 * MiB, false],
  ])('%s', (_what, free, total, low) => {
    expect(judgeSpace(free, total)).toEqual({ free, total, low });
  });
  test('of a real folder is a part of its disk; of none is an error', () => {
    const { free, total } = freeSpace(tmpdir());
    expect(free).toBeGreaterThan(0);
    expect(free).toBeLessThanOrEqual(total);
    expect(() => freeSpace('/nowhere')).toThrow(/free space of \/nowhere/);
  });
});

describe('an error of disk or database', () => {
  test.each([
    ['SQLITE_FULL', 'full'],
    ['ENOSPC', 'full'],
    ['SQLITE_IOERR_FSYNC', 'io'],
    ['EIO', 'io'],
    ['SQLITE_CANTOPEN', 'io'],
    ['SQLITE_CORRUPT_INDEX', 'corrupt'],
    ['SQLITE_NOTADB', 'corrupt'],
    ['SQLITE_BUSY', 'locked'],
    ['ENOENT', 'notFound'],
  ])('%s is %s', (code, expected) => {
    const cause = Object.assign(new Error('it broke'), { code });
    expect(toJournalError(cause, 'appending')).toMatchObject({ code: expected, message: `appending: it broke (${code})`, cause });
  });
});

describe('a second file on another partition', () => {
  test('is written and synced with every append, unless configured otherwise', () => {
    const bench = new Bench();
    const out = join(projectRoot, 'out');
    mkdirSync(out, { recursive: true });
    const parent = ['/dev/shm', out].find((other) => statSync(other).dev !== statSync(bench.folder).dev);
    if (parent === undefined) throw new Error('there is no other partition');
    const folder = mkdtempSync(join(parent, 'journal-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const secondPath = join(folder, 'second');
    const journal = bench.open({ secondPath });
    append(journal, [START, STOP]);
    expect(readSecondCopy(secondPath)?.links).toHaveLength(2);
  });
});
