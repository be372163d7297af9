/**
 * How a journal comes to life: a new one is put in place whole, a sound one is checked, a damaged one is set aside untouched and
 * replaced by a new epoch that carries what both files still prove. Used by openJournal, which holds the writer's lock.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import { flavorOf } from '../../common/flavor.ts';
import { genesisOf } from '../../common/journal-entry.ts';
import { toHex } from '../../common/hex.ts';
import type { PublicKey } from '../../common/upstream-api/fields.ts';
import { storeCarried, carriedSeal } from './carried.ts';
import { endDoubt, isDoubted } from './doubt.ts';
import { entryBuilder, type EntrySource } from './entry-builder.ts';
import { JournalError, toJournalError } from './journal-error.ts';
import { sameBytes } from './lines.ts';
import { prunedFault } from './kept.ts';
import { isLong, oldPartFault, pagesFault } from './old-part.ts';
import { salvage, type Salvage } from './salvage.ts';
import { checkVersion, migrate, openForReading, openForWriting, requireFlavor, schemaFault, type Connection } from './schema.ts';
import { readSecondCopy, readSecondSummary, type SecondSummary } from './second-copy.ts';
import { syncFolder } from './second-file.ts';
import { checkTail, readMeta, type Head, type Meta } from './stored-chain.ts';

export interface OpeningOptions extends EntrySource {
  readonly path: string;
  readonly secondPath: string;
  readonly publicKey: PublicKey;
  /** `refuse`: a journal that is damaged or not there is left as it is, for the terminal itself to replace. Default: `replace`. */
  readonly damaged?: 'replace' | 'refuse';
  /** Longest file, in bytes, that every opening reads whole. Default: 32 MiB. */
  readonly wholeUpTo?: number;
}

/** What happened to a damaged journal. */
export interface Replacement extends Salvage {
  /** Where the damaged journal is now; `undefined` when it was gone. */
  readonly damagedFile: string | undefined;
  readonly reason: string;
}

export interface Prepared {
  readonly replacement: Replacement | undefined;
  /** The second file as it is now; `undefined` when there is none. */
  readonly second: SecondSummary | undefined;
}

/** Leaves a sound journal at `path`. @throws {JournalError} `newer`, `otherTerminal`, `otherFlavor`, `full`, `io`; `notFound` and `corrupt` only to who refuses damage */
export function prepareFiles(options: OpeningOptions): Prepared {
  if (options.damaged === 'refuse') {
    return { replacement: undefined, second: refuseDamage(options) };
  }
  mkdirSync(dirname(options.path), { recursive: true });
  for (const leftover of ['', '-wal', '-shm']) rmSync(`${options.path}.new${leftover}`, { force: true });
  const asides = setAsideNumbers(options.path);
  const missing = !existsSync(options.path);
  const second = summaryOf(options);
  if (missing && asides.length === 0 && second?.header === undefined) {
    createFile(options, 1, undefined);
    return { replacement: undefined, second };
  }
  const reason = missing ? 'the file is missing' : damageOf(options, second);
  const replacement = reason === undefined ? undefined : replace(options, reason, missing ? asides.at(-1) : undefined);
  endDoubt(options.path);
  return { replacement, second: replacement === undefined ? second : undefined };
}

/** The mark of a doubt stays: the terminal itself acts on it. */
function refuseDamage(options: OpeningOptions): SecondSummary | undefined {
  const second = summaryOf(options);
  const reason = damageOf(options, second);
  if (reason === undefined) return second;
  throw new JournalError(
    'corrupt',
    `${options.path} is damaged (${reason}): nothing was written; start the terminal, which sets it aside and goes on in a new epoch`,
  );
}

function summaryOf({ path, secondPath, wholeUpTo }: OpeningOptions): SecondSummary | undefined {
  return readSecondSummary(secondPath, isDoubted(path) || !isLong(secondPath, wholeUpTo) ? 'whole' : 'tail');
}

/** Why the journal can't be trusted; `undefined` when it can. */
function damageOf(options: OpeningOptions, second: SecondSummary | undefined): string | undefined {
  let meta: Meta;
  try {
    const db = openForReading(options.path);
    try {
      requireFlavor(db, options.path, flavorOf(options.terminalId));
      checkVersion(db, options.path);
      const schema = schemaFault(db);
      if (schema !== undefined) return schema;
      meta = readMeta(db);
      const doubted = isDoubted(options.path);
      const pages = pagesFault(db, doubted || !isLong(options.path, options.wholeUpTo) ? 'whole' : 'end');
      if (pages !== undefined) return pages;
      const pruned = prunedFault(db, meta);
      if (pruned !== undefined) return pruned;
      const head = checkTail(db, meta);
      const fault = secondIsAhead(options.secondPath, second, meta, head) ?? (doubted ? oldPartFault(db, meta) : undefined);
      if (fault !== undefined) return fault;
    } finally {
      db.close();
    }
  } catch (error) {
    const failure = toJournalError(error, `checking ${options.path}`);
    if (failure.code !== 'corrupt') throw failure;
    return failure.message;
  }
  if (meta.terminalId !== options.terminalId) {
    throw new JournalError(
      'otherTerminal',
      `${options.path} is the journal of ${meta.terminalId}, this terminal is ${options.terminalId}: correct terminal.id or data.folder`,
    );
  }
  return meta.publicKey.x === options.publicKey.x ? undefined : 'the terminal has a new key';
}

/** The second file is written after the journal: entries that only it has, and that hang on the journal's last one, were lost there. */
function secondIsAhead(path: string, second: SecondSummary | undefined, meta: Meta, head: Head): string | undefined {
  const header = second?.header;
  const last = second?.last;
  if (header === undefined || last === undefined || header.terminalId !== meta.terminalId || header.publicKey.x !== meta.publicKey.x) return undefined;
  if (header.epoch > meta.epoch) return `the second file is already in epoch ${header.epoch}`;
  if (header.epoch < meta.epoch || last.seq <= head.seq) return undefined;
  const links = readSecondCopy(path)?.links ?? [];
  const next = links.find(({ seq }) => seq === head.seq + 1);
  if (next !== undefined && sameBytes(next.prevHash, head.hash)) return `entries ${next.seq} to ${links.at(-1)?.seq} are missing`;
  return header.after.seq > head.seq ? `entries ${head.seq + 1} to ${header.after.seq} and more are missing` : undefined;
}

/** @param interrupted number of a set-aside file whose replacement was cut short */
function replace(options: OpeningOptions, reason: string, interrupted: number | undefined): Replacement {
  const number = interrupted ?? (setAsideNumbers(options.path).at(-1) ?? 0) + 1;
  const aside = `${options.path}.damaged-${number}`;
  for (const suffix of ['-wal', '-shm', '']) if (existsSync(options.path + suffix)) renameSync(options.path + suffix, aside + suffix);
  syncFolder(dirname(options.path));
  const damagedFile = existsSync(aside) ? aside : undefined;
  const second = readSecondCopy(options.secondPath);
  const saved = salvage({ terminalId: options.terminalId, journalPath: damagedFile, secondPath: options.secondPath, second });
  createFile(options, Math.max(saved.epoch ?? 0, number) + 1, { ...saved, damagedFile, reason });
  if (second !== undefined) setSecondAside(options.secondPath, number);
  return { ...saved, damagedFile, reason };
}

/** Puts a second file out of the way, never over another one. */
export function setSecondAside(secondPath: string, number: number): string {
  let aside = `${secondPath}.damaged-${number}`;
  for (let next = number + 1; existsSync(aside); next += 1) aside = `${secondPath}.damaged-${next}`;
  renameSync(secondPath, aside);
  syncFolder(dirname(secondPath));
  return aside;
}

/** A whole journal under its name, or none: built beside, closed, renamed. */
function createFile(options: OpeningOptions, epoch: number, replacement: Replacement | undefined): void {
  const path = `${options.path}.new`;
  try {
    const db = openForWriting(path);
    try {
      migrate(db, flavorOf(options.terminalId));
      db.transaction(() => {
        db.prepare('INSERT INTO journal (terminal_id, epoch, public_key) VALUES (?, ?, ?)').run(options.terminalId, epoch, canonicalize(options.publicKey));
        if (replacement === undefined) return;
        storeCarried(db, replacement.carried);
        const first = replacedEntry(options, epoch, replacement);
        db.prepare('INSERT INTO entries (seq, entry, hash) VALUES (?, ?, ?)').run(1, first.json, first.hash);
      })();
      emptyLog(db);
    } finally {
      db.close();
    }
    renameSync(path, options.path);
    syncFolder(dirname(options.path));
  } catch (error) {
    throw toJournalError(error, `creating ${options.path}`);
  }
}

/** Everything into the file itself, as only that is renamed: closing a connection would try the same and keep a failure to itself. */
function emptyLog(db: Connection): void {
  const [result] = z.tuple([z.object({ busy: z.int() })]).parse(db.pragma('wal_checkpoint(TRUNCATE)'));
  if (result.busy !== 0) throw new JournalError('io', 'the new journal could not be written out of its log');
}

function replacedEntry(options: OpeningOptions, epoch: number, replacement: Replacement): ReturnType<ReturnType<typeof entryBuilder>> {
  return entryBuilder(options)(
    epoch,
    { seq: 0, hash: genesisOf(options.terminalId) },
    {
      kind: 'journal.replaced',
      body: {
        damagedFile: replacement.damagedFile === undefined ? '' : basename(replacement.damagedFile),
        lastProvableSeq: replacement.lastProvable.seq,
        lastProvableHash: toHex(replacement.lastProvable.hash),
        reason: replacement.reason,
        carried: carriedSeal(replacement.carried),
        balances: { ...replacement.balances },
      },
    },
  );
}

/** Of `<journal>.damaged-<n>`, ascending. */
function setAsideNumbers(path: string): readonly number[] {
  const prefix = `${basename(path)}.damaged-`;
  return readdirSync(dirname(path))
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)))
    .sort((left, right) => left - right);
}
