/** Paying with a bank card: what people do at the bank's payment terminal. Part of the people of whatever takes money. */
import type { ViewBodyOf } from '../../../state-machines/view.ts';
import type { Person } from '../person.ts';
import { triesAgain } from '../script.ts';

type Body = ViewBodyOf<'top-up-bank-card'>;

export function bankCard(person: Person, { state, orderId }: Body): void {
  const { hands, chance, memory } = person;
  const done = `at terminal ${orderId}`;
  if (state !== 'waiting' || memory.get(done) === 1) return;
  if (person.slipsUp('turnsBack')) {
    // Some hold their card there and leave in the same breath.
    if (chance.happens(0.3)) hands.bankTerminal(orderId, 'pay');
    return void hands.touch({ type: chance.pick(['back', 'cancel'] as const) });
  }
  const does = chance.weighed({ pay: 62, confirming: 4, payLate: 12, declined: 5, balanceTooLow: 2, limit: 1, cancelled: 4, terminalAway: 2, nothing: 8 });
  memory.set(done, 1);
  if (does !== 'nothing') hands.bankTerminal(orderId, does);
}

/** Holds the card there, once. */
export function scriptedBankCard(person: Person, { state, orderId }: Body): void {
  if (state === 'waiting' && triesAgain(person, `card for ${orderId}`, 1)) person.hands.bankTerminal(orderId, 'pay');
}
