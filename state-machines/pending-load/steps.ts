/** What a pending load asks the issuer before anything is claimed: may this card be written, and what waits for it. */
import { fen, type Fen } from '../../common/fen.ts';
import type { CardReading, Ports, WaitingLoad } from '../ports.ts';
import { checkCard, type LoadOpen } from '../top-up/steps.ts';
import { detailOf, type StepFailed } from '../top-up/step.ts';

export type FindOutcome =
  | { readonly kind: 'found'; readonly waiting: readonly WaitingLoad[]; readonly purseLimit: Fen }
  | { readonly kind: 'refused'; readonly reason: 'reportedLost' | 'other' }
  | LoadOpen
  | StepFailed;

/** The numbered limits hold for what people pay: what was promised to a card is not among it, only the purse's limit is. */
export async function findWaiting(ports: Ports, { ref, purseLimit }: CardReading, signal: AbortSignal): Promise<FindOutcome> {
  const check = await checkCard(ports, ref, signal);
  if ('kind' in check) return check;
  if (!check.allowed && check.reason !== 'limit') return { kind: 'refused', reason: check.reason === 'reportedLost' ? 'reportedLost' : 'other' };
  try {
    const waiting = await ports.issuer.waitingLoads(ref, 'ask', signal);
    return { kind: 'found', waiting, purseLimit: check.allowed ? fen(Math.min(check.purseLimit, purseLimit)) : purseLimit };
  } catch (error) {
    return { kind: 'failed', detail: detailOf(error) };
  }
}
