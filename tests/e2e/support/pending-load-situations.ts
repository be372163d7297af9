/** What waited for a card at its issuer, written to it: test bodies as those of top-up-situations.ts, run beside them. */
import { expect } from '@playwright/test';
import { putAtIssuer } from '../../launcher/issuer-hands.ts';
import { printsSlip, seesDelivered, type Situation } from './top-up-situations.ts';
import { CARD, type World } from './world.ts';

const AMOUNT = 1500;
const once = { [CARD]: { balance: AMOUNT, loads: 1 } };

/** From the attract screen to the moment the load is wanted. */
async function wantsWhatWaits(world: World): Promise<void> {
  const { person } = world;
  await putAtIssuer(world.sandbox, { amount: AMOUNT });
  await person.comesBack(CARD);
  await person.sees('menu');
  await person.touches('start-pending-load');
  await person.sees('pending-offer');
  expect(await person.readsAmount('pending-sum')).toBe(AMOUNT);
  await person.touches('pending-load');
}

/** The terminal finds out by itself that the line is back: who comes before that finds no such service, and comes again. */
async function comesUntilItIsOffered({ person }: World): Promise<void> {
  for (let visit = 1; visit <= 10; visit += 1) {
    await person.comesBack(CARD);
    await person.sees('menu');
    if ((await (await person.page()).getByTestId('start-pending-load').count()) > 0) return;
    await person.leaves();
  }
  throw new Error('what waits was not offered in ten visits');
}

export const pendingLoads: readonly Situation[] = [
  {
    title: 'pending load: what waited at the issuer is on the card, with its number on paper, and waits no more',
    run: async (world, before) => {
      const { person } = world;
      await wantsWhatWaits(world);
      const reference = await seesDelivered(world, before, CARD, AMOUNT);
      expect(await printsSlip(world, reference)).toContain('发卡方发放的款项');
      await person.leaves();
      await world.expectChange(before, { chips: once, credited: AMOUNT });
      await person.comesBack(CARD);
      await person.sees('menu');
      expect(await (await person.page()).getByTestId('start-pending-load').count()).toBe(0);
      await person.leaves();
    },
  },
  {
    title: 'pending load, card pulled after CREDIT FOR LOAD: the same card put back has it once',
    run: async (world, before) => {
      const { person } = world;
      await world.fault('tearAfterCredit');
      await wantsWhatWaits(world);
      await person.sees('put-back');
      await person.inserts(CARD);
      await seesDelivered(world, before, CARD, AMOUNT);
      await person.leaves();
      await world.expectChange(before, { chips: once, credited: AMOUNT });
    },
  },
  {
    title: 'pending load, line to the issuer cut while it is wanted: the card is untouched, and it goes on waiting',
    run: async (world, before) => {
      const { person } = world;
      await putAtIssuer(world.sandbox, { amount: AMOUNT });
      await person.comesBack(CARD);
      await person.sees('menu');
      await world.network(false);
      await person.touches('start-pending-load');
      await person.sees('trouble');
      await person.leaves();
      await world.expectChange(before, {});
      await world.network(true);
      await comesUntilItIsOffered(world);
      await person.touches('start-pending-load');
      await person.sees('pending-offer');
      await person.touches('pending-load');
      await seesDelivered(world, before, CARD, AMOUNT);
      await person.leaves();
      await world.expectChange(before, { chips: once, credited: AMOUNT });
    },
  },
];
