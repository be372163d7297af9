/** 明细: what card and account remember, a page at a time, and how far it is on paper. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Button } from '../components/button.tsx';
import { Actions, Read, Touch } from '../components/frame.tsx';
import { Icon } from '../components/icon.tsx';
import { Action, BackAction, Notice } from '../components/parts.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { money } from '../words.ts';

type Body = ViewBodyOf<'statement'>;
type Line = Body['lines'][number];

const RANGES = ['last10', 'month', 'quarter'] as const satisfies readonly Body['range'][];

export function Statement({ body }: { readonly body: Body }) {
  const { say } = useKiosk();
  const { card, lines, source } = body;
  return (
    <>
      <Read className="read--statement">
        <h1 className="title">{say('statement.title')}</h1>
        <p className="body quiet tn">
          <span className="nb">{say('card.tail', { tail: card.tail })}</span> ·{' '}
          <span className="nb">
            {say('card.balance')} ¥ <bdi data-testid="balance">{money(card.balance)}</bdi>
          </span>
        </p>
        {lines.length === 0 ? <p className="lead">{say('statement.none')}</p> : <Lines lines={lines} />}
        <p className={`body quiet statement-source ${source === 'account' ? 'statement-source--both' : ''}`}>
          {say(source === 'account' ? 'statement.ofBoth' : 'statement.ofCard')}
        </p>
      </Read>
      <Touch className="touch--statement">
        {body.print !== 'stopped' && <Leaf body={body} />}
        <Paper body={body} />
      </Touch>
      <Actions>
        <BackAction />
        <Print body={body} />
      </Actions>
    </>
  );
}

/** How far back, and which page. */
function Leaf({ body: { range: chosen, page, pages, total } }: { readonly body: Body }) {
  const { say } = useKiosk();
  return (
    <>
      <div className="statement-ranges" role="group" aria-label={say('statement.range.label')}>
        {RANGES.map((range) => (
          <Button key={range} testId={`range-${range}`} act={{ type: 'range', range }} className="choice" chosen={chosen === range}>
            {say(`statement.range.${range}`)}
          </Button>
        ))}
      </div>
      <div className="statement-pages">
        <Button
          testId="page-previous"
          act={{ type: 'page', to: 'previous' }}
          className="btn"
          off={page === 0 ? say('statement.page', place(page, pages)) : undefined}
        >
          <Icon name="back" />
          <span className="vh">{say('statement.previous')}</span>
        </Button>
        <p className="body tn" role="status">
          {say('statement.page', place(page, pages))} <span className="quiet nb">{say('statement.total', { n: total })}</span>
        </p>
        <Button
          testId="page-next"
          act={{ type: 'page', to: 'next' }}
          className="btn"
          off={page + 1 >= pages ? say('statement.page', place(page, pages)) : undefined}
        >
          <span className="vh">{say('statement.next')}</span>
          <Icon name="next" />
        </Button>
      </div>
    </>
  );
}

function place(page: number, pages: number): { readonly at: number; readonly of: number } {
  return { at: page + 1, of: pages };
}

function Lines({ lines }: { readonly lines: readonly Line[] }) {
  const { say } = useKiosk();
  return (
    <ul className="statement-lines">
      {lines.map(({ at, kind, amount }, index) => (
        <li key={index} className="tn" data-testid="statement-line">
          <span className="statement-day">
            <span className="statement-year">{at.slice(0, 5)}</span>
            {at.slice(5, 10)} <span className="statement-time">{at.slice(11, 16)}</span>
          </span>
          <span className="statement-kind">{say(`statement.kind.${kind}`)}</span>
          <span className="statement-amount strong">
            <bdi>{`${SIGN[kind]}${money(amount)}`}</bdi>
          </span>
        </li>
      ))}
    </ul>
  );
}

/** What another deed did to the balance the card does not say. */
const SIGN = { load: '+', purchase: '−', other: '' } as const satisfies Record<Line['kind'], string>;

/** How far it is on paper. */
function Paper({ body: { print, printed, total, receipts } }: { readonly body: Body }) {
  const { say } = useKiosk();
  if (print === 'printing') {
    return (
      <Notice tone="info" icon="printer" live="status">
        <p className="body tn">{say('statement.printing', { n: printed, total })}</p>
      </Notice>
    );
  }
  if (print === 'done') {
    return (
      <Notice tone="ok" icon="tick" live="status">
        <p className="body tn">{say('statement.done', { n: printed })}</p>
      </Notice>
    );
  }
  if (print === 'stopped') {
    return (
      <Notice tone="warn" icon="printer" live="alert">
        <p className="body tn">
          <b>{say('statement.stopped.happened')}</b> {say('statement.stopped.money')} {say('statement.stopped.now', { n: printed })}
        </p>
      </Notice>
    );
  }
  if (isReady(receipts)) return null;
  return (
    <Notice tone="info" icon="printer">
      <p className="body">{say('statement.noPaper')}</p>
    </Notice>
  );
}

function Print({ body: { print, total, receipts } }: { readonly body: Body }) {
  const { say } = useKiosk();
  const stopped = print === 'stopped';
  const off = offReason();
  return (
    <Action
      testId={stopped ? 'statement-continue' : 'statement-print'}
      act={stopped ? { type: 'retry' } : { type: 'receipt', choice: 'print' }}
      look="primary"
      icon="printer"
      off={off}
    >
      {say(stopped ? 'statement.continue' : 'statement.print')}
    </Action>
  );

  function offReason(): string | undefined {
    if (print === 'printing') return say('receipt.printing');
    if (total === 0) return say('statement.none');
    return isReady(receipts) ? undefined : say('statement.noPaper');
  }
}

function isReady(receipts: Body['receipts']): boolean {
  return receipts === 'available' || receipts === 'paperLow';
}
