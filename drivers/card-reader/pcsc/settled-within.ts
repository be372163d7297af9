/**
 * Waiting for calls that may never end: PC/SC has no way to take one back. Used by the device and its watch.
 */

/** Settles as `promise` does, or rejects with `signal.reason` when that comes first; what `promise` does later is nobody's business. */
export function settledWithin<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
