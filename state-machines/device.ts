/**
 * Supervision of one device, whatever its class: brings it up, keeps an eye on it, and brings it up again when it was away. The only
 * place that reconnects. It decides when; what connecting means is the driver's, behind `DevicePort`. One actor a fitted device, run by
 * main/terminal/supervision.ts.
 */
import { assign, fromCallback, fromPromise, not, raise, setup, type SnapshotFrom } from 'xstate';
import type { DeviceHealth, DeviceIdentity, StorageUnit } from '../common/device-words.ts';
import type { Unsubscribe } from '../common/unsubscribe.ts';
import { typed } from './chart-types.ts';

/** What a device says of itself, in its class's words. */
export interface DeviceReport {
  readonly health: DeviceHealth;
  /** What isn't as it should be, e.g. `paper.out`, `media.jammed`; empty: it can do all of its work. */
  readonly impairments: readonly string[];
  readonly storage: readonly StorageUnit[];
}

/** Why an attempt failed: what was tried, what came back, what to check. */
export interface DeviceTrouble {
  /** The driver's word, e.g. `offline`, `timeout`, `protocol`. */
  readonly code: string;
  readonly message: string;
  /** Time alone does not mend it: another model on the port, a wrong address, a missing permission. */
  readonly lasting: boolean;
}

/** Implemented over a device class by the composition. Rejections carry a {@link DeviceTroubleError}. */
export interface DevicePort {
  /** One attempt to reach the unit and bring it up; moves no media. Its own limit applies. */
  connect(signal: AbortSignal): Promise<DeviceIdentity>;
  /** Asks the unit now. */
  check(signal: AbortSignal): Promise<DeviceReport>;
  /** What was last heard of the unit; asks nothing, so it disturbs no exchange. */
  last(): DeviceReport;
  /** Told whenever the device says something new of itself by itself. */
  onReport(listener: (report: DeviceReport) => void): Unsubscribe;
}

export class DeviceTroubleError extends Error {
  override readonly name = 'DeviceTroubleError';
  readonly trouble: DeviceTrouble;
  constructor(trouble: DeviceTrouble, cause?: unknown) {
    super(trouble.message, cause === undefined ? undefined : { cause });
    this.trouble = trouble;
  }
}

/** Why each wait is as long as it is. Tests advance the clock by these names. */
export const deviceDelays = {
  /** Doubled after each attempt in a row that failed: a replugged cable is back at once … */
  backOffFirst: 500,
  /** … and a device that is really away costs nothing. */
  backOffMost: 30_000,
  /** Somebody may have changed the cable, the permission or the model, and stands there waiting. */
  lastingRetry: 15_000,
  /** Drivers poll their units and say when one falls silent; what they last heard is looked at again this often, in case a word was missed. */
  heartbeat: 30_000,
} as const;

export interface DeviceContext {
  readonly port: DevicePort;
  readonly identity: DeviceIdentity | undefined;
  readonly report: DeviceReport;
  readonly trouble: DeviceTrouble | undefined;
  /** Attempts in a row that failed. */
  readonly failures: number;
}

export type DeviceEvent =
  | { readonly type: 'REPORT'; readonly report: DeviceReport }
  /** A technician, or an event of the machine (a cable was plugged in), asks for an attempt now. */
  | { readonly type: 'RETRY' };

/** What the rest of the terminal is told. `waiting`: away, and tried again by itself. `failed`: needs a hand; tried again now and then. */
export type DeviceCondition = 'connecting' | 'identifying' | 'ready' | 'degraded' | 'waiting' | 'failed';

const NOTHING_KNOWN: DeviceReport = { health: 'unknown', impairments: [], storage: [] };

type WithPort = { readonly port: DevicePort };

const actors = {
  connect: fromPromise<DeviceIdentity, WithPort>(({ input, signal }) => input.port.connect(signal)),
  check: fromPromise<DeviceReport, WithPort>(({ input, signal }) => input.port.check(signal)),
  listen: fromCallback<DeviceEvent, WithPort>(({ input, sendBack }) => input.port.onReport((report) => sendBack({ type: 'REPORT', report }))),
};

const withPort = ({ context: { port } }: { context: DeviceContext }): WithPort => ({ port });

/** What an attempt failed with; anything but the port's own error is a fault of the driver, and time may mend it. */
function troubleOf(error: unknown): DeviceTrouble {
  if (error instanceof DeviceTroubleError) return error.trouble;
  return { code: 'unexpected', message: error instanceof Error ? error.message : String(error), lasting: false };
}

export const deviceMachine = setup({
  types: { context: typed<DeviceContext>(), events: typed<DeviceEvent>(), input: typed<WithPort>() },
  actors,
  delays: {
    backOff: ({ context: { failures } }) => Math.min(deviceDelays.backOffMost, deviceDelays.backOffFirst * 2 ** Math.max(0, failures - 1)),
    lastingRetry: deviceDelays.lastingRetry,
    heartbeat: deviceDelays.heartbeat,
  },
  guards: {
    gone: ({ event }) => event.type === 'REPORT' && event.report.health === 'offline',
    lasting: ({ context }) => context.trouble?.lasting === true,
    broken: ({ context: { report } }) => report.health === 'hardwareError',
    whole: ({ context: { report } }) => report.health === 'online' && report.impairments.length === 0,
  },
  actions: {
    believe: assign(({ event }) => (event.type === 'REPORT' ? { report: event.report } : {})),
    forget: assign({ report: ({ context }): DeviceReport => ({ ...context.report, health: 'offline' }) }),
    count: assign({ failures: ({ context }) => context.failures + 1 }),
    lose: assign({ trouble: { code: 'offline', message: 'the device fell silent or its line was lost', lasting: false } }),
  },
}).createMachine({
  id: 'device',
  context: ({ input }) => ({ ...input, identity: undefined, report: NOTHING_KNOWN, trouble: undefined, failures: 0 }),
  initial: 'connecting',
  states: {
    connecting: {
      invoke: {
        src: 'connect',
        input: withPort,
        onDone: { target: 'identifying', actions: assign({ identity: ({ event }) => event.output }) },
        onError: { target: 'judging', actions: assign({ trouble: ({ event }) => troubleOf(event.error) }) },
      },
    },
    /** The unit is up and has said who it is; asked once for all it can say of itself. */
    identifying: {
      invoke: {
        src: 'check',
        input: withPort,
        onDone: { target: 'up', actions: assign({ report: ({ event }) => event.output, trouble: undefined }) },
        onError: { target: 'judging', actions: assign({ trouble: ({ event }) => troubleOf(event.error) }) },
      },
    },
    up: {
      type: 'parallel',
      invoke: { src: 'listen', input: withPort },
      on: {
        REPORT: [{ guard: 'gone', target: 'judging', actions: ['believe', 'lose'] }, { actions: 'believe' }],
      },
      states: {
        condition: {
          initial: 'ready',
          states: {
            ready: {
              always: [
                { guard: 'broken', target: 'failed' },
                { guard: not('whole'), target: 'degraded' },
              ],
            },
            degraded: {
              always: [
                { guard: 'broken', target: 'failed' },
                { guard: 'whole', target: 'ready' },
              ],
            },
            /** It answers, and says that it is broken. */
            failed: { always: { guard: not('broken'), target: 'ready' } },
          },
        },
        pulse: {
          initial: 'beating',
          states: {
            beating: {
              after: {
                heartbeat: {
                  target: 'beating',
                  reenter: true,
                  actions: [assign({ failures: 0 }), raise(({ context }) => ({ type: 'REPORT', report: context.port.last() }))],
                },
              },
            },
          },
        },
      },
    },
    judging: { entry: ['forget', 'count'], always: [{ guard: 'lasting', target: 'failed' }, { target: 'waiting' }] },
    waiting: { after: { backOff: 'connecting' }, on: { RETRY: 'connecting' } },
    failed: { after: { lastingRetry: 'connecting' }, on: { RETRY: 'connecting' } },
  },
});

export function conditionOf({ value }: Pick<SnapshotFrom<typeof deviceMachine>, 'value'>): DeviceCondition {
  if (typeof value === 'object') return value.up?.condition ?? 'degraded';
  return value === 'judging' ? 'waiting' : value; // judging passes on at once
}
