/** What people do at the console: find, filter, read a story, check a proof, revoke, close an alarm; by mouse, by keys alone, and with the server gone. */
import path from 'node:path';
import { expect, test } from '@playwright/test';
import type { Browser, Locator } from 'playwright-core';
import { launchBrowser } from '../../launcher/browser.ts';
import { DESK, newPerson, PHONE, PICTURES, settled, type Person } from './browsers.ts';
import { startFleet, type FleetWorld } from './fleet-world.ts';

let browser: Browser;
let world: FleetWorld;
let operator: Person;

test.beforeAll(async () => {
  test.setTimeout(300_000);
  [browser, world] = await Promise.all([launchBrowser(), startFleet()]);
  operator = await newPerson(browser, world, '王芳', 'operator');
});
test.afterAll(async () => {
  await browser.close();
  await world.end();
});
test.beforeEach(async () => {
  test.setTimeout(120_000);
  operator.wrongs.length = 0;
  await operator.page.setViewportSize(DESK);
});
test.afterEach(() => {
  expect(operator.wrongs).toEqual([]);
});

const rows = (): Locator => operator.page.locator('.table tbody tr');
const open = async (address: string): Promise<void> => {
  await operator.page.goto(`${world.origin}/console${address}`);
  await settled(operator.page);
};

test('the list reads page after page to the last terminal, each once', async () => {
  const { page } = operator;
  await open('/terminals');
  await expect(rows()).toHaveCount(50);
  while (await page.getByRole('button', { name: '再显示一些' }).isVisible()) {
    const shown = await rows().count();
    await page.getByRole('button', { name: '再显示一些' }).click();
    await expect.poll(() => rows().count()).toBeGreaterThan(shown);
  }
  const ids = await page.locator('.table td.name').allInnerTexts();
  expect(ids.length).toBe(208);
  expect(new Set(ids).size).toBe(208);
  await expect(page.getByText('共 208 条')).toBeVisible();
});

test('filters and the beginning of an id narrow the list, and the address says which', async () => {
  const { page } = operator;
  await open('/terminals');
  await page.getByRole('button', { name: /^暂停服务/ }).click();
  await expect(page.locator('.table td.name')).toHaveText(['A03-STA']);
  await expect(page).toHaveURL(/filter=outOfService/);
  await page.getByRole('button', { name: /^全部/ }).click();
  await page.getByRole('searchbox').fill('B20');
  await expect(page.locator('.table td.name')).toHaveText(['B200', 'B201', 'B202', 'B203', 'B204', 'B205']);
  await page.getByRole('searchbox').fill('Z');
  await expect(page.getByText('没有符合条件的终端')).toBeVisible();
});

test('what a terminal tells changes the page within a look', async () => {
  const { page } = operator;
  await open('/terminals/B002');
  await expect(page.locator('.page-head .status')).toHaveText('正常');
  await world.heartbeat('B002', { uplinkLag: 0, state: world.stateOf({ service: 'outOfService', reasons: ['diskLow'] }) });
  await expect(page.locator('.page-head .status')).toHaveText('暂停服务', { timeout: 20_000 });
  await expect(page.locator('.main').getByText('磁盘快满')).toBeVisible();
});

test('the number on a slip leads to the story: torn, uncertain, put back, delivered, with what proves it', async () => {
  const { page } = operator;
  await open('/transactions');
  await page.getByLabel('编号').fill(world.torn.reference.toLowerCase());
  await page.keyboard.press('Enter');
  await page.locator('.table td.name a').click();
  await expect(page.locator('.way li')).toHaveCount(14);
  await expect(page.locator('.way .cut')).toHaveCount(1);
  await expect(page.locator('.way li').nth(6)).toContainText('写没写成，还不知道');
  await expect(page.locator('.way .gap')).toContainText('11 分');
  await expect(page.locator('.figure-big')).toHaveText('¥50.00');
  await expect(page.locator('.story .side')).toContainText('已充入');
  for (const proof of ['分录合计为零', '链完整', '上级已给回执', '有终端签名的检查点覆盖']) await expect(page.locator('.story .side')).toContainText(proof);
});

test('a number that nobody has says so, and what to do', async () => {
  await open('/transactions?reference=A01-0000-0000-0');
  await expect(operator.page.getByText('没有编号 A01-0000-0000-0 的交易')).toBeVisible();
});

test('the chain is hashed again on request, and a fork shows as sealed off, with the alarm', async () => {
  const { page } = operator;
  await open('/terminals/A01-LIB/journal');
  await page.getByRole('button', { name: '重新核算链' }).click();
  await expect(page.getByText(/第 1 到 \d+ 条逐条相符/)).toBeVisible();
  await world.fork('A01-LIB');
  await open('/terminals/A01-LIB/journal');
  await expect(page.getByText('已封存：有分叉')).toBeVisible();
  await expect(page.locator('.anomalies li')).toHaveCount(1);
  await open('/terminals/A01-LIB');
  await expect(page.locator('.alarms')).toContainText('日志分叉');
});

test('an alarm is closed with a reason, and not without', async () => {
  const { page } = operator;
  await open('/terminals/A02-CAN');
  await page.locator('.alarms li').filter({ hasText: '清机有差额' }).getByRole('button', { name: '关闭告警' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: '关闭告警' }).click();
  await expect(dialog.getByText('至少 5 个字')).toBeVisible();
  await dialog.getByLabel('理由').fill('与收款员核对，少的一张在柜台');
  await dialog.getByRole('button', { name: '关闭告警' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.locator('.alarms li').filter({ hasText: '清机有差额' })).toHaveCount(0);
});

test('a difference is found from the reconciliation down to the note that is missing', async () => {
  const { page } = operator;
  await open('/reconciliation');
  const differing = page.locator('section').filter({ hasText: '差额和原因' }).locator('tbody tr');
  await expect(differing).toHaveCount(1);
  await expect(differing).toContainText('−¥50.00');
  await expect(differing).toContainText('少的一张在柜台抽屉里');
  await expect(differing).toContainText('尚未查明 −¥20.00');
  await differing.locator('.link').click();
  const short = page.getByRole('dialog').locator('tbody tr').filter({ hasText: '¥50.00' });
  await expect(short.locator('td')).toHaveText(['¥50.00', '4', '3']);
  await expect(page.locator('section').first().locator('tbody tr').first()).toContainText('平');
});

test('a terminal is revoked only with its id typed and a reason; from then on it is refused', async () => {
  const { page } = operator;
  await open('/terminals/B003/identity');
  await page.getByRole('button', { name: '吊销这台终端' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('输入 B003 以确认').fill('B004');
  await dialog.getByLabel('理由').fill('机柜被撬，钥匙可能外泄');
  await dialog.getByRole('button', { name: '吊销', exact: true }).click();
  await expect(dialog.getByText('和上面的不一样')).toBeVisible();
  await world.heartbeat('B003', { uplinkLag: 0 });
  await dialog.getByLabel('输入 B003 以确认').fill('B003');
  await dialog.getByRole('button', { name: '吊销', exact: true }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.locator('.page-head .status')).toHaveText('已吊销');
  await expect(rows().filter({ hasText: '终端吊销' })).toContainText('王芳');
  await expect(page.getByRole('button', { name: '吊销这台终端' })).toHaveCount(0);
  await expect(world.heartbeat('B003', { uplinkLag: 0 })).rejects.toThrow('401');
});

test('with keys alone: past the line into the page, into a terminal, its tabs, a dialog and out of it, the focus always seen', async () => {
  const { page } = operator;
  await open('/terminals');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: '跳到正文' })).toBeFocused();
  await page.keyboard.press('Enter');
  await tabTo('.table td.name a');
  await page.keyboard.press('Enter');
  await expect(page.locator('h1')).toHaveText('A01-LIB');
  await expect(page.locator('#main')).toBeFocused();
  await tabTo('.tabs a[href$="/identity"]');
  await page.keyboard.press('Enter');
  await tabTo('.btn--danger');
  const width = await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineWidth);
  expect(width).toBe('3px');
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('输入 A01-LIB 以确认')).toBeFocused();
  // round and round inside the dialog
  for (let step = 0; step < 8; step += 1) {
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement === document.body || document.activeElement?.closest('dialog') !== null)).toBe(true);
  }
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.locator('.btn--danger')).toBeFocused();
});

async function tabTo(selector: string): Promise<void> {
  const { page } = operator;
  for (let step = 0; step < 60; step += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`no way to ${selector} by keys`);
}

test('a server that is gone leaves the page as it was, says since when, and it goes on by itself', async () => {
  const { page } = operator;
  await open('/terminals/A03-STA');
  await world.stop();
  await expect(page.locator('.strip')).toContainText('服务器没有回答', { timeout: 30_000 });
  await expect(page.locator('.devices')).toBeVisible();
  await page.setViewportSize(PHONE);
  await page.screenshot({ path: path.join(PICTURES, 'unreachable-phone.png') });
  await world.start();
  await expect(page.locator('.strip')).toHaveCount(0, { timeout: 30_000 });
});

test('a page that is opened while the server is gone says so and can be asked again', async () => {
  const { page } = operator;
  await open('/terminals');
  await world.stop();
  await page.getByRole('link', { name: '清机' }).click();
  await expect(page.getByRole('alert')).toContainText('连不上服务器', { timeout: 20_000 });
  await world.start();
  await page.getByRole('button', { name: '再试一次' }).click();
  await expect(page.locator('.table')).toBeVisible();
});

test('English and dark are one choice away and stay, and nothing Chinese is left', async () => {
  const { page } = operator;
  await open('/settlements');
  await page.locator('.band-button').click();
  await page.getByLabel('语言').selectOption('en');
  await page.getByLabel('Appearance').selectOption('dark');
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Settlements' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  for (const address of ['/terminals', '/terminals/A02-CAN', '/terminals/A01-LIB/journal', '/terminals/A01-LIB/identity', '/statistics']) {
    await open(address);
    expect(await page.locator('.main').innerText(), address).not.toMatch(/\p{Script=Han}/u);
  }
  await page.evaluate(() => localStorage.clear());
});

test('the weekly report prints without the frame, and comes as CSV', async () => {
  const { page } = operator;
  await open('/reports');
  await page.emulateMedia({ media: 'print' });
  await expect(page.locator('.band')).toBeHidden();
  await expect(page.locator('.nav')).toBeHidden();
  await expect(page.locator('.report-head')).toBeVisible();
  await page.screenshot({ path: path.join(PICTURES, 'report-print.png'), fullPage: true });
  await page.emulateMedia({ media: 'screen' });
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'CSV' }).click()]);
  expect(download.suggestedFilename()).toMatch(/^report-\d{4}-\d\d-\d\d\.csv$/);
});

test('an invitation is made, shown once, and lets in', async () => {
  const { page } = operator;
  await open('/staff');
  await page.getByRole('button', { name: '邀请' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('姓名').fill('冯敏');
  await dialog.getByLabel('角色').selectOption('auditor');
  await dialog.getByRole('button', { name: '邀请' }).click();
  const address = await page.locator('.invitation-link').innerText();
  await page.getByRole('button', { name: '关闭' }).click();
  await expect(rows().filter({ hasText: '冯敏' })).toContainText('已邀请');
  const other = await browser.newPage({ locale: 'zh-CN' });
  await other.goto(address);
  await expect(other.getByRole('heading', { name: '冯敏，欢迎' })).toBeVisible();
  await expect(other.getByText('您的角色是审计')).toBeVisible();
  await other.close();
});
