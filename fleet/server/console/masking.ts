/**
 * What of an entry's body a person may see: card numbers are masked, voucher hashes left out, and what is sealed is only said to be there. A
 * text that is JSON, as what somebody told the support desk, is looked into as well, and shows nothing of the person.
 */
import { parseJson } from '../../../common/parse-json.ts';

/** Compact JWE (RFC 7516, 3.1): five parts, the first of which is a JSON object in base64url, and so begins with `eyJ`. */
const JWE = /^eyJ[\w-]*\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+$/;

export interface Sealed {
  /** Where in the body: `contact.phone`. */
  readonly path: string;
  readonly jwe: string;
}

export function sealedIn(value: unknown, path = ''): Sealed[] {
  if (typeof value === 'string') return JWE.test(value) ? [{ path, jwe: value }] : sealedIn(toldIn(value), path);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => sealedIn(member, path === '' ? name : `${path}.${name}`));
}

export function hasSealed(body: unknown): boolean {
  return sealedIn(body).length > 0;
}

export function masked(body: Readonly<Record<string, unknown>>, hidden = NOTHING): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, maskedMember(name, value, hidden)]));
}

const NOTHING: ReadonlySet<string> = new Set();
/** Members of what a person told the desk: their own words, their telephone as the screen showed it, what a card's number could be tried out with. */
const OF_PERSON: ReadonlySet<string> = new Set(['text', 'masked', 'key']);
const HIDDEN = '••••';

function maskedMember(name: string, value: unknown, hidden: ReadonlySet<string>): unknown {
  if (typeof value === 'string') return hidden.has(name) ? HIDDEN : maskedText(name, value);
  if (Array.isArray(value)) return value.map((each) => maskedMember(name, each, hidden));
  return typeof value === 'object' && value !== null ? masked(value as Readonly<Record<string, unknown>>, hidden) : value;
}

/** A serial of ten bytes ends in the digits that the card shows. */
const SERIAL = /^\d{20}$/;
const SHOWN_DIGITS = 4;

function maskedText(name: string, value: string): unknown {
  if (JWE.test(value)) return { sealed: true };
  const told = toldIn(value);
  if (told !== undefined) return masked(told, OF_PERSON);
  if (name === 'serial' || SERIAL.test(value)) return `${HIDDEN} ${value.slice(-SHOWN_DIGITS)}`;
  // with them a code of twelve digits could be tried out
  return name === 'salt' || name === 'codeHash' ? HIDDEN : value;
}

/** What is told has three levels (common/upstream-api/support.ts): a text that goes deeper is something else, and is not walked through. */
const TOLD_LEVELS = 6;

/** The object that a text in an entry's body is the JSON of. */
function toldIn(text: string): Readonly<Record<string, unknown>> | undefined {
  const read = text.startsWith('{') ? parseJson(text) : undefined;
  return typeof read === 'object' && read !== null && isShallow(read, TOLD_LEVELS) ? { ...read } : undefined;
}

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((member) => isShallow(member, levels - 1));
}
