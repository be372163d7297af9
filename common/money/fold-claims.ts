/**
 * The part of the fold that speaks of value that waited at the issuer and was claimed for the transaction: claiming → claimed, or refused, or
 * given back. Used by fold.ts.
 */
import type { JournalBody, NewEntry } from '../journal-kinds.ts';
import type { AnomalyCode, ClaimState, TransactionState } from './transaction-state.ts';

/** The fold's draft and its way to name what can't have happened. */
interface ClaimStep {
  readonly draft: { -readonly [Key in keyof TransactionState]: TransactionState[Key] };
  readonly flag: (code: AnomalyCode, detail: string) => void;
}

export type ClaimEntry = Extract<NewEntry, { kind: `pending.${string}` }>;

export function rememberClaim(step: ClaimStep, entry: ClaimEntry): void {
  switch (entry.kind) {
    case 'pending.claiming':
      announce(step, entry.body);
      break;
    case 'pending.claimed':
      move(step, entry.body, 'claimed', ['claiming']);
      break;
    case 'pending.refused':
      move(step, entry.body, 'refused', ['claiming']);
      break;
    case 'pending.returning':
      move(step, entry.body, 'returning', ['claimed']);
      break;
    case 'pending.givenUp':
      move(step, entry.body, 'returning', ['claiming']);
      break;
    case 'pending.returned':
      move(step, entry.body, 'returned', ['returning']);
      break;
  }
}

/** A claim or a redemption is under way: whether, and whose, money is held for the person is not to be guessed. */
export function isSomethingClaimed({ claims, redemptions }: Pick<TransactionState, 'claims' | 'redemptions'>): boolean {
  return (
    claims.some(({ state }) => state === 'claiming' || state === 'claimed') || redemptions.some(({ state }) => state === 'redeeming' || state === 'reserved')
  );
}

function announce({ draft, flag }: ClaimStep, body: JournalBody<'pending.claiming'>): void {
  if (isSomethingClaimed(draft)) flag('undetermined', 'another pending load, or a voucher, may be claimed');
  if (draft.claims.some(({ claimId }) => claimId === body.claimId)) {
    flag('announcedTwice', `claim ${body.claimId}`);
    return;
  }
  draft.claims = [...draft.claims, { ...body, state: 'claiming' }];
}

function move(
  { draft, flag }: ClaimStep,
  { claimId, amount }: { readonly claimId: string; readonly amount?: number },
  state: ClaimState['state'],
  lawful: readonly ClaimState['state'][],
): void {
  const known = draft.claims.find((claim) => claim.claimId === claimId);
  if (known === undefined) {
    flag('notAnnounced', `claim ${claimId}`);
    return;
  }
  if (!lawful.includes(known.state)) flag('outOfOrder', `claim ${claimId} was ${known.state}`);
  if (amount !== undefined && amount !== known.amount) flag('amountDiffers', `claim ${claimId} is of ${known.amount} fen, not ${amount}`);
  draft.claims = draft.claims.map((claim) => (claim === known ? { ...claim, state } : claim));
}
