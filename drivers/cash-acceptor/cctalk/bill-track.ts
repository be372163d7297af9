/**
 * Follows one bill through the events of 159 and says, once each, what happened to it. A pure fold: 159 tells events, not states, so what
 * was ordered is part of the track.
 * Source: protocols/cash-acceptor.md 5.3 and 6.
 */
import type { RingEvent } from './codec.ts';
import { billMeaning, type BillMeaning } from './status.ts';

export interface BillTrack {
  readonly phase: 'none' | 'escrowed' | 'stacking' | 'returning';
  /** Type of the bill in question. */
  readonly billType: number | undefined;
}

export type BillWord =
  | Extract<BillMeaning, { readonly kind: 'rejected' | 'jammed' | 'box' | 'fault' }>
  | { readonly kind: 'unknownStacked' | 'inhibited' }
  | { readonly kind: 'escrowed'; readonly billType: number }
  /** The bill is in the box: the credit message. */
  | { readonly kind: 'credit'; readonly billType: number }
  | { readonly kind: 'returned'; readonly evidence: 'returned' | 'idle' }
  | { readonly kind: 'cheated' }
  /** What the unit says can't follow from what it said before: an event is missing. */
  | { readonly kind: 'contradiction' };

export const NO_BILL: BillTrack = { phase: 'none', billType: undefined };

export interface Followed {
  readonly track: BillTrack;
  readonly words: readonly BillWord[];
}

export function followBill(before: BillTrack, event: RingEvent): Followed {
  const meaning = billMeaning(event);
  switch (meaning.kind) {
    case 'inEscrow':
      return escrow(before, meaning.billType);
    case 'stacked':
      return stacked(before, meaning.billType);
    case 'returned':
      return { track: NO_BILL, words: [{ kind: 'returned', evidence: 'returned' }] };
    case 'pulledBack':
      return { track: NO_BILL, words: [{ kind: 'cheated' }] };
    case 'fraud':
      return { track: before, words: [{ kind: 'cheated' }] };
    case 'jammed':
      return { track: NO_BILL, words: [meaning] };
    case 'unknownStacked':
      return { track: NO_BILL, words: [{ kind: 'unknownStacked' }] };
    case 'inhibited':
      return { track: before, words: [{ kind: 'inhibited' }] };
    case 'none':
      return { track: before, words: [] };
    case 'rejected':
    case 'box':
    case 'fault':
      break;
  }
  return { track: before, words: [meaning] };
}

export function orderedBill(track: BillTrack, phase: BillTrack['phase']): BillTrack {
  return { ...track, phase };
}

/** The track that the five events leave behind, told or not: whether a bill waits in escrow. `events`: newest first. */
export function trackOf(events: readonly RingEvent[]): BillTrack {
  return [...events].reverse().reduce<BillTrack>((track, event) => followBill(track, event).track, NO_BILL);
}

function escrow(before: BillTrack, billType: number): Followed {
  const track: BillTrack = { phase: 'escrowed', billType };
  const escrowed: BillWord = { kind: 'escrowed', billType };
  switch (before.phase) {
    case 'none':
      return { track, words: [escrowed] };
    case 'escrowed':
    case 'returning':
      // The one before left without a word, and was not stacked.
      return { track, words: [{ kind: 'returned', evidence: 'idle' }, escrowed] };
    case 'stacking':
      break;
  }
  return { track, words: [{ kind: 'contradiction' }] };
}

/** A bill stacked without an order, or against one, is told as well: the host's journal says what that means. */
function stacked(before: BillTrack, billType: number): Followed {
  const other = before.billType !== undefined && before.billType !== billType;
  return { track: NO_BILL, words: [other ? { kind: 'contradiction' } : { kind: 'credit', billType }] };
}
