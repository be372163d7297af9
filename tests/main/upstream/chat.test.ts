/** A conversation between a terminal's port and an agent at the real desk: each message once, held questions, and an end that both know. */
import { expect, test } from 'vitest';
import { startWorld } from '../../fleet/support.ts';
import { CHEN } from '../../fleet/support-desk.ts';
import { startTerminalBench } from './terminal-bench.ts';

const CHAT = '6f0b3c52-6f5e-4b3e-9a53-8f1d0c1a2b3c';

test('opened, taken by an agent, said once although sent twice, answered, and closed', async () => {
  const world = await startWorld();
  const { upstream } = startTerminalBench(world);
  const { chat } = upstream.desk;
  const opened = await chat.open({ chatId: CHAT, about: 'topUpMissing', language: 'zh-CN' });
  expect(opened).toMatchObject({ state: 'waiting', position: 1, fallback: false, messages: [] });

  const never = new AbortController().signal;
  const taken = chat.read(CHAT, { after: 0, version: opened.version }, never);
  const agents = world.server.agents.chats;
  await agents.join(CHEN, CHAT);
  const standing = await taken;
  expect(standing.state).toBe('open');

  await chat.say(CHAT, { messageId: 'm1', text: '没有到账' });
  await chat.say(CHAT, { messageId: 'm1', text: '没有到账' });
  const heard = await agents.read(CHEN, CHAT, { after: 0 });
  expect(heard.conversation.messages.map(({ from, text }) => [from, text])).toEqual([['person', '没有到账']]);

  await agents.say(CHEN, CHAT, { messageId: 'a1', text: '请稍等' });
  const answered = await chat.read(CHAT, { after: 1, version: standing.version }, never);
  expect(answered.messages).toMatchObject([{ from: 'agent', text: '请稍等' }]);

  await chat.close(CHAT);
  await chat.close(CHAT);
  expect((await agents.read(CHEN, CHAT, { after: 0 })).conversation).toMatchObject({ state: 'closed', closedBy: 'person' });
  upstream.close();
  await world.stop();
});
