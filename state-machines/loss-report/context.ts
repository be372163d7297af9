/** What the loss report chart knows and hears, and why it waits as long as it does. */
import type { CardEvent, Ports } from '../ports.ts';
import type { UiMachineEvent } from '../ui-events.ts';
import type { Preferences, ViewBodyOf } from '../view.ts';
import type { RunningWait } from '../waiting.ts';
import type { HeldCard, IdentifyWay, ReportOutcome } from './ports.ts';

/** Why each wait is as long as it is. Tests advance the clock by these names. Stretched for slower readers (waiting.ts). */
export const lossDelays = {
  identify: 90_000, // kiosk-ux.md 8: a document in a bag, a message on its way to the telephone
  choose: 60_000, // a list of a few cards, or one question
  result: 60_000, // kiosk-ux.md 8: a number is written down or photographed
  trouble: 45_000, // a verdict and what to do
  warning: 20_000, // WCAG 2.2.1
  hideDigit: 1_000, // kiosk-ux.md 9: what is typed shows for so long
} as const;
export type DelayName = keyof typeof lossDelays;

/** Digits that a field takes; nothing is asked with fewer. */
export const FIELDS = {
  /** Of the application's serial number, 10 bytes; shorter ones are printed without their leading zeros. */
  card: { least: 16, most: 20 },
  password: { least: 6, most: 6 },
  phone: { least: 11, most: 11 },
  code: { least: 6, most: 6 },
} as const;
export type Field = keyof typeof FIELDS;

/** Cards on one page of the list, by text size. */
const CARDS_OF_PAGE = { standard: 4, large: 3, xlarge: 2 } as const;

export interface LossInput {
  readonly ports: Ports;
  readonly preferences: Preferences;
  /** `replace`: a card is chosen for which a new one is wanted; one that is reported already needs no report. */
  readonly purpose: 'report' | 'replace';
}

/** Whether something was reported: otherwise nothing happened. */
export interface LossOutput {
  readonly told: boolean;
  /** A new card is wanted for this one, by whoever this identification is of. */
  readonly replace?: { readonly card: HeldCard; readonly identificationId: string };
}

export type DocumentProblem = 'removed' | 'unreadable' | 'otherDocument' | 'expired';
export type TypingProblem = 'wrongPassword' | 'wrongCode' | 'codeExpired' | 'notWhole';
export type LossTrouble = Extract<ViewBodyOf<'trouble'>['trouble'], `loss${string}` | 'journalUnavailable'>;

/** What the person is told of their report. */
export type LossResult =
  | ({ readonly kind: 'reported' } & Omit<Extract<ReportOutcome, { kind: 'reported' }>, 'kind'>)
  /** Nobody answered; the issuer is told again in the background. */
  | { readonly kind: 'queued'; readonly takenAt: number; readonly reference: string };

export interface LossContext extends LossInput {
  readonly way: IdentifyWay | undefined;
  /** Whoever was identified laid a document on the reader. */
  readonly name: string | undefined;
  readonly field: Field;
  /** Of the field that is being typed. */
  readonly digits: string;
  /** The last of them still shows. */
  readonly fresh: boolean;
  /** Card number or telephone, while the secret that goes with it is typed. */
  readonly account: string;
  readonly codeRequestId: string | undefined;
  readonly documentHash: string | undefined;
  readonly documentProblem: DocumentProblem | undefined;
  readonly typingProblem: TypingProblem | undefined;
  readonly triesLeft: number | undefined;
  readonly identificationId: string | undefined;
  readonly cards: readonly HeldCard[];
  /** From 0. */
  readonly page: number;
  readonly chosen: HeldCard | undefined;
  readonly result: LossResult | undefined;
  /** A new card. */
  readonly wantsNew: boolean;
  readonly receipt: 'choice' | 'printing' | 'printed' | 'failed';
  readonly trouble: LossTrouble;
  /** When the issuer began to be asked, by the monotonic clock. */
  readonly since: number;
  readonly wait: RunningWait | undefined;
}

/** Of nobody yet, or no more. */
export const NOBODY = {
  name: undefined,
  digits: '',
  fresh: false,
  account: '',
  codeRequestId: undefined,
  documentHash: undefined,
  documentProblem: undefined,
  typingProblem: undefined,
  triesLeft: undefined,
  identificationId: undefined,
  cards: [],
  page: 0,
  chosen: undefined,
} satisfies Partial<LossContext>;

export type LossEvent =
  UiMachineEvent | CardEvent | { readonly type: 'PREFERENCES'; readonly preferences: Preferences } | { readonly type: 'wait.ended' | 'digit.hidden' };

/** Those for which a new card can be had. */
export function replaceable({ status }: HeldCard): boolean {
  return status !== 'replaced';
}

/** Those that can still be reported. */
export function reportable({ status, loss }: HeldCard): boolean {
  return loss === undefined && status !== 'lost' && status !== 'replaced';
}

export function cardsOfPage({ preferences }: Pick<LossInput, 'preferences'>): number {
  return CARDS_OF_PAGE[preferences.size];
}

export function pagesOf(context: Pick<LossContext, 'cards' | 'preferences'>): number {
  return Math.max(1, Math.ceil(context.cards.length / cardsOfPage(context)));
}

export function isWhole({ field, digits }: Pick<LossContext, 'field' | 'digits'>): boolean {
  return digits.length >= FIELDS[field].least;
}

/** The issuer has the report, and a new card can be made here. */
export function mayReplace({ result, ports }: Pick<LossContext, 'result' | 'ports'>): boolean {
  return result?.kind === 'reported' && ports.availability.current.replacement;
}

/** A slip can be had now. */
export function paperHere({ ports }: LossInput): boolean {
  const { receipts } = ports.availability.current;
  return receipts === 'available' || receipts === 'paperLow';
}
