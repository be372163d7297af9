/**
 * A start on a journal of a million entries, of which upstream has receipted none, or all, beside one on a hundred: how long until the
 * journal is open and has answered all that recovery asks. In a process each, which ends as a kill ends it.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Figure, Setting } from './figure.ts';
import { makeMillion, receiptAll } from './million-journal.ts';
import { median } from './statistics.ts';

const MANY = 999_995; // the last top-up is in its middle
const FEW = 95;
const STARTS = 3;
const TARGET_MS = 5000;
/** Of the caretaker's questions, which come every half minute. */
const ROUND_TARGET_MS = 1;

const startSchema = z.object({ openMs: z.number(), roundMs: z.number(), open: z.literal(1), head: z.int() });
type Start = z.infer<typeof startSchema>;

export async function measureMillion({ data }: Pick<Setting, 'data'>): Promise<readonly Figure[]> {
  mkdirSync(data, { recursive: true });
  const folder = mkdtempSync(path.join(data, 'million-'));
  try {
    const [few, many] = [path.join(folder, 'few'), path.join(folder, 'many')];
    makeMillion(few, FEW);
    makeMillion(many, MANY);
    const [short, long] = [startsOn(few), startsOn(many)];
    receiptAll(many);
    const receipted = startsOn(many);
    const opening = (starts: readonly Start[]): number => median(starts.map(({ openMs }) => openMs));
    return [
      { name: 'start.million', value: opening(long), unit: 'ms', target: TARGET_MS },
      { name: 'start.million.receipted', value: opening(receipted), unit: 'ms', target: TARGET_MS },
      { name: 'start.million.ratio', value: opening(long) / opening(short), unit: '×' },
      { name: 'start.million.round', value: median(long.map(({ roundMs }) => roundMs)), unit: 'ms', target: ROUND_TARGET_MS },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The first one fills the machine's caches. */
function startsOn(folder: string): readonly Start[] {
  const child = path.join(import.meta.dirname, 'million-child.ts');
  const starts = Array.from({ length: STARTS + 1 }, () => startSchema.parse(JSON.parse(execFileSync(process.execPath, [child, folder], { encoding: 'utf8' }))));
  return starts.slice(1);
}
