/**
 * Keeps the second file in step with the journal: completes or rebuilds it at the start, follows every append, and starts it afresh
 * when upstream has receipted what it holds. A failing second file never fails an append; it is caught up as soon as it works again.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { GENESIS_HASH } from '../../common/journal-entry.ts';
import type { Balances } from '../money/postings.ts';
import { JournalError, toJournalError } from './journal-error.ts';
import { checkpointLine, entryLine, hashText, sameBytes, secondHeaderLine, type StoredCheckpoint } from './lines.ts';
import { setSecondAside } from './opening.ts';
import type { Connection } from './schema.ts';
import { readSecondCopy, type SecondCopy } from './second-copy.ts';
import { SecondFile } from './second-file.ts';
import { readCheckpoints, storedHash, storedLinks, type Head, type Meta } from './stored-chain.ts';

/** `each`: synced with every append. `checkpoint`: written with every append, synced at checkpoints and at the clean stop. */
export type SecondSync = 'each' | 'checkpoint';

/** The file starts afresh once it is longer than this and half of it need no longer be kept. */
export const SHRINK_ABOVE_BYTES = 1024 * 1024;

export interface SecondWriterOptions {
  readonly path: string;
  readonly sync: SecondSync;
  readonly db: Connection;
  readonly meta: Meta;
  /** Fen on every account after this entry. */
  readonly balancesAt: (seq: number) => Balances;
  /** Entries up to this one need not be kept twice. */
  readonly keepAfter: () => number;
  readonly onTrouble: (error: JournalError) => void;
}

export class SecondWriter {
  readonly #options: SecondWriterOptions;
  #file: SecondFile | undefined;
  /** The file holds the entries after this one … */
  #after = 0;
  /** … up to this one. */
  #last = 0;
  #failing = false;

  /** `head` is the journal's last entry. */
  constructor(options: SecondWriterOptions, head: number) {
    this.#options = options;
    this.#attempt(() => this.#catchUp(this.#opened(), head));
  }

  /** Follows an append. */
  add({ seq, hash }: Head, json: string): void {
    this.#attempt(() => {
      const file = this.#opened();
      this.#catchUp(file, seq - 1);
      if (this.#last < seq) this.#append(file, seq, entryLine(json, hash));
      if (this.#options.sync === 'each') file.sync();
    });
  }

  addCheckpoint(stored: StoredCheckpoint): void {
    this.#attempt(() => {
      const file = this.#opened();
      this.#catchUp(file, stored.checkpoint.seq);
      file.append(checkpointLine(stored));
      file.sync();
    });
  }

  /** Upstream has receipted more: starts the file afresh when that is worth it. */
  shrink(): void {
    this.#attempt(() => {
      const file = this.#opened();
      const keepAfter = this.#options.keepAfter();
      if (file.length < SHRINK_ABOVE_BYTES || (keepAfter - this.#after) * 2 < this.#last - this.#after) return;
      file.close();
      this.#file = this.#create(keepAfter);
    });
  }

  close(): void {
    this.#attempt(() => {
      this.#file?.sync();
      this.#file?.close();
    });
    this.#file = undefined;
  }

  #opened(): SecondFile {
    this.#file ??= this.#open();
    return this.#file;
  }

  #open(): SecondFile {
    const { path, meta } = this.#options;
    mkdirSync(dirname(path), { recursive: true });
    const copy = readSecondCopy(path);
    if (copy === undefined) return this.#create(this.#options.keepAfter());
    const problem = this.#problemOf(copy);
    if (problem === undefined) {
      this.#after = copy.header?.after.seq ?? 0;
      this.#last = copy.links.at(-1)?.seq ?? this.#after;
      return SecondFile.open(path, copy.goodBytes);
    }
    const aside = setSecondAside(path, meta.epoch);
    this.#options.onTrouble(new JournalError('corrupt', `the second file ${path} is set aside as ${aside} and written anew: ${problem}`));
    return this.#create(this.#options.keepAfter());
  }

  #problemOf({ header, links, trouble }: SecondCopy): string | undefined {
    const { meta, db } = this.#options;
    if (header === undefined || trouble !== undefined) return trouble;
    if (header.epoch !== meta.epoch || header.terminalId !== meta.terminalId || header.publicKey.x !== meta.publicKey.x) return 'it belongs to another journal';
    const last = links.at(-1) ?? { seq: header.after.seq, hash: Buffer.from(header.after.hash, 'hex') };
    const own = last.seq === 0 ? GENESIS_HASH : storedHash(db, last.seq);
    return own !== undefined && sameBytes(own, last.hash) ? undefined : `it disagrees with the journal at entry ${last.seq}`;
  }

  #create(after: number): SecondFile {
    const { path, db } = this.#options;
    const file = SecondFile.replace(path, this.#lines(after));
    this.#after = after;
    this.#last = z.object({ seq: z.int() }).parse(db.prepare('SELECT coalesce(max(seq), 0) AS seq FROM entries').get()).seq;
    return file;
  }

  *#lines(after: number): Generator<string> {
    const { db, meta, balancesAt } = this.#options;
    const hash = (after === 0 ? GENESIS_HASH : storedHash(db, after)) ?? GENESIS_HASH;
    yield secondHeaderLine({ ...meta, after: { seq: after, hash: hashText(hash) }, balances: balancesAt(after) });
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
    for (const link of storedLinks(this.#options.db, this.#last + 1)) this.#append(file, link.seq, entryLine(link.json, link.hash));
  }

  #append(file: SecondFile, seq: number, line: string): void {
    file.append(line);
    this.#last = seq;
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
