/** The record of every act that matters for security: who, when, what, from where. Written in the transaction of the act; only added to. */
import type { Clock } from '../../../common/clock.ts';
import type { Ids } from '../../../common/ids.ts';
import type { AuditEvent, AuditKind } from '../../console-api/staff.ts';
import type { Queries } from '../store/store.ts';

export interface Act {
  readonly kind: AuditKind;
  readonly actor: string;
  readonly about?: string;
  readonly detail?: string;
  readonly address: string;
}

export interface Audit {
  record(trx: Queries, act: Act): Promise<void>;
  /** The latest first. */
  page(query: AuditQuery): Promise<{ items: AuditEvent[]; next?: string }>;
}

export interface AuditQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly kind?: AuditKind | undefined;
  readonly actor?: string | undefined;
  readonly until?: string | undefined;
}

const DAY_MS = 86_400_000;

export function createAudit(store: Queries, clock: Clock, ids: Ids): Audit {
  let written = 0;
  // in the order in which they are written, also within a millisecond; unique at any number of servers
  const nextId = (at: number): string => `${timePart(at)}-${(written++).toString(16).padStart(8, '0')}-${ids.uuid().slice(-12)}`;
  return {
    record: async (trx, { kind, actor, about, detail, address }) => {
      const at = clock.now();
      await trx
        .insertInto('console_audit')
        .values({
          event_id: nextId(at),
          at,
          kind,
          actor: actor.slice(0, 80),
          about: about?.slice(0, 200) ?? null,
          detail: detail?.slice(0, 500) ?? null,
          address,
        })
        .execute();
    },
    page: async ({ limit, cursor, kind, actor, until }) => {
      let events = store.selectFrom('console_audit').selectAll().orderBy('event_id', 'desc').limit(limit);
      if (cursor !== undefined) events = events.where('event_id', '<', cursor);
      if (kind !== undefined) events = events.where('kind', '=', kind);
      if (actor !== undefined) events = events.where('actor', '=', actor);
      if (until !== undefined) events = events.where('event_id', '<', timePart(Date.parse(`${until}T00:00:00Z`) + DAY_MS));
      const rows = await events.execute();
      const items = rows.map(({ event_id: eventId, ...rest }) => ({ eventId, ...rest }));
      const last = rows.length === limit ? rows.at(-1) : undefined;
      return last === undefined ? { items } : { items, next: last.event_id };
    },
  };
}

/** The beginning of the ids of that moment: sorts as time does. */
function timePart(at: number): string {
  return at.toString(16).padStart(12, '0');
}
