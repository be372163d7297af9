/**
 * What a damaged journal still proves. Reads the file that was set aside and its second file, takes the longest run of entries that
 * hangs together, and says what each proved and which entries the new epoch must carry. Nothing is repaired in place.
 */
import { GENESIS_HASH, genesisOf } from '../../common/journal-entry.ts';
import { leavesOpen } from '../../common/money/open-transactions.ts';
import { addPostings, NO_BALANCES, type Balances } from '../../common/money/postings.ts';
import { carriedLinks, openingBalances, type CarriedLink } from './carried.ts';
import { JournalError, toJournalError } from './journal-error.ts';
import { prunedFault } from './kept.ts';
import { linkHolds, sameBytes, type Link } from './lines.ts';
import { checkVersion, openForReading, type Connection } from './schema.ts';
import type { SecondCopy } from './second-copy.ts';
import { chainStart, lastReceipt, parseEntry, readMeta, storedLinks } from './stored-chain.ts';

/** What one file proves of the damaged epoch. */
export interface Proof {
  readonly file: string;
  /** First and last entry of the run that hangs together; both 0 when it proves nothing. */
  readonly fromSeq: number;
  readonly upToSeq: number;
  /** What ended the run early. */
  readonly trouble?: string;
}

export interface Salvage {
  /** Of the damaged journal; `undefined` when neither file says. */
  readonly epoch: number | undefined;
  readonly journal: Proof;
  readonly secondFile: Proof;
  readonly lastProvable: { readonly seq: number; readonly hash: Uint8Array };
  /** Whether every entry from the first one that was not pruned to the last provable one was read. */
  readonly complete: boolean;
  /** Entries without a receipt or of an open transaction, earlier epochs first. */
  readonly carried: readonly CarriedLink[];
  readonly balances: Balances;
  readonly openTransactions: readonly string[];
}

export interface DamagedFiles {
  /** Whose journal it is. */
  readonly terminalId: string;
  /** The journal as it was set aside; `undefined` when it is gone. */
  readonly journalPath: string | undefined;
  readonly secondPath: string;
  readonly second: SecondCopy | undefined;
}

export function salvage({ terminalId, journalPath, secondPath, second }: DamagedFiles): Salvage {
  const collected = new Collected(genesisOf(terminalId));
  const primary = readPrimary(journalPath, collected);
  const header = second?.header;
  const secondProof = proof(secondPath, header?.after.seq ?? 0, second?.links.at(-1)?.seq ?? 0, second === undefined ? 'it is missing' : second.trouble);
  const disagreement = second === undefined || header === undefined ? undefined : joinSecond(collected, primary.epoch, second, header);
  return {
    epoch: header !== undefined && header.epoch >= (primary.epoch ?? 0) ? header.epoch : primary.epoch,
    journal: primary.proof,
    secondFile: disagreement === undefined ? secondProof : { ...secondProof, trouble: disagreement },
    lastProvable: collected.head,
    complete: collected.complete,
    carried: collected.carried(),
    balances: collected.balances,
    openTransactions: collected.openTransactions(),
  };
}

/** The entries of a run, reduced to what a new epoch needs of them. */
class Collected {
  head: { readonly seq: number; readonly hash: Uint8Array };
  balances: Balances = NO_BALANCES;
  complete = true;
  receiptedUpTo = 0;
  #earlier: readonly CarriedLink[] = [];
  #unreceipted: CarriedLink[] = [];
  readonly #open = new Map<string, CarriedLink[]>();
  /** What became here of transactions that {@link #earlier} has the beginning of: without it they would seem open again. */
  readonly #further = new Map<string, CarriedLink[]>();

  /** @param genesis what the first entry hangs on */
  constructor(genesis: Uint8Array) {
    this.head = { seq: 0, hash: genesis };
  }

  /** @param earlier entries that lie beside the chain, of earlier epochs or kept when others were pruned */
  startWith(earlier: readonly CarriedLink[], { head, balances }: Start): void {
    this.#earlier = earlier;
    this.head = head;
    this.balances = balances;
    for (const link of earlier) {
      const { transactionId } = parseEntry(link.json);
      if (transactionId !== undefined) this.#further.set(transactionId, []);
      this.#follow(link);
    }
  }

  /** Entries are missing before the next one: what is known of open transactions, and of kept ones, may be out of date. Upstream has both. */
  jumpTo(head: { seq: number; hash: Uint8Array }, balances: Balances, epoch: number | undefined): void {
    this.head = head;
    this.balances = balances;
    this.complete = false;
    this.#open.clear();
    this.#earlier = this.#earlier.filter((link) => link.epoch !== epoch);
    const known = new Set(this.#earlier.map(({ json }) => parseEntry(json).transactionId));
    for (const id of this.#further.keys()) if (!known.has(id)) this.#further.delete(id);
  }

  add(link: Link): void {
    const entry = parseEntry(link.json);
    this.head = { seq: link.seq, hash: link.hash };
    this.balances = addPostings(this.balances, entry.postings);
    const carried: CarriedLink = { ...link, epoch: entry.epoch };
    if (link.seq > this.receiptedUpTo) this.#unreceipted.push(carried);
    if (entry.transactionId !== undefined) this.#further.get(entry.transactionId)?.push(carried);
    this.#follow(carried);
  }

  carried(): readonly CarriedLink[] {
    const byPlace = new Map<string, CarriedLink>();
    const further = [...this.#further.values()].flat();
    for (const link of [...this.#earlier, ...further, ...this.#unreceipted, ...[...this.#open.values()].flat()]) byPlace.set(`${link.epoch}:${link.seq}`, link);
    return [...byPlace.values()].sort((left, right) => left.epoch - right.epoch || left.seq - right.seq);
  }

  openTransactions(): readonly string[] {
    return [...this.#open.keys()];
  }

  #follow(link: CarriedLink): void {
    const { transactionId, kind } = parseEntry(link.json);
    if (transactionId === undefined) return;
    const open = leavesOpen(kind);
    const known = this.#open.get(transactionId);
    if (open === false) this.#open.delete(transactionId);
    else if (known !== undefined) known.push(link);
    else if (open === true) this.#open.set(transactionId, [link]);
  }
}

/** Where the chain in a file begins. */
interface Start {
  readonly head: Collected['head'];
  readonly balances: Balances;
}

interface Primary {
  readonly epoch: number | undefined;
  readonly proof: Proof;
}

function readPrimary(path: string | undefined, collected: Collected): Primary {
  if (path === undefined) return { epoch: undefined, proof: proof('none', 0, 0, 'it is missing') };
  let db: Connection | undefined;
  let epoch: number | undefined;
  let trouble: string | undefined;
  let after = 0;
  try {
    db = openForReading(path);
    checkVersion(db, path);
    epoch = readMeta(db).epoch;
    collected.receiptedUpTo = receiptedUpTo(db, epoch);
    const fault = prunedFault(db, readMeta(db));
    if (fault !== undefined) throw new JournalError('corrupt', fault);
    collected.startWith(carriedLinks(db), { head: chainStart(db), balances: openingBalances(db) });
    after = collected.head.seq;
    trouble = addPrefix(db, collected);
  } catch (error) {
    trouble = toJournalError(error, 'reading it').message;
  } finally {
    db?.close();
  }
  return { epoch, proof: proof(path, after, collected.head.seq, trouble) };
}

/** Adds entries from the first on as long as they chain; answers what ended the run early. */
function addPrefix(db: Connection, collected: Collected): string | undefined {
  for (const link of storedLinks(db)) {
    if (link.seq !== collected.head.seq + 1 || !linkHolds(link)) return `the chain breaks after entry ${collected.head.seq}`;
    collected.add(link);
  }
  return undefined;
}

/** A damaged receipt only means that more is carried. */
function receiptedUpTo(db: Connection, epoch: number): number {
  try {
    return lastReceipt(db, epoch)?.upToSeq ?? 0;
  } catch {
    return 0;
  }
}

/** Goes on where the journal's own run ends. Answers why the second file could not be used, if it couldn't. */
function joinSecond(collected: Collected, epoch: number | undefined, second: SecondCopy, header: NonNullable<SecondCopy['header']>): string | undefined {
  if (epoch !== undefined && header.epoch < epoch) return `it belongs to epoch ${header.epoch}`;
  const begin = { seq: header.after.seq, hash: Buffer.from(header.after.hash, 'hex') };
  const at = collected.head.seq;
  if (at < begin.seq || (epoch !== undefined && header.epoch > epoch)) collected.jumpTo(begin, { ...NO_BALANCES, ...header.balances }, epoch);
  else if (second.links.length + begin.seq < at) return undefined;
  else if (!sameBytes(hashAt(second, begin, at), collected.head.hash)) return `it disagrees with the journal at entry ${at}`;
  for (const link of second.links) if (link.seq > collected.head.seq) collected.add(link);
  return undefined;
}

function hashAt(second: SecondCopy, begin: { seq: number; hash: Uint8Array }, seq: number): Uint8Array {
  return seq === begin.seq ? begin.hash : (second.links[seq - begin.seq - 1]?.hash ?? GENESIS_HASH);
}

function proof(file: string, afterSeq: number, upToSeq: number, trouble: string | undefined): Proof {
  const proved = upToSeq > afterSeq;
  return { file, fromSeq: proved ? afterSeq + 1 : 0, upToSeq: proved ? upToSeq : 0, ...(trouble === undefined ? {} : { trouble }) };
}
