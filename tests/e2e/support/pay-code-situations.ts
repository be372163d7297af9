/** A top-up paid with the code on the person's phone: test bodies as those of top-up-situations.ts, run beside them. */
import { readFileSync } from 'node:fs';
import { expect } from '@playwright/test';
import { printsSlip, seesDelivered, type Situation } from './top-up-situations.ts';
import { CARD, type World } from './world.ts';

const AMOUNT = 2000;
const paid = { paid: AMOUNT, chips: { [CARD]: { balance: AMOUNT, loads: 1 } }, credited: AMOUNT };
/** As the sandbox's wallets have it, the last two digits say what becomes of it (fleet/server/acquirer/sandbox-wallet.ts). */
const CODES = { confirms: '134567890123450001', poor: '281234567890123402', expired: '134567890123450003', pays: '621234567890123477' } as const;

async function choosesToPresent(world: World): Promise<void> {
  const { person } = world;
  await person.choosesTopUp(CARD, AMOUNT);
  await person.touches('tender-qrPresented');
  expect(await person.seesScan('ready')).toBe('');
  expect(await person.readsAmount('due')).toBe(AMOUNT);
}

/** The code is worth money for a minute: no one who reads what the terminal keeps or says finds it. */
async function expectUntold({ sandbox, shell }: World, code: string): Promise<void> {
  const kept = ['', '-wal'].map((end) => readFileSync(`${sandbox.journal}${end}`).toString('latin1'));
  for (const text of [...kept, ...shell.lines, JSON.stringify(await sandbox.cabinet())]) expect(text.includes(code)).toBe(false);
}

export const payCodes: readonly Situation[] = [
  {
    title: 'pay code: what is none is told kindly, an expired one too; the right one is confirmed on the phone and on the card once',
    run: async (world, before) => {
      const { person } = world;
      await choosesToPresent(world);
      await person.presents('https://kiosk.sandbox.invalid/r/#A01-1122-7K4M-9');
      await person.seesFact('message', 'slip');
      await person.presents('wxp://f2f0abcdefgh');
      await person.seesFact('message', 'link');
      await person.presents(CODES.expired);
      await person.seesFact('message', 'codeExpired');
      await person.presents(CODES.confirms);
      const order = await person.seesScan('confirming');
      expect(await (await person.page()).content()).not.toContain(CODES.confirms);
      await world.upstream(`/sandbox/orders/${order}/pay`);
      const reference = await seesDelivered(world, before, CARD, AMOUNT);
      expect(await printsSlip(world, reference)).toMatch(/付款 微信支付 尾号 \d{4}/);
      await person.leaves();
      await world.expectChange(before, paid);
      expect(world.kinds(reference).slice(0, 3)).toEqual(['transaction.opened', 'payment.requested', 'payment.captured']);
      for (const code of [CODES.expired, CODES.confirms]) await expectUntold(world, code);
    },
  },
  {
    title: 'pay code: too little money in the wallet is told with its reason; the next one pays, and its lost answer is asked for again',
    run: async (world, before) => {
      const { person } = world;
      await choosesToPresent(world);
      await person.presents(CODES.poor);
      await person.sees('trouble');
      await person.touches('retry');
      await person.sees('top-up-tender');
      await person.touches('tender-qrPresented');
      await person.seesScan('ready');
      await world.upstream('/sandbox/faults', { loseNextAnswer: '/v1/payments/captures' });
      await person.presents(CODES.pays);
      await seesDelivered(world, before, CARD, AMOUNT);
      await person.leaves();
      await world.expectChange(before, paid);
      await expectUntold(world, CODES.pays);
    },
  },
];
