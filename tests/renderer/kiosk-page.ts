/** The built page in a browser with a pretended shell: tests show Views and read what was sent. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, ElementHandle, JSHandle, Page } from 'playwright-core';
import type { UiEvent, View } from '../../state-machines/view.ts';

/** Where `npm run build` puts the pages. */
const BUILT = fileURLToPath(new URL('../../dist/renderer/', import.meta.url));
const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.woff2': 'font/woff2' };

export const PORTRAIT = { width: 1080, height: 1920 };
export const LANDSCAPE = { width: 1920, height: 1080 };

interface FakeWindow {
  kioskShow: (view: unknown) => void;
  kioskPress: (press: unknown) => void;
  kioskSent: UiEvent[];
  kioskReady: boolean;
  /** Resolves when the screen that was handed over stands still. */
  kioskStill: () => Promise<void>;
}

export interface KioskPage {
  readonly page: Page;
  /** Draws `view` and waits until it stands still. */
  show(view: View): Promise<void>;
  /**
   * Lays out each of `views` in turn, unpainted, and asks about its layout.
   * @param measure runs in the page, and so stands by itself
   */
  survey<T>(views: readonly View[], measure: () => T): Promise<T[]>;
  /** Hands over anything, as the shell would. */
  push(candidate: unknown): Promise<void>;
  sent(): Promise<UiEvent[]>;
}

export interface OpenOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Part of the page's address from `?` on. */
  readonly query?: string;
  readonly reducedMotion?: boolean;
  /** Laid out, touched and asked as ever, but never drawn, which costs more than all the rest. Not for pictures and colors. */
  readonly unpainted?: boolean;
  /** Time passes in it only when the test says so (`page.clock`). Playwright keeps one clock for a whole context, so such a page has one of its own. */
  readonly stoppedClock?: boolean;
}

export interface KioskPages {
  open(options?: OpenOptions): Promise<KioskPage>;
  close(): Promise<void>;
}

/** Serves the built pages on loopback to one browser context, so that each further page finds its files in the cache. */
export async function serveKioskPages(browser: Browser, folder = BUILT): Promise<KioskPages> {
  if (!existsSync(join(folder, 'index.html'))) throw new Error('the pages are not built: npm run build');
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://pages').pathname);
    const file = join(folder, path === '/' ? 'index.html' : path);
    if (!existsSync(file)) return response.writeHead(404).end();
    return response
      .writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', 'cache-control': 'max-age=600' })
      .end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const newContext = async (): Promise<BrowserContext> => {
    const context = await browser.newContext({ hasTouch: true });
    await context.addInitScript(pretendShell);
    return context;
  };
  const context = await newContext();
  return {
    open: async ({ viewport = PORTRAIT, query = '', reducedMotion = false, unpainted = false, stoppedClock = false } = {}) => {
      const page = await (stoppedClock ? await newContext() : context).newPage();
      await page.setViewportSize(viewport);
      await page.emulateMedia({ reducedMotion: reducedMotion ? 'reduce' : 'no-preference' });
      await page.goto(address + query);
      await page.waitForFunction(() => (window as unknown as FakeWindow).kioskReady);
      if (unpainted) await stopPainting(page);
      if (stoppedClock) await stopClock(page);
      return kioskPage(page);
    },
    close: async () => {
      await context.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function kioskPage(page: Page): KioskPage {
  const push = (candidate: unknown): Promise<void> => page.evaluate((view) => (window as unknown as FakeWindow).kioskShow(view), candidate);
  return {
    page,
    push,
    show: async (view) => {
      await push(view);
      await page.evaluate(() => (window as unknown as FakeWindow).kioskStill());
    },
    survey: async (views, measure) => {
      const unpainted = await stopPainting(page);
      const asked: JSHandle<typeof measure> = await page.evaluateHandle(`(${String(measure)})`);
      const answers = await page.evaluate(
        async ({ views, asked }) => {
          const { kioskShow, kioskStill } = window as unknown as FakeWindow;
          const answers: ReturnType<typeof asked>[] = [];
          for (const view of views) {
            kioskShow(view);
            await new Promise((drawn) => setTimeout(drawn));
            await kioskStill();
            answers.push(asked());
          }
          return answers;
        },
        { views, asked },
      );
      await unpainted.evaluate((style) => (style as Element).remove());
      await Promise.all([asked.dispose(), unpainted.dispose()]);
      return answers;
    },
    sent: () => page.evaluate(() => (window as unknown as FakeWindow).kioskSent),
  };
}

/** @returns the style that does it */
const stopPainting = (page: Page): Promise<ElementHandle> => page.addStyleTag({ content: 'html { opacity: 0 }' });

/** From here on time in the page passes only when a test says so. */
async function stopClock(page: Page): Promise<void> {
  await page.clock.install({ time: 0 });
  await page.clock.pauseAt(3_600_000);
  page.once('close', () => void page.context().close());
}

/** Runs in the page before its own code. */
function pretendShell(): void {
  const fake = window as unknown as FakeWindow;
  fake.kioskSent = [];
  fake.kioskStill = async () => {
    const loading = (): readonly FontFace[] => {
      document.body.getBoundingClientRect(); // lays out, and so asks for the glyphs it needs
      return [...document.fonts].filter(({ status }) => status === 'loading');
    };
    const since = performance.now();
    // `document.fonts.ready` is not waited for: now and then it stays pending with nothing to load
    for (let waited = loading(); waited.length > 0; waited = loading()) {
      if (performance.now() - since > 30_000) throw new Error(`glyphs that did not come: ${waited.map(({ unicodeRange }) => unicodeRange).join('; ')}`);
      await new Promise((later) => setTimeout(later));
    }
    for (const animation of document.getAnimations()) animation.finish();
  };
  Object.defineProperty(window, 'kiosk', {
    value: {
      version: 'test',
      onView: (listener: (view: unknown) => void) => {
        fake.kioskShow = listener;
        return () => undefined;
      },
      onKey: (listener: (press: unknown) => void) => {
        fake.kioskPress = listener;
        return () => undefined;
      },
      send: (event: UiEvent) => fake.kioskSent.push(event),
      ready: () => {
        fake.kioskReady = true;
      },
    },
  });
}
