/** What the server's process entry and the operator's commands share: how they are called wrongly. */

/** What a command says, a line each, and how it ends: 0, or 1 when it is wrong or somebody has to act. */
export interface Printed {
  readonly lines: readonly string[];
  readonly status: 0 | 1;
}

/** Called wrongly: one line with the right way, exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Runs `parse`; what it throws is the caller's mistake. @throws {UsageError} */
export function asUsage<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(error instanceof Error ? error.message : String(error));
  }
}
