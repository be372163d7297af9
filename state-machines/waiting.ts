/**
 * Waiting for a person: calm, then a warning with a countdown, then the end. Every waiting state of every flow is built from this, so
 * that none lacks a limit, a warning or a way to extend (kiosk-ux.md 8; WCAG 2.2.1).
 */
import type { Clock } from '../common/clock.ts';
import type { Preferences, Wait } from './view.ts';

/** A countdown that runs; `startedAt` is the clock's elapsed time. */
export interface RunningWait {
  readonly startedAt: number;
  readonly totalMs: number;
  readonly tone: Wait['tone'];
}

/** Slower reading and moving get more time: × 2.5 in large print, with speech and with switches (kiosk-ux.md 5 and 8). */
export function paceOf({ size, speech = false, scan = false }: Preferences): number {
  return size === 'standard' && !speech && !scan ? 1 : 2.5;
}

/** What a chart knows of whom it serves. */
interface Serving {
  readonly ports: { readonly clock: Clock };
  readonly preferences: Preferences;
}

/** The delays of a machine by name, each at the pace of the person. */
export function delaysOf<D extends Record<string, number>>(named: D) {
  type Delay = (args: { readonly context: Serving }) => number;
  return Object.fromEntries(Object.entries(named).map(([name, ms]) => [name, (({ context }) => ms * paceOf(context.preferences)) satisfies Delay])) as Record<
    keyof D & string,
    Delay
  >;
}

/** A wait that begins now, at the pace of the person. */
export function waitOf({ ports, preferences }: Serving, ms: number, tone: Wait['tone']): RunningWait {
  return { startedAt: ports.clock.monotonic(), totalMs: ms * paceOf(preferences), tone };
}

export function leftOf(wait: RunningWait | undefined, clock: Clock): Wait | undefined {
  if (wait === undefined) return undefined;
  const leftMs = Math.max(0, Math.round(wait.startedAt + wait.totalMs - clock.monotonic()));
  return { leftMs, totalMs: wait.totalMs, tone: wait.tone };
}

/**
 * Child states of a waiting state. The parent's own transitions target `.calm` to start the wait anew and take `wait.ended` as its end.
 * @param delay name of the wait in the machine's delays; the warning's name is `warning` in every machine
 */
export function patiently<const D extends string>(delay: D) {
  return {
    initial: 'calm' as const,
    states: {
      calm: { entry: { type: 'startWait' as const, params: { delay, tone: 'normal' as const } }, after: { [delay]: 'warned' } as { [K in D]: 'warned' } },
      warned: {
        tags: ['idleWarning' as const],
        entry: { type: 'startWait' as const, params: { delay: 'warning' as const, tone: 'warn' as const } },
        after: { warning: { actions: 'endWait' as const } },
        on: { 'ui.extend': 'calm' as const },
      },
    },
  };
}
