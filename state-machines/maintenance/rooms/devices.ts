/** 测试设备: one device after the other: what it says of itself, its last trouble, and another try. Invoked by rooms. */
import { assign, setup, type SnapshotFrom } from 'xstate';
import { typed } from '../../chart-types.ts';
import { allowed, record, type RoomsEvent, type RoomsInput } from '../rooms-context.ts';
import type { CabinetPart } from '../staff-schema.ts';

export interface DevicesContext extends RoomsInput {
  readonly chosen: CabinetPart | undefined;
}

export const devicesMachine = setup({
  types: typed<{ context: DevicesContext; events: RoomsEvent; input: RoomsInput }>(),
  actions: {
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
        'ui.work': { guard: ({ context, event }) => event.work === 'retry' && allowed(context, 'device.test'), actions: 'retry' },
        'ui.back': 'left',
      },
    },
    left: { type: 'final' },
  },
});

export type DevicesSnapshot = SnapshotFrom<typeof devicesMachine>;
