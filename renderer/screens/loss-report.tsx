/** 挂失: which card, one confirmation, and what is true then: in effect since when, or not in effect yet. */
import type { ReactNode } from 'react';
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Button } from '../components/button.tsx';
import { Actions, Read, Touch } from '../components/frame.tsx';
import { Icon, type IconName } from '../components/icon.tsx';
import { LockedCard } from '../components/loss-pictures.tsx';
import { Action, BackAction, FinishAction, FourLines, Notice, Ring } from '../components/parts.tsx';
import { Reference, Rich } from '../components/text.tsx';
import { useKiosk } from '../kiosk-context.ts';
import type { Say } from '../words.ts';
import { canPrint, paperText, PrintTold } from './told-slip.tsx';

type Card = ViewBodyOf<'loss-cards'>['cards'][number];

export function LossCards({ body: { name, cards, page, pages, purpose } }: { readonly body: ViewBodyOf<'loss-cards'> }) {
  const { say, landscape } = useKiosk();
  const some = cards.some((card) => canPick(card, purpose));
  const paging = pages > 1 && <Pages page={page} pages={pages} />;
  return (
    <>
      <Read className="read--cards">
        <h1 className="title">{say(purpose === 'replace' ? 'replace.pick.title' : some || pages > 1 ? 'loss.cards.title' : 'loss.cards.titleNone')}</h1>
        <p className="lead quiet under-title">{say('loss.cards.lead')}</p>
        {name !== undefined && (
          <Notice tone="info" icon="card" live="status">
            <p className="body strong">{say('loss.cards.document', { name })}</p>
          </Notice>
        )}
        {landscape && paging}
      </Read>
      <Touch className="touch--cards">
        <ul className="card-rows">
          {cards.map((card) => (
            <li key={card.index}>
              <CardRow card={card} purpose={purpose} />
            </li>
          ))}
        </ul>
        {!landscape && paging}
      </Touch>
      <Actions layout={some || pages > 1 ? 'one' : 'even'}>
        <BackAction />
        {!some && pages === 1 && <FinishAction word="button.finish" look="primary" />}
      </Actions>
    </>
  );
}

function isOpen({ state }: Card): boolean {
  return state === 'open' || state === 'blocked' || state === 'notActivated';
}

/** For a new card, one that is reported already will do. */
function canPick(card: Card, purpose: 'replace' | undefined): boolean {
  return isOpen(card) || (purpose === 'replace' && card.state === 'reported');
}

function CardRow({ card, purpose }: { readonly card: Card; readonly purpose: 'replace' | undefined }) {
  const { say } = useKiosk();
  const open = canPick(card, purpose);
  const said = open && !isOpen(card) ? say('replace.pick.reported') : stateText(card, say);
  return (
    <Button
      testId={`card-${card.index}`}
      act={{ type: 'pick', index: card.index }}
      className={`tile card-row ${open ? '' : 'tile--off'}`}
      off={open ? undefined : said}
      offShown
    >
      <Icon name="card" />
      <span className="tile-text">
        <span className="name tn">
          <bdi>{say('card.tail', { tail: card.tail })}</bdi>
        </span>
        <span className="sub tn">{said}</span>
      </span>
      {open && <Icon name="chevron" />}
    </Button>
  );
}

function stateText({ state, since, reference }: Card, say: Say): string {
  if (state === 'reported' && since !== undefined && reference !== undefined)
    return say('loss.cards.reportedSince', { since: since.slice(0, 16).replace('T', ' '), reference });
  return say(`loss.cards.${state}`);
}

export function Pages({ page, pages }: { readonly page: number; readonly pages: number }) {
  const { say } = useKiosk();
  const place = say('loss.cards.page', { at: page + 1, of: pages });
  return (
    <div className="statement-pages">
      <Button testId="page-previous" act={{ type: 'page', to: 'previous' }} className="btn" off={page === 0 ? place : undefined}>
        <Icon name="back" />
        <span className="vh">{say('statement.previous')}</span>
      </Button>
      <p className="body tn" role="status">
        {place}
      </p>
      <Button testId="page-next" act={{ type: 'page', to: 'next' }} className="btn" off={page + 1 >= pages ? place : undefined}>
        <span className="vh">{say('statement.next')}</span>
        <Icon name="next" />
      </Button>
    </div>
  );
}

export function LossConfirm({ body: { tail } }: { readonly body: ViewBodyOf<'loss-confirm'> }) {
  const { say, size } = useKiosk();
  return (
    <>
      <Read className="read--loss">
        <h1 className="title">{say('loss.confirm.title', { tail })}</h1>
        <p className="lead quiet under-title">{say('loss.confirm.lead')}</p>
        {size === 'standard' && <LockedCard tail={tail} locked={false} />}
      </Read>
      <Touch className="touch--loss">
        <dl className="panel four loss-effects">
          <Effect icon="lost">{say('loss.confirm.card')}</Effect>
          <Effect icon="lock">{say('loss.confirm.money')}</Effect>
          <Effect icon="handCard">{say('loss.confirm.found')}</Effect>
        </dl>
      </Touch>
      <Actions>
        <BackAction />
        <Action testId="confirm" act={{ type: 'confirm' }} look="primary" icon="lost">
          {say('loss.confirm.confirm')}
        </Action>
      </Actions>
    </>
  );
}

function Effect({ icon, children }: { readonly icon: IconName; readonly children: ReactNode }) {
  return (
    <div className="four-line">
      <dt>
        <Icon name={icon} />
      </dt>
      <dd>{children}</dd>
    </div>
  );
}

export function LossTold({ body }: { readonly body: ViewBodyOf<'loss-told'> }) {
  return body.state === 'queued' ? <Queued body={body} /> : <Reported body={body} state={body.state} />;
}

/** The issuer has it. */
function Reported({ body, state }: { readonly body: ViewBodyOf<'loss-told'>; readonly state: 'effective' | 'scheduled' }) {
  const { say, size } = useKiosk();
  return (
    <>
      <Read className="read--loss">
        <div className={`title told-title told-title--${state}`} role="status">
          <span className="told-sign">
            <Icon name={state === 'scheduled' ? 'wait' : 'tick'} />
          </span>
          <h1>{say(`loss.told.${state}Title`)}</h1>
        </div>
        <p className="lead under-title">{say(`loss.told.${state}Lead`)}</p>
        <Since body={body} />
        {size === 'standard' && <LockedCard tail={body.tail} locked={state === 'effective'} />}
      </Read>
      <Touch className="touch--loss">
        <NumberPanel body={body} hint={say(body.earlier ? 'loss.told.earlier' : 'loss.told.number')} />
        <AfterEffect body={body} />
        {body.replacement === true && (
          <Button testId="replace-card" act={{ type: 'replace-card' }} className="btn">
            <Icon name="card" />
            <span>{say('button.replaceCard')}</span>
          </Button>
        )}
      </Touch>
      <LastActions body={body} />
    </>
  );
}

/** Nobody has it yet but this machine: the number to call is the largest thing on the glass. */
function Queued({ body }: { readonly body: ViewBodyOf<'loss-told'> }) {
  const { view, say } = useKiosk();
  const { hotline } = view.site;
  return (
    <>
      <Read className="read--loss">
        <div className="title told-title told-title--queued" role="alert">
          <span className="told-sign">
            <Icon name="warn" />
          </span>
          <h1>{say('loss.told.queuedTitle')}</h1>
        </div>
        <div className="figure told-since">
          <p className="body quiet">{say('lostCard.call')}</p>
          <p className="big-number tn">
            <Icon name="call" size="l" />
            <bdi>{hotline}</bdi>
          </p>
        </div>
      </Read>
      <Touch className="touch--loss">
        <div className="panel panel--four panel--danger" role="alert">
          <FourLines
            happened={say('loss.told.queued.happened')}
            money={say('loss.told.queued.money')}
            now={say('loss.told.queued.now', { hotline })}
            phoneShown
          />
        </div>
        <NumberPanel body={body} hint={`${say('loss.told.queuedSince')} ${body.since.replace('T', ' ')}`} />
      </Touch>
      <LastActions body={body} />
    </>
  );
}

function LastActions({ body }: { readonly body: ViewBodyOf<'loss-told'> }) {
  return (
    <Actions layout="even">
      <PrintTold body={body} word="loss.told.print" />
      <FinishAction word="button.finish" look={body.receipt === 'choice' && canPrint(body) ? 'plain' : 'primary'} />
    </Actions>
  );
}

/** The one figure of the screen: to the second. */
function Since({ body: { state, since } }: { readonly body: ViewBodyOf<'loss-told'> }) {
  const { say } = useKiosk();
  const [day = '', time = ''] = since.split('T');
  return (
    <div className="figure told-since">
      <p className="body quiet">{say(`loss.told.${state}Since`)}</p>
      <p className="told-time tn">
        <bdi data-testid="loss-since">{time}</bdi>
      </p>
      <p className="body quiet tn">
        <bdi>{day}</bdi>
      </p>
    </div>
  );
}

function NumberPanel({ body: { reference, wait }, hint }: { readonly body: ViewBodyOf<'loss-told'>; readonly hint: string }) {
  return (
    <div className="panel ref-panel loss-number">
      <div>
        <p className="small tn">{hint}</p>
        <p className="title">
          <Reference reference={reference} />
        </p>
      </div>
      {wait !== undefined && <Ring wait={wait} />}
    </div>
  );
}

function AfterEffect({ body }: { readonly body: ViewBodyOf<'loss-told'> }) {
  const { view, say, size } = useKiosk();
  const { hotline, hotlineHours } = view.site;
  const paper = paperText(body, say);
  return (
    <dl className="panel four loss-effects">
      {paper !== undefined && (
        <Effect icon="printer">
          <span role="status">{paper}</span>
        </Effect>
      )}
      {body.document && <Effect icon="card">{say('loss.told.document')}</Effect>}
      {!(body.replacement === true && size === 'xlarge') && <Effect icon="handCard">{say('loss.told.found')}</Effect>}
      <Effect icon="call">
        <Rich text={say('contact.hotline', { hotline, hours: hotlineHours })} />
      </Effect>
    </dl>
  );
}
