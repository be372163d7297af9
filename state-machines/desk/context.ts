/** What the chart of the support desk knows and hears, and why it waits as long as it does. */
import { parseReferenceSymbols } from '../../common/ids.ts';
import type { TicketKind } from '../../common/upstream-api/support.ts';
import type { CardReading, LatestTopUp, Ports, ScannerEvent } from '../ports.ts';
import type { Appointment } from '../callback/context.ts';
import { leafOf, type Leaf } from '../support/context.ts';
import type { UiMachineEvent } from '../ui-events.ts';
import type { Preferences, ViewBodyOf } from '../view.ts';
import type { RunningWait } from '../waiting.ts';
import type { Handed, Standing } from './steps.ts';
import { ticketTopics, type TicketTopic } from './screens.ts';

/** Why each wait is as long as it is. Tests advance the clock by these names. Stretched for slower readers (waiting.ts). */
export const deskDelays = {
  choose: 60_000, // a list of reasons, or what will be sent
  type: 60_000, // kiosk-ux.md 8: typing; anew with every key
  result: 60_000, // kiosk-ux.md 8: a number is written down or photographed
  trouble: 45_000, // what happened and what to do
  warning: 20_000, // WCAG 2.2.1
  hideDigit: 1_000, // kiosk-ux.md 9: what is typed shows for so long
} as const;
export type DelayName = keyof typeof deskDelays;

/** Digits of a mobile telephone in this country. */
export const PHONE_DIGITS = 11;
/** Symbols of the longest number: four of the terminal's name, eight of date and submission, one to check. */
export const NUMBER_SYMBOLS = 13;

const TOPICS_OF_PAGE = { standard: 8, large: 6, xlarge: 4 } as const;
const STANDINGS_OF_PAGE = { standard: 2, large: 1, xlarge: 1 } as const;

export interface DeskInput {
  readonly ports: Ports;
  readonly preferences: Preferences;
  /** What they come for: to tell something, or to hear how it stands. */
  readonly purpose: 'ticket' | 'progress';
  /** The card that lies in the reader. */
  readonly card: CardReading | undefined;
  /** What a diagnosis found: nobody is asked for it again. */
  readonly found?: { readonly kind: TicketKind; readonly verdict: string };
}

/** `back`: to where they came from; `callback`: their appointment is to be changed; `leave`: done, or nobody is there any more. */
export interface DeskOutput {
  readonly next: 'back' | 'callback' | 'leave';
  /** Of `callback`. */
  readonly appointment: Appointment | undefined;
}

export type DeskTrouble = Extract<ViewBodyOf<'trouble'>['trouble'], 'deskOffline' | 'ticketRefused' | 'journalUnavailable'>;

export interface DeskContext extends DeskInput {
  readonly topic: TicketKind | undefined;
  /** The latest of the card here. */
  readonly transaction: LatestTopUp | undefined;
  /** Of the telephone, as they are typed; empty: none is given. */
  readonly digits: string;
  /** The last of them still shows. */
  readonly fresh: boolean;
  /** A number as typed, without hyphens. */
  readonly symbols: string;
  /** In the code of a slip that was held to the scanner: the id of a ticket or call back. */
  readonly scanned: string | undefined;
  /** Whether a slip can be scanned, and whether what was held there last was none of the desk's; `undefined`: not now. */
  readonly scan: 'ready' | 'otherCode' | undefined;
  readonly handed: Handed | undefined;
  readonly standings: readonly Standing[];
  /** The one of them that they want to change. */
  readonly appointment: Appointment | undefined;
  /** From 0, of the reasons or of what stands. */
  readonly page: number;
  readonly receipt: 'choice' | 'printing' | 'printed' | 'failed';
  readonly trouble: DeskTrouble;
  readonly next: DeskOutput['next'];
  readonly wait: RunningWait | undefined;
}

export type DeskEvent =
  UiMachineEvent | ScannerEvent | { readonly type: 'PREFERENCES'; readonly preferences: Preferences } | { readonly type: 'wait.ended' | 'digit.hidden' };

export function topicLeaf({ page, preferences }: Pick<DeskContext, 'page' | 'preferences'>): Leaf<TicketTopic> {
  return leafOf(ticketTopics, TOPICS_OF_PAGE[preferences.size], page);
}

export function standingLeaf({ standings, page, preferences }: Pick<DeskContext, 'standings' | 'page' | 'preferences'>): Leaf<Standing> {
  return leafOf(standings, preferences.lowReach ? 1 : STANDINGS_OF_PAGE[preferences.size], page);
}

/** What is to be changed of what is on the screen, from 0: a call back that is to come, and none of whose changes is still on its way. */
export function appointmentAt(context: Pick<DeskContext, 'standings' | 'page' | 'preferences'>, index: number): Appointment | undefined {
  const standing = standingLeaf(context).items[index];
  return standing !== undefined && mayChange(standing) ? { number: standing.number, slot: { start: standing.start, end: standing.end } } : undefined;
}

export function mayChange(standing: Standing): standing is Extract<Standing, { what: 'callback' }> {
  return standing.what === 'callback' && standing.state === 'booked' && standing.waits === undefined;
}

/** As on the slip, with its hyphens; `undefined` until it is whole and its check symbol fits. */
export function typedNumber({ symbols }: Pick<DeskContext, 'symbols'>): string | undefined {
  return parseReferenceSymbols(symbols);
}

export function phoneIsWhole({ digits }: Pick<DeskContext, 'digits'>): boolean {
  return digits.length === PHONE_DIGITS;
}

/** `138****5678` */
export function maskedPhone(digits: string): string {
  return `${digits.slice(0, 3)}****${digits.slice(-4)}`;
}

/** A slip can be had now. */
export function paperHere({ ports }: Pick<DeskInput, 'ports'>): boolean {
  const { receipts } = ports.availability.current;
  return receipts === 'available' || receipts === 'paperLow';
}
