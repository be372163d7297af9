/**
 * Everything that can be made to go wrong at the bench, as data: the cabinet turns these knobs, the bench window draws them, a script
 * lists them (`GET /knobs`). Every knob of every device class is here, or this doesn't compile; what one does is said where its class
 * says it (drivers/…/simulated-….ts).
 */
import type { CabinetIoKnobs } from '../cabinet/simulated-cabinet-io.ts';
import type { CardReaderKnobs } from '../card-reader/simulated-card-reader.ts';
import type { CashAcceptorKnobs } from '../cash-acceptor/simulated-cash-acceptor.ts';
import type { CodeScannerKnobs } from '../code-scanner/simulated-code-scanner.ts';
import type { IdReaderKnobs } from '../id-reader/simulated-id-reader.ts';
import type { KeypadKnobs } from '../keypad/simulated-keypad.ts';
import type { ReceiptPrinterKnobs } from '../receipt-printer/simulated-receipt-printer.ts';
import { blankFaults } from './blank-faults.ts';

export const deviceNames = ['cardReader', 'cashAcceptor', 'receiptPrinter', 'codeScanner', 'idReader', 'cabinet', 'keypad'] as const;
export type DeviceName = (typeof deviceNames)[number];

/** What a knob belongs to: a device, the hand that holds the card, or what upstream answers. */
export const knobOwners = ['card', ...deviceNames, 'upstream'] as const;
export type KnobOwner = (typeof knobOwners)[number];

export type KnobShape = { readonly owner: KnobOwner } & (
  | { readonly kind: 'switch' }
  /** Of a count that strikes: so many times, then it is at 0 again. Of one with a unit: a measure, 0 is off. */
  | { readonly kind: 'count'; readonly max: number; readonly step: number; readonly unit?: 'ms' | 'byte' }
  /** The first choice is off. */
  | { readonly kind: 'choice'; readonly choices: readonly [string, string, ...string[]] }
);
/** On or off; how many; which. */
export type KnobValue = boolean | number | string;

interface KnobsOf {
  readonly cardReader: CardReaderKnobs;
  readonly cashAcceptor: CashAcceptorKnobs;
  readonly receiptPrinter: ReceiptPrinterKnobs;
  readonly codeScanner: CodeScannerKnobs;
  readonly idReader: IdReaderKnobs;
  readonly cabinet: CabinetIoKnobs;
  readonly keypad: KeypadKnobs;
}
type ClassKnob = { readonly [D in DeviceName]: `${D}.${keyof KnobsOf[D] & string}` }[DeviceName];
/** What hands do to a device that isn't a knob of its simulator, and what stands around the cabinet. */
type BenchKnob =
  | 'card.tear'
  | 'cardReader.nextBlank'
  | `receiptPrinter.${'paperOut' | 'coverOpen' | 'jam'}`
  | `upstream.${'issuerOffline' | 'paymentOffline' | 'loseNextAnswer'}`;

const few = { kind: 'count', max: 9, step: 1 } as const;
const on = { kind: 'switch' } as const;

export const knobTable = {
  /** The card leaves right before, or right after, its chip executed the next CREDIT FOR LOAD. Strikes once. */
  'card.tear': { owner: 'card', kind: 'choice', choices: ['none', 'beforeCredit', 'afterCredit'] },

  'cardReader.jam': { owner: 'cardReader', ...on },
  'cardReader.holdCard': { owner: 'cardReader', ...on },
  'cardReader.secondChip': { owner: 'cardReader', ...on },
  'cardReader.binFull': { owner: 'cardReader', ...on },
  /** What lies on top of the stacker: a blank with another card's key, or plastic without a chip. */
  'cardReader.nextBlank': { owner: 'cardReader', kind: 'choice', choices: blankFaults },
  'cardReader.dead': { owner: 'cardReader', ...on },
  'cardReader.slowBy': { owner: 'cardReader', kind: 'count', max: 10_000, step: 500, unit: 'ms' },
  'cardReader.loseAnswers': { owner: 'cardReader', ...few },
  'cardReader.corruptAnswers': { owner: 'cardReader', ...few },

  'cashAcceptor.rejectNext': { owner: 'cashAcceptor', ...on },
  /** Off again: the technician took the stuck note out. */
  'cashAcceptor.jamNext': { owner: 'cashAcceptor', kind: 'choice', choices: ['none', 'acceptor', 'stacker'] },
  'cashAcceptor.boxFull': { owner: 'cashAcceptor', ...on },
  'cashAcceptor.silent': { owner: 'cashAcceptor', ...on },
  'cashAcceptor.loseAnswers': { owner: 'cashAcceptor', ...few },
  'cashAcceptor.corruptAnswers': { owner: 'cashAcceptor', ...few },
  'cashAcceptor.duplicateAnswers': { owner: 'cashAcceptor', ...few },

  'receiptPrinter.paperOut': { owner: 'receiptPrinter', ...on },
  /** So many bytes from now on. */
  'receiptPrinter.paperOutAtByte': { owner: 'receiptPrinter', kind: 'count', max: 10_000, step: 250, unit: 'byte' },
  'receiptPrinter.coverOpen': { owner: 'receiptPrinter', ...on },
  'receiptPrinter.jam': { owner: 'receiptPrinter', kind: 'choice', choices: ['none', 'cutter', 'paper', 'presenter'] },
  'receiptPrinter.mute': { owner: 'receiptPrinter', ...on },

  'codeScanner.dead': { owner: 'codeScanner', ...on },
  'codeScanner.stopAfter': { owner: 'codeScanner', kind: 'count', max: 500, step: 10, unit: 'byte' },

  'idReader.silent': { owner: 'idReader', ...on },
  'idReader.broken': { owner: 'idReader', ...on },
  'idReader.failReads': { owner: 'idReader', ...few },
  'idReader.loseAnswers': { owner: 'idReader', ...few },
  'idReader.corruptAnswers': { owner: 'idReader', ...few },

  'keypad.dead': { owner: 'keypad', ...on },

  'cabinet.silent': { owner: 'cabinet', ...on },
  'cabinet.loseAnswers': { owner: 'cabinet', ...few },
  'cabinet.corruptAnswers': { owner: 'cabinet', ...few },

  /** Upstream answers for the issuer, or the acquirer, that they are down. */
  'upstream.issuerOffline': { owner: 'upstream', ...on },
  'upstream.paymentOffline': { owner: 'upstream', ...on },
  /** The next answer about a payment, or a load, is lost after the books changed. Strikes once. */
  'upstream.loseNextAnswer': { owner: 'upstream', kind: 'choice', choices: ['none', 'payment', 'load'] },
} as const satisfies Readonly<Record<ClassKnob | BenchKnob, KnobShape>>;

export type KnobName = keyof typeof knobTable;
export const knobNames = Object.keys(knobTable) as KnobName[];

export function knobShape(name: KnobName): KnobShape {
  return knobTable[name];
}

/** Where a knob stands when nothing is wrong. */
export function atRest(shape: KnobShape): KnobValue {
  switch (shape.kind) {
    case 'switch':
      return false;
    case 'count':
      return 0;
    case 'choice':
      return shape.choices[0];
  }
}

/** Why a knob has no such position; undefined: it has. */
export function misfit(name: KnobName, value: KnobValue): string | undefined {
  const shape = knobShape(name);
  switch (shape.kind) {
    case 'switch':
      return typeof value === 'boolean' ? undefined : `${name}: expected true or false`;
    case 'count': {
      const fits = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= shape.max;
      return fits ? undefined : `${name}: expected a whole number from 0 to ${shape.max}`;
    }
    case 'choice':
      return shape.choices.some((choice) => choice === value) ? undefined : `${name}: expected one of ${shape.choices.join(', ')}`;
  }
}
