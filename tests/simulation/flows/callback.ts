/**
 * Calls back in the simulation: people who choose a time and type their telephone, turn back, walk away from it, print its number, take
 * another time where theirs went to somebody else, and come again to move or cancel it, by card or by number.
 */
import type { ViewBodyOf } from '../../../state-machines/view.ts';
import type { Person, Screens } from '../person.ts';
import { triesAgain, type Script } from '../script.ts';
import { asksByNumber, deskScreens, hasNumber, writesDown } from './desk.ts';

export const callbackScreens: Screens = {
  'help-home': (person, { callback }) => {
    person.memory.set('help', 1);
    if (hasNumber(person) && !person.finished && triesAgain(person, 'change', 3)) return void person.hands.touch({ type: 'desk', purpose: 'progress' });
    const wants = callback === true && !person.finished && triesAgain(person, 'call back', 3);
    return void person.hands.touch(wants ? { type: 'desk', purpose: 'callback' } : { type: 'back' });
  },
  'progress-number': asksByNumber,
  'progress-list': (person, { items, page, pages }) => {
    const index = items.findIndex((item) => item.what === 'callback' && item.change === true);
    if (index !== -1 && !hasEnough(person)) return void person.hands.touch({ type: 'pick', index });
    if (page + 1 < pages && !hasEnough(person)) return void person.hands.touch({ type: 'page', to: 'next' });
    return leaves(person);
  },
  'callback-change': changes,
  ...(deskScreens['ticket-topics'] === undefined ? {} : { 'ticket-topics': deskScreens['ticket-topics'] }),
  ...(deskScreens['desk-asking'] === undefined ? {} : { 'desk-asking': deskScreens['desk-asking'] }),
  'callback-slots': (person, { slots, page, pages }) => {
    const { hands, chance } = person;
    if (hasEnough(person)) return void hands.touch({ type: 'back' });
    if (slots.length === 0) return void hands.touch(chance.happens(0.5) ? { type: 'desk', purpose: 'ticket' } : { type: 'back' });
    if (pages > 1 && chance.happens(0.2)) return void hands.touch({ type: 'page', to: page + 1 < pages ? 'next' : 'previous' });
    return void hands.touch({ type: 'slot', start: chance.pick(slots).start });
  },
  'ticket-phone': types,
  'callback-review': (person, { start }) => {
    if (person.chance.happens(0.2)) othersTake(person, start);
    if (person.slipsUp('pullsCard')) person.hands.pullCard();
    person.hands.touch({ type: hasEnough(person) ? 'back' : 'confirm' });
  },
  'callback-told': (person, { number, receipt }) => {
    const { hands, chance } = person;
    writesDown(person, number);
    person.slips.push(...hands.tearSlips());
    if (receipt === 'printing') return undefined;
    if (receipt === 'choice' && chance.happens(0.5)) return void hands.touch({ type: 'receipt', choice: 'print' });
    if (person.finished || !chance.named('again').happens(0.5) || !triesAgain(person, 'come again', 3)) return leaves(person);
    // it does not suit them after all
    person.memory.delete('help');
    return void hands.touch({ type: 'finish' });
  },
};

function changes(person: Person, { asks, ...body }: ViewBodyOf<'callback-change'>): void {
  const { hands, chance } = person;
  if (hasEnough(person)) return void hands.touch({ type: 'back' });
  if (asks === 'which') return void hands.touch({ type: 'change', to: chance.happens(0.6) ? 'move' : 'cancel' });
  if ('to' in body && chance.happens(0.2)) othersTake(person, body.to.start);
  if (person.slipsUp('pullsCard')) hands.pullCard();
  return void hands.touch({ type: 'confirm' });
}

function hasEnough(person: Person): boolean {
  return person.finished || person.slipsUp('turnsBack') || !triesAgain(person, 'desk touches', 20);
}

/** Theirs, by heart; whoever submits a ticket instead leaves none. */
function types(person: Person, { count, callback }: ViewBodyOf<'ticket-phone'>): void {
  const { hands } = person;
  if (hasEnough(person)) return void hands.touch({ type: 'back' });
  if (callback === undefined) return void hands.touch({ type: 'skip' });
  if (count < 11) {
    hands.touch({ type: 'clear' });
    for (const digit of hands.knows('phone')) hands.touch({ type: 'digit', digit });
  }
  return void hands.touch({ type: 'confirm' });
}

function leaves(person: Person): void {
  person.finished = true;
  person.hands.touch({ type: 'finish' });
}

/** @param start as the screen says it, where simulated terminals stand */
function othersTake({ hands }: Person, start: string): void {
  hands.othersTake(Date.parse(`${start}+08:00`));
}

interface Plan {
  /** Before the confirmation. */
  readonly meanwhile?: (person: Person, start: string) => void;
  /** They come again, and change it. */
  readonly change?: 'move' | 'cancel';
}

/** Without a card: the first time that there is, to its end. */
function scriptOf(name: string, { meanwhile = () => {}, change }: Plan = {}): Script {
  return {
    name,
    balance: 2320,
    screens: {
      attract: (person) => {
        if (person.finished || !triesAgain(person, 'begin', 4)) person.leave();
        else person.hands.touch({ type: 'support' });
      },
      'help-home': (person, { callback }) => {
        if (hasNumber(person) && triesAgain(person, 'change', 3)) return void person.hands.touch({ type: 'desk', purpose: 'progress' });
        const wants = callback === true && triesAgain(person, 'call back', 3);
        return void person.hands.touch(wants ? { type: 'desk', purpose: 'callback' } : { type: 'back' });
      },
      'ticket-topics': ({ hands }) => hands.touch({ type: 'topic', topic: 'topUpMissing' }),
      'callback-slots': ({ hands }, { slots: [first] }) => hands.touch(first === undefined ? { type: 'back' } : { type: 'slot', start: first.start }),
      'ticket-phone': ({ hands }, { count }) => {
        if (count === 0) for (const digit of hands.knows('phone')) hands.touch({ type: 'digit', digit });
        hands.touch({ type: 'confirm' });
      },
      'callback-review': (person, { start }) => {
        if (triesAgain(person, 'meanwhile', 1)) meanwhile(person, start);
        person.hands.touch({ type: 'confirm' });
      },
      'progress-number': asksByNumber,
      'progress-list': (person, { items: [item] }) => {
        if (item?.what === 'callback' && item.change === true) person.hands.touch({ type: 'pick', index: 0 });
        else leaves(person);
      },
      'callback-change': ({ hands }, { asks }) => {
        hands.touch(asks === 'which' && change !== undefined ? { type: 'change', to: change } : { type: 'confirm' });
      },
      'callback-told': (person, { number, receipt, change: changed }) => {
        person.slips.push(...person.hands.tearSlips());
        if (receipt === 'printing') return undefined;
        if (receipt === 'choice' && triesAgain(person, `print ${changed ?? ''}`)) return void person.hands.touch({ type: 'receipt', choice: 'print' });
        if (change === undefined || changed !== undefined) return leaves(person);
        writesDown(person, number);
        return void person.hands.touch({ type: 'finish' });
      },
      trouble: (person) => {
        if (triesAgain(person, 'trouble')) person.hands.touch({ type: 'retry' });
        else leaves(person);
      },
    },
  };
}

export const callbackScripts: readonly Script[] = [
  scriptOf('callback'),
  scriptOf('callback-taken', { meanwhile: othersTake }),
  scriptOf('callback-move', { change: 'move' }),
  scriptOf('callback-cancel', { change: 'cancel' }),
];
