/** 网络与本机: what the terminal is and how it stands; restart, out of service, the log; and the tests of glass, sound and keypad. */
import type { ReactNode } from 'react';
import { closedReasons, glassTests, systemTabs, type ViewBodyOf } from '../../state-machines/view.ts';
import { Verdict } from './overview.tsx';
import { Back, Panel, StaffBar, StaffButton } from './staff-parts.tsx';
import { StaffFrame } from './staff-frame.tsx';
import { useStaffWords, type StaffSay, type StaffWordKey } from './words.ts';

type Body = ViewBodyOf<'maintenance-system'>;

export function SystemRoom({ body }: { readonly body: Body }) {
  const say = useStaffWords();
  const { staff, asks } = body;
  return (
    <StaffFrame title={say('title.system')} staff={staff} className="staff--system">
      {asks === undefined ? <Overall body={body} say={say} /> : <Asked asks={asks} say={say} />}
      <StaffBar>
        <Back />
        {asks === 'restart' && (
          <StaffButton testId="confirm" act={{ type: 'confirm' }} primary>
            {say('system.restartNow')}
          </StaffButton>
        )}
        {asks === undefined && <Acts body={body} say={say} />}
      </StaffBar>
    </StaffFrame>
  );
}

interface Part {
  readonly body: Body;
  readonly say: StaffSay;
}

function Overall({ body: { tab, facts, logs, closed, mayTest }, say }: Part) {
  return (
    <div className="room room--list">
      <div className="staff-list">
        {systemTabs.map((each) => (
          <StaffButton key={each} testId={`tab-${each}`} act={{ type: 'tab', tab: each }} chosen={tab === each}>
            {say(`system.tab.${each}`)}
          </StaffButton>
        ))}
        <h2 className="staff-list-head">{say('system.tests')}</h2>
        {glassTests.map((test) => (
          <StaffButton key={test} testId={`glass-${test}`} act={{ type: 'glass', test }} {...(mayTest ? {} : { off: say('notAllowed') })}>
            {say(`glass.${test}`)}
          </StaffButton>
        ))}
      </div>
      <div className="staff-panels">
        {closed !== undefined && (
          <p data-testid="closed" data-reason={closed}>
            <Verdict good={false}>{say('system.closedFor', { reason: say(`closed.${closed}`) })}</Verdict>
          </p>
        )}
        <Panel title={say(`system.tab.${tab}`)}>
          <dl className="staff-rows staff-rows--facts">
            {facts.map(({ name, value, tone }) => (
              <div key={name} className="staff-row" data-testid={`fact-${name}`}>
                <dt>{say(`system.fact.${name}`)}</dt>
                <dd className={`tn ${tone === 'plain' ? '' : `staff-verdict--${tone}`}`}>{valueWords(value, say)}</dd>
              </div>
            ))}
          </dl>
        </Panel>
        {logs.state !== 'none' && (
          <div className="staff-job" role="status" data-testid="logs" data-state={logs.state}>
            {logs.state === 'running' ? (
              <p>{say('wait')}</p>
            ) : (
              <Verdict good={logs.state === 'good'}>{say(logs.state === 'good' ? 'system.logsGood' : 'system.logsBad')}</Verdict>
            )}
            {logs.state === 'good' && <p className="staff-file">{logs.file}</p>}
            {logs.state === 'bad' && <p className="staff-file">{logs.why}</p>}
          </div>
        )}
      </div>
    </div>
  );
}

/** A word of the terminal's that the catalogue has; everything else is what it says. */
const VALUES = [
  'online',
  'offline',
  'refused',
  'up',
  'down',
  'unknown',
  'admitted',
  'notAdmitted',
  'notAsked',
  'notSet',
  'forEver',
  'switchedOff',
  'updateChecking',
  'updateFetching',
  'updateVerified',
  'updateWaiting',
  'updateSwapping',
  'updateOnTrial',
  'updateConfirmed',
  'updateTrouble',
  'someoneIsServed',
  'openTransaction',
  'technicianInside',
  'outsideWindow',
] as const;

function valueWords(value: string, say: StaffSay): string {
  const known = VALUES.find((each) => each === value);
  return known === undefined ? value : say(`system.value.${known}` satisfies StaffWordKey);
}

function Asked({ asks, say }: { readonly asks: NonNullable<Body['asks']>; readonly say: StaffSay }): ReactNode {
  return (
    <div className="room">
      <div className="room-read">
        <h2>{say(`system.asks.${asks}.title`)}</h2>
        <p>{say(`system.asks.${asks}.lead`)}</p>
      </div>
      {asks === 'close' ? (
        <div className="staff-list">
          {closedReasons.map((reason) => (
            <StaffButton key={reason} testId={`reason-${reason}`} act={{ type: 'closed-for', reason }}>
              {say(`closed.${reason}`)}
            </StaffButton>
          ))}
        </div>
      ) : (
        <div aria-hidden="true" />
      )}
    </div>
  );
}

function Acts({ body: { closed, logs, mayClose, mayOpen, needsReport, mayRestart, mayExportLogs }, say }: Part) {
  return (
    <>
      <StaffButton
        testId="logs-export"
        act={{ type: 'work', work: 'logs' }}
        icon="down"
        {...(!mayExportLogs ? { off: say('notAllowed') } : logs.state === 'running' ? { off: say('wait') } : {})}
      >
        {say('system.logs')}
      </StaffButton>
      <StaffButton testId="restart" act={{ type: 'work', work: 'restart' }} icon="swap" {...(mayRestart ? {} : { off: say('notAllowed') })}>
        {say('system.restart')}
      </StaffButton>
      {closed === undefined ? (
        <StaffButton testId="close" act={{ type: 'work', work: 'close' }} icon="close" {...(mayClose ? {} : { off: say('notAllowed') })}>
          {say('system.close')}
        </StaffButton>
      ) : (
        <StaffButton
          testId="open"
          act={{ type: 'work', work: 'open' }}
          icon="tick"
          {...(!mayOpen ? { off: say('notAllowed') } : needsReport ? { off: say('system.needsReport') } : {})}
        >
          {say('system.open')}
        </StaffButton>
      )}
    </>
  );
}
