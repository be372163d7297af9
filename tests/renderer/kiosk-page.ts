/** The built page in a browser with a pretended shell: tests show Views and read what was sent. The files come from disk, no server runs. */
import { existsSync, readFileSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import type { UiEvent, View } from '../../state-machines/view.ts';

/** Where `npm run build` puts the pages. */
const BUILT = fileURLToPath(new URL('../../dist/renderer/', import.meta.url));
const ADDRESS = 'http://kiosk.test';
const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.woff2': 'font/woff2' };

interface FakeWindow {
  kioskShow: (view: unknown) => void;
  kioskSent: UiEvent[];
  kioskReady: boolean;
}

export interface KioskPage {
  readonly page: Page;
  /** Draws `view` and waits until it stands still. */
  show(view: View): Promise<void>;
  /** Hands over anything, as the shell would. */
  push(candidate: unknown): Promise<void>;
  sent(): Promise<UiEvent[]>;
}

export const PORTRAIT = { width: 1080, height: 1920 };
export const LANDSCAPE = { width: 1920, height: 1080 };

interface Options {
  readonly query?: string;
  readonly pages?: string;
  readonly reducedMotion?: boolean;
}

export async function openKioskPage(browser: Browser, viewport: { readonly width: number; readonly height: number }, options: Options = {}): Promise<KioskPage> {
  const { query = '', pages = BUILT, reducedMotion = false } = options;
  if (!existsSync(join(pages, 'index.html'))) throw new Error('the pages are not built: npm run build');
  const context = await browser.newContext({ viewport, hasTouch: true, reducedMotion: reducedMotion ? 'reduce' : 'no-preference' });
  const page = await context.newPage();
  await page.route(`${ADDRESS}/**`, async (route) => {
    const path = normalize(new URL(route.request().url()).pathname);
    const file = join(pages, path === '/' ? 'index.html' : path);
    if (!existsSync(file)) return route.fulfill({ status: 404 });
    return route.fulfill({ body: readFileSync(file), contentType: TYPES[extname(file)] ?? 'application/octet-stream' });
  });
  await page.addInitScript(() => {
    const fake = window as unknown as FakeWindow;
    fake.kioskSent = [];
    Object.defineProperty(window, 'kiosk', {
      value: {
        version: 'test',
        onView: (listener: (view: unknown) => void) => {
          fake.kioskShow = listener;
          return () => undefined;
        },
        send: (event: UiEvent) => fake.kioskSent.push(event),
        ready: () => {
          fake.kioskReady = true;
        },
      },
    });
  });
  await page.goto(`${ADDRESS}/${query}`);
  await page.waitForFunction(() => (window as unknown as FakeWindow).kioskReady);
  const push = (candidate: unknown): Promise<void> => page.evaluate((view) => (window as unknown as FakeWindow).kioskShow(view), candidate);
  return {
    page,
    push,
    show: async (view) => {
      await push(view);
      await page.evaluate(async () => {
        await document.fonts.ready;
        await new Promise(requestAnimationFrame);
        for (const animation of document.getAnimations()) animation.finish();
      });
    },
    sent: () => page.evaluate(() => (window as unknown as FakeWindow).kioskSent),
  };
}
