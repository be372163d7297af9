/**
 * End-to-end tests. What computes (screens and pages, one by one) has one worker, and gives way; what waits for mechanics and people has
 * two, the longest first: a third lets simulated devices and windows come late on two cores. `npm test` runs both kinds side by side
 * (tests/launcher/test.ts). Each has browsers, shells and devices of its own.
 */
import { defineConfig } from '@playwright/test';
import { keepCompiledModules } from './tests/launcher/compile-cache.ts';
import { PAGE_BY_PAGE } from './tests/launcher/slow-tests.ts';

keepCompiledModules();

/** Set by `npm test`: where the results go as data (tests/launcher/steps.ts). */
const report = process.env['TEST_REPORT'];
const SITUATIONS = ['top-up.spec.ts', 'models.spec.ts', 'serial.spec.ts'];

export default defineConfig({
  testDir: 'tests/e2e',
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: true,
  retries: 0,
  outputDir: 'out/playwright',
  reporter: report === undefined ? 'list' : [['list'], ['json', { outputFile: report }]],
  projects: [
    { name: 'screens', testMatch: PAGE_BY_PAGE, workers: 1 },
    { name: 'situations', testMatch: SITUATIONS },
    { name: 'terminal', testIgnore: [...PAGE_BY_PAGE, ...SITUATIONS] },
  ],
});
