/**
 * Writes down why tests were not run: vitest's JSON report says that they were skipped and forgets the reason. Set up by
 * vitest.config.ts, read by `results.ts`.
 */
import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

export class NotRunReporter implements Reporter {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** One entry a test: its note, or null for one that gave none. */
  onTestRunEnd(modules: readonly TestModule[]): void {
    const notes = modules.flatMap((module) => [...module.children.allTests('skipped')].map((test) => noteOf(test.result()) ?? null));
    writeFileSync(this.#file, JSON.stringify(notes));
  }
}

function noteOf(result: object): string | undefined {
  return 'note' in result && typeof result.note === 'string' ? result.note : undefined;
}
