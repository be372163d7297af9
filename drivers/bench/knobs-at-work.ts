/** The knobs of what stands in the cabinet: each name of knob-table.ts joined to what it turns. Used by cabinet.ts. */
import type { SimulatedCashAcceptor } from '../cash-acceptor/simulated-cash-acceptor.ts';
import type { SimulatedReceiptPrinter } from '../receipt-printer/simulated-receipt-printer.ts';
import { blankFaults } from './blank-faults.ts';
import type { CardsAtHand } from './cards-at-hand.ts';
import type { Fitted } from './fitted.ts';
import { deviceNames, knobNames, knobShape, misfit, type DeviceName, type KnobName, type KnobValue } from './knob-table.ts';
import { did, type HandAnswer } from './protocol.ts';

interface Handle {
  readonly get: () => KnobValue;
  readonly set: (value: KnobValue) => void;
}
type Handles = Readonly<Partial<Record<KnobName, Handle>>>;

/** A full roll. */
const ROLL_MM = 80_000;

export class KnobsAtWork {
  readonly #handles: Handles;

  constructor(fitted: Fitted, cards: CardsAtHand) {
    this.#handles = {
      'card.tear': handle(
        () => cards.tear,
        (value) => (cards.tear = value === 'beforeCredit' || value === 'afterCredit' ? value : 'none'),
      ),
      ...Object.assign({}, ...deviceNames.map((device) => ownKnobs(device, fitted[device]?.knobs))),
      ...(cards.hasStacker && stackerKnobs(cards)),
      ...(fitted.cashAcceptor && notePathKnobs(fitted.cashAcceptor)),
      ...(fitted.receiptPrinter && printerKnobs(fitted.receiptPrinter)),
    };
  }

  values(): Partial<Record<KnobName, KnobValue>> {
    return Object.fromEntries(Object.entries(this.#handles).map(([name, { get }]) => [name, get()]));
  }

  turn(name: KnobName, value: KnobValue): HandAnswer {
    const knob = this.#handles[name];
    if (knob === undefined) return did(false, `${name}: there is no ${knobShape(name).owner} in this cabinet`);
    const why = misfit(name, value);
    if (why !== undefined) return did(false, why);
    knob.set(value);
    return { done: true };
  }
}

function handle(get: () => KnobValue, set: (value: KnobValue) => void): Handle {
  return { get, set };
}

/** Knobs of a simulator that have the name of the table. One that is undefined at rest is 0, or the first choice. */
function ownKnobs(device: DeviceName, knobs: object | undefined): Handles {
  if (knobs === undefined) return {};
  const own = knobNames.flatMap((name) => {
    const [owner, property = ''] = name.split('.');
    return owner === device && property in knobs ? [[name, ownKnob(name, knobs, property)] as const] : [];
  });
  return Object.fromEntries(own);
}

function ownKnob(name: KnobName, knobs: object, property: string): Handle {
  const shape = knobShape(name);
  const restsUndefined = Reflect.get(knobs, property) === undefined;
  const rest = shape.kind === 'choice' ? shape.choices[0] : 0;
  return handle(
    () => (Reflect.get(knobs, property) as KnobValue | undefined) ?? rest,
    (value) => void Reflect.set(knobs, property, restsUndefined && value === rest ? undefined : value),
  );
}

function stackerKnobs(cards: CardsAtHand): Handles {
  return {
    'cardReader.nextBlank': handle(
      () => cards.nextBlank,
      (value) => (cards.nextBlank = blankFaults.find((fault) => fault === value) ?? 'none'),
    ),
  };
}

/** A jam that a technician has not cleared yet would hold the next note for ever: the knob stays until it is turned off, and that clears it. */
function notePathKnobs(acceptor: SimulatedCashAcceptor): Handles {
  let jam = 'none';
  return {
    'cashAcceptor.jamNext': handle(
      () => jam,
      (value) => {
        jam = String(value);
        acceptor.knobs.jamNext = value === 'acceptor' || value === 'stacker' ? value : undefined;
        if (value === 'none') acceptor.clearJam();
      },
    ),
  };
}

function printerKnobs(printer: SimulatedReceiptPrinter): Handles {
  let jam = 'none';
  return {
    'receiptPrinter.paperOut': handle(
      () => printer.paperMm <= 0,
      (value) => {
        if (value === true) printer.removePaper();
        else if (printer.paperMm <= 0) printer.loadPaper(ROLL_MM);
      },
    ),
    'receiptPrinter.coverOpen': handle(
      () => printer.isCoverOpen,
      (value) => (value === true ? printer.openCover() : printer.closeCover()),
    ),
    'receiptPrinter.jam': handle(
      () => jam,
      (value) => {
        jam = String(value);
        printer.clearJam();
        if (value === 'cutter' || value === 'paper' || value === 'presenter') printer.jamWith(value);
      },
    ),
  };
}
