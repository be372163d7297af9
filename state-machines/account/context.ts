/** What the chart of the card's own services knows and hears, and why it waits as long as it does. */
import type { IdentifiedPerson } from '../loss-report/context.ts';
import type { IdentifyWay } from '../loss-report/ports.ts';
import type { RunningScript } from '../card-script.ts';
import type { CardEvent, CardProblem, CardReading, Ports } from '../ports.ts';
import type { UiMachineEvent } from '../ui-events.ts';
import type { Preferences, ViewBodyOf } from '../view.ts';
import type { RunningWait } from '../waiting.ts';
import type { CardOffer } from './ports.ts';

/** Why each wait is as long as it is. Tests advance the clock by these names. Stretched for slower readers (waiting.ts). */
export const accountDelays = {
  choose: 60_000, // a list of a few services, or one question
  type: 90_000, // a number that somebody has to make up
  putBack: 60_000, // a torn card is still within arm's reach
  result: 60_000, // kiosk-ux.md 8: a number is written down or photographed
  trouble: 45_000, // a verdict and what to do
  warning: 20_000, // WCAG 2.2.1
  hideDigit: 1_000, // kiosk-ux.md 9: what is typed shows for so long
} as const;
export type DelayName = keyof typeof accountDelays;

/** Digits of a service password. */
export const PASSWORD_DIGITS = 6;
/** Days before its end from which on a card can be extended. */
export const EXTENDED_BEFORE_DAYS = 90;

/** What a person can have done to the card. */
export type CardService =
  | { readonly name: 'activate' | 'extend' | 'unblock'; readonly offer: CardOffer }
  | { readonly name: 'enable'; readonly offer: Extract<CardOffer, { function: 'enableService' }> }
  | { readonly name: 'release' | 'password' };
export type CardServiceName = CardService['name'];

/** In which the holder may prove who they are: a report is not taken back by what could lie in the same pocket as the card. */
export const WAYS_FOR: Readonly<Record<CardServiceName, readonly IdentifyWay[]>> = {
  activate: ['document', 'phone', 'password'],
  extend: ['document', 'phone', 'password'],
  unblock: ['document', 'phone', 'password'],
  enable: ['document', 'phone', 'password'],
  release: ['document', 'phone'],
  password: ['document', 'phone', 'password'],
};

/** A blocked card says who it is, and nothing else. */
export type ServedCard = Pick<CardReading, 'ref'> & Partial<Pick<CardReading, 'balance' | 'validUntil'>>;

export interface AccountInput {
  readonly ports: Ports;
  readonly card: ServedCard;
  /** Of the card: it is for this that the person came. */
  readonly problem: CardProblem | undefined;
  readonly preferences: Preferences;
}

export interface AccountOutput {
  /** `menu`: on with the card, which is read anew. */
  readonly next: 'menu' | 'finish';
}

export type AccountTrouble = Extract<ViewBodyOf<'trouble'>['trouble'], `account${string}` | 'journalUnavailable'>;
export type PasswordProblem = 'weak' | 'notSame' | 'notWhole';

/** What the person is told at the end. */
export type AccountResult =
  | { readonly kind: 'activated' | 'enabled' | 'unblocked' | 'passwordSet' | 'begunElsewhere' }
  /** `YYYY-MM-DD`, read back from the card. */
  | { readonly kind: 'extended'; readonly until: string }
  /** ms since 1970 */
  | { readonly kind: 'released'; readonly releasedAt: number; readonly everywhereAt: number }
  /** The card is unchanged or complete, and only the card can say which; the service goes on when it is back, or when the issuer answers. */
  | { readonly kind: 'open'; readonly why: 'cardGone' | 'issuerOffline'; readonly reference: string }
  /** The issuer did not answer: it is asked again in the background. */
  | { readonly kind: 'releaseOpen' | 'passwordOpen'; readonly reference: string };

export interface AccountContext extends AccountInput {
  readonly services: readonly CardService[];
  readonly chosen: CardService | undefined;
  readonly person: IdentifiedPerson | undefined;
  /** Of the password that is being typed. */
  readonly digits: string;
  /** The last of them still shows. */
  readonly fresh: boolean;
  /** The new password, while it is typed once more. */
  readonly first: string;
  readonly passwordProblem: PasswordProblem | undefined;
  /** The issuer's script that is under way, or goes on. */
  readonly script: RunningScript | undefined;
  readonly otherTail: string | undefined;
  readonly result: AccountResult | undefined;
  readonly receipt: ViewBodyOf<'account-told'>['receipt'];
  readonly trouble: AccountTrouble;
  readonly next: AccountOutput['next'];
  readonly wait: RunningWait | undefined;
}

export type AccountEvent =
  UiMachineEvent | CardEvent | { readonly type: 'PREFERENCES'; readonly preferences: Preferences } | { readonly type: 'wait.ended' | 'digit.hidden' };

/** What can be done to this card, the most pressing first. @param today `YYYY-MM-DD` */
export function servicesFor(
  { card, problem }: AccountInput,
  { offers, lossEffectiveAt }: { offers: readonly CardOffer[]; lossEffectiveAt?: number },
  today: string,
) {
  if (lossEffectiveAt !== undefined) return [{ name: 'release' as const }];
  const named = offers.flatMap((offer): readonly CardService[] => {
    switch (offer.function) {
      case 'activate':
        return problem === 'notActivated' ? [{ name: 'activate', offer }] : [];
      case 'extendValidity':
        return problem !== 'notActivated' && card.validUntil !== undefined && daysBetween(today, card.validUntil) <= EXTENDED_BEFORE_DAYS
          ? [{ name: 'extend', offer }]
          : [];
      case 'unblockApplication':
        return problem === 'blocked' ? [{ name: 'unblock', offer }] : [];
      case 'enableService':
        return problem === undefined ? [{ name: 'enable', offer }] : [];
    }
  });
  return problem === undefined ? [...named, { name: 'password' as const }] : named;
}

/** Whether the issuer wants to know who asks. */
export function needsHolder(service: CardService): boolean {
  return 'offer' in service ? service.offer.holder : true;
}

function daysBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 86_400_000;
}
