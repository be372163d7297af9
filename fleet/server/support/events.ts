/** The history of a ticket or a call back: written in the transaction that changes it. */
import type { Queries, StoreTransaction, Tables } from '../store/store.ts';
import type { TicketDetail } from './desk-schemas.ts';

type EventRow = Tables['support_events'];

export type Doer = Pick<EventRow, 'actor_kind' | 'actor'>;

export const theDesk: Doer = { actor_kind: 'desk', actor: '' };

export async function recordEvent(trx: StoreTransaction, event: Omit<EventRow, 'seq'>): Promise<void> {
  await trx
    .insertInto('support_events')
    .values({ ...event, seq: (await lastSeq(trx, event.subject_id)) + 1 })
    .execute();
}

/** 0: it has no history. */
export async function lastSeq(queries: Queries, subjectId: string): Promise<number> {
  const last = await queries.selectFrom('support_events').select('seq').where('subject_id', '=', subjectId).orderBy('seq', 'desc').limit(1).executeTakeFirst();
  return last?.seq ?? 0;
}

/** In order. */
export function historyOf(queries: Queries, subjectId: string): Promise<readonly EventRow[]> {
  return queries.selectFrom('support_events').selectAll().where('subject_id', '=', subjectId).orderBy('seq').execute();
}

export function eventAnswer({ seq, at, event, actor_kind, actor, state, note }: EventRow): TicketDetail['history'][number] {
  return { seq, at, event, by: actor_kind, actor, state, note };
}
