/** `/v1/outbox` and `/v1/support/…` */
import { z } from 'zod';
import {
  capabilitySchema,
  chatAnswerSchema,
  chatMessageRequestSchema,
  chatMessageSchema,
  chatQuerySchema,
  deskAnswerSchema,
  knowledgeAnswerSchema,
  knowledgeContentAnswerSchema,
  knowledgeQuerySchema,
  openChatRequestSchema,
  outboxAnswerSchema,
  outboxRequestSchema,
  progressAnswerSchema,
  progressRequestSchema,
  slotsAnswerSchema,
} from '../../../common/upstream-api/support.ts';
import type { App, Context } from '../context.ts';

const chatParams = z.strictObject({ chatId: capabilitySchema });
const contentParams = z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) });

export function supportRoutes(app: App, { support, settings }: Context): void {
  const { outbox, chats, knowledge } = support;
  // after the signature was verified: whoever only claims to be a terminal uses up nothing of it
  const limited = {
    rateLimit: {
      max: settings.support.progressPerMinute,
      timeWindow: 60_000,
      hook: 'preHandler' as const,
      keyGenerator: ({ terminalId }: { terminalId: string }) => terminalId,
    },
  };
  app.post('/outbox', { schema: { body: outboxRequestSchema, response: { 200: outboxAnswerSchema } } }, (request) =>
    outbox.accept(request.terminalId, request.body),
  );
  app.get('/support/desk', { schema: { response: { 200: deskAnswerSchema } } }, () => support.sheet());
  app.post('/support/progress', { config: limited, schema: { body: progressRequestSchema, response: { 200: progressAnswerSchema } } }, (request) =>
    support.progress(request.body),
  );
  app.get('/support/slots', { schema: { response: { 200: slotsAnswerSchema } } }, async () => ({ slots: [...(await support.slots())] }));

  app.post('/support/chats', { config: limited, schema: { body: openChatRequestSchema, response: { 200: chatAnswerSchema } } }, (request) =>
    chats.open(request.terminalId, request.body),
  );
  app.get('/support/chats/:chatId', { schema: { params: chatParams, querystring: chatQuerySchema, response: { 200: chatAnswerSchema } } }, (request) =>
    chats.read(request.terminalId, request.params.chatId, request.query),
  );
  app.post(
    '/support/chats/:chatId/messages',
    { schema: { params: chatParams, body: chatMessageRequestSchema, response: { 200: chatMessageSchema } } },
    (request) => chats.say(request.terminalId, request.params.chatId, request.body),
  );
  app.post('/support/chats/:chatId/close', { schema: { params: chatParams, response: { 200: chatAnswerSchema } } }, (request) =>
    chats.close(request.terminalId, request.params.chatId),
  );

  app.get('/support/knowledge', { schema: { querystring: knowledgeQuerySchema, response: { 200: knowledgeAnswerSchema } } }, (request) =>
    knowledge.newerThan(request.query.newerThan),
  );
  app.get('/support/knowledge/contents/:sha256', { schema: { params: contentParams, response: { 200: knowledgeContentAnswerSchema } } }, async (request) => ({
    content: await knowledge.content(request.params.sha256),
  }));
}
