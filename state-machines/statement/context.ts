/** What the statement chart knows and hears, and why it waits as long as it does. */
import { businessDates } from '../../common/business-date.ts';
import type { CardEvent, CardReading, CardRecord, Ports } from '../ports.ts';
import type { UiMachineEvent } from '../ui-events.ts';
import type { Preferences } from '../view.ts';
import type { RunningWait } from '../waiting.ts';
import { within, type StatementRange } from './lines.ts';

/** Why each wait is as long as it is. Tests advance the clock by these names. Stretched for slower readers (waiting.ts). */
export const statementDelays = {
  read: 60_000, // a page of figures; anew with every touch
  paper: 90_000, // somebody brings a new roll
  warning: 20_000, // WCAG 2.2.1: at least 20 s to say "I am here"
} as const;
export type DelayName = keyof typeof statementDelays;

/** Lines of a page on the glass, by text size. */
const LINES_OF_PAGE = { standard: 10, large: 8, xlarge: 6 } as const;
/** So few that little is printed again when paper ends within a slip. */
export const LINES_OF_SLIP = 10;

export interface StatementInput {
  readonly ports: Ports;
  readonly card: CardReading;
  readonly preferences: Preferences;
}

/** `menu`: the card stays inside, something else may be wanted; `finish`: card back, goodbye. */
export interface StatementOutput {
  readonly next: 'menu' | 'finish';
}

export interface StatementContext extends StatementInput {
  /** Of card and account. */
  readonly lines: readonly CardRecord[];
  /** `cardOnly`: the account could not be asked. */
  readonly source: 'account' | 'cardOnly';
  readonly range: StatementRange;
  /** From 0. */
  readonly page: number;
  /** Lines of this range that are on paper for certain. */
  readonly printed: number;
  /** A slip was begun and not confirmed: the next one says that it goes on. */
  readonly broken: boolean;
  /** They want to go on reading: no other slip after this one. */
  readonly enough: boolean;
  readonly print: 'none' | 'printing' | 'stopped' | 'done';
  readonly next: StatementOutput['next'];
  readonly wait: RunningWait | undefined;
}

export type StatementEvent = UiMachineEvent | CardEvent | { readonly type: 'PREFERENCES'; readonly preferences: Preferences } | { readonly type: 'wait.ended' };

export function todayOf({ ports }: Pick<StatementInput, 'ports'>): string {
  return businessDates(ports.settings.timeZone)(ports.clock.now());
}

/** Those of the chosen range. */
export function linesOf(context: Pick<StatementContext, 'lines' | 'range' | 'ports'>): readonly CardRecord[] {
  return within(context.lines, context.range, todayOf(context));
}

export function linesOfPage({ preferences }: Pick<StatementInput, 'preferences'>): number {
  return LINES_OF_PAGE[preferences.size];
}

export function pagesOf(context: Pick<StatementContext, 'lines' | 'range' | 'ports' | 'preferences'>): number {
  return Math.max(1, Math.ceil(linesOf(context).length / linesOfPage(context)));
}

/** A slip can be had now. */
export function paperHere({ ports }: Pick<StatementInput, 'ports'>): boolean {
  const { receipts } = ports.availability.current;
  return receipts === 'available' || receipts === 'paperLow';
}
