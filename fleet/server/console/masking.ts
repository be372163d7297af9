/** What of an entry's body a person may see: card numbers are masked, voucher hashes left out, and what is sealed is only said to be there. */

/** Compact JWE (RFC 7516, 3.1): five parts, the first of which is a JSON object in base64url, and so begins with `eyJ`. */
const JWE = /^eyJ[\w-]*\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+$/;

export interface Sealed {
  /** Where in the body: `contact.phone`. */
  readonly path: string;
  readonly jwe: string;
}

export function sealedIn(value: unknown, path = ''): Sealed[] {
  if (typeof value === 'string') return JWE.test(value) ? [{ path, jwe: value }] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => sealedIn(member, path === '' ? name : `${path}.${name}`));
}

export function hasSealed(body: unknown): boolean {
  return sealedIn(body).length > 0;
}

export function masked(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, maskedMember(name, value)]));
}

function maskedMember(name: string, value: unknown): unknown {
  if (typeof value === 'string') return maskedText(name, value);
  if (Array.isArray(value)) return value.map((each) => maskedMember(name, each));
  return typeof value === 'object' && value !== null ? masked(value as Readonly<Record<string, unknown>>) : value;
}

/** A serial of ten bytes ends in the digits that the card shows. */
const SERIAL = /^\d{20}$/;
const SHOWN_DIGITS = 4;

function maskedText(name: string, value: string): unknown {
  if (JWE.test(value)) return { sealed: true };
  if (name === 'serial' || SERIAL.test(value)) return `•••• ${value.slice(-SHOWN_DIGITS)}`;
  // with them a code of twelve digits could be tried out
  return name === 'salt' || name === 'codeHash' ? '••••' : value;
}
