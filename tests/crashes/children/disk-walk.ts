/**
 * Under disk-shim: one short life of a journal, over and over, each time with another of its system calls failing, until every call has
 * failed once. Argument: the setting as JSON. Prints one JSON line. Started by disk-failures.ts.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { JournalError, type JournalErrorCode } from '../../../main/journal/journal-error.ts';
import type { Journal } from '../../../main/journal/journal.ts';
import { afterwards, journalFile, oneTopUp, openBooks, type Acknowledged } from '../books.ts';
import { DiskControl } from '../disk-shim.ts';
import { afterPruning, pruneOldBooks, writeOldBooks, type OldBooks } from '../old-books.ts';
import type { DiskWalk, WalkSetting } from '../disk-failures.ts';

const { folder, control, life, errno, lasting, secondSync, from, stride } = JSON.parse(process.argv[2] ?? '') as WalkSetting;
const disk = new DiskControl(control);
let old: OldBooks | undefined;
const before: readonly Acknowledged[] = life === 'first' ? [] : prepare();

const codes: Partial<Record<JournalErrorCode, number>> = {};
const problems: string[] = [];
let runs = 0;
let cuts = 0;
for (let call = from; failsAt(call); call += stride) runs += 1;
const said: DiskWalk = { runs, codes, problems, cuts };
process.stdout.write(JSON.stringify(said));

/** @returns whether the life had so many calls at all */
function failsAt(call: number): boolean {
  renew();
  const acknowledged = [...before];
  disk.failAt(call, lasting ? Number.MAX_SAFE_INTEGER : call, errno);
  const troubles = live(acknowledged);
  const made = disk.calls();
  disk.sound();
  const found = [...troubles, ...afterwards(folder, 9, acknowledged, life === 'damaged'), ...prunedWrongly()];
  for (const problem of found) problems.push(`call ${call}: ${problem}`);
  return made >= call;
}

function prunedWrongly(): readonly string[] {
  if (old === undefined) return [];
  const { pruned, problems: found } = afterPruning(folder, old);
  if (pruned) cuts += 1;
  return found;
}

/** Opens, writes a top-up, signs, closes, as far as the disk lets it. Answers what should not have happened. */
function live(acknowledged: Acknowledged[]): readonly string[] {
  let journal: Journal;
  try {
    journal = openBooks(folder, 2, { secondSync });
  } catch (error) {
    return refusal(error);
  }
  const found: string[] = life === 'pruning' ? [...prune(journal, acknowledged)] : [];
  for (const entry of journal.mustReopen ? [] : oneTopUp(1)) {
    try {
      const { seq, hash } = journal.append(entry);
      acknowledged.push({ epoch: journal.epoch, seq, hash });
    } catch (error) {
      found.push(...refusal(error), ...afterRefusal(journal));
      break;
    }
  }
  journal.close();
  return found;
}

function prune(journal: Journal, acknowledged: Acknowledged[]): readonly string[] {
  try {
    pruneOldBooks(journal, (announced) => acknowledged.push(announced));
    return [];
  } catch (error) {
    return [...refusal(error), ...afterRefusal(journal)];
  }
}

/** A journal that may not know what is on the disk takes nothing more. */
function afterRefusal(journal: Journal): readonly string[] {
  if (!journal.mustReopen) return [];
  try {
    journal.append({ kind: 'terminal.stopped', body: { reason: 'night' } });
    return ['an entry was taken after the disk had failed'];
  } catch (error) {
    return refusal(error);
  }
}

function refusal(error: unknown): readonly string[] {
  if (!(error instanceof JournalError)) return [`not a JournalError: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`];
  codes[error.code] = (codes[error.code] ?? 0) + 1;
  return error.code === 'full' || error.code === 'io' ? [] : [`the failing disk is called ${error.code}: ${error.message}`];
}

/** What a first life left when its process was killed, beside the folder: the last entries are in the log only. */
function prepare(): readonly Acknowledged[] {
  const journal = openBooks(folder, 1, { secondSync: 'each' });
  old = life === 'pruning' ? writeOldBooks(journal) : undefined;
  const acknowledged =
    old?.acknowledged ??
    oneTopUp(0).map((entry) => {
      const { seq, hash } = journal.append(entry);
      return { epoch: 1, seq, hash };
    });
  mkdirSync(`${folder}.before`);
  for (const file of readdirSync(folder))
    if (!file.endsWith('-lock') && !file.endsWith('-shm')) copyFileSync(path.join(folder, file), path.join(`${folder}.before`, file));
  journal.close();
  if (life === 'damaged') spoil(journalFile(`${folder}.before`));
  return acknowledged;
}

function spoil(file: string): void {
  const bytes = readFileSync(file);
  bytes.fill(0xa5, Math.floor(bytes.length / 3));
  writeFileSync(file, bytes);
  rmSync(`${file}-wal`, { force: true });
}

function renew(): void {
  for (const file of readdirSync(folder)) rmSync(path.join(folder, file));
  if (life !== 'first') for (const file of readdirSync(`${folder}.before`)) copyFileSync(path.join(`${folder}.before`, file), path.join(folder, file));
}
