/** What the server's process entry and the operator's commands share: how they are called wrongly. */

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
