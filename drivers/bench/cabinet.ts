/**
 * A simulated cabinet: the simulators of the chosen models wired up, the things a person has at hand, and the truth of what is really in
 * chips, box and slips. It outlives the terminal process, as a cabinet does. Served by main.ts of this folder; never packaged.
 */
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import type { Chip } from '../card/pboc/chip.ts';
import type { FedNote } from '../cash-acceptor/simulated-cash-acceptor.ts';
import { Listeners } from '../listeners.ts';
import { slipToSvg } from '../receipt-printer/escpos/paper-svg.ts';
import { readSlip, type Slip } from '../receipt-printer/paper.ts';
import type { SimulatedUnit } from '../transport/simulated-unit.ts';
import { CardsAtHand, type CardWorld } from './cards-at-hand.ts';
import { DOCUMENTS } from './documents.ts';
import { turnOf } from './faults.ts';
import { fit, unitsOf, type Fitted, type FittedDevices } from './fitted.ts';
import { FrameLog } from './frame-log.ts';
import { Hands, type ActInside, type ActOfKnobs } from './hands.ts';
import { KnobsAtWork } from './knobs-at-work.ts';
import type { CabinetState, DeviceName, HandAnswer } from './protocol.ts';
import { sideWorked } from './simulators.ts';

export interface CabinetOptions extends CardWorld {
  /** Devices that aren't named are not there. */
  readonly devices: FittedDevices;
  /** How many times faster than the wall's the given clock runs; default 1. */
  readonly speed?: number;
}

/** How long an acceptor holds a note in escrow by itself, ms: patience, not mechanics, so no haste of the clock shortens it. */
const ESCROW_LIMIT = 30_000;
/** Blank cards in a stacker to begin with. */
export const BLANKS = 20;

/** What the cabinet alone can see. */
export type StateInside = Omit<CabinetState, 'books' | 'unplugged' | 'network' | 'faults'>;

export class Cabinet {
  /** What stands on the lines to the terminal. */
  readonly units: Readonly<Partial<Record<DeviceName, SimulatedUnit>>>;
  readonly #devices: FittedDevices;
  readonly #fitted: Fitted;
  readonly #cards: CardsAtHand;
  readonly #hands: Hands;
  readonly #knobs: KnobsAtWork;
  readonly #log: FrameLog;
  readonly #changes = new Listeners<void>();

  /** @throws {RangeError} unknown model @throws {z.ZodError} options that are none of the model's */
  constructor(options: CabinetOptions) {
    const { clock, devices, speed = 1 } = options;
    const changed = (): void => this.#changes.emit();
    this.#devices = devices;
    this.#fitted = fit(devices, clock, { escrowLimit: ESCROW_LIMIT * speed, stacker: BLANKS });
    const side = sideWorked(devices.cardReader?.model, devices.cardReader?.options);
    this.#cards = new CardsAtHand(options, { reader: this.#fitted.cardReader, side }, changed);
    this.#hands = new Hands(this.#fitted, this.#cards, { clock, speed, onChange: changed });
    this.#knobs = new KnobsAtWork(this.#fitted, this.#cards);
    this.#log = new FrameLog(clock, changed);
    this.units = Object.fromEntries(unitsOf(this.#fitted).map(([name, unit]) => [name, this.#log.listened(name, unit)]));
    for (const unit of [this.#fitted.cardReader, this.#fitted.receiptPrinter, this.#fitted.idReader, this.#fitted.cabinet]) unit?.onChange(changed);
  }

  onChange(listener: () => void): Unsubscribe {
    return this.#changes.add(listener);
  }

  state(): StateInside {
    const { cardReader: reader, cashAcceptor: acceptor, receiptPrinter: printer, codeScanner, idReader, cabinet, keypad } = this.#fitted;
    return {
      fitted: Object.fromEntries(Object.entries(this.#devices).map(([name, { model }]) => [name, model])),
      cards: this.#cards.state(),
      cardSlot: reader === undefined ? null : reader.acceptsCard ? 'open' : 'shut',
      cardStore: reader === undefined ? null : { stacker: reader.stacker.length, bin: reader.bin.length, blank: this.#cards.blank() },
      notes: {
        box: [...(acceptor?.box ?? [])],
        escrow: valueOf(acceptor?.escrow) ?? null,
        atEntrance: [valueOf(acceptor?.atMouth)].filter((note) => note !== undefined),
        carriedAway: [...this.#hands.carriedAway],
      },
      cashBox: acceptor === undefined ? null : this.#hands.boxIn ? 'in' : 'out',
      slips: this.#slips().map(({ slip, number, taken }) => ({ number, taken, text: readSlip(slip) })),
      paperMm: printer === undefined ? null : Math.round(printer.paperMm),
      codesRead: codeScanner?.read.length ?? null,
      documents: DOCUMENTS.map(({ id, document }) => ({ id, name: document.name, where: idReader?.document === document ? 'reader' : 'hand' })),
      cabinet: cabinet === undefined ? null : { door: cabinet.isDoorOpen ? 'open' : 'closed', serviceSwitch: cabinet.serviceSwitch, lit: cabinet.isLit },
      keypad: keypad === undefined ? null : { held: [...keypad.held], headphone: keypad.headphone ?? null },
      knobs: this.#knobs.values(),
      frames: this.#log.frames,
    };
  }

  slip(number: number): string | undefined {
    const found = this.#slips().find((slip) => slip.number === number);
    return found === undefined ? undefined : slipToSvg(found.slip);
  }

  /** The chip of a card, for tests that set up the world. @throws {RangeError} */
  chip(id: string): Chip {
    return this.#cards.chip(id);
  }

  /** Acts that reach beyond the cabinet (phone, cables, network, power) are the caller's, and so are upstream's knobs. */
  hand(act: ActInside | ActOfKnobs): HandAnswer {
    const answer = this.#did(act);
    this.#changes.emit();
    return answer;
  }

  /** Mains off and on: what is physically there stays. */
  powerCycle(): void {
    for (const [, unit] of unitsOf(this.#fitted)) unit.powerCycle();
    this.#changes.emit();
  }

  #did(act: ActInside | ActOfKnobs): HandAnswer {
    if (act.act === 'knob') return this.#knobs.turn(act.knob, act.value);
    if (act.act !== 'fault') return this.#hands.do(act);
    const { knob, value } = turnOf(act.fault, act.on);
    return this.#knobs.turn(knob, value);
  }

  #slips(): readonly { slip: Slip; number: number; taken: boolean }[] {
    const hanging = this.#fitted.receiptPrinter?.slips ?? [];
    return [...this.#hands.torn.map((slip) => ({ slip, taken: true })), ...hanging.map((slip) => ({ slip, taken: false }))].map((slip, number) => ({
      ...slip,
      number,
    }));
  }
}

/** Of a note that has one. */
function valueOf(note: FedNote | undefined): number | undefined {
  return typeof note === 'number' ? note : undefined;
}
