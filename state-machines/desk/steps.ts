/**
 * The steps at the support desk that ask the world: handing in a ticket, and how things stand. Each says what came of it; none rejects. What
 * says who somebody is leaves them sealed, and is written nowhere else.
 */
import { cardKeyOf, type ProgressAnswer, type ProgressRequest, type TicketCreated, type TicketKind } from '../../common/upstream-api/support.ts';
import type { JournalBody } from '../../common/journal-kinds.ts';
import { ticketCreatedSchema } from '../../common/upstream-api/support.ts';
import { parseJson } from '../../common/parse-json.ts';
import { PortError, type CardReading, type LatestTopUp, type Ports, type ReceiptOutcome } from '../ports.ts';
import { maskedPhone, type DeskContext } from './context.ts';
import type { SubmitOutcome } from './ports.ts';

export interface TicketDraft {
  readonly topic: TicketKind;
  readonly card: CardReading | undefined;
  readonly transaction: LatestTopUp | undefined;
  /** All its digits; empty: none is given. */
  readonly phone: string;
  readonly verdict: string | undefined;
  readonly language: string;
}

/** What the person is told of their ticket. `kept`: nobody answered, and it is sent again in the background. */
export interface Handed {
  readonly state: 'stored' | 'kept';
  readonly number: string;
  /** ms since 1970 */
  readonly dueAt: number | undefined;
}

export type TicketOutcome = { readonly kind: 'handed'; readonly handed: Handed } | { readonly kind: 'refused' } | { readonly kind: 'journalFailed' };

/** Durable before the desk is told: from then on it is the terminal's to deliver, also when nobody answers now. */
export async function handInTicket(ports: Ports, draft: TicketDraft): Promise<TicketOutcome> {
  const submission = await announce(ports, draft);
  if (submission === undefined) return { kind: 'journalFailed' };
  const { submissionId, reference: number } = submission;
  const kept: TicketOutcome = { kind: 'handed', handed: { state: 'kept', number, dueAt: undefined } };
  let outcome: SubmitOutcome;
  try {
    outcome = await ports.desk.submit(submission);
  } catch {
    return kept;
  }
  if (outcome.kind === 'later') return kept;
  noted(ports, deskAnswerEntry(submissionId, outcome));
  return outcome.kind === 'refused' ? { kind: 'refused' } : { kind: 'handed', handed: { state: 'stored', number, dueAt: outcome.dueAt } };
}

/** @returns `undefined` when the journal could not take it: nothing has happened */
async function announce(ports: Ports, draft: TicketDraft): Promise<JournalBody<'desk.submitting'> | undefined> {
  const { clock, ids, journal } = ports;
  try {
    const number = journal.newReference();
    const ticketId = ids.uuid();
    const submittedAt = clock.now();
    const ticket: TicketCreated = ticketCreatedSchema.parse({
      ticketId,
      number,
      kind: draft.topic,
      ...(await personalOf(ports, draft)),
      ...(draft.transaction === undefined ? {} : { transaction: draft.transaction.reference }),
      ...(draft.verdict === undefined ? {} : { verdict: draft.verdict }),
      ...(draft.transaction?.evidence === undefined ? {} : { evidence: draft.transaction.evidence }),
      language: draft.language,
      submittedAt,
    });
    const body = {
      submissionId: ticketId,
      envelope: 'ticket.created',
      reference: number,
      body: JSON.stringify(ticket),
      submittedAt: new Date(submittedAt).toISOString(),
    };
    journal.append({ kind: 'desk.submitting', transactionId: ticketId, body });
    return body;
  } catch (error) {
    if (isJournalFailure(error)) return undefined;
    throw error;
  }
}

/** Where nothing can be sealed, nothing of it is sent. */
async function personalOf({ desk }: Ports, { card, phone }: TicketDraft): Promise<Pick<TicketCreated, 'card' | 'contact'>> {
  if (desk.terms?.seals !== true) return {};
  const serial = card?.ref.serial;
  return {
    ...(serial === undefined ? {} : { card: { tail: card?.ref.tail ?? '', sealed: await desk.seal(serial), key: cardKeyOf(serial) } }),
    ...(phone === '' ? {} : { contact: { masked: maskedPhone(phone), sealed: await desk.seal(phone) } }),
  };
}

/** What the desk answered, as an entry. Also written by the background delivery. */
export function deskAnswerEntry(submissionId: string, outcome: Exclude<SubmitOutcome, { kind: 'later' }>) {
  if (outcome.kind === 'refused') return { kind: 'desk.refused' as const, transactionId: submissionId, body: { submissionId, code: outcome.code } };
  const due = outcome.dueAt === undefined ? {} : { dueAt: new Date(outcome.dueAt).toISOString() };
  return { kind: 'desk.stored' as const, transactionId: submissionId, body: { submissionId, ...due } };
}

/** How one thing stands. `kept`: it waits on this machine for a line. */
export type Standing =
  | ({ readonly what: 'ticket' } & ProgressAnswer['tickets'][number])
  | ({ readonly what: 'callback' } & ProgressAnswer['callbacks'][number])
  | { readonly what: 'kept'; readonly number: string; readonly topic: TicketKind; readonly submittedAt: number };

export type Asked = { readonly by: 'number'; readonly number: string } | { readonly by: 'card'; readonly card: CardReading };
export type ProgressOutcome = { readonly kind: 'found'; readonly standings: readonly Standing[] } | { readonly kind: 'unreachable' };

/** The newest first. What waits here is known without a network, too. */
export async function askProgress(ports: Ports, asked: Asked, signal: AbortSignal): Promise<ProgressOutcome> {
  const request: ProgressRequest = asked.by === 'number' ? asked : { by: 'card', card: cardKeyOf(asked.card.ref.serial) };
  const kept = keptHere(ports, request);
  try {
    const { tickets, callbacks } = await ports.desk.progress(request, signal);
    const known = new Set(tickets.map(({ number }) => number));
    const standings: Standing[] = [
      ...callbacks.toReversed().map((callback) => ({ what: 'callback' as const, ...callback })),
      ...kept.filter(({ number }) => !known.has(number)),
      ...tickets.toReversed().map((ticket) => ({ what: 'ticket' as const, ...ticket })),
    ];
    return { kind: 'found', standings };
  } catch {
    return kept.length > 0 ? { kind: 'found', standings: kept } : { kind: 'unreachable' };
  }
}

function keptHere({ recovery }: Ports, request: ProgressRequest): readonly Extract<Standing, { what: 'kept' }>[] {
  return recovery.undelivered().flatMap(({ envelope, body }) => {
    const ticket = envelope === 'ticket.created' ? ticketCreatedSchema.safeParse(parseJson(body)).data : undefined;
    if (ticket === undefined) return [];
    const asked = request.by === 'number' ? ticket.number === request.number : request.by === 'card' && ticket.card?.key === request.card;
    return asked ? [{ what: 'kept' as const, number: ticket.number, topic: ticket.kind, submittedAt: ticket.submittedAt }] : [];
  });
}

export function printTicket({ ports, handed, topic, card, preferences }: DeskContext): Promise<ReceiptOutcome> {
  if (handed === undefined || topic === undefined) throw new Error('support desk: nothing to print yet');
  const within = ports.desk.terms?.promise(topic);
  return ports.receipts.printTicket(ports.ids.uuid(), {
    at: ports.clock.now(),
    state: handed.state,
    reference: handed.number,
    topic,
    ...(card === undefined ? {} : { cardTail: card.ref.tail }),
    ...(handed.dueAt === undefined ? {} : { dueAt: handed.dueAt }),
    ...(within === undefined ? {} : { within }),
    locale: preferences.locale,
    largePrint: preferences.size !== 'standard',
  });
}

function isJournalFailure(error: unknown): boolean {
  return error instanceof PortError && error.code === 'journalUnavailable';
}

/** The outcome is what it is; an entry that can't be written now is made up for by the background delivery, which asks again. */
function noted({ journal }: Ports, entry: ReturnType<typeof deskAnswerEntry>): void {
  try {
    journal.append(entry);
  } catch (error) {
    if (!isJournalFailure(error)) throw error;
  }
}
