/** Results of the test runners, read from their JSON reports and added up. Used by `check.ts` and `test.ts`. */
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

const vitestSchema = z.object({ success: z.boolean(), numPassedTests: z.int(), numFailedTests: z.int(), numTotalTests: z.int() });
const playwrightSchema = z.object({
  errors: z.array(z.unknown()),
  stats: z.object({ expected: z.int(), unexpected: z.int(), flaky: z.int() }),
});

/**
 * A run that failed without a failed test (a file that can't be loaded, an error between tests) counts as one failure, as does a
 * report that isn't there or that holds no test at all.
 */
export function vitestCounts(reportFile: string): Counts {
  const report = vitestSchema.safeParse(readJson(reportFile));
  if (!report.success || report.data.numTotalTests === 0) return { passed: 0, failed: 1 };
  const { success, numPassedTests: passed, numFailedTests } = report.data;
  return { passed, failed: success ? numFailedTests : Math.max(1, numFailedTests) };
}

/** A test that passed only on a second try has failed. */
export function playwrightCounts(reportFile: string): Counts {
  const report = playwrightSchema.safeParse(readJson(reportFile));
  if (!report.success) return { passed: 0, failed: 1 };
  const { expected, unexpected, flaky } = report.data.stats;
  const failed = unexpected + flaky;
  return { passed: expected, failed: failed === 0 && (expected === 0 || report.data.errors.length > 0) ? 1 : failed };
}

export function add(counts: readonly Counts[]): Counts {
  return counts.reduce((sum, { passed, failed }) => ({ passed: sum.passed + passed, failed: sum.failed + failed }), { passed: 0, failed: 0 });
}

/** The last line of `npm test`. */
export function summaryLine({ passed, failed }: Counts): string {
  return `${passed} passed, ${failed} failed`;
}

function readJson(file: string): unknown {
  try {
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as unknown) : undefined;
  } catch {
    return undefined;
  }
}
