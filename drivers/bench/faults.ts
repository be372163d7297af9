/** The faults of a top-up by short names, for demonstrations and tests: each is one position of one knob (knob-table.ts). */
import { atRest, knobShape, type KnobName, type KnobValue } from './knob-table.ts';

export const faultNames = [
  'tearBeforeCredit',
  'tearAfterCredit',
  'noteJam',
  'noteRejected',
  'paperOut',
  'coverOpen',
  'cardJam',
  'issuerOffline',
  'paymentOffline',
  'loseNextPaymentAnswer',
  'loseNextLoadAnswer',
] as const;
export type FaultName = (typeof faultNames)[number];

interface Position {
  readonly knob: KnobName;
  readonly value: KnobValue;
}

const POSITIONS: Readonly<Record<FaultName, Position>> = {
  tearBeforeCredit: { knob: 'card.tear', value: 'beforeCredit' },
  tearAfterCredit: { knob: 'card.tear', value: 'afterCredit' },
  noteJam: { knob: 'cashAcceptor.jamNext', value: 'stacker' },
  noteRejected: { knob: 'cashAcceptor.rejectNext', value: true },
  paperOut: { knob: 'receiptPrinter.paperOut', value: true },
  coverOpen: { knob: 'receiptPrinter.coverOpen', value: true },
  cardJam: { knob: 'cardReader.jam', value: true },
  issuerOffline: { knob: 'upstream.issuerOffline', value: true },
  paymentOffline: { knob: 'upstream.paymentOffline', value: true },
  loseNextPaymentAnswer: { knob: 'upstream.loseNextAnswer', value: 'payment' },
  loseNextLoadAnswer: { knob: 'upstream.loseNextAnswer', value: 'load' },
};

/** The turn of a knob that a fault is. */
export function turnOf(fault: FaultName, on: boolean): Position {
  const { knob, value } = POSITIONS[fault];
  return { knob, value: on ? value : atRest(knobShape(knob)) };
}

/** Which faults are on, by where the knobs stand. */
export function faultsOf(knobs: Readonly<Partial<Record<KnobName, KnobValue>>>): FaultName[] {
  return faultNames.filter((fault) => knobs[POSITIONS[fault].knob] === POSITIONS[fault].value);
}
