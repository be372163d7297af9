/** ChatPort over the upstream API: a conversation is read by questions that upstream holds until there is something to say. */
import type { Clock } from '../../common/clock.ts';
import type { Random } from '../../common/ids.ts';
import { upstreamLimits } from '../../common/upstream-api/limits.ts';
import { chatAnswerSchema, chatMessageSchema } from '../../common/upstream-api/support.ts';
import type { ChatPort } from '../../state-machines/chat/ports.ts';
import type { RegisteredClient } from './registration.ts';
import { withRetries, type RetryLimits } from './retry.ts';

/** ms; a person waits in front of `open` and `say`. */
export const chatLimits = {
  open: { totalMs: 6000, attemptMs: 3000 },
  say: { totalMs: 6000, attemptMs: 3000 },
  close: { totalMs: 2000, attemptMs: 1000 },
} as const satisfies Record<string, RetryLimits>;

/** Beyond what upstream holds a question. */
const READ_SPARE_MS = 5000;

export function createChatPort(client: RegisteredClient, ports: { readonly clock: Clock; readonly random: Random }): ChatPort {
  return {
    open: (body) =>
      withRetries(ports, chatLimits.open, undefined, (limitMs) =>
        client.call({ method: 'POST', path: '/v1/support/chats', body, answer: chatAnswerSchema, limitMs }),
      ),
    read: (chatId, { after, version }, signal) => {
      const query = new URLSearchParams({ after: String(after), version, waitMs: String(upstreamLimits.longPollMs) });
      const limitMs = upstreamLimits.longPollMs + READ_SPARE_MS;
      return client.call({ method: 'GET', path: `/v1/support/chats/${chatId}?${query.toString()}`, answer: chatAnswerSchema, limitMs, signal });
    },
    say: async (chatId, body) => {
      await withRetries(ports, chatLimits.say, undefined, (limitMs) =>
        client.call({ method: 'POST', path: `/v1/support/chats/${chatId}/messages`, body, answer: chatMessageSchema, limitMs }),
      );
    },
    close: async (chatId) => {
      await withRetries(ports, chatLimits.close, undefined, (limitMs) =>
        client.call({ method: 'POST', path: `/v1/support/chats/${chatId}/close`, answer: chatAnswerSchema, limitMs }),
      );
    },
  };
}
