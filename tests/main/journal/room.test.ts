/** What a journal needs of a disk: measured on real files, and what FORMAT.md ("Room") says of 90 days without a network and of ten years. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { LEAST_FREE_BYTES, LEAST_FREE_SHARE } from '../../../main/journal/free-space.ts';
import { projectRoot } from '../../launcher/run-tool.ts';
import { topUpEntries } from '../../speed/top-up-entries.ts';
import { append, Bench } from './bench.ts';

const ENTRIES_OF_A_TOP_UP = topUpEntries(0).length;
/** Enough that the files' first pages don't count. */
const TOP_UPS = 60;

/** 125 top-ups of 12 entries: fleet/load/top-up-rows.ts. */
const ENTRIES_A_DAY = 1500;

const format = readFileSync(path.join(projectRoot, 'main', 'journal', 'FORMAT.md'), 'utf8');
const [, room = ''] = format.split('\n## Room\n');

/** A number of the section, by the words behind it. */
function said(words: string): number {
  const [, number] = new RegExp(`([\\d,.]+) ${words}`).exec(room) ?? [];
  return z.number().parse(Number(number?.replaceAll(',', '')));
}

/** Sizes of journal and second file, bytes, after so many top-ups more, none of them receipted. */
function grown(bench: Bench, from: number): { readonly journal: number; readonly second: number } {
  const journal = bench.open();
  for (let number = from; number < from + TOP_UPS; number += 1) append(journal, topUpEntries(number));
  journal.close();
  return { journal: statSync(bench.path).size, second: statSync(bench.secondPath).size };
}

test('an entry takes what the document says, in the journal and in the second file, which keeps what upstream does not have', () => {
  const bench = new Bench();
  const [first, then] = [grown(bench, 0), grown(bench, TOP_UPS)];
  const entries = TOP_UPS * ENTRIES_OF_A_TOP_UP;
  const bytes = { journal: (then.journal - first.journal) / entries, second: (then.second - first.second) / entries };
  expect(bytes.journal).toBeLessThanOrEqual(said('bytes in the journal'));
  expect(bytes.second).toBeLessThanOrEqual(said('bytes in the second file'));
  // and it does not say much more than is true
  expect(bytes.journal).toBeGreaterThan(said('bytes in the journal') / 2);
  expect(bytes.second).toBeGreaterThan(said('bytes in the second file') / 2);
});

test('90 days without a network, and ten years with one, fit on the disk that the document asks for, and selling does not stop', () => {
  const inJournal = said('bytes in the journal');
  const offline = 90 * ENTRIES_A_DAY * (inJournal + said('bytes in the second file'));
  const tenYears = 3653 * ENTRIES_A_DAY * inJournal;
  expect(said('MB for 90 days')).toBe(Math.ceil(offline / 1e6));
  expect(said('GB for ten years')).toBe(Math.ceil(tenYears / 1e8) / 10);
  const disk = said('GB that the terminal may use') * 1e9;
  expect(disk - tenYears - offline).toBeGreaterThan(Math.max(LEAST_FREE_BYTES, disk * LEAST_FREE_SHARE));
});
