/** What is counted of answers: kept over a restart, nothing else than counts, and no trouble for anybody when it can't be kept. */
import Database from 'better-sqlite3';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { daysBefore, openAnswerCounts, type AnswerCounts } from '../../../main/support/answer-counts.ts';

let folder: string;
let file: string;
let troubles: string[];
const open = (): AnswerCounts => openAnswerCounts(file, ({ message }) => troubles.push(message));

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'answer-counts-'));
  file = path.join(folder, 'answer-counts.sqlite');
  troubles = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

it('counts by day and answer, and remembers after a restart', () => {
  const before = open();
  before.count('2026-11-20', 'card-lost', 'views');
  before.count('2026-11-21', 'card-lost', 'views');
  before.count('2026-11-21', 'card-lost', 'solved');
  before.count('2026-11-21', 'invoice', 'views');
  before.close();
  const after = open();
  expect(Object.fromEntries(after.viewsSince('2026-11-20'))).toEqual({ 'card-lost': 2, invoice: 1 });
  expect(Object.fromEntries(after.viewsSince('2026-11-21'))).toEqual({ 'card-lost': 1, invoice: 1 });
  after.close();
  expect(troubles).toEqual([]);
  const db = new Database(file, { readonly: true });
  expect(db.prepare('SELECT * FROM answer_counts ORDER BY date, answer_id').all()).toEqual([
    { date: '2026-11-20', answer_id: 'card-lost', views: 1, solved: 0, unsolved: 0 },
    { date: '2026-11-21', answer_id: 'card-lost', views: 1, solved: 1, unsolved: 0 },
    { date: '2026-11-21', answer_id: 'invoice', views: 1, solved: 0, unsolved: 0 },
  ]);
  db.close();
});

it('keeps counts for 400 days and no longer', () => {
  const counts = open();
  counts.count('2026-01-01', 'invoice', 'views');
  counts.count(daysBefore('2027-02-05', 0), 'invoice', 'views');
  expect(counts.viewsSince('2020-01-01').get('invoice')).toBe(2);
  counts.count('2027-02-06', 'invoice', 'unsolved');
  expect(counts.viewsSince('2020-01-01').get('invoice')).toBe(1);
  counts.close();
});

it('sets a damaged file aside and begins anew', () => {
  writeFileSync(file, 'no database at all '.repeat(100));
  const counts = open();
  counts.count('2026-11-20', 'invoice', 'views');
  expect(counts.viewsSince('2026-11-20').get('invoice')).toBe(1);
  counts.close();
  expect(troubles).toHaveLength(1);
  expect(readFileSync(`${file}.damaged`, 'utf8')).toContain('no database at all');
});

it('sets a file of another kind, or of a newer release, aside', () => {
  for (const [version, application] of [
    [1, 7],
    [99, 0x594b5453],
  ]) {
    const other = new Database(file);
    other.exec('CREATE TABLE other (a)');
    other.pragma(`application_id = ${application}`);
    other.pragma(`user_version = ${version}`);
    other.close();
    const counts = open();
    counts.count('2026-11-20', 'invoice', 'views');
    expect(counts.viewsSince('2026-11-20').get('invoice')).toBe(1);
    counts.close();
    rmSync(file);
  }
  expect(troubles).toEqual([expect.stringContaining('holds no counts of answers'), expect.stringContaining('newer release')]);
});

it('counts in memory where there is no disk for it', () => {
  file = path.join(folder, 'no', 'such', 'folder', 'counts.sqlite');
  const counts = open();
  counts.count('2026-11-20', 'invoice', 'views');
  expect(counts.viewsSince('2026-11-20').get('invoice')).toBe(1);
  counts.close();
  expect(existsSync(file)).toBe(false);
  expect(troubles).toHaveLength(2);
});

it('says what it could not keep, and goes on', () => {
  const counts = open();
  counts.close();
  expect(() => counts.count('2026-11-20', 'invoice', 'views')).not.toThrow();
  expect(counts.viewsSince('2026-11-20').size).toBe(0);
  expect(troubles).toHaveLength(2);
});
