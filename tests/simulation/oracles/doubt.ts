/**
 * Questions stay open only where nobody can answer them. Upstream can, once it is reached: what was paid, what was refunded. And the death of the
 * process alone leaves none about a note or a load: acceptor and card kept their power, and know.
 */
import { isOpenCase } from '../../../common/money/standing.ts';
import type { FaultKind } from '../faults.ts';
import type { World } from '../world.ts';
import type { Story } from './ledger.ts';

/** Orders that the holder's bank keeps undecided: no one else can decide them. */
const UNDECIDED = new Set(['confirming']);

/** References of cases that upstream could answer. */
export function answerable(world: World, ledger: readonly Story[]): readonly string[] {
  const undecided = new Set(
    world.upstream
      .orders()
      .filter(({ state }) => UNDECIDED.has(state))
      .map(({ reference }) => reference),
  );
  return ledger
    .filter(({ reference }) => !undecided.has(reference))
    .flatMap(({ state }) => state.cases)
    .filter((known) => isOpenCase(known) && (known.reason === 'paymentUndetermined' || known.reason === 'refundUndetermined'))
    .map(({ reference, reason }) => `${reference} ${reason}`);
}

export function checkAnswers(world: World, ledger: readonly Story[]): void {
  const open = answerable(world, ledger);
  if (open.length > 0) world.violation('unanswered', `upstream is reached and was not asked, or not understood: ${open.join(', ')}`);
}

/** @param struck what struck while these were under way */
export function checkDoubts(world: World, ledger: readonly Story[], struck: readonly FaultKind[]): void {
  if (struck.length === 0 || !struck.every((kind) => kind.startsWith('process.'))) return;
  for (const { reference, state, kinds } of ledger) {
    const needless = state.cases.find(({ reason }) => reason === 'noteUndetermined' || reason === 'loadUndetermined');
    if (needless !== undefined) world.violation('doubt', `${reference}: only the process died, and yet ${needless.reason}: ${kinds.join(' ')}`);
  }
}
