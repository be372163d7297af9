/**
 * Settings that a person combines, where screens.spec.ts takes one at a time: every state of every screen with buttons set low, under the widest
 * borders, at every size; what a cardholder touches is within reach there, and the other themes take no more room than those that are surveyed.
 * English stands for the languages: it is the longest.
 */
import { expect, test } from '@playwright/test';
import { sizes, type Site } from '../../state-machines/view.ts';
import { MAIN, STATES, type Sample, type Setting } from '../renderer/fixtures.ts';
import { LANDSCAPE, PORTRAIT } from '../renderer/kiosk-page.ts';
import { beyondReach, faultsOf, LOW_REACH_TOP } from '../renderer/layout-survey.ts';
import { builtPages } from './support/built-pages.ts';

const ALL: Readonly<Record<string, Sample>> = { ...MAIN, ...STATES };
const site: Partial<Site> = { slots: { card: 'left', cash: 'left', receipt: 'below' } };

const { withPage } = builtPages();

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
