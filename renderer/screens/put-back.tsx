/** The card left while it was written: the same card back, please. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Actions, Read, Touch } from '../components/frame.tsx';
import { Action, FourLines, Ring } from '../components/parts.tsx';
import { PutBackScene } from '../components/pictures.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { money } from '../words.ts';

/** What becomes of the money when the card does not come back in time. */
const END = { cash: 'putBack.endCash', qr: 'putBack.endQr', card: 'putBack.endQr', voucher: 'putBack.endVoucher', pending: 'putBack.endPending' } as const;

export function PutBack({ body }: { readonly body: ViewBodyOf<'put-back'> }) {
  const { say, landscape } = useKiosk();
  const { tail, otherTail, checking, reference, tender, wait } = body;
  const amount = money(body.amount);
  const other = otherTail !== undefined && !checking;
  const stillWaiting = (
    <div className="still-waiting">
      <div>
        <p className="lead strong">{say('putBack.waiting')}</p>
        <p className="body quiet">{say(END[tender], { amount })}</p>
      </div>
      <Ring wait={wait} large />
    </div>
  );
  return (
    <>
      <Read>
        <div className="title" role="alert">
          <h1>{say(checking ? 'putBack.checking' : other ? 'putBack.other.title' : 'putBack.title')}</h1>
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
            happened={other ? say('putBack.other.happened', { otherTail: otherTail ?? '' }) : say('putBack.happened')}
            money={other ? say('putBack.other.money', { amount, tail }) : say('putBack.money', { amount })}
            now={other ? say('putBack.other.now', { tail }) : say('putBack.now', { tail })}
            reference={reference}
          />
          {!landscape && stillWaiting}
        </div>
      </Touch>
      <Actions layout="one">
        <Action testId="put-back-leave" act={{ type: 'give-up-card' }} icon="help" off={checking ? say('putBack.checking') : undefined}>
          {say('putBack.leave')}
        </Action>
      </Actions>
    </>
  );
}
