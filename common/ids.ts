/**
 * Identities: UUIDv7 for entries and transactions, short reference numbers for people. Randomness is a port.
 */
import { v7 } from 'uuid';
import type { Clock } from './clock.ts';

export interface Random {
  /** `count` fresh unpredictable bytes. */
  bytes(count: number): Uint8Array;
}

export interface Ids {
  /** A UUIDv7 (RFC 9562): sorts by time, unique without coordination. */
  uuid(): string;
}

export function createIds(clock: Pick<Clock, 'now'>, random: Random): Ids {
  return { uuid: () => v7({ msecs: clock.now(), random: random.bytes(16) }) };
}

/** Crockford base-32: no I, L, O, U. */
export const SYMBOLS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * The number on screen, slip, case and in journal search: `A01-1122-7K4M-9` = terminal short name · month and day · four random
 * symbols · check character (Luhn mod 32 over all symbols before it, so one wrong or two swapped neighbours are noticed).
 * @param shortName 1–4 of the Crockford symbols, e.g. `A01`
 * @param localDate business date `YYYY-MM-DD`
 */
export function makeReference(shortName: string, localDate: string, random: Random): string {
  const [first = 0, second = 0, third = 0] = random.bytes(3);
  const bits = ((first << 16) | (second << 8) | third) & 0xf_ffff;
  const unique = [15, 10, 5, 0].map((shift) => SYMBOLS.charAt((bits >> shift) & 31)).join('');
  const body = `${shortName}-${localDate.slice(5, 7)}${localDate.slice(8, 10)}-${unique}`;
  return `${body}-${checkSymbol(body)}`;
}

/** Accepts lower case and the look-alikes people type (I, L → 1; O → 0); answers the canonical form, or undefined when the check fails. */
export function parseReference(text: string): string | undefined {
  const canonical = text.trim().toUpperCase().replace(/[IL]/g, '1').replace(/O/g, '0');
  const match = /^([0-9A-HJKMNP-TV-Z]{1,4}-\d{4}-[0-9A-HJKMNP-TV-Z]{4})-([0-9A-HJKMNP-TV-Z])$/.exec(canonical);
  const body = match?.[1];
  return body !== undefined && checkSymbol(body) === match?.[2] ? canonical : undefined;
}

/** Symbols alone, without hyphens, as a person types them: `A0111227K4M9`. @returns the canonical form, or undefined when the check fails */
export function parseReferenceSymbols(symbols: string): string | undefined {
  const [short, date, unique, check] = [symbols.slice(0, -9), symbols.slice(-9, -5), symbols.slice(-5, -1), symbols.slice(-1)];
  return parseReference([short, date, unique, check].join('-'));
}

/** Luhn mod 32 over the symbols of `body`; hyphens don't count. */
export function checkSymbol(body: string): string {
  const values = [...body].filter((symbol) => symbol !== '-').map((symbol) => SYMBOLS.indexOf(symbol));
  let sum = 0;
  values.reverse().forEach((value, index) => {
    const weighted = index % 2 === 0 ? value * 2 : value;
    sum += Math.floor(weighted / 32) + (weighted % 32);
  });
  return SYMBOLS.charAt((32 - (sum % 32)) % 32);
}
