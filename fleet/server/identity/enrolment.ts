/**
 * Who may be a terminal: one-time codes, enrolment of keys by them, revocation, and the record of who did it. A code is bound to one
 * terminal, lives 15 minutes, enrols once and dies of five wrong tries. Used by the registration route and by the operator's commands.
 */
import { timingSafeEqual } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import type { Clock } from '../../../common/clock.ts';
import type { Flavor } from '../../../common/flavor.ts';
import { makeEnrolmentCode, parseEnrolmentCode } from '../../../common/enrolment-code.ts';
import type { Ids, Random } from '../../../common/ids.ts';
import type { PublicKey } from '../../../common/upstream-api/fields.ts';
import { keyedHash } from '../keyed-hash.ts';
import { ProblemError } from '../http/problems.ts';
import type { SigningKey } from '../signing-key.ts';
import type { Store, StoreTransaction, Tables } from '../store/store.ts';
import { requireFlavor } from './server-flavor.ts';
import { keyText, knownKeys, standingWords } from './terminal-standing.ts';

export const enrolmentLimits = {
  codeLifeMs: 15 * 60_000,
  /** Against guessing: 5 tries of 2^45 codes. The next code starts anew. */
  wrongTries: 5,
} as const;

export interface EnrolmentOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  /** Codes are hashed under it: who has the store alone can't try them. */
  readonly signingKey: SigningKey;
  /** A sandbox's own code, good any number of times and for any terminal that is not revoked. Absent in live mode. */
  readonly fixedCode?: string;
  /** Which terminals may be enrolled. Default: live ones. */
  readonly flavor?: Flavor;
}

export interface EnrolmentRequest {
  readonly terminalId: string;
  /** The caller has proved that it holds it. */
  readonly key: PublicKey;
  readonly code: string | undefined;
  /** Where the request came from, for the record. */
  readonly address: string;
  /** Refuses a request that came before; asked once the code is good, within the transaction that uses it up. @throws {ProblemError} */
  readonly once: (trx: StoreTransaction) => Promise<void>;
}

export interface MadeCode {
  /** Ten symbols; nothing shows them again. */
  readonly code: string;
  /** ms since 1970 */
  readonly expiresAt: number;
}

export interface Enrolment {
  /** Changes nothing for a terminal that has this key already. @throws {ProblemError} one of `standingProblems`, `otherFlavor` among them */
  enrol(request: EnrolmentRequest): Promise<void>;
  /** A code for one terminal; ends the codes that were made for it before. @throws {ProblemError} `otherFlavor` */
  makeCode(terminalId: string, by: string): Promise<MadeCode>;
  /** Every request of the terminal is refused until it is enrolled anew. @throws {ProblemError} `unknownTerminal` */
  revokeTerminal(terminalId: string, by: string): Promise<void>;
  /** The key is never accepted again, whoever shows it. @param kid its RFC 7638 thumbprint @throws {ProblemError} `unknownTerminal`, `unknownKey` */
  revokeKey(terminalId: string, kid: string, by: string): Promise<void>;
  /** The oldest first. @param terminalId only of this one */
  events(terminalId?: string): Promise<readonly Tables['identity_events'][]>;
}

type CodeRow = Tables['enrolment_codes'];
type Event = Pick<Tables['identity_events'], 'kind' | 'actor'> & Partial<Pick<Tables['identity_events'], 'kid' | 'address'>>;

export function createEnrolment(options: EnrolmentOptions): Enrolment {
  const { store, clock } = options;
  const hash = keyedHash(options.signingKey, 'enrolment-code');
  return {
    enrol: (request) => enrol(options, hash, request),
    makeCode: async (terminalId, by) => {
      requireFlavor(terminalId, options.flavor);
      const code = makeEnrolmentCode(options.random);
      const now = clock.now();
      const expiresAt = now + enrolmentLimits.codeLifeMs;
      await store.serially([`terminal:${terminalId}`], async (trx) => {
        await endCodes(trx, terminalId, now);
        await trx
          .insertInto('enrolment_codes')
          .values({ code_hash: hash(code), terminal_id: terminalId, made_at: now, made_by: by, expires_at: expiresAt, wrong_tries: 0, used_at: null })
          .execute();
        await record(trx, options, terminalId, { kind: 'codeMade', actor: by });
      });
      return { code, expiresAt };
    },
    revokeTerminal: (terminalId, by) =>
      store.serially([`terminal:${terminalId}`], async (trx) => {
        await endCodes(trx, terminalId, clock.now());
        const { numUpdatedRows } = await trx
          .updateTable('terminals')
          .set({ revoked_at: clock.now() })
          .where('terminal_id', '=', terminalId)
          .executeTakeFirstOrThrow();
        if (numUpdatedRows === 0n) throw new ProblemError('unknownTerminal', `terminal ${terminalId} was never enrolled`);
        await record(trx, options, terminalId, { kind: 'terminalRevoked', actor: by });
      }),
    revokeKey: async (terminalId, kid, by) => {
      const keys = await knownKeys(store, terminalId);
      const known = keys.find((key) => key.kid === kid);
      if (keys.length === 0) throw new ProblemError('unknownTerminal', `terminal ${terminalId} was never enrolled`);
      if (known === undefined) throw new ProblemError('unknownKey', `${terminalId} never had the key ${kid}; it had ${keys.map((key) => key.kid).join(', ')}`);
      await store.serially([`terminal:${terminalId}`], async (trx) => {
        await trx
          .updateTable('terminal_keys')
          .set({ revoked_at: clock.now() })
          .where('terminal_id', '=', terminalId)
          .where('public_key', '=', keyText(known.key))
          .execute();
        await record(trx, options, terminalId, { kind: 'keyRevoked', actor: by, kid });
      });
    },
    events: (terminalId) => {
      const all = store.selectFrom('identity_events').selectAll().orderBy('at').orderBy('event_id');
      return (terminalId === undefined ? all : all.where('terminal_id', '=', terminalId)).execute();
    },
  };
}

/** What is returned is thrown after the commit: a refusal must not roll back the wrong try it counts. */
async function enrol(options: EnrolmentOptions, hash: (code: string) => string, request: EnrolmentRequest): Promise<void> {
  requireFlavor(request.terminalId, options.flavor);
  const refused = await options.store.serially([`terminal:${request.terminalId}`], async (trx): Promise<ProblemError | undefined> => {
    const { terminalId, key, code } = request;
    const standing = await standingFor(trx, terminalId, key);
    if (standing === 'accepted') return undefined;
    if (standing === 'keyRevoked') return new ProblemError(standing, standingWords.keyRevoked);
    if (code === undefined) return new ProblemError(standing, standingWords[standing]);
    if (await isOfOther(trx, terminalId, key)) return new ProblemError('keyOfOther', 'another terminal has this key: each makes its own');
    if (code === options.fixedCode && standing !== 'terminalRevoked') {
      await request.once(trx);
      await register(trx, options, request, 'sandbox');
      return undefined;
    }
    const verdict = await judge(trx, options, hash, request);
    if (verdict instanceof ProblemError) return verdict;
    await request.once(trx);
    await useUp(trx, verdict, options.clock.now());
    await register(trx, options, request, verdict.made_by);
    return undefined;
  });
  if (refused !== undefined) throw refused;
}

type Standing = 'accepted' | keyof typeof standingWords;

async function standingFor(trx: StoreTransaction, terminalId: string, key: PublicKey): Promise<Standing> {
  const keys = await knownKeys(trx, terminalId);
  const known = keys.find((candidate) => candidate.key.x === key.x);
  if (known !== undefined && known.standing !== 'keyReplaced') return known.standing;
  // a revoked terminal is let in again by a code of its own, whatever key it comes with
  if (keys.length > 0 && (await isRevoked(trx, terminalId))) return 'terminalRevoked';
  if (known !== undefined) return known.standing;
  return keys.length === 0 ? 'unknownTerminal' : 'unknownKey';
}

async function isRevoked(trx: StoreTransaction, terminalId: string): Promise<boolean> {
  const row = await trx.selectFrom('terminals').select('revoked_at').where('terminal_id', '=', terminalId).executeTakeFirst();
  return row !== undefined && row.revoked_at !== null;
}

async function isOfOther(trx: StoreTransaction, terminalId: string, key: PublicKey): Promise<boolean> {
  const other = await trx
    .selectFrom('terminal_keys')
    .select('terminal_id')
    .where('public_key', '=', keyText(key))
    .where('terminal_id', '!=', terminalId)
    .executeTakeFirst();
  return other !== undefined;
}

/** The code's row when it may enrol the terminal now, or why not. */
async function judge(
  trx: StoreTransaction,
  options: EnrolmentOptions,
  hash: (code: string) => string,
  { terminalId, code = '', address }: EnrolmentRequest,
): Promise<CodeRow | ProblemError> {
  const now = options.clock.now();
  const rows = await trx.selectFrom('enrolment_codes').selectAll().where('terminal_id', '=', terminalId).orderBy('made_at', 'desc').limit(20).execute();
  const open = rows.find((row) => row.expires_at > now && row.used_at === null);
  if (open !== undefined && open.wrong_tries >= enrolmentLimits.wrongTries)
    return new ProblemError('enrolmentCodeLocked', 'too many wrong codes were tried: have a new one made');
  const symbols = parseEnrolmentCode(code);
  const shown = symbols === undefined ? undefined : hash(symbols);
  const found = shown === undefined ? undefined : rows.find((row) => sameHash(row.code_hash, shown));
  if (found === undefined) return refuseUnknown(trx, options, { terminalId, shown, open, address });
  if (found.used_at !== null) return new ProblemError('enrolmentCodeUsed', 'a code enrols once: have a new one made');
  return found.expires_at > now ? found : new ProblemError('enrolmentCodeExpired', 'a code lives 15 minutes, or until the next one is made');
}

interface UnknownCode {
  readonly terminalId: string;
  readonly shown: string | undefined;
  /** The code that is being guessed at. */
  readonly open: CodeRow | undefined;
  readonly address: string;
}

async function refuseUnknown(trx: StoreTransaction, options: EnrolmentOptions, { terminalId, shown, open, address }: UnknownCode): Promise<ProblemError> {
  if (open !== undefined) {
    await trx
      .updateTable('enrolment_codes')
      .set((columns) => ({ wrong_tries: columns('wrong_tries', '+', 1) }))
      .where('code_hash', '=', open.code_hash)
      .execute();
    if (open.wrong_tries + 1 === enrolmentLimits.wrongTries) await record(trx, options, terminalId, { kind: 'codeLocked', actor: open.made_by, address });
  }
  const elsewhere =
    shown === undefined ? undefined : await trx.selectFrom('enrolment_codes').select('terminal_id').where('code_hash', '=', shown).executeTakeFirst();
  return elsewhere === undefined
    ? new ProblemError('badEnrolmentCode', 'this code enrols no terminal')
    : new ProblemError('enrolmentCodeOfOther', 'the code was made for another terminal');
}

function sameHash(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one, 'hex'), Buffer.from(other, 'hex'));
}

/** Once, also when two requests come at the same moment: the row decides. */
async function useUp(trx: StoreTransaction, { code_hash }: CodeRow, now: number): Promise<void> {
  const { numUpdatedRows } = await trx
    .updateTable('enrolment_codes')
    .set({ used_at: now })
    .where('code_hash', '=', code_hash)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows !== 1n) throw new ProblemError('enrolmentCodeUsed', 'a code enrols once: have a new one made');
}

async function register(trx: StoreTransaction, options: EnrolmentOptions, { terminalId, key, address }: EnrolmentRequest, actor: string): Promise<void> {
  const public_key = keyText(key);
  const now = options.clock.now();
  await trx
    .insertInto('terminals')
    .values({ terminal_id: terminalId, public_key, registered_at: now, last_seen_at: null, uplink_lag: null, revoked_at: null })
    .onConflict((conflict) => conflict.column('terminal_id').doUpdateSet({ public_key, revoked_at: null }))
    .execute();
  await trx
    .insertInto('terminal_keys')
    .values({ terminal_id: terminalId, public_key, since: now, revoked_at: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await record(trx, options, terminalId, { kind: 'enrolled', actor, kid: await calculateJwkThumbprint(key), address });
}

async function endCodes(trx: StoreTransaction, terminalId: string, now: number): Promise<void> {
  await trx.updateTable('enrolment_codes').set({ expires_at: now }).where('terminal_id', '=', terminalId).where('expires_at', '>', now).execute();
}

async function record(trx: StoreTransaction, { ids, clock }: EnrolmentOptions, terminalId: string, { kind, actor, kid, address }: Event): Promise<void> {
  await trx
    .insertInto('identity_events')
    .values({ event_id: ids.uuid(), at: clock.now(), terminal_id: terminalId, kind, actor, kid: kid ?? null, address: address ?? null })
    .execute();
}
