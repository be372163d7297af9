/**
 * The loss report flow in the simulation: people whose card is at home, or gone, who report it by identity card, by telephone or by password;
 * who take the document away too early, pull the reader's cable, mistype, turn back, and walk away from a report that nobody answered.
 */
import type { ViewBodyOf } from '../../../state-machines/view.ts';
import type { Person, Screens } from '../person.ts';
import { triesAgain, type Script } from '../script.ts';

type Way = ViewBodyOf<'loss-ways'>['ways'][number]['name'];

export const lossReportScreens: Screens = {
  'loss-ways': (person, { ways }) => {
    const { hands, chance } = person;
    if (person.finished || person.slipsUp('turnsBack') || !triesAgain(person, 'ways', 5)) return leaves(person);
    const open = ways.filter(({ available }) => available).map(({ name }) => name);
    return void hands.touch({ type: 'way', way: chance.pick(open) });
  },
  'loss-document': (person, { state }) => {
    const { hands, chance } = person;
    if (person.slipsUp('turnsBack')) return void hands.touch({ type: 'back' });
    if (state === 'refused') {
      hands.liftDocument();
      return void hands.touch({ type: chance.pick(['retry', 'back'] as const) });
    }
    if (person.slipsUp('pullsCard')) hands.liftDocument();
    else if (person.slipsUp('mixesCards')) hands.pullIdReader();
    else hands.layDocument();
    return undefined;
  },
  'loss-typing': typing,
  'loss-asking': (person) => {
    if (person.slipsUp('pullsCard')) person.hands.liftDocument();
  },
  'loss-cards': (person, { cards }) => {
    const { hands } = person;
    hands.liftDocument();
    const open = cards.find(({ state }) => state === 'open' || state === 'blocked' || state === 'notActivated');
    if (open === undefined) return leaves(person);
    return void hands.touch(person.slipsUp('turnsBack') ? { type: 'back' } : { type: 'pick', index: open.index });
  },
  'loss-confirm': (person) => person.hands.touch({ type: person.slipsUp('turnsBack') ? 'back' : 'confirm' }),
  'loss-told': told,
};

/** Types all that is missing, now and then wrongly. */
function typing(person: Person, { field, count, problem }: ViewBodyOf<'loss-typing'>): void {
  const { hands, chance } = person;
  if (person.slipsUp('turnsBack') || !triesAgain(person, 'typing', 12)) return void hands.touch({ type: 'back' });
  if (field === 'code' && (problem === 'codeExpired' || hands.codeOnPhone() === undefined)) return void hands.touch({ type: 'resend' });
  if (count > 0 && chance.happens(0.1)) return void hands.touch({ type: chance.pick(['clear', 'erase'] as const) });
  const wanted = hands.knows(field);
  for (const digit of wanted.slice(count)) hands.touch({ type: 'digit', digit: person.slipsUp('mixesCards') ? '0' : digit });
  return void hands.touch({ type: 'confirm' });
}

function told(person: Person, { receipt }: ViewBodyOf<'loss-told'>): void {
  const { hands, chance } = person;
  hands.liftDocument();
  person.slips.push(...hands.tearSlips());
  if (receipt === 'printing') return undefined;
  if (receipt === 'choice' && chance.happens(0.5)) return void hands.touch({ type: 'receipt', choice: 'print' });
  return leaves(person);
}

function leaves(person: Person): void {
  person.finished = true;
  person.hands.liftDocument();
  person.hands.touch({ type: 'finish' });
}

/** In one way, to the end; in trouble once more, then away. */
function scriptOf(name: string, way: Way): Script {
  const again = (person: Person): void => {
    if (triesAgain(person, 'trouble')) return void person.hands.touch({ type: 'retry' });
    person.finished = true;
    return void person.hands.touch({ type: 'finish' });
  };
  return {
    name,
    balance: 2320,
    isHolder: true,
    screens: {
      attract: (person) => {
        if (person.finished || !triesAgain(person, 'begin', 3)) person.leave();
        else person.hands.touch({ type: 'report-loss' });
      },
      'loss-ways': (person, { ways }) => {
        const open = ways.filter(({ available }) => available).map(({ name: open }) => open);
        const chosen = open.includes(way) ? way : open[0];
        if (chosen === undefined || !triesAgain(person, 'ways', 4)) return leaves(person);
        return void person.hands.touch({ type: 'way', way: chosen });
      },
      'loss-document': ({ hands }, { state }) => {
        hands.layDocument();
        if (state === 'refused') hands.touch({ type: 'retry' });
      },
      'loss-typing': (person, { field, count, problem }) => {
        const { hands } = person;
        if (field === 'code' && (problem === 'codeExpired' || hands.codeOnPhone() === undefined)) {
          if (triesAgain(person, 'resend', 3)) return void hands.touch({ type: 'resend' });
          return void hands.touch({ type: 'back' });
        }
        if (!triesAgain(person, 'typing', 8)) return void hands.touch({ type: 'cancel' });
        for (const digit of hands.knows(field).slice(count)) hands.touch({ type: 'digit', digit });
        return void hands.touch({ type: 'confirm' });
      },
      'loss-cards': (person, { cards }) => {
        const open = cards.find(({ state }) => state === 'open');
        if (open === undefined) return leaves(person);
        return void person.hands.touch({ type: 'pick', index: open.index });
      },
      'loss-confirm': ({ hands }) => hands.touch({ type: 'confirm' }),
      'loss-told': (person, { receipt }) => {
        person.slips.push(...person.hands.tearSlips());
        if (receipt === 'printing') return undefined;
        if (receipt === 'choice' && triesAgain(person, 'print')) return void person.hands.touch({ type: 'receipt', choice: 'print' });
        return leaves(person);
      },
      trouble: again,
    },
  };
}

export const lossReportScripts: readonly Script[] = [scriptOf('loss-document', 'document'), scriptOf('loss-phone', 'phone')];
