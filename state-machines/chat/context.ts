/** What the chart of a conversation knows and hears, and why it waits as long as it does. */
import type { ChatMessage } from '../../common/upstream-api/support.ts';
import { supportLimits } from '../../common/upstream-api/support.ts';
import type { TicketTopic } from '../desk/screens.ts';
import type { Ports } from '../ports.ts';
import type { UiMachineEvent } from '../ui-events.ts';
import type { Preferences } from '../view.ts';
import type { RunningWait } from '../waiting.ts';
import type { ChatStanding } from './ports.ts';
import type { Typing } from './typing.ts';

/** Why each wait is as long as it is. Tests advance the clock by these names. Stretched for slower readers (waiting.ts). */
export const chatDelays = {
  choose: 60_000, // a list of reasons
  talk: 90_000, // a sentence to type, or an answer to wait for; anew with every key and every word of the agent
  result: 60_000, // the last words are read
  trouble: 45_000, // what happened and what to do
  warning: 20_000, // WCAG 2.2.1
} as const;
export type DelayName = keyof typeof chatDelays;

/** Nobody came within this time, whatever the line says of it: a call back is offered. The same for everybody. */
export const FALLBACK_MS = supportLimits.chatFallbackMs;

/** What stands on one screen, as people read it: pieces of messages, by text size. */
const PIECES_OF_PAGE = { standard: 2, large: 1, xlarge: 1 } as const;
/** Characters of one; an agent may write more. */
const PIECE = { standard: 60, large: 48, xlarge: 32 } as const;

export interface ChatInput {
  readonly ports: Ports;
  readonly preferences: Preferences;
}

/** `back`: to where they came from; `ticket`, `callback`: that instead; `leave`: done, or nobody is there any more. */
export interface ChatOutput {
  readonly next: 'back' | 'ticket' | 'callback' | 'leave';
}

export interface ChatContext extends ChatInput {
  readonly about: TicketTopic;
  readonly chatId: string;
  readonly state: ChatStanding['state'];
  readonly version: string;
  readonly position: number | undefined;
  /** Numbers in them are masked. */
  readonly messages: readonly ChatMessage[];
  /** Pages from the newest back. */
  readonly back: number;
  readonly typing: Typing;
  /** Of the message that is being sent: said again it is the same. */
  readonly messageId: string;
  /** Nobody came, and something else is offered beside the waiting. */
  readonly fallback: boolean;
  /** The line is away, or the last message did not get through. */
  readonly remark: 'lost' | 'notSent' | undefined;
  readonly next: ChatOutput['next'];
  readonly wait: RunningWait | undefined;
}

export type ChatEvent =
  | UiMachineEvent
  | { readonly type: 'CHAT.NEWS'; readonly standing: ChatStanding }
  | { readonly type: 'CHAT.LOST' | 'wait.ended' }
  | { readonly type: 'PREFERENCES'; readonly preferences: Preferences };

/** A part of a message that is read at once. */
export interface Piece {
  readonly from: ChatMessage['from'];
  readonly text: string;
}

/** The page that is looked at; the newest one first. */
export function talkLeaf({ messages, back, preferences }: Pick<ChatContext, 'messages' | 'back' | 'preferences'>) {
  const pieces = messages.flatMap(({ from, text }) => piecesOf(text, PIECE[preferences.size]).map((piece): Piece => ({ from, text: piece })));
  const length = PIECES_OF_PAGE[preferences.size];
  const pages = Math.max(1, Math.ceil(pieces.length / length));
  const at = Math.min(back, pages - 1);
  const end = pieces.length - at * length;
  return { pieces: pieces.slice(Math.max(0, end - length), end), back: at, pages };
}

function piecesOf(text: string, length: number): readonly string[] {
  const symbols = [...text];
  return Array.from({ length: Math.ceil(symbols.length / length) }, (_, at) => symbols.slice(at * length, (at + 1) * length).join(''));
}

/** What was heard, in the order in which it was said. */
export function heard(known: readonly ChatMessage[], news: readonly ChatMessage[]): readonly ChatMessage[] {
  return [...new Map([...known, ...news].map((message) => [message.seq, message])).values()].toSorted((one, other) => one.seq - other.seq);
}

/** The desk was reached once, and may be there. */
export function mayChat({ desk }: Pick<Ports, 'desk'>): boolean {
  return desk.terms !== undefined;
}
