/**
 * Time as a port. Nothing below the composition reads the machine's clock; tests and the simulation advance a clock of their own.
 */

/** Opaque handle of a pending timer. */
export type Timer = unknown;

export interface Clock {
  /** Wall time, ms since 1970-01-01T00:00:00Z. May jump. */
  now(): number;
  /** Elapsed time in ms from an arbitrary start. Never goes back; use it for durations. */
  monotonic(): number;
  /** Calls `callback` once after `ms`. */
  setTimeout(callback: () => void, ms: number): Timer;
  clearTimeout(timer: Timer): void;
}

/** Resolves after `ms` of the clock's time; rejects with `signal.reason` when aborted first. */
export function delay(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      clock.clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = clock.setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** An abort signal that fires after `ms` of the clock's time or with `parent`; `dispose` frees the timer. */
export function deadline(clock: Clock, ms: number, reason: () => unknown, parent?: AbortSignal): { signal: AbortSignal; dispose: () => void } {
  const controller = new AbortController();
  const onParent = (): void => controller.abort(parent?.reason);
  const timer = clock.setTimeout(() => controller.abort(reason()), ms);
  if (parent?.aborted) onParent();
  else parent?.addEventListener('abort', onParent, { once: true });
  return {
    signal: controller.signal,
    dispose: () => {
      clock.clearTimeout(timer);
      parent?.removeEventListener('abort', onParent);
    },
  };
}
