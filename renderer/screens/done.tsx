/** The proof first: what the card holds now, read back from it. Then the card, then the receipt. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Actions, Read, Touch } from '../components/frame.tsx';
import { Icon } from '../components/icon.tsx';
import { Action, FinishAction, Ring } from '../components/parts.tsx';
import { TakeScene } from '../components/pictures.tsx';
import { ReceiptState, ReceiptTiles } from '../components/receipt-choice.tsx';
import { Amount, Reference } from '../components/text.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { money } from '../words.ts';

/** Characters of an amount that stand beside the card's picture at full size: up to 99.99. */
const SHORT_AMOUNT = 5;

const TITLES = { atGate: 'done.title', taken: 'done.titleTaken', inside: 'done.titleInside' } as const;

export function Done({ body }: { readonly body: ViewBodyOf<'done'> }) {
  const { say } = useKiosk();
  const { amount, reference, card, receipts, receipt, receiptQr, next, wait } = body;
  const settled = receipt !== 'choice';
  return (
    <>
      <Read className="read--done">
        <div className="title" role="status">
          <h1>{say(next === undefined ? TITLES[card] : 'done.titleTaken', { amount: money(amount) })}</h1>
        </div>
        <Proof body={body} />
        <TakeScene taken={card !== 'atGate'} />
      </Read>
      <Touch className="touch--done">
        {receipt === 'choice' ? (
          <>
            <h2 className="lead strong receipt-question">{say('done.receiptQuestion')}</h2>
            <ReceiptTiles receipts={receipts} />
          </>
        ) : (
          <ReceiptState receipt={receipt} receiptQr={receiptQr} />
        )}
        <ReferencePanel reference={reference} wait={wait} />
      </Touch>
      <Actions layout="even">
        <Action testId="another" act={{ type: 'another' }} look={next === undefined ? 'plain' : 'primary'}>
          {next === undefined ? say('button.another') : say('done.next', { amount: money(next.amount) })}
        </Action>
        <FinishAction word="button.finish" look={settled && next === undefined ? 'primary' : 'plain'} />
      </Actions>
    </>
  );
}

/** Before and after as two stations of the line. */
function Proof({ body }: { readonly body: ViewBodyOf<'done'> }) {
  const { say } = useKiosk();
  const { amount, balanceBefore, balanceAfter } = body;
  // The one number of the screen is never one that nobody read: without a balance from the card it is what was written to it.
  const [word, value, testId] =
    balanceAfter === undefined ? (['done.written', amount, 'written'] as const) : (['done.after', balanceAfter, 'balance-after'] as const);
  return (
    <dl className={`proof ${money(value).length > SHORT_AMOUNT ? 'proof--long' : ''}`}>
      <div className="proof-was">
        <dt className="body quiet">{say('done.before')}</dt>
        <dd className="was tn">¥ {money(balanceBefore)}</dd>
        <dd className="body tn quiet proof-foot">{say('done.added', { amount: money(amount) })}</dd>
      </div>
      <div className="proof-now">
        <dt className="body quiet">{say(word)}</dt>
        <dd className="now">
          <Amount amount={value} testId={testId} />
        </dd>
        <dd className="body proof-foot proof-ok">{say(balanceAfter === undefined ? 'done.proofOther' : 'done.proof')}</dd>
      </div>
      <div className="proof-line" aria-hidden="true">
        <span className="stop" />
        <span className="okdot">
          <Icon name="tick" />
        </span>
      </div>
    </dl>
  );
}

function ReferencePanel({ reference, wait }: { readonly reference: string; readonly wait: ViewBodyOf<'done'>['wait'] }) {
  const { say } = useKiosk();
  return (
    <div className="panel ref-panel">
      <div>
        <p className="small">{say('contact.referenceHint')}</p>
        <p className="lead strong">
          <Reference reference={reference} />
        </p>
      </div>
      {wait !== undefined && <Ring wait={wait} />}
    </div>
  );
}
