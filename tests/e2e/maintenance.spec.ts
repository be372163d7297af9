/**
 * Somebody opens the cabinet, or turns its service switch: nobody is served, the screen says why, and whoever has money inside is served first.
 * Staff signs in at the prompt, works inside, and leaves.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import zhCN from '../../resources/locales/zh-CN/screens.json' with { type: 'json' };
import { everyDevice } from '../launcher/sandbox.ts';
import { Staff } from '../launcher/staff.ts';
import { codeOf, grantFor, OPERATOR, roster, saidByTelephone, SECRET, signed, TECHNICIAN } from '../support/staff-at-hand.ts';
import { journaled } from './support/ground-truth.ts';
import { CARD, World } from './support/world.ts';

test.describe.configure({ timeout: 180_000 });

let world: World;
test.beforeAll(async () => {
  world = await World.start({
    speed: 3,
    settings: { ...everyDevice, maintenance: { staff: roster([TECHNICIAN]), grantKeys: [{ kid: OPERATOR.kid, ...OPERATOR.publicKey }] } },
    prepare: async ({ data }) => writeFileSync(path.join(data, 'staff-secret'), Buffer.from(SECRET).toString('hex'), { mode: 0o600 }),
  });
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

async function serviceSwitch(to: 'maintenance' | 'operator'): Promise<void> {
  expect(await world.sandbox.hand({ act: 'serviceSwitch', to })).toEqual({ done: true });
}

async function types(digits: string): Promise<void> {
  await world.person.touches(...[...digits].map((digit) => `digit-${digit}`), 'confirm');
}

/** @param later the code of so many ms from now: one that was used lets nobody in again */
async function signsIn(pin: string, later = 0): Promise<void> {
  const { person } = world;
  await person.touches('sign-in-totp');
  await types(TECHNICIAN.number);
  await types(codeOf(TECHNICIAN, Date.now() + later));
  await types(pin);
}

test('service switch turned, number, code and PIN: inside, back out, and in service when the switch is turned back', async () => {
  const { person } = world;
  await person.sees('attract');
  await serviceSwitch('maintenance');
  await person.sees('maintenance-sign-in');
  await signsIn('000000');
  await expect((await person.page()).getByTestId('sign-in-message')).toHaveAttribute('data-message', 'notAccepted');
  await signsIn(TECHNICIAN.pin);
  await person.sees('maintenance-overview');
  await person.touches('back-in-service');
  await isClosedToPeople();
  await serviceSwitch('operator');
  await person.sees('attract');
  expect(journaled(world.sandbox.journal, 'maintenance.')).toMatchObject([
    { kind: 'maintenance.trying', body: { method: 'totp', purpose: 'visit' } },
    { kind: 'maintenance.refused', body: { why: 'badPin', staff: TECHNICIAN.number } },
    { kind: 'maintenance.trying' },
    { kind: 'maintenance.signedIn', body: { staff: TECHNICIAN.number, role: 'technician', method: 'totp' } },
    { kind: 'maintenance.signedOut', body: { why: 'left' } },
  ]);
});

test('a grant held to the scanner, and its PIN: inside; for another terminal: refused', async () => {
  const { person, sandbox } = world;
  const shows = async (terminal: string): Promise<void> => {
    await person.touches('sign-in-grant');
    const text = await signed(grantFor(TECHNICIAN, Date.now() - 60_000, { terminals: [terminal], serial: `G-${terminal}` }));
    expect(await sandbox.hand({ act: 'showCode', text })).toEqual({ done: true });
    await types(TECHNICIAN.pin);
  };
  await serviceSwitch('maintenance');
  await person.sees('maintenance-sign-in');
  await shows('T-0002');
  await expect((await person.page()).getByTestId('sign-in-message')).toHaveAttribute('data-message', 'otherTerminal');
  await shows('T-0001');
  await person.sees('maintenance-overview');
  await person.touches('back-in-service');
  await serviceSwitch('operator');
  await person.sees('attract');
});

/** Their card, as the operator wrote it: the certificate names the chip. */
const CHIP = '04A1B2C3D4E5F6';
async function insertsStaffCard(chip = CHIP): Promise<void> {
  const { sandbox } = world;
  const text = await signed(grantFor(TECHNICIAN, Date.now() - 60_000, { serial: 'C-0417', card: CHIP }), 'card');
  await expect.poll(async () => (await sandbox.hand({ act: 'insertStaffCard', uid: chip, text })).done, { timeout: 20_000 }).toBe(true);
}
async function signsInByCard(): Promise<void> {
  await world.person.touches('sign-in-card');
  await insertsStaffCard();
  await types(TECHNICIAN.pin);
  await world.person.sees('maintenance-overview');
}
/** The visit ends with it. */
async function pullsStaffCard(): Promise<void> {
  expect(await world.sandbox.hand({ act: 'pullCard' })).toEqual({ done: true });
  await isClosedToPeople();
  expect(journaled(world.sandbox.journal, 'maintenance.').at(-1)).toMatchObject({ kind: 'maintenance.signedOut', body: { why: 'cardRemoved' } });
  await serviceSwitch('operator');
  await world.person.sees('attract');
}
async function takesCardOut(): Promise<void> {
  await expect.poll(async () => (await world.sandbox.hand({ act: 'takeCard' })).done, { timeout: 20_000 }).toBe(true);
}

test('staff card and its PIN: inside while the card is in the reader; a copy on another chip lets nobody in', async () => {
  const { person, sandbox } = world;
  await serviceSwitch('maintenance');
  await person.sees('maintenance-sign-in');
  await person.touches('sign-in-card');
  await insertsStaffCard('04FFFFFFFFFFFF');
  await types(TECHNICIAN.pin);
  await expect((await person.page()).getByTestId('sign-in-message')).toHaveAttribute('data-message', 'notAccepted');
  await person.touches('cancel');
  await person.sees('take-card');
  await takesCardOut();
  await isClosedToPeople();
  await serviceSwitch('operator');
  await person.sees('attract');
  await serviceSwitch('maintenance');
  await person.sees('maintenance-sign-in');
  await signsInByCard();
  expect(journaled(sandbox.journal, 'maintenance.').at(-1)).toMatchObject({ kind: 'maintenance.signedIn', body: { method: 'card', staff: TECHNICIAN.number } });
  await pullsStaffCard();
});

test('staff card in the reader whose test begins: out first, back after the test, and then gone with the visit', async () => {
  const { person, sandbox } = world;
  await serviceSwitch('maintenance');
  await person.sees('maintenance-sign-in');
  await signsInByCard();
  const page = await person.page();
  const stepIs = (step: string) => page.locator(`[data-testid="step"][data-step="${step}"]`).waitFor({ timeout: 40_000 });
  await person.touches('room-devices');
  await person.sees('maintenance-devices');
  await person.touches('device-cardReader', 'guided-test');
  await person.sees('maintenance-tests');
  await stepIs('clearSlot');
  await takesCardOut();
  await new Staff(person, sandbox).showsCard(CARD);
  // the gate, then a blank where the reader has them
  await person.touches('answer-yes');
  await expect(page.getByTestId('card-back')).toBeVisible({ timeout: 40_000 });
  await insertsStaffCard();
  await person.sees('maintenance-tests');
  expect(journaled(sandbox.journal, 'device.').slice(-3)).toMatchObject([
    { body: { test: 'cardRead', result: 'passed' } },
    { body: { test: 'cardShutter', result: 'passed' } },
    { body: { test: 'blankCard' } },
  ]);
  await pullsStaffCard();
});

test('answer by telephone: the challenge is read out, the answer and the PIN let in once', async () => {
  const { person, sandbox } = world;
  const challenge = async (): Promise<string> => ((await (await person.page()).getByTestId('challenge').textContent()) ?? '').replaceAll(/\D/g, '');
  await serviceSwitch('maintenance');
  await person.sees('maintenance-sign-in');
  await person.touches('sign-in-phone');
  await types(TECHNICIAN.number);
  const first = await challenge();
  expect(first).toMatch(/^\d{8}$/);
  await types(saidByTelephone(TECHNICIAN, first));
  await types(TECHNICIAN.pin);
  await person.sees('maintenance-overview');
  await person.touches('back-in-service');
  await serviceSwitch('operator');
  await person.sees('attract');
  // what was said once is worth nothing to the next challenge
  await serviceSwitch('maintenance');
  await person.touches('sign-in-phone');
  await types(TECHNICIAN.number);
  expect(await challenge()).not.toBe(first);
  await types(saidByTelephone(TECHNICIAN, first));
  await types(TECHNICIAN.pin);
  await expect((await person.page()).getByTestId('sign-in-message')).toHaveAttribute('data-message', 'notAccepted');
  expect(journaled(sandbox.journal, 'maintenance.').slice(-5)).toMatchObject([
    { kind: 'maintenance.trying', body: { method: 'phone' } },
    { kind: 'maintenance.signedIn', body: { method: 'phone', staff: TECHNICIAN.number } },
    { kind: 'maintenance.signedOut', body: { why: 'left' } },
    { kind: 'maintenance.trying', body: { method: 'phone' } },
    { kind: 'maintenance.refused', body: { why: 'badCode' } },
  ]);
  await person.touches('cancel');
  await serviceSwitch('operator');
  await person.sees('attract');
});

test('corner gesture: the prompt, and nothing behind it for who has nothing; five touches alone are none', async () => {
  const { person } = world;
  await person.sees('attract');
  const page = await person.page();
  const { width } = page.viewportSize() ?? { width: 1080 };
  for (let touch = 0; touch < 5; touch += 1) await page.mouse.click(20, 20);
  await person.sees('attract');
  await page.mouse.click(width - 20, 20);
  await page.mouse.click(width - 20, 20);
  await person.sees('maintenance-sign-in');
  await person.touches('cancel');
  await person.sees('attract');
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

/** Last: what it leaves out is paused for whoever comes after. */
test('readiness report: without a card in the reader the terminal stays out of service; read, it returns without what was left out', async () => {
  const { person } = world;
  await person.sees('attract');
  await serviceSwitch('maintenance');
  await person.sees('maintenance-sign-in');
  await signsIn(TECHNICIAN.pin, 30_000);
  await person.sees('maintenance-overview');
  const staff = new Staff(person, world.sandbox);
  // what needs nobody passes by itself; a real time limit is not waited for, it is left out by a touch
  await staff.answersForTheScreen();
  await person.touches('skip');
  await staff.leavesOutTheRest();
  await staff.makesReport('out');
  await person.touches('again-cardRead');
  await staff.showsCard(CARD);
  await expect((await person.page()).getByTestId('verdict')).toHaveAttribute('data-verdict', 'limited');
  await staff.makesReport('in');
  await person.touches('back');
  await person.sees('maintenance-overview');
  await person.touches('back-in-service');
  await isClosedToPeople();
  await serviceSwitch('operator');
  await person.sees('attract');
  expect(journaled(world.sandbox.journal, 'readiness.')).toMatchObject([
    { kind: 'readiness.reported', body: { verdict: 'notReady', by: TECHNICIAN.number } },
    { kind: 'readiness.reported', body: { verdict: 'limited', failed: [] } },
  ]);
});
