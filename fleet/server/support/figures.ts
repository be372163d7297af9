/** The support desk's figures in `/metrics` (metrics.ts). */
import { sql } from 'kysely';
import { ticketStates } from '../../../common/upstream-api/support.ts';
import type { StoreTransaction } from '../store/store.ts';

interface Figure {
  readonly name: string;
  readonly help: string;
  readonly value: number;
  readonly labels?: Record<string, string>;
}

export async function supportFigures(trx: StoreTransaction, now: number): Promise<readonly Figure[]> {
  return [...(await ticketFigures(trx, now)), ...(await otherFigures(trx, now))];
}

/** Those that are closed are left out: their number only grows. */
async function ticketFigures(trx: StoreTransaction, now: number): Promise<readonly Figure[]> {
  const rows = await trx
    .selectFrom('tickets')
    .select(['state', sql<number>`count(*)`.as('count')])
    .where('state', '<>', 'closed')
    .groupBy('state')
    .execute();
  const { breached } = await trx
    .selectFrom('tickets')
    .select(sql<number>`coalesce(sum(case when breached_at is not null or due_at < ${now} then 1 else 0 end), 0)`.as('breached'))
    .where('state', 'not in', ['resolved', 'closed'])
    .executeTakeFirstOrThrow();
  const states = ticketStates.filter((state) => state !== 'closed');
  return [
    ...states.map((state) => ({
      name: 'fleet_support_tickets',
      help: 'Tickets that are not closed, by state.',
      value: rows.find((row) => row.state === state)?.count ?? 0,
      labels: { state },
    })),
    { name: 'fleet_support_promises_breached', help: 'Tickets without an answer whose promised moment has passed.', value: breached },
  ];
}

async function otherFigures(trx: StoreTransaction, now: number): Promise<readonly Figure[]> {
  const chats = await trx
    .selectFrom('chats')
    .select([sql<number>`count(*)`.as('waiting'), sql<number>`coalesce(min(opened_at), ${now})`.as('since')])
    .where('state', '=', 'waiting')
    .executeTakeFirstOrThrow();
  const callbacks = await trx
    .selectFrom('callbacks')
    .select([sql<number>`count(*)`.as('booked'), sql<number>`coalesce(sum(case when slot_end < ${now} then 1 else 0 end), 0)`.as('overdue')])
    .where('state', '=', 'booked')
    .executeTakeFirstOrThrow();
  const { refused } = await trx
    .selectFrom('outbox_envelopes')
    .select(sql<number>`count(*)`.as('refused'))
    .where('refusal', 'is not', null)
    .executeTakeFirstOrThrow();
  return [
    { name: 'fleet_support_chats_waiting', help: 'Persons at terminals who wait for an agent.', value: chats.waiting },
    { name: 'fleet_support_chat_wait_seconds', help: 'How long the first of them has waited.', value: (now - chats.since) / 1000 },
    { name: 'fleet_support_callbacks_booked', help: 'Calls back that are promised.', value: callbacks.booked },
    { name: 'fleet_support_callbacks_overdue', help: 'Of these, whose slot is over and nobody reported.', value: callbacks.overdue },
    { name: 'fleet_support_envelopes_refused', help: 'What terminals submitted and the desk could not take; kept.', value: refused },
  ];
}
