/**
 * The question at the end (满意度): how it went, by one touch, and what was wrong by a second one. Asked after the card is back in its holder's
 * hand; it keeps nobody, neither this person nor the next, and says nothing of who they are. An answer is on disk before there are thanks, and
 * goes to the desk in the background. Invoked by session.
 */
import { assign, fromPromise, setup, type ActorRefFrom, type SnapshotFrom } from 'xstate';
import { surveyAnsweredSchema } from '../common/upstream-api/support.ts';
import { typed } from './chart-types.ts';
import { announce } from './desk/submission.ts';
import { isJournalFailure } from './ports.ts';
import { reasonsAsked, surveyDelays, type SurveyContext, type SurveyEvent, type SurveyInput } from './survey/context.ts';
import { delaysOf, waitOf } from './waiting.ts';

/** @returns `notKept`: the journal could not take it */
async function keepAnswer({ ports, service, rating, reason }: SurveyContext): Promise<'kept' | 'notKept'> {
  const { clock, desk, ids } = ports;
  if (rating === undefined) return 'notKept';
  const sessionId = ids.uuid();
  const at = clock.now();
  const body = surveyAnsweredSchema.parse({
    sessionId,
    questions: desk.terms?.questions?.version,
    service,
    overall: rating,
    reasons: reason === undefined ? [] : [reason],
    answeredAt: at,
  });
  try {
    announce(ports, { id: sessionId, envelope: 'survey.answered', number: '', body, at });
    return 'kept';
  } catch (error) {
    if (isJournalFailure(error)) return 'notKept';
    throw error;
  }
}

export const surveyMachine = setup({
  types: typed<{ context: SurveyContext; events: SurveyEvent; input: SurveyInput; tags: 'idleWarning' }>(),
  actors: { keep: fromPromise<'kept' | 'notKept', SurveyContext>(({ input }) => keepAnswer(input)) },
  actions: {
    startWait: assign({ wait: ({ context }) => waitOf(context, surveyDelays.answer, 'normal') }),
    noWait: assign({ wait: undefined }),
    rate: assign(({ event }) => (event.type === 'ui.rate' ? { rating: event.rating } : {})),
    giveReason: assign(({ event }) => (event.type === 'ui.reason' ? { reason: event.reason } : {})),
  },
  guards: {
    hasReasons: ({ context, event }) => event.type === 'ui.rate' && event.rating === 'bad' && reasonsAsked(context).length > 0,
    isAsked: ({ context, event }) => event.type === 'ui.reason' && reasonsAsked(context).includes(event.reason),
  },
  delays: delaysOf(surveyDelays),
}).createMachine({
  id: 'survey',
  context: ({ input }) => ({ ...input, rating: undefined, reason: undefined, wait: undefined }),
  on: { PREFERENCES: { actions: assign({ preferences: ({ event }) => event.preferences }) } },
  initial: 'rating',
  states: {
    rating: {
      entry: 'startWait',
      exit: 'noWait',
      after: { answer: 'left' },
      on: {
        'ui.rate': [
          { guard: 'hasReasons', target: 'reason', actions: 'rate' },
          { target: 'keeping', actions: 'rate' },
        ],
        'ui.skip': 'left',
        'ui.finish': 'left',
        'ui.back': 'left',
        'ui.cancel': 'left',
        'CARD.INSERTED': 'left',
        'CARD.REFUSED': 'left',
      },
    },
    /** They have answered already: whatever comes now, the answer is kept. */
    reason: {
      entry: 'startWait',
      exit: 'noWait',
      after: { answer: 'keeping' },
      on: {
        'ui.reason': { guard: 'isAsked', target: 'keeping', actions: 'giveReason' },
        'ui.skip': 'keeping',
        'ui.finish': 'keeping',
        'ui.back': 'keeping',
        'ui.cancel': 'keeping',
        'CARD.INSERTED': 'keeping',
        'CARD.REFUSED': 'keeping',
      },
    },
    keeping: {
      invoke: {
        src: 'keep',
        input: ({ context }) => context,
        onDone: [{ guard: ({ context, event }) => event.output === 'kept' && context.ports.card.media === 'notPresent', target: 'thanks' }, { target: 'left' }],
        onError: 'left',
      },
    },
    thanks: {
      after: { thanks: 'left' },
      on: { 'ui.finish': 'left', 'CARD.INSERTED': 'left', 'CARD.REFUSED': 'left' },
    },
    left: { type: 'final' },
  },
});

export type SurveyActor = ActorRefFrom<typeof surveyMachine>;
export type SurveySnapshot = SnapshotFrom<typeof surveyMachine>;
