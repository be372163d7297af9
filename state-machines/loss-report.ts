/**
 * The loss report flow (挂失): who somebody is, which card, one confirmation, the issuer's word. It needs no card and moves no money. Until
 * the confirmation nothing has happened; from then on the report is on disk, and said to be in effect only when the issuer has said so.
 * Invoked by session.
 */
import { assign, type ActorRefFrom, type SnapshotFrom } from 'xstate';
import { identifyState } from './loss-report/identify.ts';
import { beginning, pagesOf, paperHere } from './loss-report/context.ts';
import { known, lossSetup, stillHere } from './loss-report/setup.ts';
import { printing } from './printing.ts';
import { patiently } from './waiting.ts';

/** Nothing has happened yet: whoever goes, goes. */
const leaving = { 'ui.cancel': '#left', 'ui.finish': '#left', 'wait.ended': '#left', ...stillHere } as const;

export const lossReportMachine = lossSetup.createMachine({
  id: 'lossReport',
  context: ({ input }) => beginning(input),
  on: { PREFERENCES: { actions: assign({ preferences: ({ event }) => event.preferences }) } },
  output: ({ context: { result, wantsNew, chosen, identificationId } }) => ({
    told: result !== undefined,
    ...(wantsNew && chosen !== undefined && identificationId !== undefined ? { replace: { card: chosen, identificationId } } : {}),
  }),
  initial: 'identifying',
  states: {
    identifying: identifyState,
    /** Identified: the person's cards, masked. */
    choosing: {
      id: 'identified',
      ...patiently('choose'),
      always: { guard: ({ context }) => context.cards.length === 0, target: 'trouble', actions: { type: 'troubleIs', params: { trouble: 'lossNoCards' } } },
      on: {
        'ui.pick': [
          { guard: 'isReported', target: 'onward', actions: assign({ chosen: ({ context, event }) => context.cards[event.index] }) },
          { guard: 'mayReport', target: 'confirming', actions: assign({ chosen: ({ context, event }) => context.cards[event.index] }) },
        ],
        'ui.page': {
          target: '.calm',
          actions: assign({ page: ({ context, event }) => Math.min(Math.max(context.page + (event.to === 'next' ? 1 : -1), 0), pagesOf(context) - 1) }),
        },
        'ui.back': { target: 'identifying', actions: 'forgetPerson' },
        ...leaving,
      },
    },
    confirming: {
      ...patiently('choose'),
      on: {
        'ui.confirm': 'reporting',
        'ui.back': { target: 'choosing', actions: assign({ chosen: undefined }) },
        ...leaving,
      },
    },
    /** On disk, then told to the issuer; neither Back nor time ends it. */
    reporting: {
      entry: ['noWait', 'startAsking'],
      tags: 'committed',
      invoke: {
        src: 'report',
        input: ({ context }) => ({
          ports: context.ports,
          request: {
            card: known(context.chosen, 'card'),
            identificationId: known(context.identificationId, 'identification'),
            by: known(context.way, 'way'),
          },
        }),
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'reported' || event.output.kind === 'queued',
            target: 'told',
            actions: assign({
              result: ({ event }) => (event.output.kind === 'reported' || event.output.kind === 'queued' ? event.output : undefined),
            }),
          },
          {
            guard: ({ event }) => event.output.kind === 'journalFailed',
            target: 'trouble',
            actions: { type: 'troubleIs', params: { trouble: 'journalUnavailable' } },
          },
          { target: 'trouble', actions: { type: 'troubleIs', params: { trouble: 'lossRefused' } } },
        ],
        // Not even the journal's word on it is known: nothing is claimed.
        onError: { target: 'trouble', actions: { type: 'troubleIs', params: { trouble: 'lossRefused' } } },
      },
    },
    /** In effect since when, or not in effect yet; the number. */
    told: {
      ...patiently('result'),
      on: {
        'ui.receipt': {
          guard: ({ context, event }) => event.choice === 'print' && paperHere(context) && context.receipt !== 'printed',
          target: 'printing',
        },
        'ui.replace-card': { guard: 'mayReplace', target: 'onward' },
        'ui.finish': 'left',
        'ui.back': 'left',
        'ui.cancel': 'left',
        'wait.ended': 'left',
        ...stillHere,
      },
    },
    printing: printing(),
    trouble: {
      id: 'unidentified',
      ...patiently('trouble'),
      on: {
        'ui.retry': { target: 'identifying', actions: 'forgetPerson' },
        'ui.back': 'left',
        ...leaving,
      },
    },
    left: { id: 'left', type: 'final', entry: 'forgetPerson' },
    /** To the new card: who it is and which card is known further on. */
    onward: { type: 'final', entry: assign({ wantsNew: true }) },
  },
});

export type LossReportActor = ActorRefFrom<typeof lossReportMachine>;
export type LossReportSnapshot = SnapshotFrom<typeof lossReportMachine>;
