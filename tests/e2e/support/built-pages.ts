/** The built pages for a file of tests: there before its first test, gone after its last. */
import { test } from '@playwright/test';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../../launcher/browser.ts';
import { buildApp } from '../../launcher/build.ts';
import { serveKioskPages, type KioskPage, type KioskPages, type OpenOptions } from '../../renderer/kiosk-page.ts';

export interface BuiltPages {
  readonly open: (options?: OpenOptions) => Promise<KioskPage>;
  /** A page that is closed whatever comes of `body`. */
  readonly withPage: <T>(viewport: OpenOptions['viewport'] & object, body: (kiosk: KioskPage) => Promise<T>, options?: OpenOptions) => Promise<T>;
}

/** Called where the file begins. */
export function builtPages(): BuiltPages {
  let browser: Browser;
  let pages: KioskPages;
  test.beforeAll(async () => {
    test.setTimeout(180_000);
    await buildApp();
    browser = await launchBrowser();
    pages = await serveKioskPages(browser);
  });
  test.afterAll(async () => {
    await pages.close();
    await browser.close();
  });
  return {
    open: (options) => pages.open(options),
    withPage: async (viewport, body, options = {}) => {
      const kiosk = await pages.open({ ...options, viewport });
      try {
        return await body(kiosk);
      } finally {
        await kiosk.page.close();
      }
    },
  };
}
