/**
 * The one-time code that a technician types to enrol a terminal: ten Crockford symbols in two groups, the last one a check symbol, so that
 * a slip of the finger is noticed before it costs a try. fleet/server makes codes, kioskctl reads what was typed.
 */
import { checkSymbol, SYMBOLS, type Random } from './ids.ts';

/** Symbols of a code, check symbol included. */
export const ENROLMENT_CODE_SYMBOLS = 10;
const SECRET_SYMBOLS = ENROLMENT_CODE_SYMBOLS - 1;

/** `7K4M92QXRT`: 45 random bits, each code as likely as any other. */
export function makeEnrolmentCode(random: Random): string {
  const secret = [...random.bytes(SECRET_SYMBOLS)].map((byte) => SYMBOLS.charAt(byte & 31)).join('');
  return secret + checkSymbol(secret);
}

/** Takes lower case, blanks, hyphens and the look-alikes people type (I, L → 1; O → 0). @returns the ten symbols, or undefined when it can't be a code */
export function parseEnrolmentCode(text: string): string | undefined {
  const symbols = text.replace(/[\s-]/g, '').toUpperCase().replace(/[IL]/g, '1').replace(/O/g, '0');
  if (!/^[0-9A-HJKMNP-TV-Z]{10}$/.test(symbols)) return undefined;
  return checkSymbol(symbols.slice(0, SECRET_SYMBOLS)) === symbols.at(-1) ? symbols : undefined;
}

/** `7K4M9-2QXRT` */
export function groupedEnrolmentCode(code: string): string {
  return `${code.slice(0, 5)}-${code.slice(5)}`;
}
