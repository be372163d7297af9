import { defineConfig } from 'vitest/config';
import { keepCompiledModules } from './tests/launcher/compile-cache.ts';
import { NotRunReporter } from './tests/launcher/not-run-reporter.ts';
import { ENUMERATIONS, EMBEDDED_ONLY, FLEET_SUITE, PORT_SUITES } from './tests/launcher/slow-tests.ts';

keepCompiledModules();

/** Set by `npm run check` and `npm test`: where the reports go (tests/launcher/steps.ts). */
const report = process.env['UNIT_REPORT'];
/** They put something else in the place of a module or of this process's environment: no other file may find it there. */
const ALONE = ['tests/launcher/launcher.test.ts', 'tests/main/electron/preload.test.ts', 'tests/main/electron/window.test.ts'];
const never = ['tests/e2e/**', 'node_modules/**'];

export default defineConfig({
  test: {
    pool: 'forks',
    testTimeout: 20_000,
    ...(report === undefined ? {} : { reporters: ['minimal', ['json', { outputFile: report }], new NotRunReporter(`${report}.skipped`)] }),
    // Tests share nothing that changes, so files share a worker and its modules, which are loaded once instead of once a file.
    isolate: false,
    // In this order. `npm run check` runs the first two.
    projects: [
      {
        extends: true,
        test: {
          name: 'units',
          include: ['tests/**/*.test.ts', 'tests/**/*.test.tsx'],
          exclude: [...never, ...ALONE, ...ENUMERATIONS, ...PORT_SUITES, 'tests/fleet/postgres/**'],
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
      { extends: true, test: { name: 'enumerations', include: ENUMERATIONS, exclude: never, maxWorkers: 3, sequence: { groupOrder: 1 } } },
      { extends: true, test: { name: 'ports', include: PORT_SUITES, exclude: never, maxWorkers: 6, sequence: { groupOrder: 2 } } },
    ],
  },
});
