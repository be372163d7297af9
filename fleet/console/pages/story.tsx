/** One transaction as a timeline: the line of the money from the person over the terminal to the card, beside what the journal says at each step. */
import { useState } from 'react';
import { Link } from 'wouter';
import type { Story } from '../../console-api/journal.ts';
import { useAnswer } from '../api/queries.ts';
import { Icon } from '../components/icon.tsx';
import { Shown } from '../components/states.tsx';
import { Code, Hash, Money, Status } from '../components/text.tsx';
import { formatCount, formatDuration, formatMoment, zoneName } from '../format.ts';
import { terminalPath } from '../paths.ts';
import { usePreferences, useSay } from '../preferences.tsx';
import { useOffset } from '../time.tsx';
import { detailsOf } from './story/details.ts';
import { places, wayOf, type Place, type Step, type WayStep } from './story/way.ts';
import { EntryDialog } from './terminal/journal.tsx';
import { OutcomeStatus } from './transaction-columns.tsx';

export function StoryPage({ terminalId, transactionId }: { readonly terminalId: string; readonly transactionId: string }) {
  const say = useSay();
  const story = useAnswer('story', { params: { terminalId, transactionId } });
  return (
    <>
      <div className="page-head">
        <Link href={terminalPath(terminalId, 'transactions')} className="back-link">
          <Icon name="back" />
          <Code>{terminalId}</Code>
        </Link>
        <h1>
          {say('story.title')} {story.data !== undefined && <Code>{story.data.transaction.reference}</Code>}
        </h1>
      </div>
      <Shown answer={story}>
        {(told) => (
          <div className="story">
            <Timeline terminalId={terminalId} story={told} />
            <div className="side">
              <Result story={told} />
              <Believe story={told} />
            </div>
          </div>
        )}
      </Shown>
    </>
  );
}

function Timeline({ terminalId, story }: { readonly terminalId: string; readonly story: Story }) {
  const say = useSay();
  const offset = useOffset();
  const [opened, setOpened] = useState<Step>();
  const way = wayOf(story.steps);
  const { openedAt } = story.transaction;
  return (
    <section className="panel">
      <header>
        <h2>{say('story.timeline')}</h2>
        <span className="small tn">
          {formatMoment(openedAt, offset, 'day')} {zoneName(offset)}
        </span>
      </header>
      <div className="way-head" aria-hidden="true">
        {places.map((place) => (
          <span key={place} className={`at-${place}`}>
            {say(`place.${place}`)}
          </span>
        ))}
      </div>
      <ol className="way">
        {way.map((wayStep, index) => (
          <WayRow
            key={`${wayStep.step.epoch}/${wayStep.step.seq}`}
            now={wayStep}
            before={way[index - 1]}
            after={way[index + 1]}
            good={story.transaction.outcome === 'delivered'}
            open={() => setOpened(wayStep.step)}
          />
        ))}
      </ol>
      {opened !== undefined && <EntryDialog terminalId={terminalId} entry={opened} onClose={() => setOpened(undefined)} />}
    </section>
  );
}

/** Longer than this between two steps is said: somebody waited. */
const WORTH_SAYING_MS = 30_000;

function WayRow({
  now,
  before,
  after,
  good,
  open,
}: {
  readonly now: WayStep;
  readonly before: WayStep | undefined;
  readonly after: WayStep | undefined;
  readonly good: boolean;
  readonly open: () => void;
}) {
  const { say, word, locale } = usePreferences();
  const offset = useOffset();
  const { step, place } = now;
  const waited = before !== undefined && step.afterMs >= WORTH_SAYING_MS;
  const strong = step.tone === 'money' || step.tone === 'good' || step.tone === 'end';
  return (
    <li data-waited={waited ? '' : undefined}>
      <time className="clock tn" dateTime={new Date(step.at).toISOString()}>
        {formatMoment(step.at, offset, 'clock')}
      </time>
      <Track now={now} before={before} after={after} good={good} />
      <div className="told" data-tone={step.tone} data-strong={strong ? '' : undefined}>
        {waited && <span className="gap">{say('story.later', { time: formatDuration(step.afterMs, locale) })}</span>}
        <button type="button" className="link" onClick={open}>
          {word('kind', step.kind)}
        </button>
        {step.amountFen !== null && <Money amount={step.amountFen} />}
        <Details body={step.body} />
        <span className="vh">
          {say('story.moneyIs')} {say(`place.${place}`)}
        </span>
      </div>
      <span className="seq">
        <Code>{step.seq}</Code>
      </span>
    </li>
  );
}

function Details({ body }: { readonly body: Step['body'] }) {
  const { say, word } = usePreferences();
  return detailsOf(body).map(({ name, value, group }) => (
    <span key={name} className="detail">
      {say('story.detail', { name: word('detail', name), value: group === undefined ? value : word(group, value) })}
    </span>
  ));
}

const X: Record<Place, number> = { person: 15, held: 50, card: 85 };

/** A row's piece of the line: from half-way to the row before, to half-way to the row after. Strokes keep their width however high the row is. */
function Track({
  now,
  before,
  after,
  good,
}: {
  readonly now: WayStep;
  readonly before: WayStep | undefined;
  readonly after: WayStep | undefined;
  readonly good: boolean;
}) {
  const x = X[now.place];
  const upper = before === undefined ? undefined : `M${(X[before.place] + x) / 2} 0L${x} 50`;
  const lower = after === undefined ? undefined : `M${x} 50L${(x + X[after.place]) / 2} 100`;
  return (
    <span className="track" aria-hidden="true">
      <svg viewBox="0 0 100 100" preserveAspectRatio="none">
        {places.map((place) => (
          <path key={place} className="rail" d={`M${X[place]} 0V100`} />
        ))}
        <Piece path={upper} uncertain={before?.uncertain === true} />
        <Piece path={lower} uncertain={now.uncertain} />
      </svg>
      {now.cut && <span className={`cut at-${now.place}`} />}
      {now.stop && !now.cut && <span className={`stop at-${now.place}`} data-end={after === undefined ? (good ? 'good' : 'other') : undefined} />}
    </span>
  );
}

function Piece({ path, uncertain }: { readonly path: string | undefined; readonly uncertain: boolean }) {
  if (path === undefined) return null;
  return (
    <>
      <path className="wire" data-uncertain={uncertain ? '' : undefined} d={path} />
      <path className="thread" data-uncertain={uncertain ? '' : undefined} d={path} />
    </>
  );
}

function Result({ story: { transaction, steps } }: { readonly story: Story }) {
  const { say, word } = usePreferences();
  const held = steps.at(-1)?.heldFen ?? 0;
  return (
    <section className="panel">
      <header>
        <h2>{say('story.result')}</h2>
        <OutcomeStatus transaction={transaction} />
      </header>
      <div className="body">
        <p className="figure-line">
          <span className="figure-big">
            <Money
              amount={
                transaction.outcome === 'delivered' || transaction.outcome === null ? transaction.loadedFen : transaction.refundedFen + transaction.owedFen
              }
            />
          </span>
          <span className="quiet">{say(`story.big.${transaction.outcome ?? 'open'}`)}</span>
        </p>
        <dl className="pairs">
          <dt>{say('transactions.card')}</dt>
          <dd>{transaction.cardTail === null ? '—' : <Code>{transaction.cardTail}</Code>}</dd>
          {transaction.tender !== null && (
            <>
              <dt>{say('transactions.tender')}</dt>
              <dd>{word('tender', transaction.tender)}</dd>
            </>
          )}
          <dt>{say('transactions.loaded')}</dt>
          <dd>
            <Money amount={transaction.loadedFen} />
          </dd>
          <dt>{say('transactions.refunded')}</dt>
          <dd>
            <Money amount={transaction.refundedFen} />
          </dd>
          <dt>{say('transactions.owed')}</dt>
          <dd>
            <Money amount={transaction.owedFen} />
          </dd>
          <dt>{say('story.held')}</dt>
          <dd>
            <b>
              <Money amount={held} />
            </b>
          </dd>
        </dl>
      </div>
    </section>
  );
}

/** What a third party could check, said only of what this server has checked or holds. */
function Believe({ story: { steps, proof } }: { readonly story: Story }) {
  const say = useSay();
  const last = steps.at(-1);
  const balanced = steps.every(({ postings }) => postings.reduce((sum, { amount }) => sum + amount, 0) === 0);
  const receipted = last !== undefined && proof.receiptedUpToSeq >= last.seq;
  const covered = last !== undefined && proof.checkpointSeq !== null && proof.checkpointSeq >= last.seq;
  return (
    <section className="panel">
      <header>
        <h2>{say('story.believe')}</h2>
      </header>
      <ul className="body proofs">
        <li>
          <Status tone="ok">{say('story.entries', { n: formatCount(steps.length) })}</Status>
        </li>
        <li>
          <Status tone={balanced ? 'ok' : 'danger'}>{say(balanced ? 'story.balanced' : 'story.unbalanced')}</Status>
        </li>
        <li>
          <Status tone={proof.frozen ? 'danger' : 'ok'}>{say(proof.frozen ? 'journal.frozen' : 'story.chained')}</Status>
        </li>
        <li>
          <Status tone={receipted ? 'ok' : 'off'}>{say(receipted ? 'story.receipted' : 'story.notReceipted')}</Status>
        </li>
        <li>
          <Status tone={covered ? 'ok' : 'off'}>{say(covered ? 'story.covered' : 'story.notCovered')}</Status>
        </li>
        {last !== undefined && (
          <li className="small">
            {say('story.lastHash')} <Hash hex={last.hash} />
          </li>
        )}
      </ul>
    </section>
  );
}
