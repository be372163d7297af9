/**
 * Settings that a person combines, where screens.spec.ts takes one at a time: every state of every screen with buttons set low, under the widest
 * borders, at every size; what a cardholder touches is within reach there, and the other themes take no more room than those that are surveyed.
 * English stands for the languages: it is the longest.
 */
import { expect, test } from '@playwright/test';
import type { Browser } from 'playwright-core';
import { sizes, type Site } from '../../state-machines/view.ts';
import { launchBrowser } from '../launcher/browser.ts';
import { buildApp } from '../launcher/build.ts';
import { MAIN, STATES, type Sample, type Setting } from '../renderer/fixtures.ts';
import { LANDSCAPE, PORTRAIT, serveKioskPages, type KioskPage, type KioskPages } from '../renderer/kiosk-page.ts';
import { beyondReach, faultsOf, LOW_REACH_TOP } from '../renderer/layout-survey.ts';

const ALL: Readonly<Record<string, Sample>> = { ...MAIN, ...STATES };
const site: Partial<Site> = { slots: { card: 'left', cash: 'left', receipt: 'below' } };

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

async function withPage<T>(viewport: { readonly width: number; readonly height: number }, body: (kiosk: KioskPage) => Promise<T>): Promise<T> {
  const kiosk = await pages.open({ viewport });
  try {
    return await body(kiosk);
  } finally {
    await kiosk.page.close();
  }
}

/** Beside what is to be touched something must be, whatever was set: what leads there, and a screen over the screen, which closes by itself. */
function isTouchedLow([, { overlay }]: readonly [string, Sample]): boolean {
  return overlay?.kind !== 'hidden' && overlay?.kind !== 'idle-warning' && overlay?.kind !== 'access';
}

for (const size of sizes) {
  test(`buttons set low, widest borders, ${size}: nothing breaks in any state, and all of it is within the lowest 964 px`, async () => {
    test.setTimeout(240_000);
    await withPage(PORTRAIT, async (kiosk) => {
      const setting: Setting = { preferences: { locale: 'en', size, theme: 'black', lowReach: true } };
      expect(await faultsOf(kiosk, ALL, [setting])).toEqual([]);
      expect(await beyondReach(kiosk, Object.fromEntries(Object.entries(ALL).filter(isTouchedLow)), setting, LOW_REACH_TOP)).toEqual([]);
    });
  });

  test(`landscape, widest borders, ${size}: nothing breaks in any state`, async () => {
    test.setTimeout(240_000);
    const setting: Setting = { site, preferences: { locale: 'en', size, theme: 'black' } };
    expect(await withPage(LANDSCAPE, (kiosk) => faultsOf(kiosk, STATES, [setting]))).toEqual([]);
  });
}

for (const theme of ['white', 'soft'] as const) {
  test(`${theme}: nothing breaks in any screen at any size`, async () => {
    test.setTimeout(180_000);
    const settings = sizes.map((size): Setting => ({ preferences: { locale: 'en', size, theme } }));
    expect(await withPage(PORTRAIT, (kiosk) => faultsOf(kiosk, MAIN, settings))).toEqual([]);
  });
}
