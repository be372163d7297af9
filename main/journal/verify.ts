/**
 * Proves a SQLite journal from its first entry to its last and names the first break. Reads only; works on the file of a running
 * terminal and on a copy. `kioskctl journal verify` prints what it says; FORMAT.md lets others write the same in another language.
 */
import canonicalize from 'canonicalize';
import { checkpointSchema, receiptSchema } from '../../common/upstream-api/journal.ts';
import { withContent, type JournalContent } from './content.ts';
import { toJournalError } from './journal-error.ts';
import { parseJson } from '../../common/parse-json.ts';
import { jwsClaims } from './lines.ts';
import { indexFault, schemaFault } from './schema.ts';
import { standingFault } from './standing.ts';
import { broken, type Break, type Verification, type VerifyOptions } from './verification.ts';
import { Verifier } from './verifier.ts';

/** @throws {JournalError} `notFound`, `newer`, `otherFlavor`, `io`; damage is a finding, not an error */
export function verifyJournal(path: string, options: VerifyOptions = {}): Verification {
  try {
    return withContent(
      path,
      (content, db) => {
        const verification = verifyContent(content, options);
        if (!verification.ok) return verification;
        const pages = String(db.pragma('integrity_check(1)', { simple: true }));
        const detail = pages === 'ok' ? (schemaFault(db) ?? indexFault(db) ?? standingFault(db)) : pages;
        return detail === undefined ? verification : { ...verification, ok: false, break: { check: 'structure', detail } };
      },
      options.flavor,
    );
  } catch (error) {
    const failure = toJournalError(error, `reading ${path}`);
    if (failure.code !== 'corrupt') throw failure;
    return new Verifier(options).result(broken('structure', undefined, failure.message));
  }
}

export function verifyContent(content: JournalContent, options: VerifyOptions = {}): Verification {
  const verifier = new Verifier(options);
  return verifier.result(walk(content, verifier));
}

/** In the order of an export: what was carried, receipts of earlier epochs, then each entry with what was signed of it. */
function walk(content: JournalContent, verifier: Verifier): Break | undefined {
  const { terminalId, epoch } = content;
  const publicKey = parseJson(content.publicKey);
  const header = verifier.begin({ terminalId, epoch, publicKey: canonicalize(publicKey) === content.publicKey ? publicKey : undefined });
  if (header !== undefined) return header;
  const base = content.base === undefined ? undefined : verifier.base(content.base.jws);
  if (base !== undefined) return base;
  for (const link of content.carried) {
    const found = verifier.carried(link);
    if (found !== undefined) return found;
  }
  return walkEntries(content, verifier);
}

function walkEntries(content: JournalContent, verifier: Verifier): Break | undefined {
  const checkpoints = new Pending(content.checkpoints, ({ seq }) => seq);
  const early = content.receipts.filter(({ epoch }) => epoch !== content.epoch);
  const receipts = new Pending(
    content.receipts.filter(({ epoch }) => epoch === content.epoch),
    ({ upToSeq }) => upToSeq,
  );
  const checkReceipt = (row: ReceiptRow): Break | undefined => misfiledReceipt(row) ?? verifier.receipt(row.jws);
  const signed = (upTo: number): Break | undefined =>
    checkpoints.first(upTo, (row) => misfiledCheckpoint(row, verifier.seq) ?? verifier.checkpoint(row.jws)) ?? receipts.first(upTo, checkReceipt);
  const earlier = new Pending(early, () => 0).first(0, checkReceipt);
  if (earlier !== undefined) return earlier;
  try {
    for (const row of content.entries) {
      const found = verifier.entry(row) ?? signed(row.seq);
      if (found !== undefined) return found;
    }
  } catch (error) {
    return broken('structure', verifier.seq + 1, toJournalError(error, 'reading the entry').message);
  }
  return signed(Number.MAX_SAFE_INTEGER) ?? verifier.end();
}

type CheckpointRow = JournalContent['checkpoints'][number];
type ReceiptRow = JournalContent['receipts'][number];

function misfiledCheckpoint({ seq, jws }: CheckpointRow, last: number): Break | undefined {
  const claims = checkpointSchema.safeParse(jwsClaims(jws));
  if (!claims.success || claims.data.seq === seq) return undefined;
  return broken('checkpoint', Math.min(seq, last + 1), 'the terminal signed something else');
}

function misfiledReceipt({ epoch, upToSeq, jws }: ReceiptRow): Break | undefined {
  const claims = receiptSchema.safeParse(jwsClaims(jws));
  if (!claims.success || (claims.data.epoch === epoch && claims.data.upToSeq === upToSeq)) return undefined;
  return broken('receipt', upToSeq, 'the receipt is filed under another entry');
}

/** Rows in ascending order, each looked at once, when its entry has been. */
class Pending<Row> {
  readonly #rows: readonly Row[];
  readonly #seqOf: (row: Row) => number;
  #next = 0;

  constructor(rows: readonly Row[], seqOf: (row: Row) => number) {
    this.#rows = rows;
    this.#seqOf = seqOf;
  }

  /** The first break among the rows up to `seq`. */
  first(seq: number, check: (row: Row) => Break | undefined): Break | undefined {
    for (let row = this.#rows[this.#next]; row !== undefined && this.#seqOf(row) <= seq; row = this.#rows[this.#next]) {
      this.#next += 1;
      const found = check(row);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
