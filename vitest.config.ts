import { defineConfig } from 'vitest/config';
import { NotRunReporter } from './tests/launcher/not-run-reporter.ts';

/** Set by `npm run check` and `npm test`: where the reports go (tests/launcher/steps.ts). */
const report = process.env['UNIT_REPORT'];

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts', 'tests/**/*.test.tsx'],
    exclude: ['tests/e2e/**', 'node_modules/**'],
    pool: 'forks',
    testTimeout: 20_000,
    ...(report === undefined ? {} : { reporters: ['dot', ['json', { outputFile: report }], new NotRunReporter(`${report}.skipped`)] }),
  },
});
