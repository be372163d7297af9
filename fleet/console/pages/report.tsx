/** The weekly report: figures only, nothing that names a person, a card or a terminal; made to be printed. */
import { Link } from 'wouter';
import { withParams } from '../api/client.ts';
import { useAnswer } from '../api/queries.ts';
import { Icon } from '../components/icon.tsx';
import { Empty, Notice, Shown } from '../components/states.tsx';
import { DataTable, type Column } from '../components/table.tsx';
import { Money, Moment } from '../components/text.tsx';
import type { Report } from '../../console-api/report.ts';
import { calls, CONSOLE_API } from '../../console-api/calls.ts';
import { dayPlus, isDay, mondayOf } from '../days.ts';
import { formatCount, formatMoment } from '../format.ts';
import { useSay } from '../preferences.tsx';
import { serverNow, useOffset } from '../time.tsx';
import { Figures } from './statistics/figures.tsx';

export function ReportPage({ monday: asked }: { readonly monday: string | undefined }) {
  const say = useSay();
  const thisWeek = mondayOf(formatMoment(serverNow(), useOffset(), 'day'));
  const monday = asked ?? dayPlus(thisWeek, -7);
  if (!isDay(monday) || mondayOf(monday) !== monday) return <Empty title={say('report.noMonday')} />;
  return (
    <>
      <div className="page-head no-print">
        <h1>{say('report.title')}</h1>
        <div className="end">
          <Link href={`/reports/${dayPlus(monday, -7)}`} className="btn">
            <Icon name="back" />
            {say('report.before')}
          </Link>
          {monday < thisWeek && (
            <Link href={`/reports/${dayPlus(monday, 7)}`} className="btn">
              {say('report.after')}
              <Icon name="next" />
            </Link>
          )}
          <a className="btn" href={`${CONSOLE_API}${withParams(calls.reportCsv.path, { monday })}`} download={`report-${monday}.csv`}>
            CSV
          </a>
          <button type="button" className="btn btn--primary" onClick={() => window.print()}>
            <Icon name="printer" />
            {say('button.print')}
          </button>
        </div>
      </div>
      <Sheet monday={monday} />
    </>
  );
}

function Sheet({ monday }: { readonly monday: string }) {
  const say = useSay();
  const answer = useAnswer('report', { params: { monday } }, { keep: true });
  return (
    <Shown answer={answer}>
      {(report) => (
        <article className="report">
          <header className="report-head">
            <h2>{say('report.of', { week: report.week })}</h2>
            <p className="quiet tn">{say('report.span', { from: report.from, to: report.to })}</p>
            <p className="small">
              {say('report.made', { n: formatCount(report.terminals) })} <Moment at={report.madeAt} />
            </p>
          </header>
          {!report.complete && <Notice tone="warn">{say('report.incomplete')}</Notice>}
          <Figures statistics={report.statistics} />
          <MoneyOfWeek report={report} />
        </article>
      )}
    </Shown>
  );
}

const KEYS = ['cashFen', 'electronicFen', 'loadedFen', 'refundedFen', 'owedFen', 'settlementDifferenceFen'] as const;

interface MoneyRow {
  readonly name: string;
  readonly amounts: ReadonlyMap<(typeof KEYS)[number], number>;
}

function useMoneyColumns(): readonly Column<MoneyRow>[] {
  const say = useSay();
  return [
    { key: 'date', head: say('reconciliation.date'), name: true, cell: ({ name }) => name },
    ...KEYS.map((key): Column<MoneyRow> => ({
      key,
      head: say(`reconciliation.${key}`),
      figure: true,
      cell: ({ amounts }) => <Money amount={amounts.get(key) ?? 0} difference={key === 'settlementDifferenceFen'} />,
    })),
  ];
}

function MoneyOfWeek({ report }: { readonly report: Report }) {
  const say = useSay();
  const rowOf = (name: string, days: Report['money']): MoneyRow => ({
    name,
    amounts: new Map(KEYS.map((key) => [key, days.reduce((sum, day) => sum + day[key], 0)])),
  });
  const rows = [...report.money.map((day) => rowOf(day.date, [day])), rowOf(say('report.total'), report.money)];
  return (
    <section className="panel money-of-week">
      <header>
        <h2>{say('report.money')}</h2>
      </header>
      <DataTable caption={say('report.money')} rows={rows} keyOf={({ name }) => name} columns={useMoneyColumns()} />
    </section>
  );
}
