/** 测试设备: one device after the other: what it says of itself, its last trouble, and another try. Invoked by rooms. */
import { assign, sendTo, setup, type SnapshotFrom } from 'xstate';
import type { SelfTestName } from '../../../common/maintenance/self-tests.ts';
import { typed } from '../../chart-types.ts';
import { allowed, record, type RoomsEvent, type RoomsInput } from '../rooms-context.ts';
import { selfTestsMachine } from '../self-tests.ts';
import type { CabinetPart } from '../staff-schema.ts';

export interface DevicesContext extends RoomsInput {
  readonly chosen: CabinetPart | undefined;
}

export function testsOf({ ports, chosen }: Pick<DevicesContext, 'ports' | 'chosen'>): readonly SelfTestName[] {
  return ports.selfTests.tests.filter(({ part }) => part === chosen).map(({ test }) => test);
}

export const devicesMachine = setup({
  types: typed<{ context: DevicesContext; events: RoomsEvent; input: RoomsInput }>(),
  actors: { tests: selfTestsMachine },
  actions: {
    passOn: sendTo('tests', ({ event }) => event),
    choose: assign({ chosen: ({ context, event }) => (event.type === 'ui.part' ? event.part : context.chosen) }),
    retry: ({ context }) => {
      const { chosen, ports } = context;
      if (chosen === undefined) return;
      record(context, 'device.test', 'retry', chosen);
      ports.rooms.devices.retry(chosen);
    },
  },
}).createMachine({
  id: 'devices',
  context: ({ input }) => ({ ...input, chosen: undefined }),
  on: { PREFERENCES: { actions: assign({ preferences: ({ event }) => event.preferences }) } },
  initial: 'looking',
  states: {
    looking: {
      on: {
        'ui.part': { actions: 'choose' },
        'ui.work': [
          { guard: ({ context, event }) => event.work === 'retry' && allowed(context, 'device.test'), actions: 'retry' },
          { guard: ({ context, event }) => event.work === 'test' && allowed(context, 'device.test') && testsOf(context).length > 0, target: 'testing' },
          { guard: ({ context, event }) => event.work === 'readiness' && allowed(context, 'readiness.run'), target: 'reporting' },
        ],
        'ui.back': 'left',
      },
    },
    /** The tests of the chosen device. */
    testing: {
      invoke: {
        id: 'tests',
        src: 'tests',
        input: ({ context }) => ({ ports: context.ports, staff: context.staff, only: testsOf(context), locale: context.preferences.locale }),
        onDone: 'looking',
        onError: 'looking',
      },
      on: { 'ui.*': { actions: 'passOn' } },
    },
    /** All of them, and the report. */
    reporting: {
      invoke: {
        id: 'tests',
        src: 'tests',
        input: ({ context }) => ({ ports: context.ports, staff: context.staff, locale: context.preferences.locale }),
        onDone: 'looking',
        onError: 'looking',
      },
      on: { 'ui.*': { actions: 'passOn' } },
    },
    left: { type: 'final' },
  },
});

export type DevicesSnapshot = SnapshotFrom<typeof devicesMachine>;
