/**
 * The support desk as a terminal sees it. What a person submits (tickets, calls back, surveys) and what a terminal counted goes up in
 * envelopes by `POST /v1/outbox`, each stored once however often it is sent; what the desk knows is asked for by `/v1/support/…`. Personal
 * data is sealed to the desk's key before it leaves the terminal: nothing here carries it readable.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { parseReference } from '../ids.ts';
import { workingCalendarSchema, workingTimeSchema } from '../working-calendar.ts';
import { idSchema, referenceSchema, timeSchema } from './fields.ts';
import { upstreamLimits } from './limits.ts';

export const supportLimits = {
  /** Envelopes in one request. */
  batchEnvelopes: 50,
  /** Characters that a person writes in a ticket; in a message of a chat. */
  ticketText: 1000,
  chatText: 500,
  /** Messages of both sides in one chat. */
  chatMessages: 200,
  /** Nobody there for so long: the terminal is told, and offers a call back, ms. */
  chatFallbackMs: 30_000,
  /** A terminal that did not ask for so long has left its chat, ms. */
  chatSilenceMs: 120_000,
  /** Once in so long a person may press for an answer, ms. */
  nudgeMs: 24 * 3_600_000,
  /** Entries of the journal that a ticket refers to. */
  evidenceEntries: 500,
  /** Largest document of the knowledge base, characters of JSON. */
  documentLength: 65_536,
  documents: 500,
} as const;

/** What people write: no control characters but line breaks, no half characters. */
const text = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .regex(/^(?:\n|[^\p{Cc}\p{Cs}])*$/u, 'expected text without control characters');

/** A name from a closed list that changes more often than the schema: a verdict, a reason, a service. */
export const wordSchema = z.string().regex(/^[A-Za-z][A-Za-z0-9.-]{0,59}$/);

/** Random, and known only to who was given it: who shows it may change the thing. It is in the QR code that the person keeps. */
export const capabilitySchema = z.uuid();

/** `A01-1122-7K4M-9` (common/ids.ts): made by the terminal, which may be offline, and so unique only nearly. Its check symbol must fit. */
export const supportNumberSchema = z
  .string()
  .max(20)
  .refine((number) => parseReference(number) === number, 'expected a number with its check symbol, for example "A01-1122-7K4M-9"');

/** Compact JWE (RFC 7516) for the desk's key: `alg` ECDH-ES, `enc` A256GCM, `kid` the key's thumbprint, payload UTF-8 text. */
export const sealedSchema = z
  .string()
  .max(4000)
  .regex(/^[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+$/);

/** Public half of the key that personal data is sealed to: NIST P-256, which key modules have, too. */
export const sealingPublicKeySchema = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string().regex(/^[\w-]{43}$/),
  y: z.string().regex(/^[\w-]{43}$/),
  /** RFC 7638 thumbprint. */
  kid: z.string().regex(/^[\w-]{43}$/),
});
export type SealingPublicKey = z.infer<typeof sealingPublicKeySchema>;

/** By which the desk finds what is about a card without knowing its number. 64 lower-case hexadecimal digits. */
export function cardKeyOf(serial: string): string {
  return createHash('sha256').update(`kiosk-support-card:${serial}`).digest('hex');
}

const supportCardSchema = z.strictObject({
  tail: z.string().regex(/^[0-9A-Z]{1,4}$/),
  /** The whole serial. */
  sealed: sealedSchema,
  key: z.string().regex(/^[0-9a-f]{64}$/),
});

const contactSchema = z.strictObject({
  /** As the screen shows it: `138****5678`. */
  masked: z.string().regex(/^\+?\d{0,4}\*{3,12}\d{0,4}$/),
  sealed: sealedSchema,
});

/** What it is about, in the person's choice. Each has its queue and its promise. */
export const ticketKinds = [
  'topUpMissing',
  'cardFault',
  'cardLost',
  'password',
  'dispute',
  'account',
  'merchant',
  'device',
  'complaint',
  'suggestion',
  'other',
] as const;
export type TicketKind = (typeof ticketKinds)[number];

/** `open` and `reopened` wait for somebody of the desk; `waitingForPerson` stops the promise's clock. */
export const ticketStates = ['open', 'assigned', 'waitingForPerson', 'resolved', 'closed', 'reopened'] as const;
export type TicketState = (typeof ticketStates)[number];

/** How a ticket was resolved: shown to the person, so terminals have words for each. */
export const resolutions = [
  'loadCompleted',
  'refunded',
  'voucherIssued',
  'cardReplaced',
  'cardRepaired',
  'passwordReset',
  'merchantAnswered',
  'deviceRepaired',
  'explained',
  'accepted',
  'declined',
  'duplicate',
  'withdrawn',
] as const;
export type Resolution = (typeof resolutions)[number];

/** What the desk waits for: shown to the person, so terminals have words for each. */
export const requests = ['receipt', 'card', 'identity', 'contact', 'details', 'visit'] as const;
export type DeskRequest = (typeof requests)[number];

export const languageSchema = z.string().regex(/^[A-Za-z]{2,3}(?:-[A-Za-z]{2,4})?$/);

// what envelopes carry

/** `ticket.created`. Five fields at most are the person's: kind, card, transaction, contact, text; diagnosis fills them in. */
export const ticketCreatedSchema = z.strictObject({
  ticketId: capabilitySchema,
  number: supportNumberSchema,
  kind: z.enum(ticketKinds),
  card: supportCardSchema.optional(),
  /** Reference of the transaction that it is about. */
  transaction: referenceSchema.optional(),
  contact: contactSchema.optional(),
  text: text(supportLimits.ticketText).optional(),
  /** What the diagnosis found. */
  verdict: wordSchema.optional(),
  /** The transaction's story in this terminal's own journal. */
  evidence: z
    .strictObject({ epoch: z.int().min(1), fromSeq: z.int().min(1), toSeq: z.int().min(1) })
    .refine(({ fromSeq, toSeq }) => fromSeq <= toSeq && toSeq - fromSeq < supportLimits.evidenceEntries, 'expected a run of at most 500 entries')
    .optional(),
  language: languageSchema,
  /** By the terminal's clock. */
  submittedAt: timeSchema,
});
export type TicketCreated = z.infer<typeof ticketCreatedSchema>;

export const followUps = ['supplement', 'nudge', 'escalate', 'reopen'] as const;

/** `ticket.followedUp`, from whichever terminal the person is at. */
export const ticketFollowedUpSchema = z.strictObject({ ticketId: capabilitySchema, what: z.enum(followUps), text: text(supportLimits.ticketText).optional() });
export type TicketFollowedUp = z.infer<typeof ticketFollowedUpSchema>;

const slotWishSchema = {
  /** Beginning of the slot. */
  slot: timeSchema,
  /** When the slot is full by the time this arrives: the person decides beforehand. */
  ifFull: z.enum(['refuse', 'nextFree']),
};

/** `callback.booked` */
export const callbackBookedSchema = z.strictObject({
  callbackId: capabilitySchema,
  number: supportNumberSchema,
  about: z.enum(ticketKinds),
  ...slotWishSchema,
  contact: contactSchema,
  card: supportCardSchema.optional(),
  /** What was said so far. */
  ticketId: capabilitySchema.optional(),
  chatId: capabilitySchema.optional(),
  language: languageSchema,
});
export type CallbackBooked = z.infer<typeof callbackBookedSchema>;

/** What a person changes, as their terminal told them: what it became since, they have not seen, and is not changed. */
const toldCallbackSchema = { number: supportNumberSchema, /** Beginning of the slot that it has. */ start: timeSchema };
export type ToldCallback = Readonly<{ number: string; start: number }>;

/** `callback.rebooked`: the old slot is free again once there is a new one, and not before. */
export const callbackRebookedSchema = z.strictObject({ ...toldCallbackSchema, ...slotWishSchema });
export type CallbackRebooked = z.infer<typeof callbackRebookedSchema>;

/** `callback.cancelled` */
export const callbackCancelledSchema = z.strictObject(toldCallbackSchema);
export type CallbackCancelled = z.infer<typeof callbackCancelledSchema>;

export const ratings = ['good', 'fair', 'bad'] as const;
const ratingSchema = z.enum(ratings);
export type Rating = z.infer<typeof ratingSchema>;

/** `survey.answered`: one a session. `attitude` only where a person of the desk took part. */
export const surveyAnsweredSchema = z.strictObject({
  sessionId: idSchema,
  /** Version of the questions that were asked. */
  questions: z.int().min(1).max(10_000),
  service: wordSchema,
  overall: ratingSchema,
  speed: ratingSchema.optional(),
  result: ratingSchema.optional(),
  attitude: ratingSchema.optional(),
  reasons: z.array(wordSchema).max(5),
  answeredAt: timeSchema,
});
export type SurveyAnswered = z.infer<typeof surveyAnsweredSchema>;

const countSchema = z.int().min(0).max(1000);

/** `knowledge.viewed`: how often answers were opened on one day, and what people said of them. Counts add up. */
export const knowledgeViewedSchema = z.strictObject({
  date: z.iso.date(),
  version: z.int().min(0),
  answers: z
    .array(z.strictObject({ id: wordSchema, views: countSchema, solved: countSchema, unsolved: countSchema }))
    .min(1)
    .max(100),
});
export type KnowledgeViewed = z.infer<typeof knowledgeViewedSchema>;

export const envelopeBodies = {
  'ticket.created': ticketCreatedSchema,
  'ticket.followedUp': ticketFollowedUpSchema,
  'callback.booked': callbackBookedSchema,
  'callback.rebooked': callbackRebookedSchema,
  'callback.cancelled': callbackCancelledSchema,
  'survey.answered': surveyAnsweredSchema,
  'knowledge.viewed': knowledgeViewedSchema,
} as const;
export type EnvelopeKind = keyof typeof envelopeBodies;

// POST /v1/outbox

/**
 * `seq` counts from 1 without gaps in one outbox, and `id` is the envelope's for ever. The kind is any word: one that this server doesn't
 * know is kept and refused, so that nothing behind it waits.
 */
export const envelopeSchema = z.strictObject({
  seq: z.int().min(1),
  id: idSchema,
  kind: wordSchema,
  body: z.record(z.string().max(60), z.unknown()),
});
export type Envelope = z.infer<typeof envelopeSchema>;

/**
 * Envelopes of one outbox of this terminal, in order. A terminal may have several (what is urgent need not wait for what was counted); one
 * whose file was lost begins another under a new name.
 */
export const outboxRequestSchema = z.strictObject({
  outbox: idSchema,
  envelopes: z.array(envelopeSchema).min(1).max(supportLimits.batchEnvelopes),
});
export type OutboxRequest = z.infer<typeof outboxRequestSchema>;

/** Final for the envelope: it is never taken, the desk keeps what it said. */
export const outboxRefusals = [
  'unknownKind',
  'invalidBody',
  /** The id of the envelope, ticket, call back or session came before with other contents. */
  'idempotencyConflict',
  'unknownTicket',
  /** What was asked does not go with the ticket's state. */
  'ticketState',
  'nudgedAlready',
  'unknownCallback',
  /** Cancelled, made or expired. */
  'callbackOver',
  /** It has another time than the person was told. */
  'callbackMoved',
  'slotFull',
  /** There is no such slot, or it is too near or too far. */
  'noSuchSlot',
  'unknownQuestions',
] as const;
export type OutboxRefusal = (typeof outboxRefusals)[number];

export const callbackStates = ['booked', 'made', 'missed', 'cancelled', 'expired'] as const;
export type CallbackState = (typeof callbackStates)[number];

/** What it became; the same whenever it is asked again, whatever happened since. */
export const storedAnswerSchema = z.strictObject({
  ticket: z.strictObject({ number: supportNumberSchema, state: z.enum(ticketStates), dueAt: timeSchema.nullable() }).optional(),
  callback: z.strictObject({ number: supportNumberSchema, state: z.enum(callbackStates), start: timeSchema, end: timeSchema }).optional(),
});
export type StoredAnswer = z.infer<typeof storedAnswerSchema>;

export const outboxItemSchema = z.discriminatedUnion('result', [
  z.strictObject({ id: idSchema, result: z.literal('stored'), answer: storedAnswerSchema }),
  z.strictObject({
    id: idSchema,
    result: z.literal('refused'),
    code: z.enum(outboxRefusals),
    detail: z.string().max(400),
    /** `slotFull`, `noSuchSlot`: the next free ones, to be offered. */
    free: z.array(timeSchema).max(3).optional(),
  }),
  /**
   * Not taken. `gap`: envelopes before it are missing, send from `next`. `limit`: as many as a terminal may in a day, send again later.
   * `behind`: one before it was not taken. `placeTaken`: another envelope has this place (the outbox's file was set back): begin a new outbox.
   */
  z.strictObject({ id: idSchema, result: z.literal('later'), code: z.enum(['gap', 'limit', 'behind', 'placeTaken']) }),
]);
export type OutboxItem = z.infer<typeof outboxItemSchema>;

/** An item for each envelope, in their order. */
export const outboxAnswerSchema = z.strictObject({
  items: z.array(outboxItemSchema).max(supportLimits.batchEnvelopes),
  /** The `seq` that this outbox goes on with. */
  next: z.int().min(1),
});
export type OutboxAnswer = z.infer<typeof outboxAnswerSchema>;

// GET /v1/support/desk

/** `typ` of the desk sheet's JWS. */
export const DESK_TYPE = 'kiosk-support-desk+jws';

export const deskSheetSchema = z.strictObject({
  /** Absent: nothing can be sealed, so no personal data may be asked for. */
  sealingKey: sealingPublicKeySchema.optional(),
  calendar: workingCalendarSchema,
  /** When an answer comes, by kind. */
  promises: z.partialRecord(z.enum(ticketKinds), workingTimeSchema),
  /** The questions that are asked now. */
  questions: z.strictObject({ version: z.int().min(1), reasons: z.array(wordSchema).max(20) }),
  at: timeSchema,
});
export type DeskSheet = z.infer<typeof deskSheetSchema>;

/** What the terminal needs to promise, seal and ask while it is offline. `jws` says exactly what `sheet` says. */
export const deskAnswerSchema = z.strictObject({ sheet: deskSheetSchema, jws: z.string().max(64_000) });
export type DeskAnswer = z.infer<typeof deskAnswerSchema>;

// POST /v1/support/progress

/** `ticketId` or `callbackId` from a QR code, a number as it was typed, or the card that is presented. */
export const progressRequestSchema = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('id'), id: capabilitySchema }),
  z.strictObject({ by: z.literal('number'), number: supportNumberSchema }),
  z.strictObject({ by: z.literal('card'), card: z.string().regex(/^[0-9a-f]{64}$/) }),
]);
export type ProgressRequest = z.infer<typeof progressRequestSchema>;

/** Standing of a promise: `paused` while the desk waits for the person. */
export const promiseStandings = ['running', 'paused', 'kept', 'breached'] as const;
export type PromiseStanding = (typeof promiseStandings)[number];

export const ticketProgressSchema = z.strictObject({
  number: supportNumberSchema,
  kind: z.enum(ticketKinds),
  state: z.enum(ticketStates),
  queue: wordSchema,
  /** When the desk received it. */
  receivedAt: timeSchema,
  /** The moment that is promised now; `null` while the clock stands. */
  dueAt: timeSchema.nullable(),
  promise: z.enum(promiseStandings),
  /** How it was resolved. */
  resolution: z.enum(resolutions).nullable(),
  /** `waitingForPerson`: what the person is asked for. */
  asks: z.enum(requests).nullable(),
  /** What happened, without who did it and what was said. The latest 20. */
  history: z.array(z.strictObject({ at: timeSchema, event: wordSchema, state: z.enum(ticketStates) })).max(20),
});
export type TicketProgress = z.infer<typeof ticketProgressSchema>;

export const callbackProgressSchema = z.strictObject({
  number: supportNumberSchema,
  state: z.enum(callbackStates),
  start: timeSchema,
  end: timeSchema,
});
export type CallbackProgress = z.infer<typeof callbackProgressSchema>;

/** No personal data: kinds, states and times. The oldest first; a number can stand on more than one. */
export const progressAnswerSchema = z.strictObject({
  tickets: z.array(ticketProgressSchema).max(10),
  callbacks: z.array(callbackProgressSchema).max(10),
});
export type ProgressAnswer = z.infer<typeof progressAnswerSchema>;

// GET /v1/support/slots

export const slotSchema = z.strictObject({ start: timeSchema, end: timeSchema, free: z.int().min(0).max(1000) });
export type Slot = z.infer<typeof slotSchema>;
/** Slots that can be booked now, those that are full included, in order. */
export const slotsAnswerSchema = z.strictObject({ slots: z.array(slotSchema).max(1000) });

// chat

/** `POST /v1/support/chats`: with an agent, for as long as the person stands there. Said again it changes nothing. */
export const openChatRequestSchema = z.strictObject({
  chatId: capabilitySchema,
  about: z.enum(ticketKinds),
  language: languageSchema,
  verdict: wordSchema.optional(),
  ticketId: capabilitySchema.optional(),
});
export type OpenChatRequest = z.infer<typeof openChatRequestSchema>;

export const chatStates = ['waiting', 'open', 'closed'] as const;
export type ChatState = (typeof chatStates)[number];

export const chatMessageSchema = z.strictObject({
  seq: z.int().min(1),
  messageId: idSchema,
  from: z.enum(['person', 'agent']),
  text: z.string().max(supportLimits.chatText),
  at: timeSchema,
});
export type ChatMessage = z.infer<typeof chatMessageSchema>;

/** `POST /v1/support/chats/<chatId>/messages`: numbers in it are masked before it is kept. By `messageId` once. */
export const chatMessageRequestSchema = z.strictObject({ messageId: idSchema, text: text(supportLimits.chatText) });
export type ChatMessageRequest = z.infer<typeof chatMessageRequestSchema>;

/**
 * `GET /v1/support/chats/<chatId>?after=&version=&waitMs=`: held until there is a message after `after` or the chat's standing is no longer
 * `version`.
 */
export const chatQuerySchema = z.strictObject({
  after: z.coerce.number().int().min(0).max(1_000_000).default(0),
  version: z.string().max(60).optional(),
  waitMs: z.coerce.number().int().min(0).max(upstreamLimits.longPollMs).optional(),
});
export type ChatQuery = z.infer<typeof chatQuerySchema>;

export const chatAnswerSchema = z.strictObject({
  state: z.enum(chatStates),
  /** Names the standing below: give it back as `version`. */
  version: z.string().max(60),
  /** `waiting`: how many are served before, and this one. */
  position: z.int().min(1).optional(),
  /** Nobody came within 30 s: offer a call back; what was said is kept. */
  fallback: z.boolean(),
  closedBy: z.enum(['person', 'agent', 'silence']).optional(),
  messages: z.array(chatMessageSchema).max(supportLimits.chatMessages),
});
export type ChatAnswer = z.infer<typeof chatAnswerSchema>;

// knowledge base

/** Languages are keys, text is the value. */
const localized = (longest: number) => z.record(languageSchema, z.string().min(1).max(longest));

/** One answer. `where`: what solves it; `related`: services of the terminal, or other answers. */
export const knowledgeDocumentSchema = z.strictObject({
  id: wordSchema,
  category: wordSchema,
  question: localized(200),
  steps: z.record(languageSchema, z.array(z.string().min(1).max(400)).min(1).max(5)),
  keywords: z.record(languageSchema, z.array(z.string().min(1).max(40)).max(40)),
  where: z.array(z.enum(['terminal', 'telephone', 'servicePoint', 'app'])).min(1),
  related: z.array(wordSchema).max(10).default([]),
  reviewedBy: z.string().min(1).max(100),
  reviewedOn: z.iso.date(),
});
export type KnowledgeDocument = z.infer<typeof knowledgeDocumentSchema>;

/** `typ` of the manifest's JWS. */
export const KNOWLEDGE_TYPE = 'kiosk-knowledge+jws';

/** All of one version. Versions only grow: taking one back publishes what stood before under a new number. */
export const knowledgeManifestSchema = z.strictObject({
  version: z.int().min(1),
  publishedAt: timeSchema,
  documents: z
    .array(
      z.strictObject({
        id: wordSchema,
        /** Of its content, lower case. */
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
        bytes: z
          .int()
          .min(2)
          .max(4 * supportLimits.documentLength),
      }),
    )
    .max(supportLimits.documents),
});
export type KnowledgeManifest = z.infer<typeof knowledgeManifestSchema>;

export const knowledgeQuerySchema = z.strictObject({ newerThan: z.coerce.number().int().min(0).default(0) });

/** `GET /v1/support/knowledge?newerThan=`. The payload of `jws` is the manifest: nothing else of it is to be believed. */
export const knowledgeAnswerSchema = z.strictObject({
  version: z.int().min(0),
  /** Absent: there is none newer. */
  jws: z.string().max(256_000).optional(),
  /** Answers by how often they were opened in the last seven days, the most asked first. */
  mostAsked: z.array(wordSchema).max(20),
});
export type KnowledgeAnswer = z.infer<typeof knowledgeAnswerSchema>;

/** `GET /v1/support/knowledge/contents/<sha256>`: JSON of {@link knowledgeDocumentSchema}, exactly the bytes that were hashed, as text. */
export const knowledgeContentAnswerSchema = z.strictObject({ content: z.string().max(supportLimits.documentLength) });
