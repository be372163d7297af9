/** The smallest test runner there is: one case after the other, a line each, counted. Loading a whole one takes a minute under emulation. */

export interface Case {
  readonly title: string;
  run(): Promise<void>;
}

const counts = { passed: 0, failed: 0 };
/** Emulated, a case takes seconds; one that takes longer than this hangs. */
const CASE_LIMIT_MS = 60_000;

export async function group(name: string, cases: readonly Case[]): Promise<void> {
  for (const each of cases) {
    const started = performance.now();
    const failure = await Promise.race([each.run().then(() => undefined, toError), limit()]);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    if (failure === undefined) counts.passed += 1;
    else counts.failed += 1;
    process.stdout.write(
      `${failure === undefined ? 'ok    ' : 'FAILED'} ${name}: ${each.title} (${seconds} s)\n${failure === undefined ? '' : `${failure.stack ?? failure.message}\n`}`,
    );
  }
}

/** Ends the process: what a failed case left open must not keep it. */
export function finish(): never {
  process.stdout.write(`${counts.passed} passed, ${counts.failed} failed\n`);
  process.exit(counts.failed > 0 ? 1 : 0);
}

/** Looks again until `done`. */
export async function until(what: string, done: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + CASE_LIMIT_MS / 2; !(await done()); await new Promise((resolve) => setTimeout(resolve, 20))) {
    if (performance.now() > end) throw new Error(`after ${CASE_LIMIT_MS / 2} ms still not: ${what}`);
  }
}

function limit(): Promise<Error> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(new Error(`took longer than ${CASE_LIMIT_MS} ms`)), CASE_LIMIT_MS).unref();
  });
}

function toError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause));
}
