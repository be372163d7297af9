/**
 * The replacement flow in the simulation: people who lost their card, say who they are, report it and want a new one: by notes, by telephone or by bank card, with
 * second thoughts, and some who leave the new card in the gate.
 */
import type { ViewBodyOf } from '../../../state-machines/view.ts';
import type { Person, Screens } from '../person.ts';
import { triesAgain, type Script } from '../script.ts';
import { scriptedBankCard } from './pay-bank-card.ts';
import { scriptedScan } from './pay-scan.ts';
import { lossReportScreens, lossReportScripts } from './loss-report.ts';

export const replacementScreens: Screens = {
  'loss-cards': (person, body) => {
    if (person.wish !== 'replacement') return lossReportScreens['loss-cards']?.(person, body);
    return picks(person, body);
  },
  'loss-told': (person, body) => {
    if (person.wish === 'replacement' && body.replacement === true && !person.finished) return goesOn(person);
    return lossReportScreens['loss-told']?.(person, body);
  },
  'replace-fee': (person, { tenders }) => {
    const { hands, chance } = person;
    const open = tenders.filter(({ available }) => available).map(({ name }) => name);
    if (person.slipsUp('turnsBack') || open.length === 0 || !triesAgain(person, 'fee', 4)) return leaves(person, 'back');
    return void hands.touch({ type: 'tender', tender: chance.pick(open) });
  },
  'replace-take': (person) => {
    if (person.slipsUp('forgetsCard')) return person.leave();
    return void person.hands.takeCard();
  },
  'replace-done': (person, { receipt }) => {
    const { hands, chance } = person;
    person.slips.push(...hands.tearSlips());
    if (receipt === 'printing') return undefined;
    if (receipt === 'choice' && chance.happens(0.4)) return void hands.touch({ type: 'receipt', choice: 'print' });
    return leaves(person, 'finish');
  },
};

function picks(person: Person, { cards }: ViewBodyOf<'loss-cards'>): void {
  const { hands } = person;
  hands.liftDocument();
  // a new one that they have by now is theirs, too
  const card = cards.find(({ tail, state }) => tail === person.card.tail && state !== 'replaced');
  if (card === undefined || person.slipsUp('turnsBack')) return leaves(person, 'finish');
  return void hands.touch({ type: 'pick', index: card.index });
}

function goesOn(person: Person): void {
  person.hands.liftDocument();
  person.hands.touch({ type: 'replace-card' });
}

function leaves(person: Person, by: 'back' | 'finish'): void {
  person.finished = true;
  person.hands.liftDocument();
  person.hands.touch({ type: by });
}

/** Looks at a first screen that does not offer it, before they go. */
const LOOKS_FOR_IT = 10;

/** Exactly the fee, in notes of 10; or by telephone, or bank card. Takes the card, and a slip. */
function scriptOf(name: string, tender: 'cash' | 'qr' | 'qrPresented' | 'card'): Script {
  const [byDocument] = lossReportScripts;
  if (byDocument === undefined) throw new Error('the loss report has no script');
  return {
    ...byDocument,
    name,
    fillsStacker: true,
    screens: {
      ...byDocument.screens,
      // the terminal sees a moment later that the stacker was filled
      attract: (person, { replacement }) => {
        const isOffered = replacement === true;
        if (person.finished || !triesAgain(person, isOffered ? 'begin' : 'offer', isOffered ? 3 : LOOKS_FOR_IT)) person.leave();
        else if (isOffered) person.hands.touch({ type: 'replace-card' });
      },
      'loss-cards': (person, body) => picks(person, body),
      'loss-told': (person, { replacement }) => (replacement === true && triesAgain(person, 'new card') ? goesOn(person) : leaves(person, 'finish')),
      'replace-fee': (person) => {
        if (!triesAgain(person, 'fee', 3)) return leaves(person, 'back');
        return void person.hands.touch({ type: 'tender', tender });
      },
      'top-up-cash': ({ hands }, { busy, room }) => {
        hands.takeNote();
        if (busy) return;
        if (room < 1000 || !hands.feedNote(1000)) hands.touch({ type: 'extend' });
      },
      'top-up-qr': (person, { state, orderId }) => {
        if (state === 'waiting' && triesAgain(person, `paid ${orderId}`, 1)) person.hands.phone(orderId, 'pay');
      },
      'top-up-scan': scriptedScan('confirms'),
      'top-up-bank-card': scriptedBankCard,
      'replace-take': ({ hands }) => void hands.takeCard(),
      'replace-done': (person, { receipt }) => {
        person.slips.push(...person.hands.tearSlips());
        if (receipt === 'printing') return undefined;
        if (receipt === 'choice' && triesAgain(person, 'print')) return void person.hands.touch({ type: 'receipt', choice: 'print' });
        return leaves(person, 'finish');
      },
      settled: (person, { receipt }) => {
        person.slips.push(...person.hands.tearSlips());
        if (receipt === 'printing') return undefined;
        return leaves(person, 'finish');
      },
    },
  };
}

export const replacementScripts: readonly Script[] = [
  scriptOf('replace-cash', 'cash'),
  scriptOf('replace-qr', 'qr'),
  scriptOf('replace-qr-presented', 'qrPresented'),
  scriptOf('replace-bank-card', 'card'),
];
