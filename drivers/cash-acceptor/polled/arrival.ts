/**
 * What is learned, and what is to be done next, from the first poll after the line opened (or the acceptor's power came back) until it is
 * initialized and inhibited. A pure fold; the driver polls and acts, this decides. Nothing is reset before the first answer is understood,
 * and never while a credit message waits.
 * Source: protocols/cash-acceptor.md 3.3, 4 and 6.2.
 */
import type { Fen } from '../../../common/fen.ts';
import type { NoteEvidence, PowerUpState } from '../cash-acceptor.ts';
import type { AcceptorReport } from './report.ts';

/** Answers after which a fault has outlived its reset: at 150 ms a poll, shorter than the driver's pause between two resets. */
const ENOUGH_TROUBLE = 12;

export interface Arrival {
  /** What the acceptor said of its path when its power came back; the word nearest to the box wins when power failed twice. */
  readonly powered: 'clean' | 'noteInAcceptor' | 'noteInStacker' | undefined;
  /** It was seen to go, or to have gone (with `noteInAcceptor`: since then). */
  readonly returning: boolean;
  /** The last answer was that. */
  readonly stacking: boolean;
  readonly credit: NoteEvidence | undefined;
  readonly trouble: 'jamInAcceptor' | 'jamInStacker' | 'cheated' | 'failure' | undefined;
  /** Answers that told of trouble. */
  readonly troubled: number;
}

/**
 * `configureIfTaken`: the settings may be refused in this state; if so, they wait until it ends. `readEscrow`: find out what is in escrow,
 * then done. `sendBack`: order the note in escrow out.
 */
export type NextStep = 'poll' | 'reset' | 'inhibit' | 'configure' | 'configureIfTaken' | 'readEscrow' | 'sendBack' | 'done';

/** @param wasReturning a note was on its way out when the acceptor was last heard */
export function beginArrival(wasReturning: boolean): Arrival {
  return { powered: undefined, returning: wasReturning, stacking: false, credit: undefined, trouble: undefined, troubled: 0 };
}

export interface Known {
  /** The credit handler has already resolved for the note that the credit message speaks of. */
  readonly creditSettled: boolean;
  /** The settings were taken since the last reset. */
  readonly configured: boolean;
}

export function arrive(before: Arrival, report: AcceptorReport, known: Known): { readonly arrival: Arrival; readonly next: NextStep } {
  const arrival: Arrival = { ...before, stacking: report.kind === 'stacking' };
  switch (report.kind) {
    case 'powerUp':
      return { arrival: { ...arrival, powered: before.powered ?? 'clean' }, next: 'reset' };
    case 'powerUpNoteInAcceptor':
      return { arrival: { ...arrival, powered: atLeastInAcceptor(before), returning: false }, next: 'reset' };
    case 'powerUpNoteInStacker':
      return { arrival: { ...arrival, powered: 'noteInStacker' }, next: 'reset' };
    case 'jamInAcceptor':
    case 'jamInStacker':
    case 'cheated':
    case 'failure':
      // A fault met on arrival gets a reset; one that stays is reported as it is.
      return {
        arrival: { ...arrival, trouble: report.kind, troubled: before.troubled + 1 },
        next: before.troubled < ENOUGH_TROUBLE ? 'reset' : 'done',
      };
    case 'initialize':
      return { arrival, next: known.configured ? 'poll' : 'configure' };
    case 'disabled':
      return { arrival, next: known.configured ? 'done' : 'configure' };
    case 'idling':
      // Settings are for the inhibited acceptor (section 3.3).
      return { arrival, next: 'inhibit' };
    case 'stackerFull':
    case 'stackerOpen':
      return { arrival, next: known.configured ? 'done' : 'configureIfTaken' };
    case 'escrow':
      // One report speaks of one note: a second one, fed before the inhibit was set again, goes back.
      return { arrival, next: saysNothing(before) ? 'readEscrow' : 'sendBack' };
    case 'creditMessage':
      return { arrival: known.creditSettled ? arrival : { ...arrival, credit: 'vendValid' }, next: 'poll' };
    case 'stacked':
      return { arrival: known.creditSettled ? arrival : { ...arrival, credit: before.credit ?? 'stacked' }, next: 'poll' };
    case 'returning':
    case 'returned':
      return { arrival: { ...arrival, returning: true }, next: 'poll' };
    case 'stacking':
    case 'accepting':
    case 'rejecting':
    case 'holding':
    case 'pause':
    case 'busy':
    case 'communicationError':
      break;
  }
  return { arrival, next: 'poll' };
}

/** @param inEscrow what waits in escrow now, if anything does */
export function powerUpOf(arrival: Arrival, inEscrow: Fen | undefined): PowerUpState {
  if (arrival.credit !== undefined) return { kind: 'creditPending', evidence: arrival.credit };
  if (arrival.trouble !== undefined) return troubleOf(arrival.trouble);
  if (inEscrow !== undefined) return { kind: 'noteInEscrow', denomination: inEscrow };
  if (arrival.powered === 'noteInAcceptor') return { kind: 'noteInAcceptor', returned: arrival.returning };
  if (arrival.powered !== undefined) return { kind: arrival.powered };
  if (arrival.stacking) return { kind: 'stacking' };
  return { kind: arrival.returning ? 'returning' : 'idle' };
}

function saysNothing({ powered, returning, credit, trouble }: Arrival): boolean {
  return powered === undefined && !returning && credit === undefined && trouble === undefined;
}

function atLeastInAcceptor(before: Arrival): Arrival['powered'] {
  return before.powered === 'noteInStacker' ? 'noteInStacker' : 'noteInAcceptor';
}

function troubleOf(trouble: NonNullable<Arrival['trouble']>): PowerUpState {
  switch (trouble) {
    case 'jamInAcceptor':
      return { kind: 'jammed', where: 'acceptor' };
    case 'jamInStacker':
      return { kind: 'jammed', where: 'stacker' };
    case 'cheated':
      return { kind: 'cheated' };
    case 'failure':
      break;
  }
  return { kind: 'unknown' };
}
