/**
 * Follows one note through the states the acceptor reports and says, once each, what happened to it. A pure fold over status answers:
 * a state that is polled twenty times is one event, a credit message is due until the driver says it is settled.
 */
import type { CashAcceptorEvent, NoteEvidence } from '../cash-acceptor.ts';
import type { AcceptorReport } from './report.ts';

export interface NoteTrack {
  readonly phase: 'none' | 'accepting' | 'escrowed' | 'stacking' | 'credited' | 'returning';
  /** Code of the note in question. */
  readonly noteCode: number | undefined;
  /** Last order given for it. */
  readonly order: 'none' | 'stack' | 'return';
  /** The credit handler resolved for this note: a repeated message is only acknowledged. */
  readonly settled: boolean;
  readonly last: AcceptorReport['kind'] | undefined;
}

export type TrackEvent =
  | Exclude<CashAcceptorEvent, { type: 'escrowed' } | { type: 'resumed' } | { type: 'statusChanged' }>
  | { readonly type: 'escrowed'; readonly noteCode: number }
  /** The acceptor says that a note is in the box and nobody has settled it. Repeats with every such answer. */
  | { readonly type: 'credit'; readonly evidence: NoteEvidence }
  /** The acceptor repeats a message that was settled. */
  | { readonly type: 'acknowledge' };

export const NO_NOTE: NoteTrack = { phase: 'none', noteCode: undefined, order: 'none', settled: false, last: undefined };

export interface Followed {
  readonly track: NoteTrack;
  readonly events: readonly TrackEvent[];
}

export function follow(before: NoteTrack, report: AcceptorReport): Followed {
  const { track, events } = step(before, report);
  return { track: { ...track, last: report.kind }, events };
}

export function ordered(track: NoteTrack, order: NoteTrack['order']): NoteTrack {
  return { ...track, order };
}

/** The credit handler resolved. */
export function settled(track: NoteTrack): NoteTrack {
  return { ...track, settled: true };
}

function step(before: NoteTrack, report: AcceptorReport): Followed {
  const entered = before.last !== report.kind;
  switch (report.kind) {
    case 'idling':
    case 'disabled':
      return pathEmpty(before);
    case 'accepting': {
      const { track, events } = pathEmpty(before);
      return { track: { ...track, phase: 'accepting' }, events: entered ? [...events, { type: 'accepting' }] : events };
    }
    case 'escrow':
      return escrow(before, report.noteCode);
    case 'stacking':
      // With stack-1 the message may come before the movement ends; a movement after an empty path belongs to another note.
      return same({ ...before, phase: 'stacking', settled: before.phase === 'none' ? false : before.settled });
    case 'creditMessage':
      return { track: { ...before, phase: 'credited' }, events: [before.settled ? { type: 'acknowledge' } : { type: 'credit', evidence: 'vendValid' }] };
    case 'stacked':
      return { track: { ...before, phase: 'credited' }, events: before.settled ? [] : [{ type: 'credit', evidence: 'stacked' }] };
    case 'rejecting': {
      const wasHeld = before.phase === 'escrowed' || before.phase === 'stacking' || before.phase === 'returning';
      const track: NoteTrack = { ...before, phase: wasHeld ? 'returning' : 'none' };
      return { track, events: entered ? [{ type: 'rejected', reason: report.reason, deviceCode: report.deviceCode }] : [] };
    }
    case 'returning':
      return same({ ...before, phase: 'returning' });
    case 'returned':
      // Told by an event of its own; one that is repeated because its acknowledgement was lost is the same one.
      return { track: { ...NO_NOTE, settled: before.settled }, events: entered ? [{ type: 'returned', evidence: 'returned' }] : [] };
    case 'jamInAcceptor':
    case 'jamInStacker': {
      const where = report.kind === 'jamInAcceptor' ? 'acceptor' : 'stacker';
      return { track: lostSight(before), events: entered ? [{ type: 'jammed', where }] : [] };
    }
    case 'cheated':
      return { track: lostSight(before), events: entered ? [{ type: 'cheated' }] : [] };
    case 'failure':
    case 'powerUp':
    case 'powerUpNoteInAcceptor':
    case 'powerUpNoteInStacker':
      return same(lostSight(before));
    case 'holding':
    case 'pause':
    case 'initialize':
    case 'stackerFull':
    case 'stackerOpen':
    case 'busy':
    case 'communicationError':
      break;
  }
  return same(before);
}

function escrow(before: NoteTrack, noteCode: number): Followed {
  const sameNote = (before.phase === 'escrowed' || before.phase === 'stacking') && before.noteCode === noteCode;
  if (sameNote) return same({ ...before, phase: 'escrowed' });
  const { events } = pathEmpty(before);
  return { track: { ...NO_NOTE, phase: 'escrowed', noteCode }, events: [...events, { type: 'escrowed', noteCode }] };
}

/** No note in the path. A note last seen on its way into the box with no word since is nobody's to call returned. */
function pathEmpty(before: NoteTrack): Followed {
  const track: NoteTrack = { ...NO_NOTE, settled: before.settled };
  if (before.phase === 'returning') return { track, events: [{ type: 'returned', evidence: 'returned' }] };
  if (before.phase === 'escrowed' && before.order !== 'stack') return { track, events: [{ type: 'returned', evidence: 'idle' }] };
  return same(track);
}

/** After a jam, a fraud, a failure or a loss of power only what is seen next counts; a settled credit stays settled. */
function lostSight(before: NoteTrack): NoteTrack {
  return { ...NO_NOTE, settled: before.settled };
}

function same(track: NoteTrack): Followed {
  return { track, events: [] };
}
