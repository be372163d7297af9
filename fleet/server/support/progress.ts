/**
 * How things stand, for whoever asks at a terminal: by the id in a QR code, by number, or by the card that is presented. The answer holds
 * kinds, states and times, and no word of what was said; so it may be given to whoever has the number.
 */
import type { CallbackProgress, ProgressAnswer, ProgressRequest } from '../../../common/upstream-api/support.ts';
import type { Queries, Tables } from '../store/store.ts';
import { expireCallbacks } from './callbacks.ts';
import type { Desk } from './desk.ts';
import { closeSettled, progressOf } from './tickets.ts';

export async function progress(desk: Desk, request: ProgressRequest): Promise<ProgressAnswer> {
  const now = desk.clock.now();
  await closeSettled(desk, now);
  await expireCallbacks(desk, now);
  return desk.store.view(async (trx) => {
    const tickets = await ticketsBy(trx, desk, request);
    const callbacks = await callbacksBy(trx, desk, request);
    return { tickets: await Promise.all(tickets.map((row) => progressOf(trx, row, now))), callbacks: callbacks.map(toProgress) };
  });
}

/** Few at a time: what one terminal makes up for somebody else's card may not hide the rest. */
const OF_ONE_TERMINAL = 3;
const AT_ONCE = 10;

async function ticketsBy(queries: Queries, desk: Desk, request: ProgressRequest): Promise<readonly Tables['tickets'][]> {
  const all = queries.selectFrom('tickets').selectAll();
  switch (request.by) {
    case 'id':
      return all.where('ticket_id', '=', request.id).execute();
    case 'number':
      return all.where('number', '=', request.number).orderBy('received_at').orderBy('ticket_id').limit(AT_ONCE).execute();
    case 'card':
      return ofMany(await all.where('card_hash', '=', desk.cardHash(request.card)).orderBy('received_at', 'desc').orderBy('ticket_id').limit(200).execute());
  }
}

async function callbacksBy(queries: Queries, desk: Desk, request: ProgressRequest): Promise<readonly Tables['callbacks'][]> {
  const all = queries.selectFrom('callbacks').selectAll();
  switch (request.by) {
    case 'id':
      return all
        .where((row) => row.or([row('callback_id', '=', request.id), row('ticket_id', '=', request.id)]))
        .orderBy('received_at')
        .limit(AT_ONCE)
        .execute();
    case 'number':
      return all.where('number', '=', request.number).orderBy('received_at').orderBy('callback_id').limit(AT_ONCE).execute();
    case 'card':
      return ofMany(await all.where('card_hash', '=', desk.cardHash(request.card)).orderBy('received_at', 'desc').orderBy('callback_id').limit(200).execute());
  }
}

/** The latest, but of each terminal only a few; the oldest first. */
function ofMany<T extends { readonly terminal_id: string }>(rows: readonly T[]): readonly T[] {
  const seen = new Map<string, number>();
  const few = rows.filter(({ terminal_id }) => {
    const count = (seen.get(terminal_id) ?? 0) + 1;
    seen.set(terminal_id, count);
    return count <= OF_ONE_TERMINAL;
  });
  return few.slice(0, AT_ONCE).toReversed();
}

function toProgress({ number, state, slot_start, slot_end }: Tables['callbacks']): CallbackProgress {
  return { number, state, start: slot_start, end: slot_end };
}
