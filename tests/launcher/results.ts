/** Results of the test runners, read from their JSON reports and added up. Used by `check.ts` and `test.ts`. */
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** Why each test that was not run was not run. */
  readonly notRun?: readonly string[];
  /** Tests that failed beside the others and passed by themselves (second-go.ts). */
  readonly onlyAlone?: readonly string[];
}

const vitestSchema = z.object({
  success: z.boolean(),
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numTotalTests: z.int(),
  numPendingTests: z.int().default(0),
  numTodoTests: z.int().default(0),
});
/** Notes of the tests that vitest skipped (not-run-reporter.ts). */
const notesSchema = z.array(z.string().nullable()).catch([]);
const playwrightSchema = z.object({
  errors: z.array(z.unknown()),
  stats: z.object({ expected: z.int(), unexpected: z.int(), flaky: z.int(), skipped: z.int().default(0) }),
});
const playwrightSkipSchema = z.object({
  status: z.literal('skipped'),
  annotations: z.array(z.object({ type: z.string(), description: z.string().optional() })),
});

/** How a test says that the machine lacks a part that it needs. Nothing else may be skipped. */
const NOT_RUN = 'not run: ';

/**
 * A run that failed without a failed test (a file that can't be loaded, an error between tests) counts as one failure, as does a
 * report that isn't there or that holds no test at all. A test that is skipped without saying why has failed.
 */
export function vitestCounts(reportFile: string): Counts {
  const report = vitestSchema.safeParse(readJson(reportFile));
  if (!report.success || report.data.numTotalTests === 0) return { passed: 0, failed: 1 };
  const { success, numPassedTests: passed, numFailedTests, numPendingTests, numTodoTests } = report.data;
  const reasons = notesSchema
    .parse(readJson(`${reportFile}.skipped`))
    .flatMap((note) => (note?.startsWith(NOT_RUN) === true ? [note.slice(NOT_RUN.length)] : []));
  const silent = numPendingTests + numTodoTests - reasons.length;
  return withReasons(passed, success ? numFailedTests + Math.max(0, silent) : Math.max(1, numFailedTests), reasons);
}

/** Nothing is tried twice within a run. */
export function playwrightCounts(reportFile: string): Counts {
  const json = readJson(reportFile);
  const report = playwrightSchema.safeParse(json);
  if (!report.success) return { passed: 0, failed: 1 };
  const { expected, unexpected, flaky, skipped } = report.data.stats;
  const reasons = skipped === 0 ? [] : playwrightReasons(json);
  const failed = unexpected + flaky + Math.max(0, skipped - reasons.length);
  return withReasons(expected, failed === 0 && (expected === 0 || report.data.errors.length > 0) ? 1 : failed, reasons);
}

/** The report is a tree of suites; skipped tests stand somewhere in it. */
function playwrightReasons(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const test = playwrightSkipSchema.safeParse(node);
  if (test.success)
    return test.data.annotations.flatMap(({ type, description }) => (type === 'skip' && description !== undefined ? [description] : [])).slice(0, 1);
  return Object.values(node).flatMap(playwrightReasons);
}

function withReasons(passed: number, failed: number, reasons: readonly string[]): Counts {
  return reasons.length === 0 ? { passed, failed } : { passed, failed, notRun: reasons };
}

export function add(counts: readonly Counts[]): Counts {
  const sum = (of: 'passed' | 'failed'): number => counts.reduce((total, each) => total + each[of], 0);
  const total = withReasons(
    sum('passed'),
    sum('failed'),
    counts.flatMap(({ notRun = [] }) => notRun),
  );
  const onlyAlone = counts.flatMap(({ onlyAlone: names = [] }) => names);
  return onlyAlone.length === 0 ? total : { ...total, onlyAlone };
}

/** What a reader is to know of those that passed: which did so only when they were run again, alone. */
export function onlyAloneLine({ onlyAlone = [] }: Counts): string {
  return onlyAlone.length === 0 ? '' : `${onlyAlone.length} failed beside the others and passed alone: ${onlyAlone.join('; ')}\n`;
}

/** Before the last line; nothing when every test was run. */
export function notRunLine({ notRun = [] }: Counts): string {
  if (notRun.length === 0) return '';
  const reasons = [...new Set(notRun)].map((reason) => `${reason} (${notRun.filter((other) => other === reason).length})`);
  return `${notRun.length} not run: ${reasons.join(', ')}\n`;
}

/** The last line of `npm test`. */
export function summaryLine({ passed, failed }: Counts): string {
  return `${passed} passed, ${failed} failed`;
}

export function readJson(file: string): unknown {
  try {
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as unknown) : undefined;
  } catch {
    return undefined;
  }
}
