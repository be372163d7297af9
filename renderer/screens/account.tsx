/** 卡片服务: what can be done to the card, one confirmation, the card being written, and what is true then. */
import type { ReactNode } from 'react';
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Button } from '../components/button.tsx';
import { Dock } from '../components/card.tsx';
import { Actions, Read, Touch } from '../components/frame.tsx';
import { Icon, type IconName } from '../components/icon.tsx';
import { AskingScene } from '../components/loss-pictures.tsx';
import { Action, BackAction, FinishAction, FourLines, Notice, Ring } from '../components/parts.tsx';
import { PutBackScene } from '../components/pictures.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { paperText, PrintTold } from './told-slip.tsx';

type Service = ViewBodyOf<'account-menu'>['services'][number];

const ICONS: Readonly<Record<Service['name'], IconName>> = {
  activate: 'tick',
  extend: 'wait',
  unblock: 'lock',
  enable: 'next',
  release: 'handCard',
  password: 'lock',
};

export function AccountMenu({ body: { card, services } }: { readonly body: ViewBodyOf<'account-menu'> }) {
  const { say } = useKiosk();
  return (
    <>
      <Read className="read--dock">
        <h1 className="title">{say('account.title')}</h1>
        <p className="lead quiet under-title">{say('account.lead')}</p>
        <Dock
          tail={card.tail}
          note={{ text: card.validUntil === undefined ? say('menu.cardHere') : say('card.validUntil', { date: card.validUntil }), tone: 'quiet' }}
        />
      </Read>
      <Touch className="touch--cards">
        <ul className="card-rows">
          {services.map((service) => (
            <li key={service.index}>
              <ServiceRow service={service} />
            </li>
          ))}
        </ul>
      </Touch>
      <Actions>
        <BackAction />
        <FinishAction word="button.finish" />
      </Actions>
    </>
  );
}

function ServiceRow({ service: { index, name, service } }: { readonly service: Service }) {
  const { say } = useKiosk();
  return (
    <Button testId={`service-${name}`} act={{ type: 'pick', index }} className="tile card-row">
      <Icon name={ICONS[name]} />
      <span className="tile-text">
        <span className="name">{say(`account.${name}.name`, { service: say(`account.service.${service ?? 'other'}`) })}</span>
        <span className="sub">{say(`account.${name}.sub`)}</span>
      </span>
      <Icon name="chevron" />
    </Button>
  );
}

export function AccountConfirm({ body: { name, service, card } }: { readonly body: ViewBodyOf<'account-confirm'> }) {
  const { say, size } = useKiosk();
  const named = { service: say(`account.service.${service ?? 'other'}`) };
  return (
    <>
      <Read className="read--dock">
        <h1 className="title">{say(`account.${name}.title`, named)}</h1>
        {size === 'standard' && <Dock tail={card.tail} note={{ text: say('menu.cardHere'), tone: 'quiet' }} />}
      </Read>
      <Touch className="touch--loss">
        <dl className="panel four loss-effects">
          <Line icon={ICONS[name]}>{say(`account.${name}.what`, named)}</Line>
          <Line icon="info">{say(`account.${name}.after`)}</Line>
          <Line icon="lock">{say('account.money')}</Line>
        </dl>
      </Touch>
      <Actions>
        <BackAction />
        <Action testId="confirm" act={{ type: 'confirm' }} look="primary" icon="tick">
          {say('account.confirm')}
        </Action>
      </Actions>
    </>
  );
}

function Line({ icon, children }: { readonly icon: IconName; readonly children: ReactNode }) {
  return (
    <div className="four-line">
      <dt>
        <Icon name={icon} />
      </dt>
      <dd>{children}</dd>
    </div>
  );
}

export function AccountWorking({ body: { what, tail } }: { readonly body: ViewBodyOf<'account-working'> }) {
  const { say } = useKiosk();
  const writing = what === 'writing';
  return (
    <Read className={writing ? 'read--dock' : ''}>
      <div className={`title ${writing ? '' : 'title--hero'}`} role="status">
        <h1>{say(`account.working.${what}Title`)}</h1>
      </div>
      <p className="lead quiet under-title">{say(`account.working.${what}Lead`)}</p>
      {writing ? <Dock tail={tail} note={{ text: say('menu.cardHere'), tone: 'quiet' }} /> : <AskingScene />}
    </Read>
  );
}

export function AccountPutBack({ body: { tail, otherTail, reference, wait } }: { readonly body: ViewBodyOf<'account-put-back'> }) {
  const { say, landscape } = useKiosk();
  const stillWaiting = (
    <div className="still-waiting">
      <p className="body quiet">{say('account.putBack.end')}</p>
      <Ring wait={wait} large />
    </div>
  );
  return (
    <>
      <Read>
        <div className="title" role="alert">
          <h1>{say(otherTail === undefined ? 'account.putBack.title' : 'account.putBack.otherTitle')}</h1>
        </div>
        <div className="put-back-place">
          <PutBackScene />
          <p className="lead strong tn">{say('card.tail', { tail })}</p>
        </div>
        {landscape && stillWaiting}
      </Read>
      <Touch className="touch--lines">
        <div className="panel panel--four panel--warn">
          <FourLines
            happened={otherTail === undefined ? say('account.putBack.happened') : say('account.putBack.otherHappened', { otherTail })}
            money={say('account.putBack.money')}
            now={say('account.putBack.now', { tail })}
            reference={reference}
          />
          {!landscape && stillWaiting}
        </div>
      </Touch>
      <Actions layout="one">
        <Action testId="put-back-leave" act={{ type: 'give-up-card' }} icon="help">
          {say('putBack.leave')}
        </Action>
      </Actions>
    </>
  );
}

type Told = ViewBodyOf<'account-told'>;
type Open = Extract<Told['state'], 'cardGone' | 'issuerOffline' | 'releaseOpen' | 'passwordOpen'>;
const isOpen = (state: Told['state']): state is Open =>
  state === 'cardGone' || state === 'issuerOffline' || state === 'releaseOpen' || state === 'passwordOpen';

export function AccountTold({ body }: { readonly body: Told }) {
  const { state } = body;
  return isOpen(state) ? <Unfinished body={body} state={state} /> : <Finished body={body} state={state} />;
}

function Finished({ body, state }: { readonly body: Told; readonly state: Exclude<Told['state'], Open> }) {
  const { say, size } = useKiosk();
  const { tail, since, document, wait } = body;
  const small = size === 'standard';
  return (
    <>
      <Read className={small ? 'read--dock' : 'read--loss'}>
        <div className="title told-title told-title--effective" role="status">
          <span className="told-sign">
            <Icon name="tick" />
          </span>
          <h1>{say(`account.told.${state}`)}</h1>
        </div>
        <p className="lead under-title">{say(`account.told.${state}Lead`)}</p>
        <Figure body={body} />
        {small && <Dock tail={tail} note={{ text: say('menu.cardHere'), tone: 'quiet' }} />}
      </Read>
      <Touch className="touch--loss">
        <dl className="panel four loss-effects">
          {since !== undefined && <Line icon="tick">{`${say('account.told.since')} ${since.replace('T', ' ')}`}</Line>}
          {document && <Line icon="card">{say('loss.told.document')}</Line>}
          <Line icon="lock">{say('account.told.money')}</Line>
        </dl>
        {state !== 'begunElsewhere' && <Paper body={body} />}
        {wait !== undefined && <Ring wait={wait} />}
      </Touch>
      <LastActions body={body} />
    </>
  );
}

/** The one figure of the screen: to which day, or from when on everywhere. */
function Figure({ body: { until, everywhere } }: { readonly body: Told }) {
  const { say } = useKiosk();
  if (until === undefined && everywhere === undefined) return null;
  const [day = '', time = ''] = (everywhere ?? '').split('T');
  return (
    <div className="figure told-since">
      <p className="body quiet">{say(until === undefined ? 'account.told.everywhere' : 'account.told.until')}</p>
      <p className={until === undefined ? 'told-time tn' : 'title tn'}>
        <bdi data-testid="account-from">{until ?? time.slice(0, 5)}</bdi>
      </p>
      {until === undefined && (
        <p className="body quiet tn">
          <bdi>{day}</bdi>
        </p>
      )}
    </div>
  );
}

/** Not at its end: what is so far, and the number under which it goes on. */
function Unfinished({ body, state }: { readonly body: Told; readonly state: Open }) {
  const { view, say } = useKiosk();
  const { hotline } = view.site;
  const { reference, document, wait } = body;
  return (
    <>
      <Read>
        <div className="title told-title told-title--queued" role="alert">
          <span className="told-sign">
            <Icon name="warn" />
          </span>
          <h1>{say(`account.told.${state}`)}</h1>
        </div>
        {document && <p className="lead under-title">{say('loss.told.document')}</p>}
        <Paper body={body} />
        {paperText(body, say) === undefined && wait !== undefined && <Ring wait={wait} large />}
      </Read>
      <Touch className="touch--lines">
        <div className="panel panel--four panel--warn" role="alert">
          <FourLines
            happened={say(`account.told.${state}Happened`)}
            money={say('account.told.money')}
            now={state === 'releaseOpen' || state === 'passwordOpen' ? say(`account.told.${state}Now`, { hotline }) : say(`account.told.${state}Now`)}
            reference={reference}
          />
        </div>
      </Touch>
      <LastActions body={body} />
    </>
  );
}

/** What became of the slip. */
function Paper({ body }: { readonly body: Told }) {
  const { say } = useKiosk();
  const paper = paperText(body, say);
  if (paper === undefined) return null;
  return (
    <Notice tone="info" icon="printer" live="status">
      <p className="body">{paper}</p>
    </Notice>
  );
}

/** What was begun elsewhere has its slip there. */
function LastActions({ body }: { readonly body: Told }) {
  const { say } = useKiosk();
  const { state, canRetry } = body;
  const next = canRetry ? (
    <Action testId="retry" act={{ type: 'retry' }} look="primary" iconAfter="next">
      {say('button.retry')}
    </Action>
  ) : (
    <Action testId="another" act={{ type: 'another' }}>
      {say('account.told.another')}
    </Action>
  );
  const finish = <FinishAction word="button.finish" look={canRetry ? 'plain' : 'primary'} />;
  if (state === 'begunElsewhere') {
    return (
      <Actions layout="even">
        {next}
        {finish}
      </Actions>
    );
  }
  return (
    <div className="action action--pages">
      <PrintTold body={body} word="ticket.print" first={false} />
      {next}
      {finish}
    </div>
  );
}
