/**
 * A loss report is a fold over its entries: what this terminal may say of it, and whether the issuer must still be told. Pure and total.
 * Used by the background delivery (main/terminal/recovery), the simulation's oracles and the tests of the flow.
 */
import { journalKinds, type JournalBody, type JournalKind } from './journal-kinds.ts';

/** The part of an entry that this fold reads. */
export interface LossEntry {
  readonly kind: JournalKind;
  readonly body: unknown;
}

export type LossReportState =
  /** Before the first entry. */
  | { readonly state: 'none' }
  /** The person has confirmed and nobody has answered: `told` once they were told that it is not in effect. */
  | { readonly state: 'open'; readonly report: JournalBody<'loss.reporting'>; readonly told: boolean }
  | { readonly state: 'reported'; readonly report: JournalBody<'loss.reporting'>; readonly answer: JournalBody<'loss.reported'> }
  | { readonly state: 'refused'; readonly report: JournalBody<'loss.reporting'>; readonly code: string };

/** Kinds that end a report: one of them, once. */
export const LOSS_ANSWERS = ['loss.reported', 'loss.refused'] as const satisfies readonly JournalKind[];

/** @throws {Error} on entries that no correct terminal writes: an answer without a report, or a second one */
export function foldLossReport(entries: Iterable<LossEntry>): LossReportState {
  let state: LossReportState = { state: 'none' };
  for (const { kind, body } of entries) state = step(state, kind, body);
  return state;
}

function step(state: LossReportState, kind: JournalKind, body: unknown): LossReportState {
  if (!kind.startsWith('loss.')) return state;
  if (kind === 'loss.reporting') {
    if (state.state !== 'none') throw new Error('a loss report is announced twice');
    return { state: 'open', report: journalKinds[kind].parse(body), told: false };
  }
  if (state.state !== 'open') throw new Error(`${kind} after ${state.state}`);
  const { report } = state;
  if (kind === 'loss.queued') return { state: 'open', report, told: true };
  if (kind === 'loss.reported') return { state: 'reported', report, answer: journalKinds[kind].parse(body) };
  return { state: 'refused', report, code: journalKinds['loss.refused'].parse(body).code };
}
