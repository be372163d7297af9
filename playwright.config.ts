/**
 * End-to-end tests. What computes (the screens and the console, page by page) has one worker, and gives way to the others; what waits for
 * mechanics and people has the other, the longest first, and both when the screens are done. A third one lets simulated devices and windows
 * come late on two cores. Each has browsers, shells and devices of its own. Results also as data for `npm test`.
 */
import { defineConfig } from '@playwright/test';
import { keepCompiledModules } from './tests/launcher/compile-cache.ts';

keepCompiledModules();

const SCREENS = ['screens.spec.ts', 'access.spec.ts', 'right-to-left.spec.ts', 'console/pages.spec.ts', 'console/desk.spec.ts'];
const SITUATIONS = ['top-up.spec.ts', 'models.spec.ts', 'serial.spec.ts'];

export default defineConfig({
  testDir: 'tests/e2e',
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: true,
  retries: 0,
  outputDir: 'out/playwright',
  reporter: [['list'], ['json', { outputFile: 'out/playwright.json' }]],
  projects: [
    { name: 'screens', testMatch: SCREENS, workers: 1 },
    { name: 'situations', testMatch: SITUATIONS },
    { name: 'terminal', testIgnore: [...SCREENS, ...SITUATIONS] },
  ],
});
