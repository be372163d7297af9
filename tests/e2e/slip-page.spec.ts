/**
 * The page where a cardholder verifies a slip: every verdict in both languages, on a phone and on a desk, as published to a static web
 * server and as opened from a disk. Pictures of all of them lie in out/slip-page/ afterwards.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@playwright/test';
import type { Browser, Page } from 'playwright-core';
import { makeReference } from '../../common/ids.ts';
import { terminalFolder } from '../../common/publication.ts';
import { writeSite } from '../../fleet/publish/site.ts';
import { checkpoint, newSigner, PRINTED_AT, publishedBy, SLIP, TERMINAL, type Signer } from '../fleet/slip-records.ts';
import { random } from '../fleet/support.ts';
import { launchBrowser } from '../launcher/browser.ts';
import { projectRoot } from '../launcher/run-tool.ts';
import { axeFindings, WCAG_AND_PRACTICE } from '../support/axe.ts';
import { DESKTOP, PHONE, StaticServer, withLetters } from './support/slip-site.ts';

const pictures = path.join(projectRoot, 'out', 'slip-page');
const OPERATOR = { name: '江城一卡通', hotline: '400-812-0000', timeZone: 'Asia/Shanghai' } as const;

let browser: Browser;
let site: string;
let server: StaticServer;
let address: string;
let [terminal, operator, stranger]: Signer[] = [];
let codes: Readonly<Record<string, string>>;

interface Situation {
  readonly verdict: string;
  /** Words of the headline. */
  readonly zh: string;
  readonly en: string;
  /** Which code of {@link codes}. */
  readonly code: string;
  /** What the operator has published then; nothing: not even reachable. */
  readonly published: 'all' | 'before' | 'longBefore' | 'another' | 'withoutFile' | 'unreachable';
}

const SITUATIONS: readonly Situation[] = [
  { verdict: 'published', zh: '凭条是真的，已公布', en: 'Genuine and published', code: 'delivered', published: 'all' },
  { verdict: 'notYet', zh: '凭条是真的，等待公布', en: 'Genuine, not yet published', code: 'delivered', published: 'before' },
  { verdict: 'missing', zh: '凭条是真的，却没公布', en: 'Genuine, but never published', code: 'delivered', published: 'longBefore' },
  { verdict: 'contradicted', zh: '凭条和公布的不一样', en: 'The journal says otherwise', code: 'delivered', published: 'another' },
  { verdict: 'recordNotAtHand', zh: '凭条是真的', en: 'Genuine', code: 'delivered', published: 'withoutFile' },
  { verdict: 'noRecords', zh: '现在还不能核对', en: 'Cannot be checked now', code: 'delivered', published: 'unreachable' },
  { verdict: 'unknownTerminal', zh: '不是这里的凭条', en: 'Not a slip from here', code: 'elsewhere', published: 'all' },
  { verdict: 'forged', zh: '这张凭条是假的', en: 'This slip is forged', code: 'forged', published: 'all' },
  { verdict: 'altered', zh: '这张凭条被改过', en: 'This slip was altered', code: 'altered', published: 'all' },
  { verdict: 'training', zh: '这是培训用的凭条', en: 'A slip from training', code: 'training', published: 'all' },
  { verdict: 'numberOnly', zh: '这张凭条没有签名', en: 'This slip is not signed', code: 'number', published: 'all' },
  { verdict: 'notASlip', zh: '没有认出凭条', en: 'Not recognized as a slip', code: 'rubbish', published: 'all' },
  { verdict: 'nothing', zh: '核对一张凭条', en: 'Check a slip', code: 'none', published: 'all' },
];

const OUTCOMES = ['refunded', 'voucher', 'case'] as const;

test.beforeAll(async () => {
  browser = await launchBrowser();
  [terminal, operator, stranger] = [await newSigner(), await newSigner(), await newSigner()];
  const own = terminal;
  site = mkdtempSync(path.join(os.tmpdir(), 'slip-site-'));
  await writeSite(site, { ...OPERATOR, key: operator.publicKey }, nobody());
  server = new StaticServer(site);
  address = await server.listen();
  mkdirSync(pictures, { recursive: true });
  const delivered = await own.sign('kiosk-slip+jwt', SLIP);
  const [head, , signature] = delivered.split('.');
  codes = {
    delivered,
    refunded: await own.sign('kiosk-slip+jwt', { ...SLIP, o: 'r' }),
    voucher: await own.sign('kiosk-slip+jwt', { ...SLIP, o: 'v', p: 'c' }),
    case: await own.sign('kiosk-slip+jwt', { ...SLIP, o: 'c' }),
    large: await own.sign('kiosk-slip+jwt', { ...SLIP, a: 0xffff_ffff, t: 'T'.repeat(40) }),
    elsewhere: await stranger.sign('kiosk-slip+jwt', { ...SLIP, t: 'X-0001' }),
    forged: await stranger.sign('kiosk-slip+jwt', SLIP),
    training: await own.sign('kiosk-slip+jwt', { ...SLIP, t: 'TRAINING-0001' }),
    altered: [head, Buffer.from(JSON.stringify({ ...SLIP, a: 500_000 })).toString('base64url'), signature].join('.'),
    number: makeReference('A01', '2026-11-22', random),
    rubbish: 'WIFI:T:WPA;S:guest;P:12345678;;',
    none: '',
  };
});
test.afterAll(async () => {
  server.close();
  await browser.close();
  rmSync(site, { recursive: true });
});

// oxlint-disable-next-line require-yield
async function* nobody(): AsyncGenerator<never> {}

/** Lays out what the operator has published. @returns the statements */
async function publish(published: Situation['published']): Promise<readonly string[]> {
  const folder = path.join(site, 'published', terminalFolder(TERMINAL));
  rmSync(path.join(site, 'published'), { recursive: true, force: true });
  if (published === 'unreachable') return [];
  const about = {
    all: {},
    another: { history: 'another' },
    withoutFile: {},
    before: { upToSeq: 299 },
    longBefore: { upToSeq: 299, at: PRINTED_AT + 72 * 3_600_000 },
  }[published];
  const signedBy = known(terminal);
  const [statement = '', first = '', second = ''] = await publishedBy(known(operator), [signedBy.publicKey], about);
  const sealed = published === 'all' ? [await checkpoint(signedBy, 390)] : [];
  mkdirSync(folder, { recursive: true });
  const write = (name: string, statements: readonly string[]): void => writeFileSync(path.join(folder, name), JSON.stringify({ statements }));
  write('terminal.json', [statement]);
  write('1-0.json', [first]);
  if (published !== 'withoutFile') write('1-1.json', [second, ...sealed]);
  return [statement, first, second, ...sealed];
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('not set up');
  return value;
}

interface Opened {
  readonly page: Page;
  readonly errors: string[];
}

async function openPage(code: string, { locale = 'zh-CN', base = address, letters = false, reachable = true } = {}): Promise<Opened> {
  const context = await browser.newContext({ locale, viewport: PHONE, deviceScaleFactor: 2, bypassCSP: letters });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('404') && !message.text().includes('ERR_FAILED')) errors.push(message.text());
  });
  if (!reachable) await page.route('**/*.json', (route) => route.abort());
  await page.goto(`${base}${code === '' ? '' : `#${code}`}`);
  if (letters) await withLetters(page, address);
  return { page, errors };
}

for (const locale of ['zh-CN', 'en'] as const) {
  test(`every verdict in ${locale}: said in words, nothing runs over, nothing axe finds`, async () => {
    test.setTimeout(240_000);
    const findings: unknown[] = [];
    for (const { verdict, zh, en, code, published } of SITUATIONS) {
      await publish(published);
      const { page, errors } = await openPage(codes[code] ?? '', { locale, letters: true, reachable: published !== 'unreachable' });
      await expect(page.locator('main')).toHaveAttribute('data-verdict', verdict);
      await expect(page.locator('h1')).toHaveText(locale === 'en' ? en : zh);
      findings.push(...(await axeFindings(page, WCAG_AND_PRACTICE)).map((finding) => `${verdict}: ${finding}`));
      for (const [name, viewport] of Object.entries({ phone: PHONE, desktop: DESKTOP })) {
        await page.setViewportSize(viewport);
        await page.screenshot({ path: path.join(pictures, `${verdict}-${locale}-${name}.png`), fullPage: true });
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect(overflow, `${verdict} on ${name}`).toBe(0);
      }
      expect(errors).toEqual([]);
      await page.context().close();
    }
    expect(findings).toEqual([]);
  });

  test(`every outcome in ${locale} says what happened, where the money is, what to do`, async () => {
    test.setTimeout(120_000);
    await publish('all');
    for (const outcome of OUTCOMES) {
      const { page } = await openPage(codes[outcome] ?? '', { locale, letters: true });
      await expect(page.locator('main')).toHaveAttribute('data-verdict', 'published');
      await expect(page.locator('.lines dd')).toHaveCount(3);
      expect(await page.locator('.lines').innerText()).not.toMatch(/undefined|\{/);
      await expect(page.locator('.button--primary')).toHaveAttribute('href', 'tel:400-812-0000');
      await page.screenshot({ path: path.join(pictures, `outcome-${outcome}-${locale}-phone.png`), fullPage: true });
      await page.context().close();
    }
  });
}

test('from a disk, where nothing can be fetched: asks for the published file, and then says genuine', async () => {
  const statements = await publish('all');
  const bundle = path.join(site, 'saved.json');
  writeFileSync(bundle, JSON.stringify({ statements }));
  const base = pathToFileURL(path.join(site, 'index.html')).href;
  const { page, errors } = await openPage(codes['delivered'] ?? '', { base });
  await expect(page.locator('main')).toHaveAttribute('data-verdict', 'noRecords');
  await page.locator('#file').setInputFiles(bundle);
  await expect(page.locator('main')).toHaveAttribute('data-verdict', 'published');
  for (const [code, verdict] of Object.entries({ forged: 'forged', altered: 'altered', elsewhere: 'unknownTerminal', delivered: 'published' })) {
    await page.goto(`${base}#${codes[code]}`);
    await expect(page.locator('main'), code).toHaveAttribute('data-verdict', verdict);
  }
  expect(errors).toEqual([]);
  await page.context().close();
});

test('what the slip says never leaves the phone: no request holds any of it', async () => {
  await publish('all');
  server.asked.length = 0;
  const { page } = await openPage(codes['delivered'] ?? '');
  await expect(page.locator('main')).toHaveAttribute('data-verdict', 'published');
  await page.context().close();
  expect(server.asked.sort()).toEqual(
    ['/', '/operator.js', '/page.js', '/published/t-T-0001/1-1.json', '/published/t-T-0001/terminal.json', '/verify.css', '/verify.js', '/words.js'].sort(),
  );
});

test('one file with everything beside the page does as well', async () => {
  const statements = await publish('all');
  rmSync(path.join(site, 'published'), { recursive: true });
  writeFileSync(path.join(site, 'published.json'), JSON.stringify({ statements }));
  const { page } = await openPage(codes['delivered'] ?? '');
  await expect(page.locator('main')).toHaveAttribute('data-verdict', 'published');
  await page.context().close();
  rmSync(path.join(site, 'published.json'));
});

test('a link that is pasted is judged, the language can be changed, and another can follow', async () => {
  await publish('all');
  const { page } = await openPage('');
  await page.getByLabel('粘贴凭条的链接').fill(`https://card.example/r/#${codes['delivered']}`);
  await page.getByRole('button', { name: '核对' }).click();
  await expect(page.locator('h1')).toHaveText('凭条是真的，已公布');
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page.locator('h1')).toHaveText('Genuine and published');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await page.getByRole('link', { name: 'Check another slip' }).click();
  await expect(page.locator('h1')).toHaveText('Check a slip');
  await page.context().close();
});

test('a browser without Ed25519 says so, and not that the slip is forged', async () => {
  await publish('all');
  const context = await browser.newContext({ locale: 'zh-CN', viewport: PHONE, bypassCSP: true });
  const page = await context.newPage();
  await page.addInitScript(() => {
    crypto.subtle.importKey = () => Promise.reject(new DOMException('Unrecognized name.', 'NotSupportedError'));
  });
  await page.goto(`${address}#${codes['delivered']}`);
  await expect(page.locator('h1')).toHaveText('这个浏览器不能核对');
  await withLetters(page, address);
  await page.screenshot({ path: path.join(pictures, 'cannotCheck-zh-CN-phone.png'), fullPage: true });
  await context.close();
});

test('markup in a code stays text', async () => {
  const { page, errors } = await openPage(encodeURIComponent('<img src=x onerror=alert(1)>'));
  await expect(page.locator('main')).toHaveAttribute('data-verdict', 'notASlip');
  await expect(page.locator('img')).toHaveCount(0);
  expect(errors).toEqual([]);
  await page.context().close();
});
