/** What the screens of a payment show alike, whatever is paid for. Used by the views of the charts that take money. */
import type { ViewBodyOf } from '../view.ts';
import { leftOf } from '../waiting.ts';
import type { PaymentContext } from './context.ts';

type Sale = Pick<ViewBodyOf<'top-up-bank-card'>, 'orderId' | 'state' | 'reference' | 'wait'>;

/** Of a sale at the bank's payment terminal. @param now where the chart stands */
export function saleShown(context: PaymentContext, now: 'asking' | 'atTerminal' | 'closing'): Sale {
  const { orderId = '', transaction, orderState, wait, ports } = context;
  const sale = { orderId, reference: transaction?.reference ?? '' };
  if (now !== 'atTerminal') return { ...sale, state: now };
  const left = leftOf(wait, ports.clock);
  return { ...sale, state: orderState === 'confirming' ? 'confirming' : 'waiting', ...(left === undefined ? {} : { wait: left }) };
}
