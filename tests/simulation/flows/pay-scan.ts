/** Paying with the code on one's own phone: what people hold to the scanner, and what they do on the phone then. Part of the top-up's people. */
import type { ViewBodyOf } from '../../../state-machines/view.ts';
import type { Person } from '../person.ts';
import { triesAgain } from '../script.ts';

type Body = ViewBodyOf<'top-up-scan'>;

/** What the last two digits of a code make the wallet do (fleet/server/acquirer/sandbox-wallet.ts). */
const ENDS = { pays: '77', confirms: '01', tooPoor: '02', expired: '03', limit: '04', declined: '05' } as const;
/** What else is held there by mistake. */
const OTHERS = ['https://kiosk.sandbox.invalid/r/#A01-1122-7K4M-9', 'wxp://f2f0abcdefgh', '6901234567892', '9900000000000000'] as const;

export function scan(person: Person, { state, orderId }: Body): void {
  if (state === 'confirming') confirm(person, orderId);
  if (state !== 'ready') return;
  const { hands, chance } = person;
  if (person.slipsUp('turnsBack')) return void hands.touch({ type: chance.pick(['back', 'cancel'] as const) });
  const which = chance.weighed({ pays: 50, confirms: 30, tooPoor: 3, expired: 4, limit: 2, declined: 2, other: 9 });
  hands.presents(which === 'other' ? chance.pick(OTHERS) : hands.newPaymentCode(ENDS[which]));
}

function confirm(person: Person, orderId: string): void {
  const { hands, chance, memory } = person;
  const asked = `confirmed ${orderId}`;
  if (memory.get(asked) === 1) return;
  if (person.slipsUp('turnsBack')) {
    // Some confirm and leave in the same breath.
    if (chance.happens(0.3)) hands.phone(orderId, 'pay');
    return void hands.touch({ type: chance.pick(['back', 'cancel'] as const) });
  }
  const does = chance.weighed({ pay: 70, payLate: 12, decline: 8, nothing: 10 });
  memory.set(asked, 1);
  if (does !== 'nothing') hands.phone(orderId, does);
}

/** `confirms`: a code that asks for a yes on the phone, which is said once. */
export const scriptedScan =
  (end: 'pays' | 'confirms') =>
  (person: Person, { state, orderId }: Body): void => {
    const { hands } = person;
    if (state === 'ready') {
      if (triesAgain(person, 'present', 3)) hands.presents(hands.newPaymentCode(ENDS[end]));
      else hands.touch({ type: 'cancel' });
    }
    if (state === 'confirming' && triesAgain(person, `confirm ${orderId}`, 1)) hands.phone(orderId, 'pay');
  };
