/**
 * From a text of the screen to what is said: money in words, numbers symbol by symbol, days and times in words. Into the room (`open`)
 * nothing is said that is a person's own: amounts, tails, references and masked numbers are left to the screen (kiosk-ux.md 7, 9).
 */
import type { Preferences } from '../../state-machines/view.ts';
import { moneyWords, symbolWords } from './number-words.ts';

type Locale = Preferences['locale'];

export interface Hearing {
  readonly locale: Locale;
  /** Everybody near can hear it; else only whoever wears the headphone. */
  readonly open: boolean;
  /** What is said into the room in the place of what is private. */
  readonly look: string;
  /** The hotline: it is everybody's. */
  readonly common: readonly string[];
}

/** Each kind of thing that isn't said as it is written; the first that fits at a place is taken. */
const KINDS = [
  // ¥ 50.00, ¥ 50, 50.00 元
  ['money', /¥ ?\d+(?:\.\d\d)?(?!\d)|(?<![\d.])\d+\.\d\d(?!\d)(?: ?元)?/],
  // A01-1122-7K4M-9, and what is typed of a voucher's number
  ['number', /(?<![0-9A-Za-z-])[0-9A-HJKMNP-TV-Z]{1,4}-\d{4}(?:-[0-9A-HJKMNP-TV-Z]{1,4}){0,2}(?![0-9A-Za-z-])/],
  ['date', /(?<![\d-])\d{4}-\d\d-\d\d(?![\d-])/],
  ['time', /(?<![\d:])(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?![\d:])/],
  // 王**, 138****5678, **** **** **** 6688
  ['masked', /\p{Script=Han}\*+|\d+\*+[\dX]*|\*+(?: \*+)*(?: ?\d{4})?/u],
  // 6688, 4821 0573, 400-812-0000
  ['number', /(?<![\d.])(?:\d{4,}|\d{3,}(?=[ -]\d{3}))(?:[ -]\d{3,})*(?!\d|\.\d)/],
] as const;
type Kind = (typeof KINDS)[number][0];

const ANY = new RegExp(KINDS.map(([, { source }], at) => `(?<k${at}>${source})`).join('|'), 'gu');

/** @param text as it stands on the screen */
export function spoken(text: string, hearing: Hearing): string {
  // A thin space stands between thousands; one without width, where a line may break.
  const plain = text
    .replaceAll(/ ?· ?| \/ /g, hearing.locale === 'en' ? ', ' : '，')
    .replaceAll(/[\u2009\u200b\u2060]/g, '')
    .replaceAll(/\s+/g, ' ');
  const words = plain.replaceAll(ANY, (match: string, ...found: unknown[]) => {
    const groups = found.at(-1) as Readonly<Record<string, string | undefined>>;
    const at = KINDS.findIndex((_, index) => groups[`k${index}`] !== undefined);
    const kind = KINDS[at]?.[0];
    return kind === undefined ? match : said(kind, match, hearing);
  });
  return words
    .replaceAll(/ +/g, ' ')
    .replaceAll(/ (?=[，。])/g, '')
    .trim();
}

function said(kind: Kind, text: string, { locale, open, look, common }: Hearing): string {
  if (kind === 'date') return dateWords(text, locale);
  if (kind === 'time') return timeWords(text, locale);
  if (open && !common.includes(text)) return ` ${look} `;
  if (kind === 'money') return moneyWords(fenOf(text), locale);
  return kind === 'masked' ? maskedWords(text, locale, look) : symbolWords(text, locale);
}

function fenOf(text: string): number {
  const [, yuan = '0', fen = '0'] = /(\d+)(?:\.(\d\d))?/.exec(text) ?? [];
  return Number(yuan) * 100 + Number(fen);
}

/** Of a card or a telephone the last four digits, of a name its first character, of anything else nothing. */
function maskedWords(text: string, locale: Locale, look: string): string {
  const [tail] = /\d{4}$/.exec(text) ?? /^\p{Script=Han}/u.exec(text) ?? [];
  return tail === undefined ? ` ${look} ` : symbolWords(tail, locale);
}

function dateWords(date: string, locale: Locale): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(`${date}T00:00:00Z`));
}

const CLOCK: Readonly<Record<'zh-CN' | 'zh-HK', readonly string[]>> = { 'zh-CN': ['点', '分', '秒'], 'zh-HK': ['點', '分', '秒'] };

function timeWords(time: string, locale: Locale): string {
  if (locale === 'en') return time;
  return time
    .split(':')
    .map((part, at) => `${Number(part)}${CLOCK[locale][at] ?? ''}`)
    .join('');
}
