/**
 * What is learned from the moment the line opened, the unit's power came back or events were lost, until the validator is configured and
 * inhibited; and what that is in the class's words. Pure; the bill driver polls and acts.
 * Source: protocols/cash-acceptor.md 6.2.
 */
import type { Fen } from '../../../common/fen.ts';
import type { PowerUpState } from '../cash-acceptor.ts';
import type { BillWord } from './bill-track.ts';
import type { RingEvent } from './codec.ts';
import { billMeaning } from './status.ts';

export interface Arrival {
  /** The counter was 0, or the settings were forgotten. */
  readonly powered: boolean;
  readonly lost: boolean;
  /** How the bill ended that was on its way; what came after belongs to others. */
  readonly end: 'stacked' | 'returned' | 'unknownStacked' | undefined;
  readonly trouble: PowerUpState | undefined;
  /** Nothing is known of before: what the ring shows is judged by itself. */
  readonly shown: ShownEnd | undefined;
}

export const NOTHING_LEARNED: Arrival = { powered: false, lost: false, end: undefined, trouble: undefined, shown: undefined };

export function learn(before: Arrival, word: BillWord): Arrival {
  switch (word.kind) {
    case 'credit':
      return { ...before, end: before.end ?? 'stacked' };
    case 'returned':
      return { ...before, end: before.end ?? 'returned' };
    case 'unknownStacked':
      return { ...before, end: before.end ?? 'unknownStacked' };
    case 'contradiction':
      return { ...before, lost: true };
    case 'jammed':
      return { ...before, trouble: { kind: 'jammed', where: word.where } };
    case 'cheated':
      return { ...before, trouble: before.trouble ?? { kind: 'cheated' } };
    case 'fault':
      return { ...before, trouble: before.trouble ?? { kind: 'unknown' } };
    case 'escrowed':
    case 'rejected':
    case 'inhibited':
    case 'box':
      break;
  }
  return before;
}

/** How the last bill ended, by the five events alone. `untold`: they don't say. */
export type ShownEnd = 'returned' | 'untold' | { readonly stacked: number };

/**
 * Without a mark of what was handled before. A newest bill event `(t,0)` is the end of the bill that was in escrow last: an escrow after it
 * would be shown. A return is that bill's only when nothing else is in sight; else it may be somebody's whose bill came later.
 * @param events newest first
 */
export function shownEnd(events: readonly RingEvent[]): ShownEnd {
  const bills = events.map(billMeaning).filter(({ kind }) => kind === 'inEscrow' || kind === 'stacked' || kind === 'returned' || kind === 'unknownStacked');
  const [newest, second] = bills;
  if (newest?.kind === 'stacked') return { stacked: newest.billType };
  return newest?.kind === 'returned' && second?.kind === 'inEscrow' && bills.length === 2 ? 'returned' : 'untold';
}

/** The path is blocked, or a bill was pulled out of it, and no bill has moved since. `events`: newest first. */
export function shownTrouble(events: readonly RingEvent[]): PowerUpState | undefined {
  for (const meaning of events.map(billMeaning)) {
    switch (meaning.kind) {
      case 'jammed':
        return { kind: 'jammed', where: meaning.where };
      case 'pulledBack':
        return { kind: 'cheated' };
      case 'inEscrow':
      case 'stacked':
      case 'returned':
      case 'unknownStacked':
        return undefined;
      case 'rejected':
      case 'fraud':
      case 'inhibited':
      case 'box':
      case 'fault':
      case 'none':
        break;
    }
  }
  return undefined;
}

export interface Found {
  /** What waits in escrow and has a value. */
  readonly inEscrow: Fen | undefined;
  /** The accept counter's word on the bill that was in escrow last. */
  readonly counted: boolean | undefined;
  readonly valueOf: (billType: number) => Fen | undefined;
}

export function powerUpOf(arrival: Arrival, found: Found): PowerUpState {
  if (arrival.lost) return { kind: 'lostEvents' };
  if (arrival.end === 'stacked') return { kind: 'creditPending', evidence: 'vendValid' };
  if (arrival.trouble !== undefined) return arrival.trouble;
  if (arrival.end === 'unknownStacked') return { kind: 'noteInStacker' };
  if (arrival.powered) return afterPowerLoss(arrival, found);
  if (found.inEscrow !== undefined) return { kind: 'noteInEscrow', denomination: found.inEscrow };
  if (arrival.end === 'returned') return { kind: 'returning' };
  return arrival.shown === undefined ? { kind: 'idle' } : shownState(arrival.shown, found);
}

function afterPowerLoss(arrival: Arrival, { counted }: Found): PowerUpState {
  if (arrival.end === 'returned') return { kind: 'noteInAcceptor', returned: true };
  return counted === undefined ? { kind: 'clean' } : { kind: 'counted', stacked: counted };
}

function shownState(shown: ShownEnd, { valueOf }: Found): PowerUpState {
  if (shown === 'returned') return { kind: 'returning' };
  return shown === 'untold' ? { kind: 'untold' } : { kind: 'stackedEarlier', denomination: valueOf(shown.stacked) };
}
