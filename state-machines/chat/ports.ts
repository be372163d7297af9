/** What a conversation with an agent asks of the world: the desk's side of it, and characters for what is struck. Part of contract 3 (ports.ts). */
import type { ChatAnswer, OpenChatRequest } from '../../common/upstream-api/support.ts';

export type ChatStanding = Pick<ChatAnswer, 'state' | 'version' | 'position' | 'fallback' | 'closedBy' | 'messages'>;

/** Rejects with PortError. Whatever is said goes there with its numbers masked. */
export interface ChatPort {
  /** Said again it changes nothing. A person waits for it. */
  open(request: OpenChatRequest): Promise<ChatStanding>;
  /** Held until there is a message after `after`, or it stands otherwise than `version`; 25 s at most. */
  read(chatId: string, since: { readonly after: number; readonly version: string }, signal: AbortSignal): Promise<ChatStanding>;
  /** By `messageId` once. */
  say(chatId: string, message: { readonly messageId: string; readonly text: string }): Promise<void>;
  /** Said again it changes nothing; where it can't be said, the desk ends it by itself. */
  close(chatId: string): Promise<void>;
}

export interface TypedCandidate {
  readonly text: string;
  /** How much of what was struck it stands for. */
  readonly takes: number;
}

/** At hand, offline too. What is typed is kept nowhere. */
export interface TypingPort {
  /** Chinese characters for pinyin, best first. @param struck letters, or the digits 2 to 9 of the nine keys */
  candidates(struck: string, keys: 'letters' | 'nine'): readonly TypedCandidate[];
  /** What was struck, as letters. */
  reading(struck: string, keys: 'letters' | 'nine'): string;
}
