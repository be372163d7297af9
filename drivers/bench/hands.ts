/** What hands do to the devices of a cabinet, one movement at a time, and what only hands know: slips torn off, boxes carried away. */
import type { Clock, Timer } from '../../common/clock.ts';
import { fen, type Fen } from '../../common/fen.ts';
import type { SimulatedCard } from '../card-reader/simulated-card.ts';
import type { KeypadKey } from '../keypad/keypad.ts';
import type { SimulatedKeypad } from '../keypad/simulated-keypad.ts';
import type { Slip } from '../receipt-printer/paper.ts';
import type { CardsAtHand } from './cards-at-hand.ts';
import { DOCUMENTS } from './documents.ts';
import type { Fitted } from './fitted.ts';
import { did, type DeviceName, type HandAct, type HandAnswer } from './protocol.ts';

/** Acts that reach beyond the cabinet: cables, network, power, phone, payment terminal, and faults, which are turns of knobs. */
export type ActAround = Extract<HandAct, { readonly act: 'phone' | 'bankTerminal' | 'unplug' | 'plug' | 'network' | 'killTerminal' | 'powerCut' }>;
export type ActOfKnobs = Extract<HandAct, { readonly act: 'knob' | 'fault' }>;
export type ActInside = Exclude<HandAct, ActAround | ActOfKnobs>;

const BEYOND: Readonly<Record<(ActAround | ActOfKnobs)['act'], true>> = {
  phone: true,
  bankTerminal: true,
  unplug: true,
  plug: true,
  network: true,
  killTerminal: true,
  powerCut: true,
  knob: true,
  fault: true,
};

export function isInside(act: HandAct): act is ActInside {
  return !Object.hasOwn(BEYOND, act.act);
}

type ActOf<A extends ActInside['act']> = Extract<ActInside, { readonly act: A }>;

const SLIPS_KEPT = 50;

/** How long a finger stays on a key, ms: a hand's time, so no haste of the clock shortens it. A long press is one of 2 s (drivers/keypad). */
export const pressTimes = { short: 120, long: 2_300 } as const;

export class Hands {
  readonly #fitted: Fitted;
  readonly #cards: CardsAtHand;
  readonly #clock: Clock;
  readonly #speed: number;
  readonly #onChange: () => void;
  readonly #torn: Slip[] = [];
  readonly #carriedAway: Fen[] = [];
  readonly #fingers = new Map<KeypadKey, Timer>();
  #boxIn = true;

  /** @param speed how many times faster than the wall's the clock runs */
  constructor(fitted: Fitted, cards: CardsAtHand, { clock, speed, onChange }: { clock: Clock; speed: number; onChange: () => void }) {
    this.#fitted = fitted;
    this.#cards = cards;
    this.#clock = clock;
    this.#speed = speed;
    this.#onChange = onChange;
  }

  get torn(): readonly Slip[] {
    return this.#torn;
  }

  get carriedAway(): readonly Fen[] {
    return this.#carriedAway;
  }

  get boxIn(): boolean {
    return this.#boxIn;
  }

  do(act: ActInside): HandAnswer {
    switch (act.act) {
      case 'insertCard':
      case 'insertStaffCard':
      case 'takeCard':
      case 'pullCard':
      case 'fillStacker':
      case 'emptyStacker':
      case 'emptyBin':
        return this.#withReader(act);
      case 'feedNote':
      case 'takeNote':
      case 'cheatNote':
      case 'removeBox':
      case 'insertBox':
        return this.#withAcceptor(act);
      case 'tearPaper':
      case 'loadPaper':
        return this.#withPrinter(act);
      case 'showCode':
        return this.#with('codeScanner', (scanner) => {
          scanner.show({ text: act.text, ...(act.aim === undefined ? {} : { aim: act.aim }) });
          return { done: true };
        });
      case 'layDocument':
      case 'liftDocument':
        return this.#withIdReader(act);
      case 'key':
        return this.#with('keypad', (keypad) => this.#press(keypad, act));
      case 'headphone':
        return this.#with('keypad', (keypad) => {
          if (keypad.headphone === undefined) return did(false, 'this keypad has no jack');
          keypad.setHeadphone(act.plugged);
          return { done: true };
        });
      case 'door':
      case 'serviceSwitch':
        return this.#with('cabinet', (cabinet) => {
          if (act.act === 'serviceSwitch') cabinet.turnServiceSwitch(act.to);
          else if (act.open) cabinet.openDoor();
          else cabinet.closeDoor();
          return { done: true };
        });
    }
  }

  #with<D extends DeviceName>(name: D, use: (device: NonNullable<Fitted[D]>) => HandAnswer): HandAnswer {
    const device = this.#fitted[name];
    return device === undefined ? did(false, `there is no ${name} in this cabinet`) : use(device);
  }

  #withReader(act: ActOf<'insertCard' | 'insertStaffCard' | 'takeCard' | 'pullCard' | 'fillStacker' | 'emptyStacker' | 'emptyBin'>): HandAnswer {
    return this.#with('cardReader', (reader) => {
      switch (act.act) {
        case 'insertStaffCard': {
          const why = this.#cards.insertStaffCard(act);
          return did(why === undefined, why ?? '');
        }
        case 'insertCard': {
          const why = this.#cards.insert(act.card);
          return did(why === undefined, why ?? '');
        }
        case 'takeCard':
          return this.#takes(reader.takeCard(), 'no card lies at the gate');
        case 'pullCard':
          return this.#takes(reader.pullCard(), 'there is no card to pull');
        case 'fillStacker':
          if (!this.#cards.hasStacker) return did(false, 'this reader has no stacker');
          this.#cards.fillStacker(act.count);
          return { done: true };
        case 'emptyStacker':
          if (!this.#cards.hasStacker) return did(false, 'this reader has no stacker');
          return did(reader.emptyStacker().length > 0, 'no card is in the stacker');
        case 'emptyBin':
          return did(reader.emptyBin().length > 0, 'no card is in the bin');
      }
    });
  }

  #takes(card: SimulatedCard | undefined, otherwise: string): HandAnswer {
    this.#cards.keep(card);
    return did(card !== undefined, otherwise);
  }

  #withAcceptor(act: ActOf<'feedNote' | 'takeNote' | 'cheatNote' | 'removeBox' | 'insertBox'>): HandAnswer {
    return this.#with('cashAcceptor', (acceptor) => {
      switch (act.act) {
        case 'feedNote': {
          const note = typeof act.denomination === 'number' ? fen(act.denomination) : act.denomination;
          return did(acceptor.feedNote(note) === 'taken', 'the slot does not take it');
        }
        case 'takeNote':
          return did(acceptor.takeNote() !== undefined, 'no note sticks out');
        case 'cheatNote':
          acceptor.cheat();
          return { done: true };
        case 'removeBox': {
          if (!this.#boxIn) return did(false, 'the box is out already');
          const content = acceptor.removeBox();
          if (content === undefined) return did(false, 'the box can not be taken out: a note is inside, or this model keeps it');
          this.#carriedAway.push(...content);
          this.#boxIn = false;
          return { done: true };
        }
        case 'insertBox':
          if (this.#boxIn) return did(false, 'the box is in already');
          acceptor.insertBox();
          this.#boxIn = true;
          return { done: true };
      }
    });
  }

  #withPrinter(act: ActOf<'tearPaper' | 'loadPaper'>): HandAnswer {
    return this.#with('receiptPrinter', (printer) => {
      if (act.act === 'loadPaper') {
        printer.loadPaper(act.mm);
        return { done: true };
      }
      const torn = printer.takeSlips();
      this.#torn.push(...torn);
      this.#torn.splice(0, Math.max(0, this.#torn.length - SLIPS_KEPT));
      return did(torn.length > 0, 'no slip is there');
    });
  }

  #withIdReader(act: ActOf<'layDocument' | 'liftDocument'>): HandAnswer {
    return this.#with('idReader', (reader) => {
      if (act.act === 'liftDocument') return did(reader.takeDocument() !== undefined, 'no document lies on the reader');
      const found = DOCUMENTS.find(({ id }) => id === act.document);
      if (found === undefined) return did(false, `there is no document ${act.document}; there are ${DOCUMENTS.map(({ id }) => id).join(', ')}`);
      reader.placeDocument(found.document);
      return { done: true };
    });
  }

  #press(keypad: SimulatedKeypad, { key, press }: ActOf<'key'>): HandAnswer {
    this.#clock.clearTimeout(this.#fingers.get(key));
    this.#fingers.delete(key);
    if (press === 'up') {
      keypad.release(key);
      return { done: true };
    }
    keypad.press(key);
    if (press === 'down') return { done: true };
    const lift = (): void => {
      this.#fingers.delete(key);
      keypad.release(key);
      this.#onChange();
    };
    this.#fingers.set(key, this.#clock.setTimeout(lift, pressTimes[press] * this.#speed));
    return { done: true };
  }
}
