/** What the help chart knows and hears, and why it waits as long as it does. */
import { mayChat } from '../chat/context.ts';
import type { DeskInput } from '../desk/context.ts';
import type { Ports, ServiceName } from '../ports.ts';
import type { UiMachineEvent } from '../ui-events.ts';
import type { Preferences, ViewBodyOf } from '../view.ts';
import type { RunningWait } from '../waiting.ts';
import type { HelpGroup, HelpQuestion } from './screens.ts';

/** Why each wait is as long as it is. Tests advance the clock by these names. Stretched for slower readers (waiting.ts). */
export const supportDelays = {
  read: 45_000, // kiosk-ux.md 8: reading
  type: 60_000, // kiosk-ux.md 8: typing; anew with every key
  contact: 90_000, // a phone is taken out and holds its camera to the code
  warning: 20_000, // WCAG 2.2.1: at least 20 s to say "I am here"
} as const;
export type DelayName = keyof typeof supportDelays;

/** Questions of a page, by text size. */
const QUESTIONS_OF_LIST = { standard: 5, large: 4, xlarge: 3 } as const;
/** Above the keys. */
const QUESTIONS_OF_SEARCH = { standard: 3, large: 2, xlarge: 1 } as const;
/** Above the keys, when these are set low. */
const QUESTIONS_LOW = 1;
/** A conversation, where there can be one, takes the place of one of them. */
const CHANNELS_OF_PAGE = { standard: 4, large: 3, xlarge: 3 } as const;
/** Beside the buttons that turn the page. */
const CHANNELS_OF_MANY = 3;
const QUESTIONS_OF_HOME = 5;

export interface SupportInput {
  readonly ports: Ports;
  readonly preferences: Preferences;
}

/**
 * `back`: to where help was asked for; `service`: what an answer led to; `desk`: to tell the support desk something, or to hear how it stands;
 * `leave`: done, or nobody is there any more.
 */
export interface SupportOutput {
  readonly next: 'back' | 'service' | 'desk' | 'leave';
  readonly service: ServiceName | undefined;
  /** `diagnosis`: to hear what is the matter with their card; `callback`: to be called; `chat`: to talk in writing. */
  readonly errand: DeskInput['purpose'] | 'diagnosis' | 'callback' | 'chat' | undefined;
}

export interface SupportContext extends SupportInput {
  /** Asked most when help was opened: nothing moves under a finger. */
  readonly home: readonly HelpQuestion[];
  readonly group: HelpGroup;
  /** Whether the list came from the groups, and not from the first page of help. */
  readonly byGroup: boolean;
  /** Where the answer was chosen. */
  readonly answerOf: 'home' | 'list' | 'search';
  /** From 0, of the list or of what was found. */
  readonly page: number;
  readonly typed: string;
  readonly board: ViewBodyOf<'help-search'>['board'];
  /** What the search found for it. */
  readonly found: readonly HelpQuestion[];
  readonly question: string | undefined;
  readonly verdict: ViewBodyOf<'help-answer'>['verdict'];
  readonly channel: string | undefined;
  readonly contactPage: number;
  readonly next: SupportOutput['next'];
  readonly service: ServiceName | undefined;
  readonly errand: SupportOutput['errand'];
  readonly wait: RunningWait | undefined;
}

export type SupportEvent = UiMachineEvent | { readonly type: 'PREFERENCES'; readonly preferences: Preferences } | { readonly type: 'wait.ended' };

export function homeQuestions({ ports, preferences }: SupportInput): readonly HelpQuestion[] {
  return ports.support.mostAsked(preferences.locale).slice(0, QUESTIONS_OF_HOME);
}

export function listed({ ports, preferences, group }: Pick<SupportContext, 'ports' | 'preferences' | 'group'>): readonly HelpQuestion[] {
  return ports.support.inGroup(preferences.locale, group);
}

export interface Leaf<T> {
  readonly items: readonly T[];
  readonly page: number;
  readonly pages: number;
}

/** The page of a list that is on the glass: in larger print there are more of them, in smaller fewer. */
export function leafOf<T>(all: readonly T[], length: number, page: number): Leaf<T> {
  const pages = Math.max(1, Math.ceil(all.length / length));
  const at = Math.min(page, pages - 1);
  return { items: all.slice(at * length, (at + 1) * length), page: at, pages };
}

export function listLeaf(context: SupportContext): Leaf<HelpQuestion> {
  return leafOf(listed(context), QUESTIONS_OF_LIST[context.preferences.size], context.page);
}

export function searchLeaf({ found, preferences: { size, lowReach }, page }: SupportContext): Leaf<HelpQuestion> {
  return leafOf(found, lowReach ? QUESTIONS_LOW : QUESTIONS_OF_SEARCH[size], page);
}

export function contactLeaf({ ports, preferences, contactPage }: SupportContext): Leaf<ViewBodyOf<'help-contacts'>['channels'][number]> {
  const talk = mayChat(ports) ? 1 : 0;
  const channels = ports.support.channels(preferences.locale);
  const places = CHANNELS_OF_PAGE[preferences.size] - talk;
  return leafOf(channels, channels.length <= places ? places : Math.min(places, CHANNELS_OF_MANY - talk), contactPage);
}
