/**
 * Tickets as persons at terminals make and follow them. A ticket is there once, however often its envelope comes. Whoever shows its id may
 * add to it, from any terminal; by number or card one learns only how it stands. Agents' side: ticket-desk.ts.
 */
import { maskNumbers } from '../../../common/number-mask.ts';
import {
  supportLimits,
  ticketStates,
  type StoredAnswer,
  type TicketCreated,
  type TicketFollowedUp,
  type TicketProgress,
  type TicketState,
} from '../../../common/upstream-api/support.ts';
import type { Queries, StoreTransaction, Tables } from '../store/store.ts';
import { Refusal, type Desk } from './desk.ts';
import { historyOf, recordEvent, theDesk, type Doer } from './events.ts';
import { pauseClock, resumeClock, standingOf, startClock, stopClock, type PromiseClock } from './promise-clock.ts';
import { after, type TicketEvent } from './ticket-states.ts';

export type TicketRow = Tables['tickets'];

const DAY_MS = 86_400_000;

/** Makes it, or finds it as it was made. @throws {Refusal} `idempotencyConflict` */
export async function createTicket(trx: StoreTransaction, desk: Desk, terminalId: string, body: TicketCreated, now: number): Promise<StoredAnswer> {
  const said = contentsOf(desk, terminalId, body);
  const earlier = await findTicket(trx, body.ticketId);
  if (earlier !== undefined) {
    const same = Object.entries(said).every(([column, value]) => earlier[column as keyof typeof said] === value);
    if (!same) throw new Refusal('idempotencyConflict', 'the ticket came before with other contents');
    return answerOf(earlier);
  }
  const route = desk.settings.routes[body.kind];
  const row: TicketRow = {
    ...said,
    ticket_id: body.ticketId,
    queue: route.queue,
    level: 0,
    state: 'open',
    assignee: null,
    received_at: now,
    changed_at: now,
    resolution: null,
    asks: null,
    nudged_at: null,
    ...columnsOf(startClock(desk.calendar, route.promise, now)),
  };
  await trx.insertInto('tickets').values(row).execute();
  await recordEvent(trx, { subject_id: row.ticket_id, at: now, event: 'created', actor_kind: 'person', actor: terminalId, state: 'open', note: null });
  return answerOf(row);
}

/** What the person and the terminal said: the same for ever. */
function contentsOf(
  desk: Desk,
  terminalId: string,
  { number, kind, card, transaction, contact, text, verdict, evidence, language, submittedAt }: TicketCreated,
) {
  return {
    terminal_id: terminalId,
    number,
    kind,
    card_tail: card?.tail ?? null,
    card_sealed: card?.sealed ?? null,
    card_hash: card === undefined ? null : desk.cardHash(card.key),
    transaction_ref: transaction ?? null,
    contact_masked: contact?.masked ?? null,
    contact_sealed: contact?.sealed ?? null,
    text: text === undefined ? null : maskNumbers(text),
    verdict: verdict ?? null,
    evidence_epoch: evidence?.epoch ?? null,
    evidence_from: evidence?.fromSeq ?? null,
    evidence_to: evidence?.toSeq ?? null,
    language,
    submitted_at: submittedAt,
  };
}

/** @throws {Refusal} `unknownTicket`, `ticketState`, `nudgedAlready` */
export async function followUp(
  trx: StoreTransaction,
  desk: Desk,
  terminalId: string,
  { ticketId, what, text }: TicketFollowedUp,
  now: number,
): Promise<StoredAnswer> {
  const row = await findTicket(trx, ticketId);
  if (row === undefined) throw new Refusal('unknownTicket', 'no such ticket');
  if (what === 'nudge' && row.nudged_at !== null && now - row.nudged_at < supportLimits.nudgeMs) {
    throw new Refusal('nudgedAlready', 'the desk was pressed for an answer within the last 24 hours');
  }
  if (what === 'reopen' && row.state === 'closed' && now - row.changed_at > desk.settings.reopenWithinDays * DAY_MS) {
    throw new Refusal('ticketState', `the ticket was closed more than ${desk.settings.reopenWithinDays} days ago: make a new one`);
  }
  const doer: Doer = { actor_kind: 'person', actor: terminalId };
  const change = what === 'nudge' ? { nudged_at: now } : {};
  return answerOf(await changeTicket(trx, desk, row, { event: what, doer, note: text === undefined ? null : maskNumbers(text), change, now }));
}

export interface TicketChange {
  readonly event: Exclude<TicketEvent, 'created'>;
  readonly doer: Doer;
  readonly note: string | null;
  readonly change?: Partial<Pick<TicketRow, 'assignee' | 'queue' | 'resolution' | 'asks' | 'nudged_at'>>;
  readonly now: number;
}

/** One step of a ticket: its state, its clock, its history. @throws {Refusal} `ticketState` before it has written anything */
export async function changeTicket(trx: StoreTransaction, desk: Desk, row: TicketRow, step: TicketChange): Promise<TicketRow> {
  const { event, doer, note, now } = step;
  const state = after(row.state, event);
  if (state === undefined) throw new Refusal('ticketState', `${event} has no place while the ticket is ${row.state}`);
  const next: TicketRow = {
    ...row,
    ...step.change,
    state,
    level: event === 'escalate' ? row.level + 1 : row.level,
    // the days until it is closed count from its resolution, not from what is noted after
    changed_at: state === row.state && (state === 'resolved' || state === 'closed') ? row.changed_at : now,
    ...columnsOf(clockAfter(desk, row, event, now)),
  };
  if (state === 'open' || state === 'reopened') next.assignee = null;
  if (state !== 'waitingForPerson') next.asks = null;
  if (event === 'reopen') next.resolution = null;
  const { ticket_id, ...columns } = next;
  await trx.updateTable('tickets').set(columns).where('ticket_id', '=', ticket_id).execute();
  await recordEvent(trx, { subject_id: ticket_id, at: now, event, ...doer, state, note });
  return next;
}

function clockAfter(desk: Desk, row: TicketRow, event: TicketChange['event'], now: number): PromiseClock {
  const clock = clockOf(row);
  switch (event) {
    case 'ask':
      return pauseClock(desk.calendar, clock, now);
    case 'resume':
    case 'supplement':
      return resumeClock(desk.calendar, clock, now);
    case 'resolve':
      return stopClock(clock, now);
    case 'reopen':
      return startClock(desk.calendar, desk.settings.routes[row.kind].promise, now);
    case 'assign':
    case 'release':
    case 'note':
    case 'close':
    case 'move':
    case 'escalate':
    case 'nudge':
      return clock;
  }
}

export function clockOf({ due_at, remaining_ms, breached_at, stopped_at }: TicketRow): PromiseClock {
  return { dueAt: due_at, remainingMs: remaining_ms, breachedAt: breached_at, stoppedAt: stopped_at };
}

function columnsOf({ dueAt, remainingMs, breachedAt, stoppedAt }: PromiseClock) {
  return { due_at: dueAt, remaining_ms: remainingMs, breached_at: breachedAt, stopped_at: stoppedAt };
}

export function findTicket(queries: Queries, ticketId: string): Promise<TicketRow | undefined> {
  return queries.selectFrom('tickets').selectAll().where('ticket_id', '=', ticketId).executeTakeFirst();
}

function answerOf({ number, state, due_at }: TicketRow): StoredAnswer {
  return { ticket: { number, state, dueAt: due_at } };
}

/** Of one ticket, for whoever asks at a terminal: nothing of what was said, and nobody's name. */
export async function progressOf(queries: Queries, row: TicketRow, now: number): Promise<TicketProgress> {
  const history = (await historyOf(queries, row.ticket_id)).filter(({ event }) => event !== 'note');
  return {
    number: row.number,
    kind: row.kind,
    state: row.state,
    queue: row.queue,
    receivedAt: row.received_at,
    dueAt: row.due_at,
    promise: standingOf(clockOf(row), now),
    resolution: row.resolution,
    asks: row.asks,
    history: history.slice(-20).flatMap(({ at, event, state }) => (isTicketState(state) ? [{ at, event, state }] : [])),
  };
}

/** A history may be a call back's. */
export function isTicketState(state: string): state is TicketState {
  return ticketStates.some((known) => known === state);
}

/** Closes what was resolved long enough ago. */
export async function closeSettled(desk: Desk, now: number): Promise<void> {
  const settled = (queries: Queries) =>
    queries
      .selectFrom('tickets')
      .selectAll()
      .where('state', '=', 'resolved')
      .where('changed_at', '<=', now - desk.settings.closeAfterDays * DAY_MS);
  for (const { ticket_id } of await settled(desk.store).limit(500).execute()) {
    await desk.store.serially([`ticket:${ticket_id}`], async (trx) => {
      // something else may have become of it
      const row = await settled(trx).where('ticket_id', '=', ticket_id).executeTakeFirst();
      if (row !== undefined) await changeTicket(trx, desk, row, { event: 'close', doer: theDesk, note: null, now });
    });
  }
}
