/** End-to-end tests: two workers, each with browsers, shells and devices of its own; results also as data for `npm test`. */
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'tests/e2e',
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: true,
  retries: 0,
  outputDir: 'out/playwright',
  reporter: [['list'], ['json', { outputFile: 'out/playwright.json' }]],
});
