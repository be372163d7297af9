/**
 * Pruning: old entries leave the terminal once upstream has receipted them and nobody here can need them any more. One cut takes the
 * entries of at most a few receipts. It is planned in small steps, announced by an entry that the terminal signs, and made in one commit
 * that puts a signed base in their place: whatever fails, the journal is the old or the new one, whole. Used by journal.ts.
 *
 * What stays, however old: what upstream has no receipt for or took too short a time ago (by upstream's own clock); the newest entries;
 * everything since the beginning of an open transaction; everything since the last settlement was opened, or one that is not closed; and
 * entries of single transactions that are not finished, which are moved beside the chain (kept.ts).
 */
import { journalKinds, type NewEntry } from '../../common/journal-kinds.ts';
import { hasEnded } from '../../common/foreign-ends.ts';
import { fromHex, toHex } from '../../common/hex.ts';
import { foldTransaction, isForeign } from '../../common/money/fold.ts';
import { isFinished } from '../../common/money/finished.ts';
import { addPostings, type Balances } from '../../common/money/postings.ts';
import { foldCashEntry, NO_CASH } from '../../common/money/settlement-fold.ts';
import type { CashState } from '../../common/money/settlement-state.ts';
import { receiptSchema } from '../../common/upstream-api/journal.ts';
import { z } from 'zod';
import type { TerminalKey } from '../identity/terminal-key.ts';
import { baseCash, baseDigest, baseSchema, BASE_TYPE, readBase, type Base } from './base.ts';
import { carriedSeal, openingBalances, type CarriedLink, type Seal } from './carried.ts';
import { CashMarks } from './cash-marks.ts';
import { JournalError } from './journal-error.ts';
import { keptLinks } from './kept.ts';
import { hashText, jwsClaims, linkHolds, type Link, type StoredEntry } from './lines.ts';
import type { Connection } from './schema.ts';
import { jwsRow, lastReceipt, parseEntry, storedLinks, type Meta } from './stored-chain.ts';

export interface PruneRule {
  /** Only what upstream has had for so long, ms. */
  readonly retentionMs: number;
  /** So many of the newest entries stay, however old. */
  readonly keepEntries: number;
}

export interface Pruned {
  /** The last entry that left. */
  readonly upToSeq: number;
  readonly entries: number;
  /** Entries that are kept beside the chain now. */
  readonly kept: number;
}

/** `undefined`: nothing may leave. `disturbed`: the journal went on meanwhile; nothing was pruned. */
export type PruneOutcome = Pruned | 'disturbed' | undefined;

/** What pruning needs of the journal that it works on. */
export interface PrunedJournal {
  readonly db: Connection;
  readonly meta: Meta;
  readonly key: TerminalKey;
  /** `seq` of the last entry. */
  readonly head: () => number;
  readonly append: (entry: NewEntry) => unknown;
  readonly checkpoint: () => unknown;
  readonly transaction: (id: string) => readonly StoredEntry[];
  /** Whether a question that someone asks of this journal names the transaction. */
  readonly stands: (id: string) => boolean;
  /** The second file needs no entry up to this one: every later one has no receipt or is of an open transaction. */
  readonly notNeededUpTo: () => number;
  /** The last entry that the second file has. */
  readonly secondUpTo: () => number;
}

/** So much leaves in one commit. A single receipt may be for more. */
export const CUT_ENTRIES = 256;
/** Entries that are read in one step … */
const ENTRIES_A_STEP = 32;
/** … and transactions that are judged in one. */
const TRANSACTIONS_A_STEP = 4;
/** Kept transactions that are looked at again in each cut, in turn. */
const KEPT_AGAIN = 8;

interface Cut {
  readonly upToSeq: number;
  readonly receipt: { readonly jws: string; readonly at: number };
  /** Upstream's time of its newest receipt. */
  readonly now: number;
}

/** What the entries that leave come to. */
interface Sum {
  readonly links: readonly Link[];
  readonly balances: Balances;
  readonly cash: CashState;
  readonly businessDate: string;
  readonly transactions: ReadonlySet<string>;
}

export class Pruning {
  readonly #journal: PrunedJournal;
  readonly #marks: CashMarks;
  #lookedAgainAt = '';

  constructor(journal: PrunedJournal) {
    this.#journal = journal;
    this.#marks = new CashMarks(journal.db, journal.meta.epoch);
  }

  /** One cut, a few ms at each step. What is between two steps may be left for as long as need be, or for ever. @throws {JournalError} */
  *cut(rule: PruneRule): Generator<undefined, PruneOutcome> {
    const { db, head: headNow } = this.#journal;
    const before = readBase(db)?.base;
    const head = headNow();
    yield* this.#marks.read(head);
    const cut = this.#cutOf(rule, head, before?.upToSeq ?? 0);
    if (cut === undefined) return undefined;
    const sum = yield* this.#add(before, cut.upToSeq);
    const kept = yield* this.#keptOf(sum, cut);
    if (headNow() !== head) return 'disturbed';
    const base = this.#baseOf(before, cut, sum, carriedSeal(kept));
    this.#journal.append({
      kind: 'journal.pruned',
      body: { upToSeq: base.upToSeq, headHash: toHex(fromHex(base.hash)), receiptAt: cut.receipt.at, base: baseDigest(base) },
    });
    this.#journal.checkpoint();
    yield undefined;
    if (headNow() !== base.announced) return 'disturbed';
    this.#commit(base, kept);
    return { upToSeq: cut.upToSeq, entries: sum.links.length, kept: kept.length };
  }

  /** The furthest receipt that may be cut at, within reach of one cut. */
  #cutOf({ retentionMs, keepEntries }: PruneRule, head: number, from: number): Cut | undefined {
    const { db, meta, notNeededUpTo, secondUpTo } = this.#journal;
    const newest = lastReceipt(db, meta.epoch);
    if (newest === undefined || this.#marks.blocked) return undefined;
    const limit = Math.min(notNeededUpTo(), secondUpTo(), head - keepEntries, this.#marks.keepFrom - 1);
    const receipts = this.#receipts(from, limit)
      .map(({ jws }) => ({ jws, claims: receiptSchema.parse(jwsClaims(jws)) }))
      .filter(({ claims }) => newest.at - claims.at >= retentionMs);
    const chosen = receipts.findLast(({ claims }) => claims.upToSeq <= from + CUT_ENTRIES) ?? receipts[0];
    return chosen === undefined ? undefined : { upToSeq: chosen.claims.upToSeq, receipt: { jws: chosen.jws, at: chosen.claims.at }, now: newest.at };
  }

  /** Those within reach of one cut, ascending, and one beyond. */
  #receipts(from: number, limit: number): readonly z.infer<typeof jwsRow>[] {
    const { db, meta } = this.#journal;
    return db
      .prepare('SELECT jws FROM receipts WHERE epoch = ? AND up_to_seq > ? AND up_to_seq <= ? ORDER BY up_to_seq LIMIT ?')
      .all(meta.epoch, from, limit, CUT_ENTRIES + 1)
      .map((row) => jwsRow.parse(row));
  }

  /** Reads what is to leave, and proves every link of it once more: nothing is signed away that is not what was written. */
  *#add(before: Base | undefined, upToSeq: number): Generator<undefined, Sum> {
    const { db } = this.#journal;
    const links: Link[] = [];
    const transactions = new Set<string>();
    let balances = openingBalances(db);
    let cash = before === undefined ? NO_CASH : baseCash(before);
    let businessDate = before?.businessDate ?? '';
    for (let from = (before?.upToSeq ?? 0) + 1; from <= upToSeq; from += ENTRIES_A_STEP) {
      for (const link of storedLinks(db, from, Math.min(upToSeq, from + ENTRIES_A_STEP - 1))) {
        if (!linkHolds(link)) throw new JournalError('corrupt', `the chain breaks at entry ${link.seq}`);
        const entry = parseEntry(link.json);
        links.push(link);
        balances = addPostings(balances, entry.postings);
        cash = foldCashEntry(cash, entry);
        if (entry.businessDate > businessDate) businessDate = entry.businessDate;
        if (entry.transactionId !== undefined) transactions.add(entry.transactionId);
      }
      yield undefined;
    }
    if (cash.anomalies.length > 0) throw new JournalError('invalid', `the cash up to entry ${upToSeq} does not add up: run journal verify`);
    return { links, balances, cash, businessDate, transactions };
  }

  /** Of all entries up to the cut, those of transactions of which something may still become. */
  *#keptOf({ links, transactions }: Sum, cut: Cut): Generator<undefined, readonly CarriedLink[]> {
    const { db, meta } = this.#journal;
    const known = keptLinks(db, meta.epoch).map((link) => ({ link, id: parseEntry(link.json).transactionId ?? '' }));
    const asked = [...transactions, ...this.#again(known.map(({ id }) => id))];
    const finished = new Set<string>();
    for (const [index, id] of asked.entries()) {
      if (this.#isFinished(id, cut)) finished.add(id);
      if (index % TRANSACTIONS_A_STEP === TRANSACTIONS_A_STEP - 1) yield undefined;
    }
    const isNeeded = (id: string | undefined): boolean => id !== undefined && !finished.has(id);
    const stayed = known.filter(({ id }) => isNeeded(id)).map(({ link }) => link);
    const moved = links.filter(({ json }) => isNeeded(parseEntry(json).transactionId)).map((link) => ({ ...link, epoch: meta.epoch }));
    return [...stayed, ...moved];
  }

  /** A few of the kept ones, others each time: a voucher ends without an entry. */
  #again(ids: readonly string[]): readonly string[] {
    const all = [...new Set(ids)].sort();
    const next = all.filter((id) => id > this.#lookedAgainAt).slice(0, KEPT_AGAIN);
    this.#lookedAgainAt = next.length < KEPT_AGAIN ? '' : (next.at(-1) ?? '');
    return next;
  }

  #isFinished(id: string, { upToSeq, now }: Cut): boolean {
    if (this.#journal.stands(id)) return false;
    const entries = this.#journal.transaction(id).map(({ entry }) => entry);
    const last = entries.at(-1);
    // What an earlier epoch handed over never leaves: without the rest it would seem open again.
    if (last === undefined || last.seq > upToSeq || entries.some(({ epoch }) => epoch !== this.#journal.meta.epoch)) return false;
    const kinds = new Set(entries.map(({ kind }) => kind));
    return [...kinds].every(isForeign) ? hasEnded(kinds) : isFinished(foldTransaction(entries), now);
  }

  #baseOf(before: Base | undefined, { upToSeq, receipt }: Cut, { links, balances, cash, businessDate }: Sum, kept: Seal): Base {
    const { meta, db, head } = this.#journal;
    const last = links.at(-1);
    if (last === undefined || last.seq !== upToSeq) throw new JournalError('corrupt', `entry ${upToSeq} is missing`);
    const { boxId, content, differences } = cash;
    const settlements = cash.settlements.filter(({ phase }) => phase !== 'closed');
    const made = baseSchema.safeParse({
      terminalId: meta.terminalId,
      epoch: meta.epoch,
      upToSeq,
      hash: hashText(last.hash),
      businessDate,
      receipt: receipt.jws,
      announced: head() + 1,
      carried: before?.carried ?? sealedByFirst(db),
      kept,
      balances: { ...balances },
      cash: { ...(boxId === undefined ? {} : { boxId }), content, differences, settlements },
    });
    if (!made.success) throw new JournalError('invalid', `no base can be made at entry ${upToSeq}: ${made.error.message}`);
    return made.data;
  }

  /** All at once: the base stands, and what it stands for is gone. */
  #commit(base: Base, kept: readonly CarriedLink[]): void {
    const { db, key } = this.#journal;
    const { epoch, upToSeq } = base;
    const keep = db.prepare('INSERT INTO recovered_entries (epoch, seq, prev_hash, entry, hash) VALUES (?, ?, ?, ?, ?)');
    const known = new Set(keptLinks(db, epoch).map(({ seq }) => seq));
    const stay = new Set(kept.map(({ seq }) => seq));
    db.transaction(() => {
      db.prepare('INSERT INTO base (up_to_seq, jws) VALUES (?, ?)').run(upToSeq, key.signJws(BASE_TYPE, base));
      db.prepare('DELETE FROM base WHERE up_to_seq < ?').run(upToSeq);
      for (const seq of known) if (!stay.has(seq)) db.prepare('DELETE FROM recovered_entries WHERE epoch = ? AND seq = ?').run(epoch, seq);
      for (const link of kept) if (!known.has(link.seq)) keep.run(epoch, link.seq, link.prevHash, link.json, link.hash);
      for (const table of ['entries', 'checkpoints', 'entry_index']) db.prepare(`DELETE FROM ${table} WHERE seq <= ?`).run(upToSeq);
      db.prepare('DELETE FROM receipts WHERE epoch = ? AND up_to_seq <= ?').run(epoch, upToSeq);
    })();
  }
}

const NOTHING_CARRIED: Seal = carriedSeal([]);

/** What the epoch's first entry says of earlier epochs' entries. */
function sealedByFirst(db: Connection): Seal {
  const row = z.object({ entry: z.string() }).parse(db.prepare('SELECT entry FROM entries WHERE seq = 1').get());
  const first = parseEntry(row.entry);
  return first.kind === 'journal.replaced' ? journalKinds['journal.replaced'].parse(first.body).carried : NOTHING_CARRIED;
}
