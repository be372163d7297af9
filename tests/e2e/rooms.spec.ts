/**
 * A visit to the cabinet, room by room, in the real browser engine with every device simulated on its line: refills, an undetermined load
 * asked of its card, the cash box exchanged and counted with a note missing, the journal proved and taken along on a stick.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import screens from '../../resources/locales/zh-CN/screens.json' with { type: 'json' };
import { cardRefSchema } from '../../common/journal-kinds.ts';
import { verifyExport } from '../../main/journal/verify-export.ts';
import { verifyJournal } from '../../main/journal/verify.ts';
import { everyDevice } from '../launcher/sandbox.ts';
import { prepareForStaff, Staff, staffSettings } from '../launcher/staff.ts';
import { SUPERVISOR } from '../support/staff-at-hand.ts';
import { axeFindings } from '../support/axe.ts';
import { journaled } from './support/ground-truth.ts';
import { leavesTornCard, paysCash } from './support/top-up-situations.ts';
import { CARD, World } from './support/world.ts';

test.describe.configure({ timeout: 240_000 });

let world: World;
let staff: Staff;
test.beforeAll(async () => {
  world = await World.start({
    speed: 3,
    settings: { ...everyDevice, ...staffSettings([SUPERVISOR]) },
    prepare: async (sandbox) => prepareForStaff(sandbox),
  });
  staff = new Staff(world.person, world.sandbox);
});
test.afterAll(() => world.stop());

/** In the language that is on, and in the other one. */
async function isAccessible(): Promise<void> {
  const page = await world.person.page();
  for (const _ of ['zh-CN', 'en']) {
    expect(await axeFindings(page)).toEqual([]);
    await world.person.touches('staff-language');
  }
}

/** Of a person there is nothing in the page but the end of the card's number. */
async function tellsNobody(): Promise<void> {
  const opened = journaled(world.sandbox.journal, 'transaction.').find(({ kind }) => kind === 'transaction.opened');
  const { serial, tail } = cardRefSchema.parse(opened?.body['card']);
  const shown = await (await world.person.page()).content();
  expect(serial.endsWith(tail)).toBe(true);
  expect(shown).not.toContain(serial.slice(0, -tail.length));
}

async function goesBack(): Promise<void> {
  await world.person.touches('back');
  await world.person.sees('maintenance-overview');
}

test('a whole visit, and every act of it is in the journal', async () => {
  const { person, sandbox } = world;
  await world.fault('tearAfterCredit');
  await person.choosesTopUp(CARD, 2000);
  await paysCash(world, [2000]);
  const reference = await leavesTornCard(world);
  await person.sees('attract');

  await staff.serviceSwitch('maintenance');
  await staff.signsIn(SUPERVISOR);
  const page = await person.page();
  await expect(page.getByTestId('part-cardReader')).toHaveAttribute('data-word', 'ok');
  await isAccessible();

  await test.step('devices', async () => {
    await person.touches('room-devices');
    await person.sees('maintenance-devices');
    await person.touches('device-receiptPrinter');
    await expect(page.getByTestId('device-detail')).toBeVisible();
    await isAccessible();
    await goesBack();
  });

  await test.step('supplies', async () => {
    await staff.refills(120);
    await person.touches('room-supplies');
    await person.sees('maintenance-supplies');
    await isAccessible();
    await goesBack();
    expect(journaled(sandbox.journal, 'supply.')).toMatchObject([
      { kind: 'supply.filled', body: { staff: SUPERVISOR.number, supply: 'paper' } },
      { kind: 'supply.filled', body: { staff: SUPERVISOR.number, supply: 'blankCards', count: 120 } },
    ]);
  });

  await test.step('the undetermined load, asked of its card', async () => {
    await staff.findsStory('6688');
    await expect(page.getByTestId('story-outcome')).toHaveAttribute('data-outcome', 'case');
    await expect(page.getByTestId('proof-chain')).toHaveAttribute('data-good', 'true');
    await isAccessible();
    expect(await staff.asksCard(CARD)).toBe('credited');
    await expect(page.getByTestId('story-outcome')).toHaveAttribute('data-outcome', 'delivered');
    expect(world.transaction(reference)).toMatchObject({ owed: 0, cases: [{ resolution: 'credited' }] });
    await person.touches('print');
    await expect.poll(() => world.kinds(reference).at(-1)).toBe('receipt.printed');
    await person.touches('back');
    await person.sees('maintenance-journal');
  });

  await test.step('its replay: the screens that its person saw, entry by entry', async () => {
    await person.touches('found-0');
    await person.sees('maintenance-story');
    await person.touches('replay');
    await person.sees('maintenance-replay');
    const still = page.getByTestId('still');
    await expect(still).toHaveAttribute('data-shows', 'top-up-cash');
    await isAccessible();
    const [shown, why] = [new Set<string>(), new Set<string>()];
    const next = page.getByTestId('next');
    while ((await next.getAttribute('aria-disabled')) === null) {
      const moment = await page.locator('.replay-entry[aria-pressed="true"]').getAttribute('data-testid');
      await person.touches('next');
      await expect(page.locator('.replay-entry[aria-pressed="true"]')).not.toHaveAttribute('data-testid', moment ?? '');
      await tellsNobody();
      if ((await still.count()) > 0) shown.add((await still.getAttribute('data-shows')) ?? '');
      else why.add((await page.getByTestId('no-screen').getAttribute('data-why')) ?? '');
    }
    // the person gave the card up; what came of it was found here, and the copy of the slip was made by staff
    expect([...shown]).toEqual(['top-up-cash', 'committing', 'settled']);
    expect([...why]).toEqual(['later']);
    await isAccessible();
    await person.touches('back', 'back');
    await person.sees('maintenance-journal');
  });

  await test.step('the journal proved, and taken along', async () => {
    await person.touches('verify');
    await expect(page.getByTestId('job')).toHaveAttribute('data-state', 'good');
    await person.touches('export');
    await expect(page.locator('[data-testid="job"][data-what="export"]')).toHaveAttribute('data-state', 'good');
    await isAccessible();
    const stick = path.join(path.dirname(sandbox.config), 'stick');
    const [file = ''] = readdirSync(stick);
    expect(verifyExport(readFileSync(path.join(stick, file)))).toMatchObject({ ok: true });
    await goesBack();
  });

  await test.step('the box exchanged, and a note missing in what came out', async () => {
    await staff.exchangesBox('B-0012', 'B-0031');
    await isAccessible();
    await staff.counts([[1000, 1]]);
    await expect(page.getByTestId('difference')).toHaveAttribute('data-fen', '-1000');
    await person.touches('confirm');
    await expect(page.getByTestId('print')).toBeVisible();
    const { balances, ok } = verifyJournal(sandbox.journal);
    expect({ ok, ...balances }).toMatchObject({ ok: true, 'cash.box': 0, 'cash.transit': 1000, suspense: 1000, 'cash.overShort': 0 });
    expect((await sandbox.cabinet()).notes.carriedAway).toEqual([2000]);
    await staff.leavesBox();
  });

  await test.step('the statecharts: the path of that top-up, and the room one stands in', async () => {
    await person.touches('room-charts');
    await person.sees('maintenance-charts');
    await isAccessible();
    await person.touches('chart-topUp');
    await person.sees('maintenance-chart');
    await expect(page.getByTestId('path')).toContainText('finished.result.choosing');
    await tellsNobody();
    await isAccessible();
    await person.touches('back', 'chart-rooms');
    await person.sees('maintenance-chart');
    await expect(page.locator('[data-state="charts"]')).toHaveAttribute('data-mark', 'lit');
    await person.touches('back', 'chart-device-cardReader');
    await expect(page.locator('[data-state="ready"]')).toHaveAttribute('data-mark', 'lit');
    await person.touches('back', 'back');
    await person.sees('maintenance-overview');
  });

  await test.step('the terminal itself, and out of service with the reason for whoever comes', async () => {
    await person.touches('room-system');
    await person.sees('maintenance-system');
    await expect(page.getByTestId('fact-link')).toBeVisible();
    await isAccessible();
    await person.touches('glass-touch');
    await person.sees('maintenance-glass');
    await person.touches('cell-0', 'back');
    await person.sees('maintenance-system');
    await person.touches('close', 'reason-repair');
    await expect(page.getByTestId('closed')).toHaveAttribute('data-reason', 'repair');
    await goesBack();
    await person.touches('back-in-service');
    await staff.serviceSwitch('operator');
    await person.sees('out-of-service');
    await person.seesText(screens.outOfService.closedFor.repair);
  });

  const acts = journaled(sandbox.journal, 'maintenance.').filter(({ kind }) => kind === 'maintenance.act');
  expect(acts.map(({ body }) => body['what'])).toEqual([
    'resolve',
    'reprint',
    'verify',
    'export',
    'exchange',
    'exchange',
    'exchange',
    'count',
    'close',
    'touch',
    'outOfService',
  ]);
});
