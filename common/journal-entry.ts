/**
 * A journal entry as it is hashed and sent, and its place in the chain. Shared by terminal and fleet: both must compute the same hash.
 */
import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import { flavorOf } from './flavor.ts';
import { accounts, journalKinds, type JournalKind } from './journal-kinds.ts';

export const entrySchema = z.strictObject({
  epoch: z.int().min(1),
  seq: z.int().min(1),
  id: z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
  /** UTC with milliseconds. */
  at: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  businessDate: z.string().regex(/^\d{4}-\d\d-\d\d$/),
  terminalId: z.string().min(1).max(40),
  transactionId: z.string().min(1).max(40).optional(),
  kind: z.enum(Object.keys(journalKinds) as [JournalKind, ...JournalKind[]]),
  body: z.record(z.string(), z.unknown()),
  postings: z.array(z.strictObject({ account: z.enum(accounts), amount: z.int() })),
});
/** The object that is hashed: exactly these members. */
export type JournalEntry = z.infer<typeof entrySchema>;

/** `prevHash` of the first entry of an epoch. */
export const GENESIS_HASH: Uint8Array = new Uint8Array(32);

/** The same of a training terminal's: SHA-256 of what it is called by. No hash of one chain is ever one of the other. */
export const TRAINING_GENESIS_HASH: Uint8Array = Buffer.from(hash('sha256', 'yikatong training journal', 'hex'), 'hex');

/** `prevHash` of the first entry of an epoch of this terminal. */
export function genesisOf(terminalId: string): Uint8Array {
  return flavorOf(terminalId) === 'training' ? TRAINING_GENESIS_HASH : GENESIS_HASH;
}

/** SHA-256(prevHash ‖ UTF-8(JCS(entry))); JCS is RFC 8785 canonical JSON. 32 bytes. */
export function hashEntry(prevHash: Uint8Array, entry: JournalEntry): Uint8Array {
  return hashCanonicalEntry(prevHash, canonicalEntry(entry));
}

/** The entry as RFC 8785 canonical JSON. @throws {TypeError} when it isn't JSON, {Error} on a lone surrogate */
export function canonicalEntry(entry: JournalEntry): string {
  const json = sortedEntry(entry) ?? plainEntry(entry) ?? canonicalize(entry);
  if (json === undefined) throw new TypeError('a journal entry must be JSON');
  return json;
}

/** {@link hashEntry} of an entry whose canonical JSON is at hand. */
export function hashCanonicalEntry(prevHash: Uint8Array, canonicalJson: string): Uint8Array {
  return Buffer.from(hashCanonicalEntryText(prevHash, canonicalJson), 'hex');
}

/** The same as 64 lower-case hexadecimal digits, which is how the library is quickest. */
export function hashCanonicalEntryText(prevHash: Uint8Array, canonicalJson: string): string {
  const most = prevHash.length + 3 * canonicalJson.length; // UTF-8 of a UTF-16 unit is at most three bytes
  const bytes = most <= scratch.length ? scratch : Buffer.allocUnsafe(most);
  bytes.set(prevHash);
  const length = prevHash.length + bytes.write(canonicalJson, prevHash.length, 'utf8');
  return hash('sha256', bytes.subarray(0, length), 'hex');
}

/** An append a few times a second for years: no garbage for what is read once. */
const scratch = Buffer.allocUnsafe(16 * 1024);

/** As terminals send it, read from their own canonical form: then JavaScript's own JSON is that form (RFC 8785, 3.2). `undefined`: it is not. */
function sortedEntry(entry: JournalEntry): string | undefined {
  if (!isSorted(entry, 1)) return undefined;
  const json = JSON.stringify(entry);
  // half of a surrogate pair is written as an escape there, and is an error here
  return json.includes('\\ud') ? undefined : json;
}

/** Whether every object in it has its members in the order of their UTF-16 code units (RFC 8785, 3.2.3), and JSON has a form for all of it. */
function isSorted(value: unknown, depth: number): boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (depth > DEEPEST) return false;
  if (Array.isArray(value)) return value.every((element) => isSorted(element, depth + 1));
  if (!isPlainObject(value)) return false;
  let last: string | undefined;
  for (const name of Object.keys(value)) {
    if ((last !== undefined && name < last) || !isSorted(value[name], depth + 1)) return false;
    last = name;
  }
  return true;
}

/** The entry's own members in the order of RFC 8785 3.2.3; every append writes one. `undefined`: something in it is not plain. */
function plainEntry(entry: JournalEntry): string | undefined {
  const { at, businessDate, id, kind, terminalId, transactionId } = entry;
  const body = plainJson(entry.body, 1);
  const postings = plainJson(entry.postings, 1);
  const texts = at + businessDate + id + kind + terminalId + (transactionId ?? '');
  const members = transactionId === undefined ? ENTRY_MEMBERS - 1 : ENTRY_MEMBERS;
  if (body === undefined || postings === undefined || !NOTHING_TO_ESCAPE.test(texts) || Object.keys(entry).length !== members) return undefined;
  if (!Number.isSafeInteger(entry.epoch) || !Number.isSafeInteger(entry.seq)) return undefined;
  const tail = transactionId === undefined ? '}' : `,"transactionId":"${transactionId}"}`;
  return `{"at":"${at}","body":${body},"businessDate":"${businessDate}","epoch":${entry.epoch},"id":"${id}","kind":"${kind}","postings":${postings},"seq":${entry.seq},"terminalId":"${terminalId}"${tail}`;
}

/** Of an entry with a transaction. */
const ENTRY_MEMBERS = 10;

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
