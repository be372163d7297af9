/** Which way a language is written. The page turns with it; the cabinet's sides, pictures and numbers don't (theme/right-to-left.css). */

/** Scripts that run from right to left, of the languages a site may ask for (ISO 15924). */
const RIGHT_TO_LEFT: ReadonlySet<string | undefined> = new Set(['Arab', 'Hebr', 'Thaa']);

/** @param locale BCP 47, e.g. `zh-HK` */
export function directionOf(locale: string): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.has(new Intl.Locale(locale).maximize().script) ? 'rtl' : 'ltr';
}
