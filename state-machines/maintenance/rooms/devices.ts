/** 测试设备: one device after the other: what it says of itself, its last trouble, another try, and its guided tests. Invoked by rooms. */
import { assign, sendParent, sendTo, setup, type SnapshotFrom } from 'xstate';
import { testedParts, type TestedPart } from '../../../common/maintenance/self-tests.ts';
import { typed } from '../../chart-types.ts';
import { allowed, record, type RoomsEvent, type RoomsInput } from '../rooms-context.ts';
import { monitorMachine } from '../monitor.ts';
import { selfTestsMachine } from '../self-tests.ts';
import type { CabinetPart } from '../staff-schema.ts';

export interface DevicesContext extends RoomsInput {
  readonly chosen: CabinetPart | undefined;
}

/** The part whose guided tests are made; `undefined`: it has none. */
export function testsOf({ chosen, ports }: DevicesContext): TestedPart | undefined {
  const part = testedParts.find((name) => name === chosen);
  return ports.selfTests.tests.some((test) => test.part === part) ? part : undefined;
}

/** The part whose frames can be looked at. */
export function monitored({ chosen, ports }: DevicesContext): TestedPart | undefined {
  return ports.monitor.parts.find((part) => part === chosen);
}

export const devicesMachine = setup({
  types: typed<{ context: DevicesContext; events: RoomsEvent; input: RoomsInput }>(),
  actors: { tests: selfTestsMachine, monitor: monitorMachine },
  actions: {
    choose: assign({ chosen: ({ context, event }) => (event.type === 'ui.part' ? event.part : context.chosen) }),
    retry: ({ context }) => {
      const { chosen, ports } = context;
      if (chosen === undefined) return;
      record(context, 'device.test', 'retry', chosen);
      ports.rooms.devices.retry(chosen);
    },
    tellUp: sendParent(({ event }) => event),
    passOn: sendTo('tests', ({ event }) => event),
    passToMonitor: sendTo('monitor', ({ event }) => event),
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
          { guard: ({ context, event }) => event.work === 'test' && testsOf(context) !== undefined && allowed(context, 'device.test'), target: 'testing' },
          {
            guard: ({ context, event }) => event.work === 'monitor' && monitored(context) !== undefined && allowed(context, 'monitor.read'),
            target: 'monitoring',
          },
        ],
        'ui.back': 'left',
      },
    },
    testing: {
      invoke: {
        id: 'tests',
        src: 'tests',
        input: ({ context }) => {
          const only = testsOf(context);
          return { ports: context.ports, staff: context.staff, preferences: context.preferences, ...(only === undefined ? {} : { only }) };
        },
        onDone: 'looking',
        onError: 'looking',
      },
      on: {
        'ui.*': { actions: 'passOn' },
        'SLOT.*': { actions: 'tellUp' },
        PREFERENCES: { actions: [assign({ preferences: ({ event }) => event.preferences }), 'passOn'] },
      },
    },
    monitoring: {
      invoke: {
        id: 'monitor',
        src: 'monitor',
        input: ({ context }) => {
          const part = monitored(context);
          if (part === undefined) throw new TypeError('nothing to monitor was chosen');
          return { ports: context.ports, staff: context.staff, preferences: context.preferences, part };
        },
        onDone: 'looking',
        onError: 'looking',
      },
      on: {
        'ui.*': { actions: 'passToMonitor' },
        'SECOND.CAME': { actions: 'passToMonitor' },
        PREFERENCES: { actions: [assign({ preferences: ({ event }) => event.preferences }), 'passToMonitor'] },
      },
    },
    left: { type: 'final' },
  },
});

export type DevicesSnapshot = SnapshotFrom<typeof devicesMachine>;
