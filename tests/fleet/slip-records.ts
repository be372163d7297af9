/** Slips and published statements made by hand from FORMAT.md, with jose: what the verifiers are tested on. No code of the product signs here. */
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runInThisContext } from 'node:vm';
import { calculateJwkThumbprint, CompactSign, exportJWK } from 'jose';
import { publicKeySchema, type PublicKey } from '../../common/upstream-api/fields.ts';
import { verifySlip, type SlipFinding } from '../../main/receipts/verify-slip.ts';

export interface Signer {
  readonly publicKey: PublicKey;
  sign(type: string, claims: object, header?: object): Promise<string>;
}

export async function newSigner(): Promise<Signer> {
  return signerOf(generateKeyPairSync('ed25519').privateKey);
}

export async function signerOf(privateKey: KeyObject): Promise<Signer> {
  const { kty, crv, x } = await exportJWK(privateKey);
  const publicKey = publicKeySchema.parse({ kty, crv, x });
  const kid = await calculateJwkThumbprint(publicKey);
  return {
    publicKey,
    sign: (type, claims, header = {}) =>
      new CompactSign(new TextEncoder().encode(JSON.stringify(claims))).setProtectedHeader({ alg: 'EdDSA', kid, typ: type, ...header }).sign(privateKey),
  };
}

/** Of entry `seq`: any 32 bytes do, nobody but the journal can recompute them. */
export function hashOf(seq: number, history = 'this'): Buffer {
  return createHash('sha256').update(`${history} ${seq}`).digest();
}

export const TERMINAL = 'T-0001';
/** 2026-11-22 08:14:32 in Shanghai. */
export const PRINTED_AT = Date.UTC(2026, 10, 22, 0, 14, 32);

export const SLIP = {
  t: TERMINAL,
  e: 1,
  s: 300,
  h: hashOf(300).toString('base64url'),
  r: 'A01-1122-7K4M-9',
  o: 'd',
  a: 5_000,
  p: 'q',
  n: '6688',
  w: PRINTED_AT / 1000,
} as const;

export interface Published {
  readonly keys: readonly PublicKey[];
  readonly upToSeq: number;
  readonly at: number;
  /** Another history than the slip's. */
  readonly history: string;
  readonly epoch: number;
  readonly terminalId: string;
}

/** What an operator publishes of a terminal up to `upToSeq`: its statement, then one for each 256 entries. */
export async function publishedBy(operator: Signer, keys: readonly PublicKey[], about: Partial<Published> = {}): Promise<string[]> {
  const { upToSeq, at, history, epoch, terminalId } = { upToSeq: 400, at: PRINTED_AT + 3_600_000, history: 'this', epoch: 1, terminalId: TERMINAL, ...about };
  const statements = [await operator.sign('kiosk-terminal+jwt', { terminalId, keys, published: [{ epoch, upToSeq }], at })];
  for (let from = 1; from <= upToSeq; from += 256) {
    const hashes = Array.from({ length: Math.min(256, upToSeq - from + 1) }, (_, index) => hashOf(from + index, history).toString('base64url'));
    statements.push(await operator.sign('kiosk-published+jwt', { terminalId, epoch, from, hashes, at }));
  }
  return statements;
}

export function checkpoint(terminal: Signer, seq: number, history = 'this'): Promise<string> {
  const claims = { terminalId: TERMINAL, epoch: 1, seq, hash: hashOf(seq, history).toString('hex'), at: new Date(PRINTED_AT).toISOString() };
  return terminal.sign('kiosk-checkpoint+jwt', claims);
}

interface PageVerifier {
  verifySlip(text: string, key: PublicKey, statements: readonly string[]): Promise<SlipFinding>;
  filesFor(text: string): string[];
  statementsOf(content: string): string[];
}

/** The page's own script, as a browser runs it. */
export const pageVerifier: PageVerifier = loadPageVerifier();

function loadPageVerifier(): PageVerifier {
  runInThisContext(readFileSync(fileURLToPath(new URL('../../fleet/verify-page/verify.js', import.meta.url)), 'utf8'));
  return Reflect.get(globalThis, 'kioskVerify') as PageVerifier;
}

/** What both verifiers say; they must say the same. */
export async function findingOf(text: string, key: PublicKey, statements: readonly string[]): Promise<SlipFinding> {
  const here = verifySlip(text, key, statements);
  const there = await pageVerifier.verifySlip(text, key, statements);
  if (JSON.stringify(here) !== JSON.stringify(there)) {
    throw new Error(`the two verifiers disagree on ${text.slice(0, 200)}: ${JSON.stringify(here)} and ${JSON.stringify(there)}`);
  }
  return here;
}
