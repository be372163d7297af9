/**
 * The terminal process killed in the middle, seen from the screen: first "one moment", then what happened and the number, then the card.
 * Every single step is killed in tests/main/terminal/killed.ts, without a screen.
 */
import { expect, test } from '@playwright/test';
import { CARD, World } from './support/world.ts';

test.describe.configure({ timeout: 180_000 });

let world: World;
test.beforeAll(async () => {
  world = await World.start({ speed: 3 });
});
test.afterAll(() => world.stop());

/** From here on the page remembers every screen it shows. */
async function remembersScreens(): Promise<() => Promise<readonly string[]>> {
  const page = await world.person.page();
  await page.evaluate(() => {
    const screens: string[] = [];
    const note = (): void => {
      const kind = document.querySelector<HTMLElement>('[data-testid="screen"]')?.dataset['screen'] ?? '';
      if (screens.at(-1) !== kind) screens.push(kind);
    };
    note();
    new MutationObserver(note).observe(document.documentElement, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-screen'] });
    Object.assign(window, { screens });
  });
  return () => page.evaluate(() => (window as unknown as { screens: string[] }).screens);
}

async function cardIsInside(): Promise<void> {
  const { cards } = await world.sandbox.cabinet();
  expect(cards.find(({ id }) => id === CARD)?.where).toBe('inside');
}

/** What happened, with its number, while the card is still inside; then the card, and the next person. */
async function isToldThenGetsCard(reference: string, screens: () => Promise<readonly string[]>, before: readonly string[]): Promise<void> {
  const { person } = world;
  await person.sees('done');
  expect(await person.reads('reference')).toBe(reference);
  await cardIsInside();
  expect(await screens()).toEqual([...before, 'starting', 'done']);
  await person.leaves();
  await world.rest();
}

test('killed while the load is on its way, card inside: it is finished by the next process, told, and then the card comes', async () => {
  const { person } = world;
  const before = await world.truth();
  await person.choosesTopUp(CARD, 5000);
  await person.touches('tender-cash');
  await person.sees('top-up-cash');
  await person.pays(5000);
  const screens = await remembersScreens();
  const reference = await person.reads('reference');
  await world.network(false);
  await person.touches('confirm');
  await person.sees('committing');
  expect(await world.sandbox.hand({ act: 'killTerminal' })).toEqual({ done: true });
  await world.network(true);
  await isToldThenGetsCard(reference, screens, ['top-up-cash', 'committing']);
  await world.expectChange(before, { box: [5000], chips: { [CARD]: { balance: 5000, loads: 1 } }, credited: 5000 });
  await world.expectSound();
});

test('killed when the phone has paid and the terminal has not heard of it: the payment is found and loaded', async () => {
  const { person } = world;
  const before = await world.truth();
  await person.choosesTopUp(CARD, 2000);
  await person.touches('tender-qr');
  const order = await person.seesCode();
  const reference = await person.reads('reference');
  const screens = await remembersScreens();
  await world.upstream(`/sandbox/orders/${order}/lose-answer`);
  expect(await world.sandbox.hand({ act: 'killTerminal' })).toEqual({ done: true });
  await isToldThenGetsCard(reference, screens, ['top-up-qr']);
  await world.expectChange(before, { paid: 2000, chips: { [CARD]: { balance: 2000, loads: 1 } }, credited: 2000 });
  await world.expectSound();
});

test('mains gone with a note in the box: devices and process come back, the note is on the card', async () => {
  const { person } = world;
  const before = await world.truth();
  await person.choosesTopUp(CARD, 5000);
  await person.touches('tender-cash');
  await person.sees('top-up-cash');
  await person.pays(2000);
  const reference = await person.reads('reference');
  const screens = await remembersScreens();
  expect(await world.sandbox.hand({ act: 'powerCut' })).toEqual({ done: true });
  await isToldThenGetsCard(reference, screens, ['top-up-cash']);
  await world.expectChange(before, { box: [2000], chips: { [CARD]: { balance: 2000, loads: 1 } }, credited: 2000 });
  await world.expectSound();
});

test('killed while a note is drawn in: the note comes back out, nothing was taken, the card comes back', async () => {
  const { person } = world;
  const before = await world.truth();
  await person.choosesTopUp(CARD, 2000);
  await person.touches('tender-cash');
  await person.sees('top-up-cash');
  await person.feeds(2000);
  expect(await world.sandbox.hand({ act: 'killTerminal' })).toEqual({ done: true });
  await person.sees('take-card');
  await person.takesCard();
  await world.rest();
  const { notes } = await world.sandbox.cabinet();
  expect(notes.escrow).toBeNull();
  await world.expectChange(before, {});
  await world.expectSound();
});

test('killed while a person looks at their balance: the card comes back, nothing is told of anybody', async () => {
  const { person } = world;
  const before = await world.truth();
  const opened = world.transactions();
  await person.sees('attract');
  await person.inserts(CARD);
  await person.sees('menu');
  expect(await world.sandbox.hand({ act: 'killTerminal' })).toEqual({ done: true });
  await person.sees('take-card');
  await person.takesCard();
  await world.rest();
  await world.expectChange(before, {});
  expect(world.transactions()).toBe(opened);
});
