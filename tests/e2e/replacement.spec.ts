/**
 * A new card for a lost one: reported, paid for, written by its issuer on a blank of the stacker, and in its holder's hand; and what becomes of fee
 * and plastic when that does not work out. Devices move as fast as real ones. What counts is what is in box, bin and chips, and what the issuer has.
 */
import { expect, test } from '@playwright/test';
import { everyDevice, HOLDER } from '../launcher/sandbox.ts';
import { CARD, World } from './support/world.ts';

test.describe.configure({ timeout: 240_000 });

/** resources/config/example.json */
const FEE = 2000;
/** The bench's holder has two cards. */
const [LOST, OTHER] = HOLDER.cards.map(({ serial }) => serial) as [string, string];
/** What is on the lost card. */
const BALANCE = 2320;
/** Design: machine time from the first touch to the card in the hand. */
const WITHIN_MS = 120_000;

let world: World;
test.beforeAll(async () => {
  world = await World.start({ settings: everyDevice });
});
test.beforeEach(async () => {
  await world.person.sees('attract');
  await expect((await world.person.page()).getByTestId('replace-card')).toBeVisible({ timeout: 60_000 });
});
test.afterAll(() => world.stop());

const atIssuer = async () => (await world.sandbox.books()).issuerServices;
const replacementsOf = async (serial: string) => (await atIssuer()).replacements.replacements.filter(({ oldSerial }) => oldSerial === serial);
const stored = async () => (await world.sandbox.cabinet()).cardStore;

/** By identity card, to the question how the fee is paid. A card that is not reported yet is reported on the way. */
async function comesToFee(serial: string): Promise<void> {
  const { person, sandbox } = world;
  await person.touches('replace-card');
  await person.sees('loss-ways');
  await person.touches('way-document');
  await person.sees('loss-document');
  expect(await sandbox.hand({ act: 'layDocument', document: 'valid' })).toEqual({ done: true });
  await person.sees('loss-cards');
  await sandbox.hand({ act: 'liftDocument' });
  await person.touches(await rowOf(serial));
  if ((await person.sees('loss-confirm', 'replace-fee')) === 'replace-fee') return;
  await person.touches('confirm');
  await person.sees('loss-told');
  await person.touches('replace-card');
  await person.sees('replace-fee');
}

/** Test id of the card that ends like this one. */
async function rowOf(serial: string): Promise<string> {
  const row = (await world.person.page()).getByTestId(/^card-\d+$/).filter({ hasText: serial.slice(-4) });
  return (await row.getAttribute('data-testid')) ?? '';
}

async function paysByPhone(): Promise<void> {
  const { person, sandbox } = world;
  await person.touches('tender-qr');
  await person.seesCode();
  expect(await sandbox.hand({ act: 'phone', does: 'pay' })).toEqual({ done: true });
}

test('by identity card and with notes within two minutes: the new card works, the old one is refused, and its money comes to the new one', async () => {
  const { person, sandbox } = world;
  const before = await world.truth();
  const began = performance.now();
  await comesToFee(LOST);
  expect(await person.readsAmount('due')).toBe(FEE);
  await person.touches('tender-cash');
  await person.sees('top-up-cash');
  await person.feeds(1000);
  await person.feeds(1000);
  await person.sees('replace-making');
  await person.sees('replace-take');
  expect(await replacementsOf(LOST)).toMatchObject([{ state: 'written' }]);
  await person.takesCard();
  await person.sees('replace-done');
  const took = performance.now() - began;
  expect(took).toBeLessThan(WITHIN_MS);
  test.info().annotations.push({ type: 'from the first touch to the new card in the hand', description: `${Math.round(took)} ms` });
  const reference = await person.reads('reference');
  const tail = await person.reads('new-tail');
  await person.touches('receipt-print');
  await person.seesFact('receipt', 'printed');
  expect(await world.slip(reference)).toMatch(new RegExp(`旧卡尾号 ${LOST.slice(-4)}\\n新卡尾号 ${tail}\\n付款 现金\\n工本费 20.00 元`));
  await person.touches('finish');
  await person.makesWay();
  await world.expectChange(before, { box: [1000, 1000] });
  expect(await stored()).toEqual({ stacker: 19, bin: 0, blank: null });
  expect(await replacementsOf(LOST)).toMatchObject([{ reference, state: 'taken', newSerial: expect.stringMatching(`${tail}$`) }]);
  expect(world.kinds(reference).filter((kind) => kind !== 'replacement.commanded')).toEqual(DELIVERED);
  await world.expectSound();

  await person.touches('start-top-up');
  await person.inserts(CARD);
  await person.sees('trouble');
  expect(await person.readsTitle()).toBe('这张卡已经挂失');
  await person.leaves();

  const [report] = (await atIssuer()).losses.reports.filter(({ serial }) => serial === LOST);
  await world.upstream(`/sandbox/issuer/losses/${report?.reportId}/balance`, { balance: BALANCE });
  const issued = (await sandbox.cabinet()).cards.find((card) => card.tail === tail);
  expect(issued).toMatchObject({ kind: 'valid', where: 'hand', balance: 0 });
  await person.comesBack(issued?.id ?? '');
  await person.sees('menu');
  await person.touches('start-pending-load');
  await person.sees('pending-offer');
  await person.touches('pending-load');
  await person.sees('done');
  expect(await person.readsAmount('balance-after')).toBe(BALANCE);
  await person.leaves();
  expect((await sandbox.cabinet()).cards.find(({ id }) => id === issued?.id)).toMatchObject({ balance: BALANCE, where: 'hand' });
  await world.expectSound();
});

/** The journal of an undisturbed replacement, its commands aside. */
const DELIVERED = [
  'transaction.opened',
  'replacement.granting',
  'replacement.granted',
  'note.escrowed',
  'note.stacking',
  'cash.stacked',
  'note.escrowed',
  'note.stacking',
  'cash.stacked',
  'replacement.dispensing',
  'replacement.writing',
  'replacement.written',
  'replacement.presenting',
  'replacement.delivered',
  'transaction.closed',
  'replacement.reported',
  'receipt.printing',
  'receipt.printed',
];

test('no blank is left when it is paid: the fee goes back, the report stays, and no new card is offered until there are blanks', async () => {
  const { person, sandbox } = world;
  const before = await world.truth();
  await comesToFee(OTHER);
  await sandbox.hand({ act: 'emptyStacker' });
  await paysByPhone();
  await person.sees('settled');
  await person.seesFact('outcome', 'refunded');
  await person.seesFact('receipt', 'choice');
  await person.touches('finish');
  await person.makesWay();
  await world.expectChange(before, {});
  await expect.poll(() => replacementsOf(OTHER)).toMatchObject([{ state: 'cancelled', newSerial: null }]);
  expect((await atIssuer()).losses.reports.find(({ serial }) => serial === OTHER)).toMatchObject({ state: 'effective' });
  await expect((await person.page()).getByTestId('replace-card')).toHaveCount(0, { timeout: 60_000 });
  expect(await sandbox.hand({ act: 'fillStacker', count: 10 })).toEqual({ done: true });
  await world.expectSound();
});

test('a blank that can not be written goes to the bin and the next one is made; nobody takes that, so it is drawn in, and a case holds the fee', async () => {
  const { person, sandbox } = world;
  const before = await world.truth();
  expect(await sandbox.hand({ act: 'knob', knob: 'cardReader.nextBlank', value: 'otherKey' })).toEqual({ done: true });
  const { stacker = 0, bin = 0 } = (await stored()) ?? {};
  await comesToFee(OTHER);
  await paysByPhone();
  await person.sees('replace-take');
  expect(await stored()).toEqual({ stacker: stacker - 2, bin: bin + 1, blank: 'gate' });
  await expect.poll(() => person.shows(), { timeout: 90_000 }).toBe('settled');
  await person.seesFact('outcome', 'case');
  await person.seesFact('receipt', 'printed');
  const reference = await person.reads('reference');
  expect(await world.slip(reference)).toContain('20.00 元');
  expect(await stored()).toEqual({ stacker: stacker - 2, bin: bin + 2, blank: null });
  await person.touches('finish');
  await person.makesWay();
  await world.expectChange(before, { paid: FEE });
  const { spoiltBlanks, replacements } = (await atIssuer()).replacements;
  expect(spoiltBlanks).toBe(1);
  expect(replacements.find((each) => each.reference === reference)).toMatchObject({ state: 'captured', oldSerial: OTHER });
  expect(world.transaction(reference)).toMatchObject({ closed: { outcome: 'case' }, owed: FEE, cases: [{ reason: 'cardCaptured', amount: FEE }] });
  await world.expectSound();
});
