/**
 * The pending loads (补登) as a statechart: what waits at the issuer for this card is offered, claimed one at a time, and written to the card
 * like a top-up without a tender. The load, the way back to the card, the result and its slip are the top-up's (top-up/); whatever is not
 * loaded keeps waiting. Invoked by session.
 */
import { and, assign, type ActorRefFrom, type SnapshotFrom } from 'xstate';
import { afterLoaded, nextOffer } from './pending-load/offer.ts';
import { stillHere } from './payment/setup.ts';
import { beginning, known, type TopUpContext } from './top-up/context.ts';
import { loadState, putBackState } from './top-up/load.ts';
import { finishedState, settlingState, unwrittenState } from './top-up/result.ts';
import { topUpSetup } from './top-up/setup.ts';
import { patiently } from './waiting.ts';

export const pendingLoadMachine = topUpSetup.createMachine({
  id: 'pendingLoad',
  context: ({ input }) => beginning(input),
  on: { PREFERENCES: { actions: assign({ preferences: ({ event }) => event.preferences }) } },
  initial: 'finding',
  output: ({ context }) => ({ outcome: context.outcome, next: context.next }),
  states: {
    finding: {
      entry: 'noWait',
      invoke: {
        src: 'findWaiting',
        input: ({ context }) => ({ ports: context.ports, request: context.card }),
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'loadOpen',
            target: 'trouble',
            actions: [
              { type: 'troubleIs', params: { trouble: 'loadOpen' } },
              assign({ openReference: ({ event }) => (event.output.kind === 'loadOpen' ? event.output.reference : undefined) }),
            ],
          },
          { guard: ({ event }) => event.output.kind === 'failed', target: 'trouble', actions: { type: 'troubleIs', params: { trouble: 'issuerOffline' } } },
          {
            guard: ({ event }) => event.output.kind === 'refused' && event.output.reason === 'reportedLost',
            target: 'trouble',
            actions: { type: 'troubleIs', params: { trouble: 'cardReportedLost' } },
          },
          { guard: ({ event }) => event.output.kind === 'refused', target: 'trouble', actions: { type: 'troubleIs', params: { trouble: 'issuerRefused' } } },
          {
            guard: ({ event }) => event.output.kind === 'found' && event.output.waiting.length === 0,
            target: 'trouble',
            actions: { type: 'troubleIs', params: { trouble: 'nothingWaits' } },
          },
          {
            target: 'offer',
            actions: assign(({ context, event }) =>
              event.output.kind === 'found'
                ? { waiting: event.output.waiting, purseLimit: event.output.purseLimit }
                : { waiting: context.waiting, purseLimit: context.purseLimit },
            ),
          },
        ],
        onError: { target: 'trouble', actions: { type: 'troubleIs', params: { trouble: 'issuerOffline' } } },
      },
      on: { 'CARD.REMOVED': 'left' },
    },
    offer: {
      ...patiently('readOffer'),
      on: {
        'ui.confirm': { guard: 'somethingFits', target: 'claiming' },
        'ui.back': { target: 'left', actions: { type: 'leaveTo', params: { next: 'menu' } } },
        'ui.cancel': { target: 'left', actions: { type: 'leaveTo', params: { next: 'menu' } } },
        'ui.finish': 'left',
        'CARD.REMOVED': 'left',
        'wait.ended': 'left',
        ...stillHere,
      },
    },
    /** From here on it is this terminal's, until it is on the card or waits again. */
    claiming: {
      tags: 'moneyMoves',
      entry: ['noWait', 'startMoving', assign({ selected: ({ context }) => nextOffer(context)?.amount })],
      invoke: {
        src: 'claimWaiting',
        input: ({ context }) => {
          const { pendingId, amount } = known(nextOffer(context), 'pending load');
          return { ports: context.ports, request: { card: context.card, pendingId, amount, locale: context.preferences.locale } };
        },
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'claimed',
            target: 'load',
            actions: assign(({ context, event }) =>
              event.output.kind === 'claimed'
                ? { tender: 'pending' as const, transaction: event.output.transaction, claim: event.output.claim, held: event.output.amount, loadAttempts: 0 }
                : { held: context.held },
            ),
          },
          {
            guard: ({ event }) => event.output.kind === 'refused' && event.output.code === 'taken',
            target: 'trouble',
            actions: { type: 'troubleIs', params: { trouble: 'pendingTaken' } },
          },
          {
            guard: ({ event }) => event.output.kind === 'refused' && event.output.code === 'reportedLost',
            target: 'trouble',
            actions: { type: 'troubleIs', params: { trouble: 'cardReportedLost' } },
          },
          { guard: ({ event }) => event.output.kind === 'refused', target: 'trouble', actions: { type: 'troubleIs', params: { trouble: 'pendingGone' } } },
          {
            guard: ({ event }) => event.output.kind === 'journalFailed',
            target: 'trouble',
            actions: { type: 'troubleIs', params: { trouble: 'journalUnavailable' } },
          },
          { target: 'trouble', actions: { type: 'troubleIs', params: { trouble: 'issuerOffline' } } },
        ],
        onError: { target: 'trouble', actions: { type: 'troubleIs', params: { trouble: 'issuerOffline' } } },
      },
    },

    load: loadState,
    putBack: putBackState,
    settling: settlingState,
    unwritten: unwrittenState,
    finished: finishedState,

    /** One is on the card and proved: the next one, if its holder wants it, begins anew with what the card holds now. */
    over: {
      id: 'over',
      always: [{ guard: and([({ context }) => context.next === 'another', 'moreToLoad']), target: 'claiming', actions: assign(goingOn) }, { target: 'left' }],
    },
    trouble: {
      initial: 'reading',
      entry: { type: 'startWait', params: { delay: 'readTrouble', tone: 'normal' } },
      states: { reading: {} },
      after: { readTrouble: 'left' },
      on: {
        'ui.retry': {
          guard: ({ context }) => context.trouble === 'issuerOffline' || context.trouble === 'journalUnavailable' || context.trouble === 'pendingTaken',
          target: 'finding',
          actions: assign({ trouble: undefined }),
        },
        'ui.service': { guard: 'toRelease', target: 'left', actions: { type: 'leaveTo', params: { next: 'account' } } },
        'ui.back': { target: 'left', actions: { type: 'leaveTo', params: { next: 'menu' } } },
        'ui.cancel': { target: 'left', actions: { type: 'leaveTo', params: { next: 'menu' } } },
        'ui.finish': 'left',
        'CARD.REMOVED': 'left',
      },
    },
    left: { type: 'final' },
  },
});

function goingOn({ context }: { context: TopUpContext }): TopUpContext {
  const { ports, preferences } = context;
  const { card, purseLimit, waiting } = known(afterLoaded(context), 'balance');
  return { ...beginning({ ports, card, preferences }), purseLimit, waiting };
}

export type PendingLoadActor = ActorRefFrom<typeof pendingLoadMachine>;
export type PendingLoadSnapshot = SnapshotFrom<typeof pendingLoadMachine>;
