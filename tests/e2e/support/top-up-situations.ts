/**
 * A top-up in every situation, as test bodies that know nothing of how the devices are connected. Each begins and ends at the attract
 * screen. top-up.spec.ts runs all of them; serial.spec.ts runs the main ones behind pseudo-terminals.
 */
import { expect } from '@playwright/test';
import en from '../../../resources/locales/en/screens.json' with { type: 'json' };
import zhCN from '../../../resources/locales/zh-CN/screens.json' with { type: 'json' };
import { CARD, OTHER_CARD, type Truth, type World } from './world.ts';

export interface Situation {
  readonly title: string;
  /** Once more on every kind of line. */
  readonly main?: true;
  run(world: World, before: Truth): Promise<void>;
}

const SERIAL = '03105170010170906688';

const delivered: readonly Situation[] = [
  {
    title: 'cash: what went into the box is on the card, the screen shows the balance before and after, the slip says both',
    main: true,
    run: async (world, before) => {
      const { person } = world;
      await person.begins(CARD);
      await person.sees('top-up-amount');
      expect(await person.readsAmount('balance')).toBe(balanceOf(before, CARD));
      await person.choosesAmount(5000);
      await person.sees('top-up-tender');
      await paysCash(world, [2000, 2000, 1000]);
      const reference = await seesDelivered(world, before, CARD, 5000);
      const slip = await printsSlip(world, reference);
      expect(slip).toContain('充值凭条');
      expect(slip).toContain('收到纸币 20 元×2 10 元×1');
      expect(slip).toContain(`充值前 ${yuan(balanceOf(before, CARD))} 元`);
      expect(slip).toContain('充入 50.00 元');
      expect(slip).toContain(`卡内余额 ${yuan(balanceOf(before, CARD) + 5000)} 元`);
      await person.leaves();
      await world.expectChange(before, { box: [2000, 2000, 1000], chips: once(CARD, 5000), credited: 5000 });
      expect(world.transaction(reference)).toMatchObject({ closed: { outcome: 'delivered' }, taken: 5000, loaded: 5000, owed: 0 });
    },
  },
  {
    title: 'QR: what was paid on the phone is on the card, and the slip names the channel',
    main: true,
    run: async (world, before) => {
      const { person } = world;
      await person.choosesTopUp(CARD, 10_000);
      const order = await showsCode(world);
      await world.upstream(`/sandbox/orders/${order}/pay`);
      const reference = await seesDelivered(world, before, CARD, 10_000);
      const slip = await printsSlip(world, reference);
      expect(slip).toMatch(/付款 \S+ 尾号 \d{4}/);
      expect(slip).toContain('充入 100.00 元');
      await person.leaves();
      await world.expectChange(before, { paid: 10_000, chips: once(CARD, 10_000), credited: 10_000 });
    },
  },
  {
    title: 'own amount: too much is not accepted, the next number is',
    run: async (world, before) => {
      const { person } = world;
      await person.begins(CARD);
      await person.sees('top-up-amount');
      await person.touches('custom-amount');
      await person.sees('top-up-custom');
      await person.touches('digit-9', 'digit-9', 'digit-9');
      await person.seesOff('confirm');
      await person.touches('clear', 'digit-3', 'digit-7', 'confirm');
      await person.sees('top-up-tender');
      expect(await person.readsAmount('due')).toBe(3700);
      const order = await showsCode(world);
      await world.upstream(`/sandbox/orders/${order}/pay`);
      await seesDelivered(world, before, CARD, 3700);
      await person.leaves();
      await world.expectChange(before, { paid: 3700, chips: once(CARD, 3700), credited: 3700 });
    },
  },
  {
    title: 'English: chosen on the first screen, it holds to the slip, and the next person is greeted in Chinese again',
    run: async (world, before) => {
      const { person } = world;
      await person.sees('attract');
      await person.touches('language-en');
      await person.begins(CARD);
      await person.sees('top-up-amount');
      expect(await person.readsTitle()).toBe(plain(en.amount.title));
      await person.choosesAmount(2000);
      await person.sees('top-up-tender');
      await paysCash(world, [2000]);
      const reference = await seesDelivered(world, before, CARD, 2000);
      const slip = await printsSlip(world, reference);
      expect(slip).toContain('Top-up receipt');
      expect(slip).toContain('Added 充入 ￥20.00');
      await person.leaves();
      expect(await person.readsTitle()).toBe(plain(zhCN.attract.title));
      await world.expectChange(before, { box: [2000], chips: once(CARD, 2000), credited: 2000 });
    },
  },
  {
    title: 'paper out: said before the money, delivered all the same, and the receipt is on the screen',
    main: true,
    run: async (world, before) => {
      const { person } = world;
      await world.fault('paperOut');
      await person.choosesTopUp(CARD, 2000);
      await person.seesText(plain(zhCN.paper.paperOut));
      await paysCash(world, [2000]);
      const reference = await seesDelivered(world, before, CARD, 2000);
      await person.seesOff('receipt-print');
      await person.touches('receipt-screen');
      await person.seesFact('receipt', 'onScreen');
      await person.leaves();
      await world.expectChange(before, { box: [2000], chips: once(CARD, 2000), credited: 2000 });
      expect(world.kinds(reference)).not.toContain('receipt.printing');
    },
  },
];

const tornCards: readonly Situation[] = [
  {
    title: 'card pulled before CREDIT FOR LOAD: the same card put back is loaded once',
    run: async (world, before) => {
      const { person } = world;
      await world.fault('tearBeforeCredit');
      await person.choosesTopUp(CARD, 5000);
      await paysCash(world, [5000]);
      await person.sees('put-back');
      await person.inserts(CARD);
      const reference = await seesDelivered(world, before, CARD, 5000);
      await person.leaves();
      await world.expectChange(before, { box: [5000], chips: once(CARD, 5000), credited: 5000 });
      expect(world.kinds(reference)).toContain('load.notCredited');
    },
  },
  {
    title: 'card pulled after CREDIT FOR LOAD: the same card put back is not loaded twice',
    main: true,
    run: async (world, before) => {
      const { person } = world;
      await world.fault('tearAfterCredit');
      await person.choosesTopUp(CARD, 5000);
      await paysCash(world, [5000]);
      await person.sees('put-back');
      await person.inserts(CARD);
      const reference = await seesDelivered(world, before, CARD, 5000);
      await person.leaves();
      await world.expectChange(before, { box: [5000], chips: once(CARD, 5000), credited: 5000 });
      expect(world.kinds(reference).filter((kind) => kind === 'load.committing')).toHaveLength(1);
    },
  },
  {
    title: 'another card put back: recognized, nothing is written on it, the right one is loaded',
    main: true,
    run: async (world, before) => {
      const { person } = world;
      await world.fault('tearAfterCredit');
      await person.choosesTopUp(CARD, 2000);
      const order = await showsCode(world);
      await world.upstream(`/sandbox/orders/${order}/pay`);
      await person.sees('put-back');
      await putsOtherCardBack(world);
      await person.inserts(CARD);
      await seesDelivered(world, before, CARD, 2000);
      await person.leaves();
      await world.expectChange(before, { paid: 2000, chips: once(CARD, 2000), credited: 2000 });
    },
  },
  {
    title: 'cash, card written but torn out and taken away: a case with its number on paper; the card resolves it when it comes back',
    run: async (world, before) => {
      const { person } = world;
      await world.fault('tearAfterCredit');
      await person.choosesTopUp(CARD, 2000);
      await paysCash(world, [2000]);
      const reference = await leavesTornCard(world);
      expect(world.transaction(reference)).toMatchObject({ closed: { outcome: 'case' }, owed: 2000, loaded: 0 });
      // The chip has it, the books owe it, and nobody claims to know.
      await world.expectChange(before, { box: [2000], chips: once(CARD, 2000), reserved: 2000 });
      await world.expectSound({ undecided: 2000 });
      await person.comesBack(CARD);
      await person.sees('done');
      expect(await person.reads('reference')).toBe(reference);
      await person.leaves();
      await world.expectChange(before, { box: [2000], chips: once(CARD, 2000), credited: 2000 });
      expect(world.transaction(reference)).toMatchObject({ owed: 0, cases: [{ resolution: 'credited' }] });
    },
  },
  {
    title: 'QR, card torn out before it was written and taken away: a case; when the card comes back the payment is returned',
    run: async (world, before) => {
      const { person } = world;
      await world.fault('tearBeforeCredit');
      await person.choosesTopUp(CARD, 2000);
      const order = await showsCode(world);
      await world.upstream(`/sandbox/orders/${order}/pay`);
      const reference = await leavesTornCard(world);
      await world.expectChange(before, { paid: 2000, reserved: 2000 });
      await person.comesBack(CARD);
      await person.sees('settled');
      await person.seesFact('outcome', 'refunded');
      expect(await person.reads('reference')).toBe(reference);
      await person.leaves();
      await world.expectChange(before, {});
    },
  },
];

const swappedCards: readonly Situation[] = [
  {
    title: 'card pulled out by force while the tender is chosen: nothing happened',
    run: async (world, before) => {
      const { person } = world;
      const opened = world.transactions();
      await person.choosesTopUp(CARD, 2000);
      await person.pullsCard();
      await person.sees('attract');
      await world.expectChange(before, {});
      expect(world.transactions()).toBe(opened);
    },
  },
  {
    title: 'card swapped while notes go in: nothing is written on the other one, the money goes to the first',
    run: async (world, before) => {
      const { person } = world;
      await person.choosesTopUp(CARD, 2000);
      await person.touches('tender-cash');
      await person.sees('top-up-cash');
      await person.pays(2000);
      await person.pullsCard();
      await person.sees('put-back');
      await putsOtherCardBack(world);
      await person.inserts(CARD);
      await seesDelivered(world, before, CARD, 2000);
      await person.leaves();
      await world.expectChange(before, { box: [2000], chips: once(CARD, 2000), credited: 2000 });
    },
  },
  {
    title: 'card swapped right when the phone paid: nothing is written on the other one, the money goes to the first',
    run: async (world, before) => {
      const { person } = world;
      await person.choosesTopUp(CARD, 2000);
      const order = await showsCode(world);
      // Paid, and the terminal has not heard of it when the card goes.
      await world.upstream(`/sandbox/orders/${order}/lose-answer`);
      await person.pullsCard();
      await person.sees('put-back');
      await putsOtherCardBack(world);
      await person.inserts(CARD);
      await seesDelivered(world, before, CARD, 2000);
      await person.leaves();
      await world.expectChange(before, { paid: 2000, chips: once(CARD, 2000), credited: 2000 });
    },
  },
  {
    title: 'card taken away while the code is shown: the order is closed before the person is let go',
    run: async (world, before) => {
      const { person } = world;
      await person.choosesTopUp(CARD, 2000);
      const order = await showsCode(world);
      const reference = await person.reads('reference');
      await person.pullsCard();
      await person.sees('attract');
      await world.expectChange(before, {});
      expect((await world.sandbox.books()).acquirer.orders).toContainEqual(expect.objectContaining({ orderId: order, state: 'closed' }));
      expect(world.transaction(reference)).toMatchObject({ closed: { outcome: 'abandoned' }, payments: [{ state: 'closed' }] });
    },
  },
];

/** Cards that can't be loaded: what the screen says, and whether a balance can still be read. */
const verdicts = [
  ['blocked-7719', 'blocked'],
  ['staff-2031', 'expired'],
  ['early-5150', 'notYetValid'],
  ['new-4410', 'notActivated'],
  ['foreign-8802', 'foreign'],
  ['unknown', 'unknown'],
] as const;

const refusedCards: readonly Situation[] = [
  ...verdicts.map(([card, problem]): Situation => ({
    title: `card that is ${problem}: the screen says so before any money, and the card comes back as it was`,
    run: async (world, before) => {
      const { person } = world;
      const opened = world.transactions();
      await person.begins(card);
      await person.sees('card-problem');
      expect(await person.readsTitle()).toBe(plain(zhCN.cardProblem[problem].title));
      await person.leaves();
      await world.expectChange(before, {});
      expect(world.transactions()).toBe(opened);
    },
  })),
  {
    title: 'card that the issuer has on its lost list: refused before any money',
    run: async (world, before) => {
      const { person } = world;
      await world.upstream(`/sandbox/issuer/cards/${SERIAL}/status`, { status: 'lost' });
      await person.begins(CARD);
      await person.sees('trouble');
      expect(await person.readsTitle()).toBe(plain(zhCN.trouble.cardReportedLost.title));
      await world.upstream(`/sandbox/issuer/cards/${SERIAL}/status`, { status: 'active' });
      await person.leaves();
      await world.expectChange(before, {});
    },
  },
  {
    title: 'card with room for one small note: a larger one comes back unread, and the card is full afterwards',
    run: async (world, before) => {
      const { person } = world;
      await person.choosesTopUp(OTHER_CARD, 1000);
      await person.touches('tender-cash');
      await person.sees('top-up-cash');
      await person.feeds(2000);
      await person.seesFact('message', 'noteOverLimit');
      await person.feeds(1000);
      await seesDelivered(world, before, OTHER_CARD, 1000);
      await person.leaves();
      await world.expectChange(before, { box: [1000], chips: once(OTHER_CARD, 1000), credited: 1000 });
      await person.begins(OTHER_CARD);
      await person.sees('trouble');
      expect(await person.readsTitle()).toBe(plain(zhCN.trouble.cardFull.title));
      await person.leaves();
    },
  },
];

const money: readonly Situation[] = [
  {
    title: 'issuer offline before any money: nothing is asked for; with the issuer back, "try again" goes on',
    run: async (world, before) => {
      const { person } = world;
      const opened = world.transactions();
      await person.sees('attract');
      await person.touches('start-top-up');
      await person.sees('insert-card');
      await world.fault('issuerOffline');
      await person.inserts(CARD);
      await person.sees('trouble');
      expect(await person.readsTitle()).toBe(plain(zhCN.trouble.issuerOffline.title));
      await world.fault('issuerOffline', false);
      await person.touches('retry');
      await person.sees('top-up-amount');
      await person.touches('back');
      await person.sees('menu');
      await person.leaves();
      await world.expectChange(before, {});
      expect(world.transactions()).toBe(opened);
    },
  },
  {
    title: 'issuer offline after the notes: the money is owed by a voucher, on screen and on paper',
    run: async (world, before) => {
      const { person } = world;
      await person.choosesTopUp(CARD, 5000);
      await person.touches('tender-cash');
      await person.sees('top-up-cash');
      await person.pays(5000);
      await world.fault('issuerOffline');
      await person.touches('confirm');
      await person.sees('settled');
      await person.seesFact('outcome', 'voucher');
      const reference = await person.reads('reference');
      await person.seesFact('receipt', 'printed');
      const slip = await world.slip(reference);
      expect(slip).toContain('待领款凭证');
      expect(slip).toContain('为您保留 50.00 元');
      await world.fault('issuerOffline', false);
      await person.leaves();
      await world.expectChange(before, { box: [5000] });
      expect(world.transaction(reference)).toMatchObject({ closed: { outcome: 'voucher' }, owed: 5000, loaded: 0 });
    },
  },
  {
    title: 'issuer offline after the payment: it is returned the way it came',
    run: async (world, before) => {
      const { person } = world;
      await person.choosesTopUp(CARD, 5000);
      const order = await showsCode(world);
      await world.fault('issuerOffline');
      await world.upstream(`/sandbox/orders/${order}/pay`);
      await person.sees('settled');
      await person.seesFact('outcome', 'refunded');
      const reference = await person.reads('reference');
      await world.fault('issuerOffline', false);
      const slip = await printsSlip(world, reference);
      expect(slip).toContain('退款凭条');
      expect(slip).toContain('已退回 50.00 元');
      await person.leaves();
      await world.expectChange(before, {});
      expect((await world.sandbox.books()).acquirer.orders).toContainEqual(
        expect.objectContaining({ orderId: order, reference, amount: 5000, refunded: 5000 }),
      );
    },
  },
  {
    title: 'note that is not recognized: it comes back, is not counted, and the next one is',
    main: true,
    run: async (world, before) => {
      const { person } = world;
      await person.choosesTopUp(CARD, 2000);
      await person.touches('tender-cash');
      await person.sees('top-up-cash');
      await world.fault('noteRejected');
      await person.feeds(1000);
      await person.seesFact('message', 'noteRejected');
      await person.pays(2000);
      await person.touches('confirm');
      const reference = await seesDelivered(world, before, CARD, 2000);
      await person.leaves();
      await world.expectChange(before, { box: [2000], chips: once(CARD, 2000), credited: 2000 });
      expect(world.transaction(reference).notes).toHaveLength(1);
    },
  },
  {
    title: 'note that jams on its way into the box: nobody guesses, a case with its number on paper says so',
    run: async (world, before) => {
      const { person } = world;
      await person.choosesTopUp(CARD, 2000);
      await person.touches('tender-cash');
      await person.sees('top-up-cash');
      await world.fault('noteJam');
      await person.feeds(2000);
      await person.sees('settled');
      await person.seesFact('outcome', 'case');
      const reference = await person.reads('reference');
      await person.seesFact('receipt', 'printed');
      expect(await world.slip(reference)).toContain('待确认凭证');
      await person.leaves();
      await world.expectChange(before, {});
      expect(world.transaction(reference)).toMatchObject({ taken: 0, owed: 0, cases: [{ reason: 'noteUndetermined', disputed: 2000 }] });
    },
  },
  {
    title: 'left with notes in the box: a voucher for exactly these',
    run: async (world, before) => {
      const { person } = world;
      await person.choosesTopUp(CARD, 5000);
      await person.touches('tender-cash');
      await person.sees('top-up-cash');
      await person.pays(2000);
      await person.touches('cancel');
      await person.sees('settled');
      await person.seesFact('outcome', 'voucher');
      expect(await person.readsAmount('settled-amount')).toBe(2000);
      await person.seesFact('receipt', 'printed');
      await person.leaves();
      await world.expectChange(before, { box: [2000] });
    },
  },
  {
    title: 'payment declined on the phone: nothing was taken, another way is offered',
    run: async (world, before) => {
      const { person } = world;
      await person.choosesTopUp(CARD, 2000);
      const order = await showsCode(world);
      const reference = await person.reads('reference');
      await world.upstream(`/sandbox/orders/${order}/decline`);
      await person.sees('trouble');
      expect(await person.readsTitle()).toBe(plain(zhCN.trouble.paymentDeclined.title));
      await person.touches('retry');
      await person.sees('top-up-tender');
      await person.touches('back');
      await person.sees('top-up-amount');
      await person.touches('back');
      await person.sees('menu');
      await person.leaves();
      await world.expectChange(before, {});
      expect(world.transaction(reference)).toMatchObject({ closed: { outcome: 'abandoned' }, taken: 0 });
    },
  },
  {
    title: 'payment late: paid in the moment the person leaves the code, it is loaded, not lost',
    run: async (world, before) => {
      const { person } = world;
      await person.choosesTopUp(CARD, 2000);
      const order = await showsCode(world);
      // The news of the payment does not come through; closing the order finds it paid.
      await world.network(false);
      await world.upstream(`/sandbox/orders/${order}/pay`);
      await person.touches('cancel');
      await world.network(true);
      await seesDelivered(world, before, CARD, 2000);
      await person.leaves();
      await world.expectChange(before, { paid: 2000, chips: once(CARD, 2000), credited: 2000 });
    },
  },
  {
    title: 'payment that the acquirer confirms only later: the screen waits with the person, then it is loaded',
    run: async (world, before) => {
      const { person } = world;
      await person.choosesTopUp(CARD, 2000);
      const order = await showsCode(world);
      await world.upstream(`/sandbox/orders/${order}/delay`, { seconds: 4 });
      await person.seesCodeState('confirming');
      await seesDelivered(world, before, CARD, 2000);
      await person.leaves();
      await world.expectChange(before, { paid: 2000, chips: once(CARD, 2000), credited: 2000 });
    },
  },
  {
    title: 'order left before it was paid: closed upstream, and the phone can not pay it any more',
    run: async (world, before) => {
      const { person } = world;
      await person.choosesTopUp(CARD, 2000);
      const order = await showsCode(world);
      await person.touches('back');
      await person.sees('top-up-tender');
      const late = await fetch(new URL(`/sandbox/orders/${order}/pay`, world.sandbox.upstreamUrl), { method: 'POST' });
      expect(late.ok).toBe(false);
      await person.pullsCard();
      await person.sees('attract');
      await world.expectChange(before, {});
    },
  },
  {
    title: 'answer about the payment lost: asked again, loaded once',
    run: async (world, before) => {
      const { person } = world;
      await person.choosesTopUp(CARD, 2000);
      const order = await showsCode(world);
      await world.upstream(`/sandbox/orders/${order}/lose-answer`);
      await seesDelivered(world, before, CARD, 2000);
      await person.leaves();
      await world.expectChange(before, { paid: 2000, chips: once(CARD, 2000), credited: 2000 });
    },
  },
  {
    title: 'answer of the issuer lost: asked again under the same key, reserved and loaded once',
    run: async (world, before) => {
      const { person } = world;
      await person.choosesTopUp(CARD, 2000);
      await person.touches('tender-cash');
      await person.sees('top-up-cash');
      await person.pays(2000);
      await world.fault('loseNextLoadAnswer');
      await person.touches('confirm');
      await seesDelivered(world, before, CARD, 2000);
      await person.leaves();
      await world.expectChange(before, { box: [2000], chips: once(CARD, 2000), credited: 2000 });
    },
  },
  {
    title: 'network cut while the code is shown, and paid: a case now, the payment returned when the network is back',
    run: async (world, before) => {
      const { person } = world;
      await person.choosesTopUp(CARD, 2000);
      const order = await showsCode(world);
      await world.network(false);
      await world.upstream(`/sandbox/orders/${order}/pay`);
      await person.touches('cancel');
      await person.sees('settled');
      await person.seesFact('outcome', 'case');
      const reference = await person.reads('reference');
      await person.seesFact('receipt', 'printed');
      const slip = await world.slip(reference);
      expect(slip).toContain('待确认凭证');
      expect(slip).toContain('支付结果还没有确认');
      await person.leaves();
      await world.expectChange(before, { paid: 2000 });
      await world.network(true);
      await world.expectChange(before, {});
      expect(world.transaction(reference)).toMatchObject({ refunded: 2000, owed: 0 });
    },
  },
  {
    title: 'network cut while the code is shown, and not paid: a case now, found to owe nothing when the network is back',
    run: async (world, before) => {
      const { person } = world;
      await person.choosesTopUp(CARD, 2000);
      await showsCode(world);
      await world.network(false);
      await person.touches('cancel');
      await person.sees('settled');
      await person.seesFact('outcome', 'case');
      const reference = await person.reads('reference');
      await person.seesFact('receipt', 'printed');
      await person.leaves();
      await world.network(true);
      await expect.poll(() => world.transaction(reference).cases, { timeout: 60_000 }).toMatchObject([{ resolution: 'nothingOwed' }]);
      await world.expectChange(before, {});
    },
  },
];

export const situations: readonly Situation[] = [...delivered, ...tornCards, ...swappedCards, ...refusedCards, ...money];

/** From the tender screen: these notes, then "that is all". */
export async function paysCash({ person }: World, notes: readonly number[]): Promise<void> {
  await person.touches('tender-cash');
  await person.sees('top-up-cash');
  for (const note of notes) await person.pays(note);
  await person.touches('confirm');
}

/** From the tender screen to the code. @returns the order's id */
export async function showsCode({ person }: World): Promise<string> {
  await person.touches('tender-qr');
  return person.seesCode();
}

/** The result screen, with the balance read back from the card. @returns the reference on it */
export async function seesDelivered({ person }: World, before: Truth, card: string, amount: number): Promise<string> {
  await person.sees('done');
  expect(await person.readsAmount('balance-after')).toBe(balanceOf(before, card) + amount);
  return person.reads('reference');
}

export async function printsSlip(world: World, reference: string): Promise<string> {
  await world.person.touches('receipt-print');
  await world.takesSlip(reference);
  await world.person.seesFact('receipt', 'printed');
  return world.slip(reference);
}

/** At the put-back screen: the other card goes in, is named as another one, and comes out again. */
async function putsOtherCardBack({ person }: World): Promise<void> {
  await person.inserts(OTHER_CARD);
  await person.seesFact('other-card', OTHER_CARD.slice(-4));
  await person.takesCard();
}

/** At the put-back screen: "I don't have the card". @returns the reference of the case, which is on paper too */
export async function leavesTornCard(world: World): Promise<string> {
  const { person } = world;
  await person.sees('put-back');
  await person.touches('put-back-leave');
  await person.sees('settled');
  await person.seesFact('outcome', 'case');
  const reference = await person.reads('reference');
  await person.seesFact('receipt', 'printed');
  expect(await world.slip(reference)).toContain('待确认凭证');
  await person.leaves();
  return reference;
}

function balanceOf(truth: Truth, card: string): number {
  return truth.chips[card]?.balance ?? 0;
}

/** A sentence of the catalogue without its places to break a line. */
function plain(sentence: string): string {
  return sentence.replaceAll('\u200b', '');
}

/** One load of this amount on this chip, and nothing on any other. */
function once(card: string, amount: number) {
  return { [card]: { balance: amount, loads: 1 } };
}

/** `5000` → `50.00`, made another way than the product makes it. */
function yuan(amount: number): string {
  return `${Math.floor(amount / 100)}.${String(amount % 100).padStart(2, '0')}`;
}
