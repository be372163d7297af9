/**
 * Damage to a small journal's files: single flipped bits, a log cut short at any byte. What verify passes holds the very same rows; what
 * the terminal starts on loses nothing that was acknowledged. Used by main.ts and damage.test.ts.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { withContent } from '../../main/journal/content.ts';
import { RECEIPT_TYPE } from '../../common/upstream-api/journal.ts';
import { JournalError } from '../../main/journal/journal-error.ts';
import { verifyJournal } from '../../main/journal/verify.ts';
import { Dice } from '../fuzz/generate.ts';
import { journalFile, KEY, lost, oneTopUp, openBooks, type Acknowledged } from './books.ts';

export interface DamageReport {
  readonly tried: number;
  /** How many different ones there are. */
  readonly possible: number;
  /** Damage that verify found, or that kept the file from being read. */
  readonly found: number;
  /** Damage for which the terminal set the journal aside and went on in a new epoch. */
  readonly replaced: number;
  readonly problems: readonly string[];
}

interface Sample {
  /** File name → bytes. */
  readonly files: ReadonlyMap<string, Buffer>;
  readonly acknowledged: readonly Acknowledged[];
}

/** A journal whose last ten entries are in its log only, and its second file, which has them all. */
function sample(home: string): Sample {
  const folder = path.join(home, 'sample');
  mkdirSync(folder);
  const acknowledged: Acknowledged[] = [];
  const write = (life: number, keep: () => void): void => {
    const journal = openBooks(folder, life, { secondSync: 'each' });
    for (const entry of oneTopUp(life)) {
      const { seq, hash } = journal.append(entry);
      acknowledged.push({ epoch: 1, seq, hash });
    }
    keep();
    journal.close();
  };
  let files: Sample['files'] = new Map();
  write(1, () => undefined);
  write(
    2,
    () => (files = new Map(['journal.sqlite', 'journal.sqlite-wal', 'journal.sqlite.second'].map((file) => [file, readFileSync(path.join(folder, file))]))),
  );
  return { files, acknowledged: [...acknowledged] };
}

/** @param parent where the files come to lie; @param count bits, spread over all three files by the seed */
export function flipBits(parent: string, { count, seed }: { readonly count: number; readonly seed: number }): DamageReport {
  return withSample(parent, (trial, { files }) => {
    const dice = new Dice(seed);
    const possible = [...files.values()].reduce((sum, bytes) => sum + bytes.length * 8, 0);
    const step = Math.max(1, possible / count);
    for (let sampled = 0; sampled < count; sampled += 1) {
      let bit = Math.min(possible - 1, Math.floor(sampled * step) + dice.below(Math.ceil(step)));
      const [file, bytes] = [...files].find(([, candidate]) => {
        if (bit < candidate.length * 8) return true;
        bit -= candidate.length * 8;
        return false;
      }) ?? ['', Buffer.alloc(0)];
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      trial.run(`bit ${bit} of ${file}`, new Map([...files, [file, flipped]]));
    }
    return possible;
  });
}

/** @param stride bytes between two cuts: 1 for every one */
export function cutLog(parent: string, stride: number): DamageReport {
  return withSample(parent, (trial, { files }) => {
    const log = files.get('journal.sqlite-wal') ?? Buffer.alloc(0);
    for (let length = 0; length < log.length; length += stride)
      trial.run(`the log cut at ${length}`, new Map([...files, ['journal.sqlite-wal', log.subarray(0, length)]]));
    return log.length;
  });
}

function withSample(parent: string, work: (trial: Trial, sample: Sample) => number): DamageReport {
  const home = mkdtempSync(path.join(parent, 'damage-'));
  try {
    const made = sample(home);
    const trial = new Trial(path.join(home, 'trial'), made);
    const possible = work(trial, made);
    const { tried, found, replaced, problems } = trial;
    return { tried, possible, found, replaced, problems };
  } finally {
    rmSync(home, { recursive: true });
  }
}

interface Content {
  readonly entries: readonly string[];
  readonly rest: unknown;
}

class Trial {
  tried = 0;
  found = 0;
  replaced = 0;
  readonly problems: string[] = [];
  readonly #folder: string;
  readonly #acknowledged: readonly Acknowledged[];
  readonly #good: Content;
  /** Upstream's, for the last entry. */
  readonly #receipt: string;

  constructor(folder: string, { files, acknowledged }: Sample) {
    this.#folder = folder;
    this.#acknowledged = acknowledged;
    mkdirSync(folder);
    this.#put(files);
    this.#good = this.#content();
    const { epoch = 0, seq = 0, hash = '' } = acknowledged.at(-1) ?? {};
    this.#receipt = KEY.signJws(RECEIPT_TYPE, { terminalId: 'T-0001', epoch, upToSeq: seq, headHash: hash, at: Date.UTC(2026, 10, 22) });
  }

  run(what: string, files: ReadonlyMap<string, Buffer>): void {
    this.tried += 1;
    this.#put(files);
    try {
      const sound = this.#verified();
      if (!sound) this.found += 1;
      else this.#compare(what);
      this.#put(files);
      this.#start(what, sound);
    } catch (error) {
      this.#complain(what, error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
  }

  /** What verify passes are the very same rows, or, as no file can tell that its end is gone, a beginning of them that the last receipt exposes. */
  #compare(what: string): void {
    const { entries, rest } = this.#content();
    if (isDeepStrictEqual({ entries, rest }, this.#good)) return;
    if (!isDeepStrictEqual(entries, this.#good.entries.slice(0, entries.length))) this.#complain(what, 'verify passes other entries than were written');
    if (this.#verified([this.#receipt])) this.#complain(what, 'verify does not miss the end, though upstream has it');
  }

  /** The terminal starts: on its journal as it was, or on a new epoch that carries everything. */
  #start(what: string, sound: boolean): void {
    const journal = openBooks(this.#folder, 9);
    if (journal.replacement !== undefined) this.replaced += 1;
    // An old entry that is damaged inside is found by verify, not by every start.
    const mayMiss = !sound && journal.replacement === undefined;
    const gone = mayMiss ? [] : lost(journal, this.#acknowledged);
    journal.close();
    if (gone.length > 0) this.#complain(what, gone.join('; '));
  }

  #verified(receipts: readonly string[] = []): boolean {
    try {
      return verifyJournal(journalFile(this.#folder), { publicKey: KEY.publicKey, receipts }).ok;
    } catch (error) {
      if (error instanceof JournalError) return false;
      throw error;
    }
  }

  #content(): Content {
    return withContent(journalFile(this.#folder), ({ entries, ...rest }) => ({
      rest,
      entries: Array.from(entries, ({ seq, entry, hash }) => `${seq} ${entry} ${Buffer.from(hash).toString('hex')}`),
    }));
  }

  #put(files: ReadonlyMap<string, Buffer>): void {
    for (const file of readdirSync(this.#folder)) rmSync(path.join(this.#folder, file));
    for (const [file, bytes] of files) writeFileSync(path.join(this.#folder, file), bytes);
  }

  #complain(what: string, problem: string): void {
    this.problems.push(`${what}: ${problem}`);
  }
}
