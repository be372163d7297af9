/**
 * The simulated cabinet: reader, acceptor and printer of the models that the seed chose, on cables that faults strike, and what hands do
 * at it. What is in its box, its bin and its mouth is the truth that the oracles count.
 */
import type { Clock } from '../../common/clock.ts';
import type { Fen } from '../../common/fen.ts';
import { sideWorked, simulators } from '../../drivers/bench/simulators.ts';
import type { SimulatedCard } from '../../drivers/card-reader/simulated-card.ts';
import type { SimulatedCodeScanner } from '../../drivers/code-scanner/simulated-code-scanner.ts';
import type { SimulatedCardReader } from '../../drivers/card-reader/simulated-card-reader.ts';
import type { FedNote, SimulatedCashAcceptor } from '../../drivers/cash-acceptor/simulated-cash-acceptor.ts';
import type { SimulatedIdReader } from '../../drivers/id-reader/simulated-id-reader.ts';
import type { SimulatedReceiptPrinter } from '../../drivers/receipt-printer/simulated-receipt-printer.ts';
import { SimulatedLines } from '../../drivers/transport/simulated.ts';
import type { SimulatedUnit } from '../../drivers/transport/simulated-unit.ts';
import { overWire, type LineSpeed } from '../support/line-speed.ts';
import { Boxes } from './boxes.ts';
import type { TownCard } from './cards.ts';
import type { Chance } from './chance.ts';
import { lineDevices, type Direction, type FaultKind, type LineDevice } from './faults.ts';
import { cable } from './line.ts';

/** Models that stand in simulated cabinets, with the options their terminal is configured with. */
export const models = {
  cardReader: {
    'crt591-m001': { address: 0, interfaces: ['contactless', 'contact'], rfTypes: 'AB', contactPower: '5V-emv' },
    'crt591-r02': { address: 0, interfaces: ['contactless', 'contact'], rfTypes: 'AB', contactPower: '5V-emv' },
    'crt591-mr': {},
    crt571: {},
    crt310: {},
  },
  cashAcceptor: {
    'jcm-id003': { denominations: [500, 1000, 2000, 5000, 10000], stackCommand: 'stack1', pollEvery: 150 },
    'cashcode-ccnet': { denominations: [500, 1000, 2000, 5000, 10000] },
    'cctalk-bill': { denominations: [500, 1000, 2000, 5000, 10000] },
  },
  receiptPrinter: {
    'escpos-generic-80': { columns: 48, dialect: 'auto', qr: 'raster', confirm: 'queueAnswer' },
    'escpos-generic-58': {},
    'epson-tm': {},
    'snbc-bt-t080': {},
    'citizen-pmu2300': {},
    'custom-vkp80': {},
    'custom-kpm': {},
    'pyramid-reliance': {},
  },
} as const;
type ModelOf<D extends LineDevice> = keyof (typeof models)[D] & string;
export interface Fittings {
  readonly cardReader: ModelOf<'cardReader'>;
  readonly cashAcceptor: ModelOf<'cashAcceptor'>;
  readonly receiptPrinter: ModelOf<'receiptPrinter'>;
}

/** The sides of a card that a reader works, most of it first. */
export function sidesOf({ cardReader }: Fittings): readonly ('contactless' | 'contact')[] {
  const options: { readonly interfaces?: readonly ('contactless' | 'contact')[] } = models.cardReader[cardReader];
  const first = sideWorked(cardReader, options);
  return first === 'contact' ? [first] : [first, ...(options.interfaces ?? []).filter((side) => side !== first)];
}

/** Usual settings of these units (card-readers.md 1.1, cash-acceptor.md 3); printers come with 9600 to 115200. */
const SPEEDS: Readonly<Record<LineDevice, LineSpeed>> = {
  cardReader: { baudRate: 38_400, bitsPerByte: 10 },
  cashAcceptor: { baudRate: 9600, bitsPerByte: 11 },
  receiptPrinter: { baudRate: 115_200, bitsPerByte: 10 },
};

/** ms */
const UNPLUGGED = { least: 500, most: 20_000 };
const DEAD = { least: 2000, most: 30_000 };
const HINDERED = { least: 5000, most: 60_000 };
const WHILE_A_NOTE_MOVES = { least: 0, most: 6000 };
const ROLL_MM = 80_000;
/** Bytes of a report that holds the whole of a payment code in so many more. */
const HALF_A_CODE = 12;
const ESCROW_LIMIT_MS = 30_000;

export interface CabinetOptions {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly fittings: Fittings;
  /** A card was taken out of the gate. */
  readonly onTaken: (plastic: SimulatedCard) => void;
  readonly pass: (channel: `line.${LineDevice}.${Direction}`, bytes: Uint8Array) => readonly FaultKind[];
}

export class SimulatedCabinet {
  readonly lines = new SimulatedLines();
  readonly reader: SimulatedCardReader;
  readonly acceptor: SimulatedCashAcceptor;
  readonly printer: SimulatedReceiptPrinter;
  readonly idReader: SimulatedIdReader;
  readonly scanner: SimulatedCodeScanner;
  readonly #options: CabinetOptions;
  /** Notes that a technician took out of the path: the operator has them. */
  readonly found: FedNote[] = [];
  /** The operator's cash boxes, wherever they are. */
  readonly boxes: Boxes;
  readonly #strikes: Readonly<Partial<Record<FaultKind, () => void>>>;

  constructor(options: CabinetOptions) {
    const { clock, fittings } = options;
    this.#options = options;
    this.reader = simulators.cardReader[fittings.cardReader](clock, { options: models.cardReader[fittings.cardReader], stacker: 0 });
    this.acceptor = simulators.cashAcceptor[fittings.cashAcceptor](clock, {
      options: models.cashAcceptor[fittings.cashAcceptor],
      escrowLimit: ESCROW_LIMIT_MS,
    });
    this.boxes = new Boxes(this.acceptor);
    this.printer = simulators.receiptPrinter[fittings.receiptPrinter](clock, { options: models.receiptPrinter[fittings.receiptPrinter] });
    this.idReader = simulators.idReader['sam-serial'](clock);
    this.lines.add('idReader', this.idReader);
    this.scanner = simulators.codeScanner['hid-pos'](clock);
    this.lines.add('codeScanner', this.scanner);
    for (const device of lineDevices) this.lines.add(device, this.#wired(device));
    this.#strikes = { ...this.#atCables(), ...this.#atReader(), ...this.#atAcceptor(), ...this.#atPrinter(), ...this.#atScanner() };
  }

  /** The devices as a terminal's configuration names them. */
  get configured(): Readonly<Record<LineDevice | 'idReader' | 'codeScanner', object>> {
    const { fittings } = this.#options;
    const named = (device: LineDevice, model: string, options: object): object => ({ model, address: `sim:${device}`, options });
    return {
      cardReader: named('cardReader', fittings.cardReader, models.cardReader[fittings.cardReader]),
      cashAcceptor: named('cashAcceptor', fittings.cashAcceptor, models.cashAcceptor[fittings.cashAcceptor]),
      receiptPrinter: named('receiptPrinter', fittings.receiptPrinter, models.receiptPrinter[fittings.receiptPrinter]),
      idReader: { model: 'sam-serial', address: 'sim:idReader' },
      codeScanner: { model: 'hid-pos', address: 'sim:codeScanner' },
    };
  }

  /** Fen in the operator's hands: the boxes, and what was found in the path. */
  get notesInCustody(): number {
    return sum(this.boxes.fallen) + sum(this.found.filter((note) => typeof note === 'number'));
  }

  /** The process is gone: the lines are free again. */
  hangUp(): void {
    for (const device of [...lineDevices, 'idReader', 'codeScanner'] as const) this.#replug(device);
  }

  /** Mains off and on. */
  powerCycle(): void {
    for (const unit of [this.reader, this.acceptor, this.printer, this.idReader, this.scanner]) unit.powerCycle();
  }

  /** Somebody's foot: the ID reader's cable comes off, and a technician's hand, or theirs, puts it back. */
  pullIdReader(): void {
    this.#atOnce(() => this.lines.unplug('idReader'));
    this.#later(UNPLUGGED, () => this.lines.plug('idReader'));
  }

  /** Where a card is. */
  placeOf(card: TownCard): 'hand' | 'gate' | 'inside' | 'bin' {
    if (this.reader.bin.includes(card.plastic)) return 'bin';
    const there = this.reader.card;
    if (there?.card !== card.plastic) return 'hand';
    return there.at === 'gate' ? 'gate' : 'inside';
  }

  /** Whoever stands there, or a technician. */
  takeFromGate(): boolean {
    const plastic = this.reader.takeCard();
    if (plastic !== undefined) this.#options.onTaken(plastic);
    return plastic !== undefined;
  }

  /** A fault that is the unit's own, not its line's; others do nothing here. */
  strike(kind: FaultKind): void {
    this.#strikes[kind]?.();
  }

  /** A technician mends all that needs a hand, and turns every knob back. @returns cards that were in the bin */
  mend(): readonly unknown[] {
    const { reader, acceptor, printer } = this;
    Object.assign(reader.knobs, { jam: false, holdCard: false, secondChip: false, binFull: false, dead: false, slowBy: 0, loseAnswers: 0, corruptAnswers: 0 });
    Object.assign(acceptor.knobs, { rejectNext: false, jamNext: undefined, boxFull: false, silent: false });
    Object.assign(printer.knobs, { mute: false, paperOutAtByte: undefined });
    const stuck = acceptor.clearJam();
    if (stuck !== undefined) this.found.push(stuck);
    printer.clearJam();
    if (printer.isCoverOpen) printer.closeCover();
    if (printer.paperMm < ROLL_MM / 10) printer.loadPaper(ROLL_MM);
    Object.assign(this.scanner.knobs, { dead: false, stopAfter: undefined });
    for (const device of [...lineDevices, 'idReader', 'codeScanner']) this.lines.plug(device);
    this.idReader.takeDocument();
    this.takeFromGate(); // what sticks out
    return reader.emptyBin();
  }

  #later({ least, most }: { readonly least: number; readonly most: number }, then: () => void): void {
    this.#options.clock.setTimeout(then, this.#options.chance.between(least, most));
  }

  /** What happens to a unit never happens in the middle of its own answer. */
  #atOnce(act: () => void): void {
    this.#options.clock.setTimeout(act, 0);
  }

  #atCables(): Partial<Record<FaultKind, () => void>> {
    const units = { cardReader: this.reader, cashAcceptor: this.acceptor, receiptPrinter: this.printer };
    return Object.fromEntries(
      lineDevices.flatMap((device) => [
        [
          `${device}.unplugged`,
          () => {
            this.#atOnce(() => this.lines.unplug(device));
            this.#later(UNPLUGGED, () => this.lines.plug(device));
          },
        ],
        [`${device}.powerLost`, () => this.#atOnce(() => units[device].powerCycle())],
      ]),
    );
  }

  #atReader(): Partial<Record<FaultKind, () => void>> {
    const { knobs } = this.reader;
    const forAWhile = (knob: 'jam' | 'dead' | 'secondChip' | 'holdCard' | 'binFull', span: typeof DEAD) => (): void => {
      knobs[knob] = true;
      this.#later(span, () => (knobs[knob] = false));
    };
    return {
      'cardReader.jam': forAWhile('jam', HINDERED),
      'cardReader.dead': forAWhile('dead', DEAD),
      'cardReader.secondChip': forAWhile('secondChip', HINDERED),
      'cardReader.holdCard': forAWhile('holdCard', DEAD),
      'cardReader.binFull': forAWhile('binFull', HINDERED),
      'cardReader.slow': () => {
        knobs.slowBy = this.#options.chance.between(500, 5000);
        this.#later(DEAD, () => (knobs.slowBy = 0));
      },
    };
  }

  #atAcceptor(): Partial<Record<FaultKind, () => void>> {
    const { acceptor } = this;
    const { knobs } = acceptor;
    return {
      'cashAcceptor.silent': () => {
        knobs.silent = true;
        this.#later(DEAD, () => (knobs.silent = false));
      },
      'note.jamInAcceptor': () => (knobs.jamNext = 'acceptor'),
      'note.jamInStacker': () => (knobs.jamNext = 'stacker'),
      'note.rejected': () => (knobs.rejectNext = true),
      'note.cheated': () => this.#later(WHILE_A_NOTE_MOVES, () => acceptor.cheat()),
      'note.powerLostSoon': () => this.#later(WHILE_A_NOTE_MOVES, () => acceptor.powerCycle()),
      'note.boxFull': () => {
        knobs.boxFull = true;
        this.#later(HINDERED, () => (knobs.boxFull = false));
      },
    };
  }

  #atPrinter(): Partial<Record<FaultKind, () => void>> {
    const { printer } = this;
    return {
      'receiptPrinter.paperOut': () => printer.removePaper(),
      'receiptPrinter.paperOutSoon': () => (printer.knobs.paperOutAtByte = this.#options.chance.between(20, 3000)),
      'receiptPrinter.coverOpen': () => {
        printer.openCover();
        this.#later(HINDERED, () => printer.closeCover());
      },
      'receiptPrinter.cutterJam': () => printer.jamWith('cutter'),
      'receiptPrinter.paperJam': () => printer.jamWith('paper'),
      'receiptPrinter.presenterJam': () => printer.jamWith('presenter'),
      'receiptPrinter.mute': () => {
        printer.knobs.mute = true;
        this.#later(DEAD, () => (printer.knobs.mute = false));
      },
    };
  }

  #atScanner(): Partial<Record<FaultKind, () => void>> {
    const { knobs } = this.scanner;
    return {
      'codeScanner.unplugged': () => {
        this.lines.unplug('codeScanner');
        this.#later(UNPLUGGED, () => this.lines.plug('codeScanner'));
      },
      'codeScanner.dead': () => {
        knobs.dead = true;
        this.#later(DEAD, () => (knobs.dead = false));
      },
      'code.halfRead': () => {
        knobs.stopAfter = HALF_A_CODE;
        this.#later(DEAD, () => (knobs.stopAfter = undefined));
      },
    };
  }

  #wired(device: LineDevice): SimulatedUnit {
    const { clock, chance, pass } = this.#options;
    const unit: SimulatedUnit = { cardReader: this.reader, cashAcceptor: this.acceptor, receiptPrinter: this.printer }[device];
    const onCable = cable(unit, {
      device,
      clock,
      chance,
      pass: (direction, bytes) => {
        const faults = pass(`line.${device}.${direction}`, bytes);
        for (const kind of faults) this.strike(kind);
        return faults;
      },
    });
    return overWire(onCable, clock, SPEEDS[device]);
  }

  #replug(device: LineDevice | 'idReader' | 'codeScanner'): void {
    this.lines.unplug(device);
    this.lines.plug(device);
  }
}

export function sum(amounts: readonly (Fen | number)[]): number {
  return amounts.reduce((total: number, amount) => total + amount, 0);
}
