/** Chats with persons at terminals, and what surveys and the knowledge base say in counts: the support desk's own schemas, as the console asks for them. */
import { z } from 'zod';
import { terminalIdSchema } from '../../common/upstream-api/fields.ts';
import { capabilitySchema, chatMessageRequestSchema } from '../../common/upstream-api/support.ts';
import { chatListSchema } from '../server/support/desk-schemas.ts';
import { dateSchema, staffNameSchema } from './fields.ts';

export { chatMessageSchema } from '../../common/upstream-api/support.ts';
export {
  agentChatSchema,
  knowledgeUseSchema,
  knowledgeVersionsSchema,
  surveyStatisticsSchema as surveysSchema,
  type AgentChat,
  type ChatRowAnswer,
  type KnowledgeUse,
  type KnowledgeVersions,
  type SurveyStatistics,
} from '../server/support/desk-schemas.ts';

/** `colleagues`: names of those who work at the desk and may sign in, whoever asks included. */
export const chatsSchema = chatListSchema.extend({ colleagues: z.array(z.string()) });

export const chatParamsSchema = z.strictObject({ chatId: capabilitySchema });
export const sayInChatSchema = chatMessageRequestSchema;
/** `from`: who has it as the page showed; refused with `chatTaken` when somebody else has it by now. Whoever asks is one of both. */
export const handOverChatSchema = z.strictObject({ from: staffNameSchema, to: staffNameSchema });

/** Both days count, in the operator's local time. */
const days = { from: dateSchema, to: dateSchema };
export const surveysQuerySchema = z.strictObject({ ...days, terminalId: terminalIdSchema.optional() });
export const knowledgeUseQuerySchema = z.strictObject(days);
