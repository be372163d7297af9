/**
 * What a start leaves unread of a long journal, and the reading of it. A start proves what it builds on: whose file it is, its schema, the
 * chain since the last checkpoint, that checkpoint's signature, the last receipt, the end of the second file, the sums of what stands. The
 * rest is read by background-check.ts after every start, and by an opening that finds the mark of doubt.ts.
 *
 * That is safe because an append needs nothing of the old part: it hangs on the last hash, which was proved. Damage there is as old as the
 * minute between start and reading, or as the weeks in which a terminal runs: in both cases what is written meanwhile hangs on the proved
 * end, stands in both files, and is carried into the new epoch. FORMAT.md, "A damaged journal".
 */
import { statSync } from 'node:fs';
import { z } from 'zod';
import { CHECKPOINT_TYPE, checkpointSchema } from '../../common/upstream-api/journal.ts';
import { JournalError, toJournalError } from './journal-error.ts';
import { jwsVerifier } from './jws.ts';
import { prunedFault } from './kept.ts';
import { hashText, linkHolds } from './lines.ts';
import { checkVersion, indexFault, openForReading, type Connection } from './schema.ts';
import { readSecondSummary } from './second-copy.ts';
import { chainStart, readMeta, storedLinks, type Meta } from './stored-chain.ts';

/** A start reads the pages of a shorter journal whole, and every frame of a shorter second file: a few tenths of a second on a slow disk. */
const WHOLE_UP_TO_BYTES = 32 * 1024 * 1024;

/** Of a journal or second file; one that is not there is short. */
export function isLong(path: string, wholeUpTo = WHOLE_UP_TO_BYTES): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > wholeUpTo;
}

/** SQLite's own structures. @param part `end`: the schema and the pages that are free for the next append */
export function pagesFault(db: Connection, part: 'whole' | 'end'): string | undefined {
  const pages = String(db.pragma(part === 'whole' ? 'quick_check(1)' : 'quick_check(sqlite_schema)', { simple: true }));
  return pages === 'ok' ? undefined : `SQLite's quick_check: ${pages}`;
}

/** The first damage in a journal and its second file; reads every byte of both. @throws {JournalError} `io`, `notFound`, `newer` */
export function damageIn(path: string, secondPath: string): string | undefined {
  const second = readSecondSummary(secondPath, 'whole')?.trouble;
  try {
    const db = openForReading(path);
    try {
      checkVersion(db, path);
      return pagesFault(db, 'whole') ?? oldPartFault(db, readMeta(db)) ?? (second === undefined ? undefined : `the second file: ${second}`);
    } finally {
      db.close();
    }
  } catch (error) {
    const failure = toJournalError(error, `checking ${path}`);
    if (failure.code !== 'corrupt') throw failure;
    return failure.message;
  }
}

/** The chain from the first entry on with everything that was signed of it, and the index. In little memory. @throws {JournalError} `corrupt` */
export function oldPartFault(db: Connection, meta: Meta): string | undefined {
  const signed = signedHashes(db, meta);
  try {
    return prunedFault(db, meta) ?? chainFault(db, signed) ?? indexFault(db);
  } finally {
    signed.return(undefined); // a statement that is left half read keeps its connection busy
  }
}

function chainFault(db: Connection, signed: Generator<SignedHash, undefined>): string | undefined {
  let due = chainStart(db).seq + 1;
  let next = signed.next().value;
  for (const link of storedLinks(db)) {
    if (link.seq !== due) return `entry ${due} is missing`;
    if (!linkHolds(link)) return `the chain breaks at entry ${due}`;
    if (next?.seq === due) {
      if (next.hash !== hashText(link.hash)) return `entry ${due} is not the one that was signed`;
      next = signed.next().value;
    }
    due += 1;
  }
  return next === undefined ? undefined : `entry ${next.seq} was signed and is missing`;
}

interface SignedHash {
  readonly seq: number;
  readonly hash: string;
}

const checkpointRow = z.object({ seq: z.int(), jws: z.string() });

function* signedHashes(db: Connection, meta: Meta): Generator<SignedHash, undefined> {
  const verify = jwsVerifier(meta.publicKey);
  for (const row of db.prepare('SELECT seq, jws FROM checkpoints ORDER BY seq').iterate()) {
    const { seq, jws } = checkpointRow.parse(row);
    const verdict = verify(jws, CHECKPOINT_TYPE);
    const checkpoint = verdict.ok ? checkpointSchema.safeParse(verdict.claims) : undefined;
    if (checkpoint?.success !== true || checkpoint.data.seq !== seq) throw new JournalError('corrupt', `the checkpoint of entry ${seq} is not genuine`);
    yield { seq, hash: checkpoint.data.hash };
  }
  return undefined;
}
