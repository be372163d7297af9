/**
 * The proof, one part of a journal after the other in the order of an export: each call answers the first break it finds, in the order of
 * checks that FORMAT.md ("Verifying an export") lays down. verify.ts walks a SQLite file with it, verify-export.ts JSON Lines.
 */
import { FLAVOR, flavorOf } from '../../common/flavor.ts';
import { GENESIS_HASH, genesisOf, hashCanonicalEntry, type JournalEntry } from '../../common/journal-entry.ts';
import { journalKinds } from '../../common/journal-kinds.ts';
import { publicKeySchema, type PublicKey } from '../../common/upstream-api/fields.ts';
import { CHECKPOINT_TYPE, checkpointSchema, RECEIPT_TYPE, receiptSchema } from '../../common/upstream-api/journal.ts';
import { EMPTY_TRANSACTION, foldEntry, isForeign } from '../../common/money/fold.ts';
import { addPostings, NO_BALANCES, type Balances } from '../../common/money/postings.ts';
import { foldCashEntry, NO_CASH } from '../../common/money/settlement-fold.ts';
import type { CashState } from '../../common/money/settlement-state.ts';
import type { TransactionState } from '../../common/money/transaction-state.ts';
import { baseBalances, baseCash, baseDigest, baseFault, baseIn, hashOf, type Base } from './base.ts';
import { carriedSeal, sameSeal, type CarriedLink } from './carried.ts';
import { postingsFault, readEntry } from './entry-check.ts';
import { jwsVerifier } from './jws.ts';
import { otherFlavorText } from './journal-error.ts';
import { CHECKPOINT_EVERY, hashText, isCanonicalBase64Url, jwsClaims, linkHolds, sameBytes } from './lines.ts';
import { broken, type Break, type Check, type Verification, type VerifyOptions } from './verification.ts';

export interface JournalHeader {
  readonly terminalId: string;
  /** Not known before the first entry where the source doesn't say. */
  readonly epoch?: number;
  readonly publicKey: unknown;
}

export interface EntryRow {
  /** As the source files it. */
  readonly seq: number | undefined;
  /** The text that was hashed. */
  readonly entry: string;
  readonly hash: Uint8Array;
}

/** What a checkpoint or receipt says of an entry. */
interface Claim {
  /** Of this terminal and epoch. */
  readonly own: boolean;
  readonly seq: number;
  readonly hash: string;
}

export class Verifier {
  readonly #options: VerifyOptions;
  readonly #transactions = new Map<string, TransactionState>();
  /** Began in an earlier epoch whose entries are not here: can't be folded. */
  readonly #foreign = new Set<string>();
  /** Receipts kept elsewhere: `epoch/seq` → hashes. */
  readonly #elsewhere = new Map<string, readonly string[]>();
  readonly #carried: CarriedLink[] = [];
  readonly #earlyReceiptEpochs: number[] = [];
  readonly #receiptSignature: ReturnType<typeof jwsVerifier> | undefined;
  #checkpointSignature: ReturnType<typeof jwsVerifier> | undefined;
  #publicKey: PublicKey | undefined;
  #base: Base | undefined;
  /** The last entry that was pruned; 0: none. */
  #start = 0;
  #terminalId = '';
  #epoch: number | undefined;
  #head: { readonly seq: number; readonly hash: Uint8Array } = { seq: 0, hash: GENESIS_HASH };
  #checkpoints = 0;
  #receipts = 0;
  #signedUpTo = 0;
  #receiptedUpTo = 0;
  #replaced = false;
  #balances: Balances = NO_BALANCES;
  #cash: CashState = NO_CASH;

  constructor(options: VerifyOptions) {
    this.#options = options;
    this.#receiptSignature = options.upstreamKey === undefined ? undefined : jwsVerifier(options.upstreamKey);
  }

  /** The last entry that was found good, or was pruned: where a reader that fails stands. */
  get seq(): number {
    return this.#head.seq;
  }

  /** Whether an entry was found good. */
  get begun(): boolean {
    return this.#head.seq > this.#start;
  }

  /** {@link seq} for a break that is about an entry; `undefined` before the first one. */
  get place(): number | undefined {
    return this.begun ? this.#head.seq : undefined;
  }

  /** Whose journal it is, and the receipts kept elsewhere. */
  begin({ terminalId, epoch, publicKey }: JournalHeader): Break | undefined {
    this.#terminalId = terminalId;
    this.#epoch = epoch;
    const key = readKey(publicKey);
    if (key === undefined) return broken('structure', undefined, 'the public key in the file is not readable');
    const flavor = flavorOf(terminalId);
    if (flavor !== (this.#options.flavor ?? FLAVOR)) return broken('flavor', undefined, otherFlavorText[flavor]);
    this.#head = { seq: 0, hash: genesisOf(terminalId) };
    if (this.#options.publicKey !== undefined && this.#options.publicKey.x !== key.x)
      return broken('key', undefined, 'the journal names another key than the one given');
    this.#publicKey = key;
    this.#checkpointSignature = jwsVerifier(key);
    return this.#readElsewhere(this.#options.receipts ?? []);
  }

  /** What stands for pruned entries; before everything else but the header. */
  base(jws: string): Break | undefined {
    const base = baseIn(jws);
    if (base === undefined || this.#publicKey === undefined) return broken('base', undefined, 'what stands for the pruned entries is not readable');
    this.#epoch ??= base.epoch;
    const fault = baseFault({ base, jws }, { terminalId: this.#terminalId, epoch: this.#epoch, publicKey: this.#publicKey });
    if (fault !== undefined) return broken('base', undefined, fault);
    if (this.#receiptSignature?.(base.receipt, RECEIPT_TYPE).ok === false)
      return broken('base', undefined, 'the receipt for the pruned entries is not signed by upstream');
    if (this.#elsewhere.get(place(base.epoch, base.upToSeq))?.some((known) => known !== base.hash) === true)
      return broken('base', undefined, `upstream has another entry ${base.upToSeq}`);
    this.#base = base;
    this.#start = base.upToSeq;
    this.#head = { seq: base.upToSeq, hash: hashOf(base) };
    this.#signedUpTo = base.upToSeq;
    this.#receiptedUpTo = base.upToSeq;
    this.#balances = baseBalances(base);
    this.#cash = baseCash(base);
    return undefined;
  }

  /** An entry of an earlier epoch, or one that was kept; all of them come before the first entry, in order. */
  carried(link: CarriedLink): Break | undefined {
    const where = `entry ${link.epoch}/${link.seq}`;
    const read = readEntry(link.json);
    if (!linkHolds(link) || 'fault' in read) return broken('carried', undefined, `${where} is not as it was written`);
    const { entry } = read;
    if (entry.terminalId !== this.#terminalId || entry.epoch !== link.epoch || entry.seq !== link.seq)
      return broken('carried', undefined, `${where} is filed under another place`);
    const previous = this.#carried.at(-1);
    if (previous !== undefined && (link.epoch < previous.epoch || (link.epoch === previous.epoch && link.seq <= previous.seq)))
      return broken('carried', undefined, `${where} is not in order`);
    if (postingsFault(entry) !== undefined) return broken('carried', undefined, `${where} posts what it must not`);
    if (!hangsOn(previous, link, genesisOf(this.#terminalId))) return broken('carried', undefined, `${where} does not hang on the one before it`);
    this.#carried.push(link);
    this.#fold(entry, true);
    return undefined;
  }

  entry(row: EntryRow): Break | undefined {
    const seq = this.#head.seq + 1;
    if (row.seq !== undefined && row.seq !== seq) return broken('sequence', seq, `entry ${seq} is missing, ${row.seq} follows`);
    if (!sameBytes(hashCanonicalEntry(this.#head.hash, row.entry), row.hash))
      return broken('chain', seq, 'the hash does not fit the entry and its predecessor');
    const read = readEntry(row.entry);
    if ('fault' in read) return broken('entry', seq, read.fault);
    const { entry } = read;
    const found =
      this.#checkPlace(entry, seq) ??
      this.#checkPostings(entry) ??
      this.#checkFirst(entry) ??
      this.#checkAnnouncement(entry) ??
      this.#checkFold(entry) ??
      this.#checkCash(entry);
    if (found !== undefined) return found;
    const hash = hashText(row.hash);
    const receipted = this.#elsewhere.get(place(entry.epoch, seq));
    if (receipted?.some((known) => known !== hash) === true) return broken('receipt', seq, 'upstream has another entry at this place');
    if (receipted !== undefined) this.#receiptedUpTo = seq;
    this.#head = { seq, hash: row.hash };
    if (seq - this.#signedUpTo > CHECKPOINT_EVERY) return broken('checkpoint', seq, `no checkpoint since entry ${this.#signedUpTo}`);
    return undefined;
  }

  /** The checkpoint of the entry before. */
  checkpoint(jws: string): Break | undefined {
    const { seq } = this.#head;
    const verdict = this.#checkpointSignature?.(jws, CHECKPOINT_TYPE);
    if (verdict?.ok !== true) return broken('checkpoint', seq, `the checkpoint is not genuine (${verdict?.problem ?? 'no key'})`);
    const claims = checkpointSchema.safeParse(verdict.claims);
    if (!claims.success) return broken('checkpoint', seq, 'the terminal signed something else');
    const { terminalId, epoch, seq: named, hash } = claims.data;
    const found = this.#checkClaim('checkpoint', { own: terminalId === this.#terminalId && epoch === this.#epoch, seq: named, hash });
    if (found !== undefined) return found;
    this.#checkpoints += 1;
    this.#signedUpTo = seq;
    return undefined;
  }

  /** The receipt up to the entry before; before the first entry, one of an earlier epoch. */
  receipt(jws: string): Break | undefined {
    const seq = this.begun ? this.#head.seq : 0;
    const claims = receiptSchema.safeParse(jwsClaims(jws));
    if (!claims.success) return broken('receipt', seq, 'a receipt is not readable');
    const receipt = claims.data;
    const found =
      this.#checkSigner(jws, receipt.terminalId, seq) ??
      (seq === 0 ? undefined : this.#checkClaim('receipt', { own: receipt.epoch === this.#epoch, seq: receipt.upToSeq, hash: receipt.headHash }));
    if (found !== undefined) return found;
    if (seq === 0) this.#earlyReceiptEpochs.push(receipt.epoch);
    else this.#receiptedUpTo = seq;
    this.#receipts += 1;
    return undefined;
  }

  /** Nothing follows. */
  end(): Break | undefined {
    const { seq } = this.#head;
    const due = this.#base?.announced ?? 0;
    if (due > seq) return broken('base', seq + 1, `entry ${due} announced the pruning; the journal ends at ${seq}`);
    if (seq === 0 && this.#carried.length > 0) return broken('carried', 1, 'no entry seals what is carried');
    if (seq === 0 && this.#earlyReceiptEpochs.length > 0) return broken('receipt', 1, 'upstream has entries; there are none here');
    const own = `${this.#epoch ?? 1}/`;
    const places = [...this.#elsewhere.keys()].filter((known) => known.startsWith(own)).map((known) => Number(known.slice(own.length)));
    const receipted = Math.max(0, ...places);
    return receipted > seq ? broken('receipt', seq + 1, `upstream has entry ${receipted}; the journal ends at ${seq}`) : undefined;
  }

  result(found: Break | undefined): Verification {
    return {
      ok: found === undefined,
      terminalId: this.#terminalId,
      epoch: this.#epoch ?? 1,
      entries: this.#head.seq - this.#start,
      checkpoints: this.#checkpoints,
      receipts: this.#receipts,
      transactions: this.#transactions.size,
      carried: this.#carried.length,
      ...(this.#base === undefined ? {} : { pruned: this.#base }),
      headHash: hashText(this.#head.hash),
      signedUpTo: this.#signedUpTo,
      receiptedUpTo: this.#receiptedUpTo,
      receiptSignatures: this.#receiptSignature !== undefined,
      key: this.#options.publicKey === undefined ? 'file' : 'given',
      openTransactions: [...this.#transactions].filter(([, state]) => state.closed === undefined).map(([id]) => id),
      balances: this.#balances,
      ...(found === undefined ? {} : { break: found }),
    };
  }

  #readElsewhere(receipts: readonly string[]): Break | undefined {
    for (const jws of receipts) {
      const claims = receiptSchema.safeParse(jwsClaims(jws));
      if (!claims.success) return broken('receipt', undefined, 'a receipt is not readable');
      const { terminalId, epoch, upToSeq, headHash } = claims.data;
      const found = this.#checkSigner(jws, terminalId, upToSeq);
      if (found !== undefined) return found;
      const known = place(epoch, upToSeq);
      this.#elsewhere.set(known, [...(this.#elsewhere.get(known) ?? []), headHash.toLowerCase()]);
      this.#receipts += 1;
    }
    return undefined;
  }

  #checkSigner(jws: string, terminalId: string, seq: number): Break | undefined {
    if (this.#receiptSignature?.(jws, RECEIPT_TYPE).ok === false) return broken('receipt', seq, 'the receipt is not signed by upstream');
    return terminalId === this.#terminalId ? undefined : broken('receipt', seq, `the receipt is ${terminalId}’s`);
  }

  #checkClaim(check: Check, { own, seq, hash }: Claim): Break | undefined {
    const { seq: last, hash: lastHash } = this.#head;
    if (own && seq > last) {
      const who = check === 'receipt' ? `upstream has entry ${seq}` : `entry ${seq} was signed`;
      return broken(check, last + 1, `${who}; the journal ends at ${last}`);
    }
    if (own && seq === last && hash.toLowerCase() === hashText(lastHash)) return undefined;
    return broken(check, last, check === 'receipt' ? 'upstream has another entry at this place' : 'the terminal signed something else');
  }

  #checkPlace({ terminalId, epoch, seq }: JournalEntry, due: number): Break | undefined {
    this.#epoch ??= epoch;
    if (seq === due && epoch === this.#epoch && terminalId === this.#terminalId) return undefined;
    return broken('entry', due, `says it is ${terminalId} ${epoch}/${seq}, not ${this.#terminalId} ${this.#epoch}/${due}`);
  }

  #checkPostings(entry: JournalEntry): Break | undefined {
    const fault = postingsFault(entry);
    if (fault !== undefined) return broken('postings', entry.seq, fault);
    this.#balances = addPostings(this.#balances, entry.postings);
    const beyond = entry.postings.find(({ account }) => !Number.isSafeInteger(this.#balances[account]));
    return beyond === undefined ? undefined : broken('postings', entry.seq, `${beyond.account} is beyond any sum of money`);
  }

  /** An epoch that replaced a damaged one begins by saying what it carries; what came before its first entry is of earlier epochs. */
  #checkFirst({ seq, epoch, kind, body }: JournalEntry): Break | undefined {
    if ((kind === 'journal.replaced') !== (seq === 1 && epoch > 1))
      return broken('carried', seq, 'journal.replaced is the first entry of an epoch above 1, and no other');
    if (seq > this.#start + 1) return undefined;
    if (this.#base !== undefined) return this.#checkKept(this.#base, seq);
    if (epoch === 1 && this.#carried.length > 0) return broken('carried', seq, 'entries are carried that the first entry does not name');
    const replaced = epoch === 1 ? undefined : journalKinds['journal.replaced'].parse(body);
    const seal = carriedSeal(this.#carried);
    if (replaced !== undefined && (seal.entries !== replaced.carried.entries || seal.sha256 !== replaced.carried.sha256))
      return broken('carried', seq, 'the carried entries are not those that were sealed');
    if (this.#carried.some((link) => link.epoch >= epoch)) return broken('carried', seq, 'a carried entry is of no earlier epoch');
    if (this.#earlyReceiptEpochs.some((early) => early >= epoch)) return broken('receipt', seq, 'a receipt of this epoch stands before its first entry');
    if (replaced === undefined) return undefined;
    this.#replaced = true;
    this.#balances = { ...NO_BALANCES, ...replaced.balances };
    return undefined;
  }

  /** The base seals what lies beside the chain: what came from earlier epochs, and what was kept of this one. */
  #checkKept({ epoch, upToSeq, carried, kept }: Base, seq: number): Break | undefined {
    const earlier = this.#carried.filter((link) => link.epoch < epoch);
    const stayed = this.#carried.filter((link) => link.epoch === epoch && link.seq <= upToSeq);
    if (earlier.length + stayed.length < this.#carried.length) return broken('carried', seq, 'a carried entry is not of those before this one');
    if (!sameSeal(carriedSeal(earlier), carried) || !sameSeal(carriedSeal(stayed), kept))
      return broken('carried', seq, 'the carried entries are not those that were sealed');
    if (this.#earlyReceiptEpochs.some((early) => early >= epoch)) return broken('receipt', seq, 'a receipt of this epoch stands before its first entry');
    return undefined;
  }

  /** The terminal's own chain, which upstream gets, names the base. */
  #checkAnnouncement({ seq, kind, body }: JournalEntry): Break | undefined {
    if (this.#base === undefined || seq !== this.#base.announced) return undefined;
    const says = kind === 'journal.pruned' ? journalKinds[kind].parse(body) : undefined;
    return says?.base === baseDigest(this.#base) ? undefined : broken('base', seq, 'the entry that should have announced the pruning does not');
  }

  #checkFold(entry: JournalEntry): Break | undefined {
    const anomaly = this.#fold(entry, this.#replaced || this.#base !== undefined)?.anomalies[0];
    return anomaly === undefined
      ? undefined
      : broken('fold', entry.seq, `transaction ${entry.transactionId}: entry ${anomaly.seq}: ${anomaly.code}: ${anomaly.detail}`);
  }

  #checkCash(entry: JournalEntry): Break | undefined {
    this.#cash = foldCashEntry(this.#cash, entry);
    const [anomaly] = this.#cash.anomalies;
    return anomaly === undefined ? undefined : broken('settlement', entry.seq, `${anomaly.code}: ${anomaly.detail}`);
  }

  /** @param mayBeForeign whether a transaction may have begun where nobody can look: it can't be folded then */
  #fold(entry: JournalEntry, mayBeForeign: boolean): TransactionState | undefined {
    const id = entry.transactionId;
    if (id === undefined || this.#foreign.has(id) || isForeign(entry.kind)) return undefined;
    const before = this.#transactions.get(id);
    if (before === undefined && mayBeForeign && entry.kind !== 'transaction.opened') {
      this.#foreign.add(id);
      return undefined;
    }
    const after = foldEntry(before ?? EMPTY_TRANSACTION, entry);
    this.#transactions.set(id, after);
    return after;
  }
}

/** A public key as the file holds it: its spare bits must be zero, as in signatures. */
function readKey(value: unknown): PublicKey | undefined {
  const key = publicKeySchema.safeParse(value);
  return key.success && isCanonicalBase64Url(key.data.x) ? key.data : undefined;
}

/** Neighbors are linked; the first entry of an epoch hangs on nothing. */
function hangsOn(previous: CarriedLink | undefined, link: CarriedLink, genesis: Uint8Array): boolean {
  if (previous !== undefined && previous.epoch === link.epoch && previous.seq + 1 === link.seq) return sameBytes(previous.hash, link.prevHash);
  return link.seq > 1 || sameBytes(genesis, link.prevHash);
}

function place(epoch: number, seq: number): string {
  return `${epoch}/${seq}`;
}
