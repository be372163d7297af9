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

type Scan = Pick<ViewBodyOf<'top-up-scan'>, 'orderId' | 'state' | 'message' | 'reference' | 'wait'>;

/** Of a code that is held to the scanner. @param state where the chart stands */
export function scanShown(context: PaymentContext, state: Scan['state']): Scan {
  const { orderId = '', transaction, presentMessage, wait, ports } = context;
  const left = state === 'confirming' ? leftOf(wait, ports.clock) : undefined;
  return {
    orderId,
    state,
    ...(state === 'ready' && presentMessage !== undefined ? { message: presentMessage } : {}),
    reference: transaction?.reference ?? '',
    ...(left === undefined ? {} : { wait: left }),
  };
}

/** The states of paying with a code on the phone, as the screen names them. */
export function scanState(matches: (at: { qrPresented: 'ready' | 'confirming' | 'closing' }) => boolean): Scan['state'] {
  return (['ready', 'confirming', 'closing'] as const).find((at) => matches({ qrPresented: at })) ?? 'asking';
}
