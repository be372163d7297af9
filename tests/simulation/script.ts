/** A steady person with a fixed intention, for the enumeration of faults: the same situation always finds them doing the same. */
import type { TownCard } from './cards.ts';
import type { Character, Person, Screens, Wish } from './person.ts';

export interface Script {
  readonly name: string;
  /** Of their card; default: one that works. */
  readonly kind?: TownCard['kind'];
  /** Fen on their card. */
  readonly balance: number;
  /** Rides that were paid with the card before, which it remembers. */
  readonly rides?: number;
  /** The issuer knows whose card it is. */
  readonly isHolder?: boolean;
  /** Fen that wait for their card at the issuer. */
  readonly waits?: readonly number[];
  /** A technician has just filled the stacker with three good blanks. */
  readonly fillsStacker?: boolean;
  /** What they come for; default: money. */
  readonly wish?: Wish;
  /** Somebody who came before them, undisturbed. */
  readonly after?: Script;
  /** With them is somebody else's card, of the same kind. */
  readonly bringsOtherCard?: boolean;
  /** Before those of the session. */
  readonly screens: Screens;
}

export const scripted: Character = {
  name: 'steady',
  thinks: { least: 250, most: 250 },
  walksOff: 0,
  turnsBack: 0,
  pullsCard: 0,
  forgetsCard: 0,
  mixesCards: 0,
  curious: 0,
};

/** Tries of the same thing before they give it up. */
const TRIES = 2;

/** Whether they do `what` once more. */
export function triesAgain(person: Person, what: string, tries = TRIES): boolean {
  const before = person.memory.get(what) ?? 0;
  person.memory.set(what, before + 1);
  return before < tries;
}

/** Nobody comes: what strikes the terminal strikes it while it waits, and whatever it forgets nobody's touch reminds it of. */
export const nobody: Script = {
  name: 'nobody',
  balance: 2320,
  screens: {
    attract: (person) => {
      if (!triesAgain(person, 'passes by', 3)) person.leave();
    },
  },
};

/** The session's screens, without a choice that is left to chance. */
export function scriptedSession(service: 'topUp' | 'pendingLoad' | 'statement'): Screens {
  return {
    attract: (person) => {
      const { hands, card } = person;
      if (hands.cardAt(card) === 'gate') hands.takeCard();
      const at = hands.cardAt(card);
      if ((person.finished && at !== 'inside') || at === 'bin' || !triesAgain(person, 'begin', 3)) person.leave();
      else hands.touch({ type: 'service', service });
    },
    'card-problem': (person) => {
      if (triesAgain(person, 'card')) return void person.hands.touch({ type: 'retry' });
      person.finished = true;
      person.hands.touch({ type: 'finish' });
      return undefined;
    },
  };
}
