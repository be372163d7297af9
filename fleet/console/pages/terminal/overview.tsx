/** A terminal as it last told of itself: what it serves, its devices and stores, what waits for upstream, today's figures, open alarms. */
import { useState } from 'react';
import { Link } from 'wouter';
import type { Alarm, AlarmKind, TerminalDetail } from '../../../console-api/terminals.ts';
import { useAct } from '../../api/queries.ts';
import { ReasonDialog } from '../../components/reason-dialog.tsx';
import { Empty } from '../../components/states.tsx';
import { Ago, Code, Money, Moment, Status } from '../../components/text.tsx';
import { formatCount, formatDuration, formatMoney } from '../../format.ts';
import { terminalPath } from '../../paths.ts';
import { usePreferences, useSay } from '../../preferences.tsx';
import { useMay } from '../../session.tsx';
import { Asks, Supplies } from './asks.tsx';
import { Devices } from './devices.tsx';
import { Update } from './update.tsx';
import { ReasonWords } from './words.tsx';

export function OverviewPart({ terminal }: { readonly terminal: TerminalDetail }) {
  const say = useSay();
  const { state, stateAt, alarms, reasons } = terminal;
  return (
    <div className="overview">
      {alarms.length > 0 && <Alarms terminalId={terminal.terminalId} alarms={alarms} />}
      {state?.alarms !== undefined && state.alarms.length > 0 && <Asks alarms={state.alarms} />}
      <section className="panel devices-panel">
        <header>
          <h2>{say('terminal.devices')}</h2>
          {stateAt !== null && (
            <span className="small">
              {say('terminal.told')} <Ago at={stateAt} />
            </span>
          )}
        </header>
        {state === null ? <Empty title={say('terminal.nothingTold')}>{say('terminal.nothingToldWhy')}</Empty> : <Devices devices={state.devices} />}
      </section>
      <div className="side">
        <section className="panel">
          <header>
            <h2>{say('terminal.service')}</h2>
            {state !== null && <Service service={state.service} />}
          </header>
          <div className="body stack">
            {reasons.length > 0 && <ReasonWords reasons={reasons} />}
            <dl className="pairs">
              {state !== null && <ViewPair view={state.view} />}
              <dt>{say('terminals.version')}</dt>
              <dd>{terminal.version === null ? '—' : <Code>{terminal.version}</Code>}</dd>
              <dt>{say('terminal.registered')}</dt>
              <dd>
                <Moment at={terminal.registeredAt} precision="minute" />
              </dd>
            </dl>
          </div>
        </section>
        <Uplink terminal={terminal} />
        {state?.update !== undefined && <Update update={state.update} />}
        <Today today={terminal.today} />
        {state?.supplies !== undefined && state.supplies.length > 0 && <Supplies supplies={state.supplies} />}
        {state !== null && Object.keys(state.counters).length > 0 && <Counters counters={state.counters} />}
      </div>
    </div>
  );
}

function Service({ service }: { readonly service: 'inService' | 'limited' | 'outOfService' }) {
  const say = useSay();
  return <Status tone={service === 'inService' ? 'ok' : service === 'limited' ? 'warn' : 'danger'}>{say(`service.${service}`)}</Status>;
}

function ViewPair({ view }: { readonly view: string }) {
  const { say, word } = usePreferences();
  return (
    <>
      <dt>{say('terminal.view')}</dt>
      <dd>{word('view', view)}</dd>
    </>
  );
}

function Uplink({ terminal: { lag, moneyAgeMs, lastSeenAt } }: { readonly terminal: TerminalDetail }) {
  const { say, locale } = usePreferences();
  const waits = (lag ?? 0) > 0;
  return (
    <section className="panel">
      <header>
        <h2>{say('terminal.uplink')}</h2>
        {lag !== null && (
          <Status tone={moneyAgeMs === null ? (waits ? 'info' : 'ok') : 'warn'}>
            {say(moneyAgeMs !== null ? 'terminal.moneyWaits' : waits ? 'terminal.entriesWait' : 'terminal.nothingWaits')}
          </Status>
        )}
      </header>
      <div className="body">
        <dl className="pairs">
          <dt>{say('terminals.seen')}</dt>
          <dd>{lastSeenAt === null ? say('terminals.never') : <Moment at={lastSeenAt} />}</dd>
          <dt>{say('terminals.lag')}</dt>
          <dd>{lag === null ? '—' : say('terminal.entries', { n: formatCount(lag) })}</dd>
          {moneyAgeMs !== null && (
            <>
              <dt>{say('terminal.moneyAge')}</dt>
              <dd>{formatDuration(moneyAgeMs, locale)}</dd>
            </>
          )}
        </dl>
      </div>
    </section>
  );
}

function Today({ today }: { readonly today: TerminalDetail['today'] }) {
  const say = useSay();
  return (
    <section className="panel">
      <header>
        <h2>{say('terminal.today')}</h2>
        <span className="small tn">{today.date}</span>
      </header>
      <div className="body">
        <dl className="pairs">
          <dt>{say('terminal.transactions')}</dt>
          <dd>{formatCount(today.transactions)}</dd>
          <dt>{say('terminal.loaded')}</dt>
          <dd>
            <Money amount={today.loadedFen} />
          </dd>
          <dt>{say('terminal.cash')}</dt>
          <dd>
            <Money amount={today.cashFen} />
          </dd>
        </dl>
      </div>
    </section>
  );
}

function Counters({ counters }: { readonly counters: Readonly<Record<string, number>> }) {
  const { say, word } = usePreferences();
  return (
    <section className="panel">
      <header>
        <h2>{say('terminal.counters')}</h2>
      </header>
      <div className="body">
        <dl className="pairs">
          {Object.entries(counters).map(([name, value]) => (
            <Pair key={name} name={word('counter', name)} value={counterValue(name, value)} />
          ))}
        </dl>
      </div>
    </section>
  );
}

function Pair({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

const MEBIBYTE = 1024 * 1024;

/** In the unit that the counter's name ends in (common/upstream-api/terminals.ts). */
export function counterValue(name: string, value: number): string {
  if (name.endsWith('Fen')) return formatMoney(value);
  if (name.endsWith('Bytes')) return `${formatCount(Math.round(value / MEBIBYTE))} MiB`;
  return formatCount(value);
}

/** Where more of it is to be seen; of devices, which they are. How long money waits is under "uplink". */
function AlarmDetail({ terminalId, kind, detail }: { readonly terminalId: string } & Pick<Alarm, 'kind' | 'detail'>) {
  const { say, word } = usePreferences();
  const maySettlements = useMay('settlements.read');
  if (kind === 'moneyWaits') return null;
  if (kind === 'settlementDiffers') return maySettlements ? <Link href="/settlements?filter=differing">{say('terminal.toSettlements')}</Link> : null;
  if (kind !== 'deviceTrouble') return <Link href={terminalPath(terminalId, 'journal')}>{say('terminal.toJournal')}</Link>;
  const devices = detail.split(', ').map((each) => {
    const [device = '', health = ''] = each.split(' ');
    return say('reason.ofDevice', { device: word('device', device), what: word('deviceHealth', health) });
  });
  return <b>{devices.join(' · ')}</b>;
}

/** The others end by themselves when what they are about ends. */
const CLOSABLE: ReadonlySet<AlarmKind> = new Set(['journalForked', 'journalBroken', 'settlementDiffers', 'signInLocked']);

function Alarms({ terminalId, alarms }: { readonly terminalId: string; readonly alarms: readonly Alarm[] }) {
  const say = useSay();
  const mayClose = useMay('alarm.close');
  const [closing, setClosing] = useState<AlarmKind>();
  const close = useAct('closeAlarm');
  return (
    <section className="panel alarms">
      <header>
        <h2>{say('terminal.alarms')}</h2>
      </header>
      <ul>
        {alarms.map(({ kind, since, detail }) => (
          <li key={kind}>
            <Status tone="danger">{say(`alarm.${kind}`)}</Status>
            <span className="what">
              {say(`alarmWhat.${kind}`)} <AlarmDetail terminalId={terminalId} kind={kind} detail={detail} />
            </span>
            <span className="small">
              {say('terminal.since')} <Moment at={since} />
            </span>
            {mayClose && CLOSABLE.has(kind) && (
              <button type="button" className="btn" onClick={() => setClosing(kind)}>
                {say('terminal.closeAlarm')}
              </button>
            )}
          </li>
        ))}
      </ul>
      {closing !== undefined && (
        <ReasonDialog
          title={say('terminal.closeAlarmTitle', { alarm: say(`alarm.${closing}`) })}
          lead={say('terminal.closeAlarmLead')}
          go={say('terminal.closeAlarm')}
          busy={close.isPending}
          failure={close.error}
          onClose={() => {
            close.reset();
            setClosing(undefined);
          }}
          onGo={(reason) => close.mutate({ params: { terminalId }, body: { kind: closing, reason } }, { onSuccess: () => setClosing(undefined) })}
        />
      )}
    </section>
  );
}
