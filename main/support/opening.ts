/** Whether somebody is there now, until when, and when they come again. Local time; pure. Used by port.ts. */
import { createWorkingCalendar, type Span } from '../../common/working-calendar.ts';
import type { Opening } from '../../state-machines/support/screens.ts';
import type { ChannelHours, SupportConfig } from '../config/support.ts';

const DAY_MS = 86_400_000;
/** Days that are looked through for the next opening: longer than the longest public holidays. */
const LOOKS_AHEAD_DAYS = 40;

export interface Place {
  /** IANA name. */
  readonly timeZone: string;
  readonly holidays: SupportConfig['holidays'];
  readonly makeUpDays: SupportConfig['makeUpDays'];
}

/** @param now ms since 1970 */
export function openingAt(hours: ChannelHours, { timeZone, holidays, makeUpDays }: Place, now: number): Opening {
  if (hours === 'always') return { state: 'open' };
  const keepsHolidays = hours.onHolidays === 'closed';
  const calendar = createWorkingCalendar({
    utcOffsetMinutes: offsetOf(timeZone, now),
    week: [...hours.week],
    holidays: keepsHolidays ? [...holidays] : [],
    makeUpDays: keepsHolidays ? [...makeUpDays] : [],
    makeUpHours: [...hours.makeUpHours],
  });
  const spans = calendar.spans(now, LOOKS_AHEAD_DAYS);
  const [next] = spans;
  if (next === undefined) return { state: 'closed' };
  if (next.start <= now) {
    const end = endOf(spans);
    return end === undefined ? { state: 'open' } : { state: 'open', until: localOf(end, timeZone).time };
  }
  const today = localOf(now, timeZone).date;
  const { date, time } = localOf(next.start, timeZone);
  return { state: 'closed', opens: { date, days: Math.round((Date.parse(date) - Date.parse(today)) / DAY_MS), time } };
}

/** Of the first span with those that go on where it ends, over midnight say; `undefined`: none is in sight. */
function endOf(spans: readonly Span[]): number | undefined {
  let end: number | undefined;
  for (const span of spans) {
    if (end !== undefined && span.start !== end) return end;
    ({ end } = span);
  }
  return spans.length >= LOOKS_AHEAD_DAYS ? undefined : end;
}

/** Minutes ahead of UTC. */
function offsetOf(timeZone: string, at: number): number {
  const { date, time } = localOf(at, timeZone);
  return Math.round((Date.parse(`${date}T${time}:00Z`) - Math.floor(at / 60_000) * 60_000) / 60_000);
}

function localOf(at: number, timeZone: string): { readonly date: string; readonly time: string } {
  const parts = new Intl.DateTimeFormat('en-GB', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone,
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((found) => found.type === type)?.value ?? '';
  return { date: `${part('year')}-${part('month')}-${part('day')}`, time: `${part('hour')}:${part('minute')}` };
}
