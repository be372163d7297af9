/**
 * The top-up flow in the simulation: what its people want and do. The example for every flow that joins (README.md). What must be true
 * afterwards is the same for all flows (oracles/).
 */
import type { ViewBodyOf } from '../../../state-machines/view.ts';
import { voucherOn } from '../oracles/slips.ts';
import type { Person, Screens, VoucherInHand } from '../person.ts';
import { bankCard, scriptedBankCard } from './pay-bank-card.ts';
import { scan, scriptedScan } from './pay-scan.ts';
import { scriptedSession, triesAgain, type Script } from '../script.ts';

/** Fen; what wallets hold. */
const NOTES = [500, 1000, 2000, 5000, 10000] as const;
const AMOUNTS = [2000, 5000, 10000, 20000] as const;

/** From the load on: the same for every flow that loads a card. */
export const loadScreens = {
  committing: (person) => {
    if (person.slipsUp('pullsCard')) person.hands.pullCard();
  },
  'put-back': putBack,
  done: result,
  settled: result,
  trouble,
} as const satisfies Screens;

export const topUpScreens: Screens = {
  ...loadScreens,
  'top-up-amount': amount,
  'top-up-custom': custom,
  'top-up-tender': tender,
  'top-up-cash': cash,
  'top-up-qr': qr,
  'top-up-scan': scan,
  'top-up-bank-card': bankCard,
  'top-up-voucher': voucher,
  'top-up-voucher-confirm': (person) => person.hands.touch({ type: person.slipsUp('turnsBack') ? 'back' : 'confirm' }),
};

function amount(person: Person, { selected, presets, maximum }: ViewBodyOf<'top-up-amount'>): void {
  const { hands, chance } = person;
  if (person.slipsUp('turnsBack')) hands.touch({ type: chance.pick(['back', 'cancel', 'finish'] as const) });
  else if (selected !== undefined && chance.happens(0.9)) hands.touch({ type: 'confirm' });
  else if (chance.happens(0.15)) hands.touch({ type: 'custom-amount' });
  else hands.touch({ type: 'amount', amount: chance.pick(presets.length > 0 ? presets : AMOUNTS.filter((choice) => choice <= maximum).concat(2000)) });
}

function custom(person: Person, { digits, error }: ViewBodyOf<'top-up-custom'>): void {
  const { hands, chance } = person;
  if (person.slipsUp('turnsBack')) hands.touch({ type: 'back' });
  else if (error !== undefined) hands.touch({ type: chance.pick(['clear', 'erase', 'back'] as const) });
  else if (digits.length < 2) hands.touch({ type: 'digit', digit: String(chance.between(digits === '' ? 1 : 0, 9)) });
  else hands.touch({ type: 'confirm' });
}

function tender(person: Person, { tenders }: ViewBodyOf<'top-up-tender'>): void {
  const { hands, chance } = person;
  const open = tenders.filter(({ available }) => available).map(({ name }) => name);
  if (person.slipsUp('turnsBack') || open.length === 0) hands.touch({ type: chance.pick(['back', 'cancel', 'finish'] as const) });
  else if (open.includes('voucher') && person.vouchers.length > 0 && chance.happens(0.8)) hands.touch({ type: 'tender', tender: 'voucher' });
  else hands.touch({ type: 'tender', tender: chance.pick(open) });
}

/** Types number and code from the slip, now and then a wrong one; without a slip there is nothing to type. */
function voucher(person: Person, { field, number, code, complete, error }: ViewBodyOf<'top-up-voucher'>): void {
  const { hands, chance } = person;
  const [slip] = person.vouchers;
  if (field === 'checking') return;
  const wanted = field === 'number' ? slip?.number : slip?.code;
  const typed = plain(field === 'number' ? number : code);
  if (wanted === undefined || person.slipsUp('turnsBack')) hands.touch({ type: chance.pick(['back', 'cancel'] as const) });
  else if (error !== undefined && chance.happens(0.5)) hands.touch({ type: chance.pick(['clear', 'back'] as const) });
  else if (complete && chance.happens(0.95)) hands.touch({ type: 'confirm' });
  else type(person, { field, wanted: plain(wanted), typed });
}

/** Without what groups it. */
function plain(text: string): string {
  return text.replaceAll(/[- ]/g, '');
}

function type(person: Person, { field, wanted, typed }: { readonly field: 'number' | 'code'; readonly wanted: string; readonly typed: string }): void {
  const { hands, chance } = person;
  const next = wanted[typed.length];
  if (next === undefined || !wanted.startsWith(typed)) return void hands.touch({ type: 'erase' });
  const symbol = chance.happens(0.02) ? String(chance.between(0, 9)) : next;
  return void hands.touch(field === 'number' ? { type: 'symbol', symbol } : { type: 'digit', digit: symbol });
}

function cash(person: Person, { inserted, requested, busy, canReturn, room, denominations }: ViewBodyOf<'top-up-cash'>): void {
  const { hands, chance } = person;
  hands.takeNote();
  if (busy) return;
  if (inserted >= requested || (inserted > 0 && chance.happens(0.15)) || room < 500) {
    if (inserted === 0) hands.touch({ type: 'cancel' });
    else hands.touch({ type: person.slipsUp('turnsBack') ? 'cancel' : 'confirm' });
    return;
  }
  if (person.slipsUp('turnsBack')) hands.touch({ type: canReturn && chance.happens(0.5) ? 'back' : 'cancel' });
  else hands.feedNote(nextNote(person, denominations, requested - inserted));
}

/** Mostly one that fits; sometimes whatever lies on top, or one that no machine takes. */
function nextNote({ chance }: Person, taken: readonly number[], missing: number): number | 'unknown' | 'torn' {
  const which = chance.weighed({ fitting: 90, any: 5, unknown: 3, torn: 2 });
  if (which === 'unknown' || which === 'torn') return which;
  const fitting = taken.filter((note) => note <= Math.max(missing, 500));
  return chance.pick(which === 'any' || fitting.length === 0 ? NOTES : fitting);
}

function qr(person: Person, { state, orderId }: ViewBodyOf<'top-up-qr'>): void {
  const { hands, chance, memory } = person;
  if (state !== 'waiting' || memory.get(`paid ${orderId}`) === 1) {
    if (state === 'confirming' && person.slipsUp('turnsBack')) hands.touch({ type: 'back' });
    return;
  }
  if (person.slipsUp('turnsBack')) {
    // Some pay and leave in the same breath.
    if (chance.happens(0.3)) hands.phone(orderId, 'pay');
    hands.touch({ type: chance.pick(['back', 'cancel'] as const) });
    return;
  }
  const does = chance.weighed({ pay: 70, confirming: 4, payLate: 12, decline: 6, nothing: 8 });
  if (does !== 'nothing') {
    hands.phone(orderId, does);
    if (does !== 'confirming') memory.set(`paid ${orderId}`, 1);
  }
}

function putBack(person: Person, { checking }: ViewBodyOf<'put-back'>): void {
  const { hands, card, otherCard, chance } = person;
  if (checking) return;
  if (hands.cardAt(card) === 'gate' || hands.cardAt(otherCard) === 'gate') hands.takeCard();
  if (chance.happens(0.05)) hands.touch({ type: 'give-up-card' });
  else if (person.slipsUp('mixesCards') && hands.cardAt(otherCard) === 'hand') hands.insertCard(otherCard);
  else if (hands.cardAt(card) === 'hand') hands.insertCard(card);
}

function result(person: Person, body: ViewBodyOf<'done' | 'settled'>): void {
  const { hands, card, chance } = person;
  if (body.card === 'atGate' && hands.cardAt(card) === 'gate' && !person.slipsUp('forgetsCard')) hands.takeCard();
  if (body.receipt === 'choice') hands.touch({ type: 'receipt', choice: chance.pick(['print', 'print', 'screen', 'none'] as const) });
  else if ((body.receipt === 'printing' || body.receipt === 'printed') && chance.happens(0.7)) person.slips.push(...hands.tearSlips());
  else if (body.receipt !== 'printing') {
    if (chance.happens(0.1)) hands.touch({ type: 'another' });
    else {
      person.finished = true;
      hands.touch({ type: 'finish' });
    }
  }
}

function trouble(person: Person, { canRetry }: ViewBodyOf<'trouble'>): void {
  const { hands, chance } = person;
  if (canRetry && chance.happens(0.5)) hands.touch({ type: 'retry' });
  else {
    person.finished = true;
    hands.touch({ type: chance.pick(['finish', 'back'] as const) });
  }
}

/** From the load on. */
export const scriptedLoad = {
  committing: () => {},
  'put-back': ({ hands, card }, { checking }) => {
    if (!checking && hands.cardAt(card) === 'gate') hands.takeCard();
    if (!checking && hands.cardAt(card) === 'hand') hands.insertCard(card);
  },
  done: scriptedResult,
  settled: scriptedResult,
  trouble: (person, { canRetry }) => {
    if (canRetry && triesAgain(person, 'trouble')) return void person.hands.touch({ type: 'retry' });
    person.finished = true;
    person.hands.touch({ type: 'finish' });
    return undefined;
  },
} as const satisfies Screens;

/**
 * 20 yuan by two notes, and 20 yuan by phone, whichever side shows the code; all want a slip. Asked to put the card back, one takes that of
 * somebody else first, and one is gone. One thinks better of it after the first note, and comes back with the voucher.
 */
export const topUpScripts: readonly Script[] = [
  { name: 'cash', balance: 2320, screens: scriptedTopUp('cash') },
  { name: 'qr', balance: 350, screens: scriptedTopUp('qr') },
  { name: 'qr-presented', balance: 350, screens: scriptedTopUp('qrPresented') },
  { name: 'qr-presented-confirms', balance: 350, screens: { ...scriptedTopUp('qrPresented'), 'top-up-scan': scriptedScan('confirms') } },
  { name: 'bank-card', balance: 350, screens: scriptedTopUp('card') },
  { name: 'cash-other-card', balance: 2320, bringsOtherCard: true, screens: { ...scriptedTopUp('cash'), 'put-back': otherCardFirst } },
  { name: 'qr-leaves', balance: 350, screens: { ...scriptedTopUp('qr'), 'put-back': (person) => person.leave() } },
  { name: 'voucher', balance: 350, screens: comesBackWithVoucher() },
];

function otherCardFirst(person: Person, { checking }: ViewBodyOf<'put-back'>): void {
  const { hands, card, otherCard } = person;
  if (checking) return;
  if (hands.cardAt(card) === 'gate' || hands.cardAt(otherCard) === 'gate') hands.takeCard();
  const next = hands.cardAt(otherCard) === 'hand' && triesAgain(person, 'other card', 1) ? otherCard : card;
  if (hands.cardAt(next) === 'hand') hands.insertCard(next);
}

function scriptedTopUp(wanted: 'cash' | 'qr' | 'qrPresented' | 'card'): Screens {
  return {
    ...scriptedSession('topUp'),
    'top-up-amount': ({ hands }, { selected }) => {
      hands.touch(selected === undefined ? { type: 'amount', amount: 2000 } : { type: 'confirm' });
    },
    'top-up-tender': (person, { tenders }) => {
      const open = tenders.some(({ name, available }) => name === wanted && available);
      if (!open) person.finished = true;
      person.hands.touch(open ? { type: 'tender', tender: wanted } : { type: 'cancel' });
    },
    'top-up-cash': ({ hands }, { inserted, requested, busy }) => {
      hands.takeNote();
      if (busy) return;
      if (inserted >= requested || !hands.feedNote(1000)) hands.touch({ type: inserted > 0 ? 'confirm' : 'extend' });
    },
    'top-up-qr': (person, { state, orderId }) => {
      if (state === 'waiting' && triesAgain(person, `pay ${orderId}`, 1)) person.hands.phone(orderId, 'pay');
    },
    'top-up-scan': scriptedScan('pays'),
    'top-up-bank-card': scriptedBankCard,
    ...scriptedLoad,
  };
}

function comesBackWithVoucher(): Screens {
  const held = ({ slips }: Person): VoucherInHand | undefined => slips.flatMap((slip) => voucherOn(slip) ?? [])[0];
  return {
    ...scriptedTopUp('cash'),
    'top-up-tender': (person, { tenders }) => {
      const wanted = held(person) === undefined ? 'cash' : 'voucher';
      const open = tenders.some(({ name, available }) => name === wanted && available);
      if (!open) person.finished = true;
      person.hands.touch(open ? { type: 'tender', tender: wanted } : { type: 'cancel' });
    },
    'top-up-cash': ({ hands }, { inserted, busy }) => {
      hands.takeNote();
      if (busy) return;
      if (inserted > 0 || !hands.feedNote(1000)) hands.touch({ type: inserted > 0 ? 'cancel' : 'extend' });
    },
    'top-up-voucher': (person, { field, number, code, complete }) => {
      const { hands } = person;
      if (field === 'checking') return undefined;
      if (complete) return void hands.touch({ type: 'confirm' });
      const slip = held(person);
      const [wanted = '', typed] = field === 'number' ? [slip?.number, number] : [slip?.code, code];
      if (!triesAgain(person, 'typing', 6)) return void hands.touch({ type: 'cancel' });
      for (const symbol of plain(wanted).slice(plain(typed).length))
        hands.touch(field === 'number' ? { type: 'symbol', symbol } : { type: 'digit', digit: symbol });
      return undefined;
    },
    'top-up-voucher-confirm': ({ hands }) => hands.touch({ type: 'confirm' }),
    settled: (person, body) => {
      scriptedResult(person, body);
      if (held(person) !== undefined && person.finished && triesAgain(person, 'voucher', 1)) person.finished = false;
    },
    goodbye: (person) => {
      if (person.finished && person.hands.cardAt(person.card) === 'hand') person.leave();
    },
  };
}

function scriptedResult(person: Person, body: ViewBodyOf<'done' | 'settled'>): void {
  const { hands, card } = person;
  if (hands.cardAt(card) === 'gate') hands.takeCard();
  if (body.receipt === 'choice') return void hands.touch({ type: 'receipt', choice: 'print' });
  person.slips.push(...hands.tearSlips()); // a presenter waits for the hand
  if (body.receipt === 'printing') return undefined;
  person.finished = true;
  hands.touch({ type: 'finish' });
  return undefined;
}
