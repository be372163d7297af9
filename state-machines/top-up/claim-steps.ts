/**
 * The money steps of value that waits at the issuer: claiming it for this terminal, and giving it back. Each announces itself in the journal
 * before the issuer is asked. Also used by recovery (main/terminal).
 */
import type { Fen } from '../../common/fen.ts';
import type { AppendedEntry, CardReading, ClaimOutcome, LoadClaim, Ports } from '../ports.ts';
import { detailOf, journaled, open, type JournalFailed, type OpenTransaction, type StepFailed } from './step.ts';

export interface ClaimRequest {
  readonly card: CardReading;
  readonly pendingId: string;
  /** As it was offered. */
  readonly amount: Fen;
  readonly locale: string;
}

export type ClaimStepOutcome =
  | { readonly kind: 'claimed'; readonly transaction: OpenTransaction; readonly claim: LoadClaim; readonly amount: Fen }
  | Extract<ClaimOutcome, { kind: 'refused' }>
  /** Nobody knows whether it was claimed: the claim is given up. */
  | StepFailed
  | JournalFailed;

/** Asks the issuer for it; whatever isn't claimed for certain, and for the amount that was offered, ends the transaction at once: it keeps waiting. */
export function claimWaiting(ports: Ports, { card, pendingId, amount, locale }: ClaimRequest): Promise<ClaimStepOutcome> {
  return journaled<ClaimStepOutcome>(async () => {
    const transaction = open(ports, { card, tender: 'pending', requested: amount, locale });
    const { transactionId } = transaction;
    const claimId = ports.ids.uuid();
    const abandon = (): void => {
      ports.journal.append({ kind: 'transaction.closed', transactionId, body: { outcome: 'abandoned', loaded: 0, refunded: 0, owed: 0 } });
    };
    const giveUp = async (): Promise<void> => {
      ports.journal.append({ kind: 'pending.givenUp', transactionId, body: { claimId } });
      abandon();
      await releaseClaim(ports, transactionId, claimId).catch((error: unknown) => void detailOf(error)); // told later, in the background
    };
    ports.journal.append({ kind: 'pending.claiming', transactionId, body: { claimId, pendingId, amount } });
    let answer: ClaimOutcome;
    try {
      answer = await ports.issuer.claimWaiting({ claimId, pendingId, ref: card.ref });
    } catch (error) {
      const detail = detailOf(error);
      await giveUp();
      return { kind: 'failed', detail };
    }
    if (answer.kind === 'refused') {
      ports.journal.append({ kind: 'pending.refused', transactionId, body: { claimId, code: answer.code } });
      abandon();
      return answer;
    }
    if (answer.amount !== amount) {
      await giveUp();
      return { kind: 'failed', detail: `${answer.amount} fen were claimed, ${amount} were offered` };
    }
    ports.journal.append({ kind: 'pending.claimed', transactionId, body: { claimId, amount } });
    return { kind: 'claimed', transaction, claim: { claimId, pendingId }, amount };
  });
}

/**
 * It waits at the issuer again: decided in the journal, and from then on the issuer is only told.
 * @param close ends the transaction, before the issuer is told
 * @throws {PortError} `journalUnavailable`
 */
export async function giveClaimBack(
  ports: Ports,
  transactionId: string,
  body: { readonly claimId: string; readonly amount: Fen },
  close: () => AppendedEntry,
): Promise<AppendedEntry> {
  ports.journal.append({ kind: 'pending.returning', transactionId, body });
  const entry = close();
  await releaseClaim(ports, transactionId, body.claimId).catch((error: unknown) => void detailOf(error)); // told later, in the background
  return entry;
}

/** @throws {PortError} */
export async function releaseClaim(ports: Pick<Ports, 'journal' | 'issuer'>, transactionId: string, claimId: string): Promise<void> {
  await ports.issuer.releaseClaim(claimId);
  ports.journal.append({ kind: 'pending.returned', transactionId, body: { claimId } });
}
