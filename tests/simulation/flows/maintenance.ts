/** Staff in the simulation: they open the prompt, sign in — some mistype, some give up, some go away — look at the cabinet, and leave it in service. */
import { COLLECTOR, TECHNICIAN, type StaffAtHand } from '../../support/staff-at-hand.ts';
import type { ViewBodyOf } from '../../../state-machines/view.ts';
import type { Person, Screens } from '../person.ts';
import { triesAgain, type Script } from '../script.ts';
import { settlementScreens } from './settlement.ts';
import { topUpScripts } from './top-up.ts';

type BoxBody = ViewBodyOf<'maintenance-box'>;

const MISTYPES = 0.15;

export const maintenanceScreens: Screens = {
  'maintenance-sign-in': (person, { asks, typed, hidden, ways }) => {
    const { hands } = person;
    const member = memberOf(person);
    if (person.slipsUp('turnsBack')) return void hands.touch({ type: person.chance.happens(0.5) ? 'back' : 'cancel' });
    if (asks === 'way') return void (ways.includes('totp') ? hands.touch({ type: 'sign-in-way', way: 'totp' }) : hands.touch({ type: 'cancel' }));
    if (asks === 'locked') return isLockedOut(person);
    if (asks === 'number') return types(person, member.number, typed.length);
    if (asks === 'code') return typed === '' ? typesCode(person, hands.oneTimeCode(member)) : void hands.touch({ type: 'confirm' });
    if (asks === 'pin') return types(person, member.pin, hidden);
    return undefined;
  },
  'maintenance-overview': (person, body) => {
    person.memory.set('inside', 1);
    if (person.wish === 'settlement') return settlementScreens['maintenance-overview'](person, body);
    person.finished = true;
    return void person.hands.touch({ type: 'finish' });
  },
  'maintenance-box': settlementScreens['maintenance-box'],
};

const byCash = topUpScripts.find(({ name }) => name === 'cash');
const settles = { wish: 'settlement', balance: 2320, ...(byCash === undefined ? {} : { after: byCash }) } as const;
const halfWay: Script = { name: 'half-way', ...settles, screens: atBox('takeOut', changesUnsaid) };

/**
 * A technician looks in. Collectors after somebody paid with notes: one counts right, one a note too few, one leaves the count for the next visit, and one is gone with the box in their hand.
 * And somebody who wants to pay with notes where a collector has put another box in and never came back to say so.
 */
export const maintenanceScripts: readonly Script[] = [
  { name: 'technician', wish: 'maintenance', balance: 2320, screens: maintenanceScreens },
  { name: 'settle', ...settles, screens: maintenanceScreens },
  { name: 'settle-short', ...settles, screens: atBox('count', (person, body) => miscounts(person, body)) },
  { name: 'settle-later', ...settles, screens: atBox('count', ({ hands }) => hands.touch({ type: 'work', work: 'later' })) },
  { name: 'settle-leaves', ...settles, screens: atBox('takeOut', goesWithIt) },
  ...(byCash === undefined ? [] : [{ ...byCash, name: 'settle-gap', after: halfWay }]),
];

/** Takes the box out, and leaves the room and the cabinet with it. */
function goesWithIt(person: Person): void {
  person.hands.boxes.takeOut();
  person.memory.set('settled', 1);
  person.hands.touch({ type: 'back' });
}

/** Changes the boxes before the terminal asks for it, and is gone. */
function changesUnsaid(person: Person): void {
  const { boxes } = person.hands;
  if (boxes.takeOut() !== undefined && boxes.putIn(boxes.nextLabel())) person.leave();
}

/** Does something else at one step, the first time. */
function atBox(step: BoxBody['step'], acts: (person: Person, body: BoxBody) => unknown): Screens {
  return {
    ...maintenanceScreens,
    'maintenance-box': (person, body) => {
      if (body.step === step && triesAgain(person, `other ${step}`, 1)) return void acts(person, body);
      return settlementScreens['maintenance-box'](person, body);
    },
  };
}

/** The tens, of which there are two, are one. */
function miscounts(person: Person, body: BoxBody): void {
  person.memory.set('miscount', 1 + (body.rows ?? []).findIndex(({ denomination }) => denomination === 1000));
  settlementScreens['maintenance-box'](person, body);
}

function memberOf({ wish }: Person): StaffAtHand {
  return wish === 'settlement' ? COLLECTOR : TECHNICIAN;
}

function isLockedOut({ hands, memory }: Person): void {
  memory.set('locked', 1);
  hands.touch({ type: 'cancel' });
}

/** At once, before another one is shown; who has used the one that is shown waits. */
function typesCode(person: Person, code: string | undefined): void {
  for (let typed = 0; typed < (code ?? '').length; typed += 1) types(person, code ?? '', typed);
}

/** The next digit, or one beside it; then on. */
function types({ hands, chance, character }: Person, digits: string, typed: number): void {
  const digit = digits[typed];
  if (digit === undefined) return void hands.touch({ type: 'confirm' });
  const isWrong = character.mixesCards > 0 && chance.happens(MISTYPES / digits.length);
  return void hands.touch({ type: 'digit', digit: isWrong ? '0' : digit });
}
