/** Time for the shell's supervisors: the part of the terminal's `Clock` they need, and the machine's own clock behind it. */
export interface ShellClock {
  /** Wall time, ms since 1970. */
  now(): number;
  /** ms from an arbitrary start; never goes back. */
  monotonic(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

export const systemClock: ShellClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (callback, ms) => setTimeout(callback, Math.max(0, ms)),
  clearTimeout: (timer) => {
    if (timer instanceof Object) clearTimeout(timer as NodeJS.Timeout);
  },
};
