/** 总览: the cabinet with a line to each of its parts, what can be done now, the supplies, and what proves the journal. */
import type { ReactNode } from 'react';
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Button } from '../components/button.tsx';
import { Icon, type IconName } from '../components/icon.tsx';
import { money } from '../words.ts';
import { useAlarmWords } from './alarm-words.ts';
import { CabinetDrawing } from './cabinet-drawing.tsx';
import { Panel, StaffBar, StaffButton } from './staff-parts.tsx';
import { StaffFrame } from './staff-frame.tsx';
import { useStaffWords, type StaffSay } from './words.ts';

type Body = ViewBodyOf<'maintenance-overview'>;

export function Overview({ body }: { readonly body: Body }) {
  const say = useStaffWords();
  const { cabinet, staff, rooms, mayLeaveInService } = body;
  const alarmed = cabinet.alarms.length > 0;
  return (
    <StaffFrame title={say('title.overview')} staff={staff} className={`staff--overview ${alarmed ? 'staff--alarmed' : ''}`}>
      {alarmed && <Alarms cabinet={cabinet} />}
      <CabinetDrawing parts={cabinet.parts} short={alarmed} />
      <div className="staff-panels">
        <Services cabinet={cabinet} />
        <Supplies cabinet={cabinet} />
        <Proof cabinet={cabinet} />
      </div>
      <StaffBar>
        {ROOMS.map(([room, icon]) => (
          <StaffButton
            key={room}
            testId={`room-${room}`}
            act={{ type: 'room', room }}
            icon={icon}
            {...(rooms.includes(room) ? {} : { off: say('notAllowed') })}
          >
            {say(`room.${room}`)}
          </StaffButton>
        ))}
        <Button testId="back-in-service" act={{ type: 'finish' }} className="staff-button staff-button--primary" primary>
          <span>{say(mayLeaveInService ? 'overview.back' : 'overview.leave')}</span>
          <Icon name="leave" size="s" />
        </Button>
      </StaffBar>
    </StaffFrame>
  );
}

const ROOMS: readonly (readonly [Body['rooms'][number], IconName])[] = [
  ['devices', 'pulse'],
  ['supplies', 'supplies'],
  ['box', 'cashBox'],
  ['journal', 'chain'],
  ['system', 'web'],
  ['readiness', 'shield'],
  ['charts', 'list'],
];

function Services({ cabinet: { services } }: Pick<Body, 'cabinet'>) {
  const say = useStaffWords();
  const off = services.filter(({ available }) => !available).length;
  const state = off === 0 ? say('overview.allServices', { n: services.length }) : say('overview.someServices', { n: services.length - off, off });
  return (
    <Panel title={say('overview.services')} state={<Verdict good={off === 0}>{state}</Verdict>}>
      <ul className="staff-services">
        {services.map(({ name, available }) => (
          <li key={name}>
            <Verdict good={available}>{say(`service.${name}`)}</Verdict>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

export function Verdict({ good, children }: { readonly good: boolean; readonly children: ReactNode }) {
  return (
    <span className={`staff-verdict staff-verdict--${good ? 'good' : 'warn'}`}>
      <Icon name={good ? 'tick' : 'warn'} size="xs" />
      {children}
    </span>
  );
}

/** More than these don't fit; the parts that they are of are drawn beside them. */
const ALARMS_SHOWN = 2;
/** What fits into a line. */
const CAUSE_LENGTH = 56;

/** What a hand is needed for: what, since when, why, and what to do about it. */
function Alarms({ cabinet: { alarms } }: Pick<Body, 'cabinet'>) {
  const say = useStaffWords();
  const words = useAlarmWords();
  const more = alarms.length - ALARMS_SHOWN;
  return (
    <section className="staff-panel staff-alarms" aria-label={say('overview.alarms')}>
      <div className="staff-alarms-head">
        <h2>{say('overview.alarms')}</h2>
        {more > 0 && <span className="tn">{say('overview.moreAlarms', { n: more })}</span>}
      </div>
      <ul>
        {alarms.slice(0, ALARMS_SHOWN).map(({ code, weight, device, since, cause }) => (
          <li key={`${code} ${device ?? ''}`} data-testid={`alarm-${code}`} data-weight={weight}>
            <span className={`staff-verdict staff-verdict--${weight === 'soon' ? 'warn' : 'bad'}`}>
              <Icon name="warn" size="xs" />
              {words(`alarm_${code}`)}
            </span>
            <span className="tn staff-quiet">
              {[...(device === undefined || device === 'network' ? [] : [words(`device_${device}`)]), say('since', { time: momentOf(since) })].join(' · ')}
            </span>
            <span className="staff-alarm-advice">{words(`advice_${code}`)}</span>
            {cause !== undefined && <code className="staff-alarm-cause">{cause.slice(0, CAUSE_LENGTH)}</code>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function momentOf(moment: string): string {
  return `${moment.slice(5, 10)} ${moment.slice(11, 16)}`;
}

function Supplies({ cabinet: { supplies } }: Pick<Body, 'cabinet'>) {
  const say = useStaffWords();
  return (
    <Panel title={say('overview.supplies')}>
      <dl className="staff-rows">
        {(['paper', 'blankCards', 'rejectBin', 'cashBox'] as const).map((name) => {
          const supply = supplies[name];
          if (supply === undefined) return null;
          return (
            <div key={name} className="staff-row staff-row--bar">
              <dt>{say(`supply.${name}`)}</dt>
              <dd aria-hidden="true" className={`level level--${supply.level}`}>
                <i style={{ inlineSize: `${filled(supply)}%` }} />
              </dd>
              <dd className="tn strong">{supplyWords(supply, say)}</dd>
              <dd className="tn staff-lasts" data-testid={`lasts-${name}`}>
                {supply.days === undefined ? '' : supply.days === 0 ? say('overview.lastsToday') : say('overview.lasts', { n: supply.days })}
              </dd>
            </div>
          );
        })}
      </dl>
    </Panel>
  );
}

type Supply = NonNullable<Body['cabinet']['supplies']['paper']>;

/** What the bar shows where nobody counts: the word, drawn. */
const DRAWN: Readonly<Record<Supply['level'], number>> = { ok: 70, low: 12, empty: 0, nearlyFull: 88, full: 100, missing: 0, unknown: 0 };

function filled({ level, count, capacity }: Supply): number {
  return count === undefined || capacity === undefined || capacity === 0 ? DRAWN[level] : Math.min(100, Math.round((100 * count) / capacity));
}

export function supplyWords({ level, count, capacity }: Supply, say: StaffSay): string {
  if (count === undefined) return say(`level.${level}`);
  return capacity === undefined ? say('overview.pieces', { n: count }) : say('overview.piecesOf', { n: count, of: capacity });
}

/** Where a hand is needed, what that is comes before the marks of a chain that holds. */
function Proof({ cabinet: { proof, alarms } }: Pick<Body, 'cabinet'>) {
  const say = useStaffWords();
  const { seq, hash, checkpoint, receipt, notUploaded, openTransactions, held } = proof;
  const even = openTransactions === 0 && held === 0;
  const marks: readonly (readonly [string, ReactNode])[] = [
    [say('overview.lastEntry'), say('overview.entry', { seq })],
    [say('overview.tail'), <code key="tail">{`${hash.slice(0, 9)}\u2026${hash.slice(-4)}`}</code>],
    [
      say('overview.checkpoint'),
      checkpoint === undefined ? say('overview.none') : say('overview.timeAndEntry', { time: checkpoint.at.slice(11, 16), seq: checkpoint.seq }),
    ],
    [say('overview.receipt'), receipt === undefined ? say('overview.none') : say('overview.timeUpTo', { time: receipt.at.slice(11, 19), seq: receipt.seq })],
  ];
  const rows: readonly (readonly [string, ReactNode])[] = [
    ...(alarms.length > 0 ? [] : marks),
    [say('overview.notUploaded'), say('overview.entries', { n: notUploaded })],
    [say('overview.open'), say('overview.openHeld', { n: openTransactions, amount: money(held) })],
  ];
  return (
    <Panel title={say('overview.proof')} state={<Verdict good={even}>{say(even ? 'overview.whole' : 'overview.owing')}</Verdict>}>
      <dl className="staff-rows">
        {rows.map(([name, value]) => (
          <div key={name} className="staff-row">
            <dt>{name}</dt>
            <dd className="tn">{value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
