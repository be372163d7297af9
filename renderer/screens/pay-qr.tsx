/** A code to scan with a phone, and what became of it. The order is closed upstream before this screen is left. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Read, Touch } from '../components/frame.tsx';
import { Icon } from '../components/icon.tsx';
import { QrCode, Ring } from '../components/parts.tsx';
import { Amount } from '../components/text.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { LeavePayment, NoWayOut, PaymentReference } from './pay-parts.tsx';

export function PayQr({ body }: { readonly body: ViewBodyOf<'top-up-qr'> }) {
  const { say } = useKiosk();
  const { state, amount, merchant, card, replaces, reference, wait } = body;
  const leavable = state === 'waiting' || state === 'confirming';
  return (
    <>
      <Read className="read--pay">
        <div>
          <h1 className="title">{say('pay.title')}</h1>
          <Amount amount={amount} testId="due" />
        </div>
        {wait !== undefined && <Ring wait={wait} digits="clock" large />}
      </Read>
      <Touch className="touch--pay">
        <div className="code" data-testid="qr-code" data-order={body.orderId} data-state={state}>
          {state === 'waiting' ? <QrCode text={body.code} className="qr--big" /> : <NoCode state={state} />}
        </div>
        <p className="lead channels">{say('pay.channels')}</p>
        <dl className="facts panel">
          <div>
            <dt>{say('pay.merchant')}</dt>
            <dd>{merchant}</dd>
          </div>
          <div>
            <dt>{say(replaces === undefined ? 'pay.card' : 'replace.pay.card')}</dt>
            <dd>{say('card.tail', { tail: card?.tail ?? replaces ?? '' })}</dd>
          </div>
          {reference !== '' && <PaymentReference reference={reference} />}
        </dl>
        <p className={`pay-state ${state === 'waiting' ? '' : 'strong'}`} role="status">
          <Icon name="wait" size="s" />
          <span>{say(`pay.${state}`)}</span>
        </p>
      </Touch>
      {leavable && <LeavePayment />}
      {state === 'closing' && <NoWayOut>{say(replaces === undefined ? 'pay.closingMoney' : 'replace.pay.closing')}</NoWayOut>}
    </>
  );
}

/** The place of the code while there is nothing to scan: not yet, already scanned, or no more. The sentence stands below it. */
function NoCode({ state }: { readonly state: 'creating' | 'confirming' | 'closing' }) {
  return (
    <div className="qr qr--big qr--empty">
      <Icon name={state === 'confirming' ? 'phone' : state === 'creating' ? 'qr' : 'wait'} size="l" />
    </div>
  );
}
