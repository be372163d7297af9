/**
 * What terminals submit: envelopes, each taken once whatever is sent again, in the order of its outbox. An envelope and what it causes are
 * one transaction. What can't be taken is kept as it came and refused for good, so that nothing behind it waits. A terminal reaches nothing
 * but its own outboxes, and what it was given the id of.
 */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import {
  envelopeBodies,
  outboxItemSchema,
  type Envelope,
  type EnvelopeKind,
  type OutboxAnswer,
  type OutboxItem,
  type OutboxRequest,
  type StoredAnswer,
} from '../../../common/upstream-api/support.ts';
import type { Queries, StoreTransaction, Subject, Tables } from '../store/store.ts';
import { bookCallback, cancelToldCallback, moveToldCallback, SEATS } from './callbacks.ts';
import { Refusal, requireRole, type Actor, type Desk } from './desk.ts';
import type { RefusedEnvelopes } from './desk-schemas.ts';
import type { Doer } from './events.ts';
import { countViews } from './knowledge.ts';
import { storeSurvey } from './surveys.ts';
import { createTicket, followUp } from './tickets.ts';

type EnvelopeRow = Tables['outbox_envelopes'];

const DAY_MS = 86_400_000;
/** Characters that are kept of what was refused: more than any envelope of a terminal has. */
const KEPT_LENGTH = 16_384;
/** What makes work for a person of the desk. */
const NEW_WORK: readonly string[] = ['ticket.created', 'callback.booked'] satisfies readonly EnvelopeKind[];

export interface Outbox {
  accept(terminalId: string, request: OutboxRequest): Promise<OutboxAnswer>;
  refused(actor: Actor): Promise<RefusedEnvelopes>;
}

export function createOutbox(desk: Desk): Outbox {
  const { store } = desk;
  return {
    accept: async (terminalId, { outbox, envelopes }) => {
      const items: OutboxItem[] = [];
      let held = false;
      for (const envelope of envelopes) {
        const item: OutboxItem = held
          ? { id: envelope.id, result: 'later', code: 'behind' }
          : await store.serially([`outbox:${terminalId}`, ...subjectsOf(envelope)], (trx) => take(trx, desk, { terminalId, outbox, envelope }));
        held = held || item.result === 'later';
        items.push(item);
      }
      return { items, next: (await headOf(store, terminalId, outbox)) + 1 };
    },
    refused: async (actor) => {
      requireRole(actor, 'support', 'operator', 'auditor');
      const rows = await store.selectFrom('outbox_envelopes').selectAll().where('refusal', 'is not', null).orderBy('received_at', 'desc').limit(200).execute();
      return {
        envelopes: rows.map((row) => ({
          terminalId: row.terminal_id,
          id: row.envelope_id,
          kind: row.kind,
          code: row.refusal ?? '',
          body: row.body ?? '',
          receivedAt: row.received_at,
        })),
      };
    },
  };
}

interface Place {
  readonly terminalId: string;
  readonly outbox: string;
  readonly envelope: Envelope;
}

async function take(trx: StoreTransaction, desk: Desk, place: Place): Promise<OutboxItem> {
  const { terminalId, outbox, envelope } = place;
  const { id, seq } = envelope;
  const text = stableText(envelope);
  const bodyHash = createHash('sha256').update(text).digest('hex');
  const there = await trx
    .selectFrom('outbox_envelopes')
    .selectAll()
    .where('terminal_id', '=', terminalId)
    .where('outbox', '=', outbox)
    .where('seq', '=', seq)
    .executeTakeFirst();
  if (there !== undefined) return there.envelope_id === id && there.body_hash === bodyHash ? itemOf(there) : { id, result: 'later', code: 'placeTaken' };
  if (seq !== (await headOf(trx, terminalId, outbox)) + 1) return { id, result: 'later', code: 'gap' };
  const earlier = await trx.selectFrom('outbox_envelopes').selectAll().where('terminal_id', '=', terminalId).where('envelope_id', '=', id).executeTakeFirst();
  const now = desk.clock.now();
  if (earlier === undefined && (await overLimit(trx, desk, place, now))) return { id, result: 'later', code: 'limit' };
  const item = earlier === undefined ? await open(trx, desk, place, now) : repeated(earlier, id, bodyHash);
  await trx
    .insertInto('outbox_envelopes')
    .values({
      terminal_id: terminalId,
      outbox,
      seq,
      envelope_id: id,
      kind: envelope.kind,
      body_hash: bodyHash,
      refusal: item.result === 'refused' ? item.code : null,
      answer: JSON.stringify(item),
      body: item.result === 'refused' ? text.slice(0, KEPT_LENGTH) : null,
      received_at: now,
    })
    .execute();
  return item;
}

/** It came in another outbox before, whose file was lost. */
function repeated(earlier: EnvelopeRow, id: string, bodyHash: string): OutboxItem {
  return earlier.body_hash === bodyHash ? itemOf(earlier) : refusal(id, new Refusal('idempotencyConflict', 'the envelope came before with other contents'));
}

function itemOf({ answer }: EnvelopeRow): OutboxItem {
  return outboxItemSchema.parse(JSON.parse(answer));
}

/** What it asks for, done; or why not. A refusal comes before anything is written. */
async function open(trx: StoreTransaction, desk: Desk, { terminalId, envelope }: Place, now: number): Promise<OutboxItem> {
  try {
    return { id: envelope.id, result: 'stored', answer: await effect(trx, desk, terminalId, envelope, now) };
  } catch (error) {
    if (error instanceof Refusal) return refusal(envelope.id, error);
    throw error;
  }
}

function refusal(id: string, { code, message, free }: Refusal): OutboxItem {
  return { id, result: 'refused', code, detail: message.slice(0, 400), ...(free.length === 0 ? {} : { free: [...free] }) };
}

function effect(trx: StoreTransaction, desk: Desk, terminalId: string, { kind, body }: Envelope, now: number): Promise<StoredAnswer> {
  const person: Doer = { actor_kind: 'person', actor: terminalId };
  switch (kind) {
    case 'ticket.created':
      return createTicket(trx, desk, terminalId, read(kind, body), now);
    case 'ticket.followedUp':
      return followUp(trx, desk, terminalId, read(kind, body), now);
    case 'callback.booked':
      return bookCallback(trx, desk, terminalId, read(kind, body), now);
    case 'callback.rebooked':
      return moveToldCallback(trx, desk, person, read(kind, body), now);
    case 'callback.cancelled':
      return cancelToldCallback(trx, read(kind, body), person, now);
    case 'survey.answered':
      return storeSurvey(trx, desk, terminalId, read(kind, body), now);
    case 'knowledge.viewed':
      return countViews(trx, terminalId, read(kind, body), now);
    default:
      throw new Refusal('unknownKind', `this server does not know ${kind}`);
  }
}

/** @throws {Refusal} `invalidBody` */
function read<K extends EnvelopeKind>(kind: K, body: unknown): ReturnType<(typeof envelopeBodies)[K]['parse']>;
function read(kind: EnvelopeKind, body: unknown): unknown {
  const parsed = envelopeBodies[kind].safeParse(body);
  if (parsed.success) return parsed.data;
  throw new Refusal('invalidBody', parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the body'}: ${message}`).join('; '));
}

/** What the envelope's transaction has for itself, besides the terminal's outboxes. */
function subjectsOf({ kind, body }: Envelope): readonly Subject[] {
  const { ticketId, callbackId } = body;
  if (kind.startsWith('ticket.') && typeof ticketId === 'string') return [`ticket:${ticketId}`];
  if (kind.startsWith('callback.')) return typeof callbackId === 'string' ? [`callback:${callbackId}`, SEATS] : [SEATS];
  return [];
}

/** The last `seq` of the outbox, 0 at its beginning. */
async function headOf(queries: Queries, terminalId: string, outbox: string): Promise<number> {
  const head = await queries
    .selectFrom('outbox_envelopes')
    .select('seq')
    .where('terminal_id', '=', terminalId)
    .where('outbox', '=', outbox)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return head?.seq ?? 0;
}

async function overLimit(trx: StoreTransaction, { settings }: Desk, { terminalId, envelope }: Place, now: number): Promise<boolean> {
  const lately = trx
    .selectFrom('outbox_envelopes')
    .select((row) => row.fn.countAll<number>().as('count'))
    .where('terminal_id', '=', terminalId)
    .where('received_at', '>', now - DAY_MS);
  const { count } = await lately.executeTakeFirstOrThrow();
  if (count >= settings.envelopesPerDay) return true;
  if (!NEW_WORK.includes(envelope.kind)) return false;
  const { count: work } = await lately.where('kind', 'in', NEW_WORK).executeTakeFirstOrThrow();
  return work >= settings.ticketsPerDay;
}

/** The same for the same contents (RFC 8785). What can't be written that way is nothing a terminal sends, and refused for its form. */
function stableText({ kind, body }: Envelope): string {
  for (const write of [canonicalize, JSON.stringify]) {
    try {
      return write({ kind, body }) ?? '';
    } catch {
      // half a character; or nested deeper than it can be written
    }
  }
  return '';
}
