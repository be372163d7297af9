/** Money was taken and is safe, but not on the card: where it is now, and what to do. Calm and amber, never red. */
import type { ReactNode } from 'react';
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Dock } from '../components/card.tsx';
import { Actions, Read, Touch } from '../components/frame.tsx';
import { Action, FinishAction, FourLines, Ring } from '../components/parts.tsx';
import { TakeScene } from '../components/pictures.tsx';
import { ReceiptState } from '../components/receipt-choice.tsx';
import { Amount } from '../components/text.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { money as yuan } from '../words.ts';
import { settledWords } from './settled-words.ts';

export function Settled({ body }: { readonly body: ViewBodyOf<'settled'> }) {
  const { say, landscape, size } = useKiosk();
  const { tail, reference, card, receipts, receipt, receiptQr, wait } = body;
  const words = settledWords(body, say, yuan(body.amount));
  const canPrint = receipts === 'available' || receipts === 'paperLow';
  const pictured = size === 'standard' && card !== 'absent' && card !== 'taken'; // in large print words come before pictures
  const aside = wait !== undefined && <Ring wait={wait} />;
  const code = body.voucher?.code;
  const slip = code === undefined ? <ReceiptState receipt={receipt} receiptQr={receiptQr} aside={aside} /> : <CodePanel code={code} aside={aside} />;
  return (
    <>
      <Read className={pictured ? 'read--dock' : ''}>
        <div className="title" role="alert">
          <h1>{words.title}</h1>
        </div>
        {words.card !== undefined && <p className={`card-note ${card === 'atGate' ? 'strong' : 'quiet'}`}>{words.card}</p>}
        <div className="figure">
          <p className="body quiet">{words.where}</p>
          {(body.noteStuck !== true || body.amount > 0) && <Amount amount={body.amount} testId="settled-amount" />}
        </div>
        {pictured && card === 'atGate' && <TakeScene />}
        {pictured && card !== 'atGate' && <Dock tail={tail} state="cut" />}
        {landscape && slip}
      </Read>
      <Touch className="touch--lines touch--settled">
        <div className="panel panel--four panel--warn">
          {/* in large print what must be copied comes before what happened and before the phone number, which stands under help */}
          <FourLines
            {...(code !== undefined && size !== 'standard' ? {} : { happened: words.happened })}
            money={words.money}
            now={words.now}
            reference={reference}
            phoneShown={code !== undefined && size !== 'standard'}
          />
        </div>
        {!landscape && slip}
      </Touch>
      {receipt === 'choice' ? (
        <Actions layout="even">
          <Action
            testId={canPrint ? 'receipt-print' : 'receipt-screen'}
            act={{ type: 'receipt', choice: canPrint ? 'print' : 'screen' }}
            icon={canPrint ? 'printer' : 'phone'}
            look="primary"
          >
            {say(canPrint ? 'settled.print' : 'receipt.screen')}
          </Action>
          <FinishAction word="settled.finish" />
        </Actions>
      ) : (
        <Actions layout="one">
          <FinishAction word="settled.finish" />
        </Actions>
      )}
    </>
  );
}

/** There is no slip: what would stand on it, large enough to copy. */
function CodePanel({ code, aside }: { readonly code: string; readonly aside: ReactNode }) {
  const { say } = useKiosk();
  return (
    <div className="panel receipt-panel code-panel" role="alert">
      <div>
        <p className="body quiet">{say('settled.code')}</p>
        <p className="voucher-code">
          <bdi data-testid="voucher-code">{code}</bdi>
        </p>
        <p className="body strong">{say('settled.copyCode')}</p>
      </div>
      {aside}
    </div>
  );
}
