/**
 * The journal's lines: what export writes, what the second file frames, and the payloads that are signed. One shape for every reader.
 */
import canonicalize from 'canonicalize';
import { z } from 'zod';
import { flavorOf } from '../../common/flavor.ts';
import { hashCanonicalEntry, type JournalEntry } from '../../common/journal-entry.ts';
import { accounts } from '../../common/journal-kinds.ts';
import { parseJson } from '../../common/parse-json.ts';
import { hashSchema, publicKeySchema } from '../../common/upstream-api/fields.ts';
import type { Checkpoint, Receipt } from '../../common/upstream-api/journal.ts';

/** Chain hashes as text: 64 lower-case hexadecimal digits. */
export function hashText(hash: Uint8Array): string {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString('hex');
}

/** Most entries between two checkpoints. */
export const CHECKPOINT_EVERY = 256;

/** An entry with the hash that is stored beside it, 64 hexadecimal digits. */
export interface StoredEntry {
  readonly entry: JournalEntry;
  readonly hash: string;
}

export interface StoredCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly jws: string;
}

export interface StoredReceipt {
  readonly receipt: Receipt;
  readonly jws: string;
}

/** By what the first line of an export names the journal: a reader of live ones doesn't find it in a training terminal's. */
export function journalName(terminalId: string): 'journal' | 'trainingJournal' {
  return flavorOf(terminalId) === 'training' ? 'trainingJournal' : 'journal';
}

/** First line of a second file: whose it is, after which entry it begins, and what the accounts held then (fen). */
export const secondHeaderSchema = z.strictObject({
  terminalId: z.string(),
  epoch: z.int().min(1),
  publicKey: publicKeySchema,
  after: z.strictObject({ seq: z.int().min(0), hash: hashSchema }),
  balances: z.partialRecord(z.enum(accounts), z.int()),
});
export type SecondHeader = z.infer<typeof secondHeaderSchema>;

export function secondHeaderLine(header: SecondHeader): string {
  return JSON.stringify({ journal: header });
}

/** @param canonicalJson the entry as it was hashed */
export function entryLine(canonicalJson: string, hash: Uint8Array): string {
  return `{"entry":${canonicalJson},"hash":"${hashText(hash)}"}`;
}

export function checkpointLine({ checkpoint, jws }: StoredCheckpoint): string {
  return `{"checkpoint":${canonicalize(checkpoint)},"jws":"${jws}"}`;
}

export function receiptLine({ receipt, jws }: StoredReceipt): string {
  return `{"receipt":${canonicalize(receipt)},"jws":"${jws}"}`;
}

/** A link of the chain as it is stored: canonical JSON and hashes as bytes. */
export interface Link {
  readonly seq: number;
  readonly json: string;
  readonly prevHash: Uint8Array;
  readonly hash: Uint8Array;
}

export function linkHolds(link: Link): boolean {
  return sameBytes(hashCanonicalEntry(link.prevHash, link.json), link.hash);
}

export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

/** The claims of a compact JWS, unverified. `undefined` when it isn't one in canonical base64url. */
export function jwsClaims(jws: string): unknown {
  const parts = jws.split('.');
  const [header, payload, signature] = parts;
  if (parts.length !== 3 || ![header, payload, signature].every((part) => part !== undefined && isCanonicalBase64Url(part))) return undefined;
  return parseUtf8Json(Buffer.from(payload ?? '', 'base64url'));
}

/** `undefined` when it isn't JSON in UTF-8. */
export function parseUtf8Json(bytes: Uint8Array): unknown {
  const text = utf8Text(bytes);
  return text === undefined ? undefined : parseJson(text);
}

/** Refuses what isn't UTF-8 instead of replacing it, and keeps a byte order mark: readers in other languages must see the same text. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Base64url has spare bits in its last character: only one spelling of a signature is accepted, or a flipped bit would go unseen. */
export function isCanonicalBase64Url(text: string): boolean {
  return text !== '' && Buffer.from(text, 'base64url').toString('base64url') === text;
}
