/**
 * A journal entry as it is hashed and sent, and its place in the chain. Shared by terminal and fleet: both must compute the same hash.
 */
import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import { accounts, journalKinds, type JournalKind } from './journal-kinds.ts';

export const entrySchema = z.strictObject({
  epoch: z.int().min(1),
  seq: z.int().min(1),
  id: z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
  /** UTC with milliseconds. */
  at: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  businessDate: z.string().regex(/^\d{4}-\d\d-\d\d$/),
  terminalId: z.string().min(1).max(40),
  transactionId: z.string().max(40).optional(),
  kind: z.enum(Object.keys(journalKinds) as [JournalKind, ...JournalKind[]]),
  body: z.record(z.string(), z.unknown()),
  postings: z.array(z.strictObject({ account: z.enum(accounts), amount: z.int() })),
});
/** The object that is hashed: exactly these members. */
export type JournalEntry = z.infer<typeof entrySchema>;

/** `prevHash` of the first entry of an epoch. */
export const GENESIS_HASH: Uint8Array = new Uint8Array(32);

/** SHA-256(prevHash ‖ UTF-8(JCS(entry))); JCS is RFC 8785 canonical JSON. 32 bytes. */
export function hashEntry(prevHash: Uint8Array, entry: JournalEntry): Uint8Array {
  return hashCanonicalEntry(prevHash, canonicalEntry(entry));
}

/** The entry as RFC 8785 canonical JSON. @throws {TypeError} when it isn't JSON, {Error} on a lone surrogate */
export function canonicalEntry(entry: JournalEntry): string {
  const json = plainJson(entry, 0) ?? canonicalize(entry);
  if (json === undefined) throw new TypeError('a journal entry must be JSON');
  return json;
}

/** {@link hashEntry} of an entry whose canonical JSON is at hand. */
export function hashCanonicalEntry(prevHash: Uint8Array, canonicalJson: string): Uint8Array {
  return hash('sha256', Buffer.concat([prevHash, Buffer.from(canonicalJson, 'utf8')]), 'buffer');
}

/** Bodies nest three levels; deeper ones come from elsewhere and go to canonicalize, which doesn't recurse. */
const DEEPEST = 8;

/** Canonical JSON of what entries are made of; every append writes one. `undefined`: canonicalize must say what it is, or refuse it. */
function plainJson(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string') return plainText(value);
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined;
  if (depth > DEEPEST) return undefined;
  if (Array.isArray(value)) return plainElements(value, depth);
  return isPlainObject(value) ? plainMembers(value, depth) : undefined;
}

function plainElements(values: readonly unknown[], depth: number): string | undefined {
  let json = '';
  for (const value of values) {
    const element = plainJson(value, depth + 1);
    if (element === undefined) return undefined;
    json += json === '' ? element : `,${element}`;
  }
  return `[${json}]`;
}

/** `sort()` orders by UTF-16 code units, as RFC 8785 3.2.3 demands. */
function plainMembers(members: Readonly<Record<string, unknown>>, depth: number): string | undefined {
  let json = '';
  for (const name of Object.keys(members).sort()) {
    const value = members[name];
    if (value === undefined) continue;
    const member = plainJson(value, depth + 1);
    const quoted = plainText(name);
    if (member === undefined || quoted === undefined) return undefined;
    json += json === '' ? `${quoted}:${member}` : `,${quoted}:${member}`;
  }
  return `{${json}}`;
}

function plainText(text: string): string | undefined {
  if (NOTHING_TO_ESCAPE.test(text)) return `"${text}"`;
  return text.isWellFormed() ? JSON.stringify(text) : undefined;
}

/** No quotation mark, backslash, control character or half of a surrogate pair. */
const NOTHING_TO_ESCAPE = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
