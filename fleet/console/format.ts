/** Money, times and counts as people read them. Pure: the moment and the zone are given. */
import type { Locale } from './words.ts';

/**
 * Always `¥` and fen, thousands set apart, a true minus sign in front: `-123456` → `−¥1,234.56`. Sums of a whole fleet are larger than one
 * amount of the terminal may be, so this is not `formatYuan`.
 * @param amount fen
 */
export function formatMoney(amount: number): string {
  if (!Number.isSafeInteger(amount)) throw new RangeError(`not an amount of fen: ${amount}`);
  const magnitude = Math.abs(amount);
  const yuan = String(Math.floor(magnitude / 100)).replaceAll(/\B(?=(\d{3})+$)/g, ',');
  return `${amount < 0 ? '\u2212' : ''}¥${yuan}.${String(magnitude % 100).padStart(2, '0')}`;
}

/** With its sign also where it is more: a difference. */
export function formatDifference(amount: number): string {
  return amount > 0 ? `+${formatMoney(amount)}` : formatMoney(amount);
}

export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** One place after the point, never rounded up to all: `99.9%`. */
export function percent(part: number, whole: number): string {
  return `${(Math.floor((part / whole) * 1000) / 10).toFixed(1)}%`;
}

/** `minute` leaves the seconds away, `ms` shows thousandths; `day` is the date alone, `clock` the time alone, with thousandths. */
export type Precision = 'second' | 'minute' | 'ms' | 'day' | 'clock';

const MINUTE_MS = 60_000;

/** @param at ms since 1970 @param offset of local time, minutes ahead of UTC @returns e.g. `2026-11-30 08:14:07` */
export function formatMoment(at: number, offset: number, precision: Precision = 'second'): string {
  const [day = '', time = ''] = new Date(at + offset * MINUTE_MS).toISOString().slice(0, -1).split('T');
  switch (precision) {
    case 'day':
      return day;
    case 'clock':
      return time;
    case 'minute':
      return `${day} ${time.slice(0, 5)}`;
    case 'second':
      return `${day} ${time.slice(0, 8)}`;
    case 'ms':
      return `${day} ${time}`;
  }
}

/** @returns e.g. `UTC+8`, `UTC−3:30`, `UTC` */
export function zoneName(offset: number): string {
  if (offset === 0) return 'UTC';
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  return `UTC${offset < 0 ? '\u2212' : '+'}${hours}${minutes === 0 ? '' : `:${String(minutes).padStart(2, '0')}`}`;
}

const STEPS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

/** How far from now, in the largest unit that fits: `3 分钟前`, `in 2 hours`. */
export function formatDistance(at: number, now: number, locale: Locale): string {
  const distance = at - now;
  const [unit, size] = STEPS.find(([, size]) => Math.abs(distance) >= size) ?? STEPS[3];
  return new Intl.RelativeTimeFormat(locale, { numeric: 'always' }).format(Math.trunc(distance / size), unit);
}

/** A length of time in its two largest units: `3 h 12 min`. */
export function formatDuration(ms: number, locale: Locale): string {
  const units = locale === 'zh-CN' ? (['天', '小时', '分', '秒'] as const) : (['d', 'h', 'min', 's'] as const);
  const sizes = STEPS.map(([, size]) => size);
  const first = sizes.findIndex((size) => ms >= size);
  if (first === -1) return `0 ${units[3]}`;
  const [large = 1, small] = [sizes[first], sizes[first + 1]];
  const whole = Math.floor(ms / large);
  const rest = small === undefined ? 0 : Math.floor((ms - whole * large) / small);
  return `${whole} ${units[first] ?? ''}${rest > 0 ? ` ${rest} ${units[first + 1] ?? ''}` : ''}`;
}
