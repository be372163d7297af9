/**
 * The screens in a language that is written from right to left: the pages are built once more with the pseudo-locale ar-XB
 * (tests/renderer/pseudo-locale.ts) in the place of English. What is shipped holds nothing of it.
 */
import { expect, test } from '@playwright/test';
import { type Browser, type Page } from 'playwright-core';
import type { Site, View } from '../../state-machines/view.ts';
import { launchBrowser } from '../launcher/browser.ts';
import { productParts } from '../launcher/build.ts';
import { MAIN, viewOf, type Sample } from '../renderer/fixtures.ts';
import { layoutFaults } from '../renderer/geometry.ts';
import { LANDSCAPE, PORTRAIT, serveKioskPages, type KioskPage, type KioskPages } from '../renderer/kiosk-page.ts';
import { buildPseudoPages } from '../renderer/pseudo-pages.ts';

let browser: Browser;
/** With words of the usual length, and with long ones. */
let pages: KioskPages;
let longPages: KioskPages;

test.beforeAll(async () => {
  test.setTimeout(180_000);
  browser = await launchBrowser();
  pages = await serveKioskPages(browser, await buildPseudoPages(productParts, 'usual', false));
  longPages = await serveKioskPages(browser, await buildPseudoPages(productParts, 'long', true));
});
test.afterAll(async () => {
  await pages.close();
  await longPages.close();
  await browser.close();
});

type Side = Site['slots']['card'];

function view(name: string, side: Side = 'right', locale: 'en' | 'zh-CN' = 'en'): View {
  const sample: Sample | undefined = MAIN[name];
  if (sample === undefined) throw new Error(`no sample ${name}`);
  return viewOf(sample, { preferences: { locale }, site: { slots: { card: side, cash: side, receipt: 'below' } } });
}

const show = (kiosk: KioskPage, ...of: Parameters<typeof view>): Promise<void> => kiosk.show(view(...of));

async function leftOf(page: Page, testId: string): Promise<number> {
  const box = await page.getByTestId(testId).boundingBox();
  if (box === null) throw new Error(`${testId} is not drawn`);
  return box.x;
}

test('what is read from right to left starts at the right: steps, back, the utility bar', async () => {
  const { page, ...kiosk } = await pages.open({ viewport: PORTRAIT });
  await show({ page, ...kiosk }, 'top-up-amount');
  await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
  expect(await leftOf(page, 'back')).toBeGreaterThan(await leftOf(page, 'confirm'));
  expect(await leftOf(page, 'util-language')).toBeGreaterThan(await leftOf(page, 'util-help'));
  const stops = await page.locator('.route li').evaluateAll((items) => items.map((item) => item.getBoundingClientRect().left));
  expect(stops).toEqual(stops.toSorted((one, other) => other - one));
  expect(await page.locator('[data-testid="back"] .icon').evaluate((icon) => getComputedStyle(icon).scale)).toBe('-1 1');
  await page.close();
});

test('back in a language that is written from left to right, so is the page', async () => {
  const kiosk = await pages.open({ viewport: PORTRAIT });
  await show(kiosk, 'top-up-amount');
  await show(kiosk, 'top-up-amount', 'right', 'zh-CN');
  await expect(kiosk.page.locator('html')).toHaveAttribute('dir', 'ltr');
  expect(await leftOf(kiosk.page, 'back')).toBeLessThan(await leftOf(kiosk.page, 'confirm'));
  await kiosk.page.close();
});

for (const [orientation, viewport] of [
  ['portrait', PORTRAIT],
  ['landscape', LANDSCAPE],
] as const) {
  test(`${orientation}: the cabinet does not turn: cards and pictures are at the side of the slot`, async () => {
    const kiosk = await pages.open({ viewport });
    const middle = viewport.width / 2;
    for (const side of ['left', 'right'] as const) {
      for (const name of ['attract', 'menu', 'take-card']) {
        await show(kiosk, name, side, 'zh-CN');
        const asRead = await picture(kiosk.page);
        await show(kiosk, name, side);
        expect(await picture(kiosk.page), `${name}, ${side}`).toBe(asRead);
      }
      await show(kiosk, 'menu', side);
      const card = await kiosk.page.locator('[data-card]').boundingBox();
      expect((card?.x ?? 0) + (card?.width ?? 0) / 2 > middle, side).toBe(side === 'right');
    }
    await kiosk.page.close();
  });
}

/** On which half of the glass the line leaves it. */
function picture(page: Page): Promise<string> {
  return page.evaluate(() => {
    const sides = [...document.querySelectorAll<SVGPathElement>('.read path[stroke="var(--wire)"]')].map((line) => {
      const box = line.getBoundingClientRect();
      return box.right >= window.innerWidth - 1 ? 'right' : box.left <= 1 ? 'left' : 'within';
    });
    return [...new Set(sides)].sort().join();
  });
}

test('numbers are not turned: amounts, the telephone, references, what is typed', async () => {
  const kiosk = await pages.open({ viewport: PORTRAIT });
  /** The characters of an element in the order in which they stand on the glass. */
  const asSeen = (selector: string): Promise<string> =>
    kiosk.page
      .locator(selector)
      .first()
      .evaluate((element) => {
        const seen: [number, string][] = [];
        const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
          for (let index = 0; index < (node.textContent ?? '').length; index += 1) {
            const range = document.createRange();
            range.setStart(node, index);
            range.setEnd(node, index + 1);
            const { width, left } = range.getBoundingClientRect();
            if (width > 0) seen.push([left, node.textContent?.[index] ?? '']);
          }
        }
        return seen
          .sort(([one], [other]) => one - other)
          .map(([, character]) => character)
          .join('')
          .trim();
      });
  await show(kiosk, 'menu');
  expect(await asSeen('.amount')).toBe('¥23.20');
  await show(kiosk, 'settled');
  expect(await asSeen('[data-testid="reference"]')).toBe('A01-1122-7K4M-9');
  expect(await asSeen('.clock')).toBe('08:14');
  await show(kiosk, 'overlay-help');
  expect(await asSeen('.call-number b')).toBe('96123');
  await kiosk.page.close();
});

/** Layout faults of every screen, by its name. */
async function faultsOf(from: KioskPages): Promise<Readonly<Record<string, readonly string[]>>> {
  const kiosk = await from.open({ viewport: PORTRAIT });
  const names = Object.keys(MAIN);
  const faults = await kiosk.survey(
    names.map((name) => view(name)),
    layoutFaults,
  );
  await kiosk.page.close();
  return Object.fromEntries(names.map((name, index) => [name, faults[index] ?? []] as const).filter(([, found]) => found.length > 0));
}

test('turned round, nothing lies on anything, nothing leaves its place or the glass', async () => {
  expect(await faultsOf(pages)).toEqual({});
});

test('words that are 40 % longer fit everywhere but where a title or a sum has a picture beside it: there a translation is kept as short as English', async () => {
  const short = [
    'attract',
    'insert-card',
    'reading-card',
    'top-up-cash',
    'committing',
    'put-back',
    'done',
    'earlier-load',
    'loss-ways',
    'loss-document',
    'loss-asking',
    'replace-making',
    'replace-take',
    'take-card',
    'goodbye',
  ];
  expect(Object.entries(await faultsOf(longPages)).filter(([name]) => !short.includes(name))).toEqual([]);
});
