/** One ticket: its promise and what can be done, what the person said and is told, the transaction that it is about, and all that happened. */
import { useRef, useState } from 'react';
import { Link } from 'wouter';
import type { TicketDetail } from '../../console-api/tickets.ts';
import { useAct, useAnswer } from '../api/queries.ts';
import { DeskHistory } from '../components/desk-history.tsx';
import { Icon } from '../components/icon.tsx';
import { SealedField } from '../components/sealed-field.tsx';
import { Notice, Shown, useFailureWords } from '../components/states.tsx';
import { Code, Money, Moment } from '../components/text.tsx';
import { formatCount } from '../format.ts';
import { storyPath, terminalPath } from '../paths.ts';
import { usePreferences, useSay } from '../preferences.tsx';
import { useMay, useSession } from '../session.tsx';
import { useNow } from '../time.tsx';
import { CallbackDialog } from './callbacks/callback-dialog.tsx';
import { CallbackLines } from './callbacks/lines.tsx';
import { DeedDialog, type AskedDeed } from './tickets/deed-dialog.tsx';
import { deedsFor, isPlain, type Deed } from './tickets/deeds.ts';
import { readPromise } from './tickets/promise.ts';
import { PromiseStatus, TicketStatus, TicketTags, useTold } from './tickets/words.tsx';
import { OutcomeStatus } from './transaction-columns.tsx';

export function TicketPage({ ticketId }: { readonly ticketId: string }) {
  const say = useSay();
  const answer = useAnswer('ticket', { params: { ticketId } }, { live: true });
  return (
    <>
      <div className="page-head">
        <Link href="/tickets" className="back-link">
          <Icon name="back" />
          {say('tickets.title')}
        </Link>
        <h1>
          {say('ticket.title')} {answer.data !== undefined && <Code>{answer.data.ticket.number}</Code>}
        </h1>
        {answer.data !== undefined && <TicketTags ticket={answer.data.ticket} />}
      </div>
      <Shown answer={answer}>
        {(detail) => (
          <>
            <Standing detail={detail} />
            <div className="story">
              <div className="side">
                <Said detail={detail} />
                <Transaction detail={detail} />
                <section className="panel">
                  <header>
                    <h2>{say('ticket.history')}</h2>
                  </header>
                  <div className="body">
                    <DeskHistory history={detail.history} />
                  </div>
                </section>
              </div>
              <div className="side">
                <Told detail={detail} />
                <Person detail={detail} />
                {detail.callbacks.length > 0 && <Callbacks callbacks={detail.callbacks} />}
              </div>
            </div>
          </>
        )}
      </Shown>
    </>
  );
}

/** The promise's clock, who has the ticket, and what can be done with it. */
function Standing({ detail }: { readonly detail: TicketDetail }) {
  const { say, word } = usePreferences();
  const { name } = useSession();
  const mayWork = useMay('tickets.work');
  const { ticket } = detail;
  return (
    <section className="panel standing" aria-label={say('ticket.working')} data-tone={readPromise(ticket, useNow()).tone}>
      <div className="clock">
        <PromiseStatus ticket={ticket} />
        <PromiseMoment detail={detail} />
      </div>
      <dl className="facts">
        <div>
          <dt>{say('tickets.state')}</dt>
          <dd>
            <TicketStatus state={ticket.state} />
          </dd>
        </div>
        <div>
          <dt>{say('tickets.assignee')}</dt>
          <dd>{ticket.assignee === null ? say('tickets.nobody') : ticket.assignee === name ? say('tickets.you') : ticket.assignee}</dd>
        </div>
        <div>
          <dt>{say('ticket.queue')}</dt>
          <dd>{word('queue', ticket.queue)}</dd>
        </div>
      </dl>
      {mayWork && <Deeds detail={detail} />}
    </section>
  );
}

function PromiseMoment({ detail: { ticket } }: { readonly detail: TicketDetail }) {
  const say = useSay();
  const { word } = readPromise(ticket, useNow());
  if (word === 'paused') return <span className="small">{say('promise.pausedWhy')}</span>;
  const at = word === 'over' ? (ticket.breachedAt ?? ticket.dueAt) : ticket.dueAt;
  if (at === null) return null;
  return (
    <span className="small">
      {say(word === 'over' ? 'promise.brokenAt' : 'promise.by')} <Moment at={at} precision="minute" />
    </span>
  );
}

function Deeds({ detail }: { readonly detail: TicketDetail }) {
  const say = useSay();
  const words = useFailureWords();
  const { name } = useSession();
  const act = useAct('actOnTicket');
  const [asking, setAsking] = useState<{ readonly deed: AskedDeed; readonly detail: TicketDetail }>();
  const { ticket, lastSeq } = detail;
  const possible = deedsFor(ticket, name);
  const place = useRef<HTMLDivElement>(null);
  // What was pressed may be gone afterwards: the focus stays where it was, for whoever works by keys.
  const keepPlace = (): void =>
    void requestAnimationFrame(() => {
      if (document.activeElement === document.body) place.current?.focus({ preventScroll: true });
    });
  const close = (): void => {
    setAsking(undefined);
    keepPlace();
  };
  const press = (deed: Deed): void => {
    if (!isPlain(deed)) return setAsking({ deed, detail });
    act.mutate({ params: { ticketId: ticket.ticketId }, body: { seen: lastSeq, action: { do: deed } } }, { onSettled: keepPlace });
  };
  return (
    <>
      <div className="buttons deeds" ref={place} tabIndex={-1} role="group" aria-label={say('ticket.working')}>
        {possible.map((deed, index) => (
          <button
            key={deed}
            type="button"
            className={`btn ${index === 0 && deed !== 'note' ? 'btn--primary' : ''}`}
            disabled={act.isPending}
            onClick={() => press(deed)}
          >
            {say(deed === 'assign' && ticket.assignee !== null ? 'ticket.do.takeOver' : `ticket.do.${deed}`)}
          </button>
        ))}
      </div>
      {act.error !== null && (
        <Notice tone="danger" live="alert">
          {words(act.error)}
        </Notice>
      )}
      {asking !== undefined && <DeedDialog deed={asking.deed} detail={asking.detail} onClose={close} />}
    </>
  );
}

function Said({ detail: { ticket, text, language, submittedAt } }: { readonly detail: TicketDetail }) {
  const { say, word } = usePreferences();
  const sees = useMay('tickets.evidence');
  return (
    <section className="panel">
      <header>
        <h2>{say('ticket.said')}</h2>
        <span className="small">
          <Moment at={submittedAt} precision="minute" />
        </span>
      </header>
      <div className="body said">
        <p>
          <b>{say(`ticketKind.${ticket.kind}`)}</b>
        </p>
        {sees ? (
          text === null ? (
            <p className="quiet">{say('ticket.nothingSaid')}</p>
          ) : (
            <blockquote lang={language}>{text}</blockquote>
          )
        ) : (
          <p className="quiet">{say('ticket.hidden')}</p>
        )}
        <dl className="facts">
          <div>
            <dt>{say('tickets.terminal')}</dt>
            <dd>
              <Link href={terminalPath(ticket.terminalId)}>
                <Code>{ticket.terminalId}</Code>
              </Link>
            </dd>
          </div>
          {ticket.verdict !== null && (
            <div>
              <dt>{say('ticket.verdict')}</dt>
              <dd>{word('kind', ticket.verdict)}</dd>
            </div>
          )}
          <div>
            <dt>{say('ticket.language')}</dt>
            <dd>{word('language', language)}</dd>
          </div>
        </dl>
      </div>
    </section>
  );
}

function Transaction({ detail }: { readonly detail: TicketDetail }) {
  const say = useSay();
  const sees = useMay('tickets.evidence');
  return (
    <section className="panel">
      <header>
        <h2>{say('ticket.transaction')}</h2>
        {detail.transaction !== null && <Code>{detail.transaction}</Code>}
      </header>
      <div className="body">
        {detail.transaction === null ? <p className="quiet">{say('ticket.noTransaction')}</p> : <Found reference={detail.transaction} />}
        {sees && detail.evidence !== null && <Evidence ticketId={detail.ticket.ticketId} range={detail.evidence} />}
      </div>
    </section>
  );
}

/** A number stands for one transaction nearly always, so all that it finds are shown. */
function Found({ reference }: { readonly reference: string }) {
  const say = useSay();
  const answer = useAnswer('findTransactions', { query: { reference } }, { live: true });
  return (
    <Shown answer={answer}>
      {({ transactions }) =>
        transactions.length === 0 ? (
          <p className="quiet">{say('ticket.notArrived', { reference })}</p>
        ) : (
          <ul className="found">
            {transactions.map((transaction) => (
              <li key={transaction.transactionId}>
                <OutcomeStatus transaction={transaction} />
                <span className="small">
                  <Moment at={transaction.openedAt} precision="minute" />
                </span>
                <span>
                  {say('transactions.loaded')} <Money amount={transaction.loadedFen} />
                </span>
                {transaction.refundedFen !== 0 && (
                  <span>
                    {say('transactions.refunded')} <Money amount={transaction.refundedFen} />
                  </span>
                )}
                {transaction.owedFen !== 0 && (
                  <span>
                    {say('transactions.owed')} <Money amount={transaction.owedFen} />
                  </span>
                )}
                <Link href={storyPath(transaction.terminalId, transaction.transactionId)} className="btn">
                  {say('ticket.toStory')}
                  <Icon name="next" />
                </Link>
              </li>
            ))}
          </ul>
        )
      }
    </Shown>
  );
}

function Evidence({ ticketId, range: { fromSeq, toSeq } }: { readonly ticketId: string; readonly range: NonNullable<TicketDetail['evidence']> }) {
  const say = useSay();
  const { data } = useAnswer('ticketStory', { params: { ticketId } }, { live: true });
  if (data === undefined) return null;
  const values = { from: formatCount(fromSeq), to: formatCount(toSeq), n: formatCount(data.missing) };
  return <p className="small evidence">{say(data.missing === 0 ? 'ticket.evidenceAll' : 'ticket.evidenceMissing', values)}</p>;
}

function Told({ detail }: { readonly detail: TicketDetail }) {
  const say = useSay();
  const told = useTold()(detail);
  return (
    <section className="panel">
      <header>
        <h2>{say('ticket.toldTitle')}</h2>
      </header>
      <div className="body">
        <p className="small">{say('ticket.toldHow')}</p>
        <p className="told-screen">{told}</p>
      </div>
    </section>
  );
}

function Person({ detail: { ticket, contactMasked, sealed } }: { readonly detail: TicketDetail }) {
  const say = useSay();
  const sees = useMay('tickets.evidence');
  const of = (field: 'card' | 'contact') => ({ subject: 'ticket', id: ticket.ticketId, field }) as const;
  return (
    <section className="panel">
      <header>
        <h2>{say('ticket.person')}</h2>
      </header>
      <div className="body">
        {sees ? (
          <dl className="pairs pairs--tall">
            <dt>{say('ticket.contact')}</dt>
            <dd>
              {contactMasked === null ? (
                <span className="quiet">{say('ticket.noContact')}</span>
              ) : sealed.includes('contact') ? (
                <SealedField of={of('contact')}>
                  <Code>{contactMasked}</Code>
                </SealedField>
              ) : (
                <Code>{contactMasked}</Code>
              )}
            </dd>
            <dt>{say('ticket.card')}</dt>
            <dd>
              {ticket.cardTail === null ? (
                '—'
              ) : sealed.includes('card') ? (
                <SealedField of={of('card')}>
                  <Code>{ticket.cardTail}</Code>
                </SealedField>
              ) : (
                <Code>{ticket.cardTail}</Code>
              )}
            </dd>
          </dl>
        ) : (
          <p className="quiet">{say('ticket.hidden')}</p>
        )}
      </div>
    </section>
  );
}

function Callbacks({ callbacks }: Pick<TicketDetail, 'callbacks'>) {
  const say = useSay();
  const [opened, setOpened] = useState<string>();
  return (
    <section className="panel">
      <header>
        <h2>{say('ticket.callbacks')}</h2>
      </header>
      <CallbackLines callbacks={callbacks} onOpen={setOpened} withTime />
      {opened !== undefined && <CallbackDialog callbackId={opened} onClose={() => setOpened(undefined)} />}
    </section>
  );
}
