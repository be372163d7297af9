/** The support desk's pages on a desk and on a phone, in both languages, light and dark; and what its people do there, two of them at once. */
import { mkdirSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import type { Browser, Locator, Page } from 'playwright-core';
import { launchBrowser } from '../../launcher/browser.ts';
import { DESK, newPerson, PHONE, PICTURES, settled, type Person } from './browsers.ts';
import { MASKED, startDesk, TELEPHONE, type DeskWorld } from './desk-world.ts';
import { axeFindingsIn, overflowOf, picture } from './look.ts';

let browser: Browser;
let world: DeskWorld;
let lin: Person;
let zhou: Person;
let auditor: Person;
let operator: Person;

test.beforeAll(async () => {
  test.setTimeout(300_000);
  mkdirSync(PICTURES, { recursive: true });
  [browser, world] = await Promise.all([launchBrowser(), startDesk()]);
  lin = await newPerson(browser, world.fleet, '林雪', 'support');
  zhou = await newPerson(browser, world.fleet, '周明', 'support');
  auditor = await newPerson(browser, world.fleet, '何健', 'auditor');
  operator = await newPerson(browser, world.fleet, '王芳', 'operator');
});
test.afterAll(async () => {
  await browser.close();
  await world.fleet.end();
});
test.beforeEach(async () => {
  test.setTimeout(120_000);
  for (const { wrongs, page } of [lin, zhou, auditor, operator]) {
    wrongs.length = 0;
    await page.setViewportSize(DESK);
  }
});
test.afterEach(() => {
  for (const { wrongs } of [lin, zhou, auditor, operator]) expect(wrongs).toEqual([]);
});

async function open({ page }: Person, address: string): Promise<void> {
  await page.goto(`${world.fleet.origin}/console${address}`);
  await settled(page);
}

interface Shown {
  readonly path: () => string;
  readonly who?: () => Person;
  /** What is done on the page before it is looked at. */
  readonly act?: (page: Page) => Promise<void>;
}

const press = (chinese: string, english: string) => (page: Page) => page.getByRole('button', { name: new RegExp(`^(${chinese}|${english})$`) }).click();

const PAGES: Readonly<Record<string, Shown>> = {
  tickets: { path: () => '/tickets' },
  'tickets-none': { path: () => '/tickets?filter=closed' },
  ticket: { path: () => `/tickets/${world.tickets.missing.ticketId}` },
  'ticket-overdue': { path: () => `/tickets/${world.tickets.lost.ticketId}` },
  'ticket-operator': { path: () => `/tickets/${world.tickets.missing.ticketId}`, who: () => operator },
  'ticket-open-sealed': {
    path: () => `/tickets/${world.tickets.missing.ticketId}`,
    act: press('打开完整电话', 'Open the whole telephone number'),
  },
  'ticket-escalate': { path: () => `/tickets/${world.tickets.missing.ticketId}`, act: press('升级', 'Escalate') },
  callbacks: { path: () => `/callbacks?day=${world.tomorrow}` },
  'callbacks-none': { path: () => '/callbacks?day=2030-01-01' },
  callback: { path: () => `/callbacks?day=${world.tomorrow}`, act: (page) => page.locator('.callback-line').first().click() },
  'callback-again': {
    path: () => `/callbacks?day=${world.tomorrow}`,
    act: async (page) => {
      await page.locator('.callback-line').first().click();
      await press('另约时间', 'Try again')(page);
      await page.locator('dialog select').waitFor();
    },
  },
  'chats-none': { path: () => '/chats' },
  surveys: { path: () => '/surveys' },
  'surveys-none': { path: () => '/surveys?from=2026-01-01&to=2026-01-02', who: () => operator },
  knowledge: { path: () => '/knowledge' },
};

for (const [name, shown] of Object.entries(PAGES)) test(`page ${name}`, () => lookAt(name, shown));

async function lookAt(name: string, { path, who = () => lin, act }: Shown): Promise<void> {
  const person = who();
  const { page } = person;
  const findings: string[] = [];
  for (const [size, viewport] of Object.entries({ desk: DESK, phone: PHONE })) {
    await page.setViewportSize(viewport);
    for (const locale of ['zh-CN', 'en']) {
      await page.evaluate((chosen) => localStorage.setItem('console.locale', chosen), locale);
      await open(person, path());
      await act?.(page);
      await settled(page);
      expect(await overflowOf(page), `${size}, ${locale}: what runs over`).toEqual([]);
      // what axe looks for is the same in both languages, so each width has one
      if ((locale === 'en') === (size === 'phone')) findings.push(...(await axeFindingsIn(page, 'light')).map((finding) => `${size}, ${locale}: ${finding}`));
      await picture(page, `desk-${name}-${size}${locale === 'en' ? '-en' : ''}`);
    }
    await page.evaluate(() => {
      document.documentElement.dataset['theme'] = 'dark';
    });
    if (size === 'desk') findings.push(...(await axeFindingsIn(page, 'dark')).map((finding) => `${size}, dark: ${finding}`));
    await picture(page, `desk-${name}-${size}-dark`);
  }
  await page.evaluate(() => localStorage.clear());
  expect(findings).toEqual([]);
}

const rows = ({ page }: Person): Locator => page.locator('.table tbody tr');

test('tickets: the broken promise first, by state, kind and number as it was read out, and page after page each once', async () => {
  const { page } = lin;
  await open(lin, '/');
  await expect(page).toHaveURL(/\/console\/tickets$/);
  await expect(rows(lin)).toHaveCount(30);
  await expect(rows(lin).first()).toContainText(world.tickets.lost.number);
  await expect(rows(lin).first()).toContainText(/已超时 \d 小时/);
  const first = await page.locator('.table td.name').allInnerTexts();
  await page.getByRole('button', { name: '后一页' }).click();
  await expect(page.getByText('31–35，共 35 张')).toBeVisible();
  const second = await page.locator('.table td.name').allInnerTexts();
  expect(new Set([...first, ...second]).size).toBe(35);
  await page.getByRole('button', { name: /^已超时/ }).click();
  await expect(page.locator('.table td.name')).toHaveText([world.tickets.lost.number]);
  await page.getByRole('button', { name: '全部', exact: true }).click();
  await page.getByLabel('事由').selectOption('complaint');
  await expect(page.locator('.table td.name')).toHaveText([world.tickets.complaint.number]);
  await page.getByLabel('终端').fill('A09');
  await page.keyboard.press('Enter');
  await expect(page.getByText('没有符合条件的工单')).toBeVisible();
  await open(lin, '/tickets');
  await page.getByRole('searchbox').fill(world.tickets.dispute.number.toLowerCase());
  await page.keyboard.press('Enter');
  await expect(page.locator('.table td.name')).toHaveText([world.tickets.dispute.number]);
});

test('a ticket is taken, its transaction read, the telephone opened with a reason that the auditor sees, answered in the person’s words, and closed', async () => {
  const { page } = lin;
  const { ticketId, number, transaction } = world.tickets.missing;
  await open(lin, `/tickets/${ticketId}`);
  await expect(page.locator('.told-screen')).toContainText(/您的工单已收到。\d{4}-.* 前答复您。/);
  await expect(page.getByText('第 2 到 9 条，都已上传')).toBeVisible();
  await page.getByRole('button', { name: '我来办理' }).click();
  await expect(page.locator('.standing')).toContainText('办理中');
  await expect(page.locator('.standing')).toContainText('您');
  await page.getByRole('link', { name: '看钱的去向' }).click();
  await expect(page.locator('h1')).toContainText(transaction ?? '');
  await expect(page.locator('.way .cut')).toHaveCount(1);
  await page.goBack();

  await expect(page.getByText(MASKED).first()).toBeVisible();
  await expect(page.getByText(TELEPHONE)).toHaveCount(0);
  await page.getByRole('button', { name: '打开完整电话' }).click();
  await page.getByRole('dialog').getByLabel('理由').fill('打电话说明退款的进度');
  await page.getByRole('button', { name: '记录并打开' }).click();
  await expect(page.getByRole('link', { name: TELEPHONE })).toHaveAttribute('href', `tel:${TELEPHONE}`);
  await page.getByRole('button', { name: '收起' }).click();
  await expect(page.getByText(TELEPHONE)).toHaveCount(0);
  await open(auditor, '/audit');
  await expect(rows(auditor).filter({ hasText: '打开密封字段' }).first()).toContainText(`ticket ${number} contact`);
  await expect(rows(auditor).filter({ hasText: '打开密封字段' }).first()).toContainText('打电话说明退款的进度');

  await page.getByRole('button', { name: '答复', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: '答复', exact: true }).click();
  await expect(dialog.getByText('请填写')).toBeVisible();
  await dialog.getByLabel('怎样答复').selectOption('loadCompleted');
  await expect(dialog.locator('.told-preview p')).toHaveText('这笔充值已补到您的卡里，放卡可查余额。');
  await dialog.getByRole('button', { name: '答复', exact: true }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.locator('.told-screen')).toHaveText('这笔充值已补到您的卡里，放卡可查余额。');
  await expect(page.locator('.standing .clock')).toContainText('按时答复');
  const progress = await world.terminal.post('/v1/support/progress', { by: 'id', id: ticketId });
  expect(progress.body).toMatchObject({ tickets: [{ state: 'resolved', resolution: 'loadCompleted', promise: 'kept' }] });

  await page.getByRole('button', { name: '结案' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '结案' }).click();
  await expect(page.getByText('至少 5 个字')).toBeVisible();
  await page.getByRole('dialog').getByLabel('理由').fill('持卡人电话里确认到账');
  await page.getByRole('dialog').getByRole('button', { name: '结案' }).click();
  await expect(page.locator('.standing')).toContainText('已结');
  await expect(page.locator('.desk-history li').first()).toContainText('持卡人电话里确认到账');
});

test('who is a moment late with a ticket is told so, and nothing is done twice', async () => {
  const { ticketId } = await world.ticket({ kind: 'device', text: '屏幕没有反应' });
  for (const person of [lin, zhou]) await open(person, `/tickets/${ticketId}`);
  await zhou.page.getByRole('button', { name: '升级' }).click();
  await zhou.page.getByRole('dialog').getByLabel('理由').fill('机器整天不能用');
  await lin.page.getByRole('button', { name: '我来办理' }).click();
  await expect(lin.page.locator('.standing')).toContainText('办理中');
  await zhou.page.getByRole('dialog').getByRole('button', { name: '升级' }).click();
  await expect(zhou.page.getByRole('dialog').getByRole('alert')).toContainText('工单刚被别人改过');
  await zhou.page.getByRole('button', { name: '关闭' }).click();
  await expect(zhou.page.locator('.standing')).toContainText('林雪', { timeout: 20_000 });
  await expect(zhou.page.locator('.desk-history li')).toHaveCount(2);
});

test('an operator sees how tickets and calls go, and nothing of a person; nor has anything to press', async () => {
  const { page } = operator;
  const { ticketId, text = '' } = world.tickets.dispute;
  await open(operator, `/tickets/${ticketId}`);
  await expect(page.locator('.standing')).toBeVisible();
  for (const words of [text, MASKED, '7984']) await expect(page.getByText(words)).toHaveCount(0);
  await expect(page.getByText('您的角色看不到持卡人的信息。').first()).toBeVisible();
  await expect(page.locator('.main button')).toHaveCount(0);
  await open(operator, `/callbacks?day=${world.tomorrow}`);
  await expect(page.getByText(MASKED)).toHaveCount(0);
  await page.locator('.callback-line').first().click();
  await expect(page.getByRole('dialog').getByRole('button')).toHaveCount(1);
  await open(operator, '/chats');
  await expect(page.getByText('没有这个页面')).toBeVisible();
});

test('an auditor reads all of it and changes nothing', async () => {
  await open(auditor, `/tickets/${world.tickets.dispute.ticketId}`);
  await expect(auditor.page.locator('.said blockquote')).toHaveText('食堂刷了两次');
  await expect(auditor.page.locator('.standing button')).toHaveCount(0);
  await expect(auditor.page.getByRole('button', { name: '打开完整电话' })).toBeVisible();
});

const callLine = ({ page }: Person, index: number): Locator => page.locator('.callback-line').filter({ hasText: world.calls[index]?.number ?? '' });

test('a day of calls: places taken and left, one made, one that nobody answered and is promised anew, also for the person', async () => {
  const { page } = lin;
  await open(lin, `/callbacks?day=${world.tomorrow}`);
  const slot = (time: string): Locator => page.locator('.slots > li').filter({ hasText: time });
  await expect(slot('09:00–09:30')).toContainText('2/2 已约');
  await expect(slot('09:00–09:30')).toContainText('已满');
  await expect(slot('09:30–10:00')).toContainText('1/2 已约');
  await callLine(lin, 0).click();
  await page.getByRole('dialog').getByRole('button', { name: '已回电' }).click();
  await page.getByLabel('说明（可不填）').fill('说清楚了');
  await page.locator('.step-form').getByRole('button', { name: '已回电' }).click();
  await expect(page.getByRole('dialog').locator('.desk-history li').first()).toContainText('说清楚了');
  await page.getByRole('button', { name: '关闭' }).click();
  await expect(callLine(lin, 0)).toContainText('已回电');

  await callLine(lin, 2).click();
  await page.getByRole('dialog').getByRole('button', { name: '没有接通' }).click();
  await page.locator('.step-form').getByRole('button', { name: '没有接通' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '另约时间' }).click();
  const later = world.slots[4]?.start ?? 0;
  await page.getByLabel('新的时段').selectOption(String(later));
  await page.locator('.step-form').getByRole('button', { name: '另约时间' }).click();
  await expect(page.locator('.callback-head')).toContainText('11:00');
  await page.getByRole('button', { name: '关闭' }).click();
  await expect(slot('11:00–11:30')).toContainText(world.calls[2]?.number ?? '');
  const progress = await world.terminal.post('/v1/support/progress', { by: 'id', id: world.calls[2]?.callbackId });
  expect(progress.body).toMatchObject({ callbacks: [{ state: 'booked', start: later }] });
});

test('two agents at one call: the second is told who was faster; a slot that fills up meanwhile says by whom', async () => {
  for (const person of [lin, zhou]) {
    await open(person, `/callbacks?day=${world.tomorrow}`);
    await callLine(person, 1).click();
    await person.page.getByRole('dialog').getByRole('button', { name: '没有接通' }).click();
  }
  await lin.page.locator('.step-form').getByRole('button', { name: '没有接通' }).click();
  await expect(lin.page.locator('.step-form')).toHaveCount(0);
  await zhou.page.locator('.step-form').getByRole('button', { name: '没有接通' }).click();
  await expect(zhou.page.getByRole('dialog').getByRole('alert')).toContainText(/已由 林雪 办理：没有接通，/);

  await zhou.page.getByRole('dialog').getByRole('button', { name: '另约时间' }).click();
  const wanted = world.slots[6]?.start ?? 0;
  await zhou.page.getByLabel('新的时段').selectOption(String(wanted));
  const taken = [await world.book(wanted), await world.book(wanted)].map(({ number }) => number);
  await zhou.page.locator('.step-form').getByRole('button', { name: '另约时间' }).click();
  await expect(zhou.page.locator('.step-form').getByRole('alert').first()).toBeVisible();
  for (const number of taken) await expect(zhou.page.locator('.step-form')).toContainText(number);
});

test('a person waits, is answered with numbers masked, given to a colleague without noticing, and told that it is over', async () => {
  const chat = await world.openChat();
  await chat.say('我充了五十没到账，电话 13812345678');
  await open(lin, '/tickets');
  await expect(lin.page.locator('.nav .count')).toContainText('1', { timeout: 20_000 });
  await lin.page.locator('.nav a[href$="/chats"]').click();
  await lin.page.locator('.chat-rows a').first().click();
  await expect(lin.page.locator('.chat-log')).toContainText('我充了五十没到账，电话 *********78');
  await lookAt('chat-waiting', { path: () => `/chats/${chat.chatId}` });
  await lin.page.setViewportSize(DESK);
  await open(lin, `/chats/${chat.chatId}`);
  await lin.page.getByRole('button', { name: '接听' }).click();
  await lin.page.getByLabel('回复').fill('您好，我来看一下这笔充值。');
  await lin.page.keyboard.press('Control+Enter');
  await expect(lin.page.locator('.chat-log li[data-from="agent"]')).toHaveCount(1);
  await expect(lin.page.getByLabel('回复')).toHaveValue('');
  expect((await chat.read()).messages.map(({ from }) => from)).toEqual(['person', 'agent']);
  await chat.say('好的，谢谢');
  await expect(lin.page.locator('.chat-log')).toContainText('好的，谢谢', { timeout: 15_000 });
  await lookAt('chat', { path: () => `/chats/${chat.chatId}` });
  await lin.page.setViewportSize(DESK);
  await open(lin, `/chats/${chat.chatId}`);

  await open(zhou, `/chats/${chat.chatId}`);
  await expect(zhou.page.getByText('林雪 负责').last()).toBeVisible();
  await expect(zhou.page.getByLabel('回复')).toHaveCount(0);
  await lin.page.getByRole('button', { name: '转给同事' }).click();
  await expect(lin.page.getByLabel('转给', { exact: true })).toHaveValue('周明');
  await lin.page.getByRole('dialog').getByRole('button', { name: '转给同事' }).click();
  await expect(lin.page.getByRole('dialog')).toHaveCount(0);
  await expect(lin.page.getByLabel('回复')).toHaveCount(0);
  await zhou.page.getByLabel('回复').fill('我是周明，接着为您办理。');
  await zhou.page.getByRole('button', { name: '发送' }).click();
  await expect(zhou.page.locator('.chat-log')).toContainText('我是周明');
  expect((await chat.read()).state).toBe('open');
  await zhou.page.getByRole('button', { name: '结束对话' }).click();
  await zhou.page.getByRole('dialog').getByRole('button', { name: '结束对话' }).click();
  await expect(zhou.page.locator('.chat-foot')).toContainText('对话已结束：同事结束');
  expect((await chat.read()).state).toBe('closed');
});

test('surveys and knowledge are counts: by week and service, and which answers did not help', async () => {
  const { page } = operator;
  await open(operator, '/surveys');
  await expect(page.locator('.sums')).toContainText('40');
  await expect(page.locator('section').filter({ hasText: '每项服务' }).locator('tbody tr').first()).toContainText('充值');
  await expect(page.locator('section').filter({ hasText: '每周' }).first().locator('tbody tr').first()).toContainText('起');
  await open(operator, '/knowledge');
  const asked = page.locator('section').filter({ hasText: '问得最多' }).locator('tbody tr');
  await expect(asked.first()).toContainText('充值后卡里没有增加');
  await expect(asked.first()).toContainText('88.5%');
  await expect(asked.filter({ hasText: '余额和我记得的不一样' })).toHaveAttribute('data-tone', 'warn');
  await expect(asked.last()).toContainText('已不在现行版本里');
  const versions = page.locator('section').filter({ hasText: '历史版本' }).locator('tbody tr');
  await expect(versions.first()).toContainText('正在使用');
  await expect(versions).toHaveCount(2);
});

test('in English nothing Chinese is left but what people wrote and are called', async () => {
  const { page } = operator;
  await page.evaluate(() => localStorage.setItem('console.locale', 'en'));
  for (const address of ['/tickets?kind=suggestion', '/tickets?filter=closed&kind=account', '/callbacks?day=2030-01-01', '/surveys', '/knowledge']) {
    await open(operator, address);
    const text = await page.locator('.main').innerText();
    expect(text.replaceAll('李强', ''), address).not.toMatch(/\p{Script=Han}/u);
  }
  await page.evaluate(() => localStorage.clear());
});

test('a ticket by keys alone: from the list into it, through a dialog and out, the focus always seen', async () => {
  const { page } = lin;
  await open(lin, '/tickets');
  await tabTo(page, '.table td.name a');
  await page.keyboard.press('Enter');
  await expect(page.locator('h1')).toContainText('工单');
  await tabTo(page, '.deeds .btn:nth-of-type(1)');
  await page.keyboard.press('Enter');
  await expect(page.locator('.standing')).toContainText('办理中');
  // the button is gone, the place is not
  await expect(page.locator('.deeds')).toBeFocused();
  await tabTo(page, '.deeds .btn:nth-of-type(2)');
  expect(await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineWidth)).toBe('3px');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  expect(await page.evaluate(() => document.activeElement?.closest('.deeds') !== null)).toBe(true);
});

async function tabTo(page: Page, selector: string): Promise<void> {
  for (let step = 0; step < 80; step += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`no way to ${selector} by keys`);
}

test('a server that is gone leaves the conversation and says since when; what was written waits and is said once', async () => {
  const chat = await world.openChat();
  await open(lin, `/chats/${chat.chatId}`);
  await lin.page.getByRole('button', { name: '接听' }).click();
  await lin.page.getByLabel('回复').fill('请稍等一分钟');
  await world.fleet.stop();
  await lin.page.getByRole('button', { name: '发送' }).click();
  await expect(lin.page.locator('.chat-foot').getByRole('alert')).toContainText('连不上服务器');
  await expect(lin.page.getByLabel('回复')).toHaveValue('请稍等一分钟');
  await expect(lin.page.locator('.strip')).toContainText('服务器没有回答', { timeout: 30_000 });
  await world.fleet.start();
  await lin.page.getByRole('button', { name: '发送' }).click();
  await expect(lin.page.locator('.chat-log')).toContainText('请稍等一分钟');
  await expect(lin.page.locator('.strip')).toHaveCount(0, { timeout: 30_000 });
  expect((await chat.read()).messages).toHaveLength(1);
});
