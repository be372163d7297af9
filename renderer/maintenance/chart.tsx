/** One statechart, drawn from its definition: the state it is in is lit, those it came through are marked, and the path stands beside it with its moments. */
import { useMemo } from 'react';
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { useKiosk } from '../kiosk-context.ts';
import { layoutChart, type ChartBox, type ChartRoom } from './chart-layout.ts';
import { Back, Panel, StaffBar, StaffButton } from './staff-parts.tsx';
import { StaffFrame } from './staff-frame.tsx';
import { chartTitle } from './titles.ts';
import { useStaffWords, type StaffSay, type StaffWordKey } from './words.ts';

type Body = ViewBodyOf<'maintenance-chart'>;

/** What the page has for the drawing, design pixels. */
const ROOM: Readonly<Record<'landscape' | 'portrait', ChartRoom>> = {
  landscape: { width: 1216, height: 664 },
  portrait: { width: 930, height: 836 },
};

export function ChartScreen({ body }: { readonly body: Body }) {
  const say = useStaffWords();
  const { landscape } = useKiosk();
  const { staff, states, run, turned } = body;
  const pages = useMemo(() => layoutChart(states, ROOM[landscape ? 'landscape' : 'portrait']), [states, landscape]);
  const stands = Math.max(
    0,
    pages.findIndex((boxes) => boxes.some(({ index }) => states[index]?.mark === 'lit')),
  );
  const page = (((stands + turned) % pages.length) + pages.length) % pages.length;
  return (
    <StaffFrame title={say('title.chart', { chart: chartTitle(body, say) })} staff={staff} className="staff--chart">
      <div className="chart-room">
        <Panel
          title={<When run={run} say={say} />}
          state={pages.length > 1 ? <span className="tn">{say('charts.page', { n: page + 1, of: pages.length })}</span> : undefined}
        >
          <Drawing body={body} boxes={pages[page] ?? []} room={ROOM[landscape ? 'landscape' : 'portrait']} />
          <Legend ended={run?.until !== undefined} say={say} />
        </Panel>
        <Path body={body} say={say} />
      </div>
      <StaffBar>
        <Back />
        <StaffButton testId="earlier" act={{ type: 'work', work: 'earlier' }} {...(run === undefined || run.number + 1 >= run.of ? { off: say('last') } : {})}>
          {say('charts.earlier')}
        </StaffButton>
        <StaffButton testId="newer" act={{ type: 'work', work: 'newer' }} {...(run === undefined || run.number === 0 ? { off: say('first') } : {})}>
          {say('charts.later')}
        </StaffButton>
        {pages.length > 1 && (
          <>
            <StaffButton testId="previous" act={{ type: 'page', to: 'previous' }} icon="back">
              {say('charts.previousPage')}
            </StaffButton>
            <StaffButton testId="next" act={{ type: 'page', to: 'next' }} icon="next">
              {say('charts.nextPage')}
            </StaffButton>
          </>
        )}
      </StaffBar>
    </StaffFrame>
  );
}

function When({ run, say }: { readonly run: Body['run']; readonly say: StaffSay }) {
  if (run === undefined) return <>{say('charts.never')}</>;
  const { since, until, number, of } = run;
  const when = until === undefined ? say('charts.now', { time: since.slice(11) }) : say('charts.was', { from: since.slice(11), to: until.slice(11) });
  return (
    <span data-testid="chart-run" data-run={number}>
      {when} · {say('charts.run', { n: of - number, of })}
    </span>
  );
}

function Drawing({ body: { states }, boxes, room }: { readonly body: Body; readonly boxes: readonly ChartBox[]; readonly room: ChartRoom }) {
  const around = statesAround(states);
  return (
    <ol className="chart" style={{ inlineSize: room.width, blockSize: room.height }} data-testid="chart">
      {boxes.map(({ index, x, y, width, height, depth }) => {
        const state = states[index];
        if (state === undefined) return null;
        const { name, type, mark } = state;
        return (
          <li
            key={index}
            className={`state state--${type} ${mark === undefined ? '' : `state--${mark}`} ${around.has(index) ? 'state--around' : ''}`}
            style={{ insetInlineStart: x, insetBlockStart: y, inlineSize: width, blockSize: height }}
            data-state={name}
            data-mark={mark}
            data-depth={depth}
            aria-current={mark === 'lit' ? 'step' : undefined}
          >
            <code>{name}</code>
          </li>
        );
      })}
    </ol>
  );
}

/** Those that have the lit one in them. */
function statesAround(states: Body['states']): ReadonlySet<number> {
  const around = new Set<number>();
  for (const { mark, parent } of states) {
    if (mark !== 'lit') continue;
    for (let at = parent; at !== undefined; at = states[at]?.parent) around.add(at);
  }
  return around;
}

function Legend({ ended, say }: { readonly ended: boolean; readonly say: StaffSay }) {
  return (
    <ul className="chart-legend">
      {(['lit', 'passed', 'other'] as const).map((mark) => (
        <li key={mark}>
          <i className={`state ${mark === 'other' ? '' : `state--${mark}`}`} aria-hidden="true" />
          {say(mark === 'lit' && ended ? 'charts.legend.ended' : `charts.legend.${mark}`)}
        </li>
      ))}
    </ul>
  );
}

/** Steps that fit beside the drawing, and beside the ways out, or below. */
const STEPS = { landscape: { alone: 9, beside: 5 }, portrait: { alone: 9, beside: 6 } } as const;

/** The newest first. */
function Path({ body: { run, exits, moreExits }, say }: { readonly body: Body; readonly say: StaffSay }) {
  const { landscape } = useKiosk();
  const most = STEPS[landscape ? 'landscape' : 'portrait'][exits.length === 0 ? 'alone' : 'beside'];
  return (
    <div className="staff-panels">
      {run !== undefined && (
        <Panel title={say('charts.path')} state={<span className="tn">{say('charts.steps', { n: run.total })}</span>} className="chart-path">
          <ol data-testid="path">
            {run.steps.slice(0, most).map(({ number, time, event, states }) => (
              <li key={number} value={number}>
                <span className="tn">{time}</span>
                <span>{eventWords(event, say)}</span>
                <code className="chart-to">{states.map((state) => say('charts.at', { state })).join(' ')}</code>
              </li>
            ))}
          </ol>
        </Panel>
      )}
      {exits.length > 0 && (
        <Panel
          title={say('charts.exits')}
          state={moreExits === 0 ? undefined : <span className="tn">{say('charts.moreExits', { n: moreExits })}</span>}
          className="chart-path chart-exits"
        >
          <ul data-testid="exits">
            {exits.map(({ event, to }) => (
              <li key={`${event} ${to}`}>
                <span>{eventWords(event, say)}</span>
                <code className="chart-to">{say('charts.at', { state: to })}</code>
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </div>
  );
}

/** What the pictures have signs for, in words; events keep the names that they have in the definition. */
function eventWords(event: string, say: StaffSay): string {
  if (event.startsWith('⏱ ')) return say('charts.event.after', { delay: event.slice(2) });
  const words = WORDS[event];
  return words === undefined ? event : say(words);
}

const WORDS: Readonly<Record<string, StaffWordKey>> = {
  '': 'charts.event.always',
  'xstate.init': 'charts.event.begins',
  '✓': 'charts.event.done',
  '✗': 'charts.event.failed',
};
