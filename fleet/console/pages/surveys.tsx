/** What people thought of the service, by week, service and terminal: counts alone, nothing that leads back to a person. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { SurveyStatistics } from '../../console-api/desk.ts';
import { useAnswer } from '../api/queries.ts';
import { SpanChoice, useSpan } from '../components/span.tsx';
import { Empty, Shown } from '../components/states.tsx';
import { DataTable, type Column } from '../components/table.tsx';
import { Code } from '../components/text.tsx';
import { formatCount, percent } from '../format.ts';
import { terminalPath } from '../paths.ts';
import { usePreferences, useSay } from '../preferences.tsx';
import { Ranking } from './statistics/rankings.tsx';

type Counts = SurveyStatistics['overall'];
const DIMENSIONS = ['speed', 'result', 'attitude'] as const;

export function SurveysPage() {
  const say = useSay();
  const { span, set } = useSpan(30);
  const answer = useAnswer('surveys', { query: { ...span } }, { live: true, keep: true });
  return (
    <>
      <div className="page-head">
        <h1>{say('surveys.title')}</h1>
        <div className="end">
          <SpanChoice span={span} set={set} />
        </div>
      </div>
      <Shown answer={answer}>
        {(surveys) =>
          surveys.answers === 0 ? (
            <section className="panel">
              <Empty title={say('surveys.none')}>{say('surveys.noneWhy')}</Empty>
            </section>
          ) : (
            <Results surveys={surveys} />
          )
        }
      </Shown>
    </>
  );
}

function Results({ surveys }: { readonly surveys: SurveyStatistics }) {
  const { say, word } = usePreferences();
  const { overall, dimensions } = surveys;
  return (
    <>
      <dl className="sums">
        <Sum name={say('surveys.answers')}>{formatCount(surveys.answers)}</Sum>
        {(['good', 'fair', 'bad'] as const).map((rating) => (
          <Sum key={rating} name={say(`surveys.${rating}`)}>
            {percent(overall[rating], surveys.answers)}
          </Sum>
        ))}
      </dl>
      <div className="rankings">
        <Part title={say('surveys.byWeek')}>
          <DataTable caption={say('surveys.byWeek')} rows={surveys.byWeek} keyOf={({ monday }) => monday} columns={useWeekColumns()} />
        </Part>
        <Part title={say('surveys.byService')}>
          <DataTable caption={say('surveys.byService')} rows={surveys.byService} keyOf={({ service }) => service} columns={useServiceColumns()} />
        </Part>
        <Part title={say('surveys.dimensions')}>
          <DataTable
            caption={say('surveys.dimensions')}
            rows={DIMENSIONS.map((name) => ({ name, overall: dimensions[name], answers: sumOf(dimensions[name]) }))}
            keyOf={({ name }) => name}
            columns={useDimensionColumns()}
          />
        </Part>
        <Ranking title={say('surveys.reasons')} ranked={surveys.reasons.map(({ reason, count }) => ({ word: word('surveyReason', reason), count }))} />
      </div>
      <Part title={say('surveys.byTerminal')}>
        <DataTable caption={say('surveys.byTerminal')} rows={surveys.byTerminal} keyOf={({ terminalId }) => terminalId} columns={useTerminalColumns()} />
      </Part>
      <p className="small">{say('surveys.counts')}</p>
    </>
  );
}

function Sum({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="panel">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="panel">
      <header>
        <h2>{title}</h2>
      </header>
      {children}
    </section>
  );
}

function sumOf({ good, fair, bad }: Counts): number {
  return good + fair + bad;
}

interface Rated {
  readonly answers: number;
  readonly overall: Counts;
}

function useShareColumns(): readonly Column<Rated>[] {
  const say = useSay();
  return [
    { key: 'answers', head: say('surveys.answers'), figure: true, cell: ({ answers }) => formatCount(answers) },
    { key: 'share', head: say('surveys.share'), wide: true, cell: ({ overall }) => <Share counts={overall} /> },
  ];
}

function useWeekColumns(): readonly Column<SurveyStatistics['byWeek'][number]>[] {
  const say = useSay();
  return [
    { key: 'week', head: say('surveys.week'), name: true, cell: ({ monday }) => <span className="tn">{say('surveys.weekOf', { monday })}</span> },
    ...useShareColumns(),
  ];
}

function useServiceColumns(): readonly Column<SurveyStatistics['byService'][number]>[] {
  const { say, word } = usePreferences();
  return [{ key: 'service', head: say('surveys.service'), name: true, cell: ({ service }) => word('surveyService', service) }, ...useShareColumns()];
}

function useDimensionColumns(): readonly Column<Rated & { readonly name: (typeof DIMENSIONS)[number] }>[] {
  const say = useSay();
  return [{ key: 'name', head: say('surveys.dimensions'), name: true, cell: ({ name }) => say(`dimension.${name}`) }, ...useShareColumns()];
}

function useTerminalColumns(): readonly Column<SurveyStatistics['byTerminal'][number]>[] {
  const { say, word } = usePreferences();
  return [
    {
      key: 'terminal',
      head: say('terminals.terminal'),
      name: true,
      cell: ({ terminalId }) => (
        <Link href={terminalPath(terminalId)}>
          <Code>{terminalId}</Code>
        </Link>
      ),
    },
    ...useShareColumns(),
    { key: 'reason', head: say('surveys.topReason'), cell: ({ topReason }) => (topReason === null ? '—' : word('surveyReason', topReason)) },
  ];
}

/** Three parts of a line; the counts beside it say the same. */
function Share({ counts }: { readonly counts: Counts }) {
  const say = useSay();
  const { good, fair, bad } = counts;
  const all = sumOf(counts);
  if (all === 0) return <span className="quiet">—</span>;
  return (
    <span className="share">
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <rect width="100" height="8" className="none" />
        <rect width={(good / all) * 100} height="8" className="good" />
        <rect x={(good / all) * 100} width={(fair / all) * 100} height="8" className="fair" />
        <rect x={((good + fair) / all) * 100} width={(bad / all) * 100} height="8" className="bad" />
      </svg>
      <span className="small tn">{say('surveys.ratio', { good: formatCount(good), fair: formatCount(fair), bad: formatCount(bad) })}</span>
    </span>
  );
}
