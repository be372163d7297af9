/** What every money step of a top-up is made of: how it opens a transaction, and in what words it ends when journal or far side can't. */
import type { Fen } from '../../common/fen.ts';
import type { Tender } from '../../common/journal-kinds.ts';
import { PortError, type CardReading, type Ports } from '../ports.ts';

/** The journal could not take an entry: no further money step is allowed, recovery goes on from what it holds. */
export interface JournalFailed {
  readonly kind: 'journalFailed';
}

/** A far side or a device could not do its part. `detail` is for the log. */
export interface StepFailed {
  readonly kind: 'failed';
  readonly detail: string;
}

export interface OpenTransaction {
  readonly transactionId: string;
  readonly reference: string;
}

/** Runs a step; a journal that can't write ends it as JournalFailed, everything unexpected stays an exception. */
export async function journaled<T>(step: () => Promise<T>): Promise<T | JournalFailed> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof PortError && error.code === 'journalUnavailable') return { kind: 'journalFailed' };
    throw error;
  }
}

/** What went wrong out there, for the log; anything unexpected stays an exception. */
export function detailOf(error: unknown): string {
  if (error instanceof PortError) return error.detail === undefined ? error.code : `${error.code}: ${error.detail}`;
  throw error;
}

export interface OpenRequest {
  readonly card: CardReading;
  readonly tender: Tender;
  readonly requested: Fen;
  readonly locale: string;
}

/** Opens a transaction under a fresh reference. */
export function open(ports: Ports, request: OpenRequest): OpenTransaction {
  const transactionId = ports.ids.uuid();
  const reference = ports.journal.newReference();
  ports.journal.append({
    kind: 'transaction.opened',
    transactionId,
    body: {
      type: 'top-up',
      reference,
      card: request.card.ref,
      tender: request.tender,
      requested: request.requested,
      balanceBefore: request.card.balance,
      locale: request.locale,
    },
  });
  return { transactionId, reference };
}
