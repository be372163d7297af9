/**
 * A conversation with an agent (文字聊天): what it is about, then words to and fro while the person stands here. No money moves, no card is
 * needed, nothing of it is kept on this machine, and numbers leave masked. Whoever finds nobody within 30 s is offered a call back, or a
 * ticket, beside the waiting. It ends with the session, by either side. Invoked by session.
 */
import { assign, fromCallback, fromPromise, raise, setup, type ActorRefFrom, type SnapshotFrom } from 'xstate';
import { mayBook } from './callback/context.ts';
import { typed as typedChart } from './chart-types.ts';
import { chatDelays, FALLBACK_MS, heard, talkLeaf, type ChatContext, type ChatEvent, type ChatInput, type ChatOutput, type DelayName } from './chat/context.ts';
import type { ChatStanding } from './chat/ports.ts';
import { closeChat, hearChat, openChat, sayInChat, type Opening } from './chat/steps.ts';
import { isTyping, NOTHING_TYPED, onOtherKeys, typed } from './chat/typing.ts';
import { topicLeaf } from './desk/context.ts';
import type { Ports } from './ports.ts';
import { delaysOf, patiently, waitOf } from './waiting.ts';

type Asking<T> = { readonly ports: Ports; readonly request: T };

/** Touches that change nothing in the flow but show that somebody is there. */
const stillHere = { 'ui.open': '.calm', 'ui.close': '.calm', 'ui.prefer': '.calm' } as const;
/** Something was opened: it is closed before they go. */
const ending = {
  'ui.back': { target: '#chat.closing', actions: { type: 'goOn', params: { next: 'back' } } },
  'ui.cancel': { target: '#chat.closing', actions: { type: 'goOn', params: { next: 'leave' } } },
  'ui.finish': { target: '#chat.closing', actions: { type: 'goOn', params: { next: 'leave' } } },
  'ui.desk': [
    { guard: 'toCallback', target: '#chat.closing', actions: { type: 'goOn', params: { next: 'callback' } } },
    { guard: 'toTicket', target: '#chat.closing', actions: { type: 'goOn', params: { next: 'ticket' } } },
  ],
  'wait.ended': { target: '#chat.closing', actions: { type: 'goOn', params: { next: 'leave' } } },
} as const;

export const chatMachine = setup({
  types: typedChart<{ context: ChatContext; events: ChatEvent; input: ChatInput; output: ChatOutput; tags: 'idleWarning' }>(),
  actors: {
    open: fromPromise<ChatStanding, Asking<Opening>>(({ input }) => openChat(input.ports, input.request)),
    hear: fromCallback<{ type: string }, Asking<{ readonly chatId: string; readonly after: number; readonly version: string }>>(({ input, sendBack }) =>
      hearChat(input.ports, input.request, sendBack),
    ),
    say: fromPromise<void, Asking<Parameters<typeof sayInChat>[1]>>(({ input }) => sayInChat(input.ports, input.request)),
    close: fromPromise<void, Asking<string>>(({ input }) => closeChat(input.ports, input.request)),
  },
  actions: {
    startWait: assign({
      wait: ({ context }, params: { delay: DelayName; tone: 'normal' | 'warn' }) => waitOf(context, chatDelays[params.delay], params.tone),
    }),
    endWait: raise({ type: 'wait.ended' }),
    noWait: assign({ wait: undefined }),
    goOn: assign({ next: (_, params: { next: ChatOutput['next'] }) => params.next }),
    prefer: assign(({ context, event }) =>
      event.type === 'PREFERENCES'
        ? { preferences: event.preferences, typing: onOtherKeys(context.typing, context.preferences, event.preferences), back: 0 }
        : {},
    ),
    turnTopics: assign(({ context, event }) => {
      if (event.type !== 'ui.page') return {};
      const { page, pages } = topicLeaf({ page: context.typing.page, preferences: context.preferences });
      return { typing: { ...context.typing, page: Math.min(Math.max(page + (event.to === 'next' ? 1 : -1), 0), pages - 1) } };
    }),
    chooseTopic: assign(({ event }) => (event.type === 'ui.topic' ? { about: event.topic, typing: NOTHING_TYPED } : {})),
    /** A conversation of its own. */
    begin: assign(({ context: { ports } }) => ({ chatId: ports.ids.uuid(), messageId: ports.ids.uuid(), remark: undefined, fallback: false, wait: undefined })),
    type: assign(({ context, event }) => (isTyping(event) ? { typing: typed(context, context.typing, event) } : {})),
    turnTalk: assign(({ context, event }) => {
      if (event.type !== 'ui.talk') return {};
      const { back, pages } = talkLeaf(context);
      return { back: Math.min(Math.max(back + (event.to === 'earlier' ? 1 : -1), 0), pages - 1) };
    }),
    hearNews: assign(({ context, event }) => {
      if (event.type !== 'CHAT.NEWS') return {};
      const { state, version, position, fallback, messages } = event.standing;
      const known = heard(context.messages, messages);
      return {
        state,
        version,
        position,
        messages: known,
        back: known.length > context.messages.length ? 0 : context.back,
        fallback: context.fallback || fallback,
        remark: context.remark === 'lost' ? undefined : context.remark,
      };
    }),
    lineIsLost: assign({ remark: ({ context }) => context.remark ?? ('lost' as const) }),
    nobodyCame: assign({ fallback: true }),
    sent: assign(({ context: { ports } }) => ({ typing: NOTHING_TYPED, messageId: ports.ids.uuid(), remark: undefined })),
    notSent: assign({ remark: 'notSent' as const }),
    /** What was said is gone from here. */
    forget: assign({ messages: [], typing: NOTHING_TYPED }),
  },
  guards: {
    isClosed: ({ event }) => event.type === 'CHAT.NEWS' && event.standing.state === 'closed',
    /** Somebody said something. */
    isSpokenTo: ({ context, event }) =>
      event.type === 'CHAT.NEWS' && event.standing.messages.some(({ from, seq }) => from === 'agent' && seq > lastSeq(context)),
    hasText: ({ context }) => context.typing.text.trim() !== '' && context.typing.struck === '',
    toCallback: ({ context, event }) => event.type === 'ui.desk' && event.purpose === 'callback' && mayBook(context.ports),
    toTicket: ({ event }) => event.type === 'ui.desk' && event.purpose === 'ticket',
    isWaiting: ({ context }) => context.state === 'waiting',
  },
  delays: { ...delaysOf(chatDelays), fallback: FALLBACK_MS },
}).createMachine({
  id: 'chat',
  context: ({ input }) => ({
    ...input,
    about: 'other',
    chatId: '',
    state: 'waiting',
    version: '',
    position: undefined,
    messages: [],
    back: 0,
    typing: NOTHING_TYPED,
    messageId: '',
    fallback: false,
    remark: undefined,
    next: 'leave',
    wait: undefined,
  }),
  on: { PREFERENCES: { actions: 'prefer' } },
  output: ({ context }) => ({ next: context.next }),
  initial: 'topics',
  states: {
    topics: {
      ...patiently('choose'),
      on: {
        'ui.topic': { target: 'opening', actions: 'chooseTopic' },
        'ui.page': { target: '.calm', actions: 'turnTopics' },
        'ui.back': { target: 'left', actions: { type: 'goOn', params: { next: 'back' } } },
        'ui.cancel': 'left',
        'ui.finish': 'left',
        'wait.ended': 'left',
        ...stillHere,
      },
    },
    opening: {
      entry: 'begin',
      invoke: {
        src: 'open',
        input: ({ context: { ports, chatId, about, preferences } }) => ({ ports, request: { chatId, about, language: preferences.locale } }),
        onDone: {
          target: 'talking',
          actions: assign(({ event: { output } }) => ({
            state: output.state,
            version: output.version,
            position: output.position,
            messages: output.messages,
            fallback: output.fallback,
          })),
        },
        // it may have been opened all the same
        onError: 'trouble',
      },
      on: { 'ui.back': { target: 'closing', actions: { type: 'goOn', params: { next: 'back' } } } },
    },
    talking: {
      initial: 'writing',
      invoke: {
        src: 'hear',
        input: ({ context }) => ({ ports: context.ports, request: { chatId: context.chatId, after: lastSeq(context), version: context.version } }),
      },
      after: { fallback: { guard: 'isWaiting', actions: 'nobodyCame' } },
      on: { 'CHAT.LOST': { actions: 'lineIsLost' } },
      states: {
        writing: {
          ...patiently('talk'),
          on: {
            'CHAT.NEWS': [
              { guard: 'isClosed', target: '#chat.ended', actions: 'hearNews' },
              { guard: 'isSpokenTo', target: '.calm', actions: 'hearNews' },
              { actions: 'hearNews' },
            ],
            'ui.letter': { target: '.calm', actions: 'type' },
            'ui.nine': { target: '.calm', actions: 'type' },
            'ui.digit': { target: '.calm', actions: 'type' },
            'ui.candidate': { target: '.calm', actions: 'type' },
            'ui.erase': { target: '.calm', actions: 'type' },
            'ui.clear': { target: '.calm', actions: 'type' },
            'ui.board': { target: '.calm', actions: 'type' },
            'ui.page': { target: '.calm', actions: 'type' },
            'ui.talk': { target: '.calm', actions: 'turnTalk' },
            'ui.send': { guard: 'hasText', target: 'sending' },
            ...ending,
            ...stillHere,
          },
        },
        sending: {
          entry: 'noWait',
          invoke: {
            src: 'say',
            input: ({ context: { ports, chatId, messageId, typing } }) => ({ ports, request: { chatId, messageId, text: typing.text.trim() } }),
            onDone: { target: 'writing', actions: 'sent' },
            onError: { target: 'writing', actions: 'notSent' },
          },
          on: { 'CHAT.NEWS': [{ guard: 'isClosed', target: '#chat.ended', actions: 'hearNews' }, { actions: 'hearNews' }] },
        },
      },
    },
    /** By the agent, or because nothing was heard of this terminal. */
    ended: {
      ...patiently('result'),
      on: { 'ui.talk': { target: '.calm', actions: 'turnTalk' }, ...ending, ...stillHere },
    },
    trouble: {
      ...patiently('trouble'),
      on: { 'ui.retry': 'opening', ...ending, ...stillHere },
    },
    /** The desk learns that nobody is there any more. */
    closing: {
      entry: 'noWait',
      invoke: {
        src: 'close',
        input: ({ context }) => ({ ports: context.ports, request: context.chatId }),
        onDone: 'left',
        onError: 'left',
      },
    },
    left: { type: 'final', entry: 'forget' },
  },
});

function lastSeq({ messages }: Pick<ChatContext, 'messages'>): number {
  return messages.at(-1)?.seq ?? 0;
}

export type ChatActor = ActorRefFrom<typeof chatMachine>;
export type ChatSnapshot = SnapshotFrom<typeof chatMachine>;
