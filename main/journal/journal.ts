/**
 * The journal: the one place where money becomes durable. `append` validates, posts, hashes, and returns after the commit is on disk.
 * One writer, the terminal process; FORMAT.md says how to read the files without this code.
 */
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Statement } from 'better-sqlite3';
import { z } from 'zod';
import { flavorOf } from '../../common/flavor.ts';
import { accounts, type JournalKind, type NewEntry } from '../../common/journal-kinds.ts';
import { type Checkpoint, CHECKPOINT_TYPE, type Receipt, receiptSchema } from '../../common/upstream-api/journal.ts';
import type { TerminalKey } from '../identity/terminal-key.ts';
import { addPostings, type Balances } from '../../common/money/postings.ts';
import { readBase, type Base } from './base.ts';
import { openingBalances } from './carried.ts';
import { doubt, isDoubted } from './doubt.ts';
import { entryBuilder, type BuiltEntry, type EntrySource } from './entry-builder.ts';
import { JournalError, toJournalError } from './journal-error.ts';
import { CHECKPOINT_EVERY, hashText, jwsClaims, type StoredCheckpoint, type StoredEntry } from './lines.ts';
import { prepareFiles, type OpeningOptions, type Prepared, type Replacement } from './opening.ts';
import { migrate, openForWriting, type Connection } from './schema.ts';
import { secondPathBeside } from './second-file.ts';
import { SecondWriter, type BalancesAt, type SecondSync } from './second-writer.ts';
import { Pruning, type PruneOutcome, type PruneRule } from './pruning.ts';
import { Standing } from './standing.ts';
import { chainStart, lastCheckpoint, lastReceipt, linkRow, parseEntry, readCheckpoints, readHead, readMeta, type Head } from './stored-chain.ts';
import { lockForWriting } from './writer-lock.ts';

export interface JournalOptions extends EntrySource {
  readonly path: string;
  /** Default: `<path>.second`, beside the journal. */
  readonly secondPath?: string;
  /** Default: `each` when the second file is on another partition, else `checkpoint` (FORMAT.md, "The second file"). */
  readonly secondSync?: SecondSync;
  readonly key: TerminalKey;
  /** `refuse`: for tools; a damaged or missing journal is an error. Default: `replace`. */
  readonly damaged?: 'replace' | 'refuse';
  /** Longest file, in bytes, that every opening reads whole (old-part.ts). Default: 32 MiB. */
  readonly wholeUpTo?: number;
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void;
  /** A checkpoint or the second file failed; the entries themselves are safe. */
  readonly onTrouble?: (error: JournalError) => void;
}

export interface Appended {
  readonly epoch: number;
  readonly seq: number;
  /** 64 hexadecimal digits. */
  readonly hash: string;
  /** ms since 1970. */
  readonly at: number;
}

export interface Journal {
  readonly epoch: number;
  /** The last entry; `seq` 0 before the first. */
  readonly head: { readonly epoch: number; readonly seq: number; readonly hash: string };
  /** The disk failed under an append: only a new opening can tell what is on it. */
  readonly mustReopen: boolean;
  /** Set when this opening had to set a damaged journal aside: tell the technician and upstream. */
  readonly replacement: Replacement | undefined;
  /** Returns after the entry is on disk. @throws {JournalError} and then nothing was acknowledged; after `io` open the journal anew */
  append(entry: NewEntry): Appended;
  /** Signs the present head: at settlement and clean stop, else by itself. Answers undefined when the head is signed already. */
  checkpoint(): Checkpoint | undefined;
  /** Keeps what the uplink has verified. @throws {JournalError} `invalid` when it doesn't fit this chain */
  storeReceipt(receipt: Receipt, jws: string): void;
  lastReceipt(epoch: number): Receipt | undefined;
  /** Epochs that have entries here, ascending: earlier ones were carried over from a damaged journal. */
  epochs(): readonly number[];
  /** Ascending; at most `limit`. */
  entriesAfter(epoch: number, seq: number, limit: number): readonly StoredEntry[];
  checkpointsAfter(seq: number, limit: number): readonly StoredCheckpoint[];
  /** All entries of one transaction in order, carried ones first. */
  transaction(id: string): readonly StoredEntry[];
  /** Ids of transactions that are not closed, oldest first. */
  openTransactions(): readonly string[];
  /** Ids of transactions that have an entry of `kind` and none of `answers`, oldest first. */
  transactionsLacking(kind: JournalKind, answers: readonly JournalKind[]): readonly string[];
  /** Ids of transactions with none of `answers` after the last entry of `kind`, oldest first. @throws {JournalError} */
  transactionsLackingSince(kind: JournalKind, answers: readonly JournalKind[]): readonly string[];
  /** The transaction that a reference number was given for. */
  findByReference(reference: string): string | undefined;
  /** Fen on every account, earlier epochs included. */
  balances(): Balances;
  /** What stands for the entries that left; `undefined`: all are here. */
  readonly pruned: Base | undefined;
  /**
   * One cut, in steps of a few ms: go on with the next one while nobody is served, or let it be.
   * @throws {JournalError} from a step; what was not committed is as it was
   */
  prune(rule: PruneRule): Generator<undefined, PruneOutcome>;
  /** Clean stop: checkpoint, both files synced, lock released. Calling it twice does nothing. */
  close(): void;
}

/** @throws {JournalError} `locked`, `newer`, `otherTerminal`, `otherFlavor`, `full`, `io`; with `damaged: 'refuse'` also `notFound`, `corrupt` */
export function openJournal(options: JournalOptions): Journal {
  try {
    return openOnce(options);
  } catch (error) {
    if (!mayHideDamage(error, options)) throw error;
    try {
      doubt(options.path, error.message);
    } catch (failure) {
      throw toJournalError(failure, `marking ${options.path} as doubtful`);
    }
    return openOnce(options);
  }
}

/** What the opening did not read of a long file is needed all the same, and is not what was written: then all of it is read. */
function mayHideDamage(error: unknown, { path, damaged }: JournalOptions): error is JournalError {
  return error instanceof JournalError && error.code === 'corrupt' && damaged !== 'refuse' && !isDoubted(path);
}

function openOnce(options: JournalOptions): Journal {
  const opening: OpeningOptions = { ...options, secondPath: options.secondPath ?? secondPathBeside(options.path), publicKey: options.key.publicKey };
  const release = lockForWriting(options.path);
  let db: Connection | undefined;
  try {
    const prepared = prepareFiles(opening);
    db = openForWriting(options.path);
    migrate(db, flavorOf(options.terminalId));
    return new SqliteJournal(options, opening.secondPath, db, prepared, release);
  } catch (error) {
    db?.close();
    release();
    throw toJournalError(error, `opening ${options.path}`);
  }
}

class SqliteJournal implements Journal {
  readonly epoch: number;
  readonly replacement: Replacement | undefined;
  readonly #options: JournalOptions;
  readonly #db: Connection;
  readonly #release: () => void;
  readonly #build: (epoch: number, head: Head, input: NewEntry) => BuiltEntry;
  readonly #insert: Statement<[number, string, Uint8Array]>;
  /** By their text: the uplink asks after every append. */
  readonly #prepared = new Map<string, Statement>();
  readonly #second: SecondWriter;
  readonly #standing: Standing;
  readonly #pruning: Pruning;
  #base: Base | undefined;
  #head: Head;
  #signed: number;
  #balances: Balances | undefined;
  #state: 'open' | 'failed' | 'closed' = 'open';

  constructor(options: JournalOptions, secondPath: string, db: Connection, { replacement, second }: Prepared, release: () => void) {
    const meta = readMeta(db);
    this.epoch = meta.epoch;
    this.replacement = replacement;
    this.#options = options;
    this.#db = db;
    this.#release = release;
    this.#build = entryBuilder(options);
    this.#insert = db.prepare<[number, string, Uint8Array]>('INSERT INTO entries (seq, entry, hash) VALUES (?, ?, ?)');
    this.#base = readBase(db)?.base;
    this.#head = readHead(db);
    this.#signed = lastCheckpoint(db, meta)?.seq ?? 0;
    this.#standing = new Standing(db);
    if (this.#standing.damaged)
      options.onTrouble?.(new JournalError('corrupt', `what ${options.path} stores of standing transactions is damaged: it is made anew`));
    this.#second = new SecondWriter(
      {
        path: secondPath,
        found: second,
        sync: options.secondSync ?? (sameDisk(options.path, secondPath) ? 'checkpoint' : 'each'),
        db,
        meta,
        balancesAt: (seq, known) => this.#balancesAt(seq, known),
        keepAfter: () => this.#keepAfter(),
        onTrouble: (error) => options.onTrouble?.(error),
      },
      this.#head.seq,
    );
    this.#pruning = new Pruning({
      db,
      meta,
      key: options.key,
      head: () => this.#head.seq,
      append: (entry) => this.append(entry),
      checkpoint: () => this.checkpoint(),
      transaction: (id) => this.transaction(id),
      stands: (id) => this.#standing.names(id),
      notNeededUpTo: () => this.#keepAfter(),
      secondUpTo: () => this.#second.reached(),
    });
    this.#signWhenDue();
  }

  get pruned(): Base | undefined {
    return this.#base;
  }

  get head(): Journal['head'] {
    return { epoch: this.epoch, seq: this.#head.seq, hash: hashText(this.#head.hash) };
  }

  get mustReopen(): boolean {
    return this.#state === 'failed';
  }

  append(input: NewEntry): Appended {
    this.#mustBeOpen();
    const built = this.#build(this.epoch, this.#head, input);
    try {
      this.#insert.run(built.entry.seq, built.json, built.hash);
    } catch (error) {
      throw this.#failed(error, `appending ${input.kind}`);
    }
    this.#head = { seq: built.entry.seq, hash: built.hash };
    this.#follow(built);
    this.#second.add(this.#head, built.json);
    this.#signWhenDue();
    return { epoch: this.epoch, seq: built.entry.seq, hash: built.hashText, at: built.at };
  }

  checkpoint(): Checkpoint | undefined {
    this.#mustBeOpen();
    const { seq, hash } = this.#head;
    if (seq === this.#signed) return undefined;
    const at = new Date(this.#options.clock.now()).toISOString();
    const checkpoint: Checkpoint = { terminalId: this.#options.terminalId, epoch: this.epoch, seq, hash: hashText(hash), at };
    const jws = this.#options.key.signJws(CHECKPOINT_TYPE, checkpoint);
    try {
      this.#db.transaction(() => {
        this.#statement('INSERT INTO checkpoints (seq, jws) VALUES (?, ?)').run(seq, jws);
        this.#standing.save();
      })();
    } catch (error) {
      throw this.#failed(error, `signing entry ${seq}`);
    }
    this.#signed = seq;
    this.#standing.saved();
    this.#second.addCheckpoint({ checkpoint, jws });
    this.#options.onCheckpoint?.(checkpoint);
    return checkpoint;
  }

  storeReceipt(receipt: Receipt, jws: string): void {
    this.#mustBeOpen();
    this.#checkReceipt(receipt, jws);
    const known = this.lastReceipt(receipt.epoch);
    if (known !== undefined && known.upToSeq >= receipt.upToSeq) return;
    try {
      this.#statement('INSERT INTO receipts (epoch, up_to_seq, jws) VALUES (?, ?, ?)').run(receipt.epoch, receipt.upToSeq, jws);
    } catch (error) {
      throw this.#failed(error, `keeping the receipt for entry ${receipt.upToSeq}`);
    }
    this.#second.shrink();
  }

  lastReceipt(epoch: number): Receipt | undefined {
    return this.#read(() => lastReceipt(this.#db, epoch));
  }

  epochs(): readonly number[] {
    const rows = this.#all('SELECT DISTINCT epoch FROM recovered_entries WHERE epoch < ? ORDER BY epoch', [this.epoch], z.object({ epoch: z.int() }));
    return [...rows.map(({ epoch }) => epoch), this.epoch];
  }

  entriesAfter(epoch: number, seq: number, limit: number): readonly StoredEntry[] {
    return epoch === this.epoch
      ? this.#entries('SELECT seq, entry, hash FROM entries WHERE seq > ? ORDER BY seq LIMIT ?', [seq, limit])
      : this.#entries('SELECT seq, entry, hash FROM recovered_entries WHERE epoch = ? AND seq > ? ORDER BY seq LIMIT ?', [epoch, seq, limit]);
  }

  checkpointsAfter(seq: number, limit: number): readonly StoredCheckpoint[] {
    return this.#read(() => readCheckpoints(this.#db, seq, limit));
  }

  transaction(id: string): readonly StoredEntry[] {
    return [
      ...this.#entries('SELECT seq, entry, hash FROM recovered_entries WHERE transaction_id = ? ORDER BY epoch, seq', [id]),
      ...this.#entries('SELECT seq, entry, hash FROM entries WHERE seq IN (SELECT seq FROM transaction_entries WHERE transaction_id = ?) ORDER BY seq', [id]),
    ];
  }

  openTransactions(): readonly string[] {
    return this.#read(() => this.#standing.open());
  }

  transactionsLacking(kind: JournalKind, answers: readonly JournalKind[]): readonly string[] {
    return this.#read(() => this.#standing.lacking(kind, answers));
  }

  transactionsLackingSince(kind: JournalKind, answers: readonly JournalKind[]): readonly string[] {
    return this.#read(() => this.#standing.lackingSince(kind, answers));
  }

  findByReference(reference: string): string | undefined {
    const found = this.#all(
      `SELECT transaction_id FROM transaction_entries WHERE reference = :reference
       UNION ALL SELECT transaction_id FROM recovered_entries WHERE reference = :reference AND transaction_id IS NOT NULL LIMIT 1`,
      [{ reference }],
      z.object({ transaction_id: z.string() }),
    );
    return found[0]?.transaction_id;
  }

  balances(): Balances {
    this.#balances ??= this.#balancesAt(this.#head.seq);
    return this.#balances;
  }

  *prune(rule: PruneRule): Generator<undefined, PruneOutcome> {
    const steps = this.#pruning.cut(rule);
    for (;;) {
      this.#mustBeOpen();
      let step: IteratorResult<undefined, PruneOutcome>;
      try {
        step = steps.next();
      } catch (error) {
        if (error instanceof JournalError && error.code === 'invalid') throw error; // the journal is as sound as before; it just can't be pruned
        throw this.#failed(error, 'pruning');
      }
      if (step.done === true) {
        this.#base = this.#read(() => readBase(this.#db)?.base);
        return step.value;
      }
      yield undefined;
    }
  }

  close(): void {
    if (this.#state === 'closed') return;
    if (this.#state === 'open') this.#attempt('signing the last checkpoint', () => this.checkpoint());
    this.#state = 'closed';
    this.#second.close();
    this.#db.close();
    this.#release();
  }

  /** The first entry of an epoch too: from then on the file is bound to its key. */
  #signWhenDue(): void {
    const unsigned = this.#head.seq - this.#signed;
    if (unsigned >= CHECKPOINT_EVERY || (unsigned > 0 && this.#signed === 0)) this.#attempt('signing a checkpoint', () => this.checkpoint());
  }

  #follow({ entry }: BuiltEntry): void {
    if (this.#balances !== undefined) this.#balances = addPostings(this.#balances, entry.postings);
    if (entry.transactionId !== undefined) this.#standing.follow({ transactionId: entry.transactionId, kind: entry.kind });
  }

  #checkReceipt(receipt: Receipt, jws: string): void {
    const claims = receiptSchema.safeParse(jwsClaims(jws));
    const says = claims.success ? claims.data : undefined;
    if (says?.epoch !== receipt.epoch || says.upToSeq !== receipt.upToSeq || says.headHash.toLowerCase() !== receipt.headHash.toLowerCase()) {
      throw new JournalError('invalid', 'the receipt is not what its signature covers');
    }
    const [own] = this.entriesAfter(receipt.epoch, receipt.upToSeq - 1, 1);
    if (own?.entry.seq !== receipt.upToSeq || own.hash !== receipt.headHash.toLowerCase()) {
      throw new JournalError('invalid', `the receipt names an entry ${receipt.epoch}/${receipt.upToSeq} that is not in this chain`);
    }
  }

  /** The second file must keep entries without a receipt and whole open transactions. */
  #keepAfter(): number {
    const firstOpen = this.openTransactions()
      .map(
        (id) =>
          this.#all('SELECT min(seq) AS seq FROM transaction_entries WHERE transaction_id = ?', [id], z.object({ seq: z.int().nullable() }))[0]?.seq ??
          undefined,
      )
      .filter((seq) => seq !== undefined);
    return Math.min(this.lastReceipt(this.epoch)?.upToSeq ?? 0, ...firstOpen.map((seq) => seq - 1));
  }

  #balancesAt(seq: number, earlier?: BalancesAt): Balances {
    const start = this.#read(() => ({ seq: chainStart(this.#db).seq, balances: openingBalances(this.#db) }));
    const known = earlier === undefined || earlier.seq < start.seq ? start : earlier; // what was summed from may be pruned by now
    const sums = this.#all(
      `SELECT posting.value ->> '$.account' AS account, sum(posting.value ->> '$.amount') AS amount
       FROM entries, json_each(entry, '$.postings') AS posting
       WHERE seq > ? AND seq <= ? AND instr(entry, '"postings":[]') = 0 GROUP BY account`,
      [known.seq, seq],
      balanceRow,
    );
    return addPostings(known.balances, sums);
  }

  #entries(sql: string, parameters: readonly unknown[]): readonly StoredEntry[] {
    return this.#all(sql, parameters, linkRow).map(({ entry, hash }) => ({ entry: parseEntry(entry), hash: hashText(hash) }));
  }

  #all<T>(sql: string, parameters: readonly unknown[], row: z.ZodType<T>): T[] {
    return this.#read(() =>
      this.#statement(sql)
        .all(...parameters)
        .map((found) => row.parse(found)),
    );
  }

  #statement(sql: string): Statement {
    const known = this.#prepared.get(sql) ?? this.#db.prepare(sql);
    this.#prepared.set(sql, known);
    return known;
  }

  #read<T>(query: () => T): T {
    if (this.#state === 'closed') throw new JournalError('closed', `${this.#options.path} is closed`);
    try {
      return query();
    } catch (error) {
      throw this.#doubted(toJournalError(error, `reading ${this.#options.path}`));
    }
  }

  #mustBeOpen(): void {
    if (this.#state === 'closed') throw new JournalError('closed', `${this.#options.path} is closed`);
    if (this.#state === 'failed') throw new JournalError('io', `${this.#options.path} failed before: open it again`);
  }

  /** After a failed sync nobody knows what is on disk: only a new opening can tell. A full disk leaves nothing behind. */
  #failed(error: unknown, attempted: string): JournalError {
    const failure = toJournalError(error, `${attempted} in ${this.#options.path}`);
    if (failure.code !== 'full') this.#state = 'failed';
    return this.#doubted(failure);
  }

  /** The next opening of a file that is not what was written reads all of it. */
  #doubted(failure: JournalError): JournalError {
    if (failure.code === 'corrupt') this.#attempt('marking the journal as doubtful', () => doubt(this.#options.path, failure.message));
    return failure;
  }

  #attempt(what: string, action: () => unknown): void {
    try {
      action();
    } catch (error) {
      this.#options.onTrouble?.(toJournalError(error, what));
    }
  }
}

const balanceRow = z.object({ account: z.enum(accounts), amount: z.int() });

/** Where the second folder can't be looked at, the careful answer is no. */
function sameDisk(path: string, secondPath: string): boolean {
  const second = statSync(dirname(secondPath), { throwIfNoEntry: false });
  return second !== undefined && statSync(dirname(path)).dev === second.dev;
}
