/**
 * The steps of a call back that ask the world: when the desk can call, the booking, and its change. Each says what came of it; none rejects. The telephone
 * leaves them sealed, and is written nowhere else.
 */
import type { JournalBody } from '../../common/journal-kinds.ts';
import {
  callbackBookedSchema,
  callbackCancelledSchema,
  callbackRebookedSchema,
  type CallbackBooked,
  type OutboxRefusal,
  type TicketKind,
} from '../../common/upstream-api/support.ts';
import { announce, sealedCard, sealedContact, tellDesk } from '../desk/submission.ts';
import { isJournalFailure, type CardReading, type Ports, type ReceiptOutcome } from '../ports.ts';
import { freeOf, type Appointment, type CallbackChange, type CallbackContext, type FreeSlot } from './context.ts';

export type SlotsOutcome = { readonly kind: 'offered'; readonly slots: readonly FreeSlot[] } | { readonly kind: 'unreachable' };

export async function askSlots({ desk }: Ports, signal: AbortSignal): Promise<SlotsOutcome> {
  try {
    return { kind: 'offered', slots: freeOf(await desk.slots(signal)) };
  } catch {
    return { kind: 'unreachable' };
  }
}

export interface CallbackDraft {
  readonly topic: TicketKind;
  readonly slot: FreeSlot;
  /** All its digits. */
  readonly phone: string;
  readonly card: CardReading | undefined;
  readonly language: string;
}

/** One that is booked: another time for it, or none. */
export interface ChangeDraft {
  readonly appointment: Appointment;
  /** `undefined`: it is cancelled. */
  readonly to: FreeSlot | undefined;
}

/** What the person is told of their call back. `kept`: nobody answered; it is sent again in the background, and no promise yet. */
export interface Booked {
  readonly state: 'booked' | 'kept';
  /** What was done to one that was booked before. */
  readonly change?: CallbackChange;
  /** In the QR code of the slip; one that was booked before has its slip. */
  readonly id?: string;
  readonly number: string;
  readonly slot: FreeSlot;
  /** The slot that they chose was given away in the last moment, and this is the next one. */
  readonly moved: boolean;
}

export type BookingOutcome =
  | { readonly kind: 'booked'; readonly booked: Booked }
  /** Nothing was written: the slot went to somebody else while they typed. */
  | { readonly kind: 'taken'; readonly slots: readonly FreeSlot[] }
  | { readonly kind: 'refused' }
  | { readonly kind: 'journalFailed' };

/**
 * Looks once more whether the slot is free, then writes and sends the booking. From then on it is the terminal's to deliver; so that nobody
 * waits for a call that nobody makes, a slot that is full by the time it arrives is the next free one.
 */
export async function bookCallback(ports: Ports, draft: CallbackDraft, signal: AbortSignal): Promise<BookingOutcome> {
  const { slot } = draft;
  const now = await askSlots(ports, signal);
  if (now.kind === 'offered' && !now.slots.some(({ start }) => start === slot.start)) return { kind: 'taken', slots: now.slots };
  const submission = await announceCallback(ports, draft);
  if (submission === undefined) return { kind: 'journalFailed' };
  const { submissionId: id, reference: number } = submission;
  const outcome = await tellDesk(ports, submission);
  if (outcome.kind === 'refused') return { kind: 'refused' };
  const given = outcome.kind === 'stored' ? outcome.slot : undefined;
  if (given === undefined) return { kind: 'booked', booked: { state: 'kept', id, number, slot, moved: false } };
  return { kind: 'booked', booked: { state: 'booked', id, number, slot: given, moved: given.start !== slot.start } };
}

/**
 * Another time, or none, for what the desk has. Written, then sent; until the desk has it, and where it says no, the time is the one that it was.
 * Where that is another by now than the person was told, nothing changes: what comes late undoes nothing.
 */
export async function changeCallback(ports: Ports, { appointment, to }: ChangeDraft, signal: AbortSignal): Promise<BookingOutcome> {
  if (to !== undefined) {
    const now = await askSlots(ports, signal);
    if (now.kind === 'offered' && !now.slots.some(({ start }) => start === to.start)) return { kind: 'taken', slots: now.slots };
  }
  const submission = announceChange(ports, appointment, to);
  if (submission === undefined) return { kind: 'journalFailed' };
  const outcome = await tellDesk(ports, submission);
  if (outcome.kind === 'refused') return NO_PLACE.has(outcome.code) ? { kind: 'taken', slots: await slotsNow(ports, signal) } : { kind: 'refused' };
  const state = outcome.kind === 'stored' ? 'booked' : 'kept';
  const change = to === undefined ? 'cancel' : 'move';
  return { kind: 'booked', booked: { state, change, number: appointment.number, slot: to ?? appointment.slot, moved: false } };
}

/** Refusals of a time that can't be had. */
const NO_PLACE: ReadonlySet<string> = new Set<OutboxRefusal>(['slotFull', 'noSuchSlot']);

async function slotsNow(ports: Ports, signal: AbortSignal): Promise<readonly FreeSlot[]> {
  const asked = await askSlots(ports, signal);
  return asked.kind === 'offered' ? asked.slots : [];
}

/** @returns `undefined` when the journal could not take it: nothing has happened */
function announceChange(ports: Ports, { number, slot: { start } }: Appointment, to: FreeSlot | undefined): JournalBody<'desk.submitting'> | undefined {
  const { clock, ids } = ports;
  const told = { number, start };
  const said =
    to === undefined
      ? { envelope: 'callback.cancelled' as const, body: callbackCancelledSchema.parse(told) }
      : { envelope: 'callback.rebooked' as const, body: callbackRebookedSchema.parse({ ...told, slot: to.start, ifFull: 'refuse' }) };
  try {
    return announce(ports, { id: ids.uuid(), number, ...said, at: clock.now() });
  } catch (error) {
    if (isJournalFailure(error)) return undefined;
    throw error;
  }
}

/** @returns `undefined` when the journal could not take it: nothing has happened */
async function announceCallback(ports: Ports, { topic, slot, phone, card, language }: CallbackDraft): Promise<JournalBody<'desk.submitting'> | undefined> {
  const { clock, ids, journal } = ports;
  try {
    const number = journal.newReference();
    const callbackId = ids.uuid();
    const callback: CallbackBooked = callbackBookedSchema.parse({
      callbackId,
      number,
      about: topic,
      slot: slot.start,
      ifFull: 'nextFree',
      contact: await sealedContact(ports, phone),
      ...(card === undefined ? {} : { card: await sealedCard(ports, card) }),
      language,
    });
    return announce(ports, { id: callbackId, envelope: 'callback.booked', number, body: callback, at: clock.now() });
  } catch (error) {
    if (isJournalFailure(error)) return undefined;
    throw error;
  }
}

export function printCallback({ ports, booked, card, preferences }: CallbackContext): Promise<ReceiptOutcome> {
  if (booked === undefined) throw new Error('call back: nothing to print yet');
  const { state, change, id, number: reference, slot } = booked;
  return ports.receipts.printCallback(ports.ids.uuid(), {
    at: ports.clock.now(),
    state,
    ...(change === undefined ? {} : { change }),
    ...(id === undefined ? {} : { id }),
    reference,
    ...slot,
    ...(card === undefined ? {} : { cardTail: card.ref.tail }),
    locale: preferences.locale,
    largePrint: preferences.size !== 'standard',
  });
}
