/**
 * Who somebody is, as a chart of its own: for flows that do something with a card which its holder alone may do. The states are those of the
 * loss report (loss-report/identify.ts); nothing happens in it but a question to the issuer. Invoked by flows (account.ts).
 */
import { assign, type ActorRefFrom, type SnapshotFrom } from 'xstate';
import { beginning, type LossContext, type LossOutput } from './loss-report/context.ts';
import { identifyState } from './loss-report/identify.ts';
import { lossSetup, stillHere } from './loss-report/setup.ts';
import { patiently } from './waiting.ts';

export const identificationMachine = lossSetup.createMachine({
  id: 'identification',
  context: ({ input }) => beginning(input),
  on: { PREFERENCES: { actions: assign({ preferences: ({ event }) => event.preferences }) } },
  output: ({ context }) => outcomeOf(context),
  initial: 'identifying',
  states: {
    identifying: identifyState,
    done: { id: 'identified', type: 'final' },
    trouble: {
      id: 'unidentified',
      ...patiently('trouble'),
      on: {
        'ui.retry': { target: 'identifying', actions: 'forgetPerson' },
        'ui.back': 'left',
        'ui.cancel': 'left',
        'ui.finish': 'left',
        'wait.ended': 'left',
        ...stillHere,
      },
    },
    left: { id: 'left', type: 'final', entry: 'forgetPerson' },
  },
});

function outcomeOf({ identificationId, way, cards }: LossContext): LossOutput {
  if (identificationId === undefined || way === undefined) return { told: false };
  return { told: false, person: { identificationId, by: way, cards } };
}

export type IdentificationActor = ActorRefFrom<typeof identificationMachine>;
export type IdentificationSnapshot = SnapshotFrom<typeof identificationMachine>;
