/** Staff in the simulation: they open the prompt, sign in — some mistype, some give up, some go away — look at the cabinet, and leave it in service. */
import { TECHNICIAN } from '../../support/staff-at-hand.ts';
import type { Person, Screens } from '../person.ts';

const MISTYPES = 0.15;

export const maintenanceScreens: Screens = {
  'maintenance-sign-in': (person, { asks, typed, hidden, ways }) => {
    const { hands } = person;
    if (person.slipsUp('turnsBack')) return void hands.touch({ type: person.chance.happens(0.5) ? 'back' : 'cancel' });
    if (asks === 'way') return void (ways.includes('totp') ? hands.touch({ type: 'sign-in-way', way: 'totp' }) : hands.touch({ type: 'cancel' }));
    if (asks === 'locked') return void hands.touch({ type: 'cancel' });
    if (asks === 'number') return types(person, TECHNICIAN.number, typed.length);
    if (asks === 'code') return types(person, hands.oneTimeCode(), typed.length);
    if (asks === 'pin') return types(person, TECHNICIAN.pin, hidden);
    return undefined;
  },
  'maintenance-overview': (person) => {
    person.memory.set('inside', 1);
    person.finished = true;
    person.hands.touch({ type: 'finish' });
  },
};

/** The next digit, or one beside it; then on. */
function types({ hands, chance }: Person, digits: string, typed: number): void {
  const digit = digits[typed];
  if (digit === undefined) return void hands.touch({ type: 'confirm' });
  return void hands.touch({ type: 'digit', digit: chance.happens(MISTYPES / digits.length) ? '0' : digit });
}
