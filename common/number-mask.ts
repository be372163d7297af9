/**
 * Hides numbers that say who somebody is in text that a person wrote: identity card, telephone and card numbers. Terminal and fleet both
 * use it; amounts, dates and reference numbers stay readable.
 */
import { parseReference } from './ids.ts';

/** Seven or more digits, with the blanks, dots and hyphens that people put between them; the last one of an identity number may be X. ASCII and full-width. */
const LONG_NUMBER = /(?<![0-9０-９])[0-9０-９](?:[ \t.\-–—·－　]{0,2}[0-9０-９]){6,}(?:[ \t\-－]?[XxＸｘ])?/gu;

/** The form of a reference number, such as `A01-1122-7K4M-9`. */
const REFERENCE = /(?<![0-9A-Z])[0-9A-Z]{1,4}-\d{4}-[0-9A-Z]{4}-[0-9A-Z](?![0-9A-Z])/g;

/** `2026-03-15`, `2026.3.15`: a date, not a number. */
const DATE = /^(?:19|20)\d\d[-.](?:0?[1-9]|1[0-2])[-.](?:0?[1-9]|[12]\d|3[01])$/;

/** Each digit of such a number but its last two becomes `*`; what stands between them stays, so that its kind can still be told. */
export function maskNumbers(text: string): string {
  let masked = '';
  let from = 0;
  for (const { 0: reference, index } of text.matchAll(REFERENCE)) {
    if (!isReference(reference)) continue;
    masked += text.slice(from, index).replace(LONG_NUMBER, maskNumber) + reference;
    from = index + reference.length;
  }
  return masked + text.slice(from).replace(LONG_NUMBER, maskNumber);
}

/** Its check symbol fits, and it has a letter: otherwise it may as well be a card's. */
function isReference(text: string): boolean {
  return /[A-Z]/.test(text) && parseReference(text) === text;
}

function maskNumber(number: string): string {
  if (DATE.test(number)) return number;
  const symbols = [...number];
  const digits = symbols.filter(isDigit).length;
  let seen = 0;
  return symbols
    .map((symbol) => {
      if (!isDigit(symbol)) return symbol;
      seen += 1;
      return seen <= digits - 2 ? '*' : symbol;
    })
    .join('');
}

function isDigit(symbol: string): boolean {
  return /^[0-9０-９XxＸｘ]$/u.test(symbol);
}
