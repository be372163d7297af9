/** Calls back of a day, slot by slot: how many places each has and who holds them, what was made, and what nobody answered. */
import { useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { useAnswer } from '../api/queries.ts';
import { TextField } from '../components/form.tsx';
import { Icon } from '../components/icon.tsx';
import { Empty, Shown } from '../components/states.tsx';
import { dayPlus, endOfDay, isDay, startOfDay } from '../days.ts';
import { formatCount, formatMoment } from '../format.ts';
import { useSay } from '../preferences.tsx';
import { serverNow, useNow, useOffset } from '../time.tsx';
import type { CallbackPlan } from '../../console-api/tickets.ts';
import { CallbackDialog } from './callbacks/callback-dialog.tsx';
import { isRun, linesOf, rowsOf, sumsOf, type FreeRun, type SlotRow } from './callbacks/day.ts';
import { CallbackLines } from './callbacks/lines.tsx';

export function CallbacksPage() {
  const say = useSay();
  const offset = useOffset();
  const [search, setSearch] = useSearchParams();
  const today = formatMoment(serverNow(), offset, 'day');
  const asked = search.get('day') ?? '';
  const day = isDay(asked) ? asked : today;
  const answer = useAnswer('callbacks', { query: { from: startOfDay(day, offset), to: endOfDay(day, offset) } }, { live: true, keep: true });
  return (
    <>
      <div className="page-head">
        <h1>{say('callbacks.title')}</h1>
        <div className="end day-choice">
          <Link href={`/callbacks?day=${dayPlus(day, -1)}`} className="btn" aria-label={say('callbacks.before')}>
            <Icon name="back" />
          </Link>
          <TextField
            label={say('callbacks.day')}
            type="date"
            value={day}
            onValue={(value) => {
              if (isDay(value)) setSearch({ day: value });
            }}
          />
          <Link href={`/callbacks?day=${dayPlus(day, 1)}`} className="btn" aria-label={say('callbacks.after')}>
            <Icon name="next" />
          </Link>
          {day !== today && (
            <Link href="/callbacks" className="btn">
              {say('callbacks.today')}
            </Link>
          )}
        </div>
      </div>
      <Shown answer={answer}>{(plan) => <Day plan={plan} />}</Shown>
    </>
  );
}

function Day({ plan }: { readonly plan: CallbackPlan }) {
  const say = useSay();
  const now = useNow();
  const rows = rowsOf(plan, now);
  const sums = sumsOf(plan, now);
  const [opened, setOpened] = useState<string>();
  return (
    <>
      <dl className="sums">
        {(['promised', 'made', 'missed', 'free'] as const).map((name) => (
          <div key={name} className="panel">
            <dt>{say(`callbacks.${name}`)}</dt>
            <dd>{formatCount(sums[name])}</dd>
          </div>
        ))}
      </dl>
      <section className="panel">
        {rows.length === 0 ? (
          <Empty title={say('callbacks.none')}>{plan.slots.length === 0 ? say('callbacks.noneWhy') : null}</Empty>
        ) : (
          <ol className="slots">
            {linesOf(rows).map((line) => (isRun(line) ? <Free key={line.start} run={line} /> : <Slot key={line.start} row={line} onOpen={setOpened} />))}
          </ol>
        )}
      </section>
      {opened !== undefined && <CallbackDialog callbackId={opened} onClose={() => setOpened(undefined)} />}
    </>
  );
}

function Free({ run }: { readonly run: FreeRun }) {
  const say = useSay();
  return (
    <li data-when="free">
      <div className="slot-time">
        <Hours {...run} />
      </div>
      <span className="small slot-empty">{say('callbacks.freeRun', { n: formatCount(run.places) })}</span>
    </li>
  );
}

function Hours({ start, end }: { readonly start: number; readonly end: number }) {
  const offset = useOffset();
  return (
    <span className="tn">
      {formatMoment(start, offset, 'minute').slice(-5)}–{formatMoment(end, offset, 'minute').slice(-5)}
    </span>
  );
}

function Slot({ row, onOpen }: { readonly row: SlotRow; readonly onOpen: (callbackId: string) => void }) {
  const say = useSay();
  return (
    <li data-when={row.when}>
      <div className="slot-time">
        <b>
          <Hours {...row} />
        </b>
        {row.when === 'now' && <span className="tag tag--now">{say('callbacks.now')}</span>}
      </div>
      <Places row={row} />
      {row.callbacks.length === 0 ? (
        <span className="small slot-empty">{say('callbacks.empty')}</span>
      ) : (
        <CallbackLines callbacks={row.callbacks} onOpen={onOpen} />
      )}
    </li>
  );
}

/** A seat for each agent; the word is the truth, the picture repeats it. */
const MOST_SEATS_DRAWN = 12;

function Places({ row: { agents, booked } }: { readonly row: SlotRow }) {
  const say = useSay();
  return (
    <div className="places">
      {agents <= MOST_SEATS_DRAWN && (
        <span className="seats" aria-hidden="true">
          {Array.from({ length: agents }, (_, seat) => (
            <i key={seat} data-taken={seat < booked ? '' : undefined} />
          ))}
        </span>
      )}
      <span className="small tn">{say('callbacks.places', { booked: formatCount(booked), agents: formatCount(agents) })}</span>
      {agents > 0 && booked >= agents && <span className="tag">{say('callbacks.full')}</span>}
    </div>
  );
}
