/** A top-up paid with a bank card at the bank's payment terminal: test bodies as those of top-up-situations.ts, run beside them. */
import { expect } from '@playwright/test';
import { printsSlip, seesDelivered, type Situation } from './top-up-situations.ts';
import { CARD, type World } from './world.ts';

const AMOUNT = 2000;

async function choosesBankCard({ person }: World): Promise<string> {
  await person.touches('tender-card');
  const order = await person.seesSale('waiting');
  expect(await person.readsAmount('due')).toBe(AMOUNT);
  return order;
}

export const bankCards: readonly Situation[] = [
  {
    title: 'bank card: refused by the bank is told and costs nothing; the next sale is approved, its lost answer is asked for again, on the card once',
    run: async (world, before) => {
      const { person } = world;
      await person.choosesTopUp(CARD, AMOUNT);
      const first = await choosesBankCard(world);
      await world.upstream(`/sandbox/orders/${first}/decline`, { reason: 'balanceTooLow' });
      await person.sees('trouble');
      await person.touches('retry');
      await person.sees('top-up-tender');
      await world.upstream('/sandbox/faults', { loseNextAnswer: '/v1/payments/sales' });
      const order = await choosesBankCard(world);
      await world.upstream(`/sandbox/orders/${order}/confirming`);
      await person.seesSale('confirming');
      await expect((await person.page()).getByTestId('cancel')).toHaveCount(0);
      await world.upstream(`/sandbox/orders/${order}/pay`);
      const reference = await seesDelivered(world, before, CARD, AMOUNT);
      expect(await printsSlip(world, reference)).toMatch(/付款 银行卡 参考号 \*\d{4}/);
      await person.leaves();
      await world.expectChange(before, { paid: AMOUNT, chips: { [CARD]: { balance: AMOUNT, loads: 1 } }, credited: AMOUNT });
      expect(world.kinds(reference).slice(0, 3)).toEqual(['transaction.opened', 'payment.requested', 'payment.captured']);
    },
  },
];
