/**
 * Who asks: verifies the compact JWS of every `/v1` request (common/upstream-api/request-token.ts) against the registered key, its time,
 * its target and its nonce. A nonce is remembered on disk for as long as the signature could still be young enough, also across a restart.
 */
import type { FastifyRequest } from 'fastify';
import { compactVerify, decodeJwt } from 'jose';
import type { Clock } from '../../common/clock.ts';
import { publicKeySchema, type PublicKey } from '../../common/upstream-api/fields.ts';
import { upstreamLimits } from '../../common/upstream-api/limits.ts';
import { TOKEN_SCHEME, TOKEN_TYPE, tokenClaimsSchema, type TokenClaims } from '../../common/upstream-api/request-token.ts';
import type { Store } from './store.ts';
import { ProblemError } from './problems.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** SHA-256 of the body's bytes as they came, upper-case hexadecimal. */
    bodySha256: string;
    /** Set once the signature is verified. */
    terminalId: string;
  }
}

export interface Authentication {
  /** Of a registered terminal. Sets `request.terminalId`. @throws {ProblemError} */
  verifyRegistered(request: FastifyRequest): Promise<void>;
  /** Of a terminal that shows a key for the first time: by that key. @throws {ProblemError} */
  verifyWithKey(request: FastifyRequest, terminalId: string, key: PublicKey): Promise<void>;
}

export function createAuthentication(store: Store, clock: Clock): Authentication {
  const check = async (request: FastifyRequest, token: string, key: PublicKey): Promise<void> => {
    const claims = await verifySignature(token, key);
    checkTarget(request, claims);
    const now = clock.now();
    if (Math.abs(now - claims.at) > upstreamLimits.requestAgeMs) {
      throw new ProblemError('staleRequest', `signed ${now - claims.at} ms ago`, { serverTime: now });
    }
    await useNonce(store, claims, now);
    request.terminalId = claims.terminalId;
  };
  return {
    verifyRegistered: async (request) => {
      const token = readToken(request);
      const { terminalId } = unverifiedClaims(token);
      const row = await store.selectFrom('terminals').select('public_key').where('terminal_id', '=', terminalId).executeTakeFirst();
      if (row === undefined) throw new ProblemError('unknownTerminal', `terminal ${terminalId} is not registered`);
      await check(request, token, publicKeySchema.parse(JSON.parse(row.public_key)));
    },
    verifyWithKey: async (request, terminalId, key) => {
      const token = readToken(request);
      if (unverifiedClaims(token).terminalId !== terminalId) throw new ProblemError('badToken', 'the signature names another terminal');
      await check(request, token, key);
    },
  };
}

function readToken(request: FastifyRequest): string {
  const [scheme, token, ...rest] = (request.headers.authorization ?? '').split(' ');
  if (scheme !== TOKEN_SCHEME || token === undefined || rest.length > 0)
    throw new ProblemError('missingToken', `expected Authorization: ${TOKEN_SCHEME} <JWS>`);
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

async function useNonce(store: Store, { terminalId, nonce, at }: TokenClaims, now: number): Promise<void> {
  // one insert decides between two requests of the same nonce
  await store
    .transaction()
    .setIsolationLevel('read committed')
    .execute(async (trx) => {
      await trx
        .deleteFrom('nonces')
        .where('terminal_id', '=', terminalId)
        .where('at', '<', now - 2 * upstreamLimits.requestAgeMs)
        .execute();
      const { numInsertedOrUpdatedRows } = await trx
        .insertInto('nonces')
        .values({ terminal_id: terminalId, nonce, at })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow();
      if (numInsertedOrUpdatedRows !== 1n) throw new ProblemError('replayedNonce', 'this signature was used before');
    });
}
