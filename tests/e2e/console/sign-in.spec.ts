/** How people come in: an invitation, password and code, a recovery code, a passkey; and who stays out. */
import { expect, test } from '@playwright/test';
import { decodeQR } from 'qr/decode.js';
import { PNG } from 'pngjs';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../launcher/browser.ts';
import { authenticator, newPerson, openPage, PASSWORD } from './browsers.ts';
import { startFleet, type FleetWorld } from './fleet-world.ts';

// a password is hashed slowly on purpose
test.describe.configure({ timeout: 120_000 });

let browser: Browser;
let world: FleetWorld;

test.beforeAll(async () => {
  test.setTimeout(180_000);
  [browser, world] = await Promise.all([launchBrowser(), startFleet({ small: true })]);
});
test.afterAll(async () => {
  await browser.close();
  await world.end();
});

async function signIn(page: Page, name: string, password: string, code: string): Promise<void> {
  await page.getByLabel('姓名').fill(name);
  await page.getByLabel('密码').fill(password);
  await page.getByLabel('验证码').fill(code);
  await page.getByRole('button', { name: '登录', exact: true }).click();
}

async function signOut(page: Page): Promise<void> {
  await page.locator('.band-button').click();
  await page.getByRole('button', { name: '退出登录' }).click();
  await expect(page.getByRole('heading', { name: '登录' })).toBeVisible();
}

test('an invitation: the code on the screen is the authenticator’s secret, a short password is refused in words, the codes are shown once', async () => {
  const { page, context, wrongs } = await openPage(browser, world);
  const address = await world.invite('陈静', 'operator');
  await page.goto(address);
  await expect(page.getByRole('heading', { name: '陈静，欢迎' })).toBeVisible();
  const secret = (await page.locator('.secret').innerText()).replaceAll(/\s/g, '');
  const { width, height, data } = PNG.sync.read(await page.locator('.qr').screenshot());
  const uri = new URL(decodeQR({ width, height, data }));
  expect(uri.protocol).toBe('otpauth:');
  expect(uri.searchParams.get('secret')).toBe(secret);

  await page.getByLabel('设一个密码').fill('short');
  await page.getByLabel('验证码').fill('000000');
  await page.getByRole('button', { name: '完成并登录' }).click();
  await expect(page.getByText('不足 12 个字符')).toBeVisible();

  await page.getByLabel('设一个密码').fill(PASSWORD);
  await page.getByRole('button', { name: '完成并登录' }).click();
  await expect(page.getByRole('alert')).toContainText('不对');

  await page.getByLabel('验证码').fill(authenticator(world, secret)());
  await page.getByRole('button', { name: '完成并登录' }).click();
  await expect(page.locator('.codes li')).toHaveCount(10);
  await expect(page.getByRole('button', { name: '进入运营台' })).toHaveCount(0);
  await page.getByLabel('我已保存好').check();
  await page.getByRole('button', { name: '进入运营台' }).click();
  await expect(page.getByRole('heading', { name: '终端' })).toBeVisible();

  await page.goto(address);
  await page.reload();
  await expect(page.getByRole('alert')).toContainText('邀请无效');
  expect(wrongs).toEqual([]);
  await context.close();
});

test('password and code let in; a wrong password, a wrong code, and a code that was used do not, and the page says the same of all', async () => {
  const { name, page, context, code, wrongs } = await newPerson(browser, world, '周伟', 'support');
  await signOut(page);
  const refused = page.getByText('姓名、密码或验证码不对。');
  await signIn(page, name, 'not the password', code());
  await expect(refused).toBeVisible();
  await signIn(page, name, PASSWORD, '000000');
  await expect(refused).toBeVisible();
  await signIn(page, '没有此人', PASSWORD, code());
  await expect(refused).toBeVisible();
  const good = code();
  await signIn(page, name, PASSWORD, good);
  await expect(page.getByRole('heading', { name: '工单' })).toBeVisible();
  await signOut(page);
  await signIn(page, name, PASSWORD, good);
  await expect(refused).toBeVisible();
  expect(wrongs).toEqual([]);
  await context.close();
});

test('without the phone, a recovery code lets in once', async () => {
  const { name, page, context, recoveryCodes, wrongs } = await newPerson(browser, world, '吴洋', 'support');
  const [first = ''] = recoveryCodes;
  const enter = async (): Promise<void> => {
    await page.getByLabel('姓名').fill(name);
    await page.getByLabel('密码').fill(PASSWORD);
    await page.getByRole('button', { name: '手机不在身边？用恢复码' }).click();
    await page.getByLabel('恢复码').fill(first);
    await page.getByRole('button', { name: '登录', exact: true }).click();
  };
  await signOut(page);
  await enter();
  await expect(page.getByRole('heading', { name: '工单' })).toBeVisible();
  await page.goto(`${world.origin}/console/account`);
  await expect(page.getByText('还剩 9 个')).toBeVisible();
  await signOut(page);
  await enter();
  await expect(page.getByText('姓名、密码或验证码不对。')).toBeVisible();
  expect(wrongs).toEqual([]);
  await context.close();
});

test('a passkey is added after password and code, and then lets in alone; removed, it does not', async () => {
  const { page, context, code, wrongs } = await newPerson(browser, world, '郑凯', 'auditor');
  const devtools = await context.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await page.goto(`${world.origin}/console/account`);
  await page.getByRole('button', { name: '添加通行密钥' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('现在的密码').fill(PASSWORD);
  await dialog.getByLabel('验证码').fill('123456');
  await dialog.getByLabel('名称').fill('办公室电脑');
  await dialog.getByRole('button', { name: '添加通行密钥' }).click();
  await expect(dialog.getByRole('alert')).toContainText('不对');
  await dialog.getByLabel('验证码').fill(code());
  await dialog.getByRole('button', { name: '添加通行密钥' }).click();
  await expect(page.getByText('办公室电脑')).toBeVisible();

  await signOut(page);
  await page.getByRole('button', { name: '用通行密钥登录' }).click();
  await expect(page.locator('.band .who')).toContainText('郑凯');

  await page.goto(`${world.origin}/console/account`);
  await page.getByRole('button', { name: '移除通行密钥 办公室电脑' }).click();
  await expect(page.getByText('还没有通行密钥')).toBeVisible();
  await signOut(page);
  await page.getByRole('button', { name: '用通行密钥登录' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  expect(wrongs).toEqual([]);
  await context.close();
});

test('a session that was idle for 31 minutes is over, says so, and comes back to the page that was looked at', async () => {
  const { name, page, context, code, wrongs } = await newPerson(browser, world, '孙丽', 'operator');
  await page.getByRole('link', { name: '统计' }).click();
  await expect(page.getByRole('heading', { name: '统计' })).toBeVisible();
  world.clock.jumpTo(world.clock.now() + 31 * 60_000);
  await page.reload();
  await expect(page.getByText('登录已结束，请重新登录。')).toBeVisible();
  await signIn(page, name, PASSWORD, code());
  await expect(page.getByRole('heading', { name: '统计' })).toBeVisible();
  expect(wrongs).toEqual([]);
  await context.close();
});
