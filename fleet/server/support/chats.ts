/**
 * Text chat between the person at a terminal and an agent. Messages are on disk before they are acknowledged, in one order for both, each
 * once by its id. Whoever waits learns the place in the queue, and after 30 s that nobody came. A chat ends with the session, by either
 * side, or by silence of its terminal.
 */
import type { Clock } from '../../../common/clock.ts';
import { maskNumbers } from '../../../common/number-mask.ts';
import {
  chatMessageRequestSchema,
  supportLimits,
  type ChatAnswer,
  type ChatMessage,
  type ChatMessageRequest,
  type ChatQuery,
  type OpenChatRequest,
} from '../../../common/upstream-api/support.ts';
import { ProblemError } from '../http/problems.ts';
import type { Queries, Store, StoreTransaction, Tables } from '../store/store.ts';
import { requireRole, type Actor, type Desk } from './desk.ts';
import type { AgentChat, ChatList, ChatRowAnswer } from './desk-schemas.ts';

type ChatRow = Tables['chats'];

const DAY_MS = 86_400_000;

/** A chat belongs to the terminal that opened it; for others there is no such chat. */
export interface Chats {
  /** A terminal has one chat at a time: a new one ends the one before. @throws {ProblemError} `idempotencyConflict`, `tooManyRequests` */
  open(terminalId: string, request: OpenChatRequest): Promise<ChatAnswer>;
  /** @throws {ProblemError} `unknownChat`, `chatClosed`, `chatFull`, `idempotencyConflict` */
  say(terminalId: string, chatId: string, message: ChatMessageRequest): Promise<ChatMessage>;
  /** Answers at once unless nothing is new; else when something is, at the latest after `waitMs`. @throws {ProblemError} `unknownChat` */
  read(terminalId: string, chatId: string, query: ChatQuery): Promise<ChatAnswer>;
  /** Said again it changes nothing. @throws {ProblemError} `unknownChat` */
  close(terminalId: string, chatId: string): Promise<ChatAnswer>;
}

export interface ChatDesk {
  list(actor: Actor): Promise<ChatList>;
  /** Takes it out of the queue. @throws {ProblemError} `unknownChat`, `chatClosed`, `chatTaken` */
  join(actor: Actor, chatId: string): Promise<AgentChat>;
  /** @throws {ProblemError} `unknownChat`, `chatClosed`, `chatTaken`, `chatFull`, `idempotencyConflict` */
  say(actor: Actor, chatId: string, message: ChatMessageRequest): Promise<ChatMessage>;
  /** As the terminal's, of any chat. @throws {ProblemError} `unknownChat` */
  read(actor: Actor, chatId: string, query: ChatQuery): Promise<AgentChat>;
  /**
   * Gives it to another agent, or takes it over from one; the person notices nothing. @param from who had it when it was looked at
   * @throws {ProblemError} `unknownChat`, `chatClosed`, `chatTaken` somebody else has it by now, `roleNotAllowed` it is neither given nor taken by who asks
   */
  handOver(actor: Actor, chatId: string, from: string, to: string): Promise<AgentChat>;
  /** @throws {ProblemError} `unknownChat`, `chatTaken` */
  close(actor: Actor, chatId: string): Promise<AgentChat>;
}

export function createChats(desk: Desk): Chats {
  const { store, clock } = desk;
  return {
    open: async (terminalId, request) => {
      await endSilent(desk, clock.now());
      const subjects = [`chat:${request.chatId}`, `support:chats of ${terminalId}`] as const;
      const ended = await store.serially(subjects, (trx) => open(trx, desk, terminalId, request));
      await tell(desk, [request.chatId, ...ended]);
      return store.view(async (trx) => answerOf(trx, await requireOwn(trx, terminalId, request.chatId), 0, clock.now()));
    },
    say: async (terminalId, chatId, message) => {
      const said = await store.serially([`chat:${chatId}`], async (trx) => {
        const row = await requireOwn(trx, terminalId, chatId);
        await heard(trx, row, clock.now());
        return addMessage(trx, row, { ...message, sender: 'person', agent: null }, clock.now());
      });
      await tell(desk, [chatId], false);
      return said;
    },
    read: async (terminalId, chatId, query) => {
      await heard(store, await requireOwn(store, terminalId, chatId), clock.now());
      const look = async (trx: StoreTransaction) => answerOf(trx, await requireOwn(trx, terminalId, chatId), query.after, clock.now());
      return hold(desk, chatId, query, look, (answer) => answer);
    },
    close: async (terminalId, chatId) => {
      await store.serially([`chat:${chatId}`], async (trx) => end(trx, await requireOwn(trx, terminalId, chatId), 'person', clock.now()));
      await tell(desk, [chatId]);
      return store.view(async (trx) => answerOf(trx, await requireOwn(trx, terminalId, chatId), 0, clock.now()));
    },
  };
}

export function createChatDesk(desk: Desk): ChatDesk {
  const { store, clock } = desk;
  const look = async (trx: StoreTransaction, chatId: string, after = 0): Promise<AgentChat> => {
    const row = await requireChat(trx, chatId);
    return { chat: rowAnswer(row), conversation: await answerOf(trx, row, after, clock.now()) };
  };
  return {
    list: async (actor) => {
      requireRole(actor, 'support', 'operator', 'auditor');
      await endSilent(desk, clock.now());
      const rows = await alive(store).orderBy('state', 'desc').orderBy('opened_at').orderBy('chat_id').limit(500).execute();
      return { chats: rows.map(rowAnswer) };
    },
    join: async (actor, chatId) => {
      requireRole(actor, 'support');
      const joined = await store.serially([`chat:${chatId}`], async (trx) => {
        await join(trx, await requireChat(trx, chatId), actor, clock.now());
        return look(trx, chatId);
      });
      await tell(desk, [chatId]);
      return joined;
    },
    say: async (actor, chatId, message) => {
      requireRole(actor, 'support');
      const checked = chatMessageRequestSchema.parse(message);
      const said = await store.serially([`chat:${chatId}`], async (trx) => {
        const row = await requireChat(trx, chatId);
        requireAgent(row, actor);
        return addMessage(trx, row, { ...checked, sender: 'agent', agent: actor.id }, clock.now());
      });
      await tell(desk, [chatId], false);
      return said;
    },
    read: async (actor, chatId, query) => {
      requireRole(actor, 'support', 'auditor');
      return hold(
        desk,
        chatId,
        query,
        (trx) => look(trx, chatId, query.after),
        ({ conversation }) => conversation,
      );
    },
    handOver: async (actor, chatId, from, to) => {
      requireRole(actor, 'support');
      if (actor.id !== from && actor.id !== to) throw new ProblemError('roleNotAllowed', 'a chat is given by who has it, or taken by who gets it');
      const moved = await store.serially([`chat:${chatId}`], async (trx) => {
        const row = await requireChat(trx, chatId);
        if (row.state === 'closed') throw new ProblemError('chatClosed', `the chat was closed by ${row.closed_by}`);
        requireAgent(row, { id: from });
        await trx.updateTable('chats').set({ agent: to }).where('chat_id', '=', chatId).execute();
        return look(trx, chatId);
      });
      await tell(desk, [chatId], false);
      return moved;
    },
    close: async (actor, chatId) => {
      requireRole(actor, 'support');
      const closed = await store.serially([`chat:${chatId}`], async (trx) => {
        const row = await requireChat(trx, chatId);
        if (row.state !== 'waiting') requireAgent(row, actor);
        await end(trx, row, 'agent', clock.now());
        return look(trx, chatId);
      });
      await tell(desk, [chatId]);
      return closed;
    },
  };
}

/** Terminals that are gone have left their chats. */
export async function endSilent(desk: Desk, now: number): Promise<void> {
  const silent = (queries: Queries) => alive(queries).where('heard_at', '<', now - supportLimits.chatSilenceMs);
  const rows = await silent(desk.store).limit(500).execute();
  for (const { chat_id } of rows) {
    await desk.store.serially([`chat:${chat_id}`], async (trx) => {
      const row = await silent(trx).where('chat_id', '=', chat_id).executeTakeFirst();
      if (row !== undefined) await end(trx, row, 'silence', now);
    });
  }
  if (rows.length > 0)
    await tell(
      desk,
      rows.map(({ chat_id }) => chat_id),
    );
}

/** Wakes whoever holds a question about these chats, and about places in the queue if those may have changed. */
async function tell({ bells, store }: Desk, chatIds: readonly string[], queue = true): Promise<void> {
  const waiting = queue ? await store.selectFrom('chats').select('chat_id').where('state', '=', 'waiting').execute() : [];
  for (const chatId of new Set([...chatIds, ...waiting.map(({ chat_id }) => chat_id)])) bells.ring(chatId);
}

async function hold<T>(
  { store, clock, bells }: Desk,
  chatId: string,
  query: ChatQuery,
  look: (trx: StoreTransaction) => Promise<T>,
  conversationOf: (answer: T) => ChatAnswer,
): Promise<T> {
  const listener = bells.join(chatId);
  try {
    const until = clock.monotonic() + (query.waitMs ?? 0);
    for (;;) {
      const answer = await store.view(look);
      const { messages, version, state } = conversationOf(answer);
      const left = until - clock.monotonic();
      const news = messages.length > 0 || version !== query.version || state === 'closed';
      if (news || left <= 0 || listener.closed) return answer;
      await listener.wait(Math.min(left, store.lookAgainMs, await untilFallback(store, clock, chatId)));
    }
  } finally {
    listener.leave();
  }
}

/** ms until the terminal is told that nobody came; Infinity: it was, or somebody did. */
async function untilFallback(store: Store, clock: Clock, chatId: string): Promise<number> {
  const row = await findChat(store, chatId);
  if (row?.state !== 'waiting') return Infinity;
  const left = row.opened_at + supportLimits.chatFallbackMs - clock.now();
  return left > 0 ? left : Infinity;
}

/** @returns chats that end by it */
async function open(trx: StoreTransaction, { clock, settings }: Desk, terminalId: string, request: OpenChatRequest): Promise<readonly string[]> {
  const now = clock.now();
  const said = {
    terminal_id: terminalId,
    about: request.about,
    language: request.language,
    verdict: request.verdict ?? null,
    ticket_id: request.ticketId ?? null,
  };
  const earlier = await findChat(trx, request.chatId);
  if (earlier !== undefined) {
    const same = Object.entries(said).every(([column, value]) => earlier[column as keyof typeof said] === value);
    if (!same) throw new ProblemError('idempotencyConflict', 'the chat was opened before with other contents');
    return [];
  }
  const { lately } = await trx
    .selectFrom('chats')
    .select((chat) => chat.fn.countAll<number>().as('lately'))
    .where('terminal_id', '=', terminalId)
    .where('opened_at', '>', now - DAY_MS)
    .executeTakeFirstOrThrow();
  if (lately >= settings.chatsPerDay) throw new ProblemError('tooManyRequests', `at most ${settings.chatsPerDay} chats in a day`);
  const before = await alive(trx).where('terminal_id', '=', terminalId).execute();
  for (const row of before) await end(trx, row, 'person', now);
  const fresh = { state: 'waiting', agent: null, joined_at: null, closed_at: null, closed_by: null } as const;
  await trx
    .insertInto('chats')
    .values({ ...said, ...fresh, chat_id: request.chatId, opened_at: now, heard_at: now })
    .execute();
  return before.map(({ chat_id }) => chat_id);
}

async function join(trx: StoreTransaction, row: ChatRow, actor: Actor, now: number): Promise<void> {
  if (row.state === 'closed') throw new ProblemError('chatClosed', `the chat was closed by ${row.closed_by}`);
  if (row.state === 'open') return requireAgent(row, actor);
  // the terminal may end it by opening another, which waits for no lock of this one
  const { numUpdatedRows } = await trx
    .updateTable('chats')
    .set({ state: 'open', agent: actor.id, joined_at: now })
    .where('chat_id', '=', row.chat_id)
    .where('state', '=', 'waiting')
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n) throw new ProblemError('chatClosed', 'the terminal has opened another chat');
}

async function end(trx: StoreTransaction, row: ChatRow, by: NonNullable<ChatRow['closed_by']>, now: number): Promise<void> {
  if (row.state === 'closed') return;
  await trx.updateTable('chats').set({ state: 'closed', closed_at: now, closed_by: by }).where('chat_id', '=', row.chat_id).execute();
}

type NewMessage = Pick<Tables['chat_messages'], 'text' | 'sender' | 'agent'> & { readonly messageId: string };

async function addMessage(trx: StoreTransaction, { chat_id, state, closed_by }: ChatRow, message: NewMessage, now: number): Promise<ChatMessage> {
  const { messageId, sender, agent } = message;
  const text = maskNumbers(message.text);
  const messages = trx.selectFrom('chat_messages').selectAll().where('chat_id', '=', chat_id);
  const earlier = await messages.where('sender', '=', sender).where('message_id', '=', messageId).executeTakeFirst();
  if (earlier !== undefined) {
    if (earlier.text !== text) throw new ProblemError('idempotencyConflict', 'the message came before with other text');
    return toMessage(earlier);
  }
  if (state === 'closed') throw new ProblemError('chatClosed', `the chat was closed by ${closed_by}`);
  const last = await messages.orderBy('seq', 'desc').limit(1).executeTakeFirst();
  const seq = (last?.seq ?? 0) + 1;
  if (seq > supportLimits.chatMessages) throw new ProblemError('chatFull', `${supportLimits.chatMessages} messages are in it`);
  const row = { chat_id, seq, message_id: messageId, sender, agent, text, at: now };
  await trx.insertInto('chat_messages').values(row).execute();
  return toMessage(row);
}

function toMessage({ seq, message_id, sender, text, at }: Tables['chat_messages']): ChatMessage {
  return { seq, messageId: message_id, from: sender, text, at };
}

async function heard(queries: Queries, { chat_id, state }: ChatRow, now: number): Promise<void> {
  if (state === 'closed') return;
  await queries.updateTable('chats').set({ heard_at: now }).where('chat_id', '=', chat_id).execute();
}

async function answerOf(trx: StoreTransaction, row: ChatRow, after: number, now: number): Promise<ChatAnswer> {
  const messages = await trx.selectFrom('chat_messages').selectAll().where('chat_id', '=', row.chat_id).where('seq', '>', after).orderBy('seq').execute();
  const position = row.state === 'waiting' ? await placeInQueue(trx, row) : undefined;
  const fallback = row.state === 'waiting' && now - row.opened_at >= supportLimits.chatFallbackMs;
  return {
    state: row.state,
    version: [row.state, position ?? '-', fallback ? 'fallback' : '-'].join('.'),
    ...(position === undefined ? {} : { position }),
    fallback,
    ...(row.closed_by === null ? {} : { closedBy: row.closed_by }),
    messages: messages.map(toMessage),
  };
}

async function placeInQueue(trx: StoreTransaction, { opened_at, chat_id }: ChatRow): Promise<number> {
  const { before } = await trx
    .selectFrom('chats')
    .select((chat) => chat.fn.countAll<number>().as('before'))
    .where('state', '=', 'waiting')
    .where((chat) => chat.or([chat('opened_at', '<', opened_at), chat.and([chat('opened_at', '=', opened_at), chat('chat_id', '<', chat_id)])]))
    .executeTakeFirstOrThrow();
  return before + 1;
}

function alive(queries: Queries) {
  return queries.selectFrom('chats').selectAll().where('state', '<>', 'closed');
}

function findChat(queries: Queries, chatId: string): Promise<ChatRow | undefined> {
  return queries.selectFrom('chats').selectAll().where('chat_id', '=', chatId).executeTakeFirst();
}

async function requireChat(queries: Queries, chatId: string): Promise<ChatRow> {
  const row = await findChat(queries, chatId);
  if (row === undefined) throw new ProblemError('unknownChat', 'no such chat');
  return row;
}

async function requireOwn(queries: Queries, terminalId: string, chatId: string): Promise<ChatRow> {
  const row = await requireChat(queries, chatId);
  if (row.terminal_id !== terminalId) throw new ProblemError('unknownChat', 'no such chat');
  return row;
}

function requireAgent(row: ChatRow, { id }: Pick<Actor, 'id'>): void {
  if (row.agent !== id) throw new ProblemError('chatTaken', row.agent === null ? 'nobody has joined it yet' : `${row.agent} has it`);
}

function rowAnswer(row: ChatRow): ChatRowAnswer {
  return {
    chatId: row.chat_id,
    terminalId: row.terminal_id,
    about: row.about,
    language: row.language,
    verdict: row.verdict,
    ticketId: row.ticket_id,
    state: row.state,
    agent: row.agent,
    openedAt: row.opened_at,
  };
}
