/**
 * The 256 bytes of text of a resident identity card → the class's IdDocument, every field checked; a card of another layout is refused
 * and not guessed at. Pure. Used by the driver and `kioskctl decode sam`. Source: card-readers.md section 4, "Text".
 */
import type { IdDocument } from '../id-reader.ts';

/** Byte offset and length. */
const FIELDS = {
  name: [0, 30],
  sex: [30, 2],
  nation: [32, 4],
  birth: [36, 16],
  address: [52, 70],
  number: [122, 36],
  issuer: [158, 30],
  validFrom: [188, 16],
  validUntil: [204, 16],
} as const;
type Field = keyof typeof FIELDS;

/** Tells cards of other layouts: `I` permanent residence of foreigners, `J` residence of Hong Kong, Macao and Taiwan (unconfirmed). */
const MARKER = [248, 2] as const;
const LONG_TERM = '长期';

export type IdTextResult =
  | { readonly kind: 'read'; readonly document: IdDocument }
  | { readonly kind: 'otherDocument'; readonly marker: string }
  | { readonly kind: 'implausible'; readonly field: keyof IdDocument };

/** @param text 256 bytes, UTF-16LE, fields padded with spaces */
export function readIdText(text: Uint8Array): IdTextResult {
  const marker = utf16(text, MARKER);
  if (marker !== ' ') return { kind: 'otherDocument', marker: /^[\x21-\x7e]$/.test(marker) ? marker : 'unknown' };
  const raw = (field: Field): string => utf16(text, FIELDS[field]).replace(/ +$/, '');
  const read: { readonly [F in Field]: IdDocument[F] | undefined } = {
    name: raw('name') === '' ? undefined : textOf(raw('name')),
    sex: sexOf(raw('sex')),
    nation: /^\d\d$/.test(raw('nation')) ? raw('nation') : undefined,
    birth: isoDate(raw('birth')),
    address: textOf(raw('address')),
    number: isIdNumber(raw('number')) ? raw('number') : undefined,
    issuer: textOf(raw('issuer')),
    validFrom: isoDate(raw('validFrom')),
    validUntil: raw('validUntil') === LONG_TERM ? 'longTerm' : isoDate(raw('validUntil')),
  };
  const { name, sex, nation, birth, address, number, issuer, validFrom, validUntil } = read;
  if (name === undefined) return { kind: 'implausible', field: 'name' };
  if (sex === undefined) return { kind: 'implausible', field: 'sex' };
  if (nation === undefined) return { kind: 'implausible', field: 'nation' };
  if (birth === undefined) return { kind: 'implausible', field: 'birth' };
  if (address === undefined) return { kind: 'implausible', field: 'address' };
  if (number === undefined) return { kind: 'implausible', field: 'number' };
  if (issuer === undefined) return { kind: 'implausible', field: 'issuer' };
  if (validFrom === undefined) return { kind: 'implausible', field: 'validFrom' };
  if (validUntil === undefined || (validUntil !== 'longTerm' && validUntil < validFrom)) return { kind: 'implausible', field: 'validUntil' };
  return { kind: 'read', document: { name, sex, nation, birth, address, number, issuer, validFrom, validUntil } };
}

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;
const CHECK_CHARACTERS = '10X98765432';

/** 17 digits and their check character (GB 11643). */
export function isIdNumber(number: string): boolean {
  if (!/^\d{17}[\dX]$/.test(number)) return false;
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(number[index]), 0);
  return number[17] === CHECK_CHARACTERS[sum % 11];
}

function utf16(text: Uint8Array, [at, length]: readonly [number, number]): string {
  return Buffer.from(text.buffer, text.byteOffset + at, length).toString('utf16le');
}

/** Rare characters of names stand in the private use area and pass; control characters, half characters and empty memory don't. */
function textOf(value: string): string | undefined {
  return value.isWellFormed() && !/[\p{Cc}\uFFFE\uFFFF]/u.test(value) ? value : undefined;
}

/** 0 and 9 are in use too (unconfirmed). */
function sexOf(value: string): IdDocument['sex'] | undefined {
  if (value === '1') return 'male';
  if (value === '2') return 'female';
  return value === '0' || value === '9' ? 'unknown' : undefined;
}

/** YYYYMMDD → YYYY-MM-DD; undefined for what is no day of the calendar. */
function isoDate(digits: string): string | undefined {
  if (!/^(?:19|20|21)\d{6}$/.test(digits)) return undefined;
  const iso = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
  const time = Date.parse(`${iso}T00:00:00Z`);
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== iso ? undefined : iso;
}
