/** What every chart needs of XState beyond its own states: its types, and the terminal's clock in place of the machine's. */
import type { Clock } from '../common/clock.ts';

/** XState reads a chart's types from a value nobody looks at; this is that value, without a cast in every chart. */
export function typed<T extends object>(): T {
  return {} as T;
}

/** The states of a part of a chart by name, and nothing of what happens in them. */
export type StatesOf<T> = T extends { readonly states: infer S } ? { readonly states: { [K in keyof S]: StatesOf<S[K]> } } : object;

/** The clock a chart's actor runs on: all its delays pass in the port's time. */
export function chartClock(clock: Clock) {
  return {
    setTimeout: (callback: () => void, ms: number): unknown => clock.setTimeout(callback, ms),
    clearTimeout: (timer: unknown): void => clock.clearTimeout(timer),
  };
}
