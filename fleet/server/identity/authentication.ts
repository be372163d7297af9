/**
 * Who asks: verifies the compact JWS of every `/v1` request (common/upstream-api/request-token.ts) against the registered key, its time,
 * its target and its nonce. A nonce is remembered on disk for as long as the signature could still be young enough, also across a restart.
 */
import type { FastifyRequest } from 'fastify';
import type { Clock } from '../../../common/clock.ts';
import type { Flavor } from '../../../common/flavor.ts';
import type { PublicKey } from '../../../common/upstream-api/fields.ts';
import { upstreamLimits } from '../../../common/upstream-api/limits.ts';
import { TOKEN_SCHEME, TOKEN_TYPE, tokenClaimsSchema, type TokenClaims } from '../../../common/upstream-api/request-token.ts';
import { ProblemError } from '../http/problems.ts';
import type { Store, StoreTransaction } from '../store/store.ts';
import { readCompactJws, type CompactJws } from './compact-jws.ts';
import { requireFlavor } from './server-flavor.ts';
import { knownKeys, standingWords, type KnownKey } from './terminal-standing.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** SHA-256 of the body's bytes as they came, upper-case hexadecimal. */
    bodySha256: string;
    /** Set once the signature is verified. */
    terminalId: string;
    /** What was signed; set with `terminalId`. */
    claims: TokenClaims | undefined;
  }
  interface FastifyContextConfig {
    /** The route remembers its requests itself, in the transaction that does what they ask: one commit instead of two. */
    remembersRequests?: boolean;
  }
}

export interface Authentication {
  /** Of a terminal that is accepted. Sets `request.terminalId` and `request.claims`; remembers the request, unless its route does. @throws {ProblemError} */
  verifyRegistered(request: FastifyRequest): Promise<void>;
  /** Of a terminal that shows a key for the first time: by that key. Whether it came before is for {@link useNonce}. @throws {ProblemError} */
  verifyWithKey(request: FastifyRequest, terminalId: string, key: PublicKey): TokenClaims;
}

/** @param flavor which terminals are accepted; default: live ones */
export function createAuthentication(store: Store, clock: Clock, flavor?: Flavor): Authentication {
  const check = (request: FastifyRequest, { claims, jws }: Token, key: PublicKey): TokenClaims => {
    if (!jws.isSignedBy(key)) throw new ProblemError('badToken', 'the signature does not verify with the registered key');
    if (jws.type !== TOKEN_TYPE) throw new ProblemError('badToken', 'it was signed as something else than a request');
    checkTarget(request, claims);
    const now = clock.now();
    if (Math.abs(now - claims.at) > upstreamLimits.requestAgeMs) {
      throw new ProblemError('staleRequest', `signed ${now - claims.at} ms ago`, { serverTime: now });
    }
    return claims;
  };
  return {
    verifyRegistered: async (request) => {
      const token = readToken(request);
      requireFlavor(token.claims.terminalId, flavor);
      const { key, standing } = await signersKey(store, token);
      const claims = check(request, token, key);
      // only whoever holds the key learns what became of it
      if (standing !== 'accepted') throw new ProblemError(standing, standingWords[standing]);
      if (request.routeOptions.config.remembersRequests !== true) await remember(store, claims, clock.now());
      request.terminalId = claims.terminalId;
      request.claims = claims;
    },
    verifyWithKey: (request, terminalId, key) => {
      const token = readToken(request);
      if (token.claims.terminalId !== terminalId) throw new ProblemError('badToken', 'the signature names another terminal');
      return check(request, token, key);
    },
  };
}

function remember(store: Store, claims: TokenClaims, now: number): Promise<void> {
  // one insert decides between two requests of the same nonce
  return store
    .transaction()
    .setIsolationLevel('read committed')
    .execute((trx) => useNonce(trx, claims, now));
}

/** Only to find the key; nothing is believed before it verifies. */
interface Token {
  readonly jws: CompactJws;
  readonly claims: TokenClaims;
}

/** The terminal's key that the signature names; the one that counts now when it names none. */
async function signersKey(store: Store, { jws: { kid }, claims: { terminalId } }: Token): Promise<KnownKey> {
  const keys = await knownKeys(store, terminalId);
  if (keys.length === 0) throw new ProblemError('unknownTerminal', `terminal ${terminalId} is not registered`);
  const found = kid === undefined ? keys.find(({ standing }) => standing === 'accepted') : keys.find((key) => key.kid === kid);
  if (found === undefined) throw new ProblemError('unknownKey', `${standingWords.unknownKey} than the one that signed this request`);
  return found;
}

/** @throws {ProblemError} `missingToken`, `badToken` */
function readToken(request: FastifyRequest): Token {
  const given = request.raw.rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'authorization').length;
  if (given > 1) throw new ProblemError('badToken', 'one Authorization header is expected, not several');
  const [scheme, token, ...rest] = (request.headers.authorization ?? '').split(' ');
  if (scheme !== TOKEN_SCHEME || token === undefined || rest.length > 0)
    throw new ProblemError('missingToken', `expected Authorization: ${TOKEN_SCHEME} <JWS>`);
  if (token.length > upstreamLimits.tokenLength) throw new ProblemError('badToken', `the signature is longer than ${upstreamLimits.tokenLength} characters`);
  const jws = readCompactJws(token);
  if (jws === undefined) throw new ProblemError('badToken', 'it is no compact JWS with EdDSA');
  const { success, data: claims } = tokenClaimsSchema.safeParse(jws.payload);
  if (!success) throw new ProblemError('badToken', 'the claims do not have the right form');
  return { jws, claims };
}

function checkTarget(request: FastifyRequest, claims: TokenClaims): void {
  if (claims.method !== request.method) throw new ProblemError('wrongMethod', `signed for ${claims.method}, used for ${request.method}`);
  if (claims.path !== request.url) throw new ProblemError('wrongPath', `signed for ${claims.path}`);
  if (claims.bodySha256.toUpperCase() !== request.bodySha256) throw new ProblemError('wrongBody', 'the body is not the one that was signed');
}

/** Remembers the request. @throws {ProblemError} as {@link useNonces} says */
export async function useNonce(trx: StoreTransaction, claims: TokenClaims, now: number): Promise<void> {
  const [refusal] = await useNonces(trx, [claims], now);
  if (refusal !== undefined) throw refusal;
}

/**
 * Remembers requests for as long as their signatures could still be young enough. What is remembered is bounded: by time, and by terminal.
 * @param requests of one terminal each @returns for each why it is refused: `replayedNonce`, `tooManyRequests`; of such a one nothing is remembered
 */
export async function useNonces(trx: StoreTransaction, requests: readonly TokenClaims[], now: number): Promise<readonly (ProblemError | undefined)[]> {
  const terminals = requests.map(({ terminalId }) => terminalId);
  await trx
    .deleteFrom('nonces')
    .where('terminal_id', 'in', terminals)
    .where('at', '<', now - 2 * upstreamLimits.requestAgeMs)
    .execute();
  const crowds = await trx
    .selectFrom('nonces')
    .select('terminal_id')
    .where('terminal_id', 'in', terminals)
    .groupBy('terminal_id')
    .having(({ fn }) => fn.countAll(), '>=', upstreamLimits.noncesOfTerminal)
    .execute();
  const crowded = new Set(crowds.map((row) => row.terminal_id));
  const rows = requests.filter(({ terminalId }) => !crowded.has(terminalId)).map(({ terminalId, nonce, at }) => ({ terminal_id: terminalId, nonce, at }));
  const used =
    rows.length === 0
      ? []
      : await trx
          .insertInto('nonces')
          .values(rows)
          .onConflict((conflict) => conflict.doNothing())
          .returning('terminal_id')
          .execute();
  const first = new Set(used.map((row) => row.terminal_id));
  return terminals.map((terminalId) => {
    if (crowded.has(terminalId)) return new ProblemError('tooManyRequests', `terminal ${terminalId} sends more than any terminal does`);
    return first.has(terminalId) ? undefined : new ProblemError('replayedNonce', 'this signature was used before');
  });
}
