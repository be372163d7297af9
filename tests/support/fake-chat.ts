/** The desk's end of a conversation, for charts: the test is the agent, and the line. */
import type { ChatMessage, OpenChatRequest } from '../../common/upstream-api/support.ts';
import type { ChatPort, ChatStanding } from '../../state-machines/chat/ports.ts';
import { PortError } from '../../state-machines/ports.ts';

export class FakeChat {
  readonly opened: OpenChatRequest[] = [];
  readonly closed: string[] = [];
  readonly said: string[] = [];
  lineIsDown = false;
  #standing: ChatStanding = { state: 'waiting', version: '0', position: 1, fallback: false, messages: [] };
  #messages: readonly ChatMessage[] = [];
  #version = 0;
  #held: (() => void)[] = [];

  readonly port: ChatPort = {
    open: async (request) => {
      this.#needLine();
      this.opened.push(request);
      return this.#answer(0);
    },
    read: async (_, { after, version }, signal) => {
      this.#needLine();
      const isNew = (): boolean => this.#standing.version !== version || this.#messages.some(({ seq }) => seq > after);
      while (!isNew())
        await new Promise<void>((resolve, reject) => {
          this.#held.push(resolve);
          signal.addEventListener('abort', () => reject(new PortError('aborted', 'nobody listens')), { once: true });
        });
      return this.#answer(after);
    },
    say: async (_, { messageId, text }) => {
      this.#needLine();
      if (this.#messages.every((message) => message.messageId !== messageId)) {
        this.said.push(text);
        this.#add(messageId, 'person', text);
      }
    },
    close: async (chatId) => {
      this.#needLine();
      this.closed.push(chatId);
    },
  };

  agentComes(): void {
    this.#stand({ state: 'open' });
  }
  agentSays(text: string): void {
    this.#add(`agent ${this.#messages.length}`, 'agent', text);
  }
  agentEnds(): void {
    this.#stand({ state: 'closed', closedBy: 'agent' });
  }
  nobodyComes(): void {
    this.#stand({ fallback: true });
  }

  #add(messageId: string, from: ChatMessage['from'], text: string): void {
    this.#messages = [...this.#messages, { seq: this.#messages.length + 1, messageId, from, text, at: 0 }];
    this.#tell();
  }

  #stand(change: Partial<ChatStanding>): void {
    this.#version += 1;
    this.#standing = { ...this.#standing, ...change, version: String(this.#version) };
    this.#tell();
  }

  #tell(): void {
    for (const resolve of this.#held.splice(0)) resolve();
  }

  #answer(after: number): ChatStanding {
    return { ...this.#standing, messages: this.#messages.filter(({ seq }) => seq > after) };
  }

  #needLine(): void {
    if (this.lineIsDown) throw new PortError('timeout', 'the line is away');
  }
}
