/** Holds questions until what they ask about changes: one bell per order, rung after the commit that changed it. */
import type { Clock } from '../../../common/clock.ts';

export interface Bells {
  /** Join before reading the state, or a change in between goes unheard. */
  join(name: string): Listener;
  ring(name: string): void;
  /** Rings all, now and from now on: the server stops. */
  close(): void;
}

export interface Listener {
  /** Resolves when the bell rang since the last wait, or after `ms`. */
  wait(ms: number): Promise<void>;
  leave(): void;
  readonly closed: boolean;
}

export function createBells(clock: Clock): Bells {
  const rooms = new Map<string, Set<() => void>>();
  let closed = false;
  const ring = (name: string): void => {
    for (const wake of rooms.get(name) ?? []) wake();
  };
  return {
    ring,
    close: () => {
      closed = true;
      for (const name of rooms.keys()) ring(name);
    },
    join: (name) => {
      let rung = false;
      let resolve: (() => void) | undefined;
      const wake = (): void => {
        rung = true;
        resolve?.();
      };
      const room = rooms.get(name) ?? new Set();
      rooms.set(name, room.add(wake));
      return {
        wait: async (ms) => {
          if (!rung && !closed) {
            await new Promise<void>((done) => {
              const timer = clock.setTimeout(done, ms);
              resolve = () => {
                clock.clearTimeout(timer);
                done();
              };
            });
          }
          rung = false;
          resolve = undefined;
        },
        leave: () => {
          room.delete(wake);
          if (room.size === 0 && rooms.get(name) === room) rooms.delete(name);
        },
        get closed() {
          return closed;
        },
      };
    },
  };
}
