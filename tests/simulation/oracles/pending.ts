/**
 * What waits at the issuer is given once: no pending load is credited twice, none without a claim that the journal holds, and the issuer keeps
 * no claim of which the journal says that it was given back.
 */
import type { World } from '../world.ts';
import type { Story } from './ledger.ts';

/** Claims that were given back and of which the issuer has not been told yet. */
export function untoldClaims(ledger: readonly Story[]): readonly string[] {
  return ledger.flatMap(({ state }) => state.claims.filter((claim) => claim.state === 'returning').map(({ claimId }) => claimId));
}

export function checkPending(world: World, ledger: readonly Story[]): void {
  const claims = new Map(ledger.flatMap(({ state, reference }) => state.claims.map((claim) => [claim.claimId, { ...claim, reference }])));
  const credited = new Map<string, number>();
  for (const { pendingId, claimId, amount, state } of world.upstream.claimedLoads()) {
    const claim = claims.get(claimId);
    if (claim === undefined) world.violation('pending', `claim ${claimId} has a load, and the journal knows nothing of it`);
    else if (claim.amount !== amount || claim.pendingId !== pendingId)
      world.violation('pending', `claim ${claimId}: ${amount} fen were loaded of ${claim.amount}`);
    if (state !== 'credited') continue;
    credited.set(pendingId, (credited.get(pendingId) ?? 0) + 1);
    if (claim !== undefined && claim.state !== 'claimed') world.violation('pending', `claim ${claimId} is on the card and was given back: ${claim.reference}`);
  }
  for (const [pendingId, times] of credited) if (times > 1) world.violation('pending', `pending load ${pendingId} was credited ${times} times`);
  for (const claimId of world.upstream.claimsInForce()) {
    const state = claims.get(claimId)?.state;
    if (state !== 'claimed' && state !== 'claiming')
      world.violation('pending', `the issuer keeps claim ${claimId}, which the journal has as ${state ?? 'unknown'}`);
  }
  const untold = untoldClaims(ledger);
  if (untold.length > 0) world.violation('unanswered', `the issuer is reached and was not told that these claims are given back: ${untold.join(', ')}`);
}
