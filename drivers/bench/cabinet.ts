/**
 * A simulated cabinet: every simulator wired up, the things a person has at hand, and the truth of what is really in chips, box and
 * slips. It outlives the terminal process, as a cabinet does. Served by main.ts of this folder; never packaged.
 */
import type { Clock } from '../../common/clock.ts';
import { fen } from '../../common/fen.ts';
import { toHex } from '../../common/hex.ts';
import type { Random } from '../../common/ids.ts';
import type { IssuerKeys } from '../../common/pboc.ts';
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import { SimulatedCrt591 } from '../card-reader/crt591/simulator.ts';
import type { SimulatedCardReader } from '../card-reader/simulated-card-reader.ts';
import type { SimulatedCard } from '../card-reader/simulated-card.ts';
import { createChip, type ChipKind } from '../card/pboc/chip-kinds.ts';
import type { Chip } from '../card/pboc/chip.ts';
import { SimulatedId003 } from '../cash-acceptor/id003/simulator.ts';
import { Listeners } from '../listeners.ts';
import { slipToSvg } from '../receipt-printer/escpos/paper-svg.ts';
import { EscposSimulator } from '../receipt-printer/escpos/simulator.ts';
import { readSlip, type Slip } from '../receipt-printer/paper.ts';
import type { SimulatedUnit } from '../transport/simulated-unit.ts';
import type { CabinetState, DeviceName, FaultName, HandAct, HandAnswer } from './protocol.ts';

export interface CabinetOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Keys of the issuer whose cards lie here. */
  readonly issuerKeys: IssuerKeys;
  /** `YYYY-MM-DD`: validity of the cards is laid around it. */
  readonly today: string;
  /** Half-width columns of the receipt printer. */
  readonly columns?: 32 | 48;
  /** How many times faster than the wall's the given clock runs; default 1. */
  readonly speed?: number;
}

/** How long the acceptor holds a note in escrow by itself, ms: patience, not mechanics, so no haste of the clock shortens it. */
const ESCROW_LIMIT = 30_000;

interface CardAtHand {
  readonly id: string;
  readonly kind: ChipKind;
  readonly tail: string;
  readonly chip: Chip;
  readonly card: SimulatedCard;
  where: 'hand' | 'gate' | 'inside' | 'bin';
}

/** The cards of the bench: what each is for is in its name. */
const CARDS: readonly { readonly id: string; readonly kind: ChipKind; readonly serial: string; readonly balance: number }[] = [
  { id: 'student-6688', kind: 'valid', serial: '03105170010170906688', balance: 2320 },
  { id: 'student-3071', kind: 'valid', serial: '03105170010170903071', balance: 99_000 },
  { id: 'staff-2031', kind: 'expired', serial: '03105170010170902031', balance: 1250 },
  { id: 'new-4410', kind: 'notActivated', serial: '00004100000012344410', balance: 0 },
  { id: 'early-5150', kind: 'notYetValid', serial: '03105170010170905150', balance: 0 },
  { id: 'blocked-7719', kind: 'blocked', serial: '03105170010170907719', balance: 4600 },
  { id: 'foreign-8802', kind: 'foreign', serial: '03105170010170908802', balance: 3300 },
  { id: 'unknown', kind: 'unknown', serial: '', balance: 0 },
];

const FRAMES_KEPT = 60;
const SLIPS_KEPT = 50;
/** A jam that a technician has not cleared yet would hold the next note for ever: the bench's hand clears it when the knob is turned off. */
type Frame = CabinetState['frames'][number];

export class Cabinet {
  readonly units: Readonly<Record<DeviceName, SimulatedUnit>>;
  readonly reader: SimulatedCardReader;
  readonly acceptor: SimulatedId003;
  readonly printer: EscposSimulator;
  readonly #clock: Clock;
  readonly #cards: readonly CardAtHand[];
  readonly #changes = new Listeners<void>();
  readonly #frames: Frame[] = [];
  readonly #faults = new Set<FaultName>();
  readonly #taken: Slip[] = [];

  constructor(options: CabinetOptions) {
    this.#clock = options.clock;
    this.reader = new SimulatedCrt591(options.clock, { stacker: 20 });
    this.acceptor = new SimulatedId003(options.clock, { escrowLimit: ESCROW_LIMIT * (options.speed ?? 1) });
    this.printer = new EscposSimulator(options.clock, { columns: options.columns ?? 48 });
    this.units = {
      cardReader: this.#listened('cardReader', this.reader),
      cashAcceptor: this.#listened('cashAcceptor', this.acceptor),
      receiptPrinter: this.#listened('receiptPrinter', this.printer),
    };
    this.#cards = CARDS.map((card) => this.#cardAtHand(card, options));
  }

  onChange(listener: () => void): Unsubscribe {
    return this.#changes.add(listener);
  }

  get faults(): FaultName[] {
    return [...this.#faults];
  }

  /** What is really there; the parts that other processes know are added by whoever asks them. */
  state(): Pick<CabinetState, 'cards' | 'notes' | 'slips' | 'faults' | 'frames'> {
    this.#followCards();
    return {
      cards: this.#cards.map(({ id, kind, tail, where, chip }) => ({ id, kind, tail, where, balance: chip.balance, onlineCounter: chip.onlineCounter })),
      notes: {
        box: [...this.acceptor.box],
        escrow: typeof this.acceptor.escrow === 'number' ? this.acceptor.escrow : null,
        atEntrance: typeof this.acceptor.atMouth === 'number' ? [this.acceptor.atMouth] : [],
      },
      slips: this.#slips().map(({ slip, number, taken }) => ({ number, taken, text: readSlip(slip) })),
      faults: this.faults,
      frames: [...this.#frames],
    };
  }

  slip(number: number): string | undefined {
    const found = this.#slips().find((slip) => slip.number === number);
    return found === undefined ? undefined : slipToSvg(found.slip);
  }

  /** The chip of a card, for tests that set up the world. */
  chip(id: string): Chip {
    return this.#card(id).chip;
  }

  /** Hands inside the cabinet. Acts that need other processes (phone, network, power) are the caller's. */
  hand(act: HandAct): HandAnswer {
    const answer = this.#hand(act);
    this.#changes.emit();
    return answer;
  }

  /** Mains off and on: what is physically there stays. */
  powerCycle(): void {
    for (const unit of [this.reader, this.acceptor, this.printer]) unit.powerCycle();
    this.#changes.emit();
  }

  #hand(act: HandAct): HandAnswer {
    switch (act.act) {
      case 'insertCard':
        return this.#insert(act.card);
      case 'takeCard':
        return did(this.reader.takeCard() !== undefined, 'no card lies at the gate');
      case 'pullCard':
        return did(this.reader.pullCard() !== undefined, 'there is no card to pull');
      case 'feedNote':
        return did(this.acceptor.feedNote(act.denomination === 'unknown' ? 'unknown' : fen(act.denomination)) === 'taken', 'the slot does not take it');
      case 'takeNote':
        return did(this.acceptor.takeNote() !== undefined, 'no note sticks out');
      case 'tearPaper': {
        const torn = this.printer.tearPaper();
        this.#taken.push(...torn);
        this.#taken.splice(0, Math.max(0, this.#taken.length - SLIPS_KEPT));
        return did(torn.length > 0, 'no slip is there');
      }
      case 'fault':
        this.#fault(act.fault, act.on);
        return { done: true };
      case 'phone':
      case 'unplug':
      case 'plug':
      case 'network':
      case 'killTerminal':
      case 'powerCut':
        return { done: false, why: `${act.act} is not a hand inside the cabinet` };
    }
  }

  #insert(id: string): HandAnswer {
    this.#followCards();
    const card = this.#cards.find((known) => known.id === id);
    if (card === undefined) return { done: false, why: `there is no card ${id}; there are ${this.#cards.map((known) => known.id).join(', ')}` };
    if (card.where !== 'hand') return { done: false, why: `card ${id} is not in the hand but ${card.where}` };
    return did(this.reader.insertCard(card.card), 'the gate does not let it in');
  }

  #fault(fault: FaultName, on: boolean): void {
    if (on) this.#faults.add(fault);
    else this.#faults.delete(fault);
    switch (fault) {
      case 'tearBeforeCredit':
      case 'tearAfterCredit':
        for (const { chip } of this.#cards) {
          chip.disarm();
          if (on) chip.arm({ kind: 'tear', command: 'credit', when: fault === 'tearBeforeCredit' ? 'before' : 'after' });
        }
        break;
      case 'noteJam':
        if (on) this.acceptor.faults.jamNext = 'stacker';
        else this.acceptor.clearJam();
        break;
      case 'noteRejected':
        // 72: magnetic pattern (cash-acceptor.md 3.2)
        this.acceptor.faults.rejectNext = on ? 0x72 : undefined;
        break;
      case 'paperOut':
        if (on) this.printer.removePaper();
        else this.printer.loadPaper(80_000);
        break;
      case 'coverOpen':
        if (on) this.printer.openCover();
        else this.printer.closeCover();
        break;
      case 'cardJam':
        this.reader.knobs.jam = on;
        break;
      case 'issuerOffline':
      case 'paymentOffline':
      case 'loseNextPaymentAnswer':
      case 'loseNextLoadAnswer':
        break; // upstream's own knobs, turned by the caller
    }
  }

  #slips(): readonly { slip: Slip; number: number; taken: boolean }[] {
    return [...this.#taken.map((slip) => ({ slip, taken: true })), ...this.printer.slips.map((slip) => ({ slip, taken: false }))].map((slip, number) => ({
      ...slip,
      number,
    }));
  }

  #card(id: string): CardAtHand {
    const card = this.#cards.find((known) => known.id === id);
    if (card === undefined) throw new RangeError(`there is no card ${id}`);
    return card;
  }

  /** Where each card is by the reader's own truth. */
  #followCards(): void {
    const { card, bin } = this.reader;
    for (const known of this.#cards) {
      if (bin.includes(known.card)) known.where = 'bin';
      else if (card?.card !== known.card) known.where = 'hand';
      else known.where = card.at === 'gate' ? 'gate' : 'inside';
    }
  }

  #cardAtHand({ id, kind, serial, balance }: (typeof CARDS)[number], options: CabinetOptions): CardAtHand {
    const chip = createChip({
      kind,
      keys: options.issuerKeys,
      random: options.random,
      today: options.today,
      uid: Uint8Array.from([4, ...Buffer.from(id.padEnd(6).slice(0, 6))]),
      ...(serial === '' ? {} : { serial }),
      state: { balance, onlineCounter: 320 },
    });
    return { id, kind, tail: serial.slice(-4), chip, card: this.#held(chip), where: 'hand' };
  }

  /** The chip in plastic: when it is torn out of the field, the card is out of the reader. */
  #held(chip: Chip): SimulatedCard {
    return {
      interfaces: [chip.interface],
      uid: chip.uid,
      sak: chip.sak,
      // ISO 14443-3: 7-byte UID, anticollision by bit frames
      atqa: Uint8Array.of(0x00, 0x44),
      powerOn: () => chip.powerOn(),
      powerOff: () => chip.powerOff(),
      transmit: (apdu) => {
        const answer = chip.transmit(apdu);
        if (answer === undefined && chip.torn) {
          this.#tore();
          this.#clock.setTimeout(() => {
            this.reader.pullCard();
            this.#changes.emit();
          }, 0);
        }
        return answer;
      },
    };
  }

  /** Tearing strikes once: the cards that lie in the hand are safe again. */
  #tore(): void {
    for (const { chip } of this.#cards) chip.disarm();
    this.#faults.delete('tearBeforeCredit');
    this.#faults.delete('tearAfterCredit');
  }

  #listened(device: DeviceName, unit: SimulatedUnit): SimulatedUnit {
    const note = (direction: Frame['direction'], bytes: Uint8Array): void => {
      // Polls come many times a second; a line of the same bytes is kept once.
      const hex = toHex(bytes);
      const last = this.#frames.findLast((frame) => frame.device === device && frame.direction === direction);
      if (last?.bytes === hex) return;
      this.#frames.push({ at: new Date(this.#clock.now()).toISOString(), device, direction, bytes: hex.slice(0, 400) });
      this.#frames.splice(0, Math.max(0, this.#frames.length - FRAMES_KEPT));
      this.#changes.emit();
    };
    unit.onSend((bytes) => note('fromDevice', bytes));
    return {
      receive: (bytes) => {
        note('toDevice', bytes);
        unit.receive(bytes);
      },
      onSend: (listener) => unit.onSend(listener),
      powerCycle: () => unit.powerCycle(),
    };
  }
}

function did(done: boolean, why: string): HandAnswer {
  return done ? { done } : { done, why };
}
