/**
 * The proof: checks a journal from its first entry to its last and names the first break. Reads only; works on the file of a running
 * terminal and on a copy. `kioskctl journal verify` prints what it says; FORMAT.md lets others write the same in another language.
 */
import canonicalize from 'canonicalize';
import { canonicalEntry, entrySchema, GENESIS_HASH, hashCanonicalEntry, type JournalEntry } from '../../common/journal-entry.ts';
import { journalKinds, type NewEntry, type Posting } from '../../common/journal-kinds.ts';
import { publicKeySchema, type PublicKey } from '../../common/upstream-api/fields.ts';
import { CHECKPOINT_TYPE, checkpointSchema, RECEIPT_TYPE, receiptSchema } from '../../common/upstream-api/journal.ts';
import { EMPTY_TRANSACTION, foldEntry } from '../money/fold.ts';
import { addPostings, NO_BALANCES, postingsFor, type Balances } from '../money/postings.ts';
import type { TransactionState } from '../money/transaction-state.ts';
import { carriedSeal } from './carried.ts';
import { withContent, type JournalContent, type StoredRow } from './content.ts';
import { toJournalError } from './journal-error.ts';
import { indexFault } from './schema.ts';
import { jwsVerifier } from './jws.ts';
import { CHECKPOINT_EVERY, hashText, jwsClaims, linkHolds, parseJson, sameBytes } from './lines.ts';

export type Check =
  /** SQLite's own structures, and what the file says of itself. */
  | 'structure'
  /** The key in the file is not the one that was given. */
  | 'key'
  | 'sequence'
  | 'chain'
  /** Canonical, fits its kind, and of this terminal and epoch. */
  | 'entry'
  | 'postings'
  | 'fold'
  | 'checkpoint'
  | 'receipt'
  /** What was taken over from a damaged earlier epoch. */
  | 'carried';

export interface Break {
  readonly check: Check;
  /** The entry where it breaks; `undefined` when it is not about one entry. */
  readonly seq?: number;
  readonly detail: string;
}

export interface Verification {
  readonly ok: boolean;
  readonly terminalId: string;
  readonly epoch: number;
  /** How many entries, checkpoints, receipts and transactions were checked and found good. */
  readonly entries: number;
  readonly checkpoints: number;
  readonly receipts: number;
  readonly transactions: number;
  readonly carried: number;
  readonly headHash: string;
  /** Everything up to here is signed by the terminal; what follows is chained only. */
  readonly signedUpTo: number;
  /** Everything up to here is receipted by upstream. */
  readonly receiptedUpTo: number;
  /** Whether the receipts' signatures were checked too: that needs upstream's key. */
  readonly receiptSignatures: boolean;
  /** Whose word the checkpoints were checked against: a key that was given, or the one in the file. */
  readonly key: 'given' | 'file';
  readonly openTransactions: readonly string[];
  readonly balances: Balances;
  /** The first break. */
  readonly break?: Break;
}

export interface VerifyOptions {
  /** The terminal's key as someone else knows it. Without it the file vouches for itself. */
  readonly publicKey?: PublicKey;
  readonly upstreamKey?: PublicKey;
  /** Receipts (JWS) kept elsewhere: a truncated journal can't hide from them. */
  readonly receipts?: readonly string[];
}

/** @throws {JournalError} `notFound`, `newer`, `io`; damage is a finding, not an error */
export function verifyJournal(path: string, options: VerifyOptions = {}): Verification {
  try {
    return withContent(path, (content, db) => {
      const verification = verifyContent(content, options);
      if (!verification.ok) return verification;
      const pages = String(db.pragma('integrity_check(1)', { simple: true }));
      const detail = pages === 'ok' ? indexFault(db) : pages;
      return detail === undefined ? verification : { ...verification, ok: false, break: { check: 'structure', detail } };
    });
  } catch (error) {
    const failure = toJournalError(error, `reading ${path}`);
    if (failure.code !== 'corrupt') throw failure;
    return { ...new Verifier({ terminalId: '', epoch: 0 }, options).result(), ok: false, break: { check: 'structure', detail: failure.message } };
  }
}

export function verifyContent(content: JournalContent, options: VerifyOptions = {}): Verification {
  const verifier = new Verifier(content, options);
  const found = verifier.run(content);
  return { ...verifier.result(), ...(found === undefined ? {} : { ok: false, break: found }) };
}

class Verifier {
  readonly #meta: { readonly terminalId: string; readonly epoch: number };
  readonly #options: VerifyOptions;
  readonly #transactions = new Map<string, TransactionState>();
  /** Began in an earlier epoch whose entries are not here: can't be folded. */
  readonly #foreign = new Set<string>();
  /** seq → hash that upstream has. */
  readonly #receipted = new Map<number, string>();
  #head = { seq: 0, hash: GENESIS_HASH };
  #checkpoints = 0;
  #receipts = 0;
  #signedUpTo = 0;
  #receiptedUpTo = 0;
  #carried = 0;
  #replaced = false;
  #balances: Balances = NO_BALANCES;

  constructor(meta: { readonly terminalId: string; readonly epoch: number }, options: VerifyOptions) {
    this.#meta = meta;
    this.#options = options;
  }

  result(): Verification {
    return {
      ok: true,
      terminalId: this.#meta.terminalId,
      epoch: this.#meta.epoch,
      entries: this.#head.seq,
      checkpoints: this.#checkpoints,
      receipts: this.#receipts,
      transactions: this.#transactions.size,
      carried: this.#carried,
      headHash: hashText(this.#head.hash),
      signedUpTo: this.#signedUpTo,
      receiptedUpTo: this.#receiptedUpTo,
      receiptSignatures: this.#options.upstreamKey !== undefined,
      key: this.#options.publicKey === undefined ? 'file' : 'given',
      openTransactions: [...this.#transactions].filter(([, state]) => state.closed === undefined).map(([id]) => id),
      balances: this.#balances,
    };
  }

  run(content: JournalContent): Break | undefined {
    const key = publicKeySchema.safeParse(parseJson(content.publicKey));
    if (!key.success || canonicalize(key.data) !== content.publicKey) return { check: 'structure', detail: 'the public key in the file is not readable' };
    if (this.#options.publicKey !== undefined && this.#options.publicKey.x !== key.data.x)
      return { check: 'key', detail: 'the journal names another key than the one given' };
    return this.#readReceipts(content) ?? this.#checkCarried(content) ?? this.#checkEntries(content, key.data);
  }

  #checkEntries(content: JournalContent, key: PublicKey): Break | undefined {
    const signatures = jwsVerifier(key);
    const checkpoints = new Map(content.checkpoints.map(({ seq, jws }) => [seq, jws]));
    try {
      for (const row of content.entries) {
        const jws = checkpoints.get(row.seq);
        const found = this.#checkRow(row, content) ?? (jws === undefined ? undefined : this.#checkCheckpoint(row.seq, jws, signatures));
        if (found !== undefined) return found;
      }
    } catch (error) {
      return { check: 'structure', seq: this.#head.seq + 1, detail: toJournalError(error, 'reading the entry').message };
    }
    const beyond = content.checkpoints.find(({ seq }) => seq > this.#head.seq);
    if (beyond !== undefined)
      return { check: 'checkpoint', seq: this.#head.seq + 1, detail: `entry ${beyond.seq} was signed; the journal ends at ${this.#head.seq}` };
    const receipted = Math.max(0, ...this.#receipted.keys());
    if (receipted > this.#head.seq)
      return { check: 'receipt', seq: this.#head.seq + 1, detail: `upstream has entry ${receipted}; the journal ends at ${this.#head.seq}` };
    return undefined;
  }

  #checkRow(row: StoredRow, content: JournalContent): Break | undefined {
    const seq = this.#head.seq + 1;
    if (row.seq !== seq) return { check: 'sequence', seq, detail: `entry ${seq} is missing, ${row.seq} follows` };
    if (!sameBytes(hashCanonicalEntry(this.#head.hash, row.entry), row.hash))
      return { check: 'chain', seq, detail: 'the hash does not fit the entry and its predecessor' };
    const entry = entrySchema.safeParse(parseJson(row.entry));
    if (!entry.success) return { check: 'entry', seq, detail: 'not a journal entry' };
    const found = checkEntry(entry.data, row, content) ?? this.#checkFirst(entry.data, content) ?? this.#fold(entry.data);
    if (found !== undefined) return found;
    const receipted = this.#receipted.get(seq);
    if (receipted !== undefined && receipted !== hashText(row.hash)) return { check: 'receipt', seq, detail: 'upstream has another entry at this place' };
    if (receipted !== undefined) this.#receiptedUpTo = seq;
    this.#head = { seq, hash: row.hash };
    this.#balances = addPostings(this.#balances, entry.data.postings);
    if (seq - this.#signedUpTo > CHECKPOINT_EVERY) return { check: 'checkpoint', seq, detail: `no checkpoint since entry ${this.#signedUpTo}` };
    return undefined;
  }

  /** An epoch that replaced a damaged one begins by saying what it carries. */
  #checkFirst(entry: JournalEntry, content: JournalContent): Break | undefined {
    if (entry.seq !== 1) return undefined;
    this.#replaced = entry.kind === 'journal.replaced';
    if (!this.#replaced)
      return content.carried.length === 0 ? undefined : { check: 'carried', seq: 1, detail: 'entries are carried that the first entry does not name' };
    const body = journalKinds['journal.replaced'].parse(entry.body);
    const seal = carriedSeal(content.carried);
    if (seal.entries !== body.carried.entries || seal.sha256 !== body.carried.sha256)
      return { check: 'carried', seq: 1, detail: 'the carried entries are not those that were sealed' };
    this.#balances = { ...NO_BALANCES, ...body.balances };
    return undefined;
  }

  #fold(entry: JournalEntry): Break | undefined {
    const id = entry.transactionId;
    if (id === undefined || this.#foreign.has(id)) return undefined;
    const before = this.#transactions.get(id);
    if (before === undefined && this.#replaced && entry.kind !== 'transaction.opened') {
      this.#foreign.add(id);
      return undefined;
    }
    const after = foldEntry(before ?? EMPTY_TRANSACTION, entry);
    this.#transactions.set(id, after);
    const [anomaly] = after.anomalies;
    return anomaly === undefined ? undefined : { check: 'fold', seq: entry.seq, detail: `transaction ${id}: ${anomaly.code}: ${anomaly.detail}` };
  }

  #checkCheckpoint(seq: number, jws: string, verify: ReturnType<typeof jwsVerifier>): Break | undefined {
    const verdict = verify(jws, CHECKPOINT_TYPE);
    if (!verdict.ok) return { check: 'checkpoint', seq, detail: `the checkpoint is not genuine (${verdict.problem})` };
    const checkpoint = checkpointSchema.safeParse(verdict.claims);
    const { terminalId, epoch } = this.#meta;
    const says = checkpoint.success ? checkpoint.data : undefined;
    if (says?.terminalId !== terminalId || says.epoch !== epoch || says.seq !== seq || says.hash !== hashText(this.#head.hash)) {
      return { check: 'checkpoint', seq, detail: 'the terminal signed something else' };
    }
    this.#checkpoints += 1;
    this.#signedUpTo = seq;
    return undefined;
  }

  /** What upstream says it has of this epoch; the entries are compared as they come. */
  #readReceipts(content: JournalContent): Break | undefined {
    const rows = [...content.receipts, ...(this.#options.receipts ?? []).map((jws) => ({ jws, epoch: undefined, upToSeq: undefined }))];
    const verify = this.#options.upstreamKey === undefined ? undefined : jwsVerifier(this.#options.upstreamKey);
    for (const { jws, epoch, upToSeq } of rows) {
      const claims = receiptSchema.safeParse(jwsClaims(jws));
      if (!claims.success) return { check: 'receipt', ...(upToSeq === undefined ? {} : { seq: upToSeq }), detail: 'a receipt is not readable' };
      const receipt = claims.data;
      const seq = receipt.upToSeq;
      if (verify !== undefined && !verify(jws, RECEIPT_TYPE).ok) return { check: 'receipt', seq, detail: 'the receipt is not signed by upstream' };
      if (epoch !== undefined && (epoch !== receipt.epoch || upToSeq !== seq))
        return { check: 'receipt', seq, detail: 'the receipt is filed under another entry' };
      if (receipt.terminalId !== this.#meta.terminalId) return { check: 'receipt', seq, detail: `the receipt is ${receipt.terminalId}’s` };
      this.#receipts += 1;
      if (receipt.epoch === this.#meta.epoch) this.#receipted.set(seq, receipt.headHash.toLowerCase());
    }
    return undefined;
  }

  #checkCarried({ carried, epoch }: JournalContent): Break | undefined {
    for (const link of carried) {
      const entry = entrySchema.safeParse(parseJson(link.json));
      const where = `entry ${link.epoch}/${link.seq}`;
      if (!linkHolds(link) || !entry.success) return { check: 'carried', detail: `${where} is not as it was written` };
      if (entry.data.epoch !== link.epoch || entry.data.seq !== link.seq || link.epoch >= epoch)
        return { check: 'carried', detail: `${where} is filed under another place` };
      this.#carried += 1;
      this.#foldCarried(entry.data);
    }
    return undefined;
  }

  /** Only transactions that are here from their beginning can be folded; the earlier epoch’s own file proves the others. */
  #foldCarried(entry: JournalEntry): void {
    const id = entry.transactionId;
    if (id === undefined || this.#foreign.has(id)) return;
    const before = this.#transactions.get(id);
    if (before === undefined && entry.kind !== 'transaction.opened') this.#foreign.add(id);
    else this.#transactions.set(id, foldEntry(before ?? EMPTY_TRANSACTION, entry));
  }
}

function checkEntry(entry: JournalEntry, row: StoredRow, { terminalId, epoch }: JournalContent): Break | undefined {
  const { seq } = row;
  if (canonicalEntry(entry) !== row.entry) return { check: 'entry', seq, detail: 'not in canonical form' };
  if (entry.seq !== seq || entry.epoch !== epoch || entry.terminalId !== terminalId) {
    return { check: 'entry', seq, detail: `says it is ${entry.terminalId} ${entry.epoch}/${entry.seq}, not ${terminalId} ${epoch}/${seq}` };
  }
  const sum = entry.postings.reduce((total, { amount }) => total + amount, 0);
  if (sum !== 0) return { check: 'postings', seq, detail: `the postings sum to ${sum} fen` };
  const body = journalKinds[entry.kind].safeParse(entry.body);
  if (!body.success) return { check: 'entry', seq, detail: `the body does not fit ${entry.kind}` };
  const due = postingsFor({ kind: entry.kind, body: body.data } as NewEntry);
  return samePostings(entry.postings, due) ? undefined : { check: 'postings', seq, detail: `${entry.kind} must post ${JSON.stringify(due)}` };
}

function samePostings(posted: readonly Posting[], due: readonly Posting[]): boolean {
  return posted.length === due.length && due.every(({ account, amount }, index) => posted[index]?.account === account && posted[index].amount === amount);
}
