/**
 * A person in front of the terminal: looks at the screen, waits as people do, and does one thing; remembers what they were told and keeps
 * the slips they tear off. What they want and which mistakes they make is their character; what they do on the screens of a flow is in
 * flows/.
 */
import type { Clock, Timer } from '../../common/clock.ts';
import type { NoteCounts } from '../../common/journal-kinds.ts';
import type { SaleRefusal } from '../../common/upstream-api/payments.ts';
import type { UiAct, View, ViewBody, ViewBodyOf, ViewKind } from '../../state-machines/view.ts';
import type { StaffAtHand } from '../support/staff-at-hand.ts';
import type { TownCard } from './cards.ts';
import type { Chance } from './chance.ts';

/** Probabilities of what people do by mistake, out of impatience or out of spite; once for each screen that gives them a chance. */
export interface Character {
  readonly name: 'steady' | 'hasty' | 'careless' | 'wavering';
  /** Of a touch or a movement, ms. */
  readonly thinks: { readonly least: number; readonly most: number };
  /** Goes away and leaves everything as it is. */
  readonly walksOff: number;
  /** Touches something that leads back or out. */
  readonly turnsBack: number;
  /** Pulls the card out by force while the terminal works on it. */
  readonly pullsCard: number;
  /** Leaves the card in the gate. */
  readonly forgetsCard: number;
  /** Puts in another card when asked for theirs. */
  readonly mixesCards: number;
  /** Opens something that lies over the screen. */
  readonly curious: number;
}

const steady: Character = {
  name: 'steady',
  thinks: { least: 400, most: 3000 },
  walksOff: 0,
  turnsBack: 0.01,
  pullsCard: 0,
  forgetsCard: 0,
  mixesCards: 0,
  curious: 0.02,
};

export const characters: readonly Character[] = [
  steady,
  { name: 'hasty', thinks: { least: 120, most: 900 }, walksOff: 0.03, turnsBack: 0.08, pullsCard: 0.06, forgetsCard: 0.02, mixesCards: 0.05, curious: 0.02 },
  { name: 'careless', thinks: { least: 500, most: 9000 }, walksOff: 0.08, turnsBack: 0.05, pullsCard: 0.02, forgetsCard: 0.15, mixesCards: 0.2, curious: 0.05 },
  {
    name: 'wavering',
    thinks: { least: 800, most: 70_000 },
    walksOff: 0.03,
    turnsBack: 0.25,
    pullsCard: 0.01,
    forgetsCard: 0.04,
    mixesCards: 0.05,
    curious: 0.15,
  },
];

/** After all has happened: whoever ends what others left. */
export const faultless: Character = { ...steady, turnsBack: 0, curious: 0 };

/** What a person can do with their hands. Each answers whether it was possible. */
export interface Hands {
  touch(act: UiAct): boolean;
  insertCard(card: TownCard): boolean;
  takeCard(): boolean;
  pullCard(): boolean;
  feedNote(denomination: number | 'unknown' | 'torn'): boolean;
  takeNote(): boolean;
  /** Slips that hang in the mouth, as text. */
  tearSlips(): readonly string[];
  /** A new payment code of their wallet, which ends in these two digits: they decide what becomes of it (fleet/server/acquirer/sandbox-wallet.ts). */
  newPaymentCode(end: string): string;
  /** Holds a code to the scanner's window. */
  presents(text: string): void;
  /** What the phone does with the order on the screen. */
  phone(orderId: string, does: 'pay' | 'decline' | 'confirming' | 'payLate'): void;
  /** What they do with a bank card at the bank's payment terminal, or what comes of it there. */
  bankTerminal(orderId: string, does: 'pay' | 'confirming' | 'payLate' | SaleRefusal): void;
  /** Lays their identity card on its reader, or takes it away. */
  layDocument(): void;
  liftDocument(): void;
  /** The ID reader's cable comes off for a while. */
  pullIdReader(): void;
  /** What they know by heart, or read from their telephone, to type it. */
  knows(field: ViewBodyOf<'loss-typing'>['field']): string;
  codeOnPhone(): string | undefined;
  /** What the authenticator of this member of staff shows; undefined: they have used it. */
  oneTimeCode(member: StaffAtHand): string | undefined;
  /** In the opened cabinet. */
  readonly boxes: BoxHands;
  /** Meanwhile the desk puts others into this time (ms since 1970), as far as there are any. */
  othersTake(start: number): void;
  /** Where their card is. */
  cardAt(card: TownCard): 'hand' | 'gate' | 'inside' | 'bin';
}

/** What a collector does with the operator's cash boxes, which go by their labels. */
export interface BoxHands {
  /** The one in the cabinet. */
  inside(): string | undefined;
  /** Those that came out and were not emptied; the last one last. */
  away(): readonly string[];
  /** On the empty one that they brought. */
  nextLabel(): string;
  /** Undefined: locked while a note is inside, or none is in. */
  takeOut(): string | undefined;
  /** Whether there was room for it. */
  putIn(label: string): boolean;
  /** What is in one that is out; undefined: it is not. */
  count(label: string): NoteCounts | undefined;
  /** They confirm that this is what they counted. */
  signs(settlementId: string, counted: NoteCounts): void;
  /** Its notes go to the bank. */
  empty(label: string): void;
}

/** What people do on screens: one act each time they look. */
export type Screens = { readonly [K in ViewKind]?: (person: Person, body: ViewBodyOf<K>) => void };

/** `look`: only whether the card is all right; `help`: something is looked up first; `desk`: there is something to tell; `callback`: they want to be called; `maintenance`: a technician; `settlement`: a collector. */
export type Wish =
  | 'topUp'
  | 'pendingLoad'
  | 'statement'
  | 'help'
  | 'desk'
  | 'callback'
  | 'chat'
  | 'lossReport'
  | 'replacement'
  | 'account'
  | 'maintenance'
  | 'settlement'
  | 'look';

export interface PersonOptions {
  readonly id: number;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly character: Character;
  readonly card: TownCard;
  /** Of somebody else in the family. */
  readonly otherCard: TownCard;
  readonly hands: Hands;
  /** Of the flows that they may use. */
  readonly screens: readonly Screens[];
  readonly wish?: Wish;
  /** Slips of vouchers that they brought. */
  readonly vouchers?: readonly VoucherInHand[];
}

export interface VoucherInHand {
  readonly number: string;
  /** Twelve digits, as printed. */
  readonly code: string;
}

/** Looks again when nothing changes, ms. */
const LOOKS_AGAIN = { least: 2500, most: 9000 };
/** Nobody stands longer than this in front of a screen that does not change and wants nothing of them, ms. */
const PATIENCE = 420_000;

export class Person {
  readonly id: number;
  readonly card: TownCard;
  readonly otherCard: TownCard;
  readonly character: Character;
  readonly chance: Chance;
  readonly hands: Hands;
  /** Reference numbers that stood on the screen while they were here, and what the screen said with it. */
  readonly told = new Map<string, Set<ViewBody['kind']>>();
  /** Slips in their hand. */
  readonly slips: string[] = [];
  /** They have what they came for, or have given up: they only want their card back. */
  finished = false;
  /** What flows remember of this person. */
  readonly memory = new Map<string, number>();
  readonly wish: Wish;
  readonly vouchers: readonly VoucherInHand[];
  readonly #options: PersonOptions;
  #timer: Timer;
  #view: View | undefined;
  #screen = '';
  #gone = false;
  #since: number;

  constructor(options: PersonOptions) {
    const { id, card, otherCard, character, chance, hands, clock } = options;
    this.id = id;
    this.card = card;
    this.otherCard = otherCard;
    this.character = character;
    this.chance = chance;
    this.hands = hands;
    this.wish = options.wish ?? 'topUp';
    this.vouchers = options.vouchers ?? [];
    this.#options = options;
    this.#since = clock.monotonic();
  }

  get gone(): boolean {
    return this.#gone;
  }

  /** A new View is on the glass. */
  sees(view: View): void {
    if (this.#gone) return;
    this.#view = view;
    this.#remember(view.body);
    const screen = `${view.body.kind}/${view.overlay?.kind ?? ''}`;
    const changed = screen !== this.#screen;
    this.#screen = screen;
    if (changed) this.#since = this.#options.clock.monotonic();
    if (changed || this.#timer === undefined) this.#react(this.character.thinks);
  }

  leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#options.clock.clearTimeout(this.#timer);
    this.slips.push(...this.hands.tearSlips());
  }

  /** A mistake of this character, now? */
  slipsUp(what: 'walksOff' | 'turnsBack' | 'pullsCard' | 'forgetsCard' | 'mixesCards' | 'curious'): boolean {
    const probability = this.character[what];
    return probability > 0 && this.chance.happens(probability);
  }

  #remember(body: ViewBody): void {
    if (!('reference' in body) || body.reference === undefined || body.reference === '') return;
    const kinds = this.told.get(body.reference) ?? new Set();
    this.told.set(body.reference, kinds.add(body.kind));
  }

  #react({ least, most }: { readonly least: number; readonly most: number }): void {
    const { clock } = this.#options;
    clock.clearTimeout(this.#timer);
    this.#timer = clock.setTimeout(() => this.#act(), this.chance.between(least, most));
  }

  #act(): void {
    this.#timer = undefined;
    if (this.#gone || this.#view === undefined) return;
    const { body, overlay } = this.#view;
    if (this.#options.clock.monotonic() - this.#since > PATIENCE || this.slipsUp('walksOff')) return this.leave();
    if (overlay?.kind === 'idle-warning') this.#warned();
    else if (overlay !== undefined) this.hands.touch({ type: 'close' });
    else if (this.#view.utilities && this.slipsUp('curious')) this.#looksAround();
    else this.#actOn(body);
    if (!this.#gone && this.#timer === undefined) this.#react(LOOKS_AGAIN);
  }

  #warned(): void {
    if (this.character.name === 'wavering' && this.chance.happens(0.4)) return; // reads on, and the time runs out
    this.hands.touch({ type: 'extend' });
  }

  #looksAround(): void {
    const { chance } = this;
    const overlay = chance.pick(['language', 'access', 'help', 'lost-card', 'hidden'] as const);
    if (chance.happens(0.6)) this.hands.touch({ type: 'open', overlay });
    else
      this.hands.touch({ type: 'prefer', preferences: chance.pick([{ locale: 'en' }, { locale: 'zh-CN' }, { size: 'xlarge' }, { theme: 'black' }] as const) });
  }

  #actOn(body: ViewBody): void {
    for (const screens of [...this.#options.screens, sessionScreens]) {
      const act = screens[body.kind] as ((person: Person, body: ViewBody) => void) | undefined;
      if (act !== undefined) return act(this, body);
    }
    return undefined;
  }
}

/** Screens of the session itself. */
const sessionScreens: Screens = {
  starting: waitsForTheMachine,
  'reading-card': waitsForTheMachine,
  'out-of-service': (person) => {
    const { hands, card } = person;
    if (hands.cardAt(card) === 'gate') hands.takeCard();
    if (hands.cardAt(card) === 'hand') person.leave();
  },
  attract: begins,
  'insert-card': (person) => {
    const { hands, card } = person;
    if (person.finished || hands.cardAt(card) === 'bin') hands.touch({ type: 'cancel' });
    else if (person.slipsUp('turnsBack')) hands.touch({ type: 'back' });
    else if (hands.cardAt(card) === 'gate') hands.takeCard();
    else if (hands.cardAt(card) === 'hand') hands.insertCard(card);
  },
  'card-problem': (person, { service }) => {
    if (service !== undefined && person.wish === 'account' && person.memory.get('account') !== 1) person.hands.touch({ type: 'service', service: 'account' });
    else if (person.chance.happens(0.3)) person.hands.touch({ type: 'retry' });
    else leavesBy(person, { type: 'finish' });
  },
  menu: (person) => {
    if (wantsHelp(person)) person.hands.touch({ type: 'support' });
    else if (person.finished || person.wish === 'look' || person.slipsUp('turnsBack')) leavesBy(person, { type: 'finish' });
    else person.hands.touch({ type: 'service', service: chosen(person) });
  },
  'take-card': (person) => {
    const { hands, card } = person;
    if (person.slipsUp('forgetsCard')) person.leave();
    else if (hands.takeCard() && hands.cardAt(card) === 'hand') person.finished = true;
  },
  survey: ({ hands }) => void hands.touch({ type: 'skip' }),
  goodbye: (person) => {
    if (person.hands.cardAt(person.card) === 'hand') person.leave();
  },
};

/** What they came for, as long as it is there and not done. */
function chosen({ wish, memory }: Person): 'topUp' | 'pendingLoad' | 'statement' | 'account' {
  if (wish === 'statement' && memory.get('statement') !== 1) return 'statement';
  if (wish === 'account' && memory.get('account') !== 1) return 'account';
  if (wish === 'pendingLoad' && memory.get('pending load') !== 1) return 'pendingLoad';
  return 'topUp';
}

function waitsForTheMachine(person: Person): void {
  if (person.slipsUp('pullsCard')) person.hands.pullCard();
}

/** They want to look something up before anything else. */
function wantsHelp(person: Person): boolean {
  return (
    (person.wish === 'help' || person.wish === 'desk' || person.wish === 'callback' || person.wish === 'chat') &&
    !person.finished &&
    person.memory.get('help') !== 1
  );
}

/** They only want their card back from now on. */
function leavesBy(person: Person, act: UiAct): void {
  person.finished = true;
  person.hands.touch(act);
}

/** Whoever was sent to the telephone looks now and then whether it works here after all. */
function triesLoss({ memory }: Person): boolean {
  const before = memory.get('report') ?? 0;
  memory.set('report', before + 1);
  return before < 4;
}

/** Who can't get in goes to the telephone. */
function triesStaff({ memory }: Person): boolean {
  const before = memory.get('staff') ?? 0;
  memory.set('staff', before + 1);
  return before < 4;
}

function begins(person: Person): void {
  const { hands, card, chance } = person;
  const at = hands.cardAt(card);
  if (at === 'gate') hands.takeCard();
  if ((person.finished && at !== 'inside') || at === 'bin') return person.leave();
  if (person.wish === 'maintenance' || person.wish === 'settlement') return void (triesStaff(person) ? hands.touch({ type: 'staff' }) : person.leave());
  if (person.wish === 'lossReport') return void (triesLoss(person) ? hands.touch({ type: 'report-loss' }) : person.leave());
  if (person.wish === 'replacement') return void (triesLoss(person) ? hands.touch({ type: 'replace-card' }) : person.leave());
  const way = chance.pick(['service', 'start', 'card'] as const);
  if (way === 'service' && wantsHelp(person)) return void hands.touch({ type: 'support' });
  if (way === 'card' && at === 'hand') hands.insertCard(card);
  else if (way === 'start') hands.touch({ type: 'start' });
  else hands.touch({ type: 'service', service: chosen(person) });
  return undefined;
}
