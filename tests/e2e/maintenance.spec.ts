/** Somebody opens the cabinet, or turns its service switch: nobody is served, the screen says why, and whoever has money inside is served first. */
import { expect, test } from '@playwright/test';
import zhCN from '../../resources/locales/zh-CN/screens.json' with { type: 'json' };
import { everyDevice } from '../launcher/sandbox.ts';
import { CARD, World } from './support/world.ts';

test.describe.configure({ timeout: 180_000 });

let world: World;
test.beforeAll(async () => {
  world = await World.start({ speed: 3, settings: everyDevice });
});
test.afterAll(() => world.stop());

async function door(open: boolean): Promise<void> {
  expect(await world.sandbox.hand({ act: 'door', open })).toEqual({ done: true });
}

async function isClosedToPeople(): Promise<void> {
  await world.person.sees('out-of-service');
  await world.person.seesText(zhCN.outOfService.maintenance.happened);
}

test('door opened while nobody is there: out of service with the reason, and back when it is closed', async () => {
  await world.person.sees('attract');
  await door(true);
  await isClosedToPeople();
  await door(false);
  await world.person.sees('attract');
});

test('service switch turned: the same', async () => {
  await world.person.sees('attract');
  expect(await world.sandbox.hand({ act: 'serviceSwitch', to: 'maintenance' })).toEqual({ done: true });
  await isClosedToPeople();
  expect(await world.sandbox.hand({ act: 'serviceSwitch', to: 'operator' })).toEqual({ done: true });
  await world.person.sees('attract');
});

test('door opened with a note in the box: the card is loaded and comes back, and only then nobody is served', async () => {
  const { person } = world;
  const before = await world.truth();
  await person.choosesTopUp(CARD, 2000);
  await person.touches('tender-cash');
  await person.sees('top-up-cash');
  await person.pays(2000);
  await door(true);
  await person.touches('confirm');
  await person.sees('done');
  await person.touches('finish');
  await person.takesCard();
  await isClosedToPeople();
  await world.expectChange(before, { box: [2000], chips: { [CARD]: { balance: 2000, loads: 1 } }, credited: 2000 });
  await world.expectSound();
  await door(false);
  await person.sees('attract');
});
