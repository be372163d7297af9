/**
 * What is filed under an id of its own, and not with a transaction, begins with one of a few kinds and waits for an answer. Used by whoever
 * asks for the answers again (main/terminal/recovery), and by pruning, which may not take what still waits for one.
 */
import { SCRIPT_ENDS } from './card-script.ts';
import { DESK_ANSWERS } from './desk-submission.ts';
import type { JournalKind } from './journal-kinds.ts';
import { LOSS_ANSWERS } from './loss-report.ts';

export const RELEASE_ANSWERS = ['release.released', 'release.refused'] as const satisfies readonly JournalKind[];
export const PASSWORD_ANSWERS = ['password.set', 'password.refused'] as const satisfies readonly JournalKind[];

/** By the kind that each begins with: one of these ends it. */
const ENDS: readonly (readonly [JournalKind, readonly JournalKind[]])[] = [
  ['loss.reporting', LOSS_ANSWERS],
  ['desk.submitting', DESK_ANSWERS],
  ['release.asking', RELEASE_ANSWERS],
  ['password.setting', PASSWORD_ANSWERS],
  ['script.asking', SCRIPT_ENDS],
  ['foreign.load.examined', ['foreign.load.reported']],
];

/** Whether nobody waits for an answer any more: asked of the kinds of all entries under one id. */
export function hasEnded(kinds: ReadonlySet<JournalKind>): boolean {
  return ENDS.every(([begins, ends]) => !kinds.has(begins) || ends.some((kind) => kinds.has(kind)));
}
