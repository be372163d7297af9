/**
 * One command at a time on one device: tasks run in the order they came. Used by every device class whose unit takes one command at a
 * time.
 */

export class CommandQueue {
  #tail: Promise<unknown> = Promise.resolve();

  /**
   * Runs `task` when all earlier ones have settled, and settles as it does. Aborted while it waits: rejects at once with
   * `signal.reason` and the task never runs. Once it runs, the signal is the task's own business.
   */
  run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const turn = this.#tail;
    const result = new Promise<T>((resolve, reject) => {
      let waiting = true;
      const onAbort = (): void => {
        waiting = false;
        reject(signal?.reason);
      };
      if (signal?.aborted) onAbort();
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#tail = turn.then(async () => {
        signal?.removeEventListener('abort', onAbort);
        if (waiting) await task().then(resolve, reject);
      });
    });
    return result;
  }
}
