import { defineConfig } from 'vitest/config';
import { keepCompiledModules } from './tests/launcher/compile-cache.ts';
import { NotRunReporter } from './tests/launcher/not-run-reporter.ts';
import { ENUMERATIONS, PORT_SUITES } from './tests/launcher/slow-tests.ts';

keepCompiledModules();

/** Set by `npm run check` and `npm test`: where the reports go (tests/launcher/steps.ts). */
const report = process.env['UNIT_REPORT'];
const never = ['tests/e2e/**', 'node_modules/**'];

export default defineConfig({
  test: {
    pool: 'forks',
    testTimeout: 20_000,
    ...(report === undefined ? {} : { reporters: ['minimal', ['json', { outputFile: report }], new NotRunReporter(`${report}.skipped`)] }),
    // In this order. `npm run check` runs the first.
    projects: [
      {
        extends: true,
        test: {
          name: 'units',
          include: ['tests/**/*.test.ts', 'tests/**/*.test.tsx'],
          exclude: [...never, ...ENUMERATIONS, ...PORT_SUITES],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { name: 'enumerations', include: ENUMERATIONS, exclude: never, maxWorkers: 3, sequence: { groupOrder: 1 } } },
      { extends: true, test: { name: 'ports', include: PORT_SUITES, exclude: never, maxWorkers: 6, sequence: { groupOrder: 2 } } },
    ],
  },
});
