/**
 * The base of a pruned journal: what takes the place of the entries that left the terminal. The terminal signs it, upstream's receipt for
 * just these entries lies in it, and the chain goes on from its hash. Written by pruning.ts, read by whoever reads a journal from its
 * beginning; FORMAT.md, "Pruned entries", describes it for others.
 */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import { toHex } from '../../common/hex.ts';
import { accounts, boxContentSchema, noteCountsSchema } from '../../common/journal-kinds.ts';
import { NO_BALANCES, type Balances } from '../../common/money/postings.ts';
import { NO_CASH } from '../../common/money/settlement-fold.ts';
import type { CashState, SettlementState } from '../../common/money/settlement-state.ts';
import type { PublicKey } from '../../common/upstream-api/fields.ts';
import { receiptSchema, type Receipt } from '../../common/upstream-api/journal.ts';
import { jwsVerifier } from './jws.ts';
import { JournalError } from './journal-error.ts';
import { jwsClaims } from './lines.ts';
import type { Connection } from './schema.ts';

/** `typ` of its JWS header. */
export const BASE_TYPE = 'kiosk-base+jwt';

const sealSchema = z.strictObject({ entries: z.int().min(0), sha256: z.string().regex(/^[0-9A-F]{64}$/) });

const boxId = z.string().regex(/^[A-Za-z0-9._-]{1,40}$/);
const words = z.string().min(1).max(200);

/** {@link SettlementState}, of one that is not closed. */
const settlementSchema = z.strictObject({
  settlementId: z.string().min(1).max(80),
  lastEpoch: z.int().min(1),
  lastSeq: z.int().min(1),
  phase: z.enum(['opened', 'removed', 'inserted', 'counted']),
  by: words,
  boxOut: boxId,
  boxIn: boxId,
  at: z.string(),
  businessDate: z.string(),
  expected: boxContentSchema,
  counted: noteCountsSchema.optional(),
  countedBy: words.optional(),
  difference: z.int(),
});

export const baseSchema = z.strictObject({
  terminalId: z.string().min(1).max(40),
  epoch: z.int().min(1),
  /** The last entry that left … */
  upToSeq: z.int().min(1),
  /** … and its hash, on which the next one hangs. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** No later business date has entries that left, `YYYY-MM-DD`. */
  businessDate: z.string().regex(/^\d{4}-\d\d-\d\d$/),
  /** Upstream's receipt (JWS) for exactly these entries. */
  receipt: z.string().min(1).max(2000),
  /** The `journal.pruned` entry that told of it before. */
  announced: z.int().min(1),
  /** Entries that are carried over from earlier epochs, as the epoch's first entry sealed them. */
  carried: sealSchema,
  /** Entries up to `upToSeq` that stayed. */
  kept: sealSchema,
  /** Fen on every account after `upToSeq`, earlier epochs included; one that is not named holds 0. */
  balances: z.partialRecord(z.enum(accounts), z.int()),
  /** After `upToSeq`: the box and what is in it, the differences that are open, the settlements that are not closed. */
  cash: z.strictObject({
    boxId: boxId.optional(),
    content: boxContentSchema,
    differences: z.array(z.strictObject({ of: z.string().min(1).max(80), amount: z.int() })).readonly(),
    settlements: z.array(settlementSchema).readonly(),
  }),
});
export type Base = z.infer<typeof baseSchema>;

/** A base with its signature. */
export interface StoredBase {
  readonly base: Base;
  readonly jws: string;
}

/** Whose journal it is. */
interface Owner {
  readonly terminalId: string;
  readonly epoch: number;
  readonly publicKey: PublicKey;
}

/** As it stands in an export. */
export function baseLine({ base, jws }: StoredBase): string {
  return `{"base":${canonicalize(base)},"jws":"${jws}"}`;
}

/** What the announcing entry names it by. */
export function baseDigest(base: Base): string {
  return toHex(
    createHash('sha256')
      .update(canonicalize(base) ?? '')
      .digest(),
  );
}

/** Not proved. `undefined` where nothing was pruned. @throws {JournalError} `corrupt` */
export function readBase(db: Connection): StoredBase | undefined {
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'base'").get() === undefined) return undefined; // an earlier release's file
  const row = z
    .object({ up_to_seq: z.int(), jws: z.string() })
    .optional()
    .parse(db.prepare('SELECT up_to_seq, jws FROM base ORDER BY up_to_seq DESC LIMIT 1').get());
  if (row === undefined) return undefined;
  const base = baseIn(row.jws);
  if (base?.upToSeq !== row.up_to_seq) throw new JournalError('corrupt', 'what stands for the pruned entries is not readable');
  return { base, jws: row.jws };
}

/** What a JWS says, unproved. `undefined` when that is no base, or more than one. */
export function baseIn(jws: string): Base | undefined {
  const claims = jwsClaims(jws);
  const read = baseSchema.safeParse(claims);
  return read.success && isAllOf(read.data, claims) ? read.data : undefined;
}

/** A member that the schema library passes over was signed, and seen by nobody. */
function isAllOf(base: Base, claims: unknown): boolean {
  try {
    return canonicalize(base) === canonicalize(claims);
  } catch {
    return false;
  }
}

/** Why a base can't stand for pruned entries of this journal; what needs no other key than the terminal's. `undefined`: it can. */
export function baseFault({ base, jws }: StoredBase, { terminalId, epoch, publicKey }: Owner): string | undefined {
  const verdict = jwsVerifier(publicKey)(jws, BASE_TYPE);
  if (!verdict.ok) return `what stands for the pruned entries is not signed by the terminal (${verdict.problem})`;
  if (base.terminalId !== terminalId || base.epoch !== epoch) return `what stands for the pruned entries is ${base.terminalId}’s, of epoch ${base.epoch}`;
  if (base.announced <= base.upToSeq) return 'the pruning was announced by an entry that was pruned';
  return receiptOf(base) === undefined ? 'what stands for the pruned entries holds no receipt for them' : undefined;
}

/** Upstream's receipt in it, when it is for just these entries. Its signature is not looked at. */
export function receiptOf({ receipt, terminalId, epoch, upToSeq, hash }: Base): Receipt | undefined {
  const claims = receiptSchema.safeParse(jwsClaims(receipt));
  if (!claims.success) return undefined;
  const says = claims.data;
  const fits = says.terminalId === terminalId && says.epoch === epoch && says.upToSeq === upToSeq && says.headHash.toLowerCase() === hash;
  return fits ? says : undefined;
}

export function baseBalances({ balances }: Base): Balances {
  return { ...NO_BALANCES, ...balances };
}

/** Where the fold of the cash goes on. Settlements that are closed are not known any more. */
export function baseCash({ cash }: Base): CashState {
  return {
    ...NO_CASH,
    boxId: cash.boxId,
    content: cash.content,
    differences: cash.differences,
    settlements: cash.settlements.map(settlementOf),
    continued: true,
  };
}

function settlementOf({ counted, countedBy, ...settlement }: z.infer<typeof settlementSchema>): SettlementState {
  return { ...settlement, ...(counted === undefined ? {} : { counted }), ...(countedBy === undefined ? {} : { countedBy }) };
}

/** For people: what is not here, on whose word, and where it is. */
export function prunedText(base: Base): string {
  const at = receiptOf(base)?.at;
  const when = at === undefined ? 'an unknown day' : new Date(at).toISOString();
  return `entries 1 to ${base.upToSeq}, up to business date ${base.businessDate}, left the terminal under upstream’s receipt of ${when}: upstream has them (hash of entry ${base.upToSeq}: ${base.hash})`;
}

/** The hash of the last entry that left. */
export function hashOf(base: Base): Uint8Array {
  return Buffer.from(base.hash, 'hex');
}
