/** What the screens of payments that somebody else leads have in common: what is paid for, the ways out, and why there is none while money is asked for. */
import type { ReactNode } from 'react';
import { Actions, Why } from '../components/frame.tsx';
import { Action } from '../components/parts.tsx';
import { Reference } from '../components/text.tsx';
import { useKiosk } from '../kiosk-context.ts';

/** To the services, or to another way to pay. */
export function LeavePayment() {
  const { say } = useKiosk();
  return (
    <Actions>
      <Action testId="cancel" act={{ type: 'cancel' }} icon="close">
        {say('pay.cancel')}
      </Action>
      <Action testId="back" act={{ type: 'back' }} icon="swap">
        {say('pay.other')}
      </Action>
    </Actions>
  );
}

/** In the place of the ways out. */
export function NoWayOut({ children }: { readonly children: ReactNode }) {
  return (
    <Actions layout="one">
      <Why icon="lock" center>
        {children}
      </Why>
    </Actions>
  );
}

/** Number by which the payment is found again. */
export function PaymentReference({ reference }: { readonly reference: string }) {
  const { say } = useKiosk();
  return (
    <div>
      <dt>{say('contact.reference')}</dt>
      <dd>
        <Reference reference={reference} />
      </dd>
    </div>
  );
}
