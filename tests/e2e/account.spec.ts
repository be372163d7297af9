/**
 * The card's own services at the terminal: a reported card that was found is released with its own proof, a new card is activated and a blocked
 * one works again by the issuer's script. What counts is what the issuer has and what the chip says.
 */
import { expect, test } from '@playwright/test';
import { everyDevice, HOLDER } from '../launcher/sandbox.ts';
import { CARD, World } from './support/world.ts';

test.describe.configure({ timeout: 180_000 });

const SERIAL = HOLDER.cards[0].serial;
const NEW_CARD = 'new-4410';
const BLOCKED = { card: 'blocked-7719', serial: '03105170010170907719', password: '739104' };

let world: World;
test.beforeAll(async () => {
  world = await World.start({ speed: 3, settings: everyDevice });
});
test.beforeEach(async () => {
  await world.person.sees('attract');
  await expect((await world.person.page()).getByTestId('start-top-up')).not.toHaveAttribute('aria-disabled', { timeout: 60_000 });
});
test.afterAll(() => world.stop());

const books = async () => (await world.sandbox.books()).issuerServices;

/** Lays the identity card down and lifts it as soon as it was read. */
async function identifies(next: 'loss-cards' | 'account-confirm' | 'loss-typing'): Promise<void> {
  const { person, sandbox } = world;
  await person.sees('loss-ways');
  await person.touches('way-document');
  await person.sees('loss-document');
  expect(await sandbox.hand({ act: 'layDocument', document: 'valid' })).toEqual({ done: true });
  await person.sees(next);
  await sandbox.hand({ act: 'liftDocument' });
}

test('a card that was reported and found is released where a top-up would be refused, and tops up again', async () => {
  const { person } = world;
  await person.touches('lost-card');
  await identifies('loss-cards');
  await person.touches('card-1');
  await person.sees('loss-confirm');
  await person.touches('confirm');
  await person.sees('loss-told');
  await person.touches('finish');
  await person.sees('attract');

  await person.touches('start-top-up');
  await person.inserts(CARD);
  await person.sees('trouble');
  await person.touches('start-account');
  await person.sees('account-menu');
  await person.touches('service-release');
  await identifies('account-confirm');
  await person.touches('confirm');
  await person.sees('account-told');
  await person.seesFact('outcome', 'released');
  expect((await books()).losses.reports).toMatchObject([{ serial: SERIAL, state: 'released' }]);
  await person.touches('receipt-print');
  await person.seesFact('receipt', 'printed');
  await person.touches('another');
  await person.sees('menu');
  await person.touches('start-top-up');
  await person.sees('top-up-amount');
  await person.touches('back');
  await person.sees('menu');
  await person.touches('finish');
  await person.takesCard();
  await world.expectSound();
});

test('a new card is activated: the chip says so, the issuer has it, and the card is read anew', async () => {
  const { person } = world;
  await person.touches('start');
  await person.inserts(NEW_CARD);
  await person.sees('card-problem');
  await person.touches('start-account');
  await person.sees('account-menu');
  await person.touches('service-activate');
  await person.sees('account-confirm');
  await person.touches('confirm');
  await person.sees('account-told');
  await person.seesFact('outcome', 'activated');
  expect((await books()).scripts).toMatchObject({ confirmed: 1, running: 0, written: 0 });
  await person.touches('another');
  await person.sees('menu');
  await person.touches('finish');
  await person.takesCard();
  await world.expectSound();
});

test('a blocked card works again for its holder: the chip says so, and its balance is there', async () => {
  const { person, sandbox } = world;
  const cards = [...HOLDER.cards, { serial: BLOCKED.serial, password: BLOCKED.password }];
  const known = await fetch(new URL('/sandbox/issuer/holders', sandbox.upstreamUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...HOLDER, cards }),
  });
  expect(known.ok).toBe(true);
  const { confirmed } = (await books()).scripts;
  await person.touches('start');
  await person.inserts(BLOCKED.card);
  await person.sees('card-problem');
  await person.touches('start-account');
  await person.sees('account-menu');
  await person.touches('service-unblock');
  await identifies('account-confirm');
  await person.touches('confirm');
  await person.sees('account-told');
  await person.seesFact('outcome', 'unblocked');
  expect((await books()).scripts).toMatchObject({ confirmed: confirmed + 1, running: 0, written: 0 });
  await person.touches('another');
  await person.sees('menu');
  expect(await person.reads('balance')).toContain('46.00');
  await person.touches('finish');
  await person.takesCard();
  await world.expectSound();
});
