/** Money was taken and is safe, but not on the card: where it is now, and what to do. Calm and amber, never red. */
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
  const slip = <ReceiptState receipt={receipt} receiptQr={receiptQr} aside={wait !== undefined && <Ring wait={wait} />} />;
  return (
    <>
      <Read className={pictured ? 'read--dock' : ''}>
        <div className="title" role="alert">
          <h1>{words.title}</h1>
        </div>
        {words.card !== undefined && <p className={`card-note ${card === 'atGate' ? 'strong' : 'quiet'}`}>{words.card}</p>}
        <div className="figure">
          <p className="body quiet">{words.where}</p>
          <Amount amount={body.amount} testId="settled-amount" />
        </div>
        {pictured && card === 'atGate' && <TakeScene />}
        {pictured && card !== 'atGate' && <Dock tail={tail} state="cut" />}
        {landscape && slip}
      </Read>
      <Touch className="touch--lines touch--settled">
        <div className="panel panel--four panel--warn">
          <FourLines happened={words.happened} money={words.money} now={words.now} reference={reference} />
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
