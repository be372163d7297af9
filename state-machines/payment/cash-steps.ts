/** The steps of paying with notes: the acceptor opened and closed, one note at a time through escrow. Each is written down before it is ordered. */
import { fen, type Fen } from '../../common/fen.ts';
import { NOTE_STUCK, type JournalBody } from '../../common/journal-kinds.ts';
import type { Ports, StackedCredit } from '../ports.ts';
import { detailOf, journaled, type JournalFailed, type OpenTransaction, type StepFailed } from '../top-up/step.ts';
import { transactionOf, type Opening } from './opening.ts';

/** Denominations that still fit under the purse limit: the others are inhibited, not refused later. */
export function denominationsWithin(ports: Ports, room: Fen): readonly Fen[] {
  return ports.cash.denominations.filter((denomination) => denomination <= room);
}

export interface OpenCashRequest {
  readonly opening: Opening;
  readonly room: Fen;
}

export type OpenCashOutcome =
  { readonly kind: 'open'; readonly transaction: OpenTransaction } | (StepFailed & { readonly transaction: OpenTransaction }) | JournalFailed;

export function openCash(ports: Ports, { opening, room }: OpenCashRequest): Promise<OpenCashOutcome> {
  return journaled<OpenCashOutcome>(async () => {
    const transaction = transactionOf(ports, opening);
    try {
      await ports.cash.accept(denominationsWithin(ports, room));
    } catch (error) {
      return { kind: 'failed', detail: detailOf(error), transaction };
    }
    return { kind: 'open', transaction };
  });
}

export type NoteOutcome =
  | { readonly kind: 'stacked'; readonly denomination: Fen }
  | { readonly kind: 'returned'; readonly denomination: Fen; readonly overLimit: boolean }
  /** Neither in the box nor out, as far as anyone can say: a case, counted at settlement. */
  | { readonly kind: 'suspense'; readonly denomination: Fen }
  | JournalFailed;

export interface TakeNoteRequest {
  readonly transactionId: string;
  readonly denomination: Fen;
  /** Left for it: under the limit of the purse, or up to the fee. */
  readonly room: Fen;
}

/** A note stands in escrow: into the box when it fits, out again when it doesn't. Accepts the next one when the path is free. */
export function takeNote(ports: Ports, { transactionId, denomination, room }: TakeNoteRequest): Promise<NoteOutcome> {
  const note = { noteId: ports.ids.uuid(), denomination };
  const write = (kind: 'note.escrowed' | 'note.stacking' | 'note.returning'): void => void ports.journal.append({ kind, transactionId, body: note });
  const suspense = (why: string): NoteOutcome => {
    ports.journal.append({ kind: 'note.suspense', transactionId, body: { ...note, why } });
    return { kind: 'suspense', denomination };
  };
  const stacked = (credit: StackedCredit): void => void ports.journal.append({ kind: 'cash.stacked', transactionId, body: { ...note, ...credit } });
  const returned = (overLimit: boolean): NoteOutcome => {
    ports.journal.append({ kind: 'note.returned', transactionId, body: { ...note, evidence: 'returned' } });
    return { kind: 'returned', denomination, overLimit };
  };
  return journaled<NoteOutcome>(async () => {
    try {
      write('note.escrowed');
      write(denomination > room ? 'note.returning' : 'note.stacking');
    } catch (error) {
      await ports.cash.returnNote().catch(detailOf); // nothing can be written down, so nothing is taken
      throw error;
    }
    if (denomination > room) {
      const result = await ports.cash.returnNote().catch((error: unknown) => `lost: ${detailOf(error)}` as const);
      return result === 'returned' ? returned(true) : suspense(result === 'stacked' ? 'stacked against the order' : result);
    }
    const result = await ports.cash.stack(stacked).catch((error: unknown) => `lost: ${detailOf(error)}` as const);
    if (result === 'stacked') {
      const left = fen(room - denomination);
      // A dead acceptor here costs nothing: its own event ends the cash step.
      await ports.cash.accept(denominationsWithin(ports, left)).catch(detailOf);
      return { kind: 'stacked', denomination };
    }
    if (result !== 'returned') return suspense(result);
    const outcome = returned(false);
    // It may have been away and come back inhibited.
    await ports.cash.accept(denominationsWithin(ports, room)).catch(detailOf);
    return outcome;
  });
}

export interface StopCashRequest {
  readonly transaction: OpenTransaction;
  /** A note jammed before anyone knew its value. */
  readonly noteStuck: boolean;
}

/** No more notes; whatever comes late is returned by the port. A stuck note is written down first: after a crash it must not be forgotten. */
export async function stopCash(ports: Ports, { transaction, noteStuck }: StopCashRequest): Promise<void> {
  const { transactionId, reference } = transaction;
  // Where this can't be written down, neither can the case that comes next: it says so.
  if (noteStuck) await journaled(async () => ports.journal.append({ kind: 'device.fault', transactionId, body: stuckNote(reference) }));
  await ports.cash.accept([]).catch(detailOf);
}

function stuckNote(reference: string): JournalBody<'device.fault'> {
  return { device: 'cashAcceptor', code: NOTE_STUCK, detail: `a note of ${reference} jammed before its value was known` };
}
