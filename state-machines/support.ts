/**
 * Help (帮助与支持): what is asked most, questions by group and by search, an answer with what to do next, and whom one can reach now. No
 * money moves, no card is needed, nothing of it needs the network. Invoked by session.
 */
import { assign, raise, setup, type ActorRefFrom, type SnapshotFrom } from 'xstate';
import { typed } from './chart-types.ts';
import {
  contactLeaf,
  homeQuestions,
  listLeaf,
  searchLeaf,
  supportDelays,
  type DelayName,
  type Leaf,
  type SupportContext,
  type SupportEvent,
  type SupportInput,
  type SupportOutput,
} from './support/context.ts';
import { mayBook } from './callback/context.ts';
import { mayChat } from './chat/context.ts';
import { LONGEST_TYPED } from './support/screens.ts';
import { delaysOf, patiently, waitOf } from './waiting.ts';

/** What was typed, and what is found for it. */
function typing(context: SupportContext, text: string): Partial<SupportContext> {
  const { ports, preferences } = context;
  const typedText = text.slice(0, LONGEST_TYPED);
  return { typed: typedText, found: ports.support.search(preferences.locale, typedText), page: 0 };
}

function turned({ page, pages }: Leaf<unknown>, to: 'previous' | 'next'): number {
  return Math.min(Math.max(page + (to === 'next' ? 1 : -1), 0), pages - 1);
}

export const supportMachine = setup({
  types: typed<{
    context: SupportContext;
    events: SupportEvent;
    input: SupportInput;
    output: SupportOutput;
    tags: 'idleWarning';
  }>(),
  actions: {
    startWait: assign({
      wait: ({ context }, params: { delay: DelayName; tone: 'normal' | 'warn' }) => waitOf(context, supportDelays[params.delay], params.tone),
    }),
    endWait: raise({ type: 'wait.ended' }),
    /** Said anew in the other language. */
    prefer: assign(({ context, event }) => {
      if (event.type !== 'PREFERENCES') return {};
      const { preferences } = event;
      return { preferences, home: homeQuestions({ ...context, preferences }), found: context.ports.support.search(preferences.locale, context.typed) };
    }),
    chooseGroup: assign(({ event }, params: { byGroup: boolean }) => (event.type === 'ui.help-group' ? { group: event.group, page: 0, ...params } : {})),
    openAnswer: assign(({ event }, params: { answerOf: SupportContext['answerOf'] }) =>
      event.type === 'ui.question' ? { question: event.id, verdict: 'asked' as const, ...params } : {},
    ),
    countView: ({ context }) => {
      if (context.question !== undefined) context.ports.support.count(context.question, 'views');
    },
    judge: assign(({ event }) => (event.type === 'ui.helped' ? { verdict: event.helped ? ('solved' as const) : ('unsolved' as const) } : {})),
    countVerdict: ({ context }) => {
      if (context.question !== undefined && context.verdict !== 'asked') context.ports.support.count(context.question, context.verdict);
    },
    turnList: assign(({ context, event }) => (event.type === 'ui.page' ? { page: turned(listLeaf(context), event.to) } : {})),
    turnFound: assign(({ context, event }) => (event.type === 'ui.page' ? { page: turned(searchLeaf(context), event.to) } : {})),
    turnContacts: assign(({ context, event }) => (event.type === 'ui.page' ? { contactPage: turned(contactLeaf(context), event.to), channel: undefined } : {})),
    beginSearch: assign(({ context }) => ({ ...typing(context, ''), board: 'letters' as const })),
    type: assign(({ context, event }) => {
      if (event.type === 'ui.letter') return typing(context, context.typed + event.letter);
      if (event.type === 'ui.digit') return typing(context, context.typed + event.digit);
      return {};
    }),
    erase: assign(({ context }) => typing(context, context.typed.slice(0, -1))),
    clear: assign(({ context }) => typing(context, '')),
    changeBoard: assign(({ event }) => (event.type === 'ui.board' ? { board: event.board } : {})),
    chooseChannel: assign(({ event }) => (event.type === 'ui.channel' ? { channel: event.id } : {})),
    firstContacts: assign({ contactPage: 0, channel: undefined }),
    serve: assign(({ event }) => (event.type === 'ui.service' ? { next: 'service' as const, service: event.service } : {})),
    toDesk: assign(({ event }) => (event.type === 'ui.desk' ? { next: 'desk' as const, errand: event.purpose } : {})),
    goBack: assign({ next: 'back' as const }),
  },
  guards: {
    toSearch: ({ event }) => event.type === 'ui.help' && event.to === 'search',
    toGroups: ({ event }) => event.type === 'ui.help' && event.to === 'groups',
    toContacts: ({ event }) => event.type === 'ui.help' && event.to === 'contacts',
    isKnown: ({ context, event }) => event.type === 'ui.question' && context.ports.support.answer(context.preferences.locale, event.id) !== undefined,
    helpedNot: ({ context, event }) => context.verdict === 'asked' && event.type === 'ui.helped' && !event.helped,
    helped: ({ context, event }) => context.verdict === 'asked' && event.type === 'ui.helped' && event.helped,
    works: ({ context, event }) => event.type === 'ui.service' && context.ports.availability.current.services[event.service].available,
    maySend: ({ context: { ports }, event }) =>
      event.type === 'ui.desk' &&
      (event.purpose !== 'diagnosis' || ports.availability.current.services.balance.available) &&
      (event.purpose !== 'callback' || mayBook(ports)) &&
      (event.purpose !== 'chat' || mayChat(ports)),
    byGroup: ({ context }) => context.byGroup,
    ofList: ({ context }) => context.answerOf === 'list',
    ofSearch: ({ context }) => context.answerOf === 'search',
  },
  delays: delaysOf(supportDelays),
}).createMachine({
  id: 'support',
  context: ({ input }) => ({
    ...input,
    home: homeQuestions(input),
    group: 'paying',
    byGroup: false,
    answerOf: 'home',
    page: 0,
    typed: '',
    board: 'letters',
    found: [],
    question: undefined,
    verdict: 'asked',
    channel: undefined,
    contactPage: 0,
    next: 'leave',
    service: undefined,
    errand: undefined,
    wait: undefined,
  }),
  on: {
    PREFERENCES: { actions: 'prefer' },
    'ui.finish': '.left',
    'wait.ended': '.left',
    'ui.desk': { guard: 'maySend', target: '.left', actions: 'toDesk' },
  },
  initial: 'asking',
  output: ({ context }) => ({ next: context.next, service: context.service, errand: context.errand }),
  states: {
    /** What they look for, and what they found. */
    asking: {
      initial: 'home',
      on: { 'ui.help': { guard: 'toContacts', target: 'contacts', actions: 'firstContacts' } },
      states: {
        home: {
          ...patiently('read'),
          on: {
            'ui.help': [
              { guard: 'toSearch', target: 'search', actions: 'beginSearch' },
              { guard: 'toGroups', target: 'groups' },
              { guard: 'toContacts', target: '#support.contacts', actions: 'firstContacts' },
            ],
            'ui.help-group': { target: 'list', actions: { type: 'chooseGroup', params: { byGroup: false } } },
            'ui.question': { guard: 'isKnown', target: 'answer', actions: [{ type: 'openAnswer', params: { answerOf: 'home' } }, 'countView'] },
            'ui.back': { target: '#support.left', actions: 'goBack' },
            'ui.cancel': { target: '#support.left', actions: 'goBack' },
            'ui.open': '.calm',
            'ui.close': '.calm',
            'ui.prefer': '.calm',
          },
        },
        groups: {
          ...patiently('read'),
          on: {
            'ui.help-group': { target: 'list', actions: { type: 'chooseGroup', params: { byGroup: true } } },
            'ui.back': 'home',
            'ui.cancel': 'home',
            'ui.open': '.calm',
            'ui.close': '.calm',
            'ui.prefer': '.calm',
          },
        },
        list: {
          ...patiently('read'),
          on: {
            'ui.page': { target: '.calm', actions: 'turnList' },
            'ui.question': { guard: 'isKnown', target: 'answer', actions: [{ type: 'openAnswer', params: { answerOf: 'list' } }, 'countView'] },
            'ui.back': [{ guard: 'byGroup', target: 'groups' }, { target: 'home' }],
            'ui.cancel': 'home',
            'ui.open': '.calm',
            'ui.close': '.calm',
            'ui.prefer': '.calm',
          },
        },
        search: {
          ...patiently('type'),
          on: {
            'ui.letter': { target: '.calm', actions: 'type' },
            'ui.digit': { target: '.calm', actions: 'type' },
            'ui.erase': { target: '.calm', actions: 'erase' },
            'ui.clear': { target: '.calm', actions: 'clear' },
            'ui.board': { target: '.calm', actions: 'changeBoard' },
            'ui.page': { target: '.calm', actions: 'turnFound' },
            'ui.question': { guard: 'isKnown', target: 'answer', actions: [{ type: 'openAnswer', params: { answerOf: 'search' } }, 'countView'] },
            'ui.back': 'home',
            'ui.cancel': 'home',
            'ui.open': '.calm',
            'ui.close': '.calm',
            'ui.prefer': '.calm',
          },
        },
        answer: {
          ...patiently('read'),
          on: {
            'ui.helped': [
              // nobody is left with an answer that didn't help: people are one touch away
              { guard: 'helpedNot', target: '#support.contacts', actions: ['judge', 'countVerdict', 'firstContacts'] },
              { guard: 'helped', target: '.calm', actions: ['judge', 'countVerdict'] },
            ],
            'ui.service': { guard: 'works', target: '#support.left', actions: 'serve' },
            'ui.back': [{ guard: 'ofList', target: 'list' }, { guard: 'ofSearch', target: 'search' }, { target: 'home' }],
            'ui.cancel': 'home',
            'ui.open': '.calm',
            'ui.close': '.calm',
            'ui.prefer': '.calm',
          },
        },
        before: { type: 'history' },
      },
    },
    /** Whom one can reach, and how. */
    contacts: {
      ...patiently('contact'),
      on: {
        'ui.channel': { target: '.calm', actions: 'chooseChannel' },
        'ui.page': { target: '.calm', actions: 'turnContacts' },
        'ui.back': 'asking.before',
        'ui.cancel': 'asking.before',
        'ui.open': '.calm',
        'ui.close': '.calm',
        'ui.prefer': '.calm',
      },
    },
    left: { type: 'final' },
  },
});

export type SupportActor = ActorRefFrom<typeof supportMachine>;
export type SupportSnapshot = SnapshotFrom<typeof supportMachine>;
