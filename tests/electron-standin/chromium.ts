/**
 * The one Chromium that carries all windows: started with the first window, ended with the process. Prints the address under which a
 * second client (a test, a developer) can look at its pages.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { onExit, standInApp } from './app.ts';
import { options } from './options.ts';

export interface Placement {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Fills the display. */
  readonly kiosk: boolean;
}

let started: Promise<BrowserContext> | undefined;
let opening = 0;
let firstTaken = false;

/** @param onStart called once with the context, before any page is used */
export function startChromium(onStart: (context: BrowserContext) => Promise<void>): Promise<BrowserContext> {
  started ??= launch().then(async (context) => {
    onExit(() => context.close());
    context.on('close', () => standInApp.exit(1));
    await onStart(context);
    const port = readFileSync(path.join(profile(), 'DevToolsActivePort'), 'utf8').split('\n')[0];
    process.stdout.write(`standin: cdp http://127.0.0.1:${port}\n`);
    return context;
  });
  return started;
}

/** A fresh page in a window of its own (headless: a page of that size). */
export async function openPage(context: BrowserContext, placement: Placement): Promise<Page> {
  opening += 1;
  try {
    const page = takeFirstPage(context) ?? (await (options.headed ? openWindow(context) : context.newPage()));
    await (options.headed ? placeWindow(context, page, placement) : page.setViewportSize({ width: placement.width, height: placement.height }));
    return page;
  } finally {
    opening -= 1;
  }
}

/** Whether a page that appears now is one of `openPage`, not a popup of a page's. */
export function isOpening(): boolean {
  return opening > 0;
}

/** Chromium starts with a window; the first one asked for gets it. */
function takeFirstPage(context: BrowserContext): Page | undefined {
  const page = firstTaken ? undefined : context.pages()[0];
  firstTaken = true;
  return page;
}

async function openWindow(context: BrowserContext): Promise<Page> {
  const browser = context.browser();
  if (browser === null) throw new Error('stand-in: this playwright-core has no browser for a persistent context');
  const appeared = context.waitForEvent('page');
  const connection = await browser.newBrowserCDPSession();
  await connection.send('Target.createTarget', { url: 'about:blank', newWindow: true });
  await connection.detach();
  return appeared;
}

/** The browser's own bars count as part of its window, so it is made larger by them. */
async function placeWindow(context: BrowserContext, page: Page, { x, y, width, height, kiosk }: Placement): Promise<void> {
  const session = await context.newCDPSession(page);
  const { windowId } = await session.send('Browser.getWindowForTarget');
  const bars = kiosk ? { width: 0, height: 0 } : await page.evaluate(() => ({ width: outerWidth - innerWidth, height: outerHeight - innerHeight }));
  await session.send('Browser.setWindowBounds', { windowId, bounds: { left: x, top: y, width: width + bars.width, height: height + bars.height } });
  if (kiosk) await session.send('Browser.setWindowBounds', { windowId, bounds: { windowState: 'fullscreen' } });
  await session.detach();
}

function launch(): Promise<BrowserContext> {
  const switches = [...standInApp.switches].map(([name, value]) => (value === '' ? `--${name}` : `--${name}=${value}`));
  return chromium.launchPersistentContext(profile(), {
    executablePath: options.chromium,
    headless: !options.headed,
    viewport: null,
    acceptDownloads: true,
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    args: [
      '--no-first-run',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ...(standInApp.switches.has('remote-debugging-port') ? [] : ['--remote-debugging-port=0']),
      ...switches,
    ],
  });
}

function profile(): string {
  return path.join(options.userData, 'chromium');
}
