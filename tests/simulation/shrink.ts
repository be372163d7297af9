/** Makes a fault plan that breaks something as small as it can be: takes faults away as long as the same oracle still objects. */
import type { PlannedFault } from './faults.ts';
import { runSeed, type SeedOptions, type SeedResult } from './run-seed.ts';

/** Worlds that are run for it at most. */
const MOST_RUNS = 80;

export interface Shrunk {
  readonly plan: readonly PlannedFault[];
  readonly sessions: number;
  readonly runs: number;
}

/**
 * @param failed what broke, with its plan
 * @param run a world under a plan
 */
export async function shrink(
  options: SeedOptions,
  failed: Pick<SeedResult, 'plan' | 'violations' | 'sessions'>,
  run: (options: SeedOptions) => Promise<Pick<SeedResult, 'violations'>> = runSeed,
): Promise<Shrunk> {
  const oracle = failed.violations[0]?.oracle;
  let runs = 0;
  const stillBreaks = async (plan: readonly PlannedFault[], sessions: number): Promise<boolean> => {
    if (runs >= MOST_RUNS) return false;
    runs += 1;
    const { violations } = await run({ ...options, plan, sessions });
    return violations.some((violation) => violation.oracle === oracle);
  };
  let { plan, sessions } = failed;
  for (let fewer = Math.floor(sessions / 2); fewer >= 1; fewer = Math.floor(fewer / 2)) {
    const kept = plan.filter(({ session }) => session < sessions - fewer);
    if (await stillBreaks(kept, sessions - fewer)) {
      sessions -= fewer;
      plan = kept;
      fewer = sessions;
    }
  }
  for (let size = Math.ceil(plan.length / 2); size >= 1 && plan.length > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < plan.length;) {
      const without = [...plan.slice(0, at), ...plan.slice(at + size)];
      if (await stillBreaks(without, sessions)) plan = without;
      else at += size;
    }
  }
  return { plan, sessions, runs };
}
