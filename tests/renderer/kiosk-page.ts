/** The built page in a browser with a pretended shell: tests show Views and read what was sent. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, ElementHandle, JSHandle, Page } from 'playwright-core';
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
  const context = await browser.newContext({ hasTouch: true });
  await context.addInitScript(pretendShell);
  return {
    open: async ({ viewport = PORTRAIT, query = '', reducedMotion = false, unpainted = false } = {}) => {
      const page = await context.newPage();
      await page.setViewportSize(viewport);
      await page.emulateMedia({ reducedMotion: reducedMotion ? 'reduce' : 'no-preference' });
      await page.goto(address + query);
      await page.waitForFunction(() => (window as unknown as FakeWindow).kioskReady);
      await page.bringToFront();
      if (unpainted) await stopPainting(page);
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
      await standsStill(page);
    },
    survey: async (views, measure) => {
      if (views.length === 0) return [];
      await push(views[0]);
      await standsStill(page); // a page whose timers are forgotten is so from its first screen on
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

/** ms; a screen that has its glyphs stands still in a tenth of a second. */
const STILL_WITHIN = 15_000;

/** Now and then the engine forgets a timer of a page that it draws nothing of: it is asked again, in front. */
async function standsStill(page: Page): Promise<void> {
  for (let ask = 1; ask <= 3; ask += 1) {
    let limit: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => (limit = setTimeout(resolve, STILL_WITHIN, 'late')));
    const said = await Promise.race([page.evaluate(() => (window as unknown as FakeWindow).kioskStill()), late]);
    clearTimeout(limit);
    if (said !== 'late') return;
    await page.bringToFront();
  }
  throw new Error('the screen does not stand still');
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
