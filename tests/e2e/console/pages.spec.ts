/**
 * Every page of the console, on a desk and on a phone, light and dark: nothing runs over, axe finds nothing, the policy is not
 * offended, nothing is asked of anybody else; and each role sees its own pages and no others. Pictures of all of them lie in out/console-pictures/.
 */
import { mkdirSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../launcher/browser.ts';
import { DESK, newPerson, openPage, PHONE, PICTURES, settled, type Person } from './browsers.ts';
import { startFleet, type FleetWorld } from './fleet-world.ts';
import { axeFindingsIn, overflowOf, picture } from './look.ts';

let browser: Browser;
let world: FleetWorld;
let operator: Person;
let auditor: Person;
let support: Person;

test.beforeAll(async () => {
  test.setTimeout(300_000);
  mkdirSync(PICTURES, { recursive: true });
  [browser, world] = await Promise.all([launchBrowser(), startFleet()]);
  operator = await newPerson(browser, world, '王芳', 'operator');
  auditor = await newPerson(browser, world, '何健', 'auditor');
  support = await newPerson(browser, world, '林雪', 'support');
});
test.afterAll(async () => {
  await browser.close();
  await world.end();
});

interface Shown {
  readonly path: (world: FleetWorld) => string;
  readonly who?: 'operator' | 'auditor';
  /** What is done on the page before it is looked at. */
  readonly act?: (page: Page) => Promise<void>;
}

const story = ({ torn }: FleetWorld): string => `/terminals/${torn.terminalId}/transactions/${torn.transactionId}`;

const PAGES: Readonly<Record<string, Shown>> = {
  terminals: { path: () => '/terminals' },
  'terminals-silent': { path: () => '/terminals?filter=outOfService' },
  terminal: { path: () => '/terminals/A02-CAN' },
  'terminal-down': { path: () => '/terminals/A03-STA' },
  'terminal-untold': { path: () => '/terminals/B050' },
  journal: { path: () => '/terminals/A01-LIB/journal', act: (page) => page.getByRole('button', { name: '重新核算链' }).click() },
  entry: { path: () => '/terminals/A01-LIB/journal', act: (page) => page.locator('.table .link').first().click() },
  'terminal-transactions': { path: () => '/terminals/A01-LIB/transactions' },
  identity: { path: () => '/terminals/A01-LIB/identity' },
  revoke: { path: () => '/terminals/A01-LIB/identity', act: (page) => page.getByRole('button', { name: '吊销这台终端' }).click() },
  story: { path: story },
  rollouts: {
    path: () => '/rollouts',
    act: async (page) => {
      if (!(await page.getByText('还没有发布过版本').isVisible())) return;
      await page.getByRole('button', { name: '固定一台终端' }).click();
      await page.getByRole('textbox', { name: '终端编号' }).fill('A02-CAN');
      await page.getByRole('textbox', { name: '版本' }).fill('1.9.0');
      await page.getByRole('textbox', { name: '理由' }).fill('现场试用到月底');
      await page.getByRole('button', { name: '固定版本' }).click();
      await page.getByRole('button', { name: '发布新版本' }).click();
      await page.getByRole('textbox', { name: '版本' }).fill('2.0.0');
      await page.getByRole('textbox', { name: '理由' }).fill('修好了打印机的断纸判断');
      await page.getByRole('dialog').getByRole('button', { name: '发布新版本' }).click();
      await page.getByRole('heading', { name: '2.0.0' }).waitFor();
    },
  },
  'rollout-stop': { path: () => '/rollouts', act: (page) => page.getByRole('button', { name: '终止' }).click() },
  transactions: { path: ({ torn }) => `/transactions?reference=${torn.reference}` },
  settlements: { path: () => '/settlements' },
  settlement: { path: () => '/settlements?filter=differing', act: (page) => page.locator('.table .link').first().click() },
  reconciliation: { path: () => '/reconciliation' },
  statistics: { path: () => '/statistics' },
  report: { path: () => '/reports' },
  staff: { path: () => '/staff' },
  invite: { path: () => '/staff', act: (page) => page.getByRole('button', { name: '邀请' }).click() },
  audit: { path: () => '/audit', who: 'auditor' },
  account: { path: () => '/account' },
};

for (const [name, { path: address, who = 'operator', act }] of Object.entries(PAGES)) {
  test(`page ${name}`, async () => {
    test.setTimeout(120_000);
    const { page, wrongs } = who === 'auditor' ? auditor : operator;
    wrongs.length = 0;
    const findings: string[] = [];
    for (const [size, viewport] of Object.entries({ desk: DESK, phone: PHONE })) {
      await page.setViewportSize(viewport);
      await page.goto(`${world.origin}/console${address(world)}`);
      await settled(page);
      await act?.(page);
      await settled(page);
      expect(await overflowOf(page), `${size}: what runs over`).toEqual([]);
      for (const theme of ['light', 'dark']) {
        await page.evaluate((chosen) => {
          document.documentElement.dataset['theme'] = chosen;
        }, theme);
        findings.push(...(await axeFindingsIn(page, theme)).map((finding) => `${size}, ${theme}: ${finding}`));
        await picture(page, `${name}-${size}${theme === 'dark' ? '-dark' : ''}`);
      }
    }
    expect(findings).toEqual([]);
    expect(wrongs).toEqual([]);
  });
}

for (const [name, hash] of Object.entries({ 'sign-in': undefined, invitation: 'operator' } as const)) {
  test(`page ${name}, before anybody is signed in`, async () => {
    const findings: string[] = [];
    const address = hash === undefined ? `${world.origin}/console/` : await world.invite('钱宇', hash);
    for (const [size, viewport] of Object.entries({ desk: DESK, phone: PHONE })) {
      for (const theme of ['light', 'dark'] as const) {
        const { page, context, wrongs } = await openPage(browser, world, { viewport, theme });
        await page.goto(address);
        await settled(page);
        await page.locator('form').waitFor();
        findings.push(...(await axeFindingsIn(page, theme)).map((finding) => `${size}, ${theme}: ${finding}`));
        await picture(page, `${name}-${size}${theme === 'dark' ? '-dark' : ''}`);
        expect(await overflowOf(page), `${size}, ${theme}: what runs over`).toEqual([]);
        expect(wrongs).toEqual([]);
        await context.close();
      }
    }
    expect(findings).toEqual([]);
  });
}

test('each role sees its pages in the line, and an address of another’s is no page', async () => {
  const linksOf = async ({ page }: Person): Promise<readonly string[]> => {
    await page.setViewportSize(DESK);
    await page.goto(`${world.origin}/console/`);
    await settled(page);
    return page.locator('.nav a').allInnerTexts();
  };
  expect(await linksOf(operator)).toEqual(['终端', '版本发布', '查交易', '清机', '对账', '工单', '回电', '统计', '周报', '满意度', '知识库', '人员']);
  expect(await linksOf(auditor)).toEqual([
    '终端',
    '版本发布',
    '查交易',
    '清机',
    '对账',
    '工单',
    '回电',
    '对话',
    '统计',
    '周报',
    '满意度',
    '知识库',
    '审计记录',
  ]);
  expect(await linksOf(support)).toEqual(['工单', '回电', '对话', '终端', '查交易', '满意度', '知识库']);
  const refused: readonly (readonly [Person, string])[] = [
    [operator, '/audit'],
    [operator, '/chats'],
    [auditor, '/staff'],
    ...['/settlements', '/reconciliation', '/statistics', '/reports', '/staff', '/audit'].map((path) => [support, path] as const),
  ];
  for (const [{ page }, address] of refused) {
    await page.goto(`${world.origin}/console${address}`);
    await expect(page.getByText('没有这个页面')).toBeVisible();
  }
  expect(support.wrongs).toEqual([]);
});

test('who may not revoke or close alarms has no button for it', async () => {
  for (const [{ page }, buttons] of [
    [operator, 1],
    [auditor, 0],
    [support, 0],
  ] as const) {
    await page.goto(`${world.origin}/console/terminals/A02-CAN/identity`);
    await expect(page.getByRole('heading', { name: '身份变更' })).toBeVisible();
    await expect(page.getByRole('button', { name: '吊销这台终端' })).toHaveCount(buttons);
    await page.goto(`${world.origin}/console/terminals/A02-CAN`);
    await expect(page.getByText('清点结果与日志不符。')).toBeVisible();
    await expect(page.getByRole('button', { name: '关闭告警' })).toHaveCount(buttons);
  }
});

test('on a phone the line lies at the bottom, and what has no room is behind 更多', async () => {
  const { page, wrongs } = operator;
  await page.setViewportSize(PHONE);
  await page.goto(`${world.origin}/console/`);
  await settled(page);
  await expect(page.locator('.bottom-nav > a')).toHaveText(['终端', '版本发布', '查交易', '清机']);
  await page.getByRole('button', { name: '更多' }).click();
  await page.getByRole('dialog').getByRole('link', { name: '周报' }).click();
  await expect(page).toHaveURL(`${world.origin}/console/reports`);
  await expect(page.getByRole('dialog')).toHaveCount(0);
  for (const target of await page.locator('.bottom-nav :is(a, button)').all()) {
    const box = await target.boundingBox();
    expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44);
  }
  expect(wrongs).toEqual([]);
});
