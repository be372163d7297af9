/**
 * A call back by appointment (预约回电): what it is about, a time that the desk offers, a telephone; and of one that is booked another time, or
 * none (改约). No money moves, no card is needed. Until the confirmation nothing has happened; from then on it is on disk, and reaches the desk
 * once. Invoked by session.
 */
import { and, assign, enqueueActions, fromPromise, raise, setup, type ActorRefFrom, type SnapshotFrom } from 'xstate';
import { typed } from './chart-types.ts';
import {
  callbackDelays,
  pageFrom,
  refusalOf,
  slotPages,
  type CallbackContext,
  type CallbackEvent,
  type CallbackInput,
  type CallbackOutput,
  type CallbackTrouble,
  type DelayName,
  type FreeSlot,
} from './callback/context.ts';
import {
  askSlots,
  bookCallback,
  changeCallback,
  printCallback,
  type BookingOutcome,
  type CallbackDraft,
  type ChangeDraft,
  type SlotsOutcome,
} from './callback/steps.ts';
import { paperHere, phoneIsWhole, PHONE_DIGITS, topicLeaf } from './desk/context.ts';
import type { Ports, ReceiptOutcome } from './ports.ts';
import { printing } from './printing.ts';
import { delaysOf, patiently, waitOf } from './waiting.ts';

/** Name of the timer of the digit that still shows. */
const HIDING = 'hiding';

/** Touches that change nothing in the flow but show that somebody is there. */
const stillHere = { 'ui.open': '.calm', 'ui.close': '.calm', 'ui.prefer': '.calm' } as const;

function turned(page: number, pages: number, to: 'previous' | 'next'): number {
  return Math.min(Math.max(page + (to === 'next' ? 1 : -1), 0), Math.max(0, pages - 1));
}

export const callbackMachine = setup({
  types: typed<{ context: CallbackContext; events: CallbackEvent; input: CallbackInput; output: CallbackOutput; tags: 'idleWarning' | 'committed' }>(),
  actors: {
    askSlots: fromPromise<SlotsOutcome, Ports>(({ input, signal }) => askSlots(input, signal)),
    book: fromPromise<BookingOutcome, { readonly ports: Ports; readonly draft: CallbackDraft | ChangeDraft }>(({ input: { ports, draft }, signal }) =>
      'appointment' in draft ? changeCallback(ports, draft, signal) : bookCallback(ports, draft, signal),
    ),
    print: fromPromise<ReceiptOutcome, CallbackContext>(({ input }) => printCallback(input)),
  },
  actions: {
    startWait: assign({
      wait: ({ context }, params: { delay: DelayName; tone: 'normal' | 'warn' }) => waitOf(context, callbackDelays[params.delay], params.tone),
    }),
    endWait: raise({ type: 'wait.ended' }),
    noWait: assign({ wait: undefined }),
    keepReceipt: assign((_, params: Pick<CallbackContext, 'receipt'>) => params),
    goBack: assign({ next: 'back' as const }),
    toTicket: assign({ next: 'ticket' as const }),
    troubleIs: assign({ trouble: (_, params: { trouble: CallbackTrouble }) => params.trouble }),
    refused: assign({ trouble: ({ context }) => refusalOf(context) }),
    chooseChange: assign(({ event }) => (event.type === 'ui.change' ? { change: event.to } : {})),
    /** Another time for what is booked, of those that are free: its own is none. */
    offer: assign(({ context: { appointment } }, { slots }: { readonly slots: readonly FreeSlot[] }) => ({
      offered: slots.filter(({ start }) => start !== appointment?.slot.start),
      page: 0,
    })),
    chooseTopic: assign(({ event }) => (event.type === 'ui.topic' ? { topic: event.topic, page: 0 } : {})),
    turnTopics: assign(({ context, event }) => (event.type === 'ui.page' ? { page: turned(context.page, topicLeaf(context).pages, event.to) } : {})),
    turnSlots: assign(({ context, event }) => (event.type === 'ui.page' ? { page: turned(context.page, slotPages(context).length, event.to) } : {})),
    firstPage: assign({ page: 0 }),
    chooseSlot: assign(({ context, event }) => (event.type === 'ui.slot' ? { slot: context.offered.find(({ start }) => start === event.start) } : {})),
    typeDigit: assign(({ context, event }) => (event.type === 'ui.digit' ? { digits: context.digits + event.digit, fresh: true } : {})),
    eraseDigit: assign({ digits: ({ context }) => context.digits.slice(0, -1), fresh: false }),
    clearDigits: assign({ digits: '', fresh: false }),
    hideDigit: assign({ fresh: false }),
    /** Anew with each digit: the last one shows for a second. */
    hideSoon: enqueueActions(({ enqueue }) => {
      enqueue.cancel(HIDING);
      enqueue.raise({ type: 'digit.hidden' }, { id: HIDING, delay: callbackDelays.hideDigit });
    }),
    /** What was typed or found of a person is gone. */
    forgetPerson: assign({ card: undefined, digits: '', fresh: false, slot: undefined }),
  },
  guards: {
    isChange: ({ context }) => context.appointment !== undefined,
    cancels: ({ event }) => event.type === 'ui.change' && event.to === 'cancel',
    /** What the desk has otherwise than they were told is looked up first. */
    mayRetry: ({ context }) => context.trouble !== 'callbackChanged',
    isOffered: ({ context, event }) => event.type === 'ui.slot' && context.offered.some(({ start }) => start === event.start),
    /** Where nothing is offered, this stands beside it. */
    wantsTicket: ({ context, event }) => context.offered.length === 0 && event.type === 'ui.desk' && event.purpose === 'ticket',
    roomForDigit: ({ context }) => context.digits.length < PHONE_DIGITS,
    phoneIsWhole: ({ context }) => phoneIsWhole(context),
    mayPrint: ({ context, event }) => event.type === 'ui.receipt' && event.choice === 'print' && paperHere(context) && context.receipt !== 'printed',
  },
  delays: delaysOf(callbackDelays),
}).createMachine({
  id: 'callback',
  context: ({ input }) => ({
    ...input,
    topic: undefined,
    change: undefined,
    offered: [],
    remark: undefined,
    slot: undefined,
    digits: '',
    fresh: false,
    booked: undefined,
    page: 0,
    receipt: 'choice',
    trouble: 'callbackRefused',
    next: 'leave',
    wait: undefined,
  }),
  on: { PREFERENCES: { actions: assign({ preferences: ({ event }) => event.preferences }) } },
  output: ({ context }) => ({ next: context.next }),
  initial: 'wish',
  states: {
    /** Nothing has happened until it is confirmed: whoever goes, goes. */
    wish: {
      initial: 'beginning',
      on: { 'ui.finish': 'left', 'ui.cancel': 'left', 'wait.ended': 'left' },
      states: {
        beginning: { always: [{ guard: 'isChange', target: 'which' }, { target: 'topics' }] },
        /** Of one that is booked: another time, or none. */
        which: {
          ...patiently('choose'),
          on: {
            'ui.change': [
              { guard: 'cancels', target: 'cancel', actions: 'chooseChange' },
              { target: 'asking', actions: 'chooseChange' },
            ],
            'ui.back': { target: '#callback.left', actions: 'goBack' },
            ...stillHere,
          },
        },
        cancel: {
          ...patiently('choose'),
          on: { 'ui.confirm': 'booking', 'ui.back': 'which', ...stillHere },
        },
        topics: {
          ...patiently('choose'),
          on: {
            'ui.topic': { target: 'asking', actions: 'chooseTopic' },
            'ui.page': { target: '.calm', actions: 'turnTopics' },
            'ui.back': { target: '#callback.left', actions: 'goBack' },
            ...stillHere,
          },
        },
        asking: {
          entry: 'noWait',
          invoke: {
            src: 'askSlots',
            input: ({ context }) => context.ports,
            onDone: [
              {
                guard: ({ event }) => event.output.kind === 'offered',
                target: 'slots',
                actions: [
                  { type: 'offer', params: ({ event }) => ({ slots: event.output.kind === 'offered' ? event.output.slots : [] }) },
                  assign({ remark: undefined }),
                ],
              },
              { target: 'slots', actions: assign({ offered: [], remark: 'offline' as const, page: 0 }) },
            ],
            onError: { target: 'slots', actions: assign({ offered: [], remark: 'offline' as const, page: 0 }) },
          },
          on: { 'ui.back': { target: 'beginning', actions: 'firstPage' } },
        },
        slots: {
          ...patiently('choose'),
          on: {
            'ui.slot': [
              { guard: and(['isOffered', 'isChange']), target: 'review', actions: 'chooseSlot' },
              { guard: 'isOffered', target: 'phone', actions: 'chooseSlot' },
            ],
            'ui.page': { target: '.calm', actions: 'turnSlots' },
            'ui.desk': { guard: 'wantsTicket', target: '#callback.left', actions: 'toTicket' },
            'ui.back': { target: 'beginning', actions: 'firstPage' },
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
            'ui.back': 'slots',
            ...stillHere,
          },
        },
        review: {
          ...patiently('choose'),
          on: { 'ui.confirm': 'booking', 'ui.back': [{ guard: 'isChange', target: 'slots' }, { target: 'phone' }], ...stillHere },
        },
        /** Looked for once more, on disk, then told to the desk; neither Back nor time ends it. */
        booking: {
          entry: 'noWait',
          tags: 'committed',
          on: { 'ui.finish': {}, 'ui.cancel': {}, 'wait.ended': {} },
          invoke: {
            src: 'book',
            input: ({ context: { ports, topic = 'other', slot, digits, card, preferences, appointment, change } }) => {
              if (appointment !== undefined && change === 'cancel') return { ports, draft: { appointment, to: undefined } };
              if (slot === undefined) throw new Error('call back: no time was chosen');
              if (appointment !== undefined) return { ports, draft: { appointment, to: slot } };
              return { ports, draft: { topic, slot, phone: digits, card, language: preferences.locale } };
            },
            onDone: [
              {
                guard: ({ event }) => event.output.kind === 'booked',
                target: '#callback.told',
                actions: [assign({ booked: ({ event }) => (event.output.kind === 'booked' ? event.output.booked : undefined) }), 'clearDigits'],
              },
              {
                guard: ({ event }) => event.output.kind === 'taken',
                target: 'slots',
                actions: [
                  { type: 'offer', params: ({ event }) => ({ slots: event.output.kind === 'taken' ? event.output.slots : [] }) },
                  assign(({ context }) => ({ remark: 'taken' as const, page: pageFrom(context, context.slot?.start ?? 0), slot: undefined })),
                ],
              },
              {
                guard: ({ event }) => event.output.kind === 'journalFailed',
                target: '#callback.trouble',
                actions: { type: 'troubleIs', params: { trouble: 'journalUnavailable' } },
              },
              { target: '#callback.trouble', actions: 'refused' },
            ],
            // Not even the journal's word on it is known: nothing is claimed.
            onError: { target: '#callback.trouble', actions: 'refused' },
          },
        },
      },
    },
    /** The time, and the number by which it is followed. */
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
    trouble: {
      ...patiently('trouble'),
      on: {
        'ui.retry': { guard: 'mayRetry', target: 'wish.asking' },
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

export type CallbackActor = ActorRefFrom<typeof callbackMachine>;
export type CallbackSnapshot = SnapshotFrom<typeof callbackMachine>;
