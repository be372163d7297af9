/**
 * A slip from the real terminal to the cardholder's phone: topped up, printed by the simulated printer, its code photographed off the
 * paper and read by a decoder of its own, the operator's page opened from a disk, and what it says there.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import type { Browser } from 'playwright-core';
import { PNG } from 'pngjs';
import { decodeQR } from 'qr/decode.js';
import { verifyJournal } from '../../main/journal/verify.ts';
import { newSigner } from '../fleet/slip-records.ts';
import { launchBrowser } from '../launcher/browser.ts';
import { projectRoot } from '../launcher/run-tool.ts';
import { PHONE } from './support/slip-site.ts';
import { leavesTornCard, paysCash, printsSlip, seesDelivered } from './support/top-up-situations.ts';
import { CARD, World } from './support/world.ts';

const run = promisify(execFile);

let world: World;
let browser: Browser;

test.describe.configure({ timeout: 180_000 });
test.beforeAll(async () => {
  browser = await launchBrowser();
  world = await World.start({ speed: 3 });
});
test.afterAll(async () => {
  await world.stop();
  await browser.close();
});

const site = (): string => path.join(world.sandbox.data, 'site');
const bundle = (): string => path.join(world.sandbox.data, 'published.json');

/** What an operator does every day. */
async function publishes(): Promise<void> {
  const data = path.join(world.sandbox.data, 'fleet');
  const args = ['--data', data, '--site', site(), '--operator', '江城一卡通', '--hotline', '400-812-0000', '--bundle', bundle()];
  await run(process.execPath, ['fleet/publish/main.ts', ...args], { cwd: projectRoot });
}

/** Upstream has what the terminal wrote. */
async function uplinkDrained(): Promise<void> {
  const head = verifyJournal(world.sandbox.journal).entries;
  await expect.poll(async () => (await world.sandbox.books()).journal.terminals[0]?.receivedSeq ?? 0, { timeout: 40_000 }).toBeGreaterThanOrEqual(head);
}

/** A photograph of the paper, and what a phone reads on it. */
async function photographed(reference: string): Promise<string> {
  const { slips } = await world.sandbox.cabinet();
  const slip = slips.findLast(({ text }) => text.some((line) => line.includes(reference)));
  const picture = await (await fetch(new URL(`/slips/${slip?.number}.svg`, world.sandbox.benchUrl))).text();
  const page = await browser.newPage({ viewport: { width: 700, height: 1800 } });
  await page.setContent(`<body style="margin:0;background:#666">${picture}</body>`);
  const png = await page.screenshot({ path: path.join(projectRoot, 'out', `slip-${reference}.png`) });
  await page.close();
  return decodeQR(PNG.sync.read(png));
}

/** What a phone reads that is held before the screen until it has it: a screen that comes in is no code yet. */
async function readOffScreen(): Promise<string> {
  const page = await world.shell.page();
  let code = '';
  await expect(async () => {
    code = decodeQR(PNG.sync.read(await page.screenshot()));
  }).toPass({ timeout: 20_000 });
  return code;
}

/** The page on a phone without a network, with the published file that its owner saved. */
async function verdictOf(code: string): Promise<{ readonly verdict: string | null; readonly text: string }> {
  const page = await browser.newPage({ viewport: PHONE, locale: 'zh-CN' });
  await page.goto(`${pathToFileURL(path.join(site(), 'index.html')).href}#${code.split('#')[1]}`);
  await expect(page.locator('main')).toHaveAttribute('data-verdict', 'noRecords');
  await page.locator('#file').setInputFiles(bundle());
  await expect(page.locator('main')).not.toHaveAttribute('data-verdict', 'noRecords');
  const verdict = await page.locator('main').getAttribute('data-verdict');
  const text = await page.locator('main').innerText();
  await page.close();
  return { verdict, text };
}

test('a delivered top-up: genuine and not yet published, published the next day, and the command line says the same', async () => {
  const { person } = world;
  await world.rest();
  const before = await world.truth();
  await uplinkDrained();
  await publishes();
  await person.choosesTopUp(CARD, 2000);
  await paysCash(world, [2000]);
  const reference = await seesDelivered(world, before, CARD, 2000);
  await printsSlip(world, reference);
  await person.leaves();
  const code = await photographed(reference);
  expect(code).toMatch(/^https:\/\/kiosk\.sandbox\.invalid\/r\/#[\w-]+\.[\w-]+\.[\w-]+$/);
  expect(await verdictOf(code)).toMatchObject({ verdict: 'notYet' });
  await uplinkDrained();
  await publishes();
  const { verdict, text } = await verdictOf(code);
  expect(verdict).toBe('published');
  expect(text).toContain(reference);
  expect(text).toContain('20.00');
  expect(text).toContain('尾号 6688');
  const script = readFileSync(path.join(site(), 'operator.js'), 'utf8');
  const { key } = JSON.parse(script.slice(script.indexOf('{'), script.lastIndexOf('}') + 1)) as { key: object };
  const args = ['main/cli/kioskctl.ts', 'slip', 'verify', code, '--published', path.join(site(), 'published'), '--upstream-key', JSON.stringify(key), '--json'];
  const { stdout } = await run(process.execPath, args, { cwd: projectRoot });
  expect(JSON.parse(stdout)).toMatchObject({ verdict: 'published', slip: { reference, outcome: 'delivered', amount: 2000, tender: 'cash', cardTail: '6688' } });
});

test('a forged and an altered slip are found', async () => {
  const { person } = world;
  const before = await world.truth();
  await person.choosesTopUp(CARD, 2000);
  await paysCash(world, [2000]);
  const reference = await seesDelivered(world, before, CARD, 2000);
  await printsSlip(world, reference);
  await person.leaves();
  const [head = '', payload = '', signature = ''] = ((await photographed(reference)).split('#')[1] ?? '').split('.');
  await uplinkDrained();
  await publishes();
  const richer = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(payload, 'base64url').toString()), a: 200_000 })).toString('base64url');
  expect(await verdictOf(`#${head}.${richer}.${signature}`)).toMatchObject({ verdict: 'altered' });
  const forged = await (await newSigner()).sign('kiosk-slip+jwt', JSON.parse(Buffer.from(payload, 'base64url').toString()));
  expect(await verdictOf(`#${forged}`)).toMatchObject({ verdict: 'forged' });
});

test('without paper the code on the screen says the same', async () => {
  const { person } = world;
  const before = await world.truth();
  await person.choosesTopUp(CARD, 2000);
  await paysCash(world, [2000]);
  const reference = await seesDelivered(world, before, CARD, 2000);
  await person.touches('receipt-screen');
  await person.seesFact('receipt', 'onScreen');
  const code = await readOffScreen();
  await person.leaves();
  await uplinkDrained();
  await publishes();
  const { verdict, text } = await verdictOf(code);
  expect(verdict).toBe('published');
  expect(text).toContain(reference);
});

test('a case is genuine as a case: the slip holds its own entry, whatever the card says later', async () => {
  const { person } = world;
  await world.fault('tearAfterCredit');
  await person.choosesTopUp(CARD, 2000);
  await paysCash(world, [2000]);
  const reference = await leavesTornCard(world);
  const code = await photographed(reference);
  await person.comesBack(CARD);
  await person.sees('done');
  const resolved = await readOffScreen();
  await person.leaves();
  await uplinkDrained();
  await publishes();
  const open = await verdictOf(code);
  expect(open.verdict).toBe('published');
  expect(open.text).toContain('待确认');
  expect(open.text).toContain('报编号打服务电话问进展');
  const answered = await verdictOf(resolved);
  expect(answered.verdict).toBe('published');
  expect(answered.text).toContain('这笔钱已经写到卡里');
  expect(entryOf(resolved)).toBeGreaterThan(entryOf(code));
});

/** Place of the entry that a code names. */
function entryOf(code: string): number {
  return (JSON.parse(Buffer.from(code.split('#')[1]?.split('.')[1] ?? '', 'base64url').toString()) as { s: number }).s;
}
