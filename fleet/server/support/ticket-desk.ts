/** Tickets as agents work on them: lists, one with its history, every step that an agent may take, and the journal's part of it. */
import { sql, type Expression, type SqlBool } from 'kysely';
import { z } from 'zod';
import { parseReference } from '../../../common/ids.ts';
import { entrySchema } from '../../../common/journal-entry.ts';
import { sealedSchema, ticketKinds } from '../../../common/upstream-api/support.ts';
import type { Queries, StoreTransaction } from '../store/store.ts';
import { ProblemError } from '../http/problems.ts';
import { callbackRowAnswer } from './callbacks.ts';
import { forAgent, requireRole, type Actor, type Desk } from './desk.ts';
import {
  ticketActionSchema,
  ticketListQuerySchema,
  type PromiseOverview,
  type Story,
  type TicketAction,
  type TicketDetail,
  type TicketList,
  type TicketListQuery,
  type TicketRowAnswer,
} from './desk-schemas.ts';
import { eventAnswer, historyOf, lastSeq } from './events.ts';
import { ticketFor, ticketRowFor } from './person-data.ts';
import { standingOf } from './promise-clock.ts';
import { changeTicket, clockOf, closeSettled, findTicket, type TicketChange, type TicketRow } from './tickets.ts';

export interface TicketDesk {
  list(actor: Actor, query: TicketListQuery): Promise<TicketList>;
  /** @throws {ProblemError} `unknownTicket` */
  detail(actor: Actor, ticketId: string): Promise<TicketDetail>;
  /**
   * @param seen `lastSeq` of the detail that the agent acts on
   * @throws {ProblemError} `unknownTicket`, `ticketState`, `ticketChanged`, `roleNotAllowed`
   */
  act(actor: Actor, ticketId: string, seen: number, action: TicketAction): Promise<TicketDetail>;
  /** The transaction's entries, as far as they arrived. @throws {ProblemError} `unknownTicket` */
  story(actor: Actor, ticketId: string): Promise<Story>;
  promises(actor: Actor): Promise<PromiseOverview>;
}

/** What ends within an hour presses. */
const DUE_SOON_MS = 3_600_000;

export function createTicketDesk(desk: Desk): TicketDesk {
  const { store, clock } = desk;
  return {
    list: async (actor, query) => {
      requireRole(actor, 'support', 'operator', 'auditor');
      const now = clock.now();
      await closeSettled(desk, now);
      const { tickets, total } = await store.view((trx) => list(trx, desk, ticketListQuerySchema.parse(query), now));
      return { tickets: tickets.map((row) => ticketRowFor(actor, row)), total };
    },
    detail: async (actor, ticketId) => {
      requireRole(actor, 'support', 'operator', 'auditor');
      await closeSettled(desk, clock.now());
      return ticketFor(actor, await store.view((trx) => detail(trx, desk, ticketId, clock.now())));
    },
    act: async (actor, ticketId, seen, action) => {
      requireRole(actor, 'support');
      const step = stepOf(actor, ticketActionSchema.parse(action), clock.now());
      return forAgent(() =>
        store.serially([`ticket:${ticketId}`], async (trx) => {
          const row = await requireTicket(trx, ticketId);
          if ((await lastSeq(trx, ticketId)) !== seen) throw new ProblemError('ticketChanged', 'somebody else changed the ticket: look at it again');
          await changeTicket(trx, desk, row, step);
          return detail(trx, desk, ticketId, step.now);
        }),
      );
    },
    story: async (actor, ticketId) => {
      requireRole(actor, 'support', 'auditor');
      return store.view((trx) => story(trx, ticketId));
    },
    promises: async (actor) => {
      requireRole(actor, 'support', 'operator', 'auditor');
      const now = clock.now();
      await closeSettled(desk, now);
      const overview = await store.view((trx) => promises(trx, desk, now));
      return { ...overview, pressing: overview.pressing.map((row) => ticketRowFor(actor, row)) };
    },
  };
}

function stepOf({ id }: Actor, action: TicketAction, now: number): TicketChange {
  const note = 'note' in action ? (action.note ?? null) : null;
  return { event: action.do, doer: { actor_kind: 'agent', actor: id }, note, change: changeOf(id, action), now };
}

function changeOf(id: string, action: TicketAction): NonNullable<TicketChange['change']> {
  switch (action.do) {
    case 'assign':
      return { assignee: action.to ?? id };
    case 'move':
      return { queue: action.queue };
    case 'ask':
      return { asks: action.what };
    case 'resolve':
      return { resolution: action.resolution };
    case 'release':
    case 'note':
    case 'resume':
    case 'close':
    case 'reopen':
    case 'escalate':
      return {};
  }
}

async function requireTicket(queries: Queries, ticketId: string): Promise<TicketRow> {
  const row = await findTicket(queries, ticketId);
  if (row === undefined) throw new ProblemError('unknownTicket', 'no such ticket');
  return row;
}

async function list(trx: StoreTransaction, desk: Desk, query: z.output<typeof ticketListQuerySchema>, now: number): Promise<TicketList> {
  const found = trx.selectFrom('tickets').where((ticket) => {
    const wanted: Expression<SqlBool>[] = [];
    if (query.state !== undefined) wanted.push(ticket('state', '=', query.state));
    if (query.unresolved === true) wanted.push(ticket('state', 'not in', ['resolved', 'closed']));
    if (query.queue !== undefined) wanted.push(ticket('queue', '=', query.queue));
    if (query.assignee !== undefined) wanted.push(ticket('assignee', '=', query.assignee));
    if (query.terminalId !== undefined) wanted.push(ticket('terminal_id', '=', query.terminalId));
    if (query.kind !== undefined) wanted.push(ticket('kind', '=', query.kind));
    if (query.number !== undefined) wanted.push(ticket('number', '=', parseReference(query.number) ?? query.number));
    if (query.breached === true) wanted.push(sql<SqlBool>`state not in ('resolved', 'closed') and (breached_at is not null or due_at < ${now})`);
    if (query.dueBefore !== undefined)
      wanted.push(sql<SqlBool>`state not in ('resolved', 'closed') and breached_at is null and due_at >= ${now} and due_at < ${query.dueBefore}`);
    return ticket.and(wanted);
  });
  const { total } = await found.select(sql<number>`count(*)`.as('total')).executeTakeFirstOrThrow();
  const rows = await found
    .selectAll()
    .orderBy(sql`case when due_at is null then 1 else 0 end`)
    .orderBy('due_at')
    .orderBy('received_at', 'desc')
    .orderBy('ticket_id')
    .limit(query.limit)
    .offset(query.offset)
    .execute();
  return { tickets: rows.map((row) => rowAnswer(desk, row, now)), total };
}

function rowAnswer({ settings }: Desk, row: TicketRow, now: number): TicketRowAnswer {
  const promise = standingOf(clockOf(row), now);
  return {
    ticketId: row.ticket_id,
    number: row.number,
    terminalId: row.terminal_id,
    kind: row.kind,
    queue: row.queue,
    urgent: settings.routes[row.kind].urgent,
    level: row.level,
    state: row.state,
    assignee: row.assignee,
    receivedAt: row.received_at,
    changedAt: row.changed_at,
    dueAt: row.due_at,
    promise,
    breachedAt: row.breached_at ?? (promise === 'breached' ? row.due_at : null),
    cardTail: row.card_tail,
    verdict: row.verdict,
    nudgedAt: row.nudged_at,
  };
}

async function detail(trx: StoreTransaction, desk: Desk, ticketId: string, now: number): Promise<TicketDetail> {
  const row = await requireTicket(trx, ticketId);
  const history = await historyOf(trx, ticketId);
  const callbacks = await trx.selectFrom('callbacks').selectAll().where('ticket_id', '=', ticketId).orderBy('slot_start').limit(20).execute();
  return {
    ticket: rowAnswer(desk, row, now),
    text: row.text,
    transaction: row.transaction_ref,
    contactMasked: row.contact_masked,
    sealed: [...(row.card_sealed === null ? [] : ['card' as const]), ...(row.contact_sealed === null ? [] : ['contact' as const])],
    language: row.language,
    submittedAt: row.submitted_at,
    evidence: evidenceOf(row),
    resolution: row.resolution,
    asks: row.asks,
    history: history.map(eventAnswer),
    callbacks: callbacks.map(callbackRowAnswer),
    lastSeq: history.at(-1)?.seq ?? 0,
  };
}

function evidenceOf({ evidence_epoch, evidence_from, evidence_to }: TicketRow): TicketDetail['evidence'] {
  if (evidence_epoch === null || evidence_from === null || evidence_to === null) return null;
  return { epoch: evidence_epoch, fromSeq: evidence_from, toSeq: evidence_to };
}

async function story(trx: StoreTransaction, ticketId: string): Promise<Story> {
  const row = await requireTicket(trx, ticketId);
  const evidence = evidenceOf(row);
  if (evidence === null) return { entries: [], missing: 0 };
  const { epoch, fromSeq, toSeq } = evidence;
  const rows = await trx
    .selectFrom('journal_entries')
    .select(['entry', 'hash'])
    .where('terminal_id', '=', row.terminal_id)
    .where('epoch', '=', epoch)
    .where('seq', '>=', fromSeq)
    .where('seq', '<=', toSeq)
    .orderBy('seq')
    .execute();
  const entries = rows.map(({ entry, hash }) => {
    const { seq, at, kind, body, postings } = entrySchema.parse(JSON.parse(entry));
    return { epoch, seq, at, kind, body: z.record(z.string(), z.unknown()).parse(masked(body)), postings, hash };
  });
  return { entries, missing: toSeq - fromSeq + 1 - entries.length };
}

/** Card numbers keep their last four symbols; what is sealed stays so; and of a voucher's code there is nothing that could be tried out. */
function masked(value: unknown, name = ''): unknown {
  if (typeof value === 'string') return maskedText(name, value);
  if (Array.isArray(value)) return value.map((each: unknown) => masked(each, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, masked(each, key)]));
}

function maskedText(name: string, value: string): string {
  if (name === 'salt' || name === 'codeHash') return '****';
  if (sealedSchema.safeParse(value).success && value.startsWith('eyJ')) return 'sealed';
  return /serial$/i.test(name) || /^\d{20}$/.test(value) ? value.slice(-4).padStart(value.length, '*') : value;
}

async function promises(trx: StoreTransaction, desk: Desk, now: number): Promise<PromiseOverview> {
  const { routes } = desk.settings;
  const sum = (condition: ReturnType<typeof sql>) => sql<number>`coalesce(sum(case when ${condition} then 1 else 0 end), 0)`;
  const unresolved = trx.selectFrom('tickets').where('state', 'not in', ['resolved', 'closed']);
  const queues = await unresolved
    .select([
      'queue',
      sql<number>`count(*)`.as('unresolved'),
      sum(sql`assignee is null`).as('unassigned'),
      sum(sql`state = 'waitingForPerson'`).as('waitingForPerson'),
      sum(sql`breached_at is not null or due_at < ${now}`).as('breached'),
    ])
    .groupBy('queue')
    .orderBy('queue')
    .execute();
  const pressing = await unresolved
    .selectAll()
    .where(sql<SqlBool>`(breached_at is not null or level > 0 or due_at < ${now + DUE_SOON_MS})`)
    .orderBy('level', 'desc')
    .orderBy(sql`coalesce(breached_at, due_at, ${Number.MAX_SAFE_INTEGER})`)
    .orderBy('ticket_id')
    .limit(200)
    .execute();
  return {
    queues,
    pressing: pressing.map((row) => rowAnswer(desk, row, now)),
    dueSoonMs: DUE_SOON_MS,
    promises: ticketKinds.map((kind) => ({ kind, queue: routes[kind].queue, urgent: routes[kind].urgent, within: routes[kind].promise })),
  };
}
