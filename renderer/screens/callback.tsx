/** 预约回电: when the desk can call, all that is sent, and the time with its number. */
import type { Preferences, ViewBodyOf } from '../../state-machines/view.ts';
import { Button } from '../components/button.tsx';
import { Actions, Read, Touch } from '../components/frame.tsx';
import { Icon } from '../components/icon.tsx';
import { Action, BackAction, Notice } from '../components/parts.tsx';
import { useKiosk } from '../kiosk-context.ts';
import type { Say } from '../words.ts';
import { Field, momentText } from './desk-ticket.tsx';
import { DeskToldNumber, DeskToldTitle } from './desk-told.tsx';
import { callbackWords, changeTitles } from './desk-words.ts';
import { PagedActions, PageNumber } from './support.tsx';

export function CallbackSlots({ body }: { readonly body: ViewBodyOf<'callback-slots'> }) {
  const { view, say } = useKiosk();
  const { day, slots, remark } = body;
  if (day === undefined) return <NoSlots why={remark === 'offline' ? 'offline' : 'full'} />;
  return (
    <>
      <Read className="read--help">
        <h1 className="title">{say('callback.slotsTitle')}</h1>
        <p className="lead under-title strong tn" data-testid="callback-day">
          {dayText(day, view.preferences.locale, say)}
        </p>
        <PageNumber page={body} />
        {remark === 'taken' && (
          <Notice tone="warn" icon="warn" live="status">
            <p className="body">{say('callback.taken')}</p>
          </Notice>
        )}
      </Read>
      <Touch className="touch--groups">
        <div className="tiles tiles--2">
          {slots.map(({ start, from, to }) => (
            <Button key={start} testId={`slot-${from}`} act={{ type: 'slot', start }} className="tile slot-tile">
              <span className="name tn">
                <bdi>
                  {from}–{to}
                </bdi>
              </span>
            </Button>
          ))}
        </div>
      </Touch>
      <PagedActions page={body} person={false} />
    </>
  );
}

/** `今天 · 11月23日周一` */
function dayText({ date, inDays }: NonNullable<ViewBodyOf<'callback-slots'>['day']>, locale: Preferences['locale'], say: Say): string {
  const format = new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, {
    day: 'numeric',
    month: locale === 'en' ? 'short' : 'long',
    weekday: 'short',
    timeZone: 'UTC',
  });
  const named = format.format(Date.parse(date));
  return inDays > 1 ? named : `${say(inDays === 0 ? 'callback.today' : 'callback.tomorrow')} · ${named}`;
}

/** What one can do instead. */
function NoSlots({ why }: { readonly why: 'full' | 'offline' }) {
  const { say } = useKiosk();
  return (
    <>
      <Read className="read--help">
        <h1 className="title">{say(`callback.${why}Title`)}</h1>
        <p className="lead under-title">{say(`callback.${why}Lead`)}</p>
      </Read>
      <Touch className="touch--standings">
        <Notice tone="info" icon="info">
          <p className="body">{say('callback.noneNow')}</p>
        </Notice>
      </Touch>
      <Actions>
        <BackAction />
        <Action testId="desk-ticket" act={{ type: 'desk', purpose: 'ticket' }} look="primary" icon="ticket">
          {say('callback.ticket')}
        </Action>
      </Actions>
    </>
  );
}

export function CallbackReview({ body }: { readonly body: ViewBodyOf<'callback-review'> }) {
  const { say } = useKiosk();
  const { topic, start, end, phone, tail } = body;
  return (
    <>
      <Read className="read--help">
        <h1 className="title">{say('callback.reviewTitle')}</h1>
        <p className="lead quiet under-title">{say('callback.reviewLead')}</p>
        <p className="body typing-hint">{say('callback.ifFull')}</p>
      </Read>
      <Touch className="touch--lines">
        <dl className="panel fields">
          <Field name={say('callback.when')} value={say('callback.whenText', spanOf(start, end))} />
          <Field name={say('ticket.phone')} value={phone} />
          <Field name={say('ticket.about')} value={say(`ticket.topic.${topic}`)} />
          {tail !== undefined && <Field name={say('ticket.card')} value={say('card.tail', { tail })} />}
        </dl>
      </Touch>
      <Actions>
        <BackAction />
        <Action testId="confirm" act={{ type: 'confirm' }} look="primary" icon="call">
          {say('callback.book')}
        </Action>
      </Actions>
    </>
  );
}

/** What is booked, and what it is to become. */
export function CallbackChange({ body }: { readonly body: ViewBodyOf<'callback-change'> }) {
  if (body.asks === 'which') return <ChooseChange body={body} />;
  return <ConfirmChange body={body} />;
}

function ChooseChange({ body: { start, end } }: { readonly body: ViewBodyOf<'callback-change'> }) {
  const { say } = useKiosk();
  return (
    <>
      <Read className="read--help">
        <h1 className="title">{say('callback.whichTitle')}</h1>
        <p className="lead under-title strong tn">{say('callback.whenText', spanOf(start, end))}</p>
        <p className="body quiet">{say('callback.whichLead')}</p>
      </Read>
      <Touch className="touch--groups">
        <div className="tiles tiles--2">
          <Button testId="move" act={{ type: 'change', to: 'move' }} className="tile change-tile">
            <Icon name="call" />
            <span className="name">{say('callback.move')}</span>
          </Button>
          <Button testId="call-off" act={{ type: 'change', to: 'cancel' }} className="tile change-tile">
            <Icon name="close" />
            <span className="name">{say('callback.callOff')}</span>
          </Button>
        </div>
      </Touch>
      <Actions layout="one">
        <BackAction />
      </Actions>
    </>
  );
}

function ConfirmChange({ body }: { readonly body: Exclude<ViewBodyOf<'callback-change'>, { asks: 'which' }> }) {
  const { say } = useKiosk();
  const { asks, number, start, end } = body;
  const cancels = asks === 'cancel';
  return (
    <>
      <Read className="read--help">
        <h1 className="title">{say(changeTitles[asks])}</h1>
        <p className="lead quiet under-title">{say(`callback.${asks}Lead`)}</p>
        {!cancels && <p className="body typing-hint">{say('callback.moveIfFull')}</p>}
      </Read>
      <Touch className="touch--lines">
        <dl className="panel fields">
          <Field name={say(cancels ? 'callback.when' : 'callback.from')} value={say('callback.whenText', spanOf(start, end))} />
          {body.asks === 'move' && <Field name={say('callback.to')} value={say('callback.whenText', spanOf(body.to.start, body.to.end))} />}
          <Field name={say('progress.numberField')} value={number} />
        </dl>
      </Touch>
      <Actions>
        <BackAction word={cancels ? 'callback.keep' : 'button.back'} />
        <Action testId="confirm" act={{ type: 'confirm' }} look={cancels ? 'danger' : 'primary'} icon={cancels ? 'close' : 'call'}>
          {say(cancels ? 'callback.callOff' : 'callback.moveIt')}
        </Action>
      </Actions>
    </>
  );
}

function spanOf(start: string, end: string): { readonly date: string; readonly from: string; readonly to: string } {
  const [date = '', from = ''] = momentText(start).split(' ');
  return { date, from, to: momentText(end).slice(11) };
}

export function CallbackTold({ body }: { readonly body: ViewBodyOf<'callback-told'> }) {
  const { say } = useKiosk();
  const { state, start, end, moved = false } = body;
  const { date, from, to } = spanOf(start, end);
  const words = callbackWords(body);
  return (
    <>
      <Read className="read--loss">
        <DeskToldTitle state={state} title={say(words.title)} otherwise={moved} />
        <p className="lead under-title">{say(words.lead)}</p>
        <div className="figure told-since">
          <p className="body quiet">{say(words.at)}</p>
          <p className="told-time told-time--span tn">
            <bdi data-testid="callback-time">
              {from}–{to}
            </bdi>
          </p>
          <p className="body quiet tn">
            <bdi>{date}</bdi>
          </p>
        </div>
      </Read>
      <DeskToldNumber body={body} how={say(words.how)} />
    </>
  );
}
