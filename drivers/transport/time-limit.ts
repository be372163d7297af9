/**
 * Bounds one operating-system call by time and by an abort signal. Only the transports use it: they run on the machine's own time.
 */
import { TransportError } from './transport.ts';

export interface TimeLimit {
  readonly ms: number;
  readonly address: string;
  /** What was attempted, for the message: `opening`, `writing`. */
  readonly doing: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Settles as `start` says through its two callbacks; rejects with `timeout` or `aborted` when the limit or the signal comes first.
 * `onGivenUp` then frees what the call still holds.
 */
export function withinLimit<T>(
  limit: TimeLimit,
  start: (resolve: (value: T) => void, reject: (error: TransportError) => void) => void,
  onGivenUp: (error: TransportError) => void,
): Promise<T> {
  const { ms, address, doing, signal } = limit;
  return new Promise<T>((resolve, reject) => {
    if (signal?.aborted) {
      const error = new TransportError('aborted', address, `${doing} ${address} was aborted before it began`, signal.reason);
      onGivenUp(error);
      reject(error);
      return;
    }
    let settled = false;
    const settle = (): boolean => {
      if (settled) return false;
      settled = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      return true;
    };
    const giveUp = (error: TransportError): void => {
      if (!settle()) return;
      onGivenUp(error);
      reject(error);
    };
    const onAbort = (): void => giveUp(new TransportError('aborted', address, `${doing} ${address} was aborted`, signal?.reason));
    const timer = setTimeout(() => giveUp(new TransportError('timeout', address, `${doing} ${address} took longer than ${ms} ms`)), ms);
    signal?.addEventListener('abort', onAbort, { once: true });
    start(
      (value) => {
        if (settle()) resolve(value);
      },
      (error) => {
        if (settle()) reject(error);
      },
    );
  });
}
