/** Pending loads in the simulation: people for whom something waits at the issuer, and who want it on their card. What they do once it is being written is the top-up's. */
import type { ViewBodyOf } from '../../../state-machines/view.ts';
import type { Person, Screens } from '../person.ts';
import { scriptedSession, triesAgain, type Script } from '../script.ts';
import { loadScreens, scriptedLoad } from './top-up.ts';

export const pendingLoadScreens: Screens = { ...loadScreens, 'pending-offer': offer, done: done };

function offer(person: Person, { next }: ViewBodyOf<'pending-offer'>): void {
  const { hands, chance } = person;
  if (next === undefined || person.slipsUp('turnsBack')) {
    person.memory.set('pending load', 1);
    hands.touch({ type: chance.pick(['back', 'cancel', 'finish'] as const) });
  } else hands.touch({ type: 'confirm' });
}

/** Whoever has one on the card mostly wants the next one too; some wait for their slip first. */
function done(person: Person, body: ViewBodyOf<'done'>): void {
  if (body.next !== undefined && body.receipt !== 'printing' && person.chance.happens(0.6)) person.hands.touch({ type: 'another' });
  else loadScreens.done(person, body);
}

const steady: Screens = {
  ...scriptedSession('pendingLoad'),
  ...scriptedLoad,
  'pending-offer': (person, { next }) => {
    if (next !== undefined && triesAgain(person, 'load')) return void person.hands.touch({ type: 'confirm' });
    person.finished = true;
    person.hands.touch({ type: 'finish' });
    return undefined;
  },
  done: (person, body) => {
    if (body.next !== undefined && body.receipt !== 'choice' && body.receipt !== 'printing') {
      person.slips.push(...person.hands.tearSlips());
      return void person.hands.touch({ type: 'another' });
    }
    return scriptedLoad.done(person, body);
  },
};

/** One subsidy; a subsidy and a refund, one after the other; one that is torn and put back after a wrong card; one whose person is gone. */
export const pendingLoadScripts: readonly Script[] = [
  { name: 'pending', balance: 2320, waits: [5000], screens: steady },
  { name: 'pending-two', balance: 350, waits: [5000, 1250], screens: steady },
  { name: 'pending-leaves', balance: 2320, waits: [5000], screens: { ...steady, 'put-back': (person) => person.leave() } },
];
