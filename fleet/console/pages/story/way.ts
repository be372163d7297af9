/** The way the money went, step by step: from the person, into the terminal's hands, to where it ended. Pure, from a story's steps. */
import type { Story } from '../../../console-api/journal.ts';

export type Step = Story['steps'][number];

/** Where the money is after a step: the columns of the picture, from the person's side to the card's. */
export const places = ['person', 'held', 'card'] as const;
export type Place = (typeof places)[number];

export interface WayStep {
  readonly step: Step;
  readonly place: Place;
  /** Somebody would stop here and look: money arrived, or the end. */
  readonly stop: boolean;
  /** Nobody knows yet whether the card has it. */
  readonly uncertain: boolean;
  /** Something was interrupted here. */
  readonly cut: boolean;
}

/** From here on it may be on the card; until one of {@link CERTAIN} says. */
const UNCERTAIN = new Set(['load.undetermined', 'payment.undetermined', 'refund.undetermined', 'note.suspense']);
const CERTAIN = new Set(['load.committed', 'load.notCredited', 'payment.captured', 'payment.closed', 'refund.completed', 'case.resolved']);

export function wayOf(steps: readonly Step[]): readonly WayStep[] {
  let place: Place = 'person';
  let uncertain = false;
  return steps.map((step, index) => {
    const before = place;
    place = placeAfter(step, place);
    if (UNCERTAIN.has(step.kind)) uncertain = true;
    else if (CERTAIN.has(step.kind)) uncertain = false;
    const last = index === steps.length - 1;
    return { step, place, stop: index === 0 || last || place !== before, uncertain, cut: UNCERTAIN.has(step.kind) };
  });
}

/** What is owed by voucher or case stays in the terminal's hands: it is the person's, but the person does not have it. */
function placeAfter({ kind, heldFen, postings }: Step, place: Place): Place {
  if (kind === 'load.committed') return 'card';
  if (heldFen !== 0) return 'held';
  if (place === 'held' && postings.some(({ account }) => account === 'acquirer.receivable' || account === 'cash.box')) return 'person';
  return place;
}
