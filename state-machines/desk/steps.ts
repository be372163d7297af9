/**
 * The steps at the support desk that ask the world: handing in a ticket, and how things stand. Each says what came of it; none rejects. What
 * says who somebody is leaves them sealed, and is written nowhere else.
 */
import type { JournalBody } from '../../common/journal-kinds.ts';
import {
  callbackBookedSchema,
  cardKeyOf,
  ticketCreatedSchema,
  type ProgressAnswer,
  type ProgressRequest,
  type TicketCreated,
  type TicketKind,
} from '../../common/upstream-api/support.ts';
import { parseJson } from '../../common/parse-json.ts';
import { isJournalFailure, type CardReading, type LatestTopUp, type Ports, type ReceiptOutcome } from '../ports.ts';
import type { CallbackChange } from '../callback/context.ts';
import type { DeskContext } from './context.ts';
import { announce, sealedCard, sealedContact, tellDesk } from './submission.ts';

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
  readonly id: string;
  readonly number: string;
  /** ms since 1970 */
  readonly dueAt: number | undefined;
}

export type TicketOutcome = { readonly kind: 'handed'; readonly handed: Handed } | { readonly kind: 'refused' } | { readonly kind: 'journalFailed' };

/** Durable before the desk is told: from then on it is the terminal's to deliver, also when nobody answers now. */
export async function handInTicket(ports: Ports, draft: TicketDraft): Promise<TicketOutcome> {
  const submission = await announceTicket(ports, draft);
  if (submission === undefined) return { kind: 'journalFailed' };
  const { submissionId: id, reference: number } = submission;
  const outcome = await tellDesk(ports, submission);
  if (outcome.kind === 'refused') return { kind: 'refused' };
  return {
    kind: 'handed',
    handed: outcome.kind === 'later' ? { state: 'kept', id, number, dueAt: undefined } : { state: 'stored', id, number, dueAt: outcome.dueAt },
  };
}

/** @returns `undefined` when the journal could not take it: nothing has happened */
async function announceTicket(ports: Ports, draft: TicketDraft): Promise<JournalBody<'desk.submitting'> | undefined> {
  const { clock, ids, journal } = ports;
  try {
    const number = journal.newReference();
    const ticketId = ids.uuid();
    const at = clock.now();
    const ticket: TicketCreated = ticketCreatedSchema.parse({
      ticketId,
      number,
      kind: draft.topic,
      ...(await personalOf(ports, draft)),
      ...(draft.transaction === undefined ? {} : { transaction: draft.transaction.reference }),
      ...(draft.verdict === undefined ? {} : { verdict: draft.verdict }),
      ...(draft.transaction?.evidence === undefined ? {} : { evidence: draft.transaction.evidence }),
      language: draft.language,
      submittedAt: at,
    });
    return announce(ports, { id: ticketId, envelope: 'ticket.created', number, body: ticket, at });
  } catch (error) {
    if (isJournalFailure(error)) return undefined;
    throw error;
  }
}

/** Where nothing can be sealed, nothing of it is sent. */
async function personalOf(ports: Ports, { card, phone }: TicketDraft): Promise<Pick<TicketCreated, 'card' | 'contact'>> {
  if (ports.desk.terms?.seals !== true) return {};
  return {
    ...(card === undefined ? {} : { card: await sealedCard(ports, card) }),
    ...(phone === '' ? {} : { contact: await sealedContact(ports, phone) }),
  };
}

/** How one thing stands. `kept`: it waits on this machine for a line. */
export type Standing =
  | ({ readonly what: 'ticket' } & ProgressAnswer['tickets'][number])
  /** `waits`: what was asked of it here, and the desk has not heard yet. */
  | ({ readonly what: 'callback'; readonly waits?: CallbackChange } & ProgressAnswer['callbacks'][number])
  | { readonly what: 'kept'; readonly number: string; readonly topic: TicketKind; readonly submittedAt: number }
  /** A call back that was asked for; the desk has not promised it yet. */
  | { readonly what: 'keptCallback'; readonly number: string; readonly start: number };

export type Asked = Exclude<ProgressRequest, { by: 'card' }> | { readonly by: 'card'; readonly card: CardReading };
export type ProgressOutcome = { readonly kind: 'found'; readonly standings: readonly Standing[] } | { readonly kind: 'unreachable' };

/** The newest first. What waits here is known without a network, too. */
export async function askProgress(ports: Ports, asked: Asked, signal: AbortSignal): Promise<ProgressOutcome> {
  const request: ProgressRequest = asked.by === 'card' ? { by: 'card', card: cardKeyOf(asked.card.ref.serial) } : asked;
  const kept = keptHere(ports, request);
  const waiting = changesHere(ports);
  try {
    const { tickets, callbacks } = await ports.desk.progress(request, signal);
    const known = new Set([...tickets, ...callbacks].map(({ number }) => number));
    const standings: Standing[] = [
      ...callbacks.toReversed().map((callback) => ({ what: 'callback' as const, ...callback, ...waiting.get(callback.number) })),
      ...kept.filter(({ number }) => !known.has(number)),
      ...tickets.toReversed().map((ticket) => ({ what: 'ticket' as const, ...ticket })),
    ];
    return { kind: 'found', standings };
  } catch {
    return kept.length > 0 ? { kind: 'found', standings: kept } : { kind: 'unreachable' };
  }
}

type Kept = Extract<Standing, { what: 'kept' | 'keptCallback' }>;

/** By whom it can be asked for, and how it stands. */
interface KeptSubmission {
  readonly id: string;
  readonly number: string;
  readonly card?: { readonly key: string } | undefined;
  readonly standing: Kept;
}

function keptHere({ recovery }: Ports, request: ProgressRequest): readonly Kept[] {
  return recovery
    .undelivered()
    .flatMap(keptSubmission)
    .filter((kept) => isAsked(kept, request))
    .map(({ standing }) => standing);
}

/** By number, what is to become of calls back once the desk hears of it. */
function changesHere({ recovery }: Ports): ReadonlyMap<string, { readonly waits: CallbackChange }> {
  const changes = new Map<string, { readonly waits: CallbackChange }>();
  for (const { envelope, reference } of recovery.undelivered().toReversed()) {
    if (envelope === 'callback.rebooked') changes.set(reference, { waits: 'move' });
    if (envelope === 'callback.cancelled') changes.set(reference, { waits: 'cancel' });
  }
  return changes;
}

function isAsked({ id, number, card }: KeptSubmission, request: ProgressRequest): boolean {
  switch (request.by) {
    case 'id':
      return id === request.id;
    case 'number':
      return number === request.number;
    case 'card':
      return card?.key === request.card;
  }
}

function keptSubmission({ submissionId: id, envelope, body }: JournalBody<'desk.submitting'>): readonly KeptSubmission[] {
  const said = parseJson(body);
  const ticket = envelope === 'ticket.created' ? ticketCreatedSchema.safeParse(said).data : undefined;
  if (ticket !== undefined) {
    const { number, card, kind: topic, submittedAt } = ticket;
    return [{ id, number, card, standing: { what: 'kept', number, topic, submittedAt } }];
  }
  const callback = envelope === 'callback.booked' ? callbackBookedSchema.safeParse(said).data : undefined;
  if (callback === undefined) return [];
  const { number, card, slot: start } = callback;
  return [{ id, number, card, standing: { what: 'keptCallback', number, start } }];
}

export function printTicket({ ports, handed, topic, card, preferences }: DeskContext): Promise<ReceiptOutcome> {
  if (handed === undefined || topic === undefined) throw new Error('support desk: nothing to print yet');
  const within = ports.desk.terms?.promise(topic);
  return ports.receipts.printTicket(ports.ids.uuid(), {
    at: ports.clock.now(),
    state: handed.state,
    id: handed.id,
    reference: handed.number,
    topic,
    ...(card === undefined ? {} : { cardTail: card.ref.tail }),
    ...(handed.dueAt === undefined ? {} : { dueAt: handed.dueAt }),
    ...(within === undefined ? {} : { within }),
    locale: preferences.locale,
    largePrint: preferences.size !== 'standard',
  });
}
