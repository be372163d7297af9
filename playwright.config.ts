/** End-to-end tests: one worker, as each test owns a browser, a shell and devices; results also as data for `npm test`. */
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'tests/e2e',
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: true,
  retries: 0,
  outputDir: 'out/playwright',
  reporter: [['list'], ['json', { outputFile: 'out/playwright.json' }]],
});
