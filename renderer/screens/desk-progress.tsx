/** 查进度: a number from a slip, and how things stand in plain words with what was promised. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Button } from '../components/button.tsx';
import { Actions, Read, Touch } from '../components/frame.tsx';
import { Icon } from '../components/icon.tsx';
import { AskingScene } from '../components/loss-pictures.tsx';
import { Action, BackAction, Notice } from '../components/parts.tsx';
import { Chip, Reference } from '../components/text.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { askingWords } from './desk-words.ts';
import { momentText } from './desk-ticket.tsx';
import { SymbolPad } from './pay-voucher.tsx';
import { Pages } from './loss-report.tsx';

type Item = ViewBodyOf<'progress-list'>['items'][number];
type Ticket = Extract<Item, { what: 'ticket' }>;

export function DeskAsking({ body: { what } }: { readonly body: ViewBodyOf<'desk-asking'> }) {
  const { say } = useKiosk();
  const { title, why } = askingWords(what);
  return (
    <Read>
      <div className="title title--hero" role="status">
        <h1>{say(title)}</h1>
      </div>
      <p className="lead quiet under-title">{say(why)}</p>
      <AskingScene />
    </Read>
  );
}

export function ProgressNumber({ body: { number, complete, scan } }: { readonly body: ViewBodyOf<'progress-number'> }) {
  const { say } = useKiosk();
  const off = complete ? undefined : say('progress.numberEmpty');
  return (
    <>
      <Read className="read--voucher">
        <h1 className="title">{say('progress.numberTitle')}</h1>
        <p className="lead under-title">{say('progress.numberLead')}</p>
        {scan !== undefined && (
          <p className="body scan-hint" role="status" data-scan={scan}>
            <Icon name={scan === 'ready' ? 'qr' : 'warn'} size="s" />
            <span>{say(scan === 'ready' ? 'progress.scan' : 'progress.scanOther')}</span>
          </p>
        )}
      </Read>
      <Touch className="touch--typing">
        <div className="typed">
          <p className="typed-value typed-value--long" role="status" aria-label={say('progress.numberField')}>
            <bdi data-testid="typed">{number}</bdi>
            <span className="caret" aria-hidden="true" />
          </p>
        </div>
        <SymbolPad />
      </Touch>
      <Actions>
        <BackAction />
        <Action testId="confirm" act={{ type: 'confirm' }} look="primary" icon="search" off={off}>
          {off ?? say('progress.check')}
        </Action>
      </Actions>
    </>
  );
}

export function ProgressList({ body }: { readonly body: ViewBodyOf<'progress-list'> }) {
  const { say, landscape } = useKiosk();
  const { items, tail, page, pages } = body;
  const paging = pages > 1 && <Pages page={page} pages={pages} />;
  return (
    <>
      <Read className="read--help">
        <h1 className="title">{say(items.length === 0 ? 'progress.noneTitle' : 'progress.listTitle')}</h1>
        {items.length === 0 ? (
          <p className="lead under-title">{say('progress.noneLead')}</p>
        ) : (
          tail !== undefined && <p className="lead quiet under-title tn">{say('progress.listLead', { tail })}</p>
        )}
        {landscape && paging}
      </Read>
      <Touch className="touch--standings">
        {items.length === 0 && (
          <Notice tone="info" icon="info">
            <p className="body">{say('progress.noneNow')}</p>
          </Notice>
        )}
        {items.map((item, index) => (
          <div key={`${item.what} ${item.number}`} className="panel standing" data-state={item.state}>
            {item.what === 'ticket' ? <TicketStanding item={item} /> : <CallbackStanding item={item} index={index} />}
          </div>
        ))}
        {!landscape && paging}
      </Touch>
      <Actions layout="even">
        <BackAction />
        <Action testId="by-number" act={{ type: 'another' }} icon="keys">
          {say('progress.byNumber')}
        </Action>
      </Actions>
    </>
  );
}

/** State first; then what was promised, or what comes next. */
function TicketStanding({ item }: { readonly item: Ticket }) {
  const { say } = useKiosk();
  const { number, topic, state, received, resolution, asks } = item;
  return (
    <>
      <p className="lead strong">{say(`progress.state.${state}`)}</p>
      {resolution !== undefined && <p className="body strong">{say(`progress.resolution.${resolution}`)}</p>}
      {asks !== undefined && <p className="body strong">{say(`progress.asks.${asks}`)}</p>}
      <Promised item={item} />
      <p className="body quiet tn">
        <Reference reference={number} /> · {say(`ticket.topic.${topic}`)}
      </p>
      <p className="small quiet tn">{say(state === 'kept' ? 'progress.submitted' : 'progress.received', { at: momentText(received) })}</p>
    </>
  );
}

function Promised({ item: { due, late } }: { readonly item: Ticket }) {
  const { say } = useKiosk();
  if (due === undefined) return null;
  const at = momentText(due);
  if (late !== true) return <p className="body tn">{say('progress.due', { at })}</p>;
  return (
    <Chip tone="warn" icon="warn">
      {say('progress.late', { at })}
    </Chip>
  );
}

/** @param index of the page, from 0 */
function CallbackStanding({ item, index }: { readonly item: Extract<Item, { what: 'callback' }>; readonly index: number }) {
  const { say } = useKiosk();
  const { number, state, start, end, change, waits } = item;
  const [date = '', from = ''] = momentText(start).split(' ');
  const [, to = ''] = end === undefined ? [] : momentText(end).split(' ');
  return (
    <>
      <p className="lead strong">
        {say('progress.callback')} · {say(`progress.callbackState.${state}`)}
      </p>
      <p className="body tn">{state === 'kept' ? say('progress.callbackWish', { date, from }) : say('progress.callbackAt', { date, from, to })}</p>
      <p className="body quiet tn">
        <Reference reference={number} />
      </p>
      {waits !== undefined && (
        <Chip tone="warn" icon="wait">
          {say(`progress.waits.${waits}`)}
        </Chip>
      )}
      {change === true && (
        <Button testId={`change-${index}`} act={{ type: 'pick', index }} className="btn btn--small standing-change">
          {say('progress.change')}
        </Button>
      )}
    </>
  );
}
