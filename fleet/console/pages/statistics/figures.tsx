/** The figures of a span of days: the sums on top, the charts, how each way to pay went, and what went wrong most. Used by the statistics page and the weekly report. */
import type { ReactNode } from 'react';
import type { Outcome } from '../../../../common/journal-kinds.ts';
import type { Statistics } from '../../../console-api/statistics.ts';
import { DataTable, type Column } from '../../components/table.tsx';
import { Money } from '../../components/text.tsx';
import { formatCount, formatDuration, percent } from '../../format.ts';
import { usePreferences, useSay } from '../../preferences.tsx';
import { DayChart, Hatchings } from './charts.tsx';
import { Ranking } from './rankings.tsx';

export function Sums({ statistics: { days } }: { readonly statistics: Statistics }) {
  const say = useSay();
  const sum = (valueOf: (day: Statistics['days'][number]) => number): number => days.reduce((total, day) => total + valueOf(day), 0);
  const minutes = sum(({ serviceMinutes: { inService, limited } }) => inService + limited);
  const all = minutes + sum(({ serviceMinutes: { outOfService, silent } }) => outOfService + silent);
  return (
    <dl className="sums">
      <Sum name={say('statistics.transactions')}>{formatCount(sum(({ transactions }) => transactions))}</Sum>
      <Sum name={say('statistics.delivered')}>{formatCount(sum(({ delivered }) => delivered))}</Sum>
      <Sum name={say('statistics.loaded')}>
        <Money amount={sum(({ loadedFen }) => loadedFen)} />
      </Sum>
      <Sum name={say('statistics.serving')}>{all === 0 ? '—' : percent(minutes, all)}</Sum>
      <Sum name={say('statistics.faults')}>{formatCount(sum(({ faults }) => faults))}</Sum>
    </dl>
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

export function Figures({ statistics }: { readonly statistics: Statistics }) {
  const { say, word } = usePreferences();
  const { days, faults, loadRefusals, caseReasons, voucherRefusals } = statistics;
  return (
    <>
      <Hatchings />
      <Sums statistics={statistics} />
      <div className="charts">
        <DayChart
          title={say('statistics.minutes')}
          unit="minutes"
          days={days}
          series={[
            { key: 'inService', word: say('service.inService'), look: 'ok', valueOf: ({ serviceMinutes }) => serviceMinutes.inService },
            { key: 'limited', word: say('service.limited'), look: 'warn', valueOf: ({ serviceMinutes }) => serviceMinutes.limited },
            { key: 'outOfService', word: say('service.outOfService'), look: 'danger', valueOf: ({ serviceMinutes }) => serviceMinutes.outOfService },
            { key: 'silent', word: say('health.silent'), look: 'off', valueOf: ({ serviceMinutes }) => serviceMinutes.silent },
          ]}
        />
        <DayChart
          title={say('statistics.byDay')}
          unit="count"
          days={days}
          series={[
            { key: 'delivered', word: say('outcome.delivered'), look: 'ok', valueOf: ({ delivered }) => delivered },
            { key: 'other', word: say('statistics.otherwise'), look: 'warn', valueOf: ({ transactions, delivered }) => transactions - delivered },
          ]}
        />
        <DayChart
          title={say('statistics.loadedByDay')}
          unit="fen"
          days={days}
          series={[{ key: 'loaded', word: say('statistics.loaded'), look: 'brand', valueOf: ({ loadedFen }) => loadedFen }]}
        />
        <DayChart
          title={say('statistics.faultsByDay')}
          unit="count"
          days={days}
          series={[{ key: 'faults', word: say('statistics.faults'), look: 'danger', valueOf: ({ faults }) => faults }]}
        />
      </div>
      <Flows flows={statistics.flows} />
      <div className="rankings">
        <Ranking
          title={say('statistics.topFaults')}
          ranked={faults.map(({ device, code, count }) => ({
            word: say('reason.ofDevice', { device: word('device', device), what: word('faultCode', code) }),
            count,
          }))}
        />
        <Ranking title={say('statistics.loadRefusals')} ranked={loadRefusals.map(({ reason, count }) => ({ word: word('refusal', reason), count }))} />
        <Ranking title={say('statistics.caseReasons')} ranked={caseReasons.map(({ reason, count }) => ({ word: word('caseReason', reason), count }))} />
        <Ranking title={say('statistics.voucherRefusals')} ranked={voucherRefusals.map(({ reason, count }) => ({ word: word('refusal', reason), count }))} />
      </div>
    </>
  );
}

const OUTCOMES: readonly Outcome[] = ['delivered', 'refunded', 'voucher', 'case', 'abandoned'];

type Flow = Statistics['flows'][number];

function useFlowColumns(): readonly Column<Flow>[] {
  const { say, word, locale } = usePreferences();
  return [
    {
      key: 'flow',
      head: say('statistics.flow'),
      name: true,
      cell: ({ flow, tender }) => say('transactions.by', { what: word('flow', flow), tender: word('tender', tender) }),
    },
    { key: 'started', head: say('statistics.started'), figure: true, cell: ({ started }) => formatCount(started) },
    ...OUTCOMES.map((outcome): Column<Flow> => ({
      key: outcome,
      head: say(`outcome.${outcome}`),
      figure: true,
      cell: ({ outcomes }) => formatCount(outcomes[outcome] ?? 0),
    })),
    { key: 'loaded', head: say('statistics.loaded'), figure: true, cell: ({ loadedFen }) => <Money amount={loadedFen} /> },
    {
      key: 'time',
      head: say('statistics.meanTime'),
      figure: true,
      cell: ({ totalMs, closed }) => (closed === 0 ? '—' : formatDuration(totalMs / closed, locale)),
    },
  ];
}

function Flows({ flows }: { readonly flows: readonly Flow[] }) {
  const say = useSay();
  return (
    <section className="panel">
      <header>
        <h2>{say('statistics.outcomes')}</h2>
      </header>
      <DataTable caption={say('statistics.outcomes')} rows={flows} keyOf={({ flow, tender }) => `${flow} ${tender}`} columns={useFlowColumns()} />
    </section>
  );
}
