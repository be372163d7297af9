/**
 * The statement flow (明细): what the card and its account remember, page by page on the glass and slip by slip on paper. No money moves;
 * paper that ends in the middle is gone on from the last confirmed line. Invoked by session.
 */
import { and, assign, fromPromise, raise, setup, type ActorRefFrom, type SnapshotFrom } from 'xstate';
import { typed } from './chart-types.ts';
import type { ReceiptOutcome, StatementContent } from './ports.ts';
import {
  linesOf,
  LINES_OF_SLIP,
  pagesOf,
  paperHere,
  statementDelays,
  type DelayName,
  type StatementContext,
  type StatementEvent,
  type StatementInput,
  type StatementOutput,
} from './statement/context.ts';
import { gather, nextSlip, printNext, type Gathered } from './statement/steps.ts';
import { delaysOf, patiently, waitOf } from './waiting.ts';

export const statementMachine = setup({
  types: typed<{
    context: StatementContext;
    events: StatementEvent;
    input: StatementInput;
    output: StatementOutput;
    tags: 'idleWarning';
  }>(),
  actors: {
    gather: fromPromise<Gathered, StatementInput>(({ input, signal }) => gather(input, signal)),
    printSlip: fromPromise<ReceiptOutcome, { readonly context: StatementInput; readonly content: StatementContent }>(({ input }) =>
      printNext(input.context.ports, input.content),
    ),
  },
  actions: {
    startWait: assign({
      wait: ({ context }, params: { delay: DelayName; tone: 'normal' | 'warn' }) => waitOf(context, statementDelays[params.delay], params.tone),
    }),
    endWait: raise({ type: 'wait.ended' }),
    noWait: assign({ wait: undefined }),
    turn: assign({
      page: ({ context, event }) => {
        if (event.type !== 'ui.page') return context.page;
        const page = context.page + (event.to === 'next' ? 1 : -1);
        return Math.min(Math.max(page, 0), pagesOf(context) - 1);
      },
    }),
    choose: assign(({ context, event }) =>
      event.type === 'ui.range' && event.range !== context.range ? { range: event.range, page: 0, printed: 0, broken: false, print: 'none' as const } : {},
    ),
    backToMenu: assign({ next: 'menu' as const }),
  },
  guards: {
    mayPrint: ({ context, event }) =>
      (event.type === 'ui.retry' || (event.type === 'ui.receipt' && event.choice === 'print')) && paperHere(context) && linesOf(context).length > 0,
    /** From a reader that doesn't hold it. */
    cardGone: ({ context }) => context.ports.card.media === 'notPresent',
    moreToPrint: ({ context }) => context.printed < linesOf(context).length,
    enough: ({ context }) => context.enough,
  },
  delays: delaysOf(statementDelays),
}).createMachine({
  id: 'statement',
  context: ({ input }) => ({
    ...input,
    lines: [],
    source: 'cardOnly',
    range: 'last10',
    page: 0,
    printed: 0,
    broken: false,
    enough: false,
    print: 'none',
    next: 'finish',
    wait: undefined,
  }),
  on: { PREFERENCES: { actions: assign({ preferences: ({ event }) => event.preferences }) } },
  initial: 'gathering',
  output: ({ context }) => ({ next: context.next }),
  states: {
    gathering: {
      entry: 'noWait',
      invoke: {
        src: 'gather',
        input: ({ context }) => context,
        onDone: { target: 'reading', actions: assign(({ event }) => event.output) },
        onError: 'reading',
      },
      on: { 'CARD.REMOVED': 'left' },
    },
    reading: {
      ...patiently('read'),
      always: { guard: 'cardGone', target: 'left' },
      on: {
        'ui.page': { target: '.calm', actions: 'turn' },
        'ui.range': { target: '.calm', actions: 'choose' },
        'ui.receipt': { target: 'printing', guard: 'mayPrint', actions: assign({ printed: 0, broken: false, enough: false }) },
        'ui.back': { target: 'left', actions: 'backToMenu' },
        'ui.cancel': { target: 'left', actions: 'backToMenu' },
        'ui.finish': 'left',
        'CARD.REMOVED': 'left',
        'wait.ended': 'left',
        'ui.open': '.calm',
        'ui.close': '.calm',
        'ui.prefer': '.calm',
      },
    },
    /** One slip after the other; each is on paper for certain before the next begins. */
    printing: {
      entry: ['noWait', assign({ print: 'printing' as const })],
      invoke: {
        src: 'printSlip',
        input: ({ context }) => ({ context, content: nextSlip(context) }),
        onDone: [
          {
            guard: ({ event }) => event.output.state === 'printed',
            target: 'printedSlip',
            actions: assign({
              printed: ({ context }) => Math.min(context.printed + LINES_OF_SLIP, linesOf(context).length),
              broken: false,
            }),
          },
          { target: 'paper', actions: assign({ broken: ({ event, context }) => event.output.state !== 'failedBefore' || context.broken }) },
        ],
        onError: { target: 'paper', actions: assign({ broken: true }) },
      },
      on: { 'ui.back': { actions: assign({ enough: true }) }, 'ui.cancel': { actions: assign({ enough: true }) } },
    },
    printedSlip: {
      always: [
        { guard: and(['moreToPrint', 'enough']), target: 'reading', actions: assign({ print: 'none' as const }) },
        { guard: 'moreToPrint', target: 'printing' },
        { target: 'reading', actions: assign({ print: 'done' as const }) },
      ],
    },
    /** Paper ended, or the printer stopped: what is on paper stays good, the rest follows when it works again. */
    paper: {
      ...patiently('paper'),
      entry: assign({ print: 'stopped' as const }),
      on: {
        'ui.retry': { target: 'printing', guard: 'mayPrint' },
        'ui.back': { target: 'reading', actions: assign({ print: 'none' as const }) },
        'ui.cancel': { target: 'reading', actions: assign({ print: 'none' as const }) },
        'ui.finish': 'left',
        'CARD.REMOVED': 'left',
        'wait.ended': 'left',
        'ui.open': '.calm',
        'ui.close': '.calm',
        'ui.prefer': '.calm',
      },
    },
    left: { type: 'final' },
  },
});

export type StatementActor = ActorRefFrom<typeof statementMachine>;
export type StatementSnapshot = SnapshotFrom<typeof statementMachine>;
