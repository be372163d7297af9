/** What each act of a training terminal is at the cabinet: a movement of a hand or the turn of a knob, how it is undone, and when it is in force. */
import type { ChaosAct, TrainingHand, TrainingOrder } from '../../common/training-acts.ts';
import { BLANKS } from './cabinet.ts';
import type { CabinetState, DeviceName, HandAct, KnobName, KnobValue } from './protocol.ts';
import { atRest, knobShape } from './protocol.ts';

interface Chaos {
  readonly does: HandAct;
  /** Absent: it is over as soon as it is done. */
  readonly undoes?: HandAct;
  readonly isOn: (state: CabinetState) => boolean;
}

/** Each strikes at the next occasion, or holds until it is undone. */
const CHAOS: Readonly<Record<ChaosAct, Chaos>> = {
  noteJam: turned('cashAcceptor.jamNext', 'stacker'),
  noteRejected: turned('cashAcceptor.rejectNext', true),
  acceptorUnplugged: unplugged('cashAcceptor'),
  cardTornBefore: turned('card.tear', 'beforeCredit'),
  cardTornAfter: turned('card.tear', 'afterCredit'),
  cardJam: turned('cardReader.jam', true),
  dispenserEmpty: {
    does: { act: 'emptyStacker' },
    undoes: { act: 'fillStacker', count: BLANKS },
    isOn: ({ cardStore }) => cardStore?.stacker === 0,
  },
  readerUnplugged: unplugged('cardReader'),
  paperOut: turned('receiptPrinter.paperOut', true),
  paperJam: turned('receiptPrinter.jam', 'paper'),
  printerUnplugged: unplugged('receiptPrinter'),
  networkCut: { does: { act: 'network', up: false }, undoes: { act: 'network', up: true }, isOn: ({ network }) => network === 'down' },
  issuerDown: turned('upstream.issuerOffline', true),
  powerCut: { does: { act: 'powerCut' }, isOn: () => false },
};

function turned(knob: KnobName, value: KnobValue): Chaos {
  return {
    does: { act: 'knob', knob, value },
    undoes: { act: 'knob', knob, value: atRest(knobShape(knob)) },
    isOn: ({ knobs }) => knobs[knob] === value,
  };
}

function unplugged(device: DeviceName): Chaos {
  return { does: { act: 'unplug', device }, undoes: { act: 'plug', device }, isOn: (state) => state.unplugged.includes(device) };
}

/** The card that practice is done with, and the person whose document lies beside it. */
const CARD = 'student-6688';
const DOCUMENT = 'valid';

const HANDS: Readonly<Record<TrainingHand, HandAct>> = {
  putCardIn: { act: 'insertCard', card: CARD },
  takeCard: { act: 'takeCard' },
  feed10: { act: 'feedNote', denomination: 1000 },
  feed20: { act: 'feedNote', denomination: 2000 },
  feed50: { act: 'feedNote', denomination: 5000 },
  feed100: { act: 'feedNote', denomination: 10_000 },
  takeNote: { act: 'takeNote' },
  payByPhone: { act: 'phone', does: 'pay' },
  takeSlip: { act: 'tearPaper' },
  layDocument: { act: 'layDocument', document: DOCUMENT },
  liftDocument: { act: 'liftDocument' },
};

/** @returns undefined: there is nothing to undo */
export function movementOf({ act, on }: Pick<TrainingOrder, 'act' | 'on'>): HandAct | undefined {
  if (isChaos(act)) return on ? CHAOS[act].does : CHAOS[act].undoes;
  return HANDS[act];
}

/** What is wrong now, in the order of the list. */
export function chaosIn(state: CabinetState): ChaosAct[] {
  return (Object.keys(CHAOS) as ChaosAct[]).filter((act) => CHAOS[act].isOn(state));
}

function isChaos(act: TrainingOrder['act']): act is ChaosAct {
  return Object.hasOwn(CHAOS, act);
}
