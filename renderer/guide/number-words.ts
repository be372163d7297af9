/**
 * Amounts and numbers as they are said: money in words, card tails and references symbol by symbol.
 * Source of the Chinese amounts: 支付结算办法, annex 1 (正确填写票据和结算凭证的基本规定), with everyday numerals: 整 after 元, 零 where a digit is
 * skipped, no unit for a digit that is 0.
 */
import type { Preferences } from '../../state-machines/view.ts';

type Locale = Preferences['locale'];

const DIGITS = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'] as const;
/** Of four digits each. */
const CHINESE_GROUPS: Readonly<Record<'zh-CN' | 'zh-HK', readonly string[]>> = { 'zh-CN': ['', '万', '亿'], 'zh-HK': ['', '萬', '億'] };

const ONES = 'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ');
const TENS = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'] as const;

/** @param amount fen @returns `5000` → `五十元整`, `fifty yuan`; `2320` → `二十三元二角`, `twenty-three yuan and twenty fen` */
export function moneyWords(amount: number, locale: Locale): string {
  const yuan = Math.floor(amount / 100);
  const rest = amount % 100;
  return locale === 'en' ? englishMoney(yuan, rest) : chineseMoney(yuan, rest, locale);
}

function englishMoney(yuan: number, fen: number): string {
  if (fen === 0) return `${englishNumber(yuan)} yuan`;
  return yuan === 0 ? `${englishNumber(fen)} fen` : `${englishNumber(yuan)} yuan and ${englishNumber(fen)} fen`;
}

function chineseMoney(yuan: number, rest: number, locale: 'zh-CN' | 'zh-HK'): string {
  const whole = locale === 'zh-CN' ? '整' : '正';
  if (rest === 0) return `${chineseNumber(yuan, locale)}元${whole}`;
  const jiao = Math.floor(rest / 10);
  const fen = rest % 10;
  const small = `${jiao === 0 ? '' : `${digit(jiao)}角`}${fen === 0 ? '' : `${digit(fen)}分`}`;
  if (yuan === 0) return small;
  return `${chineseNumber(yuan, locale)}元${jiao === 0 ? '零' : ''}${small}`;
}

/** @param n whole, up to 9,999,9999,9999 */
function chineseNumber(n: number, locale: 'zh-CN' | 'zh-HK'): string {
  if (n === 0) return digit(0);
  const units = CHINESE_GROUPS[locale];
  let words = '';
  for (let at = units.length - 1; at >= 0; at -= 1) {
    const group = Math.floor(n / 10_000 ** at) % 10_000;
    if (group === 0) continue;
    if (words !== '' && group < 1000) words += digit(0);
    words += chineseGroup(group) + (units[at] ?? '');
  }
  return words.replace(/^一十/, '十');
}

/** 1 to 9999. */
function chineseGroup(n: number): string {
  const parts = [1000, 100, 10, 1].map((place, at) => ({ value: Math.floor(n / place) % 10, unit: ['千', '百', '十', ''][at] ?? '' }));
  let words = '';
  let skipped = false;
  for (const { value, unit } of parts) {
    if (value === 0) skipped = words !== '';
    else {
      words += `${skipped ? digit(0) : ''}${digit(value)}${unit}`;
      skipped = false;
    }
  }
  return words;
}

/** @param n whole, under a thousand million */
function englishNumber(n: number): string {
  if (n < 20) return ONES[n] ?? '';
  if (n < 100) return `${TENS[Math.floor(n / 10)] ?? ''}${n % 10 === 0 ? '' : `-${englishNumber(n % 10)}`}`;
  if (n < 1000) return `${englishNumber(Math.floor(n / 100))} hundred${n % 100 === 0 ? '' : ` and ${englishNumber(n % 100)}`}`;
  const [size, name] = n < 1_000_000 ? [1000, 'thousand'] : [1_000_000, 'million'];
  const rest = n % size;
  return `${englishNumber(Math.floor(n / size))} ${name}${rest === 0 ? '' : `${rest < 100 ? ' and ' : ' '}${englishNumber(rest)}`}`;
}

/** Symbol by symbol, groups apart: `A01-1122` → `A 零 幺，幺 幺 二 二`. On the mainland a one is said 幺. */
export function symbolWords(text: string, locale: Locale): string {
  const groups = text.split(/[-\s]+/).map((group) => [...group].map((symbol) => symbolWord(symbol, locale)).join(' '));
  return groups.join(locale === 'en' ? ', ' : '，');
}

function symbolWord(symbol: string, locale: Locale): string {
  if (!/\d/.test(symbol)) return symbol;
  if (locale === 'en') return ONES[Number(symbol)] ?? '';
  return symbol === '1' && locale === 'zh-CN' ? '幺' : digit(Number(symbol));
}

function digit(value: number): string {
  return DIGITS[value] ?? '';
}
