/** Paying with a bank card: the bank's payment terminal leads, this screen says where to look and what became of it. Nothing of the card is here. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Read, Touch } from '../components/frame.tsx';
import { Icon } from '../components/icon.tsx';
import { Ring } from '../components/parts.tsx';
import { BankCardPicture } from '../components/pictures.tsx';
import { Amount } from '../components/text.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { LeavePayment, NoWayOut, PaymentReference } from './pay-parts.tsx';

export function PayBankCard({ body }: { readonly body: ViewBodyOf<'top-up-bank-card'> }) {
  const { say } = useKiosk();
  const { state, amount, card, replaces, reference, wait } = body;
  const leads = state === 'waiting' || state === 'confirming';
  return (
    <>
      <Read className="read--pay">
        <div>
          <h1 className="title">{say('bankCard.title')}</h1>
          <Amount amount={amount} testId="due" />
        </div>
        {wait !== undefined && <Ring wait={wait} digits="clock" large />}
      </Read>
      <Touch className="touch--present">
        <div className="code--present" data-testid="bank-card" data-order={body.orderId} data-state={state}>
          {leads ? (
            <BankCardPicture />
          ) : (
            <div className="qr qr--big qr--empty">
              <Icon name="wait" size="l" />
            </div>
          )}
        </div>
        {leads && <p className="lead channels">{say('bankCard.lead')}</p>}
        {reference !== '' && (
          <dl className="facts panel">
            <div>
              <dt>{say(replaces === undefined ? 'pay.card' : 'replace.pay.card')}</dt>
              <dd>{say('card.tail', { tail: card?.tail ?? replaces ?? '' })}</dd>
            </div>
            <PaymentReference reference={reference} />
          </dl>
        )}
        <p className={`pay-state ${state === 'waiting' ? '' : 'strong'}`} role="status">
          <Icon name={state === 'waiting' ? 'info' : 'wait'} size="s" />
          <span>{say(`bankCard.${state}`)}</span>
        </p>
      </Touch>
      {state === 'waiting' && <LeavePayment />}
      {state === 'confirming' && <NoWayOut>{say('bankCard.private')}</NoWayOut>}
      {(state === 'closing' || state === 'asking') && <NoWayOut>{say(replaces === undefined ? 'pay.closingMoney' : 'replace.pay.closing')}</NoWayOut>}
    </>
  );
}
