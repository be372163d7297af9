/**
 * What a simulated acceptor of any model offers to hands and eyes: the bench and the class's conformance suite know nothing else of it.
 * A model's own faults (frames, codes) are on its simulator.
 */
import type { Fen } from '../../common/fen.ts';
import type { AnswerKnobs } from '../transport/simulated-answers.ts';
import type { SimulatedUnit } from '../transport/simulated-unit.ts';

/** `unknown`: no note it knows. `torn`: half a note. */
export type FedNote = Fen | 'unknown' | 'torn';

export interface CashAcceptorKnobs extends AnswerKnobs {
  /** The next note is recognized as none, and goes back. */
  rejectNext: boolean;
  /** Where the next note gets stuck. */
  jamNext: 'acceptor' | 'stacker' | undefined;
  /** The box counts as full, however many notes are in it. Without effect on units whose box has no sensor. */
  boxFull: boolean;
  /** Hears nothing and says nothing, but goes on moving notes. */
  silent: boolean;
}

export interface SimulatedCashAcceptor extends SimulatedUnit {
  readonly knobs: CashAcceptorKnobs;
  /** Notes in the box, in the order they fell. */
  readonly box: readonly Fen[];
  /** The note between acceptance and its way in or out. */
  readonly escrow: FedNote | undefined;
  /** The note anywhere inside that is not in the box. */
  readonly inside: FedNote | undefined;
  /** Notes that came out again and were taken. */
  readonly returned: readonly FedNote[];
  readonly atMouth: FedNote | undefined;
  /** A person holds a note to the mouth. `refused`: the motor does not take it; it stays in the hand. */
  feedNote(note: FedNote): 'taken' | 'refused';
  /** A person takes what protrudes from the mouth. */
  takeNote(): FedNote | undefined;
  /** What was in the box; undefined: it is locked while a note is inside. */
  removeBox(): readonly Fen[] | undefined;
  insertBox(): void;
  /** A technician takes the stuck note out. */
  clearJam(): FedNote | undefined;
  /** A person pulls at the note while it goes in. */
  cheat(): void;
  powerOff(): void;
  powerOn(): void;
}
