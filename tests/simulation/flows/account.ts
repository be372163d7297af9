/**
 * The card's own services in the simulation: people who activate a new card, unblock one, take a report back, or set a password; who pull the card out while
 * it is written, put another one in, mistype, turn back, and walk away from what is not finished.
 */
import type { ViewBodyOf } from '../../../state-machines/view.ts';
import type { Person, Screens } from '../person.ts';
import { triesAgain, type Script } from '../script.ts';
import { lossReportScreens, lossReportScripts } from './loss-report.ts';

/** Who somebody is, is asked as for a loss report. */
const identification: Screens = pickScreens(lossReportScreens);

function pickScreens(screens: Screens): Screens {
  return Object.fromEntries((['loss-ways', 'loss-document', 'loss-typing', 'loss-asking'] as const).map((kind) => [kind, screens[kind]]));
}

export const accountScreens: Screens = {
  ...identification,
  'account-menu': (person, { services }) => {
    const { hands, chance } = person;
    if (person.finished || person.slipsUp('turnsBack') || !triesAgain(person, 'services', 4)) return leaves(person);
    return void hands.touch({ type: 'pick', index: chance.pick(services).index });
  },
  'account-confirm': (person) => person.hands.touch({ type: person.slipsUp('turnsBack') ? 'back' : 'confirm' }),
  'account-working': (person) => {
    if (person.slipsUp('pullsCard')) person.hands.pullCard();
  },
  'account-put-back': putsBack,
  'account-told': (person, { canRetry, receipt }) => {
    const { hands, chance, memory } = person;
    hands.liftDocument();
    person.slips.push(...hands.tearSlips());
    if (receipt === 'printing') return undefined;
    if (canRetry && triesAgain(person, 'goes on', 3)) return void hands.touch({ type: 'retry' });
    memory.set('account', 1);
    if (receipt === 'choice' && triesAgain(person, 'slip', 1)) return void hands.touch({ type: 'receipt', choice: 'print' });
    if (chance.happens(0.3)) return void hands.touch({ type: 'another' });
    return leaves(person);
  },
};

function putsBack(person: Person, { otherTail }: ViewBodyOf<'account-put-back'>): void {
  const { hands, chance, card } = person;
  if (person.slipsUp('walksOff')) return person.leave();
  if (otherTail !== undefined) hands.pullCard();
  if (hands.cardAt(card) === 'inside') return void hands.touch({ type: 'retry' });
  if (chance.happens(0.15)) return void hands.touch({ type: 'give-up-card' });
  hands.insertCard(person.slipsUp('mixesCards') ? person.otherCard : card);
  return undefined;
}

function leaves(person: Person): void {
  person.memory.set('account', 1);
  person.finished = true;
  person.hands.liftDocument();
  person.hands.touch({ type: 'finish' });
}

interface Steady {
  readonly name: string;
  readonly service: ViewBodyOf<'account-menu'>['services'][number]['name'];
  readonly more?: Partial<Script>;
  readonly screens?: Screens;
}

/** One service, to the end; in trouble once more, then away. */
function scriptOf({ name, service, more = {}, screens = {} }: Steady): Script {
  const asked = lossReportScripts[0]?.screens ?? {};
  return {
    name,
    balance: 0,
    isHolder: true,
    ...more,
    screens: {
      ...pickScreens(asked),
      attract: (person) => {
        const { hands, card } = person;
        if (hands.cardAt(card) === 'gate') hands.takeCard();
        const at = hands.cardAt(card);
        if ((person.finished && at !== 'inside') || at === 'bin' || !triesAgain(person, 'begin', 4)) person.leave();
        else hands.touch({ type: 'service', service: 'account' });
      },
      menu: (person) => {
        if (!person.finished && triesAgain(person, 'menu', 3)) return void person.hands.touch({ type: 'service', service: 'account' });
        return leaves(person);
      },
      'card-problem': (person, body) => {
        const { hands } = person;
        if (!person.finished && body.service !== undefined && triesAgain(person, 'card', 3)) return void hands.touch({ type: 'service', service: 'account' });
        if (triesAgain(person, 'reading')) return void hands.touch({ type: 'retry' });
        return leaves(person);
      },
      'account-menu': (person, { services }) => {
        const wanted = services.find((offered) => offered.name === service);
        if (person.finished || wanted === undefined || !triesAgain(person, 'services', 4)) return leaves(person);
        return void person.hands.touch({ type: 'pick', index: wanted.index });
      },
      'account-confirm': ({ hands }) => hands.touch({ type: 'confirm' }),
      'account-put-back': (person) => {
        const { hands, card } = person;
        if (hands.cardAt(card) === 'hand') hands.insertCard(card);
        else if (hands.cardAt(card) === 'inside') hands.touch({ type: 'retry' });
        else if (hands.cardAt(card) === 'gate') hands.takeCard();
      },
      'account-told': (person, { canRetry, receipt }) => {
        person.hands.liftDocument();
        person.slips.push(...person.hands.tearSlips());
        if (receipt === 'printing') return undefined;
        if (canRetry && triesAgain(person, 'goes on', 3)) return void person.hands.touch({ type: 'retry' });
        if (receipt === 'choice' && triesAgain(person, 'slip', 1)) return void person.hands.touch({ type: 'receipt', choice: 'print' });
        return leaves(person);
      },
      trouble: (person) => {
        if (triesAgain(person, 'trouble')) return void person.hands.touch({ type: 'retry' });
        return leaves(person);
      },
      ...screens,
    },
  };
}

/** Reports the card first, then finds it in a pocket. */
const foundAgain: Screens = {
  'loss-cards': lossReportScripts[0]?.screens['loss-cards'] ?? leaves,
  'loss-confirm': ({ hands }) => hands.touch({ type: 'confirm' }),
  attract: (person) => {
    const { hands, card, memory } = person;
    if (hands.cardAt(card) === 'gate') hands.takeCard();
    const at = hands.cardAt(card);
    if ((person.finished && at !== 'inside') || at === 'bin' || !triesAgain(person, 'begin', 5)) person.leave();
    else if (memory.get('reported') !== 1) hands.touch({ type: 'report-loss' });
    else hands.touch({ type: 'service', service: 'account' });
  },
  'loss-told': (person) => {
    person.memory.set('reported', 1);
    person.hands.liftDocument();
    person.hands.touch({ type: 'finish' });
  },
  goodbye: (person) => {
    if (person.finished && person.hands.cardAt(person.card) === 'hand') person.leave();
  },
};

export const accountScripts: readonly Script[] = [
  scriptOf({ name: 'account-activate', service: 'activate', more: { kind: 'notActivated' } }),
  scriptOf({ name: 'account-unblock', service: 'unblock', more: { kind: 'blocked' } }),
  scriptOf({ name: 'account-leaves', service: 'activate', more: { kind: 'notActivated' }, screens: { 'account-put-back': (person) => person.leave() } }),
  scriptOf({ name: 'account-release', service: 'release', more: { balance: 2320 }, screens: foundAgain }),
  scriptOf({ name: 'account-password', service: 'password', more: { balance: 2320 } }),
];
