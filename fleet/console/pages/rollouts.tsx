/** Releases on their way through the fleet: the one under way with its rings, all before it, and the terminals that run something else. */
import { useState, type ComponentProps, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { Drift, Rollout } from '../../console-api/rollouts.ts';
import { useAct, useAnswer } from '../api/queries.ts';
import { Dialog } from '../components/dialog.tsx';
import { Form, FormButtons, TextArea, TextField } from '../components/form.tsx';
import { ReasonDialog } from '../components/reason-dialog.tsx';
import { Empty, Notice, Shown } from '../components/states.tsx';
import { DataTable, type Column } from '../components/table.tsx';
import { Ago, Code, Moment, Status, type Tone } from '../components/text.tsx';
import { formatCount } from '../format.ts';
import { terminalPath } from '../paths.ts';
import { useSay } from '../preferences.tsx';
import { useMay } from '../session.tsx';

const TONES: Record<Rollout['state'], Tone> = { running: 'info', paused: 'warn', halted: 'danger', stopped: 'off', finished: 'ok' };
const UNDER_WAY: readonly Rollout['state'][] = ['running', 'paused', 'halted'];
/** What each ring reaches, percent. */
const SHARES = [1, 10, 50, 100] as const;

type Asking =
  | { readonly what: 'start' | 'pin' }
  | { readonly what: 'deed'; readonly deed: Deed; readonly rollout: Rollout }
  | { readonly what: 'unpin'; readonly terminalId: string };
type Deed = 'pause' | 'resume' | 'stop';

export function RolloutsPage() {
  const say = useSay();
  const may = useMay('rollouts.run');
  const answer = useAnswer('rollouts', {}, { live: true });
  const [asking, setAsking] = useState<Asking>();
  const close = (): void => setAsking(undefined);
  return (
    <>
      <div className="page-head">
        <h1>{say('rollouts.title')}</h1>
        {may && (
          <div className="end buttons">
            <button type="button" className="btn" onClick={() => setAsking({ what: 'pin' })}>
              {say('rollouts.pin')}
            </button>
            <button type="button" className="btn btn--primary" onClick={() => setAsking({ what: 'start' })}>
              {say('rollouts.start')}
            </button>
          </div>
        )}
      </div>
      <Shown answer={answer}>
        {({ rollouts }) => (
          <>
            {rollouts
              .filter(({ state }) => UNDER_WAY.includes(state))
              .map((rollout) => (
                <UnderWay key={rollout.rolloutId} rollout={rollout} may={may} onDeed={(deed) => setAsking({ what: 'deed', deed, rollout })} />
              ))}
            <DriftPanel may={may} onUnpin={(terminalId) => setAsking({ what: 'unpin', terminalId })} />
            <section className="panel">
              {rollouts.length === 0 ? (
                <Empty title={say('rollouts.none')}>{say('rollouts.noneLead')}</Empty>
              ) : (
                <DataTable caption={say('rollouts.history')} columns={historyColumns(say)} rows={rollouts} keyOf={({ rolloutId }) => rolloutId} />
              )}
            </section>
          </>
        )}
      </Shown>
      {asking?.what === 'start' && <StartDialog onClose={close} />}
      {asking?.what === 'pin' && <PinDialog onClose={close} />}
      {asking?.what === 'unpin' && <UnpinDialog terminalId={asking.terminalId} onClose={close} />}
      {asking?.what === 'deed' && <DeedDialog deed={asking.deed} rollout={asking.rollout} onClose={close} />}
    </>
  );
}

function UnderWay({ rollout, may, onDeed }: { readonly rollout: Rollout; readonly may: boolean; readonly onDeed: (deed: Deed) => void }) {
  const say = useSay();
  const { version, state, share, reach, heard, failed, ringSince, madeBy } = rollout;
  const deeds: readonly Deed[] = state === 'running' ? ['pause', 'stop'] : ['resume', 'stop'];
  return (
    <section className="panel panel--padded rollout" aria-label={version}>
      <div className="rollout-head">
        <h2 className="mono">{version}</h2>
        <Status tone={TONES[state]}>{say(`rollouts.state.${state}`)}</Status>
        {may && (
          <div className="buttons end">
            {deeds.map((deed) => (
              <button key={deed} type="button" className={deed === 'stop' ? 'btn btn--danger' : 'btn'} onClick={() => onDeed(deed)}>
                {say(`rollouts.${deed}`)}
              </button>
            ))}
          </div>
        )}
      </div>
      {state === 'halted' && <Notice tone="danger">{say('rollouts.haltedLead')}</Notice>}
      {state === 'paused' && <Notice tone="warn">{say('rollouts.pausedLead')}</Notice>}
      <ol className="rollout-rings" aria-label={say('rollouts.ring')}>
        {SHARES.map((each) => (
          <li key={each} className={each < share ? 'done' : each === share ? 'now' : ''} aria-current={each === share ? 'step' : undefined}>
            {each}%
          </li>
        ))}
      </ol>
      <dl className="rollout-figures">
        <Figure name={say('rollouts.reach', { share })}>{say('rollouts.reachHint', { n: formatCount(reach) })}</Figure>
        <Figure name={say('rollouts.heard')}>{formatCount(heard)}</Figure>
        <Figure name={say('rollouts.failed')}>{formatCount(failed)}</Figure>
        <Figure name={say('rollouts.since')}>
          <Ago at={ringSince} />
        </Figure>
        <Figure name={say('rollouts.by')}>{madeBy}</Figure>
      </dl>
    </section>
  );
}

function Figure({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt className="small">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function historyColumns(say: ReturnType<typeof useSay>): readonly Column<Rollout>[] {
  return [
    { key: 'version', head: say('rollouts.version'), name: true, cell: ({ version }) => <Code>{version}</Code> },
    { key: 'state', head: say('rollouts.condition'), beside: true, cell: ({ state }) => <Status tone={TONES[state]}>{say(`rollouts.state.${state}`)}</Status> },
    { key: 'share', head: say('rollouts.ring'), figure: true, cell: ({ share }) => `${share}%` },
    { key: 'heard', head: say('rollouts.heard'), figure: true, cell: ({ heard }) => formatCount(heard) },
    { key: 'failed', head: say('rollouts.failed'), figure: true, cell: ({ failed }) => formatCount(failed) },
    {
      key: 'made',
      head: say('rollouts.by'),
      cell: ({ madeAt, madeBy }) => (
        <>
          <Moment at={madeAt} precision="minute" /> <span className="small">{madeBy}</span>
        </>
      ),
    },
  ];
}

/** @param onUnpin absent for whoever may not */
function driftColumns(say: ReturnType<typeof useSay>, onUnpin: ((terminalId: string) => void) | undefined): readonly Column<Drift['terminals'][number]>[] {
  return [
    {
      key: 'terminal',
      head: say('rollouts.terminal'),
      name: true,
      cell: ({ terminalId }) => (
        <Link className="link mono" href={terminalPath(terminalId)}>
          {terminalId}
        </Link>
      ),
    },
    { key: 'runs', head: say('rollouts.runs'), cell: ({ runs }) => <Code>{runs}</Code> },
    { key: 'should', head: say('rollouts.should'), cell: ({ should }) => <Code>{should}</Code> },
    { key: 'pinned', head: say('rollouts.pinned'), beside: true, cell: ({ pinned }) => (pinned ? <Status tone="info">{say('rollouts.pinned')}</Status> : '—') },
    { key: 'seen', head: say('rollouts.seen'), cell: ({ lastSeenAt }) => (lastSeenAt === null ? say('terminals.never') : <Ago at={lastSeenAt} />) },
    {
      key: 'act',
      head: say('rollouts.unpin'),
      wide: true,
      cell: ({ terminalId, pinned }) =>
        onUnpin !== undefined && pinned ? (
          <button type="button" className="btn" onClick={() => onUnpin(terminalId)} aria-label={say('rollouts.unpinTitle', { terminal: terminalId })}>
            {say('rollouts.unpin')}
          </button>
        ) : null,
    },
  ];
}

function DriftPanel({ may, onUnpin }: { readonly may: boolean; readonly onUnpin: (terminalId: string) => void }) {
  const say = useSay();
  const answer = useAnswer('drift', {});
  const columns = driftColumns(say, may ? onUnpin : undefined);
  return (
    <section className="panel">
      <Shown answer={answer}>
        {({ version, should, other, terminals }) =>
          other === 0 ? (
            <Empty title={say(version === null && should === 0 ? 'rollouts.driftNothing' : 'rollouts.driftNone')} />
          ) : (
            <>
              <p className="panel-lead">
                {say('rollouts.driftCount', { n: formatCount(other), should: formatCount(should) })}
                {other > terminals.length && ` ${say('rollouts.driftMore', { n: formatCount(terminals.length) })}`}
              </p>
              <DataTable caption={say('rollouts.drift')} columns={columns} rows={terminals} keyOf={({ terminalId }) => terminalId} />
            </>
          )
        }
      </Shown>
    </section>
  );
}

/** A name that machines go by: nothing is corrected or offered while it is typed. */
function CodeField(field: Omit<ComponentProps<typeof TextField>, 'className' | 'autoComplete' | 'spellCheck'>) {
  return <TextField {...field} className="mono" autoComplete="off" spellCheck={false} />;
}

function StartDialog({ onClose }: { readonly onClose: () => void }) {
  const say = useSay();
  const start = useAct('startRollout');
  const [version, setVersion] = useState('');
  const [reason, setReason] = useState('');
  return (
    <Dialog title={say('rollouts.startTitle')} onClose={onClose}>
      <div className="body">
        <p>{say('rollouts.startLead')}</p>
        <Form
          busy={start.isPending}
          failure={start.error}
          submit={() => start.mutate({ body: { version: version.trim(), reason: reason.trim() } }, { onSuccess: onClose })}
        >
          <CodeField label={say('rollouts.version')} hint={say('rollouts.versionHint')} value={version} onValue={setVersion} maxLength={80} first />
          <TextArea label={say('reason.why')} hint={say('reason.kept')} value={reason} onValue={setReason} maxLength={400} />
          <FormButtons go={say('rollouts.start')} dangerous={false} onCancel={onClose} />
        </Form>
      </div>
    </Dialog>
  );
}

function PinDialog({ onClose }: { readonly onClose: () => void }) {
  const say = useSay();
  const pin = useAct('pinTerminal');
  const [terminalId, setTerminal] = useState('');
  const [version, setVersion] = useState('');
  const [reason, setReason] = useState('');
  return (
    <Dialog title={say('rollouts.pinTitle')} onClose={onClose}>
      <div className="body">
        <p>{say('rollouts.pinLead')}</p>
        <Form
          busy={pin.isPending}
          failure={pin.error}
          submit={() =>
            pin.mutate({ params: { terminalId: terminalId.trim() }, body: { version: version.trim(), reason: reason.trim() } }, { onSuccess: onClose })
          }
        >
          <CodeField label={say('rollouts.terminal')} value={terminalId} onValue={setTerminal} maxLength={40} first />
          <CodeField label={say('rollouts.version')} value={version} onValue={setVersion} maxLength={80} />
          <TextArea label={say('reason.why')} hint={say('reason.kept')} value={reason} onValue={setReason} maxLength={400} />
          <FormButtons go={say('rollouts.pinTitle')} dangerous={false} onCancel={onClose} />
        </Form>
      </div>
    </Dialog>
  );
}

function UnpinDialog({ terminalId, onClose }: { readonly terminalId: string; readonly onClose: () => void }) {
  const say = useSay();
  const pin = useAct('pinTerminal');
  return (
    <ReasonDialog
      title={say('rollouts.unpinTitle', { terminal: terminalId })}
      lead={say('rollouts.unpinLead')}
      go={say('rollouts.unpin')}
      busy={pin.isPending}
      failure={pin.error}
      onGo={(reason) => pin.mutate({ params: { terminalId }, body: { reason } }, { onSuccess: onClose })}
      onClose={onClose}
    />
  );
}

function DeedDialog({ deed, rollout, onClose }: { readonly deed: Deed; readonly rollout: Rollout; readonly onClose: () => void }) {
  const say = useSay();
  const act = useAct('actOnRollout');
  return (
    <ReasonDialog
      title={say(`rollouts.deedTitle.${deed}`, { version: rollout.version })}
      lead={say(`rollouts.deedLead.${deed}`)}
      go={say(`rollouts.${deed}`)}
      dangerous={deed === 'stop'}
      busy={act.isPending}
      failure={act.error}
      onGo={(reason) => act.mutate({ params: { rolloutId: rollout.rolloutId }, body: { deed, reason } }, { onSuccess: onClose })}
      onClose={onClose}
    />
  );
}
