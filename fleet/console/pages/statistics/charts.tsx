/** The fleet's figures drawn: service minutes, outcomes, money by day. Each chart has the same figures as a table beside it, so none of them is only a picture. */
import type { ReactNode } from 'react';
import { useState } from 'react';
import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { Statistics } from '../../../console-api/statistics.ts';
import { DataTable, type Column } from '../../components/table.tsx';
import { Money } from '../../components/text.tsx';
import { formatCount, formatMoney } from '../../format.ts';
import { useSay } from '../../preferences.tsx';

type Day = Statistics['days'][number];
const HEIGHT = 220;

/** One color and one hatching each: they are told apart without color, too. */
export interface Series {
  readonly key: string;
  readonly word: string;
  readonly look: 'ok' | 'warn' | 'danger' | 'off' | 'brand';
  readonly valueOf: (day: Day) => number;
}

const FILLS: Record<Series['look'], string> = {
  ok: 'var(--success)',
  warn: 'url(#hatch-warn)',
  danger: 'url(#hatch-danger)',
  off: 'url(#hatch-off)',
  brand: 'var(--brand)',
};

export function Hatchings() {
  return (
    <svg className="hatchings" aria-hidden="true">
      <defs>
        <pattern id="hatch-warn" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="7" height="7" fill="var(--amber)" />
          <path d="M0 0V7" stroke="var(--hatch)" strokeWidth="3" />
        </pattern>
        <pattern id="hatch-danger" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">
          <rect width="6" height="6" fill="var(--danger)" />
          <path d="M0 0V6" stroke="var(--surface)" strokeWidth="1.5" />
        </pattern>
        <pattern id="hatch-off" width="6" height="6" patternUnits="userSpaceOnUse">
          <rect width="6" height="6" fill="var(--track)" />
          <circle cx="3" cy="3" r="1.4" fill="var(--line)" />
        </pattern>
      </defs>
    </svg>
  );
}

export function DayChart({
  title,
  days,
  series,
  unit,
}: {
  readonly title: string;
  readonly days: readonly Day[];
  readonly series: readonly Series[];
  readonly unit: Unit;
}) {
  const say = useSay();
  const [asTable, setAsTable] = useState(false);
  const format = (value: number): string => (unit === 'fen' ? formatMoney(value) : formatCount(value));
  const columns = useDayColumns(series, unit);
  return (
    <section className="panel chart">
      <header>
        <h2>{title}</h2>
        <button type="button" className="link no-print" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {say(asTable ? 'statistics.asPicture' : 'statistics.asTable')}
        </button>
      </header>
      {asTable ? (
        <DataTable caption={title} rows={days} keyOf={({ date }) => date} columns={columns} />
      ) : (
        <div className="body">
          <div role="img" aria-label={say('statistics.picture', { title, total: format(totalOf(days, series)) })}>
            <Bars days={days} series={series} unit={unit} format={format} />
          </div>
          {series.length > 1 && <Legend series={series} />}
        </div>
      )}
    </section>
  );
}

type Unit = 'count' | 'minutes' | 'fen';

function useDayColumns(series: readonly Series[], unit: Unit): readonly Column<Day>[] {
  const say = useSay();
  return [
    { key: 'date', head: say('reconciliation.date'), name: true, cell: ({ date }) => date },
    ...series.map(({ key, word, valueOf }): Column<Day> => ({
      key,
      head: word,
      figure: true,
      cell: (day) => (unit === 'fen' ? <Money amount={valueOf(day)} /> : formatCount(valueOf(day))),
    })),
  ];
}

function totalOf(days: readonly Day[], series: readonly Series[]): number {
  return days.reduce((sum, day) => sum + series.reduce((inner, { valueOf }) => inner + valueOf(day), 0), 0);
}

function Bars({
  days,
  series,
  unit,
  format,
}: {
  readonly days: readonly Day[];
  readonly series: readonly Series[];
  readonly unit: Unit;
  readonly format: (value: number) => string;
}) {
  const rows = days.map((day) => ({ date: day.date.slice(5), ...Object.fromEntries(series.map(({ key, valueOf }) => [key, valueOf(day)])) }));
  const tip = ({ active, label, payload }: TipInput): ReactNode =>
    active ? <Tip date={String(label)} payload={payload} series={series} format={format} /> : null;
  const tick = { fill: 'var(--text-2)', fontSize: 12 };
  return (
    <ResponsiveContainer width="100%" height={HEIGHT}>
      <BarChart data={rows} margin={{ top: 8, right: 4, bottom: 0, left: 0 }} accessibilityLayer={false}>
        <CartesianGrid vertical={false} stroke="var(--hair)" />
        <XAxis dataKey="date" tick={tick} tickLine={false} axisLine={{ stroke: 'var(--line)' }} minTickGap={14} />
        <YAxis
          tick={tick}
          tickLine={false}
          axisLine={false}
          width={unit === 'fen' ? 64 : 48}
          tickFormatter={(value: number) => short(value, unit)}
          allowDecimals={false}
        />
        <Tooltip cursor={{ fill: 'var(--hover)' }} content={tip} isAnimationActive={false} />
        {series.map(({ key, look }) => (
          <Bar key={key} dataKey={key} stackId="all" fill={FILLS[look]} isAnimationActive={false} maxBarSize={44} />
        ))}
      </BarChart>
    </ResponsiveContainer>
  );
}

/** On the axis: whole yuan, thousands as k. */
function short(value: number, unit: Unit): string {
  const amount = unit === 'fen' ? value / 100 : value;
  const text = amount >= 10_000 ? `${formatCount(Math.round(amount / 1000))}k` : formatCount(Math.round(amount));
  return unit === 'fen' ? `¥${text}` : text;
}

/** What the chart library tells of the day under the mouse. */
interface TipInput {
  readonly active: boolean;
  readonly label?: string | number | undefined;
  readonly payload: readonly { readonly dataKey?: unknown; readonly value?: unknown }[];
}

function Tip({
  date,
  payload,
  series,
  format,
}: {
  readonly date: string;
  readonly payload: readonly { readonly dataKey?: unknown; readonly value?: unknown }[];
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
}) {
  return (
    <div className="tip">
      <b className="tn">{date}</b>
      {series.map(({ key, word }) => (
        <div key={key}>
          <span>{word}</span>
          <span className="tn">{format(Number(payload.find(({ dataKey }) => dataKey === key)?.value ?? 0))}</span>
        </div>
      ))}
    </div>
  );
}

function Legend({ series }: { readonly series: readonly Series[] }): ReactNode {
  return (
    <ul className="legend">
      {series.map(({ key, word, look }) => (
        <li key={key}>
          <svg viewBox="0 0 14 14" aria-hidden="true">
            <rect width="14" height="14" rx="3" fill={FILLS[look]} />
          </svg>
          {word}
        </li>
      ))}
    </ul>
  );
}
