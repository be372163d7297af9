import { matchesGlob } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { keepCompiledModules } from './tests/launcher/compile-cache.ts';
import { NotRunReporter } from './tests/launcher/not-run-reporter.ts';
import { ENUMERATIONS, EMBEDDED_ONLY, FLEET_SUITE, PACKAGE, WAITING } from './tests/launcher/slow-tests.ts';

keepCompiledModules();

/** Set by `npm run check` and `npm test`: where the reports go (tests/launcher/steps.ts). */
const report = process.env['TEST_REPORT'];
/** They put something else in the place of a module or of this process's environment: no other file may find it there. */
const ALONE = ['tests/launcher/launcher.test.ts', 'tests/main/electron/preload.test.ts', 'tests/main/electron/window.test.ts'];
const never = ['tests/e2e/**', 'node_modules/**'];

/** The long ones first, in the order of their lists: a worker that is free at the end is of no use. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const order = [...WAITING, ...ENUMERATIONS].toReversed();
    const rank = ({ moduleId }: TestSpecification): number => order.findIndex((pattern) => matchesGlob(moduleId, `**/${pattern}`));
    return (await super.sort(files)).toSorted((one, other) => rank(other) - rank(one));
  }
}

export default defineConfig({
  test: {
    pool: 'forks',
    testTimeout: 20_000,
    ...(report === undefined ? {} : { reporters: ['minimal', ['json', { outputFile: report }], new NotRunReporter(`${report}.skipped`)] }),
    // Tests share nothing that changes, so files share a worker and its modules, which are loaded once instead of once a file.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    // In this order. `npm run check` runs the first two.
    projects: [
      {
        extends: true,
        test: {
          name: 'units',
          include: ['tests/**/*.test.ts', 'tests/**/*.test.tsx'],
          exclude: [...never, ...ALONE, ...ENUMERATIONS, ...WAITING, ...PACKAGE, 'tests/fleet/postgres/**'],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { name: 'alone', include: ALONE, isolate: true, maxWorkers: 2, sequence: { groupOrder: 0 } } },
      {
        extends: true,
        test: {
          name: 'fleet on PostgreSQL',
          include: FLEET_SUITE,
          exclude: [...never, ...EMBEDDED_ONLY],
          globalSetup: 'tests/fleet/postgres/global-setup.ts',
          setupFiles: 'tests/fleet/postgres/each-file.ts',
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { name: 'enumerations', include: ENUMERATIONS, exclude: never, maxWorkers: 2, sequence: { groupOrder: 0 } } },
      { extends: true, test: { name: 'waiting', include: WAITING, exclude: never, maxWorkers: 6, sequence: { groupOrder: 1 } } },
      { extends: true, test: { name: 'package', include: PACKAGE, exclude: never, maxWorkers: 1, sequence: { groupOrder: 2 } } },
    ],
  },
});
