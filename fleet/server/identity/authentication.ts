/**
 * Who asks: verifies the compact JWS of every `/v1` request (common/upstream-api/request-token.ts) against the registered key, its time,
 * its target and its nonce. A nonce is remembered on disk for as long as the signature could still be young enough, also across a restart.
 */
import type { FastifyRequest } from 'fastify';
import { compactVerify, decodeJwt, decodeProtectedHeader } from 'jose';
import type { Clock } from '../../../common/clock.ts';
import type { PublicKey } from '../../../common/upstream-api/fields.ts';
import { upstreamLimits } from '../../../common/upstream-api/limits.ts';
import { TOKEN_SCHEME, TOKEN_TYPE, tokenClaimsSchema, type TokenClaims } from '../../../common/upstream-api/request-token.ts';
import { ProblemError } from '../http/problems.ts';
import type { Store, StoreTransaction } from '../store/store.ts';
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
  verifyWithKey(request: FastifyRequest, terminalId: string, key: PublicKey): Promise<TokenClaims>;
}

export function createAuthentication(store: Store, clock: Clock): Authentication {
  const check = async (request: FastifyRequest, token: string, key: PublicKey): Promise<TokenClaims> => {
    const claims = await verifySignature(token, key);
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
      const { terminalId } = unverifiedClaims(token);
      const { key, standing } = await signersKey(store, terminalId, token);
      const claims = await check(request, token, key);
      // only whoever holds the key learns what became of it
      if (standing !== 'accepted') throw new ProblemError(standing, standingWords[standing]);
      if (request.routeOptions.config.remembersRequests !== true) await remember(store, claims, clock.now());
      request.terminalId = claims.terminalId;
      request.claims = claims;
    },
    verifyWithKey: async (request, terminalId, key) => {
      const token = readToken(request);
      if (unverifiedClaims(token).terminalId !== terminalId) throw new ProblemError('badToken', 'the signature names another terminal');
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

/** The terminal's key that the signature names; the one that counts now when it names none. */
async function signersKey(store: Store, terminalId: string, token: string): Promise<KnownKey> {
  const keys = await knownKeys(store, terminalId);
  if (keys.length === 0) throw new ProblemError('unknownTerminal', `terminal ${terminalId} is not registered`);
  const kid = namedKey(token);
  const found = kid === undefined ? keys.find(({ standing }) => standing === 'accepted') : keys.find((key) => key.kid === kid);
  if (found === undefined) throw new ProblemError('unknownKey', `${standingWords.unknownKey} than the one that signed this request`);
  return found;
}

function namedKey(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).kid;
  } catch {
    throw new ProblemError('badToken', 'the signature has no readable header');
  }
}

function readToken(request: FastifyRequest): string {
  const given = request.raw.rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'authorization').length;
  if (given > 1) throw new ProblemError('badToken', 'one Authorization header is expected, not several');
  const [scheme, token, ...rest] = (request.headers.authorization ?? '').split(' ');
  if (scheme !== TOKEN_SCHEME || token === undefined || rest.length > 0)
    throw new ProblemError('missingToken', `expected Authorization: ${TOKEN_SCHEME} <JWS>`);
  if (token.length > upstreamLimits.tokenLength) throw new ProblemError('badToken', `the signature is longer than ${upstreamLimits.tokenLength} characters`);
  return token;
}

/** Only to find the key; nothing is believed before it verifies. */
function unverifiedClaims(token: string): TokenClaims {
  try {
    return tokenClaimsSchema.parse(decodeJwt(token));
  } catch {
    throw new ProblemError('badToken', 'the claims do not have the right form');
  }
}

async function verifySignature(token: string, key: PublicKey): Promise<TokenClaims> {
  try {
    const { payload, protectedHeader } = await compactVerify(token, key, { algorithms: ['EdDSA'] });
    if (protectedHeader.typ !== TOKEN_TYPE) throw new TypeError(`not a ${TOKEN_TYPE}`);
    return tokenClaimsSchema.parse(JSON.parse(new TextDecoder().decode(payload)));
  } catch {
    throw new ProblemError('badToken', 'the signature does not verify with the registered key');
  }
}

function checkTarget(request: FastifyRequest, claims: TokenClaims): void {
  if (claims.method !== request.method) throw new ProblemError('wrongMethod', `signed for ${claims.method}, used for ${request.method}`);
  if (claims.path !== request.url) throw new ProblemError('wrongPath', `signed for ${claims.path}`);
  if (claims.bodySha256.toUpperCase() !== request.bodySha256) throw new ProblemError('wrongBody', 'the body is not the one that was signed');
}

/**
 * Remembers the request for as long as its signature could still be young enough. What is remembered is bounded: by time, and by terminal.
 * @throws {ProblemError} `replayedNonce`; `tooManyRequests`
 */
export async function useNonce(trx: StoreTransaction, { terminalId, nonce, at }: TokenClaims, now: number): Promise<void> {
  await trx
    .deleteFrom('nonces')
    .where('terminal_id', '=', terminalId)
    .where('at', '<', now - 2 * upstreamLimits.requestAgeMs)
    .execute();
  const crowd = await trx
    .selectFrom('nonces')
    .select('at')
    .where('terminal_id', '=', terminalId)
    .offset(upstreamLimits.noncesOfTerminal - 1)
    .limit(1)
    .execute();
  if (crowd.length > 0) throw new ProblemError('tooManyRequests', `terminal ${terminalId} sends more than any terminal does`);
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('nonces')
    .values({ terminal_id: terminalId, nonce, at })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  if (numInsertedOrUpdatedRows !== 1n) throw new ProblemError('replayedNonce', 'this signature was used before');
}
