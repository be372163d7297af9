/**
 * What a person hands to the support desk (a ticket, a call back, an answer): on disk first, then told, and what the desk said of it noted.
 * Used by the charts that hand something in; the background delivery (main/terminal/recovery) says the rest again.
 */
import type { JournalBody } from '../../common/journal-kinds.ts';
import { cardKeyOf, type EnvelopeKind, type TicketCreated } from '../../common/upstream-api/support.ts';
import { isJournalFailure, type CardReading, type Ports } from '../ports.ts';
import { maskedPhone } from './context.ts';
import type { SubmitOutcome } from './ports.ts';

export interface NewSubmission {
  /** Also the key of the call. */
  readonly id: string;
  readonly envelope: EnvelopeKind;
  /** That the person is given; empty: none is. */
  readonly number: string;
  /** Personal data in it is sealed. */
  readonly body: object;
  /** ms since 1970 */
  readonly at: number;
}

/** Durable when it returns. @throws {PortError} `journalUnavailable` */
export function announce({ journal }: Pick<Ports, 'journal'>, { id, envelope, number, body, at }: NewSubmission): JournalBody<'desk.submitting'> {
  const announced = { submissionId: id, envelope, reference: number, body: JSON.stringify(body), submittedAt: new Date(at).toISOString() };
  journal.append({ kind: 'desk.submitting', transactionId: id, body: announced });
  return announced;
}

/** Never rejects: what nobody answered is `later`, and is sent again in the background. */
export async function tellDesk(ports: Pick<Ports, 'desk' | 'journal'>, submission: JournalBody<'desk.submitting'>): Promise<SubmitOutcome> {
  let outcome: SubmitOutcome;
  try {
    outcome = await ports.desk.submit(submission);
  } catch {
    return { kind: 'later' };
  }
  if (outcome.kind !== 'later') note(ports, deskAnswerEntry(submission.submissionId, outcome));
  return outcome;
}

/** What the desk answered, as an entry. Also written by the background delivery. */
export function deskAnswerEntry(submissionId: string, outcome: Exclude<SubmitOutcome, { kind: 'later' }>) {
  if (outcome.kind === 'refused') return { kind: 'desk.refused' as const, transactionId: submissionId, body: { submissionId, code: outcome.code } };
  const due = outcome.dueAt === undefined ? {} : { dueAt: new Date(outcome.dueAt).toISOString() };
  return { kind: 'desk.stored' as const, transactionId: submissionId, body: { submissionId, ...due } };
}

/** The outcome is what it is; an entry that can't be written now is made up for by the background delivery, which asks again. */
function note({ journal }: Pick<Ports, 'journal'>, entry: ReturnType<typeof deskAnswerEntry>): void {
  try {
    journal.append(entry);
  } catch (error) {
    if (!isJournalFailure(error)) throw error;
  }
}

/** For the desk alone. @throws {PortError} `refused` where nothing can be sealed */
export async function sealedCard({ desk }: Pick<Ports, 'desk'>, { ref }: CardReading): Promise<NonNullable<TicketCreated['card']>> {
  return { tail: ref.tail, sealed: await desk.seal(ref.serial), key: cardKeyOf(ref.serial) };
}

/** @param phone all its digits @throws {PortError} `refused` where nothing can be sealed */
export async function sealedContact({ desk }: Pick<Ports, 'desk'>, phone: string): Promise<NonNullable<TicketCreated['contact']>> {
  return { masked: maskedPhone(phone), sealed: await desk.seal(phone) };
}
