/**
 * Keeps the second file in step with the journal: completes or rebuilds it at the start, follows every append, and starts it afresh
 * when upstream has receipted what it holds. A failing second file never fails an append; it is caught up as soon as it works again.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { genesisOf } from '../../common/journal-entry.ts';
import { NO_BALANCES, type Balances } from '../../common/money/postings.ts';
import { JournalError, toJournalError } from './journal-error.ts';
import { checkpointLine, entryLine, hashText, sameBytes, secondHeaderLine, type StoredCheckpoint } from './lines.ts';
import { setSecondAside } from './opening.ts';
import type { Connection } from './schema.ts';
import { readSecondSummary, type SecondSummary } from './second-copy.ts';
import { SecondFile } from './second-file.ts';
import { readCheckpoints, storedHash, storedLinks, type Head, type Meta } from './stored-chain.ts';

/**
 * `each`: written and synced before an append returns. `checkpoint`: written as soon as the caller of the append has run on, synced at
 * checkpoints and at the clean stop; a copy that is not synced has no place in the time of a durable append.
 */
export type SecondSync = 'each' | 'checkpoint';

/** The file starts afresh once it is longer than this and half of it need no longer be kept. */
export const SHRINK_ABOVE_BYTES = 1024 * 1024;
/**
 * Nobody who touches the screen waits while it is written anew: with more entries to keep than this it waits until they are a sixteenth. A
 * long backlog that drains is so copied at its end, when nearly nothing of it is left, and not by halves.
 */
const KEPT_AT_ONCE = 1000;

/** Entries that wait at most, in a run of appends that never lets go. */
const MOST_WAITING = 64;

/** That are copied from the journal in one write. */
const CATCH_UP_LINES = 256;

export interface SecondWriterOptions {
  readonly path: string;
  /** What the opening found there. */
  readonly found: SecondSummary | undefined;
  readonly sync: SecondSync;
  readonly db: Connection;
  readonly meta: Meta;
  /** Fen on every account after this entry. @param known what they held earlier, so that not every entry is read again */
  readonly balancesAt: (seq: number, known?: BalancesAt) => Balances;
  /** Entries up to this one need not be kept twice. */
  readonly keepAfter: () => number;
  readonly onTrouble: (error: JournalError) => void;
}

export interface BalancesAt {
  readonly seq: number;
  readonly balances: Balances;
}

export class SecondWriter {
  readonly #options: SecondWriterOptions;
  #file: SecondFile | undefined;
  /** The file holds the entries after this one, with what the accounts held then … */
  #begin: BalancesAt | undefined;
  /** … up to this one. */
  #last = 0;
  #failing = false;
  /** Entries that are in the journal and not yet here. */
  readonly #waiting: (Head & { readonly json: string })[] = [];

  /** `head` is the journal's last entry. */
  constructor(options: SecondWriterOptions, head: number) {
    this.#options = options;
    this.#attempt(() => {
      this.#file = this.#open(options.found);
      this.#catchUp(this.#file, head);
    });
  }

  /** Writes what waits. @returns the last entry that is in the file then */
  reached(): number {
    this.flush();
    return this.#last;
  }

  /** Follows an append. */
  add(head: Head, json: string): void {
    this.#waiting.push({ ...head, json });
    if (this.#options.sync === 'each') this.#attempt(() => this.#written().sync());
    else if (this.#waiting.length >= MOST_WAITING) this.flush();
    else if (this.#waiting.length === 1) queueMicrotask(() => this.flush());
  }

  /** Writes what waits. */
  flush(): void {
    if (this.#waiting.length > 0) this.#attempt(() => this.#written());
  }

  addCheckpoint(stored: StoredCheckpoint): void {
    this.#attempt(() => {
      const file = this.#written();
      this.#catchUp(file, stored.checkpoint.seq);
      file.append([checkpointLine(stored)]);
      file.sync();
    });
  }

  /** Upstream has receipted more: starts the file afresh when that is worth it. */
  shrink(): void {
    this.#attempt(() => {
      const file = this.#written();
      const keepAfter = this.#options.keepAfter();
      const begin = this.#begin?.seq ?? 0;
      const [held, kept] = [this.#last - begin, this.#last - keepAfter];
      if (file.length < SHRINK_ABOVE_BYTES || kept * (kept > KEPT_AT_ONCE ? 16 : 2) > held) return;
      this.#file = undefined; // opened anew if what follows fails
      file.close();
      this.#file = this.#create(keepAfter);
    });
  }

  close(): void {
    this.flush();
    this.#attempt(() => {
      this.#file?.sync();
      this.#file?.close();
    });
    this.#file = undefined;
  }

  /** With everything that waited in it. When it fails, the journal itself is what is caught up from. */
  #written(): SecondFile {
    const waiting = this.#waiting.splice(0);
    const file = this.#opened();
    const [first] = waiting;
    if (first === undefined) return file;
    this.#catchUp(file, first.seq - 1);
    const lines = waiting.filter(({ seq }) => seq > this.#last).map(({ json, hash }) => entryLine(json, hash));
    if (lines.length > 0) this.#append(file, waiting.at(-1)?.seq ?? this.#last, lines);
    return file;
  }

  #opened(): SecondFile {
    this.#file ??= this.#open(readSecondSummary(this.#options.path, 'tail'));
    return this.#file;
  }

  #open(found: SecondSummary | undefined): SecondFile {
    const { path, meta } = this.#options;
    mkdirSync(dirname(path), { recursive: true });
    if (found === undefined) return this.#create(this.#options.keepAfter());
    const problem = this.#problemOf(found);
    if (problem === undefined) {
      if (found.header !== undefined) this.#begin = { seq: found.header.after.seq, balances: { ...NO_BALANCES, ...found.header.balances } };
      this.#last = found.last?.seq ?? 0;
      return SecondFile.open(path, found.goodBytes);
    }
    const aside = setSecondAside(path, meta.epoch);
    this.#options.onTrouble(new JournalError('corrupt', `the second file ${path} is set aside as ${aside} and written anew: ${problem}`));
    return this.#create(this.#options.keepAfter());
  }

  #problemOf({ header, last, trouble }: SecondSummary): string | undefined {
    const { meta, db } = this.#options;
    if (header === undefined || last === undefined || trouble !== undefined) return trouble;
    if (header.epoch !== meta.epoch || header.terminalId !== meta.terminalId || header.publicKey.x !== meta.publicKey.x) return 'it belongs to another journal';
    const own = last.seq === 0 ? genesisOf(meta.terminalId) : storedHash(db, last.seq);
    return own !== undefined && sameBytes(own, last.hash) ? undefined : `it disagrees with the journal at entry ${last.seq}`;
  }

  #create(after: number): SecondFile {
    const { path, db, balancesAt } = this.#options;
    const begin = { seq: after, balances: balancesAt(after, this.#begin) };
    const file = SecondFile.replace(path, this.#lines(begin));
    this.#begin = begin;
    this.#last = z.object({ seq: z.int() }).parse(db.prepare('SELECT coalesce(max(seq), 0) AS seq FROM entries').get()).seq;
    return file;
  }

  *#lines({ seq: after, balances }: BalancesAt): Generator<string> {
    const { db, meta } = this.#options;
    const genesis = genesisOf(meta.terminalId);
    const hash = (after === 0 ? genesis : storedHash(db, after)) ?? genesis;
    yield secondHeaderLine({ ...meta, after: { seq: after, hash: hashText(hash) }, balances });
    const checkpoints = new Map(readCheckpoints(db, after).map((stored) => [stored.checkpoint.seq, stored]));
    for (const link of storedLinks(db, after + 1)) {
      yield entryLine(link.json, link.hash);
      const checkpoint = checkpoints.get(link.seq);
      if (checkpoint !== undefined) yield checkpointLine(checkpoint);
    }
  }

  /** Copies from the journal what the file lacks up to `seq`. */
  #catchUp(file: SecondFile, seq: number): void {
    if (this.#last >= seq) return;
    let lines: string[] = [];
    for (const link of storedLinks(this.#options.db, this.#last + 1)) {
      lines.push(entryLine(link.json, link.hash));
      if (lines.length < CATCH_UP_LINES) continue;
      this.#append(file, link.seq, lines);
      lines = [];
    }
    if (lines.length > 0) this.#append(file, this.#last + lines.length, lines);
  }

  #append(file: SecondFile, last: number, lines: readonly string[]): void {
    file.append(lines);
    this.#last = last;
  }

  /** Says so once when the file begins to fail, and stays quiet until it works again. */
  #attempt(action: () => void): void {
    try {
      action();
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#options.onTrouble(toJournalError(error, `writing the second file ${this.#options.path}`));
      this.#failing = true;
    }
  }
}
