/**
 * What a person handed to the support desk is a fold over its entries: whether the desk has it, or must still be told. Pure and total. Used
 * by the background delivery (main/terminal/recovery), the simulation's oracles and the tests of the flow.
 */
import { journalKinds, type JournalBody, type JournalKind } from './journal-kinds.ts';

/** The part of an entry that this fold reads. */
export interface DeskEntry {
  readonly kind: JournalKind;
  readonly body: unknown;
}

export type SubmissionState =
  /** Before the first entry. */
  | { readonly state: 'none' }
  /** It is kept here, and the desk has not answered. */
  | { readonly state: 'open'; readonly submission: JournalBody<'desk.submitting'> }
  | { readonly state: 'stored'; readonly submission: JournalBody<'desk.submitting'>; readonly answer: JournalBody<'desk.stored'> }
  | { readonly state: 'refused'; readonly submission: JournalBody<'desk.submitting'>; readonly code: string };

/** Kinds that end a submission: one of them, once. */
export const DESK_ANSWERS = ['desk.stored', 'desk.refused'] as const satisfies readonly JournalKind[];

/** @throws {Error} on entries that no correct terminal writes: an answer without a submission, or a second one */
export function foldSubmission(entries: Iterable<DeskEntry>): SubmissionState {
  let state: SubmissionState = { state: 'none' };
  for (const { kind, body } of entries) state = step(state, kind, body);
  return state;
}

function step(state: SubmissionState, kind: JournalKind, body: unknown): SubmissionState {
  if (!kind.startsWith('desk.')) return state;
  if (kind === 'desk.submitting') {
    if (state.state !== 'none') throw new Error('a submission is announced twice');
    return { state: 'open', submission: journalKinds[kind].parse(body) };
  }
  if (state.state !== 'open') throw new Error(`${kind} after ${state.state}`);
  const { submission } = state;
  if (kind === 'desk.stored') return { state: 'stored', submission, answer: journalKinds[kind].parse(body) };
  return { state: 'refused', submission, code: journalKinds['desk.refused'].parse(body).code };
}
