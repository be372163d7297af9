/**
 * A conversation between two people, end to end: one at the terminal types with its keys, one answers at the operators' console. What the desk
 * keeps has no number in it; and where nobody answers within 30 seconds, a call back is offered beside the waiting.
 */
import path from 'node:path';
import { expect, test } from '@playwright/test';
import type { Browser } from 'playwright-core';
import { FALLBACK_MS } from '../../state-machines/chat/context.ts';
import { launchBrowser } from '../launcher/browser.ts';
import { buildConsole } from '../launcher/build.ts';
import { newPerson, settled, type Person } from './console/browsers.ts';
import { invite, type ConsoleWorld } from './console/fleet-world.ts';
import { World } from './support/world.ts';

test.describe.configure({ timeout: 180_000 });

/** The fallback may come so much sooner or later than it says; a busy machine takes the rest. */
const ABOUT_MS = 1000;
const BUSY_MS = 5000;

let world: World;
let browser: Browser;
let agent: Person;

test.beforeAll(async () => {
  test.setTimeout(180_000);
  await buildConsole();
  world = await World.start({ speed: 3 });
  browser = await launchBrowser();
  agent = await newPerson(browser, consoleOf(world), '林雪', 'support');
});
test.afterAll(async () => {
  await browser.close();
  await world.stop();
});

/** The console of the server that the terminal talks to. */
function consoleOf({ sandbox }: World): ConsoleWorld {
  const origin = `http://localhost:${new URL(sandbox.upstreamUrl).port}`;
  return {
    origin,
    clock: {
      now: () => Date.now(),
      jumpTo: () => {
        throw new Error('time passes by itself here');
      },
    },
    invite: (name, role) => invite(path.join(sandbox.data, 'fleet'), origin, name, role),
  };
}

async function comesToTalk(): Promise<void> {
  const { person } = world;
  await person.sees('attract');
  await person.touches('util-help');
  await person.sees('help-home');
  await person.touches('help-contacts');
  await person.sees('help-contacts');
  await person.touches('desk-chat');
  await person.sees('ticket-topics');
  await person.touches('topic-topUpMissing');
  await person.sees('chat');
}

/** In the letters of the screen: what was typed stands there before its characters are chosen. */
async function writes(reading: string, characters: string): Promise<void> {
  const page = await world.person.page();
  await types(reading);
  await expect(page.getByTestId('reading')).toHaveText(reading);
  await expect(page.getByTestId('candidate-0')).toHaveText(characters);
  await world.person.touches('candidate-0');
  await expect(page.getByTestId('typed')).toHaveText(characters);
}

const types = (keys: string): Promise<void> => world.person.touches(...[...keys].map((key) => (/\d/.test(key) ? `digit-${key}` : `letter-${key}`)));

test('somebody waits, is answered at the console, asks back with the keys of the terminal; a telephone is masked before it leaves', async () => {
  const { person } = world;
  const page = await person.page();
  await comesToTalk();
  await agent.page.goto(`${consoleOf(world).origin}/console/chats`);
  await settled(agent.page);
  await agent.page.locator('.chat-rows a').first().click();
  await agent.page.getByRole('button', { name: '接听' }).click();
  await agent.page.getByLabel('回复').fill('您好，哪一笔没有到账？');
  await agent.page.keyboard.press('Control+Enter');
  await expect(page.getByTestId('piece-agent')).toContainText('您好，哪一笔没有到账？', { timeout: 20_000 });

  await writes('chongzhi', '充值');
  await person.touches('board-digits');
  await types('13812345678');
  const typed = '充值*********78';
  await expect(page.getByTestId('typed')).toHaveText(typed);
  await person.touches('send');
  await expect(agent.page.locator('.chat-log')).toContainText(typed, { timeout: 20_000 });
  await expect(page.getByTestId('piece-person')).toContainText(typed);

  await agent.page.getByRole('button', { name: '结束对话' }).click();
  await agent.page.getByRole('dialog').getByRole('button', { name: '结束对话' }).click();
  await expect(page.getByTestId('desk-callback')).toBeVisible({ timeout: 20_000 });
  await person.touches('finish');
  await person.sees('attract');
  expect(agent.wrongs).toEqual([]);
});

test('where nobody answers within 30 seconds a call back is offered; what was typed stays, and who waits on is answered all the same', async () => {
  const { person } = world;
  const page = await person.page();
  await comesToTalk();
  const since = performance.now();
  const typed = '卡';
  await writes('ka', typed);
  await expect(page.getByTestId('desk-callback')).toBeHidden();
  await expect(page.getByTestId('desk-callback')).toBeVisible({ timeout: FALLBACK_MS + BUSY_MS });
  const took = performance.now() - since;
  expect(took).toBeGreaterThan(FALLBACK_MS - ABOUT_MS);
  await expect(page.getByTestId('typed')).toHaveText(typed);
  await person.touches('send');
  await agent.page.goto(`${consoleOf(world).origin}/console/chats`);
  await settled(agent.page);
  await agent.page.locator('.chat-rows a').first().click();
  await expect(agent.page.locator('.chat-log')).toContainText(typed, { timeout: 20_000 });
  await agent.page.getByRole('button', { name: '接听' }).click();
  await agent.page.getByLabel('回复').fill('让您久等了。');
  await agent.page.keyboard.press('Control+Enter');
  await expect(page.getByTestId('piece-agent')).toContainText('让您久等了。', { timeout: 20_000 });
  await person.touches('finish');
  await person.sees('attract');
  await world.expectSound();
});

test('who takes the call back instead comes to its times', async () => {
  const { person } = world;
  const page = await person.page();
  await comesToTalk();
  await expect(page.getByTestId('desk-callback')).toBeVisible({ timeout: FALLBACK_MS + BUSY_MS });
  await person.touches('desk-callback');
  await person.sees('ticket-topics');
  await person.touches('topic-topUpMissing');
  await person.sees('callback-slots');
  await person.touches('back', 'back');
});
