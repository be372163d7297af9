/**
 * The support desk at the terminal (服务台): a ticket of at most five fields, most of them filled in, and how things stand. No money moves, no
 * card is needed. Until the confirmation nothing has happened; from then on the ticket is on disk, and reaches the desk once. Invoked by session.
 */
import { assign, enqueueActions, fromCallback, fromPromise, raise, setup, type ActorRefFrom, type SnapshotFrom } from 'xstate';
import { readDeskCode } from '../common/desk-code.ts';
import { typed } from './chart-types.ts';
import {
  appointmentAt,
  deskDelays,
  NUMBER_SYMBOLS,
  paperHere,
  phoneIsWhole,
  PHONE_DIGITS,
  standingLeaf,
  topicLeaf,
  typedNumber,
  type DelayName,
  type DeskContext,
  type DeskEvent,
  type DeskInput,
  type DeskOutput,
  type DeskTrouble,
} from './desk/context.ts';
import { askProgress, handInTicket, printTicket, type Asked, type ProgressOutcome, type TicketDraft, type TicketOutcome } from './desk/steps.ts';
import type { Ports, ReceiptOutcome } from './ports.ts';
import type { Leaf } from './support/context.ts';
import { printing } from './printing.ts';
import { delaysOf, patiently, waitOf } from './waiting.ts';

/** Name of the timer of the digit that still shows. */
const HIDING = 'hiding';

/** Touches that change nothing in the flow but show that somebody is there. */
const stillHere = { 'ui.open': '.calm', 'ui.close': '.calm', 'ui.prefer': '.calm' } as const;

type Asking<T> = { readonly ports: Ports; readonly request: T };

function turned({ page, pages }: Leaf<unknown>, to: 'previous' | 'next'): number {
  return Math.min(Math.max(page + (to === 'next' ? 1 : -1), 0), pages - 1);
}

export const deskMachine = setup({
  types: typed<{ context: DeskContext; events: DeskEvent; input: DeskInput; output: DeskOutput; tags: 'idleWarning' | 'committed' }>(),
  actors: {
    handIn: fromPromise<TicketOutcome, Asking<TicketDraft>>(({ input }) => handInTicket(input.ports, input.request)),
    askProgress: fromPromise<ProgressOutcome, Asking<Asked>>(({ input, signal }) => askProgress(input.ports, input.request, signal)),
    watchScanner: fromCallback<{ type: string }, Ports>(({ input, sendBack }) => input.scanner.listen(sendBack)),
    print: fromPromise<ReceiptOutcome, DeskContext>(({ input }) => printTicket(input)),
  },
  actions: {
    startWait: assign({
      wait: ({ context }, params: { delay: DelayName; tone: 'normal' | 'warn' }) => waitOf(context, deskDelays[params.delay], params.tone),
    }),
    endWait: raise({ type: 'wait.ended' }),
    noWait: assign({ wait: undefined }),
    keepReceipt: assign((_, params: Pick<DeskContext, 'receipt'>) => params),
    goBack: assign({ next: 'back' as const }),
    toCallback: assign(({ context, event }) =>
      event.type === 'ui.pick' ? { next: 'callback' as const, appointment: appointmentAt(context, event.index) } : {},
    ),
    troubleIs: assign({ trouble: (_, params: { trouble: DeskTrouble }) => params.trouble }),
    chooseTopic: assign(({ event }) => (event.type === 'ui.topic' ? { topic: event.topic } : {})),
    turnTopics: assign(({ context, event }) => (event.type === 'ui.page' ? { page: turned(topicLeaf(context), event.to) } : {})),
    turnStandings: assign(({ context, event }) => (event.type === 'ui.page' ? { page: turned(standingLeaf(context), event.to) } : {})),
    typeDigit: assign(({ context, event }) => (event.type === 'ui.digit' ? { digits: context.digits + event.digit, fresh: true } : {})),
    eraseDigit: assign({ digits: ({ context }) => context.digits.slice(0, -1), fresh: false }),
    clearDigits: assign({ digits: '', fresh: false }),
    hideDigit: assign({ fresh: false }),
    /** Anew with each digit: the last one shows for a second. */
    hideSoon: enqueueActions(({ enqueue }) => {
      enqueue.cancel(HIDING);
      enqueue.raise({ type: 'digit.hidden' }, { id: HIDING, delay: deskDelays.hideDigit });
    }),
    typeSymbol: assign(({ context, event }) => (event.type === 'ui.symbol' ? { symbols: context.symbols + event.symbol } : {})),
    eraseSymbol: assign({ symbols: ({ context }) => context.symbols.slice(0, -1) }),
    clearSymbols: assign({ symbols: '', scanned: undefined }),
    readCode: assign(({ event }) => (event.type === 'CODE.SCANNED' ? { scanned: readDeskCode(event.text), symbols: '' } : {})),
    /** What was typed or found of a person is gone. */
    forgetPerson: assign({ card: undefined, transaction: undefined, digits: '', fresh: false, symbols: '', scanned: undefined, standings: [] }),
  },
  guards: {
    forProgress: ({ context }) => context.purpose === 'progress',
    topicKnown: ({ context }) => context.topic !== undefined,
    wasFound: ({ context }) => context.found !== undefined,
    hasCard: ({ context }) => context.card !== undefined,
    seals: ({ context }) => context.ports.desk.terms?.seals === true,
    roomForDigit: ({ context }) => context.digits.length < PHONE_DIGITS,
    phoneIsWhole: ({ context }) => phoneIsWhole(context),
    roomForSymbol: ({ context }) => context.symbols.length < NUMBER_SYMBOLS,
    numberIsWhole: ({ context }) => typedNumber(context) !== undefined,
    isDeskCode: ({ event }) => event.type === 'CODE.SCANNED' && readDeskCode(event.text) !== undefined,
    mayBeChanged: ({ context, event }) => event.type === 'ui.pick' && appointmentAt(context, event.index) !== undefined,
    byNumber: ({ context }) => context.symbols !== '' || context.scanned !== undefined,
    mayPrint: ({ context, event }) => event.type === 'ui.receipt' && event.choice === 'print' && paperHere(context) && context.receipt !== 'printed',
  },
  delays: delaysOf(deskDelays),
}).createMachine({
  id: 'desk',
  context: ({ input }) => ({
    ...input,
    topic: input.found?.kind,
    transaction: input.card === undefined ? undefined : input.ports.recovery.latestOf(input.card.ref),
    digits: '',
    fresh: false,
    symbols: '',
    scanned: undefined,
    scan: undefined,
    handed: undefined,
    standings: [],
    appointment: undefined,
    page: 0,
    receipt: 'choice',
    trouble: 'deskOffline',
    next: 'leave',
    wait: undefined,
  }),
  on: { PREFERENCES: { actions: assign({ preferences: ({ event }) => event.preferences }) } },
  output: ({ context: { next, appointment } }) => ({ next, appointment }),
  initial: 'beginning',
  states: {
    beginning: {
      always: [{ guard: 'forProgress', target: 'progress' }, { target: 'ticket' }],
    },

    /** Nothing has happened until it is confirmed: whoever goes, goes. */
    ticket: {
      initial: 'beginning',
      on: { 'ui.finish': 'left', 'ui.cancel': 'left', 'wait.ended': 'left' },
      states: {
        beginning: {
          always: [{ guard: ({ context }) => context.topic === undefined, target: 'topics' }, { guard: 'seals', target: 'phone' }, { target: 'review' }],
        },
        topics: {
          ...patiently('choose'),
          on: {
            'ui.topic': [
              { guard: 'seals', target: 'phone', actions: 'chooseTopic' },
              { target: 'review', actions: 'chooseTopic' },
            ],
            'ui.page': { target: '.calm', actions: 'turnTopics' },
            'ui.back': { target: '#desk.left', actions: 'goBack' },
            ...stillHere,
          },
        },
        phone: {
          ...patiently('type'),
          on: {
            'ui.digit': { target: '.calm', guard: 'roomForDigit', actions: ['typeDigit', 'hideSoon'] },
            'ui.erase': { target: '.calm', actions: 'eraseDigit' },
            'ui.clear': { target: '.calm', actions: 'clearDigits' },
            'digit.hidden': { actions: 'hideDigit' },
            'ui.confirm': { guard: 'phoneIsWhole', target: 'review', actions: 'hideDigit' },
            'ui.skip': { target: 'review', actions: 'clearDigits' },
            'ui.back': [
              { guard: 'wasFound', target: '#desk.left', actions: 'goBack' },
              { target: 'topics', actions: 'clearDigits' },
            ],
            ...stillHere,
          },
        },
        review: {
          ...patiently('choose'),
          on: {
            'ui.confirm': { guard: 'topicKnown', target: 'handing' },
            'ui.back': [{ guard: 'seals', target: 'phone' }, { guard: 'wasFound', target: '#desk.left', actions: 'goBack' }, { target: 'topics' }],
            ...stillHere,
          },
        },
        /** On disk, then told to the desk; neither Back nor time ends it. */
        handing: {
          entry: 'noWait',
          tags: 'committed',
          on: { 'ui.finish': {}, 'ui.cancel': {}, 'wait.ended': {} },
          invoke: {
            src: 'handIn',
            input: ({ context: { ports, topic = 'other', card, transaction, digits, found, preferences } }) => ({
              ports,
              request: { topic, card, transaction, phone: digits, verdict: found?.verdict, language: preferences.locale },
            }),
            onDone: [
              {
                guard: ({ event }) => event.output.kind === 'handed',
                target: '#desk.told',
                actions: [assign({ handed: ({ event }) => (event.output.kind === 'handed' ? event.output.handed : undefined) }), 'clearDigits'],
              },
              {
                guard: ({ event }) => event.output.kind === 'journalFailed',
                target: '#desk.trouble',
                actions: { type: 'troubleIs', params: { trouble: 'journalUnavailable' } },
              },
              { target: '#desk.trouble', actions: { type: 'troubleIs', params: { trouble: 'ticketRefused' } } },
            ],
            // Not even the journal's word on it is known: nothing is claimed.
            onError: { target: '#desk.trouble', actions: { type: 'troubleIs', params: { trouble: 'ticketRefused' } } },
          },
        },
      },
    },
    /** The number, and when an answer is promised. */
    told: {
      ...patiently('result'),
      on: {
        'ui.receipt': { guard: 'mayPrint', target: 'printing' },
        'ui.finish': 'left',
        'ui.back': 'left',
        'ui.cancel': 'left',
        'wait.ended': 'left',
        ...stillHere,
      },
    },
    printing: printing(),

    /** How things stand, of the card in the reader or by a number. */
    progress: {
      initial: 'beginning',
      on: { 'ui.finish': 'left', 'ui.cancel': 'left', 'wait.ended': 'left' },
      states: {
        beginning: { always: [{ guard: 'hasCard', target: 'asking' }, { target: 'number' }] },
        /** Typed from a slip, or its code held to the scanner. */
        number: {
          ...patiently('type'),
          entry: assign({ scan: 'ready' as const }),
          invoke: { src: 'watchScanner', input: ({ context }) => context.ports },
          on: {
            'CODE.SCANNED': [
              { guard: 'isDeskCode', target: 'asking', actions: 'readCode' },
              { target: '.calm', actions: assign({ scan: 'otherCode' as const }) },
            ],
            'CODE.UNREADABLE': { target: '.calm', actions: assign({ scan: 'otherCode' as const }) },
            'SCANNER.AWAY': { actions: assign({ scan: undefined }) },
            'ui.symbol': { target: '.calm', guard: 'roomForSymbol', actions: 'typeSymbol' },
            'ui.erase': { target: '.calm', actions: 'eraseSymbol' },
            'ui.clear': { target: '.calm', actions: 'clearSymbols' },
            'ui.confirm': { guard: 'numberIsWhole', target: 'asking' },
            'ui.back': [
              { guard: 'hasCard', target: 'asking', actions: 'clearSymbols' },
              { target: '#desk.left', actions: 'goBack' },
            ],
            ...stillHere,
          },
        },
        asking: {
          entry: ['noWait', assign({ standings: [], page: 0 })],
          invoke: {
            src: 'askProgress',
            input: ({ context }) => ({ ports: context.ports, request: askedOf(context) }),
            onDone: [
              {
                guard: ({ event }) => event.output.kind === 'found',
                target: 'list',
                actions: assign({ standings: ({ event }) => (event.output.kind === 'found' ? event.output.standings : []) }),
              },
              { target: '#desk.trouble', actions: { type: 'troubleIs', params: { trouble: 'deskOffline' } } },
            ],
            onError: { target: '#desk.trouble', actions: { type: 'troubleIs', params: { trouble: 'deskOffline' } } },
          },
          on: { 'ui.back': { target: '#desk.left', actions: 'goBack' } },
        },
        list: {
          ...patiently('result'),
          on: {
            'ui.page': { target: '.calm', actions: 'turnStandings' },
            'ui.pick': { guard: 'mayBeChanged', target: '#desk.left', actions: 'toCallback' },
            'ui.another': { target: 'number', actions: 'clearSymbols' },
            'ui.back': [
              { guard: 'byNumber', target: 'number' },
              { target: '#desk.left', actions: 'goBack' },
            ],
            ...stillHere,
          },
        },
      },
    },
    trouble: {
      ...patiently('trouble'),
      on: {
        'ui.retry': [{ guard: 'forProgress', target: 'progress.asking' }, { target: 'ticket.review' }],
        'ui.back': { target: 'left', actions: 'goBack' },
        'ui.cancel': 'left',
        'ui.finish': 'left',
        'wait.ended': 'left',
        ...stillHere,
      },
    },
    left: { type: 'final', entry: 'forgetPerson' },
  },
});

/** A slip that was scanned, or a number that was typed, goes before the card that lies there. */
function askedOf({ card, symbols, scanned }: DeskContext): Asked {
  if (scanned !== undefined) return { by: 'id', id: scanned };
  const number = typedNumber({ symbols });
  if (number !== undefined) return { by: 'number', number };
  if (card === undefined) throw new Error('support desk: neither a card nor a number to ask by');
  return { by: 'card', card };
}

export type DeskActor = ActorRefFrom<typeof deskMachine>;
export type DeskSnapshot = SnapshotFrom<typeof deskMachine>;
