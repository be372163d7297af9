/**
 * Every flow of a cardholder to its end in every way of using the terminal: touch, keys alone, two switches, by ear alone in each language,
 * largest size, low reach. Real charts, the real page; the table in renderer/ACCESS.md says no more than what runs here.
 */
import os from 'node:os';
import { test } from '@playwright/test';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../launcher/browser.ts';
import { buildApp } from '../launcher/build.ts';
import { PORTRAIT, serveKioskPages, type KioskPages } from '../renderer/kiosk-page.ts';
import { flows } from './support/access/flows.ts';
import { unhurried, Walk } from './support/access/walk.ts';
import { ways } from './support/access/ways.ts';

/** Priority of what only computes, for the system's scheduler: 0 is usual, 19 the least. */
const GIVES_WAY = 5;

let browser: Browser;
let pages: KioskPages;

test.beforeAll(async () => {
  test.setTimeout(180_000);
  os.setPriority(GIVES_WAY);
  await buildApp();
  browser = await launchBrowser();
  pages = await serveKioskPages(browser);
});
test.afterAll(async () => {
  await pages.close();
  await browser.close();
});

for (const way of ways) {
  test(`every flow: ${way.name}`, async () => {
    test.setTimeout(120_000);
    const kiosk = await pages.open({ viewport: PORTRAIT, reducedMotion: true });
    await unhurried(kiosk);
    for (const flow of flows) {
      await test.step(flow.name, async () => {
        const walk = new Walk(kiosk, way);
        await walk.begin();
        await flow.run(walk);
        await walk.leaves();
      });
    }
    await kiosk.page.close();
  });
}
