/** 网络与本机: network, clock, enrolment, configuration; restart and out of service with a reason; the log for the desk; tests of glass, sound and keypad. Invoked by rooms. */
import { assign, fromCallback, fromPromise, setup, type SnapshotFrom } from 'xstate';
import { typed } from '../../chart-types.ts';
import type { Verb } from '../../../common/maintenance/verbs.ts';
import { allowed, alone, beside, record, troubleOf, type RoomsEvent, type RoomsInput } from '../rooms-context.ts';
import type { ClosedReason, GlassTest, SystemTab } from './system-screens.ts';

type Logs = { readonly state: 'none' | 'running' } | { readonly state: 'good'; readonly file: string } | { readonly state: 'bad'; readonly why: string };

export interface SystemContext extends RoomsInput {
  readonly tab: SystemTab;
  readonly test: GlassTest;
  readonly touched: readonly number[];
  readonly color: number;
  readonly keys: readonly string[];
  readonly played: number;
  readonly logs: Logs;
}

/** What has to be seen to find a dead pixel. */
export const COLORS = ['red', 'green', 'blue', 'white', 'black'] as const;
const KEYS_SHOWN = 12;

const READS: Readonly<Record<SystemTab, Verb>> = { network: 'network.read', configuration: 'configuration.read', machine: 'clock.read' };

/** Out of service, or back in it: the journal first. @throws {PortError} */
function close(context: SystemContext, reason: ClosedReason | undefined): void {
  record(context, reason === undefined ? 'terminal.backInService' : 'terminal.outOfService', reason === undefined ? 'backInService' : 'outOfService', reason);
  context.ports.rooms.system.close(reason);
}

/** A terminal returns to service only by the readiness report of this visit. */
export function mayOpen({ ports, staff }: RoomsInput): boolean {
  return allowed({ staff }, 'terminal.backInService') && ports.readiness.backInService(staff.sessionId).may;
}

const NOTHING_TESTED = { touched: [], color: 0, keys: [], played: 0 } as const;

export const systemMachine = setup({
  types: typed<{ context: SystemContext; events: RoomsEvent; input: RoomsInput }>(),
  actors: {
    logs: fromPromise<Logs, RoomsInput>(async ({ input }) => {
      record(input, 'logs.export', 'logs');
      const written = await input.ports.rooms.system.exportLogs();
      return written.good ? { state: 'good', file: written.file } : { state: 'bad', why: written.why.slice(0, 300) };
    }),
    restart: fromPromise<void, RoomsInput>(async ({ input }) => {
      record(input, 'terminal.restart', 'restart');
      input.ports.rooms.system.restart();
    }),
    close: fromPromise<void, { readonly context: SystemContext; readonly reason: ClosedReason | undefined }>(async ({ input: { context, reason } }) =>
      close(context, reason),
    ),
    keys: fromCallback<RoomsEvent, RoomsInput>(({ input, sendBack }) => input.ports.rooms.system.onKey(sendBack)),
  },
  actions: {
    chooseTab: assign({ tab: ({ context, event }) => (event.type === 'ui.tab' ? event.tab : context.tab) }),
    chooseTest: assign({ test: ({ context, event }) => (event.type === 'ui.glass' ? event.test : context.test), ...NOTHING_TESTED }),
    touch: assign({
      touched: ({ context, event }) =>
        event.type === 'ui.pick' && event.index < 48 && !context.touched.includes(event.index) ? [...context.touched, event.index] : context.touched,
    }),
    nextColor: assign({ color: ({ context }) => (context.color + 1) % COLORS.length }),
    play: assign({ played: ({ context }) => Math.min(1000, context.played + 1) }),
    hearKey: assign({ keys: ({ context, event }) => (event.type === 'KEY.PRESSED' ? [...context.keys, event.key].slice(-KEYS_SHOWN) : context.keys) }),
    recordTest: ({ context }) => record(context, 'device.test', context.test),
  },
  guards: {
    mayRead: ({ context, event }) => event.type === 'ui.tab' && allowed(context, READS[event.tab]),
    mayTest: ({ context }) => allowed(context, 'device.test'),
  },
}).createMachine({
  id: 'system',
  context: ({ input }) => ({ ...input, tab: 'network', test: 'touch', ...NOTHING_TESTED, logs: { state: 'none' } }),
  on: {
    PREFERENCES: { actions: assign({ preferences: ({ event }) => event.preferences }) },
    'SECOND.CAME': { actions: assign({ staff: beside }) },
  },
  initial: 'facts',
  states: {
    facts: {
      on: {
        'ui.tab': { guard: 'mayRead', actions: 'chooseTab' },
        'ui.glass': { guard: 'mayTest', target: 'glass', actions: 'chooseTest' },
        'ui.work': [
          { guard: ({ context, event }) => event.work === 'logs' && allowed(context, 'logs.export'), target: 'exporting' },
          { guard: ({ context, event }) => event.work === 'restart' && allowed(context, 'terminal.restart'), target: 'askRestart' },
          { guard: ({ context, event }) => event.work === 'close' && allowed(context, 'terminal.outOfService'), target: 'askReason' },
          { guard: ({ context, event }) => event.work === 'open' && mayOpen(context), target: 'opening' },
        ],
        'ui.back': 'left',
      },
    },
    exporting: {
      entry: assign({ logs: { state: 'running' } }),
      exit: assign({ staff: alone }),
      invoke: {
        src: 'logs',
        input: ({ context }) => context,
        onDone: { target: 'facts', actions: assign({ logs: ({ event }) => event.output }) },
        onError: { target: 'facts', actions: assign({ logs: ({ event }) => ({ state: 'bad' as const, why: troubleOf(event.error) }) }) },
      },
    },
    askRestart: { on: { 'ui.confirm': 'restarting', 'ui.back': 'facts' } },
    restarting: { invoke: { src: 'restart', input: ({ context }) => context, onError: 'facts' } },
    askReason: {
      on: {
        'ui.closed-for': { guard: ({ context }) => allowed(context, 'terminal.outOfService'), target: 'closing' },
        'ui.back': 'facts',
      },
    },
    closing: {
      invoke: {
        src: 'close',
        input: ({ context, event }) => ({ context, reason: event.type === 'ui.closed-for' ? event.reason : undefined }),
        onDone: 'facts',
        onError: 'facts',
      },
    },
    opening: { invoke: { src: 'close', input: ({ context }) => ({ context, reason: undefined }), onDone: 'facts', onError: 'facts' } },
    glass: {
      entry: 'recordTest',
      invoke: { src: 'keys', input: ({ context }) => context },
      on: {
        'ui.pick': { actions: 'touch' },
        'ui.work': [
          { guard: ({ event }) => event.work === 'next', actions: 'nextColor' },
          { guard: ({ event }) => event.work === 'play', actions: 'play' },
        ],
        'KEY.PRESSED': { actions: 'hearKey' },
        'ui.back': 'facts',
        'ui.finish': 'facts',
      },
    },
    left: { type: 'final' },
  },
});

export type SystemSnapshot = SnapshotFrom<typeof systemMachine>;
