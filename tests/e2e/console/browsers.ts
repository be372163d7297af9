/** People at the console: each in a browser of their own, with an authenticator, watched for whatever a page must not do. */
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { TOTP } from 'otpauth';
import type { Role } from '../../../fleet/console-api/roles.ts';
import { projectRoot } from '../../launcher/run-tool.ts';
import type { Viewport } from '../support/slip-site.ts';
import type { ConsoleWorld } from './fleet-world.ts';

export const DESK: Viewport = { width: 1440, height: 900 };
export const PHONE: Viewport = { width: 390, height: 844 };
export const PICTURES = path.join(projectRoot, 'out', 'console-pictures');
export const PASSWORD = 'kettle orchid tram 9';

export interface Person {
  readonly name: string;
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the page did that it must not: complaints of its policy, errors, requests to elsewhere. */
  readonly wrongs: string[];
  readonly recoveryCodes: readonly string[];
  /** The authenticator's code now; each is good once, so the server's clock moves on a step. */
  readonly code: () => string;
}

export interface Look {
  readonly viewport?: Viewport;
  readonly locale?: 'zh-CN' | 'en';
  readonly theme?: 'light' | 'dark';
}

/** A page that is watched. */
export async function openPage(browser: Browser, world: ConsoleWorld, { viewport = DESK, locale = 'zh-CN', theme = 'light' }: Look = {}) {
  const context = await browser.newContext({ locale, viewport, colorScheme: theme, timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce' });
  const page = await context.newPage();
  const wrongs: string[] = [];
  page.on('pageerror', (error) => wrongs.push(`error: ${error.message}`));
  page.on('console', (message) => {
    const text = message.text();
    // a refusal that a test asks for, and a server that a test stops, are no faults of the page
    if (message.type() === 'error' && !/Failed to load resource|net::ERR_CONNECTION/.test(text)) wrongs.push(`console: ${text}`);
    if (/Content Security Policy/i.test(text)) wrongs.push(`policy: ${text}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${world.origin}/`)) wrongs.push(`request: ${request.url()}`);
  });
  return { context, page, wrongs };
}

/** Invited, with password, authenticator and recovery codes, and signed in. */
export async function newPerson(browser: Browser, world: ConsoleWorld, name: string, role: Role, look: Look = {}): Promise<Person> {
  const { context, page, wrongs } = await openPage(browser, world, look);
  await page.goto(await world.invite(name, role));
  const secret = (await page.locator('.secret').innerText()).replaceAll(/\s/g, '');
  const code = authenticator(world, secret);
  await page.locator('input[autocomplete="new-password"]').fill(PASSWORD);
  await page.locator('input[autocomplete="one-time-code"]').fill(code());
  await page.locator('button[type=submit]').click();
  await page.locator('.codes li').first().waitFor();
  const recoveryCodes = await page.locator('.codes li').allInnerTexts();
  await page.locator('.check input').check();
  await page.locator('.gate .btn--primary').click();
  await page.locator('.frame').waitFor();
  return { name, page, context, wrongs, recoveryCodes, code };
}

/** As a phone has it. Each code is accepted once, so time goes on by a step before the next. */
export function authenticator(world: ConsoleWorld, secret: string): () => string {
  const totp = new TOTP({ secret });
  let step = -1;
  return () => {
    while (Math.floor(world.clock.now() / 30_000) <= step) world.clock.jumpTo(world.clock.now() + 30_000);
    step = Math.floor(world.clock.now() / 30_000);
    return totp.generate({ timestamp: world.clock.now() });
  };
}

/** Everything is drawn: no answer is waited for, and the letters are there. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector('.loading') === null && document.querySelector('main') !== null);
  await page.evaluate(async () => {
    await document.fonts.ready;
  });
}
