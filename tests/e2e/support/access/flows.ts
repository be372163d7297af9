/** The flows of a cardholder, each from the first screen to its result: what is chosen and what happens, whatever the way. */
import { fen } from '../../../../common/fen.ts';
import { spoken } from '../../../../renderer/guide/spoken-text.ts';
import type { Values, WordKey } from '../../../../renderer/words.ts';
import { CARD_REF } from '../../../support/fake-world.ts';
import type { Walk } from './walk.ts';
import type { Control } from './ways.ts';

export interface Flow {
  readonly name: string;
  readonly run: (walk: Walk) => Promise<void>;
}

/** A control that begins with this sentence, said as it is by headphone. */
const control = (testId: string, key: WordKey, values?: Values): Control => ({
  testId,
  called: (say, locale) => spoken(say(key, values), { locale, open: false, look: '', common: [] }),
});
/** A control that is a sum and nothing else. */
const sum = (testId: string, amount: string): Control => ({
  testId,
  called: (_, locale) => spoken(`¥ ${amount}`, { locale, open: false, look: '', common: [] }),
});

const ZERO: Control = { testId: 'symbol-0', called: () => '0' };

const topUp = control('start-top-up', 'service.topUp.name');
const confirmAmount = control('confirm', 'amount.confirm', { amount: '50.00' });
const receiptNone = control('receipt-none', 'receipt.none');
const finish = control('finish', 'button.finish');
const support = control('support', 'button.support');
const byPhone = control('way-phone', 'loss.ways.phone.name');
const next = control('confirm', 'loss.typing.next');
const check = control('confirm', 'loss.typing.check');

async function cardIn(walk: Walk): Promise<void> {
  walk.world.script.read.set({ ok: true, card: walk.world.card });
  await walk.happens((world) => world.insert());
}

async function toTender(walk: Walk): Promise<void> {
  walk.world.script.balance.set(fen(7320));
  await walk.does(topUp);
  walk.sees('insert-card');
  walk.hears((say) => say('insertCard.title'));
  await cardIn(walk);
  walk.sees('top-up-amount');
  walk.hears(
    (say) => say('amount.title'),
    (_, money) => money(2320),
  );
  await walk.does(sum('amount-5000', '50.00'), confirmAmount);
  walk.sees('top-up-tender');
  walk.hears((_, money) => money(5000));
}

/** The money is on the card: whoever listens is told how much, and what the card holds now. */
async function loaded(walk: Walk): Promise<void> {
  walk.sees('done');
  walk.hears(
    (_, money) => money(5000),
    (say) => say('done.after'),
    (_, money) => money(7320),
  );
  await walk.does(receiptNone);
}

/** Somebody says by telephone who they are, and that the card ending 6688 is lost. */
async function reportsLoss(walk: Walk): Promise<void> {
  walk.sees('loss-ways');
  await walk.does(byPhone);
  await walk.types('13800005678');
  walk.hears((say) => say('speech.typed', { n: 11 }));
  await walk.does(next);
  await walk.types('482105');
  await walk.does(check);
  await reports(walk);
}

async function reports(walk: Walk): Promise<void> {
  walk.sees('loss-cards');
  await walk.does(control('card-0', 'card.tail', { tail: '6688' }));
  walk.sees('loss-confirm');
  await walk.does(control('confirm', 'loss.confirm.confirm'));
  walk.sees('loss-told');
  walk.hears((say) => say('loss.told.effectiveTitle'));
}

/** 18 digits that begin with 10 to 15, as WeChat Pay numbers its payment codes. */
const PAYMENT_CODE = '134567890123456789';
/** By another way, before. */
const REPORTED = {
  serial: CARD_REF.serial,
  tail: CARD_REF.tail,
  status: 'lost',
  loss: { reference: 'A01-1119-3R7Q-8', effectiveAt: 0 },
} as const;
const ANSWER = 'ok';

/** 你好 in pinyin on the keys that are out, and the first word that is offered for it; "hi" where letters are letters. */
async function greets(walk: Walk): Promise<void> {
  const { locale, size } = walk.preferences;
  const struck = locale === 'en' ? ['h', 'i'] : size === 'standard' ? [...'nihao'] : [...'64426'];
  for (const key of struck) {
    const testId = /\d/.test(key) ? `nine-${key}` : `letter-${key}`;
    await walk.does({ testId, called: () => key.toUpperCase() });
  }
  if (locale !== 'en') await walk.does({ testId: 'candidate-0', called: () => '你好' });
}
const PAID = { state: 'captured', channel: '微信支付', channelRef: '4200003071' } as const;

export const flows: readonly Flow[] = [
  {
    name: 'top-up by cash',
    run: async (walk) => {
      await toTender(walk);
      await walk.does(control('tender-cash', 'tender.cash.name'));
      walk.sees('top-up-cash');
      await walk.note(5000);
      walk.hears((_, money) => money(5000));
      await walk.does(control('confirm', 'cash.confirm', { amount: '50.00' }));
      await loaded(walk);
    },
  },
  {
    name: 'top-up by QR code',
    run: async (walk) => {
      await toTender(walk);
      await walk.does(control('tender-qr', 'tender.qr.name'));
      walk.sees('top-up-qr');
      await walk.happens((world) => world.order({ ...PAID, amount: fen(5000) }));
      await loaded(walk);
    },
  },
  {
    name: 'top-up by payment code',
    run: async (walk) => {
      await toTender(walk);
      await walk.does(control('tender-qrPresented', 'tender.qrPresented.name'));
      walk.sees('top-up-scan');
      walk.hears(
        (say) => say('scan.title'),
        (_, money) => money(5000),
      );
      walk.world.script.capture.set({ state: 'confirming' });
      await walk.happens((world) => world.scans.emit({ type: 'CODE.SCANNED', text: PAYMENT_CODE }));
      walk.hears((say) => say('scan.confirmTitle'));
      await walk.happens((world) => world.order({ ...PAID, amount: fen(5000) }));
      await loaded(walk);
    },
  },
  {
    name: 'top-up by bank card',
    run: async (walk) => {
      await toTender(walk);
      await walk.does(control('tender-card', 'tender.card.name'));
      walk.sees('top-up-bank-card');
      walk.hears((say) => say('bankCard.lead'));
      await walk.happens((world) => world.order({ ...PAID, amount: fen(5000) }));
      await loaded(walk);
    },
  },
  {
    name: 'top-up by voucher',
    run: async (walk) => {
      walk.world.script.reserve.set({ kind: 'reserved', amount: fen(5000) });
      await toTender(walk);
      await walk.does(control('tender-voucher', 'tender.voucher.name'));
      walk.sees('top-up-voucher');
      // 0-0000-0000-0 is a number, and twelve zeros are a code, whose check symbols are right
      for (let symbol = 0; symbol < 10; symbol += 1) await walk.does(ZERO);
      await walk.does(control('confirm', 'voucher.next'));
      await walk.types('000000000000');
      await walk.does(control('confirm', 'voucher.check'));
      walk.hears((_, money) => money(5000));
      await walk.does(control('confirm', 'voucher.confirm', { amount: '50.00' }));
      await loaded(walk);
    },
  },
  {
    name: 'top-up left half way',
    run: async (walk) => {
      await toTender(walk);
      await walk.does(control('back', 'button.back'));
      walk.sees('top-up-amount');
      await walk.does(control('back', 'button.back'));
      walk.sees('menu');
      await walk.does(finish);
      walk.sees('take-card');
      walk.hears((say) => say('takeCard.title'));
    },
  },
  {
    name: 'waiting credit',
    run: async (walk) => {
      const { script } = walk.world;
      script.waiting.set([{ pendingId: 'w1', kind: 'subsidy', reference: 'A01-1120-7K4M-3', state: 'available', amount: fen(5000) }]);
      script.balance.set(fen(7320));
      await walk.does(control('start', 'button.start'));
      await cardIn(walk);
      walk.sees('menu');
      await walk.does(control('start-pending-load', 'service.pendingLoad.name'));
      walk.sees('pending-offer');
      walk.hears((_, money) => money(5000));
      await walk.does(control('pending-load', 'pending.load', { amount: '50.00' }));
      await loaded(walk);
    },
  },
  {
    name: 'balance',
    run: async (walk) => {
      await walk.does(control('start-balance', 'service.balance.name'));
      await cardIn(walk);
      walk.sees('menu');
      walk.hears(
        (say) => say('card.balance'),
        (_, money) => money(2320),
      );
      await walk.does(finish);
    },
  },
  {
    name: 'statement',
    run: async (walk) => {
      walk.world.card = { ...walk.world.card, records: [{ at: '2026-11-21T07:55:12', kind: 'purchase', amount: fen(200) }] };
      await walk.does(control('start-statement', 'service.statement.name'));
      await cardIn(walk);
      walk.sees('statement');
      walk.hears(
        (say) => say('statement.kind.purchase'),
        (_, money) => money(200),
      );
      await walk.does(control('range-month', 'statement.range.month'), control('back', 'button.back'));
      walk.sees('menu');
    },
  },
  {
    name: 'loss report',
    run: async (walk) => {
      await walk.does(control('lost-card', 'button.lostCard'));
      await reportsLoss(walk);
      await walk.does(finish);
    },
  },
  {
    name: 'new card for a lost one',
    run: async (walk) => {
      await walk.does(control('replace-card', 'button.replaceCard'), control('way-document', 'loss.ways.document.name'));
      await reports(walk);
      await walk.does(control('replace-card', 'button.replaceCard'));
      walk.sees('replace-fee');
      walk.hears((_, money) => money(2000));
      await walk.does(control('tender-qr', 'tender.qr.name'));
      await walk.happens((world) => world.order({ ...PAID, amount: fen(2000) }));
      walk.sees('replace-take');
      walk.hears((say) => say('replace.take.title'));
      await walk.happens((world) => world.newCards.take());
      walk.sees('replace-done');
      await walk.does(receiptNone);
    },
  },
  {
    name: 'new card, fee by payment code',
    run: async (walk) => {
      walk.world.script.identify.set({ kind: 'identified', cards: [REPORTED] });
      walk.world.script.capture.set({ ...PAID, amount: fen(2000) });
      await walk.does(control('replace-card', 'button.replaceCard'), control('way-document', 'loss.ways.document.name'));
      await walk.does(control('card-0', 'card.tail', { tail: '6688' }));
      walk.sees('replace-fee');
      await walk.does(control('tender-qrPresented', 'tender.qrPresented.name'));
      walk.sees('top-up-scan');
      walk.hears((_, money) => money(2000));
      await walk.happens((world) => world.scans.emit({ type: 'CODE.SCANNED', text: PAYMENT_CODE }));
      walk.sees('replace-take');
      await walk.happens((world) => world.newCards.take());
      walk.sees('replace-done');
      await walk.does(receiptNone);
    },
  },
  {
    name: 'card service',
    run: async (walk) => {
      walk.world.card = { ...walk.world.card, validUntil: '2026-12-01' };
      walk.world.script.offers.set({ offers: [{ function: 'extendValidity', holder: false }] });
      await walk.does(control('start', 'button.start'));
      await cardIn(walk);
      await walk.does(control('start-account', 'service.account.name'));
      walk.sees('account-menu');
      await walk.does(control('service-extend', 'account.extend.name'), control('confirm', 'account.confirm'));
      walk.sees('account-told');
      walk.hears((say) => say('account.told.extended'));
      await walk.does(finish);
    },
  },
  {
    name: 'blocked card',
    run: async (walk) => {
      walk.world.script.read.set({ ok: false, problem: 'blocked', ref: CARD_REF }, { ok: true, card: walk.world.card });
      walk.world.script.offers.set({ offers: [{ function: 'unblockApplication', holder: true }] });
      await walk.does(control('start', 'button.start'));
      await walk.happens((world) => world.insert());
      walk.sees('card-problem');
      walk.hears((say) => say('account.unblock.here'));
      await walk.does(control('start-account', 'account.unblock.name'));
      walk.sees('account-menu');
      await walk.does(control('service-unblock', 'account.unblock.name'), control('way-document', 'loss.ways.document.name'));
      walk.sees('account-confirm');
      await walk.does(control('confirm', 'account.confirm'));
      walk.sees('account-told');
      walk.hears((say) => say('account.told.unblocked'));
      await walk.does(finish);
    },
  },
  {
    name: 'help',
    run: async (walk) => {
      await walk.does(control('start', 'button.start'));
      await cardIn(walk);
      await walk.does(support);
      walk.sees('help-home');
      await walk.does({ testId: 'question-one', called: (_, locale) => `${locale} one?` });
      walk.sees('help-answer');
      walk.hears(
        () => 'first',
        () => 'then',
      );
      await walk.does(control('helped-yes', 'support.solved'));
      walk.sees('help-answer');
      await walk.does(control('back', 'button.back'), control('back', 'button.back'));
      walk.sees('menu');
    },
  },
  {
    name: 'ticket',
    run: async (walk) => {
      await walk.does(control('start', 'button.start'));
      await cardIn(walk);
      await walk.does(support, control('desk-ticket', 'support.ticket'), control('topic-topUpMissing', 'ticket.topic.topUpMissing'));
      walk.sees('ticket-phone');
      await walk.types('13800005678');
      await walk.does(control('confirm', 'ticket.next'));
      walk.sees('ticket-review');
      await walk.does(control('confirm', 'ticket.submit'));
      walk.sees('ticket-told');
      walk.hears((say) => say('ticket.storedTitle'));
      await walk.does(finish);
    },
  },
  {
    name: 'chat with an agent',
    run: async (walk) => {
      await walk.does(control('util-help', 'utility.help'), control('help-contacts', 'support.person'), control('desk-chat', 'chat.begin'));
      await walk.does(control('topic-topUpMissing', 'ticket.topic.topUpMissing'));
      walk.sees('chat');
      walk.hears((say) => say('chat.waitingTitle'));
      await walk.happens((world) => world.chat.agentComes());
      walk.hears((say) => say('chat.openTitle'));
      await greets(walk);
      await walk.does(control('send', 'chat.send'));
      await walk.happens((world) => world.chat.agentSays(ANSWER));
      walk.hears(() => ANSWER);
      await walk.does(control('finish', 'chat.leave'));
    },
  },
  {
    name: 'diagnosis',
    run: async (walk) => {
      await walk.does(control('util-help', 'utility.help'), control('desk-diagnosis', 'support.check'));
      walk.sees('insert-card');
      await cardIn(walk);
      walk.sees('diagnosis');
      walk.hears((say) => say('diagnosis.fine.title'));
      await walk.does(control('finish', 'button.takeCardFinish'));
    },
  },
];
