/** What the chart of a call back knows and hears, and why it waits as long as it does. */
import { businessDates } from '../../common/business-date.ts';
import type { Slot } from '../../common/upstream-api/support.ts';
import type { TicketTopic } from '../desk/screens.ts';
import type { CardReading, Ports } from '../ports.ts';
import type { UiMachineEvent } from '../ui-events.ts';
import type { Preferences, ViewBodyOf } from '../view.ts';
import type { RunningWait } from '../waiting.ts';
import type { Booked } from './steps.ts';

/** Why each wait is as long as it is. Tests advance the clock by these names. Stretched for slower readers (waiting.ts). */
export const callbackDelays = {
  choose: 60_000, // a reason, a time that suits, or what will be sent
  type: 60_000, // kiosk-ux.md 8: typing; anew with every key
  result: 60_000, // kiosk-ux.md 8: a number is written down or photographed
  trouble: 45_000, // what happened and what to do
  warning: 20_000, // WCAG 2.2.1
  hideDigit: 1_000, // kiosk-ux.md 9: what is typed shows for so long
} as const;
export type DelayName = keyof typeof callbackDelays;

const SLOTS_OF_PAGE = { standard: 8, large: 6, xlarge: 4 } as const;
/** Days that are offered; whoever can't be reached on one of them submits a ticket, or calls. */
const DAYS_OFFERED = 5;

export type CallbackChange = 'move' | 'cancel';
export type FreeSlot = Omit<Slot, 'free'>;

/** A call back that the desk has, as the person was told it. */
export interface Appointment {
  readonly number: string;
  readonly slot: FreeSlot;
}

export interface CallbackInput {
  readonly ports: Ports;
  readonly preferences: Preferences;
  /** The card that lies in the reader. */
  readonly card: CardReading | undefined;
  /** It is to have another time, or to be cancelled; absent: they want a new one. */
  readonly appointment?: Appointment | undefined;
}

/** `back`: to where they came from; `ticket`: they submit a ticket instead; `leave`: done, or nobody is there any more. */
export interface CallbackOutput {
  readonly next: 'back' | 'ticket' | 'leave';
}

export type CallbackTrouble = Extract<ViewBodyOf<'trouble'>['trouble'], 'callbackRefused' | 'callbackChanged' | 'journalUnavailable'>;

export interface CallbackContext extends CallbackInput {
  readonly topic: TicketTopic | undefined;
  /** What the appointment is to become. */
  readonly change: CallbackChange | undefined;
  /** Free when the desk was asked last. */
  readonly offered: readonly FreeSlot[];
  /** What is to be said of the offer: the desk could not be asked, or the slot they chose was given away. */
  readonly remark: 'offline' | 'taken' | undefined;
  readonly slot: FreeSlot | undefined;
  /** Of the telephone, as they are typed. */
  readonly digits: string;
  /** The last of them still shows. */
  readonly fresh: boolean;
  readonly booked: Booked | undefined;
  /** From 0, of the reasons or of the slots. */
  readonly page: number;
  readonly receipt: ViewBodyOf<'callback-told'>['receipt'];
  readonly trouble: CallbackTrouble;
  readonly next: CallbackOutput['next'];
  readonly wait: RunningWait | undefined;
}

export type CallbackEvent =
  UiMachineEvent | { readonly type: 'PREFERENCES'; readonly preferences: Preferences } | { readonly type: 'wait.ended' | 'digit.hidden' };

/** Slots of one day; a day that has more of them than there is room for goes on on the next page. */
export interface SlotPage {
  /** `YYYY-MM-DD`, where the terminal stands. */
  readonly date: string;
  readonly slots: readonly FreeSlot[];
}

export function slotPages({ offered, ports, preferences }: Pick<CallbackContext, 'offered' | 'ports' | 'preferences'>): readonly SlotPage[] {
  const dateAt = businessDates(ports.settings.timeZone);
  const length = SLOTS_OF_PAGE[preferences.size];
  const days = [...Map.groupBy(offered, ({ start }) => dateAt(start))].slice(0, DAYS_OFFERED);
  return days.flatMap(([date, slots]) =>
    Array.from({ length: Math.ceil(slots.length / length) }, (_, page) => ({ date, slots: slots.slice(page * length, (page + 1) * length) })),
  );
}

/** The page on which the first slot is that begins at `start` or later; the last one where there is none. */
export function pageFrom(context: Pick<CallbackContext, 'offered' | 'ports' | 'preferences'>, start: number): number {
  const pages = slotPages(context);
  const at = pages.findIndex(({ slots }) => slots.some((slot) => slot.start >= start));
  return at === -1 ? Math.max(0, pages.length - 1) : at;
}

/** Which trouble it is when the desk says no: a call back that was not made, or one that stays as it is. */
export function refusalOf({ appointment }: Pick<CallbackContext, 'appointment'>): CallbackTrouble {
  return appointment === undefined ? 'callbackRefused' : 'callbackChanged';
}

/** Free slots of those that the desk has. */
export function freeOf(slots: readonly Slot[]): readonly FreeSlot[] {
  return slots.filter(({ free }) => free > 0).map(({ start, end }) => ({ start, end }));
}

/** A telephone can be sealed: without one nobody can be called. */
export function mayBook({ desk }: Pick<Ports, 'desk'>): boolean {
  return desk.terms?.seals === true;
}
