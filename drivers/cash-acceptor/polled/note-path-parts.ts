/** What a simulated note path is made of: its times, faults, options and states. Shared by the path and the models' simulators. */

/** How long each movement takes, in ms. */
export const notePathTimes = {
  accepting: 800,
  rejecting: 600,
  /** Escrow to the stacker's edge: up to here a note can come back. */
  toStacker: 500,
  /** Stacker's edge into the box. */
  intoBox: 500,
  stacked: 300,
  returning: 700,
  initializing: 600,
  holding: 3_000,
  cheated: 2_000,
  pause: 1_000,
} as const;

/** Faults of the mechanics and the answers, beyond the knobs of the class. */
export interface NotePathFaults {
  /** A returned note protrudes until `takeNote`; otherwise the person takes it at once. */
  keepAtMouth: boolean;
  /** After RESET with a note in the acceptor: it goes out before the initialization, not after. */
  returnBeforeInitialize: boolean;
  /** Stays in the initialization until its inhibits are set. */
  waitsForSettings: boolean;
  /** Code with which `rejectNext` rejects, in the model's numbers. */
  rejectReason: number;
  /** Code of the failure it reports while set, in the model's numbers. */
  failure: number | undefined;
  /** Ms from the end of a command to its answer. */
  answerDelay: number;
}

/** Why a note is rejected. */
export type Rejection = 'knob' | 'torn' | 'unknown' | 'inhibited';

export type UnitState =
  | {
      readonly kind:
        | 'accepting'
        | 'stacking'
        | 'creditMessage'
        | 'stacked'
        | 'returning'
        | 'returned'
        | 'holding'
        | 'initialize'
        | 'powerUp'
        | 'powerUpNoteInAcceptor'
        | 'powerUpNoteInStacker'
        | 'jamInAcceptor'
        | 'jamInStacker'
        | 'cheated'
        | 'pause'
        | 'failure'
        | QuietState;
    }
  | { readonly kind: 'escrow'; readonly noteCode: number }
  | { readonly kind: 'rejecting'; readonly why: Rejection };
export type QuietState = 'idling' | 'disabled' | 'stackerFull' | 'stackerOpen';

export interface NotePathOptions {
  readonly boxCapacity: number;
  /** Ms after which the note in escrow goes back unless held. */
  readonly escrowLimit: number;
  /** A note that went out is told by a message of its own, repeated until it is acknowledged. */
  readonly tellsReturned: boolean;
}

/** The faults of a sound unit. @param rejectReason the model's code for a note it can't read */
export function soundNotePath(rejectReason: number): NotePathFaults {
  return {
    keepAtMouth: false,
    returnBeforeInitialize: false,
    waitsForSettings: false,
    rejectReason,
    failure: undefined,
    answerDelay: 5,
  };
}
