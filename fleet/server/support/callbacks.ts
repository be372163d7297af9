/**
 * Calls back by appointment. A slot has as many seats as agents who call; a booking holds one of them, under a unique key, until the call
 * is made, missed, cancelled or expired. All that changes seats is done one after the other.
 */
import type { CallbackBooked, CallbackRebooked, CallbackState, Slot, StoredAnswer, ToldCallback } from '../../../common/upstream-api/support.ts';
import type { Span } from '../../../common/working-calendar.ts';
import { ProblemError } from '../http/problems.ts';
import type { Queries, StoreTransaction, Subject, Tables } from '../store/store.ts';
import { forAgent, Refusal, requireRole, type Actor, type Desk } from './desk.ts';
import { callbackActionSchema, type CallbackAction, type CallbackDetail, type CallbackPlan, type CallbackRowAnswer } from './desk-schemas.ts';
import { eventAnswer, historyOf, recordEvent, theDesk, type Doer } from './events.ts';
import { callbackRowFor, historyFor } from './person-data.ts';
import { slotsOf } from './slots.ts';

export type CallbackRow = Tables['callbacks'];

/** Seats are taken one after the other, whatever their slot: calls back are few. */
export const SEATS: Subject = 'support:seats';

const MINUTE_MS = 60_000;

/** @throws {Refusal} `slotFull`, `noSuchSlot`, `idempotencyConflict` */
export async function bookCallback(trx: StoreTransaction, desk: Desk, terminalId: string, body: CallbackBooked, now: number): Promise<StoredAnswer> {
  const said = {
    terminal_id: terminalId,
    number: body.number,
    about: body.about,
    contact_masked: body.contact.masked,
    contact_sealed: body.contact.sealed,
    card_tail: body.card?.tail ?? null,
    card_sealed: body.card?.sealed ?? null,
    card_hash: body.card === undefined ? null : desk.cardHash(body.card.key),
    ticket_id: body.ticketId ?? null,
    chat_id: body.chatId ?? null,
    language: body.language,
  };
  const earlier = await findCallback(trx, body.callbackId);
  if (earlier !== undefined) {
    const same = Object.entries(said).every(([column, value]) => earlier[column as keyof typeof said] === value);
    if (!same) throw new Refusal('idempotencyConflict', 'the call back came before with other contents');
    return answerOf(earlier);
  }
  const place = await findPlace(trx, desk, body, now);
  const row: CallbackRow = {
    ...said,
    callback_id: body.callbackId,
    state: 'booked',
    slot_start: place.start,
    slot_end: place.end,
    received_at: now,
    changed_at: now,
  };
  await trx.insertInto('callbacks').values(row).execute();
  await takeSeat(trx, place, body.callbackId);
  await record(trx, row, 'booked', { actor_kind: 'person', actor: terminalId }, now, null);
  return answerOf(row);
}

/** What one of them is to become. */
type Move = { readonly callbackId: string } & Pick<CallbackBooked, 'slot' | 'ifFull'>;

/** An agent may also promise anew what was missed or expired. @throws {Refusal} `unknownCallback`, `callbackOver`, `slotFull`, `noSuchSlot`: then the old slot is kept */
async function rebookCallback(trx: StoreTransaction, desk: Desk, doer: Doer, wish: Move, now: number, note: string | null = null): Promise<StoredAnswer> {
  const row = await requireState(trx, wish.callbackId, doer.actor_kind === 'agent' ? ['booked', 'missed', 'expired'] : ['booked']);
  if (row.state === 'booked' && wish.slot === row.slot_start) return answerOf(row);
  const place = await findPlace(trx, desk, wish, now);
  await freeSeat(trx, row.callback_id);
  await takeSeat(trx, place, row.callback_id);
  return answerOf(await change(trx, row, { state: 'booked', slot_start: place.start, slot_end: place.end }, { event: 'rebooked', doer, now, note }));
}

/** Said again it changes nothing. @throws {Refusal} `unknownCallback`, `callbackOver` */
async function cancelCallback(trx: StoreTransaction, callbackId: string, doer: Doer, now: number, note: string | null = null): Promise<StoredAnswer> {
  const cancelled = await findCallback(trx, callbackId);
  if (cancelled?.state === 'cancelled') return answerOf(cancelled);
  return answerOf(await end(trx, await requireBooked(trx, callbackId), 'cancelled', { doer, now, note }));
}

/** For the person, who has its number. @throws {Refusal} as {@link rebookCallback}, and `callbackMoved` */
export async function moveToldCallback(trx: StoreTransaction, desk: Desk, person: Doer, wish: CallbackRebooked, now: number): Promise<StoredAnswer> {
  const { callback_id } = await toldCallback(trx, wish);
  return rebookCallback(trx, desk, person, { callbackId: callback_id, slot: wish.slot, ifFull: wish.ifFull }, now);
}

/** For the person, who has its number. @throws {Refusal} `unknownCallback`, `callbackOver`, `callbackMoved` */
export async function cancelToldCallback(trx: StoreTransaction, told: ToldCallback, person: Doer, now: number): Promise<StoredAnswer> {
  return cancelCallback(trx, (await toldCallback(trx, told)).callback_id, person, now);
}

/** Of two whose numbers are alike the one that has this time, and of those the one that can still be changed. @throws {Refusal} `unknownCallback`, `callbackMoved` */
async function toldCallback(trx: StoreTransaction, { number, start }: ToldCallback): Promise<CallbackRow> {
  const alike = await trx.selectFrom('callbacks').selectAll().where('number', '=', number).orderBy('received_at').orderBy('callback_id').execute();
  if (alike.length === 0) throw new Refusal('unknownCallback', 'no such call back');
  const told = alike.filter((row) => row.slot_start === start);
  const row = told.find(({ state }) => state === 'booked') ?? told[0];
  if (row === undefined) throw new Refusal('callbackMoved', 'it has another time now');
  return row;
}

/** Slots that can be booked now, full ones included. */
export async function freeSlots(queries: Queries, desk: Desk, now: number): Promise<readonly Slot[]> {
  const slots = bookable(desk, now);
  const seats = await seatsWithin(queries, slots);
  return slots.map(({ start, end }) => ({ start, end, free: Math.max(0, desk.settings.callbacks.agents - takenOf(seats, { start, end }).size) }));
}

/** Calls that nobody reported are over: their seats are behind us, and somebody must look after the person. */
export async function expireCallbacks(desk: Desk, now: number): Promise<void> {
  const late = (queries: Queries) =>
    queries
      .selectFrom('callbacks')
      .selectAll()
      .where('state', '=', 'booked')
      .where('slot_start', '<', now)
      .where('slot_end', '<=', now - desk.settings.callbacks.expireAfterMinutes * MINUTE_MS);
  for (const { callback_id } of await late(desk.store).limit(500).execute()) {
    await desk.store.serially([`callback:${callback_id}`, SEATS], async (trx) => {
      const row = await late(trx).where('callback_id', '=', callback_id).executeTakeFirst();
      if (row !== undefined) await end(trx, row, 'expired', { doer: theDesk, now, note: null });
    });
  }
}

export interface CallbackDesk {
  /** Calls and slots that begin from `from` on and before `to`. @throws {ProblemError} `invalidRequest` more than 60 days */
  plan(actor: Actor, from: number, to: number): Promise<CallbackPlan>;
  /** @throws {ProblemError} `unknownCallback` */
  detail(actor: Actor, callbackId: string): Promise<CallbackDetail>;
  /** @throws {ProblemError} `unknownCallback`, `callbackOver`, `slotFull`, `noSuchSlot` */
  act(actor: Actor, callbackId: string, action: CallbackAction): Promise<CallbackDetail>;
}

const LONGEST_PLAN_DAYS = 60;

export function createCallbackDesk(desk: Desk): CallbackDesk {
  const { store, clock } = desk;
  return {
    plan: async (actor, from, to) => {
      requireRole(actor, 'support', 'operator', 'auditor');
      if (to - from > LONGEST_PLAN_DAYS * 1440 * MINUTE_MS) throw new ProblemError('invalidRequest', `a plan is of at most ${LONGEST_PLAN_DAYS} days`);
      await expireCallbacks(desk, clock.now());
      const { callbacks, slots } = await store.view((trx) => plan(trx, desk, from, to));
      return { callbacks: callbacks.map((row) => callbackRowFor(actor, row)), slots };
    },
    detail: async (actor, callbackId) => {
      requireRole(actor, 'support', 'operator', 'auditor');
      await expireCallbacks(desk, clock.now());
      const { callback, history } = await store.view((trx) => detail(trx, callbackId));
      return { callback: callbackRowFor(actor, callback), history: historyFor(actor, history) };
    },
    act: async (actor, callbackId, action) => {
      requireRole(actor, 'support');
      const checked = callbackActionSchema.parse(action);
      return forAgent(() =>
        store.serially([`callback:${callbackId}`, SEATS], async (trx) => {
          await act(trx, desk, callbackId, checked, { actor_kind: 'agent', actor: actor.id });
          return detail(trx, callbackId);
        }),
      );
    },
  };
}

async function act(trx: StoreTransaction, desk: Desk, callbackId: string, action: CallbackAction, doer: Doer): Promise<void> {
  const now = desk.clock.now();
  const note = action.note ?? null;
  if (action.do === 'rebook') await rebookCallback(trx, desk, doer, { callbackId, slot: action.slot, ifFull: 'refuse' }, now, note);
  else if (action.do === 'cancel') await cancelCallback(trx, callbackId, doer, now, note);
  else await end(trx, await requireBooked(trx, callbackId), action.do, { doer, now, note });
}

interface Place {
  readonly start: number;
  readonly end: number;
  readonly seat: number;
}

/** A seat in the wanted slot, or in the next that has one. @throws {Refusal} `slotFull`, `noSuchSlot`, with the next free slots */
async function findPlace(trx: StoreTransaction, desk: Desk, { slot, ifFull }: Pick<CallbackBooked, 'slot' | 'ifFull'>, now: number): Promise<Place> {
  const slots = await freeSlots(trx, desk, now);
  const next = slots.filter(({ start, free }) => start >= slot && free > 0);
  const wanted = slots.find(({ start }) => start === slot);
  const chosen = ifFull === 'nextFree' ? next[0] : next.find(({ start }) => start === slot);
  const offers = (next.length > 0 ? next : slots.filter(({ free }) => free > 0)).slice(0, 3).map(({ start }) => start);
  if (chosen === undefined) {
    if (wanted === undefined && ifFull === 'refuse') throw new Refusal('noSuchSlot', 'no slot begins then that can be booked now', offers);
    throw new Refusal('slotFull', 'there is no free place', offers);
  }
  const taken = takenOf(await seatsWithin(trx, [chosen]), chosen);
  let seat = 0;
  while (taken.has(seat)) seat += 1;
  return { start: chosen.start, end: chosen.end, seat };
}

function bookable({ calendar, settings: { callbacks } }: Desk, now: number): readonly Span[] {
  const first = now + callbacks.leadMinutes * MINUTE_MS;
  return slotsOf(calendar.spans(now, callbacks.daysAhead), callbacks.slotMinutes).filter(({ start }) => start >= first);
}

interface TakenSeat {
  readonly seat: number;
  readonly slot_start: number;
  readonly slot_end: number;
}

/** @param slots in order */
async function seatsWithin(queries: Queries, slots: readonly Span[]): Promise<readonly TakenSeat[]> {
  const [first, last] = [slots[0], slots.at(-1)];
  if (first === undefined || last === undefined) return [];
  return queries
    .selectFrom('callback_seats')
    .innerJoin('callbacks', 'callbacks.callback_id', 'callback_seats.callback_id')
    .select(['callback_seats.seat', 'callbacks.slot_start', 'callbacks.slot_end'])
    .where('callbacks.slot_end', '>', first.start)
    .where('callbacks.slot_start', '<', last.end)
    .execute();
}

/** Seats that are taken at any time of the slot: slots of another length, from before the settings changed, take theirs, too. */
function takenOf(seats: readonly TakenSeat[], { start, end }: Span): ReadonlySet<number> {
  return new Set(seats.filter(({ slot_start, slot_end }) => slot_start < end && slot_end > start).map(({ seat }) => seat));
}

async function takeSeat(trx: StoreTransaction, { start, seat }: Place, callbackId: string): Promise<void> {
  await trx.insertInto('callback_seats').values({ slot_start: start, seat, callback_id: callbackId }).execute();
}

async function freeSeat(trx: StoreTransaction, callbackId: string): Promise<void> {
  await trx.deleteFrom('callback_seats').where('callback_id', '=', callbackId).execute();
}

interface Step {
  readonly doer: Doer;
  readonly now: number;
  readonly note: string | null;
}

/** The seat stays with a call that was made or missed: its time is used up. */
async function end(trx: StoreTransaction, row: CallbackRow, state: Exclude<CallbackState, 'booked'>, step: Step): Promise<CallbackRow> {
  if (state === 'cancelled') await freeSeat(trx, row.callback_id);
  return change(trx, row, { state }, { event: state, ...step });
}

async function change(
  trx: StoreTransaction,
  row: CallbackRow,
  changes: Partial<CallbackRow>,
  { event, doer, now, note }: Step & { readonly event: string },
): Promise<CallbackRow> {
  await trx
    .updateTable('callbacks')
    .set({ ...changes, changed_at: now })
    .where('callback_id', '=', row.callback_id)
    .execute();
  const next = { ...row, ...changes, changed_at: now };
  await record(trx, next, event, doer, now, note);
  return next;
}

function record(trx: StoreTransaction, { callback_id, state }: CallbackRow, event: string, doer: Doer, at: number, note: string | null): Promise<void> {
  return recordEvent(trx, { subject_id: callback_id, at, event, ...doer, state, note });
}

export function findCallback(queries: Queries, callbackId: string): Promise<CallbackRow | undefined> {
  return queries.selectFrom('callbacks').selectAll().where('callback_id', '=', callbackId).executeTakeFirst();
}

function requireBooked(trx: StoreTransaction, callbackId: string): Promise<CallbackRow> {
  return requireState(trx, callbackId, ['booked']);
}

async function requireState(trx: StoreTransaction, callbackId: string, states: readonly CallbackState[]): Promise<CallbackRow> {
  const row = await findCallback(trx, callbackId);
  if (row === undefined) throw new Refusal('unknownCallback', 'no such call back');
  if (!states.includes(row.state)) throw new Refusal('callbackOver', `the call back is ${row.state}`);
  return row;
}

function answerOf({ number, state, slot_start, slot_end }: CallbackRow): StoredAnswer {
  return { callback: { number, state, start: slot_start, end: slot_end } };
}

async function plan(trx: StoreTransaction, desk: Desk, from: number, to: number): Promise<CallbackPlan> {
  const rows = await trx
    .selectFrom('callbacks')
    .selectAll()
    .where('slot_start', '>=', from)
    .where('slot_start', '<', to)
    .orderBy('slot_start')
    .orderBy('callback_id')
    .limit(2000)
    .execute();
  const { calendar, settings } = desk;
  const days = Math.ceil((to - from) / (1440 * MINUTE_MS)) + 1;
  const slots = slotsOf(calendar.spans(from, days), settings.callbacks.slotMinutes).filter(({ start }) => start >= from && start < to);
  const seats = await seatsWithin(trx, slots);
  return {
    callbacks: rows.map(callbackRowAnswer),
    slots: slots.map((slot) => ({ ...slot, agents: settings.callbacks.agents, booked: takenOf(seats, slot).size })),
  };
}

async function detail(trx: StoreTransaction, callbackId: string): Promise<CallbackDetail> {
  const row = await findCallback(trx, callbackId);
  if (row === undefined) throw new ProblemError('unknownCallback', 'no such call back');
  const history = await historyOf(trx, callbackId);
  return { callback: callbackRowAnswer(row), history: history.map(eventAnswer) };
}

export function callbackRowAnswer(row: CallbackRow): CallbackRowAnswer {
  return {
    callbackId: row.callback_id,
    number: row.number,
    terminalId: row.terminal_id,
    about: row.about,
    state: row.state,
    start: row.slot_start,
    end: row.slot_end,
    contactMasked: row.contact_masked,
    cardTail: row.card_tail,
    ticketId: row.ticket_id,
    chatId: row.chat_id,
    language: row.language,
    receivedAt: row.received_at,
    changedAt: row.changed_at,
  };
}
