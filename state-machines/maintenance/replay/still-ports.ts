/** The world as a replay's screens ask for it: time stands still, no slip is signed anew, and everything else is as it is now. */
import type { Ports } from '../../ports.ts';

/** @param at the moment that is replayed, ms since 1970 */
export function stillPorts(ports: Ports, at: number): Ports {
  return {
    ...ports,
    clock: { ...ports.clock, now: () => at, monotonic: () => 0, setTimeout: () => undefined, clearTimeout: () => {} },
    // what a telephone would read belongs to the person
    slips: { linkOf: () => '' },
  };
}
