/**
 * A conversation with an agent in the simulation, where nobody is at the desk: somebody writes, waits, is offered a call back, and goes; on a line that
 * fails, they try once more.
 */
import type { ViewBodyOf } from '../../../state-machines/view.ts';
import type { Person, Screens } from '../person.ts';
import { triesAgain, type Script } from '../script.ts';

/** 你好 */
const GREETING = 'nihao';

function talks(person: Person, { state, text, reading, candidates, fallback }: ViewBodyOf<'chat'>): void {
  const { hands, memory } = person;
  if (state === 'sending') return undefined;
  if (state === 'ended' || fallback === true) {
    person.finished = true;
    return void hands.touch({ type: 'finish' });
  }
  const [first] = candidates;
  if (text !== '') return void hands.touch({ type: 'send' });
  if (reading.length < GREETING.length && memory.get('greeted') !== 1) return void hands.touch({ type: 'letter', letter: GREETING.charAt(reading.length) });
  if (memory.get('greeted') !== 1 && first !== undefined) {
    memory.set('greeted', 1);
    return void hands.touch({ type: 'candidate', index: first.index });
  }
  return undefined;
}

/** Who comes to talk: by way of the contacts, and away again when nobody answers, sooner where they turn back. */
export const chatScreens: Screens = {
  'help-home': (person) => {
    person.memory.set('help', 1);
    const wants = !person.finished && triesAgain(person, 'contacts', 3);
    person.hands.touch(wants ? { type: 'help', to: 'contacts' } : { type: 'back' });
  },
  'help-contacts': (person, { chat }) => {
    const talk = chat === true && !person.finished && triesAgain(person, 'chat', 3);
    person.finished ||= !talk;
    person.hands.touch(talk ? { type: 'desk', purpose: 'chat' } : { type: 'back' });
  },
  'ticket-topics': ({ hands, chance }, { topics }) => {
    hands.touch({ type: 'topic', topic: chance.pick(topics) });
  },
  chat: (person, view) => {
    if (person.slipsUp('pullsCard')) person.hands.pullCard();
    if (!person.slipsUp('turnsBack')) return talks(person, view);
    person.finished = true;
    return void person.hands.touch({ type: 'finish' });
  },
};

export const chatScripts: readonly Script[] = [
  {
    name: 'chat',
    balance: 2320,
    screens: {
      attract: (person) => {
        if (person.finished || !triesAgain(person, 'begin', 3)) person.leave();
        else person.hands.touch({ type: 'support' });
      },
      'help-home': ({ hands, finished }) => void hands.touch(finished ? { type: 'back' } : { type: 'help', to: 'contacts' }),
      'help-contacts': (person, { chat }) => {
        const talk = chat === true && !person.finished && triesAgain(person, 'chat', 3);
        person.finished ||= !talk;
        person.hands.touch(talk ? { type: 'desk', purpose: 'chat' } : { type: 'back' });
      },
      'ticket-topics': ({ hands }, { topics }) => {
        const [first] = topics;
        if (first !== undefined) hands.touch({ type: 'topic', topic: first });
      },
      chat: talks,
      trouble: (person) => {
        if (triesAgain(person, 'trouble')) return void person.hands.touch({ type: 'retry' });
        person.finished = true;
        return void person.hands.touch({ type: 'finish' });
      },
    },
  },
];
