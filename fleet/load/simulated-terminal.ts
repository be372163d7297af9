/**
 * A terminal as the server sees it: its key, its chain, signed requests, one batch under way. Believes only a receipt that the server signed
 * for its own head. Used by run.ts, which makes many of them, and by the server's fuzz tests.
 */
import { createPublicKey, generateKeyPairSync, randomBytes, sign, verify, type KeyObject } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { canonicalEntry, GENESIS_HASH, hashCanonicalEntry, type JournalEntry } from '../../common/journal-entry.ts';
import { publicKeySchema, type PublicKey } from '../../common/upstream-api/fields.ts';
import { CHECKPOINT_TYPE, journalAnswerSchema, RECEIPT_TYPE, receiptSchema } from '../../common/upstream-api/journal.ts';
import { upstreamLimits } from '../../common/upstream-api/limits.ts';
import { bodySha256, TOKEN_SCHEME, TOKEN_TYPE } from '../../common/upstream-api/request-token.ts';
import { makeReference, type Ids, type Random } from '../../common/ids.ts';
import { topUpRows } from './top-up-rows.ts';

/** A terminal signs its chain at least this often, in rows. */
const CHECKPOINT_EVERY = 256;

/** As terminals do (main/upstream/http.ts): bodies from this size on, bytes, and how thoroughly. */
const GZIP_FROM = 1024;
const GZIP_LEVEL = 1;

export interface TerminalParts {
  readonly ids: Ids;
  readonly random: Random;
  readonly now: () => number;
}

export interface SignedRequest {
  readonly path: string;
  /** As it goes over the line. */
  readonly body: Buffer;
  readonly encoding: 'gzip' | undefined;
  readonly authorization: string;
}

/** A row as the terminal keeps it, and as upstream does. */
export interface Written {
  readonly seq: number;
  readonly hash: string;
  /** In canonical form, which is how terminals send it. */
  readonly text: string;
}

export class SimulatedTerminal {
  readonly id: string;
  readonly #parts: TerminalParts;
  readonly #privateKey: KeyObject;
  readonly publicKey: PublicKey;
  #head: Uint8Array = GENESIS_HASH;
  #seq = 0;
  #signedUpTo = 0;
  #unsent: Written[] = [];
  #checkpoints: { readonly seq: number; readonly jws: string }[] = [];
  #receiptedUpTo = 0;

  constructor(id: string, parts: TerminalParts) {
    this.id = id;
    this.#parts = parts;
    const { privateKey } = generateKeyPairSync('ed25519');
    this.#privateKey = privateKey;
    const { kty, crv, x } = createPublicKey(privateKey).export({ format: 'jwk' });
    this.publicKey = publicKeySchema.parse({ kty, crv, x });
  }

  /** Rows written so far. */
  get rows(): number {
    return this.#seq;
  }

  get receiptedUpTo(): number {
    return this.#receiptedUpTo;
  }

  get unsent(): number {
    return this.#unsent.length;
  }

  /** Asks for a place in the fleet. */
  registration(enrolmentCode: string): SignedRequest {
    return this.#signed('/v1/terminals', JSON.stringify({ terminalId: this.id, publicKey: this.publicKey, enrolmentCode }));
  }

  /** Writes the rows of one top-up. @returns how many */
  topUp(): number {
    const { ids, random, now } = this.#parts;
    const at = new Date(now()).toISOString();
    const businessDate = at.slice(0, 10);
    const transactionId = ids.uuid();
    const rows = topUpRows(makeReference('A01', businessDate, random), { noteId: ids.uuid(), loadId: ids.uuid() });
    for (const row of rows) {
      const entry: JournalEntry = { epoch: 1, seq: this.#seq + 1, id: ids.uuid(), at, businessDate, terminalId: this.id, transactionId, ...row };
      const text = canonicalEntry(entry);
      this.#head = hashCanonicalEntry(this.#head, text);
      this.#seq += 1;
      this.#unsent.push({ seq: this.#seq, hash: hexOf(this.#head), text });
    }
    if (this.#seq - this.#signedUpTo >= CHECKPOINT_EVERY - rows.length) this.#checkpoint(at);
    return rows.length;
  }

  /** What it wrote is upstream already, without its sending it: gives it away, in the form in which it is stored. */
  handOver(): readonly Written[] {
    const given = this.#unsent;
    this.#unsent = [];
    this.#checkpoints = [];
    this.#receiptedUpTo = this.#seq;
    return given;
  }

  /** The oldest rows that have no receipt, as many as a request may hold; `undefined`: there are none. @param rows at most */
  batch(rows: number = upstreamLimits.batchEntries): SignedRequest | undefined {
    if (this.#unsent.length === 0) return undefined;
    const entries: string[] = [];
    let bytes = 64 + this.#checkpoints.length * 600;
    let last = 0;
    for (const { seq, hash, text } of this.#unsent.slice(0, rows)) {
      const json = `{"entry":${text},"hash":"${hash}"}`;
      bytes += Buffer.byteLength(json) + 1;
      if (bytes > upstreamLimits.requestBytes) break;
      entries.push(json);
      last = seq;
    }
    const checkpoints = this.#checkpoints.filter(({ seq }) => seq <= last).map(({ jws }) => jws);
    const signed = checkpoints.length === 0 ? '' : `,"checkpoints":${JSON.stringify(checkpoints.slice(0, upstreamLimits.batchCheckpoints))}`;
    return this.#signed('/v1/journal', `{"entries":[${entries.join(',')}]${signed}}`);
  }

  /** @returns how many rows the receipt is for @throws {Error} a receipt that proves nothing */
  acknowledge(answer: unknown, serverKey: KeyObject): number {
    const { receipt, jws } = journalAnswerSchema.parse(answer);
    const signed = receiptSchema.parse(claimsOf(jws, RECEIPT_TYPE, serverKey));
    const index = this.#unsent.findIndex(({ seq }) => seq === receipt.upToSeq);
    const head = this.#unsent[index];
    if (head === undefined || signed.terminalId !== this.id || signed.upToSeq !== receipt.upToSeq || signed.headHash.toLowerCase() !== head.hash)
      throw new Error(`${this.id}: the receipt up to ${receipt.upToSeq} is for another chain`);
    this.#unsent.splice(0, index + 1);
    this.#checkpoints = this.#checkpoints.filter(({ seq }) => seq > receipt.upToSeq);
    this.#receiptedUpTo = receipt.upToSeq;
    return index + 1;
  }

  #checkpoint(at: string): void {
    const claims = { terminalId: this.id, epoch: 1, seq: this.#seq, hash: hexOf(this.#head), at };
    this.#checkpoints.push({ seq: this.#seq, jws: this.#sign(CHECKPOINT_TYPE, claims) });
    this.#signedUpTo = this.#seq;
  }

  #signed(path: string, json: string): SignedRequest {
    const encoding = json.length < GZIP_FROM ? undefined : 'gzip';
    const body = encoding === undefined ? Buffer.from(json) : gzipSync(json, { level: GZIP_LEVEL });
    const nonce = randomBytes(16).toString('base64url');
    const claims = { method: 'POST', path, bodySha256: bodySha256(body), at: this.#parts.now(), nonce, terminalId: this.id };
    return { path, body, encoding, authorization: `${TOKEN_SCHEME} ${this.#sign(TOKEN_TYPE, claims)}` };
  }

  /** Compact JWS (RFC 7515 7.1) with EdDSA (RFC 8037). */
  #sign(typ: string, claims: object): string {
    const input = `${partOf({ alg: 'EdDSA', typ })}.${partOf(claims)}`;
    return `${input}.${sign(null, Buffer.from(input), this.#privateKey).toString('base64url')}`;
  }
}

/** @throws {Error} not signed by `key`, or for another purpose */
function claimsOf(jws: string, typ: string, key: KeyObject): unknown {
  const [header = '', payload = '', signature = ''] = jws.split('.');
  const genuine = verify(null, Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'));
  const read: unknown = JSON.parse(Buffer.from(header, 'base64url').toString());
  if (!genuine || typeof read !== 'object' || read === null || !('typ' in read) || read.typ !== typ) throw new Error('a receipt is not signed by the server');
  return JSON.parse(Buffer.from(payload, 'base64url').toString());
}

function partOf(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
