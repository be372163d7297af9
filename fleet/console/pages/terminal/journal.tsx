/** A terminal's journal: what proves each epoch of it, and the entries, the latest first. */
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { EntryRow, Proof } from '../../../console-api/journal.ts';
import { call, type AnswerOf, type CallFailure } from '../../api/client.ts';
import { useAct, useAnswer, usePages } from '../../api/queries.ts';
import { Dialog } from '../../components/dialog.tsx';
import { PagedTable } from '../../components/list.tsx';
import { ReasonDialog } from '../../components/reason-dialog.tsx';
import { Empty, Notice, Shown, useFailureWords } from '../../components/states.tsx';
import type { Column } from '../../components/table.tsx';
import { Code, Hash, Money, Moment, Status } from '../../components/text.tsx';
import { formatCount } from '../../format.ts';
import { storyPath } from '../../paths.ts';
import { usePreferences, useSay } from '../../preferences.tsx';
import { useMay } from '../../session.tsx';

type Epoch = Proof['epochs'][number];

export function JournalPart({ terminalId }: { readonly terminalId: string }) {
  const say = useSay();
  const proof = useAnswer('proof', { params: { terminalId } }, { live: true });
  return (
    <>
      <Shown answer={proof}>
        {({ epochs }) =>
          epochs.length === 0 ? (
            <section className="panel">
              <Empty title={say('journal.none')} />
            </section>
          ) : (
            epochs.map((epoch) => <EpochProof key={epoch.epoch} terminalId={terminalId} epoch={epoch} />)
          )
        }
      </Shown>
      <Entries terminalId={terminalId} />
    </>
  );
}

function EpochProof({ terminalId, epoch }: { readonly terminalId: string; readonly epoch: Epoch }) {
  const say = useSay();
  const verify = useMutation<AnswerOf<'verify'>, CallFailure>({
    mutationFn: () => call('verify', { params: { terminalId }, query: { epoch: epoch.epoch } }),
  });
  const words = useFailureWords();
  const whole = !epoch.frozen && epoch.anomalyCount === 0;
  return (
    <section className="panel">
      <header>
        <h2>{say('journal.proof', { epoch: epoch.epoch })}</h2>
        <Status tone={epoch.frozen ? 'danger' : whole ? 'ok' : 'warn'}>
          {say(epoch.frozen ? 'journal.frozen' : whole ? 'journal.whole' : 'journal.anomalies')}
        </Status>
      </header>
      <div className="body proof">
        <ul className="proofs">
          <li>
            <Status tone="ok">{say('journal.chain', { n: formatCount(epoch.headSeq) })}</Status>
            <Hash hex={epoch.headHash} />
          </li>
          <li>
            {epoch.receiptedAt === null ? (
              <Status tone="off">{say('journal.noReceipt')}</Status>
            ) : (
              <>
                <Status tone="ok">{say('journal.receipt')}</Status>
                <Moment at={epoch.receiptedAt} />
              </>
            )}
          </li>
          <li>
            {epoch.checkpoint === null ? (
              <Status tone="off">{say('journal.noCheckpoint')}</Status>
            ) : (
              <>
                <Status tone={epoch.checkpoint.agrees ? 'ok' : 'danger'}>
                  {say(epoch.checkpoint.agrees ? 'journal.checkpoint' : 'journal.checkpointDiffers', { seq: formatCount(epoch.checkpoint.seq) })}
                </Status>
                <span className="small">{say('journal.checkpoints', { n: formatCount(epoch.checkpoints) })}</span>
              </>
            )}
          </li>
        </ul>
        <div className="verify">
          <button type="button" className="btn" disabled={verify.isPending} onClick={() => verify.mutate()}>
            {say(verify.isPending ? 'journal.verifying' : 'journal.verify')}
          </button>
          <div role="status">
            {verify.data !== undefined && <Verified verified={verify.data} />}
            {verify.error !== null && <Status tone="danger">{words(verify.error)}</Status>}
          </div>
        </div>
        {epoch.anomalies.length > 0 && (
          <Notice tone="danger">
            <b>{say('journal.anomalyCount', { n: formatCount(epoch.anomalyCount) })}</b>
            <ul className="anomalies">
              {epoch.anomalies.map((anomaly) => (
                <li key={`${anomaly.seq} ${anomaly.claimedHash}`}>
                  {say(`anomaly.${anomaly.kind}`, { seq: formatCount(anomaly.seq) })} <Hash hex={anomaly.claimedHash} /> <Moment at={anomaly.receivedAt} />
                </li>
              ))}
            </ul>
          </Notice>
        )}
      </div>
    </section>
  );
}

function Verified({ verified }: { readonly verified: AnswerOf<'verify'> }) {
  const say = useSay();
  const { fromSeq, upToSeq, brokenAt, checkpointsAgreed } = verified;
  if (brokenAt !== null) return <Status tone="danger">{say('journal.brokenAt', { seq: formatCount(brokenAt) })}</Status>;
  return (
    <Status tone="ok">{say('journal.verified', { from: formatCount(fromSeq), to: formatCount(upToSeq), checkpoints: formatCount(checkpointsAgreed) })}</Status>
  );
}

function Entries({ terminalId }: { readonly terminalId: string }) {
  const say = useSay();
  const [opened, setOpened] = useState<EntryRow>();
  const entries = usePages('entries', { params: { terminalId }, query: { limit: 50 } }, { live: true });
  return (
    <section className="panel">
      <header>
        <h2>{say('journal.entries')}</h2>
      </header>
      <PagedTable
        caption={say('journal.entries')}
        columns={useColumns(terminalId, setOpened)}
        pages={entries}
        none={say('journal.none')}
        keyOf={({ epoch, seq }) => `${epoch}/${seq}`}
      />
      {opened !== undefined && <EntryDialog terminalId={terminalId} entry={opened} onClose={() => setOpened(undefined)} />}
    </section>
  );
}

function useColumns(terminalId: string, open: (entry: EntryRow) => void): readonly Column<EntryRow>[] {
  const { say, word } = usePreferences();
  return [
    {
      key: 'seq',
      head: say('journal.seq'),
      beside: true,
      cell: ({ epoch, seq }) => (
        <Code>
          {epoch}/{seq}
        </Code>
      ),
    },
    { key: 'at', head: say('column.at'), cell: ({ at }) => <Moment at={at} precision="ms" /> },
    {
      key: 'kind',
      head: say('column.what'),
      name: true,
      cell: (entry) => (
        <button type="button" className="link" onClick={() => open(entry)}>
          {word('kind', entry.kind)}
        </button>
      ),
    },
    { key: 'name', head: say('journal.kind'), deskOnly: true, cell: ({ kind }) => <Code>{kind}</Code> },
    {
      key: 'postings',
      head: say('journal.postings'),
      wide: true,
      cell: ({ postings }) =>
        postings.length === 0 ? null : (
          <span className="postings">
            {postings.map(({ account, amount }) => (
              <span key={account}>
                {word('ledger', account)} <Money amount={amount} difference />
              </span>
            ))}
          </span>
        ),
    },
    {
      key: 'transaction',
      head: say('journal.transaction'),
      cell: ({ transactionId }) => (transactionId === null ? null : <Link href={storyPath(terminalId, transactionId)}>{say('journal.story')}</Link>),
    },
  ];
}

/** One entry as it was written, with what is sealed in it for whoever may open that. */
export function EntryDialog({ terminalId, entry, onClose }: { readonly terminalId: string; readonly entry: EntryRow; readonly onClose: () => void }) {
  const { say, word } = usePreferences();
  const mayOpen = useMay('sealed.open');
  const [asking, setAsking] = useState(false);
  const openSealed = useAct('openSealed');
  if (asking) {
    return (
      <ReasonDialog
        title={say('sealed.title')}
        lead={say('sealed.lead')}
        go={say('sealed.go')}
        busy={openSealed.isPending}
        failure={openSealed.error}
        onClose={() => setAsking(false)}
        onGo={(reason) =>
          openSealed.mutate(
            { params: { terminalId, epoch: entry.epoch, seq: entry.seq }, body: { reason } },
            {
              onSuccess: () => setAsking(false),
            },
          )
        }
      />
    );
  }
  return (
    <Dialog title={say('journal.entryTitle', { seq: `${entry.epoch}/${entry.seq}`, kind: word('kind', entry.kind) })} onClose={onClose}>
      <div className="body">
        <dl className="pairs">
          <dt>{say('journal.kind')}</dt>
          <dd>
            <Code>{entry.kind}</Code>
          </dd>
          <dt>{say('column.at')}</dt>
          <dd>
            <Moment at={entry.at} precision="ms" />
          </dd>
          <dt>{say('journal.businessDate')}</dt>
          <dd>{entry.businessDate}</dd>
          <dt>{say('journal.received')}</dt>
          <dd>
            <Moment at={entry.receivedAt} />
          </dd>
        </dl>
        <pre className="body-text" tabIndex={0} aria-label={say('journal.body')}>
          {JSON.stringify(entry.body, null, 2)}
        </pre>
        <p className="small">
          {say('journal.hash')} <bdi className="mono break">{entry.hash}</bdi>
        </p>
        {entry.sealed && mayOpen && openSealed.data === undefined && (
          <div className="buttons buttons--end">
            <button type="button" className="btn" onClick={() => setAsking(true)}>
              {say('sealed.open')}
            </button>
          </div>
        )}
        {openSealed.data !== undefined && (
          <dl className="pairs">
            {openSealed.data.fields.map(({ path, text }) => (
              <SealedField key={path} path={path} text={text} />
            ))}
          </dl>
        )}
      </div>
    </Dialog>
  );
}

function SealedField({ path, text }: { readonly path: string; readonly text: string }) {
  return (
    <>
      <dt>
        <Code>{path}</Code>
      </dt>
      <dd>{text}</dd>
    </>
  );
}
