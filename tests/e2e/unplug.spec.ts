/**
 * Cables pulled from the running terminal and put back three seconds later: while nothing happens, in the middle of a frame, in the
 * middle of a top-up. The terminal says what is down, comes back by itself, and the money is where it says.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import { Cables } from './support/cables.ts';
import { CARD, World } from './support/world.ts';

test.describe.configure({ timeout: 180_000 });

/** Whose frame is cut: a printer answers in single bytes. */
const FRAMES = [
  ['cardReader', 'device'],
  ['cashAcceptor', 'device'],
  ['receiptPrinter', 'terminal'],
] as const;
/** A person's time to see what fell out and put it back. */
const AWAY_MS = 3000;

const cables = new Cables({ cardReader: 'baudRate=38400', cashAcceptor: 'baudRate=9600&parity=even', receiptPrinter: 'baudRate=115200' });
let world: World;
test.beforeAll(async () => {
  world = await World.start({ carry: cables.carry });
});
test.afterAll(async () => {
  await world.stop();
  cables.stop();
});
test.afterEach(async () => {
  if (test.info().status !== test.info().expectedStatus) await test.info().attach('what the terminal said', { body: world.shell.lines.slice(-200).join('\n') });
});

/** From attract to attract, with a slip: every device has its part. */
async function wholeTopUp(): Promise<void> {
  const { person } = world;
  const before = await world.truth();
  await person.choosesTopUp(CARD, 2000);
  await person.touches('tender-cash');
  await person.sees('top-up-cash');
  await person.pays(2000);
  await person.touches('confirm');
  await person.sees('done');
  await person.touches('receipt-print');
  await person.seesFact('receipt', 'printed');
  await world.sandbox.hand({ act: 'tearPaper' });
  await person.leaves();
  await world.expectChange(before, { box: [2000], chips: { [CARD]: { balance: 2000, loads: 1 } }, credited: 2000 });
  await world.expectSound();
}

/** The journal has one more coming of the device than now, after `act`. */
async function comesBack(act: () => Promise<void>): Promise<void> {
  const came = world.identified();
  await act();
  await expect.poll(() => world.identified(), { message: 'the device came back', timeout: 60_000 }).toBe(came + 1);
}

test('card reader pulled while nobody is there: out of service with the reason; back by itself, and a top-up works', async () => {
  const { person } = world;
  await person.sees('attract');
  cables.of('cardReader').pull();
  await person.sees('out-of-service');
  await pause(AWAY_MS);
  await comesBack(() => cables.of('cardReader').plug());
  await person.sees('attract');
  await wholeTopUp();
});

test('cash acceptor pulled while nobody is there: notes are off, the rest works; back by itself, and a top-up works', async () => {
  const { person } = world;
  const before = await world.truth();
  await person.sees('attract');
  cables.of('cashAcceptor').pull();
  await person.choosesTopUp(CARD, 2000);
  await person.seesOff('tender-cash');
  await comesBack(() => cables.of('cashAcceptor').plug());
  await person.touches('tender-cash');
  await person.sees('top-up-cash');
  await person.touches('cancel');
  await person.sees('menu');
  await person.leaves();
  await world.expectChange(before, {});
  await wholeTopUp();
});

test('printer pulled while nobody is there: back by itself, and a slip is printed', async () => {
  await world.person.sees('attract');
  cables.of('receiptPrinter').pull();
  await pause(AWAY_MS);
  await comesBack(() => cables.of('receiptPrinter').plug());
  await wholeTopUp();
});

for (const [device, speaker] of FRAMES) {
  test(`${device} pulled in the middle of a frame: half of it is none; back by itself, and a top-up works`, async () => {
    await world.person.sees('attract');
    await cables.of(device).pullInFrame(speaker);
    await pause(AWAY_MS);
    await comesBack(() => cables.of(device).plug());
    await world.person.sees('attract');
    await wholeTopUp();
  });
}

test('card reader pulled at "that is all" with money in the box: the screen waits for the card, and loads it when the reader is back', async () => {
  const { person } = world;
  const before = await world.truth();
  await person.choosesTopUp(CARD, 2000);
  await person.touches('tender-cash');
  await person.sees('top-up-cash');
  await person.pays(2000);
  cables.of('cardReader').pull();
  await person.touches('confirm');
  await person.sees('put-back');
  await pause(AWAY_MS);
  await cables.of('cardReader').plug();
  await person.sees('done');
  await person.leaves();
  await world.expectChange(before, { box: [2000], chips: { [CARD]: { balance: 2000, loads: 1 } }, credited: 2000 });
  await world.expectSound();
});

test('cash acceptor pulled while a note is on its way into the box: the card gets what the box got, once', async () => {
  const { person } = world;
  const before = await world.truth();
  await person.choosesTopUp(CARD, 2000);
  await person.touches('tender-cash');
  await person.sees('top-up-cash');
  await person.feeds(2000);
  await expect.poll(async () => world.kinds(await person.reads('reference')), { intervals: [20], timeout: 30_000 }).toContain('note.stacking');
  await pause(200);
  cables.of('cashAcceptor').pull();
  await pause(AWAY_MS);
  await comesBack(() => cables.of('cashAcceptor').plug());
  const seen = await person.sees('done', 'trouble');
  await person.leaves();
  const { box } = (await world.sandbox.cabinet()).notes;
  const stacked = box.length > before.box.length;
  expect(stacked).toBe(seen === 'done');
  await world.expectChange(before, stacked ? { box: [2000], chips: { [CARD]: { balance: 2000, loads: 1 } }, credited: 2000 } : {});
  await world.expectSound();
});

test('printer pulled in the middle of a slip: said on the screen, the card is loaded, and the next slip is whole', async () => {
  const { person } = world;
  const before = await world.truth();
  await person.choosesTopUp(CARD, 2000);
  await person.touches('tender-cash');
  await person.sees('top-up-cash');
  await person.pays(2000);
  await person.touches('confirm');
  await person.sees('done');
  await person.touches('receipt-print');
  await person.seesFact('receipt', 'printing');
  await cables.of('receiptPrinter').pullInFrame('terminal');
  await pause(AWAY_MS);
  await comesBack(() => cables.of('receiptPrinter').plug());
  await person.seesFact('receipt', 'failed');
  await person.leaves();
  await world.sandbox.hand({ act: 'tearPaper' });
  await world.expectChange(before, { box: [2000], chips: { [CARD]: { balance: 2000, loads: 1 } }, credited: 2000 });
  await wholeTopUp();
});
