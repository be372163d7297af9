/**
 * The mark of a training terminal, in the training package's built page: on every screen of cardholders and staff, in every size, theme,
 * language and orientation, over nothing that is read or touched; and what axe finds of it and of the practice panel.
 */
import { expect, test } from '@playwright/test';
import { type Browser } from 'playwright-core';
import { locales, sizes, themes } from '../../state-machines/view.ts';
import { launchBrowser } from '../launcher/browser.ts';
import { buildApp, trainingParts } from '../launcher/build.ts';
import { MAIN, STAFF, STATES, viewOf, type Sample, type Setting } from '../renderer/fixtures.ts';
import { layoutFaults } from '../renderer/geometry.ts';
import { LANDSCAPE, PORTRAIT, serveKioskPages, type KioskPage, type KioskPages } from '../renderer/kiosk-page.ts';
import { buildPseudoPages } from '../renderer/pseudo-pages.ts';
import { axeFindings } from '../support/axe.ts';

const OUT = `${trainingParts.outDir}/renderer`;
const ALL: Readonly<Record<string, Sample>> = { ...MAIN, ...STATES };

let browser: Browser;
let pages: KioskPages;
/** In the place of English: right to left, in words of the usual length and in long ones. */
let pseudo: KioskPages;
let longPseudo: KioskPages;

test.beforeAll(async () => {
  test.setTimeout(180_000);
  await buildApp(trainingParts);
  browser = await launchBrowser();
  pages = await serveKioskPages(browser, OUT);
  pseudo = await serveKioskPages(browser, await buildPseudoPages(trainingParts, 'training', false));
  longPseudo = await serveKioskPages(browser, await buildPseudoPages(trainingParts, 'training-long', true));
});
test.afterAll(async () => {
  await pages.close();
  await pseudo.close();
  await longPseudo.close();
  await browser.close();
});

/** Runs in the page, and so stands by itself. @returns what is wrong with the mark, or lies under it */
function markFaults(): string[] {
  const faults: string[] = [];
  const screen = document.querySelector('[data-testid="screen"]');
  const band = document.querySelector('[data-testid="training-band"]');
  const edge = document.querySelector('.training-edge');
  if (screen === null || band === null || edge === null) return ['no screen, or no mark'];
  const k = Number(getComputedStyle(document.documentElement).getPropertyValue('--k'));
  const mark = band.getBoundingClientRect();
  const [width, top] = [getComputedStyle(edge).borderLeftWidth, getComputedStyle(edge).borderTopWidth].map((text) => Number.parseFloat(text) * k) as [
    number,
    number,
  ];
  if (Math.abs(mark.bottom - window.innerHeight) > 1 || mark.left > 1 || mark.right < window.innerWidth - 1)
    faults.push('the band is not at the bottom, from side to side');
  if (mark.height < 38 * k || width < 11 * k || top < 5 * k) faults.push('the mark is too thin');
  if (!/培[训訓]/.test(band.textContent ?? '') || !/TR/.test(band.textContent ?? '')) faults.push(`the mark says ${band.textContent ?? ''}`);
  if (band.scrollWidth > band.clientWidth) faults.push('the words of the mark do not fit');
  for (const [x, y] of [
    [window.innerWidth / 2, window.innerHeight - 4],
    [8, window.innerHeight - 4],
  ] as const)
    if (!band.contains(document.elementFromPoint(x, y))) faults.push('something lies on the band');
  const beneath = (box: DOMRect, what: string): void => {
    if (box.width === 0 || box.height === 0) return;
    if (box.bottom > mark.top + 1) faults.push(`${what} lies under the band by ${Math.round(box.bottom - mark.top)} px`);
    if (box.left < width - 1 || box.right > window.innerWidth - width + 1 || box.top < top - 1)
      faults.push(`${what} lies under the edge: ${[box.left, window.innerWidth - box.right, box.top].map(Math.round).join(' ')}`);
  };
  // What is touched anywhere, as over a hidden screen, is the whole glass.
  for (const button of screen.querySelectorAll('button:not(.hidden-page), input'))
    beneath(button.getBoundingClientRect(), `button ${button.getAttribute('data-testid') ?? ''}`);
  const walker = document.createTreeWalker(screen, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const host = node.parentElement;
    if (host === null || (node.textContent ?? '').trim() === '' || host.closest('.vh, svg') !== null || getComputedStyle(host).clipPath !== 'none') continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const size = Number.parseFloat(getComputedStyle(host).fontSize) * k;
    for (const box of range.getClientRects()) {
      const middle = (box.top + box.bottom) / 2;
      beneath(new DOMRect(box.left, middle - size * 0.46, box.width, size * 0.92), `text ${JSON.stringify((node.textContent ?? '').trim().slice(0, 24))}`);
    }
  }
  return faults;
}

async function faultsOf(kiosk: KioskPage, samples: Readonly<Record<string, Sample>>, settings: readonly Setting[], measure: () => string[]): Promise<string[]> {
  const shown = settings.flatMap((setting) =>
    Object.entries(samples)
      .filter(([, sample]) => sample.sizes?.includes(setting.preferences?.size ?? 'standard') !== false)
      .map(([name, sample]) => ({ name: `${name} (${JSON.stringify(setting.preferences ?? {})})`, view: viewOf(sample, setting) })),
  );
  const faults = await kiosk.survey(
    shown.map(({ view }) => view),
    measure,
  );
  return faults.flatMap((found, index) => found.map((fault) => `${shown[index]?.name ?? ''}: ${fault}`));
}

for (const [orientation, viewport] of [
  ['portrait', PORTRAIT],
  ['landscape', LANDSCAPE],
] as const) {
  const side = orientation === 'portrait' ? 'right' : 'left';
  const site = { slots: { card: side, cash: side, receipt: 'below' } } as const;

  test(`${orientation}: every screen in every size and language has the mark, over nothing that is read or touched`, async () => {
    test.setTimeout(240_000);
    const kiosk = await pages.open({ viewport });
    const settings = locales.flatMap((locale) => sizes.map((size): Setting => ({ site, preferences: { locale, size } })));
    expect(await faultsOf(kiosk, ALL, settings, markFaults)).toEqual([]);
    expect(
      await faultsOf(
        kiosk,
        MAIN,
        [
          { site, preferences: { lowReach: true } },
          { site, preferences: { theme: 'black', size: 'xlarge' } },
        ],
        markFaults,
      ),
    ).toEqual([]);
    await kiosk.page.close();
  });

  test(`${orientation}: every screen of staff, too, and it still fits`, async () => {
    const kiosk = await pages.open({ viewport });
    const settings = (['zh-CN', 'en'] as const).map((locale): Setting => ({ site, preferences: { locale } }));
    expect(await faultsOf(kiosk, STAFF, settings, markFaults)).toEqual([]);
    await kiosk.page.close();
  });

  test(`${orientation}: in words that run from right to left; in long ones the mark itself still fits`, async () => {
    const kiosk = await pseudo.open({ viewport });
    expect(await faultsOf(kiosk, MAIN, [{ site, preferences: { locale: 'en' } }], markFaults)).toEqual([]);
    await kiosk.page.close();
    // There some titles leave the glass by themselves, with or without a mark.
    const long = await longPseudo.open({ viewport });
    const faults = await faultsOf(long, MAIN, [{ site, preferences: { locale: 'en' } }], markFaults);
    expect(faults.filter((fault) => !/ lies under the (?:edge|band)/.test(fault))).toEqual([]);
    await long.page.close();
  });

  test(`${orientation}: the screens are laid out as without it, targets as large`, async () => {
    const kiosk = await pages.open({ viewport });
    expect(await faultsOf(kiosk, MAIN, [{ site }], layoutFaults)).toEqual([]);
    await kiosk.page.close();
  });

  for (const theme of themes)
    test(`${orientation}, ${theme}: axe finds nothing wrong with the mark`, async () => {
      const kiosk = await pages.open({ viewport });
      const sample = MAIN['menu'];
      if (sample === undefined) throw new Error('no menu');
      await kiosk.show(viewOf(sample, { site, preferences: { theme } }));
      expect(await axeFindings(kiosk.page, { rules: { 'color-contrast-enhanced': { enabled: true } } }, '.training')).toEqual([]);
      await kiosk.page.close();
    });
}

test('a screen that can not draw itself bears it all the same', async () => {
  const kiosk = await pages.open({ viewport: PORTRAIT });
  const sample = MAIN['menu'];
  if (sample === undefined) throw new Error('no menu');
  const view = viewOf(sample);
  await kiosk.show(view);
  await kiosk.page.evaluate(() => {
    Element.prototype.toggleAttribute = () => {
      throw new Error('the screen fails while it is drawn');
    };
  });
  await kiosk.push({ ...view, seq: view.seq + 1, preferences: { ...view.preferences, size: 'large' } });
  await expect(kiosk.page.locator('.fallen')).toBeVisible();
  await expect(kiosk.page.getByTestId('training-band')).toContainText('培训');
  await kiosk.page.close();
});
