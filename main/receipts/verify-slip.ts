/**
 * What can be proved of a slip, from its code, the operator's key and published files: whose it is, that nothing was changed, that its entry
 * stands in the published journal. Pure; `kioskctl slip verify` prints what it says. fleet/verify-page/verify.js is the same in the page's
 * language, written on its own; a test holds the two against one another.
 */
import { flavorOf } from '../../common/flavor.ts';
import {
  STRETCH_STATEMENT_TYPE,
  stretchName,
  stretchStatementSchema,
  TERMINAL_STATEMENT_TYPE,
  terminalFolder,
  terminalStatementSchema,
  type StretchStatement,
  type TerminalStatement,
} from '../../common/publication.ts';
import { readSlipPayload, SLIP_TYPE, type SlipClaims } from '../../common/slip.ts';
import type { PublicKey } from '../../common/upstream-api/fields.ts';
import { CHECKPOINT_TYPE, checkpointSchema, type Checkpoint } from '../../common/upstream-api/journal.ts';
import { parseReference } from '../../common/ids.ts';
import { jwsVerifier } from '../journal/jws.ts';
import { jwsClaims } from '../journal/lines.ts';

export type SlipFinding =
  /** Nothing that a terminal prints. */
  | { readonly verdict: 'notASlip' }
  /** A training terminal's: nothing on it ever happened. */
  | { readonly verdict: 'training' }
  /** The number alone: the terminal could not sign, and says so on the slip. */
  | { readonly verdict: 'numberOnly'; readonly reference: string }
  /** Nothing at hand that this operator published: nothing can be said. */
  | { readonly verdict: 'noRecords'; readonly needed: string }
  /** The operator has no such terminal. */
  | { readonly verdict: 'unknownTerminal' }
  /** Signed by somebody else than the terminal it names. */
  | { readonly verdict: 'forged' }
  /** Signed by the terminal once, and changed afterwards. */
  | { readonly verdict: 'altered' }
  | Genuine;

export type Genuine =
  /** Stands in the published journal. `sealedUpTo`: the terminal signed its own journal at or after this entry, and it agrees. */
  | { readonly verdict: 'published'; readonly slip: SlipClaims; readonly publishedAt: number; readonly sealedUpTo: number | undefined }
  /** Newer than what is published. */
  | { readonly verdict: 'notYet'; readonly slip: SlipClaims; readonly publishedAt: number }
  /** Should have been published long ago. */
  | { readonly verdict: 'missing'; readonly slip: SlipClaims; readonly publishedAt: number }
  /** Published, but the file that holds it is not at hand. */
  | { readonly verdict: 'recordNotAtHand'; readonly slip: SlipClaims; readonly publishedAt: number; readonly needed: string }
  /** The published journal has another entry at this place, or contradicts itself. */
  | { readonly verdict: 'contradicted'; readonly slip: SlipClaims; readonly publishedAt: number };

/** A terminal may be offline for two days before anyone need worry. Seconds. */
const PUBLISHED_WITHIN = 48 * 3600;

/**
 * @param text a link, what stands behind its `#`, or what a scanner read
 * @param statements published JWS in any order; what the operator's key didn't sign counts for nothing
 */
export function verifySlip(text: string, operatorKey: PublicKey, statements: readonly string[]): SlipFinding {
  const jws = text.trim().split('#').at(-1) ?? '';
  const reference = parseReference(jws);
  if (reference !== undefined) return { verdict: 'numberOnly', reference };
  const claimed = readSlipPayload(jwsClaims(jws));
  if (claimed === undefined) return { verdict: 'notASlip' };
  if (flavorOf(claimed.terminalId) === 'training') return { verdict: 'training' };
  const records = recordsOf(operatorKey, statements);
  const terminal = latest(records.terminals.filter(({ terminalId }) => terminalId === claimed.terminalId));
  if (terminal === undefined) {
    if (records.terminals.length > 0) return { verdict: 'unknownTerminal' };
    return { verdict: 'noRecords', needed: `${terminalFolder(claimed.terminalId)}/terminal.json` };
  }
  const problems = terminal.keys.map((key) => jwsVerifier(key)(jws, SLIP_TYPE)).map((verdict) => (verdict.ok ? 'genuine' : verdict.problem));
  if (problems.includes('genuine')) return standing(claimed, terminal, records, statements);
  if (problems.includes('badSignature')) return { verdict: 'altered' };
  return { verdict: problems.includes('wrongKey') ? 'forged' : 'notASlip' };
}

interface Records {
  readonly terminals: readonly TerminalStatement[];
  readonly stretches: readonly StretchStatement[];
}

function recordsOf(operatorKey: PublicKey, statements: readonly string[]): Records {
  const verify = jwsVerifier(operatorKey);
  const signed = (type: string) => statements.map((jws) => verify(jws, type)).flatMap((verdict) => (verdict.ok ? [verdict.claims] : []));
  return {
    terminals: signed(TERMINAL_STATEMENT_TYPE).flatMap((claims) => terminalStatementSchema.safeParse(claims).data ?? []),
    stretches: signed(STRETCH_STATEMENT_TYPE).flatMap((claims) => stretchStatementSchema.safeParse(claims).data ?? []),
  };
}

function latest(statements: readonly TerminalStatement[]): TerminalStatement | undefined {
  return statements.reduce<TerminalStatement | undefined>((newest, next) => (newest === undefined || next.at > newest.at ? next : newest), undefined);
}

/** Where a genuine slip's entry stands in what is published. */
function standing(slip: SlipClaims, terminal: TerminalStatement, { stretches }: Records, statements: readonly string[]): Genuine {
  const own = stretches.filter(({ terminalId, epoch }) => terminalId === slip.terminalId && epoch === slip.epoch);
  const hashes = new Map<number, Set<string>>();
  for (const { from, hashes: list } of own) {
    for (const [index, hash] of list.entries()) hashes.set(from + index, (hashes.get(from + index) ?? new Set()).add(hash));
  }
  const publishedAt = Math.max(terminal.at, ...own.map(({ at }) => at));
  const found = hashes.get(slip.seq);
  if (found === undefined) {
    const upToSeq = Math.max(0, ...terminal.published.filter(({ epoch }) => epoch === slip.epoch).map((range) => range.upToSeq));
    const needed = `${terminalFolder(slip.terminalId)}/${stretchName(slip.epoch, slip.seq)}.json`;
    if (slip.seq <= upToSeq) return { verdict: 'recordNotAtHand', slip, publishedAt, needed };
    return { verdict: terminal.at / 1000 - slip.at > PUBLISHED_WITHIN ? 'missing' : 'notYet', slip, publishedAt };
  }
  const checkpoints = checkpointsOf(slip, terminal, statements);
  const places = [{ seq: slip.seq, hash: slip.hash }, ...checkpoints].map(({ seq, hash }) => ({ hash, published: hashes.get(seq) }));
  const agrees = places.every(({ hash, published }) => published === undefined || (published.size === 1 && published.has(base64Url(hash))));
  if (!agrees) return { verdict: 'contradicted', slip, publishedAt };
  const sealed = checkpoints.filter(({ seq }) => seq >= slip.seq && hashes.has(seq)).map(({ seq }) => seq);
  return { verdict: 'published', slip, publishedAt, sealedUpTo: sealed.length === 0 ? undefined : Math.max(...sealed) };
}

function checkpointsOf(slip: SlipClaims, { keys }: TerminalStatement, statements: readonly string[]): readonly Checkpoint[] {
  const verifiers = keys.map((key) => jwsVerifier(key));
  return statements
    .flatMap((jws) => verifiers.map((verify) => verify(jws, CHECKPOINT_TYPE)))
    .flatMap((verdict) => (verdict.ok ? (checkpointSchema.safeParse(verdict.claims).data ?? []) : []))
    .filter(({ terminalId, epoch }) => terminalId === slip.terminalId && epoch === slip.epoch);
}

function base64Url(hash: string): string {
  return Buffer.from(hash, 'hex').toString('base64url');
}
