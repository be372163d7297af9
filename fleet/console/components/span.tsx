/** From one business date to another, in the address, so that what is looked at can be sent to somebody. */
import { useSearchParams } from 'wouter';
import { dayPlus, daysBetween, isDay } from '../days.ts';
import { formatMoment } from '../format.ts';
import { useSay } from '../preferences.tsx';
import { serverNow, useOffset } from '../time.tsx';
import { TextField } from './form.tsx';

/** The most that the server answers at once, days. */
const LONGEST = 93;

export interface Span {
  readonly from: string;
  readonly to: string;
}

/** @param days how long the span is when the address names none */
export function useSpan(days: number): { readonly span: Span; readonly set: (span: Span) => void } {
  const [search, setSearch] = useSearchParams();
  const today = formatMoment(serverNow(), useOffset(), 'day');
  const asked = { from: search.get('from') ?? '', to: search.get('to') ?? '' };
  const fits = isDay(asked.from) && isDay(asked.to) && asked.from <= asked.to && daysBetween(asked.from, asked.to) <= LONGEST;
  const span = fits ? asked : { from: dayPlus(today, 1 - days), to: today };
  return { span, set: ({ from, to }) => setSearch({ from, to }) };
}

const LENGTHS = [7, 30, 90] as const;

export function SpanChoice({ span, set }: { readonly span: Span; readonly set: (span: Span) => void }) {
  const say = useSay();
  const today = formatMoment(serverNow(), useOffset(), 'day');
  const change = (part: Partial<Span>): void => {
    const { from, to } = { ...span, ...part };
    if (!isDay(from) || !isDay(to)) return;
    if (part.from !== undefined) set({ from, to: to < from || daysBetween(from, to) > LONGEST ? dayPlus(from, LONGEST - 1) : to });
    else set({ to, from: from > to || daysBetween(from, to) > LONGEST ? dayPlus(to, 1 - LONGEST) : from });
  };
  return (
    <div className="span no-print">
      <div className="filter" role="group" aria-label={say('span.length')}>
        {LENGTHS.map((days) => {
          const from = dayPlus(today, 1 - days);
          return (
            <button key={days} type="button" aria-pressed={span.to === today && span.from === from} onClick={() => set({ from, to: today })}>
              {say('span.days', { n: days })}
            </button>
          );
        })}
      </div>
      <TextField label={say('span.from')} type="date" value={span.from} max={today} onValue={(from) => change({ from })} />
      <TextField label={say('span.to')} type="date" value={span.to} max={today} onValue={(to) => change({ to })} />
    </div>
  );
}
