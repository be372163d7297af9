/** 待领款: what waits at the issuer for this card, which of it is written to it now, and that the rest stays where it is. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Actions, Read, Touch } from '../components/frame.tsx';
import { Icon, type IconName } from '../components/icon.tsx';
import { Action, BackAction, Notice } from '../components/parts.tsx';
import { Amount, Rich } from '../components/text.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { money, type Say } from '../words.ts';

type Body = ViewBodyOf<'pending-offer'>;
type Load = Body['loads'][number];

/** Rows of the list; what goes onto the card now comes first. */
const ROWS = { portrait: { standard: 4, large: 3, xlarge: 1 }, landscape: { standard: 3, large: 2, xlarge: 1 } } as const;

export function PendingOffer({ body }: { readonly body: Body }) {
  const { say, size, landscape } = useKiosk();
  const { card, loads, next } = body;
  const now = loads.filter(({ verdict }) => verdict === 'now');
  const listed = [...now, ...loads.filter(({ verdict }) => verdict !== 'now')];
  const shown = listed.slice(0, ROWS[landscape ? 'landscape' : 'portrait'][size]);
  const stays = <Stays body={body} each={now.length > 1} />;
  const sum = now.reduce((total, { amount = 0 }) => total + amount, 0);
  return (
    <>
      <Read className="read--pending">
        <h1 className="title">{say('pending.title')}</h1>
        <p className="body quiet tn">
          <span className="nb">{say('card.tail', { tail: card.tail })}</span> ·{' '}
          <span className="nb">
            {say('card.balance')} ¥ <bdi data-testid="balance">{money(card.balance)}</bdi>
          </span>
        </p>
        <div className="figure">
          <p className="body quiet">{say(next === undefined ? 'pending.none' : 'pending.now')}</p>
          <Amount amount={sum} testId="pending-sum" />
        </div>
        {landscape && stays}
      </Read>
      <Touch className="touch--pending">
        <ul className="panel pending-loads">
          {shown.map((load, index) => (
            <Row key={index} load={load} />
          ))}
          {listed.length > shown.length && <li className="body quiet">{say('pending.more', { n: listed.length - shown.length })}</li>}
        </ul>
        {!landscape && stays}
      </Touch>
      <Actions>
        <BackAction />
        <Action testId="pending-load" act={{ type: 'confirm' }} look="primary" icon="topUp" off={next === undefined ? say('pending.none') : undefined}>
          {next === undefined ? say('pending.none') : say('pending.load', { amount: money(next) })}
        </Action>
      </Actions>
    </>
  );
}

/** What is not loaded loses nothing; where something does not fit, how much would. */
function Stays({ body: { loads, room }, each }: { readonly body: Body; readonly each: boolean }) {
  const { say, size } = useKiosk();
  const full = loads.some(({ verdict }) => verdict === 'tooLarge');
  return (
    <Notice tone="info" icon="lock">
      <p className="body tn">
        {full && size === 'standard' && <Rich text={`${say('pending.room', { amount: money(room) })} · `} />}
        {say(each && size === 'standard' ? 'pending.staysEach' : 'pending.stays')}
      </p>
    </Notice>
  );
}

const ICONS = { now: 'tick', tooLarge: 'wait', notYet: 'wait', awaited: 'wait', taken: 'lock' } as const satisfies Record<Load['verdict'], IconName>;

function Row({ load }: { readonly load: Load }) {
  const { say } = useKiosk();
  const { kind, amount, verdict } = load;
  return (
    <li className={`pending-load pending-load--${verdict}`} data-testid="pending-row" data-verdict={verdict}>
      <Icon name={ICONS[verdict]} size="s" />
      <span className="pending-what">
        <span className="lead">{say(`pending.kind.${kind}`)}</span>
        <span className="small quiet">{stateOf(load, say)}</span>
      </span>
      <span className="lead strong tn nb">{amount !== undefined && <bdi>¥ {money(amount)}</bdi>}</span>
    </li>
  );
}

function stateOf({ verdict, from, until }: Load, say: Say): string {
  switch (verdict) {
    case 'now':
      return until === undefined ? say('pending.now') : say('pending.until', { date: until });
    case 'notYet':
      return from === undefined ? say('pending.awaited') : say('pending.notYet', { date: from });
    case 'awaited':
      return from === undefined ? say('pending.awaited') : say('pending.expected', { date: from });
    case 'tooLarge':
    case 'taken':
      break;
  }
  return say(`pending.${verdict}`);
}
