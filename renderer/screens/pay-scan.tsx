/** Paying with the code on the person's phone: where to hold it, and what became of it. The code itself is never shown. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Read, Touch } from '../components/frame.tsx';
import { Icon } from '../components/icon.tsx';
import { Notice, Ring } from '../components/parts.tsx';
import { ConfirmPicture, PresentPicture } from '../components/pictures.tsx';
import { Amount } from '../components/text.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { LeavePayment, NoWayOut, PaymentReference } from './pay-parts.tsx';

export function PayScan({ body }: { readonly body: ViewBodyOf<'top-up-scan'> }) {
  const { say } = useKiosk();
  const { state, amount, card, replaces, reference, message, wait } = body;
  return (
    <>
      <Read className="read--pay">
        <div>
          <h1 className="title">{say(state === 'confirming' ? 'scan.confirmTitle' : 'scan.title')}</h1>
          <Amount amount={amount} testId="due" />
        </div>
        {wait !== undefined && <Ring wait={wait} digits="clock" large />}
      </Read>
      <Touch className="touch--present">
        <div className="code--present" data-testid="scan" data-order={body.orderId} data-state={state}>
          <Picture state={state} />
        </div>
        {state === 'ready' && <p className="lead channels">{say('scan.lead')}</p>}
        {message !== undefined && (
          <Notice tone="warn" icon="warn" live="alert">
            <p className="body strong" data-testid="scan-message">
              {say(`scan.${message}`)}
            </p>
          </Notice>
        )}
        {reference !== '' && (
          <dl className="facts panel">
            <div>
              <dt>{say(replaces === undefined ? 'pay.card' : 'replace.pay.card')}</dt>
              <dd>{say('card.tail', { tail: card?.tail ?? replaces ?? '' })}</dd>
            </div>
            <PaymentReference reference={reference} />
          </dl>
        )}
        <p className={`pay-state ${state === 'ready' ? '' : 'strong'}`} role="status">
          <Icon name={state === 'ready' ? 'info' : 'wait'} size="s" />
          <span>{say(`scan.${state}`)}</span>
        </p>
      </Touch>
      {(state === 'ready' || state === 'confirming') && <LeavePayment />}
      {(state === 'closing' || state === 'asking') && <NoWayOut>{say(replaces === undefined ? 'pay.closingMoney' : 'replace.pay.closing')}</NoWayOut>}
    </>
  );
}

/** Where to hold the phone, then what to do on it; nothing to do while the answer is on its way. */
function Picture({ state }: Pick<ViewBodyOf<'top-up-scan'>, 'state'>) {
  if (state === 'ready') return <PresentPicture />;
  if (state === 'confirming') return <ConfirmPicture />;
  return (
    <div className="qr qr--big qr--empty">
      <Icon name="wait" size="l" />
    </div>
  );
}
