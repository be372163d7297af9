/** Chat: in order, once, told when nobody comes, ended with the session; and only of the terminal and the agent that have it. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { chatAnswerSchema, supportLimits, type ChatAnswer } from '../../common/upstream-api/support.ts';
import { agentChatSchema, chatListSchema } from '../../fleet/server/support/desk-schemas.ts';
import { supportSettingsSchema } from '../../fleet/server/support/settings.ts';
import { problemOf, registeredTerminal, startWorld, type HandMadeTerminal } from './support.ts';
import { answered, CHEN, DAY_MS, LIU, shanghai, WANG, ZHAO } from './support-desk.ts';

const START = shanghai('2026-03-16 10:00');

async function withChat() {
  const world = await startWorld({ startAt: START });
  const terminal = await registeredTerminal(world);
  const chat = chatOf(terminal);
  return { world, terminal, chat, opened: await chat.open(), agents: world.server.agents.chats };
}

function chatOf(terminal: HandMadeTerminal, chatId: string = randomUUID()) {
  const path = `/v1/support/chats/${chatId}`;
  const accepted = ({ status, body }: { status: number; body: unknown }): ChatAnswer => {
    expect(status, JSON.stringify(body)).toBe(200);
    return chatAnswerSchema.parse(body);
  };
  return {
    chatId,
    path,
    open: async (change: object = {}) => accepted(await terminal.post('/v1/support/chats', { chatId, about: 'topUpMissing', language: 'zh-CN', ...change })),
    read: async (query = '') => accepted(await terminal.get(`${path}${query}`)),
    close: async () => accepted(await terminal.post(`${path}/close`, {})),
    say: (text: string, messageId: string = randomUUID()) => terminal.post(`${path}/messages`, { messageId, text }),
  };
}

const texts = ({ messages }: ChatAnswer): string[] => messages.map(({ from, text }) => `${from}: ${text}`);

describe('whoever waits', () => {
  test('learns the place in the queue, and that it moves up', async () => {
    const { world, chat, opened, agents } = await withChat();
    expect(opened).toEqual({ state: 'waiting', version: opened.version, position: 1, fallback: false, messages: [] });
    const second = chatOf(await registeredTerminal(world, 'T-0002'));
    await world.clock.advance(1000);
    const waiting = await second.open();
    expect(waiting.position).toBe(2);
    const held = second.read(`?version=${waiting.version}&waitMs=25000`);
    while (world.clock.pendingTimers === 0) await world.clock.settle();
    await agents.join(CHEN, chat.chatId);
    expect(await held).toMatchObject({ state: 'waiting', position: 1 });
  });

  test('is told after 30 seconds that nobody came, at that very moment, and what was said is kept', async () => {
    const { world, chat, agents } = await withChat();
    await world.clock.advance(10_000);
    await chat.say('有人吗');
    const before = await chat.read();
    expect(before.fallback).toBe(false);
    const held = chat.read(`?after=1&version=${before.version}&waitMs=25000`);
    let done = false;
    void held.then(() => (done = true));
    while (world.clock.pendingTimers === 0) await world.clock.settle();
    await world.clock.advance(19_999);
    expect(done).toBe(false);
    expect(await answered(world, held, 1)).toMatchObject({ state: 'waiting', fallback: true, messages: [] });
    expect(world.clock.now() - START).toBeLessThanOrEqual(31_000);
    expect((await agents.join(CHEN, chat.chatId)).conversation.messages).toMatchObject([{ from: 'person', text: '有人吗' }]);
    expect(await chat.read()).toMatchObject({ state: 'open', fallback: false });
  });
});

describe('messages', () => {
  test('of both sides are in one order, each once by its id, also over a restart', async () => {
    const { world, chat, agents } = await withChat();
    await agents.join(CHEN, chat.chatId);
    const [first, second] = [randomUUID(), randomUUID()];
    expect(await chat.say('充值没到账', first)).toMatchObject({ status: 200, body: { seq: 1, from: 'person' } });
    await agents.say(CHEN, chat.chatId, { messageId: second, text: '请问什么时候' });
    await world.restart();
    expect(await chat.say('充值没到账', first)).toMatchObject({ status: 200, body: { seq: 1 } });
    expect(await world.server.agents.chats.say(CHEN, chat.chatId, { messageId: second, text: '请问什么时候' })).toMatchObject({ seq: 2 });
    // the same id of the other side is another message
    expect(await world.server.agents.chats.say(CHEN, chat.chatId, { messageId: first, text: '还在吗' })).toMatchObject({ seq: 3 });
    expect(problemOf(await chat.say('something else', first))).toMatchObject({ status: 409, code: 'idempotencyConflict' });
    expect(texts(await chat.read())).toEqual(['person: 充值没到账', 'agent: 请问什么时候', 'agent: 还在吗']);
    expect(texts(await chat.read('?after=2'))).toEqual(['agent: 还在吗']);
  });

  test('sent at once have one order without gaps', async () => {
    const { chat, agents } = await withChat();
    await agents.join(CHEN, chat.chatId);
    await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        index % 2 === 0 ? chat.say(`p${index}`) : agents.say(CHEN, chat.chatId, { messageId: `m${index}`, text: `a${index}` }),
      ),
    );
    expect((await chat.read()).messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test('wake whoever waits for them, on either side', async () => {
    const { world, chat, agents } = await withChat();
    const { conversation } = agentChatSchema.parse(await agents.join(CHEN, chat.chatId));
    const atTerminal = chat.read(`?version=${conversation.version}&waitMs=25000`);
    const atDesk = agents.read(CHEN, chat.chatId, { after: 1, version: conversation.version, waitMs: 25_000 });
    while (world.clock.pendingTimers < 2) await world.clock.settle();
    await agents.say(CHEN, chat.chatId, { messageId: 'm1', text: '您好' });
    expect(texts(await atTerminal)).toEqual(['agent: 您好']);
    await chat.say('你好');
    expect(texts((await atDesk).conversation)).toEqual(['person: 你好']);
  });

  test('without news a question is answered when its time is over', async () => {
    const { world, chat, agents } = await withChat();
    const { conversation } = await agents.join(CHEN, chat.chatId);
    const held = chat.read(`?version=${conversation.version}&waitMs=25000`);
    expect(await answered(world, held)).toMatchObject({ state: 'open', messages: [] });
    expect(world.clock.now() - START).toBeGreaterThanOrEqual(25_000);
  });

  test('keep nothing of long numbers, from either side', async () => {
    const { chat, agents } = await withChat();
    await agents.join(CHEN, chat.chatId);
    await chat.say('我的电话是 138 1234 5678');
    await agents.say(CHEN, chat.chatId, { messageId: 'm1', text: '卡号 00004100000012345678 对吗' });
    expect(texts(await chat.read())).toEqual(['person: 我的电话是 *** **** **78', 'agent: 卡号 ******************78 对吗']);
  });

  test.each([
    ['empty', ''],
    ['longer than 500 characters', 'x'.repeat(501)],
    ['with control characters', 'a\u0007b'],
  ])('that are %s are no messages', async (_what, text) => {
    const { chat, agents } = await withChat();
    expect(problemOf(await chat.say(text)).code).toBe('invalidRequest');
    await agents.join(CHEN, chat.chatId);
    await expect(agents.say(CHEN, chat.chatId, { messageId: 'm1', text })).rejects.toThrow();
  });

  test('are at most 200', async () => {
    const { chat } = await withChat();
    for (let count = 0; count < supportLimits.chatMessages; count += 20)
      await Promise.all(Array.from({ length: 20 }, (_, index) => chat.say('x', `m${count + index}`)));
    expect(problemOf(await chat.say('one more'))).toMatchObject({ status: 409, code: 'chatFull' });
    expect((await chat.read()).messages).toHaveLength(200);
    expect((await chat.say('x', 'm0')).status).toBe(200);
  });
});

describe('a chat', () => {
  test('opened again is the same; with other contents it is refused', async () => {
    const { terminal, chat, agents } = await withChat();
    await chat.say('hello');
    expect(await chat.open()).toMatchObject({ state: 'waiting', position: 1, messages: [{ text: 'hello' }] });
    expect(problemOf(await terminal.post('/v1/support/chats', { chatId: chat.chatId, about: 'device', language: 'zh-CN' })).code).toBe('idempotencyConflict');
    expect((await agents.list(CHEN)).chats).toHaveLength(1);
  });

  test('ends with the session: nothing more is said in it, and what was said can be read', async () => {
    const { chat, agents } = await withChat();
    await chat.say('hello');
    await agents.join(CHEN, chat.chatId);
    for (const _ of [1, 2]) expect(await chat.close()).toMatchObject({ state: 'closed', closedBy: 'person' });
    expect(problemOf(await chat.say('more'))).toMatchObject({ status: 409, code: 'chatClosed' });
    await expect(agents.say(CHEN, chat.chatId, { messageId: 'm1', text: 'x' })).rejects.toMatchObject({ code: 'chatClosed' });
    expect(await agents.read(ZHAO, chat.chatId, { after: 0, waitMs: 25_000 })).toMatchObject({
      conversation: { closedBy: 'person', messages: [{ text: 'hello' }] },
    });
    expect(chatListSchema.parse(await agents.list(CHEN)).chats).toEqual([]);
  });

  test('is ended by the agent who has it, and the terminal hears of it at once', async () => {
    const { world, chat, agents } = await withChat();
    const { conversation } = await agents.join(CHEN, chat.chatId);
    await expect(agents.close(WANG, chat.chatId)).rejects.toMatchObject({ code: 'chatTaken' });
    const held = chat.read(`?version=${conversation.version}&waitMs=25000`);
    while (world.clock.pendingTimers === 0) await world.clock.settle();
    await agents.close(CHEN, chat.chatId);
    expect(await held).toMatchObject({ state: 'closed', closedBy: 'agent' });
  });

  test('is the terminal’s only one: the next ends it', async () => {
    const { terminal, chat, agents } = await withChat();
    await chatOf(terminal).open();
    expect(await chat.read()).toMatchObject({ state: 'closed', closedBy: 'person' });
    expect((await agents.list(CHEN)).chats).toHaveLength(1);
  });

  test('of a terminal that is gone ends after two minutes, and no longer stands before others', async () => {
    const { world, chat, agents } = await withChat();
    await world.clock.advance(60_000);
    const second = chatOf(await registeredTerminal(world, 'T-0002'));
    expect((await second.open()).position).toBe(2);
    await world.clock.advance(60_000);
    expect((await agents.list(CHEN)).chats).toHaveLength(2);
    await second.read();
    await world.clock.advance(1);
    expect((await agents.list(CHEN)).chats).toMatchObject([{ chatId: second.chatId }]);
    expect((await second.read()).position).toBe(1);
    expect(await chat.read()).toMatchObject({ state: 'closed', closedBy: 'silence' });
  });

  test('is one of as many as a terminal may open in a day', async () => {
    const world = await startWorld({ startAt: START, settings: { support: supportSettingsSchema.parse({ chatsPerDay: 2 }) } });
    const terminal = await registeredTerminal(world);
    const first = chatOf(terminal);
    await first.open();
    await chatOf(terminal).open();
    const third = { chatId: randomUUID(), about: 'other', language: 'en' };
    expect(problemOf(await terminal.post('/v1/support/chats', third))).toMatchObject({ status: 429, code: 'tooManyRequests' });
    expect((await first.open()).state).toBe('closed');
    await world.clock.advance(DAY_MS);
    expect((await terminal.post('/v1/support/chats', third)).status).toBe(200);
  });

  test('belongs to its terminal', async () => {
    const { world, chat } = await withChat();
    const other = chatOf(await registeredTerminal(world, 'T-0002'), chat.chatId);
    expect(problemOf(await other.say('x')).code).toBe('unknownChat');
    const hostile = await registeredTerminal(world, 'T-0003');
    for (const path of [chat.path, `/v1/support/chats/${randomUUID()}`]) {
      expect(problemOf(await hostile.get(path))).toMatchObject({ status: 404, code: 'unknownChat' });
      expect(problemOf(await hostile.post(`${path}/close`, {})).code).toBe('unknownChat');
    }
    expect((await chat.read()).state).toBe('waiting');
  });

  test('is joined by one agent, and only support talks', async () => {
    const { chat, agents } = await withChat();
    const joins = await Promise.allSettled([agents.join(CHEN, chat.chatId), agents.join(WANG, chat.chatId)]);
    expect(joins.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(joins.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'chatTaken' } });
    const { agent } = (await agents.list(LIU)).chats[0] ?? { agent: null };
    const [has, hasNot] = agent === CHEN.id ? [CHEN, WANG] : [WANG, CHEN];
    await agents.join(has, chat.chatId);
    await expect(agents.say(hasNot, chat.chatId, { messageId: 'm1', text: 'x' })).rejects.toMatchObject({ code: 'chatTaken' });
    for (const actor of [LIU, ZHAO])
      await expect(agents.say(actor, chat.chatId, { messageId: 'm1', text: 'x' })).rejects.toMatchObject({ code: 'roleNotAllowed' });
    await expect(agents.join(CHEN, randomUUID())).rejects.toMatchObject({ code: 'unknownChat' });
  });

  test('is given to a colleague or taken over by one, by nobody else, and the person notices nothing', async () => {
    const { chat, agents } = await withChat();
    await agents.join(CHEN, chat.chatId);
    await agents.say(CHEN, chat.chatId, { messageId: 'm1', text: '您好' });
    const before = await chat.read();
    expect((await agents.handOver(CHEN, chat.chatId, CHEN.id, WANG.id)).chat).toMatchObject({ state: 'open', agent: WANG.id });
    expect(await chat.read()).toEqual(before);
    await expect(agents.say(CHEN, chat.chatId, { messageId: 'm2', text: 'x' })).rejects.toMatchObject({ code: 'chatTaken' });
    await agents.say(WANG, chat.chatId, { messageId: 'm3', text: '我来继续' });
    // what was looked at is old
    await expect(agents.handOver(CHEN, chat.chatId, 'somebody', CHEN.id)).rejects.toMatchObject({ code: 'chatTaken' });
    await expect(agents.handOver(CHEN, chat.chatId, WANG.id, 'somebody')).rejects.toMatchObject({ code: 'roleNotAllowed' });
    for (const actor of [LIU, ZHAO]) await expect(agents.handOver(actor, chat.chatId, WANG.id, actor.id)).rejects.toMatchObject({ code: 'roleNotAllowed' });
    expect((await agents.handOver(CHEN, chat.chatId, WANG.id, CHEN.id)).chat.agent).toBe(CHEN.id);
    await agents.close(CHEN, chat.chatId);
    await expect(agents.handOver(CHEN, chat.chatId, CHEN.id, WANG.id)).rejects.toMatchObject({ code: 'chatClosed' });
  });

  test('that nobody has joined can not be handed over', async () => {
    const { chat, agents } = await withChat();
    await expect(agents.handOver(CHEN, chat.chatId, WANG.id, CHEN.id)).rejects.toMatchObject({ code: 'chatTaken' });
  });

  test('lets go of held questions when the server stops', async () => {
    const { world, chat, opened } = await withChat();
    const held = chat.read(`?version=${opened.version}&waitMs=25000`);
    while (world.clock.pendingTimers === 0) await world.clock.settle();
    await world.stop();
    expect((await held).state).toBe('waiting');
  });
});
