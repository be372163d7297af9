/**
 * On a machine that is full a test can fail for want of time alone. What failed in the crowd is run once more when the crowd is gone, and
 * named in the end: it passed only by itself. Nothing is run again when more than a few failed, when the failure is no test's, or when a
 * counterexample was found, for chance may not find it again. Used by steps.ts and test.ts.
 */
import path from 'node:path';
import { z } from 'zod';
import { readJson, type Counts } from './results.ts';
import { projectRoot } from './run-tool.ts';

/** What failed, and what runs it once more. */
export interface Failures {
  readonly names: readonly string[];
  /** In place of the arguments that chose everything. */
  readonly args: readonly string[];
}

/** More at once are no chance. */
const A_FEW = 3;
/** How fast-check begins. */
const COUNTEREXAMPLE = /Property failed after \d+ tests/;

const vitestSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).nullish() })),
    }),
  ),
});
const specSchema = z.object({ title: z.string(), file: z.string(), ok: z.boolean(), tests: z.array(z.object({ status: z.string() })) });

export function vitestFailures(reportFile: string): Failures {
  const report = vitestSchema.safeParse(readJson(reportFile));
  const failed = (report.data?.testResults ?? []).flatMap(({ name: file, assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'failed').map((test) => ({ ...test, file: path.relative(projectRoot, file) })),
  );
  const found = failed.some(({ failureMessages }) => (failureMessages ?? []).some((message) => COUNTEREXAMPLE.test(message)));
  return found ? NONE : { names: failed.map(({ file, fullName }) => `${file}: ${fullName}`), args: [...new Set(failed.map(({ file }) => file))] };
}

export function playwrightFailures(reportFile: string): Failures {
  return { names: failedSpecs(readJson(reportFile)), args: ['--last-failed'] };
}

const NONE: Failures = { names: [], args: [] };

/** The report is a tree of suites; specs stand somewhere in it. */
function failedSpecs(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const spec = specSchema.safeParse(node);
  if (!spec.success) return Object.values(node).flatMap(failedSpecs);
  return spec.data.tests.filter(({ status }) => status === 'unexpected').map(() => `${spec.data.file}: ${spec.data.title}`);
}

/** Every failure has a test, and they are few. */
export function worthASecondGo({ failed }: Counts, { names }: Failures): boolean {
  return failed > 0 && failed === names.length && failed <= A_FEW;
}

/** @param again what came of running the failed ones by themselves */
export function afterSecondGo(first: Counts, { names }: Failures, again: Counts): Counts {
  if (again.failed > 0 || again.passed < names.length) return first;
  return { ...first, passed: first.passed + first.failed, failed: 0, onlyAlone: names };
}
