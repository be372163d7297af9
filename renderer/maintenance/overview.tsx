/** 总览: the cabinet with a line to each of its parts, what can be done now, the supplies, and what proves the journal. */
import type { ReactNode } from 'react';
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Button } from '../components/button.tsx';
import { Icon, type IconName } from '../components/icon.tsx';
import { money } from '../words.ts';
import { CabinetDrawing } from './cabinet-drawing.tsx';
import { Panel, StaffBar, StaffButton } from './staff-parts.tsx';
import { StaffFrame } from './staff-frame.tsx';
import { useStaffWords, type StaffSay } from './words.ts';

type Body = ViewBodyOf<'maintenance-overview'>;

export function Overview({ body }: { readonly body: Body }) {
  const say = useStaffWords();
  const { cabinet, staff, rooms, mayLeaveInService } = body;
  return (
    <StaffFrame title={say('title.overview')} staff={staff} className="staff--overview">
      <CabinetDrawing parts={cabinet.parts} />
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

function Proof({ cabinet: { proof } }: Pick<Body, 'cabinet'>) {
  const say = useStaffWords();
  const { seq, hash, checkpoint, receipt, notUploaded, openTransactions, held } = proof;
  const even = openTransactions === 0 && held === 0;
  const rows: readonly (readonly [string, ReactNode])[] = [
    [say('overview.lastEntry'), say('overview.entry', { seq })],
    [say('overview.tail'), <code key="tail">{`${hash.slice(0, 9)}\u2026${hash.slice(-4)}`}</code>],
    [
      say('overview.checkpoint'),
      checkpoint === undefined ? say('overview.none') : say('overview.timeAndEntry', { time: checkpoint.at.slice(11, 16), seq: checkpoint.seq }),
    ],
    [say('overview.receipt'), receipt === undefined ? say('overview.none') : say('overview.timeUpTo', { time: receipt.at.slice(11, 19), seq: receipt.seq })],
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
