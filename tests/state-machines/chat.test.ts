/** A conversation with an agent: typed, said, answered, ended; what is offered where nobody comes; and what of it stays here: nothing. */
import { describe, expect, test } from 'vitest';
import { chatDelays, FALLBACK_MS } from '../../state-machines/chat/context.ts';
import { chatMachine } from '../../state-machines/chat.ts';
import type { UiAct } from '../../state-machines/view.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { SessionBench } from './session-bench.ts';
import { traps, walk } from './walk.ts';

const letters = (word: string): readonly UiAct[] => [...word].map((letter) => ({ type: 'letter', letter }));
const digits = (number: string): readonly UiAct[] => [...number].map((digit) => ({ type: 'digit', digit }));
const send: UiAct = { type: 'send' };

async function atTopics(): Promise<SessionBench> {
  const bench = await new SessionBench().start();
  await bench.touch({ type: 'support' }, { type: 'help', to: 'contacts' }, { type: 'desk', purpose: 'chat' });
  expect(bench.kind).toBe('ticket-topics');
  return bench;
}

async function waiting(): Promise<SessionBench> {
  const bench = await atTopics();
  await bench.touch({ type: 'topic', topic: 'topUpMissing' });
  expect(bench.body('chat')).toMatchObject({ state: 'waiting', position: 1, pieces: [] });
  return bench;
}

async function withAgent(): Promise<SessionBench> {
  const bench = await waiting();
  bench.world.chat.agentComes();
  await bench.settle();
  expect(bench.body('chat').state).toBe('open');
  return bench;
}

/** Strikes pinyin and chooses what is meant. */
async function types(bench: SessionBench, struck: string, meant: string): Promise<void> {
  await bench.touch(...letters(struck));
  const found = bench.body('chat').candidates.find(({ text }) => text === meant);
  if (found === undefined) throw new Error(`${struck} does not offer ${meant}`);
  await bench.touch({ type: 'candidate', index: found.index });
}

describe('a conversation', () => {
  test('what it is about, words to and fro, and an end that the desk learns of; the journal learns nothing', async () => {
    const bench = await withAgent();
    expect(bench.world.chat.opened).toMatchObject([{ about: 'topUpMissing', language: 'zh-CN' }]);
    await types(bench, 'ninhao', '您好');
    expect(bench.body('chat')).toMatchObject({ text: '您好', reading: '' });
    await bench.touch(send);
    expect(bench.world.chat.said).toEqual(['您好']);
    bench.world.chat.agentSays('请讲');
    await bench.settle();
    expect(bench.body('chat').pieces).toEqual([
      { from: 'person', text: '您好' },
      { from: 'agent', text: '请讲' },
    ]);
    expect(bench.body('chat').text).toBe('');
    await bench.touch({ type: 'finish' });
    expect(bench.world.chat.closed).toEqual([bench.world.chat.opened[0]?.chatId]);
    expect(bench.kind).toBe('goodbye');
    expect(bench.world.entries).toEqual([]);
  });

  test('a telephone number is whole neither on the glass nor on its way', async () => {
    const bench = await withAgent();
    await bench.touch(...digits('13800005678'));
    expect(bench.body('chat').text).toBe('*********78');
    await bench.touch(send);
    expect(bench.world.chat.said).toEqual(['*********78']);
  });

  test('an agent who ends it: what was said can be read, and something else is one touch away', async () => {
    const bench = await withAgent();
    bench.world.chat.agentSays('已经处理');
    bench.world.chat.agentEnds();
    await bench.settle();
    expect(bench.body('chat')).toMatchObject({ state: 'ended', pieces: [{ from: 'agent', text: '已经处理' }] });
    await bench.touch({ type: 'desk', purpose: 'ticket' });
    expect(bench.kind).toBe('ticket-topics');
  });

  test('a long answer is read page by page, the newest first', async () => {
    const bench = await withAgent();
    bench.world.chat.agentSays(`${'一'.repeat(60)}${'二'.repeat(60)}${'三'.repeat(20)}`);
    await bench.settle();
    expect(bench.body('chat')).toMatchObject({ back: 0, pages: 2, pieces: [{ text: '二'.repeat(60) }, { text: '三'.repeat(20) }] });
    await bench.touch({ type: 'talk', to: 'earlier' });
    expect(bench.body('chat')).toMatchObject({ back: 1, pieces: [{ text: '一'.repeat(60) }] });
  });

  test('a message that does not get through stays, and is the same one when it is sent again', async () => {
    const bench = await withAgent();
    await types(bench, 'ninhao', '您好');
    bench.world.chat.lineIsDown = true;
    await bench.touch(send);
    expect(bench.body('chat')).toMatchObject({ text: '您好', remark: 'notSent' });
    bench.world.chat.lineIsDown = false;
    await bench.touch(send);
    expect(bench.world.chat.said).toEqual(['您好']);
    expect(bench.body('chat')).toMatchObject({ text: '' });
    expect(bench.body('chat').remark).toBeUndefined();
  });

  test('nothing is sent while letters wait for their characters, or nothing is written', async () => {
    const bench = await withAgent();
    await bench.touch(send);
    await bench.touch(...letters('gua'), send);
    expect(bench.world.chat.said).toEqual([]);
    expect(bench.body('chat').reading).toBe('gua');
  });
});

describe('where nobody comes', () => {
  test('after 30 s, whatever the line says, a call back is offered; who goes on waiting is still in the line', async () => {
    const bench = await waiting();
    await bench.world.clock.advance(FALLBACK_MS - 1000);
    expect(bench.body('chat').fallback).toBeUndefined();
    await bench.world.clock.advance(1000);
    expect(FALLBACK_MS).toBe(30_000);
    expect(bench.body('chat')).toMatchObject({ state: 'waiting', fallback: true, callback: true });
    bench.world.chat.agentComes();
    await bench.settle();
    expect(bench.body('chat').state).toBe('open');
    expect(bench.body('chat').fallback).toBeUndefined();
  });

  test('the call back is booked as any other, and the conversation is over', async () => {
    const bench = await waiting();
    bench.world.chat.nobodyComes();
    await bench.settle();
    expect(bench.body('chat').fallback).toBe(true);
    await bench.touch({ type: 'desk', purpose: 'callback' });
    expect(bench.world.chat.closed).toHaveLength(1);
    expect(bench.kind).toBe('ticket-topics');
  });

  test('a desk that can’t be reached: said so, and asked again on a touch', async () => {
    const bench = await atTopics();
    bench.world.chat.lineIsDown = true;
    await bench.touch({ type: 'topic', topic: 'other' });
    expect(bench.body('trouble')).toMatchObject({ trouble: 'chatOffline', canRetry: true });
    bench.world.chat.lineIsDown = false;
    await bench.touch({ type: 'retry' });
    expect(bench.kind).toBe('chat');
  });

  test('whoever walks away is warned, and then the desk knows', async () => {
    const bench = await waiting();
    await bench.world.clock.advance(chatDelays.talk);
    expect(bench.view.overlay).toMatchObject({ kind: 'idle-warning' });
    await bench.world.clock.advance(chatDelays.warning);
    await bench.settle();
    expect(bench.world.chat.closed).toHaveLength(1);
  });

  test('a desk that was never reached has no conversation to offer', async () => {
    const bench = await new SessionBench().start();
    bench.world.deskTerms = undefined;
    await bench.touch({ type: 'support' }, { type: 'help', to: 'contacts' });
    expect(bench.body('help-contacts').chat).toBeUndefined();
    await bench.touch({ type: 'desk', purpose: 'chat' });
    expect(bench.kind).toBe('help-contacts');
  });
});

describe('typing', () => {
  test('in large print nine keys are out, and find the same words', async () => {
    const bench = await withAgent();
    await bench.touch({ type: 'prefer', preferences: { size: 'large' } });
    expect(bench.body('chat').board).toBe('nine');
    await bench.touch(...[...'482744'].map((key): UiAct => ({ type: 'nine', key })));
    expect(bench.body('chat').candidates[0]).toMatchObject({ text: '挂失' });
    await bench.touch({ type: 'letter', letter: ' ' });
    expect(bench.body('chat').text).toBe('挂失');
  });

  test('in English letters are what they are', async () => {
    const bench = await withAgent();
    await bench.touch({ type: 'prefer', preferences: { locale: 'en' } }, ...letters('hello'), { type: 'letter', letter: ' ' }, { type: 'candidate', index: 2 });
    expect(bench.body('chat')).toMatchObject({ text: 'hello ?', reading: '', board: 'letters' });
  });

  test('a first part that is chosen leaves the rest; erasing takes letters, then characters', async () => {
    const bench = await withAgent();
    await bench.touch(...letters('guashibuka'));
    const whole = bench.body('chat');
    expect(whole.candidates[0]).toMatchObject({ text: '挂失补卡' });
    await bench.touch({ type: 'erase' });
    expect(bench.body('chat').reading).toBe('guashibuk');
    await bench.touch({ type: 'clear' });
    expect(bench.body('chat')).toMatchObject({ text: '', reading: '' });
    await types(bench, 'buka', '补卡');
    await bench.touch({ type: 'erase' });
    expect(bench.body('chat').text).toBe('补');
  });

  test('sixty characters and no more', async () => {
    const bench = await withAgent();
    await bench.touch({ type: 'prefer', preferences: { locale: 'en' } }, ...letters('abcdef'.repeat(11)));
    expect(bench.body('chat').text).toBe('abcdef'.repeat(10));
  });
});

test('no state is a trap', () => {
  const world = new FakeWorld();
  const preferences = { locale: 'zh-CN', size: 'standard', theme: 'light', lowReach: false } as const;
  const standing = { state: 'waiting', version: '1', position: 1, fallback: false, messages: [] } as const;
  const events = {
    ...Object.fromEntries(
      [
        'ui.back',
        'ui.cancel',
        'ui.finish',
        'ui.retry',
        'ui.extend',
        'ui.open',
        'ui.close',
        'ui.prefer',
        'ui.send',
        'ui.erase',
        'ui.clear',
        'wait.ended',
        'CHAT.LOST',
      ].map((type) => [type, [{ type }]]),
    ),
    PREFERENCES: [{ type: 'PREFERENCES', preferences }],
    'ui.topic': [{ type: 'ui.topic', topic: 'other' }],
    'ui.page': [{ type: 'ui.page', to: 'next' }],
    'ui.talk': [{ type: 'ui.talk', to: 'earlier' }],
    'ui.letter': [{ type: 'ui.letter', letter: 'a' }],
    'ui.nine': [{ type: 'ui.nine', key: '2' }],
    'ui.digit': [{ type: 'ui.digit', digit: '1' }],
    'ui.candidate': [{ type: 'ui.candidate', index: 0 }],
    'ui.board': [{ type: 'ui.board', board: 'digits' }],
    'ui.desk': ['ticket', 'callback'].map((purpose) => ({ type: 'ui.desk', purpose })),
    'CHAT.NEWS': [
      { ...standing, state: 'open' },
      { ...standing, state: 'closed', closedBy: 'agent' },
    ].map((each) => ({ type: 'CHAT.NEWS', standing: each })),
  };
  const places = walk({
    machine: chatMachine,
    input: { ports: world.ports, preferences },
    outputs: { open: [standing], hear: [], say: [undefined], close: [undefined] },
    events,
    key: (snapshot) => {
      const { typing, fallback, state, next, remark } = snapshot.context as { typing: { text: string; struck: string } } & Record<string, unknown>;
      return JSON.stringify([snapshot.value, typing.text !== '', typing.struck !== '', fallback, state, next, remark]);
    },
  });
  expect(traps(places)).toEqual([]);
});
