/**
 * Hides numbers that say who somebody is in text that a person wrote: identity card, telephone and card numbers. Terminal and fleet both
 * use it; amounts, dates and reference numbers stay readable.
 */

/** Seven or more digits, with the blanks, dots and hyphens that people put between them; the last one of an identity number may be X. ASCII and full-width. */
const LONG_NUMBER = /(?<![0-9０-９])[0-9０-９](?:[ \t.\-–—·－　]{0,2}[0-9０-９]){6,}(?:[ \t\-－]?[XxＸｘ](?![A-Za-z]))?/gu;

/** `2026-03-15`, `2026.3.15`: a date, not a number. */
const DATE = /^(?:19|20)\d\d[-.](?:0?[1-9]|1[0-2])[-.](?:0?[1-9]|[12]\d|3[01])$/;

/** Each digit of such a number but its last two becomes `*`; what stands between them stays, so that its kind can still be told. */
export function maskNumbers(text: string): string {
  return text.replace(LONG_NUMBER, (number) => {
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
  });
}

function isDigit(symbol: string): boolean {
  return /^[0-9０-９XxＸｘ]$/u.test(symbol);
}
