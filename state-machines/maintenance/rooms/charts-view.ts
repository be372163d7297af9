/** What the screens show of the statecharts: a pure function of where their room stands and of what was traced. Used by rooms-view. */
import { localMoment } from '../../../common/local-moment.ts';
import type { ViewBodyOf } from '../../view.ts';
import type { ChartRun, ChartsPort, ChartSubject } from '../charts-port.ts';
import type { StaffLook } from '../staff-schema.ts';
import type { ChartsContext, ChartsSnapshot } from './charts.ts';
import { EXITS_SHOWN, STEPS_SHOWN, type ChartState } from './charts-screens.ts';

type ChartBody = ViewBodyOf<'maintenance-chart'>;

export function chartsBody(snapshot: ChartsSnapshot, staff: StaffLook): ViewBodyOf<'maintenance-charts' | 'maintenance-chart'> {
  const { chosen, ports } = snapshot.context;
  if (snapshot.matches('showing') && chosen !== undefined) return chart(snapshot.context, chosen, staff);
  const { charts } = ports.rooms;
  return { kind: 'maintenance-charts', staff, charts: charts.subjects.map((subject) => ({ ...subject, state: stateOf(charts.runs(subject)[0]) })) };
}

function stateOf(newest: ChartRun | undefined): 'runs' | 'ran' | 'never' {
  if (newest === undefined) return 'never';
  return newest.until === undefined ? 'runs' : 'ran';
}

function chart({ run: number, turned, ports }: ChartsContext, subject: ChartSubject, staff: StaffLook): ChartBody {
  const { charts } = ports.rooms;
  const runs = charts.runs(subject);
  const run = runs[number];
  const [at] = run?.at ?? [];
  const exits = at === undefined || run?.until !== undefined ? [] : charts.exits(subject.chart, at);
  return {
    kind: 'maintenance-chart',
    staff,
    ...subject,
    states: marked(charts, subject, run),
    ...(run === undefined ? {} : { run: runBody(run, { number, of: runs.length, timeZone: ports.settings.timeZone }) }),
    exits: exits.slice(0, EXITS_SHOWN),
    moreExits: Math.max(0, exits.length - EXITS_SHOWN),
    turned,
  };
}

function marked(charts: ChartsPort, { chart: name }: ChartSubject, run: ChartRun | undefined): ChartState[] {
  const passed = new Set(run?.steps.flatMap(({ states }) => states));
  return charts.states(name).map(({ id, ...state }) => ({
    ...state,
    ...(run?.at.includes(id) === true ? { mark: 'lit' as const } : passed.has(id) ? { mark: 'passed' as const } : {}),
  }));
}

function runBody(
  { since, until, steps, dropped }: ChartRun,
  { number, of, timeZone }: { readonly number: number; readonly of: number; readonly timeZone: string },
): ChartBody['run'] {
  const total = dropped + steps.length;
  return {
    number,
    of,
    since: localMoment(timeZone, since),
    ...(until === undefined ? {} : { until: localMoment(timeZone, until) }),
    steps: steps
      .slice(-STEPS_SHOWN)
      .map(({ at, event, states }, index, { length }) => ({
        number: total - length + index + 1,
        time: `${localMoment(timeZone, at).slice(11)}.${String(at % 1000).padStart(3, '0')}`,
        event,
        states: states.slice(0, 8),
      }))
      .toReversed(),
    total,
  };
}
