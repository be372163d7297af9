/** Opens what a person sealed for the desk: by name and for a reason, which are on disk before anything is readable. */
import { ProblemError } from '../http/problems.ts';
import type { Queries, StoreTransaction } from '../store/store.ts';
import { requireRole, type Actor, type Desk } from './desk.ts';
import { openingRequestSchema, type OpeningAnswer, type OpeningRequest, type Openings } from './desk-schemas.ts';

/** Whoever keeps a record of its own writes it with the desk's, before anything is opened. @param number of the ticket or call back */
export type AlsoRecord = (trx: StoreTransaction, number: string) => Promise<void>;

export interface OpeningDesk {
  /** @throws {ProblemError} `roleNotAllowed`, `unknownTicket`, `unknownCallback`, `sealingKeyMissing`, `sealUnreadable` */
  open(actor: Actor, request: OpeningRequest, alsoRecord?: AlsoRecord): Promise<OpeningAnswer>;
  /** For the auditor. @param subjectId only of this ticket or call back */
  openings(actor: Actor, subjectId?: string): Promise<Openings>;
}

export function createOpeningDesk({ store, clock, ids, sealingKey }: Desk): OpeningDesk {
  return {
    open: async (actor, request, alsoRecord) => {
      requireRole(actor, 'support', 'auditor');
      const checked = openingRequestSchema.parse(request);
      if (sealingKey === undefined) throw new ProblemError('sealingKeyMissing', 'ask at a server that has it');
      const { number, sealed } = await sealedField(store, checked);
      const openingId = ids.uuid();
      const { id, field, reason } = checked;
      await store.serially([`${checked.subject}:${id}`], async (trx) => {
        await trx.insertInto('support_openings').values({ opening_id: openingId, at: clock.now(), actor: actor.id, subject_id: id, field, reason }).execute();
        await alsoRecord?.(trx, number);
      });
      return { text: await sealingKey.open(sealed), openingId };
    },
    openings: async (actor, subjectId) => {
      requireRole(actor, 'auditor');
      const all = store.selectFrom('support_openings').selectAll().orderBy('at', 'desc').orderBy('opening_id', 'desc').limit(500);
      const rows = await (subjectId === undefined ? all : all.where('subject_id', '=', subjectId)).execute();
      return {
        openings: rows.map((row) => ({
          openingId: row.opening_id,
          at: row.at,
          actor: row.actor,
          subjectId: row.subject_id,
          field: row.field,
          reason: row.reason,
        })),
      };
    },
  };
}

/** @throws {ProblemError} `unknownTicket`, `unknownCallback`, also where there is no such field */
async function sealedField(queries: Queries, { subject, id, field }: OpeningRequest): Promise<{ number: string; sealed: string }> {
  const row =
    subject === 'ticket'
      ? await queries.selectFrom('tickets').select(['number', 'card_sealed', 'contact_sealed']).where('ticket_id', '=', id).executeTakeFirst()
      : await queries.selectFrom('callbacks').select(['number', 'card_sealed', 'contact_sealed']).where('callback_id', '=', id).executeTakeFirst();
  const sealed = field === 'card' ? row?.card_sealed : row?.contact_sealed;
  if (row === undefined || sealed === undefined || sealed === null) {
    throw new ProblemError(subject === 'ticket' ? 'unknownTicket' : 'unknownCallback', `there is no such ${subject}, or it has no ${field}`);
  }
  return { number: row.number, sealed };
}
