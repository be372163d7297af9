/**
 * The support desk as its agents see it: what they may ask, and the answers, as the console shows them. Times are ms since 1970. Nothing
 * here is personal but what an agent opens by name and reason (`openingRequestSchema`), and what persons wrote; operators are answered
 * without that (person-data.ts).
 */
import { z } from 'zod';
import { idSchema, terminalIdSchema, timeSchema } from '../../../common/upstream-api/fields.ts';
import {
  callbackStates,
  capabilitySchema,
  chatAnswerSchema,
  chatStates,
  promiseStandings,
  requests,
  resolutions,
  ticketKinds,
  ticketStates,
  wordSchema,
} from '../../../common/upstream-api/support.ts';
import { workingTimeSchema } from '../../../common/working-calendar.ts';

const kindSchema = z.enum(ticketKinds);
const noteSchema = z.string().trim().min(1).max(2000);
const agentSchema = z.string().trim().min(1).max(200);
const count = z.int().min(0);

// tickets

export const ticketRowSchema = z.strictObject({
  ticketId: capabilitySchema,
  number: z.string(),
  terminalId: terminalIdSchema,
  kind: kindSchema,
  queue: wordSchema,
  urgent: z.boolean(),
  /** How often it was escalated. */
  level: count,
  state: z.enum(ticketStates),
  assignee: z.string().nullable(),
  receivedAt: timeSchema,
  changedAt: timeSchema,
  /** `null`: the clock stands, or has stopped. */
  dueAt: timeSchema.nullable(),
  promise: z.enum(promiseStandings),
  breachedAt: timeSchema.nullable(),
  cardTail: z.string().nullable(),
  verdict: z.string().nullable(),
  nudgedAt: timeSchema.nullable(),
});
export type TicketRowAnswer = z.infer<typeof ticketRowSchema>;

/** The oldest promise first; what has none (it stands, or has stopped) after, the latest first. */
export const ticketListQuerySchema = z.strictObject({
  state: z.enum(ticketStates).optional(),
  /** Not resolved and not closed. */
  unresolved: z.boolean().optional(),
  queue: wordSchema.optional(),
  assignee: agentSchema.optional(),
  terminalId: terminalIdSchema.optional(),
  kind: kindSchema.optional(),
  number: z.string().max(40).optional(),
  /** Whose promise is broken now. */
  breached: z.boolean().optional(),
  /** Whose promise is not broken, and ends before then. */
  dueBefore: timeSchema.optional(),
  limit: z.int().min(1).max(200).default(50),
  offset: z.int().min(0).max(100_000).default(0),
});
export type TicketListQuery = z.input<typeof ticketListQuerySchema>;

export const ticketListSchema = z.strictObject({ tickets: z.array(ticketRowSchema), total: count });
export type TicketList = z.infer<typeof ticketListSchema>;

export const historySchema = z.array(
  z.strictObject({
    seq: z.int().min(1),
    at: timeSchema,
    event: z.string(),
    by: z.enum(['person', 'agent', 'desk']),
    /** The agent; of a person the terminal. */
    actor: z.string(),
    /** After it. */
    state: z.enum([...ticketStates, ...callbackStates]),
    note: z.string().nullable(),
  }),
);

export const callbackRowSchema = z.strictObject({
  callbackId: capabilitySchema,
  number: z.string(),
  terminalId: terminalIdSchema,
  about: kindSchema,
  state: z.enum(callbackStates),
  start: timeSchema,
  end: timeSchema,
  /** `null` for who may not see it. */
  contactMasked: z.string().nullable(),
  cardTail: z.string().nullable(),
  ticketId: capabilitySchema.nullable(),
  chatId: capabilitySchema.nullable(),
  language: z.string(),
  receivedAt: timeSchema,
  changedAt: timeSchema,
});
export type CallbackRowAnswer = z.infer<typeof callbackRowSchema>;

export const ticketDetailSchema = z.strictObject({
  ticket: ticketRowSchema,
  text: z.string().nullable(),
  /** The person's reference of the transaction. */
  transaction: z.string().nullable(),
  contactMasked: z.string().nullable(),
  /** What may be opened by name and reason. */
  sealed: z.array(z.enum(['card', 'contact'])),
  language: z.string(),
  submittedAt: timeSchema,
  evidence: z.strictObject({ epoch: z.int(), fromSeq: z.int(), toSeq: z.int() }).nullable(),
  resolution: z.enum(resolutions).nullable(),
  asks: z.enum(requests).nullable(),
  history: historySchema,
  callbacks: z.array(callbackRowSchema),
  /** Of `history`: to be given back with an action, which is refused when somebody else was faster (`ticketChanged`). */
  lastSeq: count,
});
export type TicketDetail = z.infer<typeof ticketDetailSchema>;

export const ticketActionSchema = z.discriminatedUnion('do', [
  /** Without `to`: to whoever acts. */
  z.strictObject({ do: z.literal('assign'), to: agentSchema.optional() }),
  z.strictObject({ do: z.literal('release') }),
  z.strictObject({ do: z.literal('note'), note: noteSchema }),
  /** The promise's clock stands until the person answers. `what` is shown to the person, `note` is not. */
  z.strictObject({ do: z.literal('ask'), what: z.enum(requests), note: noteSchema.optional() }),
  z.strictObject({ do: z.literal('resume'), note: noteSchema.optional() }),
  /** `resolution` is shown to the person. */
  z.strictObject({ do: z.literal('resolve'), resolution: z.enum(resolutions), note: noteSchema.optional() }),
  z.strictObject({ do: z.literal('close'), note: noteSchema.optional() }),
  z.strictObject({ do: z.literal('reopen'), note: noteSchema.optional() }),
  z.strictObject({ do: z.literal('move'), queue: wordSchema, note: noteSchema.optional() }),
  z.strictObject({ do: z.literal('escalate'), note: noteSchema.optional() }),
]);
export type TicketAction = z.infer<typeof ticketActionSchema>;

/** Entries of the journal that a ticket refers to, card numbers masked. */
export const storySchema = z.strictObject({
  entries: z.array(
    z.strictObject({
      epoch: z.int(),
      seq: z.int(),
      at: z.string(),
      kind: z.string(),
      body: z.record(z.string(), z.unknown()),
      postings: z.array(z.strictObject({ account: z.string(), amount: z.int() })),
      hash: z.string(),
    }),
  ),
  /** Entries that have not arrived yet: the journal comes by another way than the ticket. */
  missing: count,
});
export type Story = z.infer<typeof storySchema>;

// what is sealed

export const openingRequestSchema = z.strictObject({
  subject: z.enum(['ticket', 'callback']),
  id: capabilitySchema,
  field: z.enum(['card', 'contact']),
  /** Recorded with the agent's name before anything is opened. */
  reason: z.string().trim().min(5).max(500),
});
export type OpeningRequest = z.infer<typeof openingRequestSchema>;
export const openingAnswerSchema = z.strictObject({ text: z.string(), openingId: z.string() });
export type OpeningAnswer = z.infer<typeof openingAnswerSchema>;

export const openingsSchema = z.strictObject({
  /** The latest first, at most 500. */
  openings: z.array(
    z.strictObject({
      openingId: z.string(),
      at: timeSchema,
      actor: z.string(),
      subjectId: capabilitySchema,
      field: z.enum(['card', 'contact']),
      reason: z.string(),
    }),
  ),
});
export type Openings = z.infer<typeof openingsSchema>;

// calls back

export const callbackPlanSchema = z.strictObject({
  /** In order of their slots. */
  callbacks: z.array(callbackRowSchema),
  slots: z.array(z.strictObject({ start: timeSchema, end: timeSchema, agents: count, booked: count })),
});
export type CallbackPlan = z.infer<typeof callbackPlanSchema>;

export const callbackActionSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('made'), note: noteSchema.optional() }),
  /** Nobody answered the telephone. */
  z.strictObject({ do: z.literal('missed'), note: noteSchema.optional() }),
  z.strictObject({ do: z.literal('cancel'), note: noteSchema }),
  /** Also of a call that was missed or expired: it is promised anew. */
  z.strictObject({ do: z.literal('rebook'), slot: timeSchema, note: noteSchema.optional() }),
]);
export type CallbackAction = z.infer<typeof callbackActionSchema>;
export const callbackDetailSchema = z.strictObject({ callback: callbackRowSchema, history: historySchema });
export type CallbackDetail = z.infer<typeof callbackDetailSchema>;

// promises

export const promiseOverviewSchema = z.strictObject({
  queues: z.array(
    z.strictObject({
      queue: wordSchema,
      unresolved: count,
      /** Nobody has them. */
      unassigned: count,
      waitingForPerson: count,
      breached: count,
    }),
  ),
  /** Whose promise is broken, or ends within `dueSoonMs`, and the escalated: the most pressing first, at most 200. */
  pressing: z.array(ticketRowSchema),
  dueSoonMs: count,
  /** What is promised, by kind. */
  promises: z.array(z.strictObject({ kind: kindSchema, queue: wordSchema, urgent: z.boolean(), within: workingTimeSchema })),
});
export type PromiseOverview = z.infer<typeof promiseOverviewSchema>;

// chat

export const chatRowSchema = z.strictObject({
  chatId: capabilitySchema,
  terminalId: terminalIdSchema,
  about: kindSchema,
  language: z.string(),
  verdict: z.string().nullable(),
  ticketId: capabilitySchema.nullable(),
  state: z.enum(chatStates),
  agent: z.string().nullable(),
  openedAt: timeSchema,
});
export type ChatRowAnswer = z.infer<typeof chatRowSchema>;
/** Those that wait, the longest first, and those that are open. */
export const chatListSchema = z.strictObject({ chats: z.array(chatRowSchema) });
export type ChatList = z.infer<typeof chatListSchema>;
export const agentChatSchema = z.strictObject({ chat: chatRowSchema, conversation: chatAnswerSchema });
export type AgentChat = z.infer<typeof agentChatSchema>;

// surveys

const ratingCountsSchema = z.strictObject({ good: count, fair: count, bad: count });
export const surveyQuerySchema = z.strictObject({
  /** ms since 1970, by the terminals' clocks; `to` is not part of it. */
  from: timeSchema,
  to: timeSchema,
  terminalId: terminalIdSchema.optional(),
  service: wordSchema.optional(),
});
export type SurveyQuery = z.infer<typeof surveyQuerySchema>;
/** Counts alone: nothing leads back to a session. */
export const surveyStatisticsSchema = z.strictObject({
  answers: count,
  overall: ratingCountsSchema,
  dimensions: z.strictObject({ speed: ratingCountsSchema, result: ratingCountsSchema, attitude: ratingCountsSchema }),
  /** The most frequent first, at most 50. */
  reasons: z.array(z.strictObject({ reason: wordSchema, count })),
  byService: z.array(z.strictObject({ service: wordSchema, answers: count, overall: ratingCountsSchema })),
  /** Weeks of the operator's local time by their Mondays, the latest first; a week without an answer is left out. */
  byWeek: z.array(z.strictObject({ monday: z.iso.date(), answers: count, overall: ratingCountsSchema })),
  /** A terminal is a service point. The worst first, at most 200. */
  byTerminal: z.array(z.strictObject({ terminalId: terminalIdSchema, answers: count, overall: ratingCountsSchema, topReason: wordSchema.nullable() })),
});
export type SurveyStatistics = z.infer<typeof surveyStatisticsSchema>;

// knowledge base

export const knowledgeVersionsSchema = z.strictObject({
  /** The latest first. The first is what terminals get. */
  versions: z.array(
    z.strictObject({
      version: z.int().min(1),
      publishedAt: timeSchema,
      publishedBy: z.string(),
      documents: count,
      /** The version whose contents it has again. */
      restores: z.int().min(1).nullable(),
    }),
  ),
});
export type KnowledgeVersions = z.infer<typeof knowledgeVersionsSchema>;

export const knowledgeUseSchema = z.strictObject({
  /** The most opened first. */
  answers: z.array(
    z.strictObject({
      id: wordSchema,
      /** As the published version asks it, by language; `null`: it is in none any more. */
      question: z.record(z.string(), z.string()).nullable(),
      views: count,
      solved: count,
      unsolved: count,
    }),
  ),
});
export type KnowledgeUse = z.infer<typeof knowledgeUseSchema>;

// outbox

/** What the desk could not take, as it came: nothing that was submitted is lost. The latest first, at most 200. */
export const refusedEnvelopesSchema = z.strictObject({
  envelopes: z.array(
    z.strictObject({ terminalId: terminalIdSchema, id: idSchema, kind: wordSchema, code: z.string(), body: z.string(), receivedAt: timeSchema }),
  ),
});
export type RefusedEnvelopes = z.infer<typeof refusedEnvelopesSchema>;
