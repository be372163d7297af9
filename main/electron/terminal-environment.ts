/** What the terminal process finds in its environment beyond the shell's own. Used where it is started: terminal-fork.ts, and the bench that measures it. */

/**
 * One arena: glibc else gives every thread one of its own, and what a few threads free in turns is never whole again. Measured by
 * `npm run bench -- --only memory`: without it the process grows by some 20 kB a top-up and does not stop.
 */
export const terminalEnvironment = { MALLOC_ARENA_MAX: '1' } as const;
