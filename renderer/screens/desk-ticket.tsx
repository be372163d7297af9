/** 提交工单: what it is about, a telephone if one is wanted, all that is sent, and the number with the promise. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Button } from '../components/button.tsx';
import { Actions, Read, Touch } from '../components/frame.tsx';
import { Icon, type IconName } from '../components/icon.tsx';
import { Action, BackAction, Notice } from '../components/parts.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { money, type Say } from '../words.ts';
import { NumberPad } from './choose-amount.tsx';
import { DeskToldNumber, DeskToldTitle } from './desk-told.tsx';
import { PagedActions, PageNumber } from './support.tsx';

type Topic = ViewBodyOf<'ticket-topics'>['topics'][number];

const TOPIC_ICONS: Readonly<Record<Topic, IconName>> = {
  topUpMissing: 'topUp',
  cardFault: 'card',
  dispute: 'moneyBack',
  password: 'keys',
  device: 'printer',
  merchant: 'place',
  complaint: 'chat',
  suggestion: 'mail',
  account: 'balance',
  other: 'list',
};

export function TicketTopics({ body }: { readonly body: ViewBodyOf<'ticket-topics'> }) {
  const { say } = useKiosk();
  return (
    <>
      <Read className="read--help">
        <h1 className="title">{say('ticket.topicsTitle')}</h1>
        <p className="lead quiet under-title">{say('ticket.topicsLead')}</p>
        <PageNumber page={body} />
      </Read>
      <Touch className="touch--groups">
        <div className="tiles tiles--2">
          {body.topics.map((topic) => (
            <Button key={topic} testId={`topic-${topic}`} act={{ type: 'topic', topic }} className="tile help-group">
              <span className="ask-icon ask-icon--filled">
                <Icon name={TOPIC_ICONS[topic]} />
              </span>
              <span className="name">{say(`ticket.topic.${topic}`)}</span>
            </Button>
          ))}
        </div>
      </Touch>
      <PagedActions page={body} person={false} />
    </>
  );
}

export function TicketPhone({ body: { shown, count, callback } }: { readonly body: ViewBodyOf<'ticket-phone'> }) {
  const { say } = useKiosk();
  const off = count === 11 ? undefined : say('ticket.notWhole');
  return (
    <>
      <Read className="read--typing">
        <h1 className="title">{say(callback === true ? 'callback.phoneTitle' : 'ticket.phoneTitle')}</h1>
        <p className="lead quiet under-title">{say(callback === true ? 'callback.phoneLead' : 'ticket.phoneLead')}</p>
        <p className="body quiet typing-hint">{say('ticket.phoneHidden')}</p>
      </Read>
      <Touch className="touch--typing">
        <div className="typed">
          <p className="typed-value typed-value--secret" role="status" data-secret={count} aria-label={say('ticket.phoneField')}>
            <bdi data-testid="typed">{shown}</bdi>
            <span className="caret" aria-hidden="true" />
          </p>
        </div>
        <NumberPad />
      </Touch>
      <Actions layout="even">
        <BackAction />
        {count === 0 && callback === undefined ? (
          <Action testId="skip" act={{ type: 'skip' }} look="primary" iconAfter="next">
            {say('ticket.skip')}
          </Action>
        ) : (
          <Action testId="confirm" act={{ type: 'confirm' }} look="primary" iconAfter="next" off={off}>
            {off ?? say('ticket.next')}
          </Action>
        )}
      </Actions>
    </>
  );
}

export function TicketReview({ body }: { readonly body: ViewBodyOf<'ticket-review'> }) {
  const { view, say } = useKiosk();
  const { topic, tail, transaction, phone } = body;
  return (
    <>
      <Read className="read--help">
        <h1 className="title">{say('ticket.reviewTitle')}</h1>
        <p className="lead quiet under-title">{say('ticket.reviewLead')}</p>
      </Read>
      <Touch className="touch--lines">
        <dl className="panel fields">
          <Field name={say('ticket.about')} value={say(`ticket.topic.${topic}`)} />
          {tail !== undefined && <Field name={say('ticket.card')} value={say('card.tail', { tail })} />}
          {transaction !== undefined && <Field name={say('ticket.transaction')} value={transactionText(transaction, say)} />}
          <Field name={say('ticket.machine')} value={view.site.terminal} />
          {phone !== undefined && <Field name={say('ticket.phone')} value={phone} />}
        </dl>
      </Touch>
      <Actions>
        <BackAction />
        <Action testId="confirm" act={{ type: 'confirm' }} look="primary" icon="ticket">
          {say('ticket.submit')}
        </Action>
      </Actions>
    </>
  );
}

function transactionText({ amount, at }: NonNullable<ViewBodyOf<'ticket-review'>['transaction']>, say: Say): string {
  return say('ticket.transactionText', { amount: money(amount), at: momentText(at) });
}

/** To the minute. */
export function momentText(moment: string): string {
  return moment.slice(0, 16).replace('T', ' ');
}

export function Field({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div className="field">
      <dt className="body quiet">{name}</dt>
      <dd className="lead strong tn">
        <bdi>{value}</bdi>
      </dd>
    </div>
  );
}

export function TicketTold({ body }: { readonly body: ViewBodyOf<'ticket-told'> }) {
  const { say } = useKiosk();
  const { state } = body;
  return (
    <>
      <Read className="read--loss">
        <DeskToldTitle state={state} title={say(`ticket.${state}Title`)} />
        <p className="lead under-title">{say(`ticket.${state}Lead`)}</p>
        <Promise body={body} />
      </Read>
      <DeskToldNumber body={body} how={say('ticket.how')} />
    </>
  );
}

/** The moment, where the desk has said it; else within how much working time. */
function Promise({ body: { due, within } }: { readonly body: ViewBodyOf<'ticket-told'> }) {
  const { say } = useKiosk();
  if (due === undefined) {
    return (
      <Notice tone="info" icon="wait">
        <p className="body strong">{withinText(within, say)}</p>
      </Notice>
    );
  }
  const [day = '', time = ''] = due.split('T');
  return (
    <div className="figure told-since">
      <p className="body quiet">{say('ticket.due')}</p>
      <p className="told-time tn">
        <bdi data-testid="ticket-due">{time.slice(0, 5)}</bdi>
      </p>
      <p className="body quiet tn">
        <bdi>{day}</bdi>
      </p>
    </div>
  );
}

function withinText(within: ViewBodyOf<'ticket-told'>['within'], say: Say): string {
  if (within === undefined) return say('ticket.withinUnknown');
  if ('days' in within) return say('ticket.withinDays', { n: within.days });
  const { minutes } = within;
  return minutes % 60 === 0 ? say('ticket.withinHours', { n: minutes / 60 }) : say('ticket.withinMinutes', { n: minutes });
}
