/** What the screen shows of a top-up: a pure function of where its chart stands. Used by session-view. */
import { businessDates } from '../../common/business-date.ts';
import { ZERO_FEN } from '../../common/fen.ts';
import { parseReferenceSymbols } from '../../common/ids.ts';
import type { Tender } from '../../common/journal-kinds.ts';
import { groupedCode, isVoucherCode } from '../../common/voucher-code.ts';
import type { FlowSettings, VoucherSlip } from '../ports.ts';
import { matchesState, type StateValue } from 'xstate';
import type { PendingLoadSnapshot } from '../pending-load.ts';
import { offerAfter } from '../pending-load/offer.ts';
import type { Picture } from '../picture.ts';
import type { TopUpSnapshot } from '../top-up.ts';
import { roomOf } from '../payment/context.ts';
import { saleShown, scanShown, scanState } from '../payment/view.ts';
import { mayRelease, amountOf, codeOnScreen, maximumOf, outcomeTold, type TopUpContext, type Trouble } from './context.ts';
import type { MoneySource, ViewBody, ViewBodyOf } from '../view.ts';
import { leftOf } from '../waiting.ts';

export function cardOf({ card }: Pick<TopUpContext, 'card'>) {
  return { tail: card.ref.tail, balance: card.balance, validUntil: card.validUntil };
}

function waitOf(context: TopUpContext) {
  const wait = leftOf(context.wait, context.ports.clock);
  return wait === undefined ? {} : { wait };
}

/** Which stop of the route each top-level state stands at; none while only the card is asked about. */
const stops: Partial<Record<string, 0 | 1 | 2 | 3>> = {
  amount: 0,
  custom: 0,
  tender: 1,
  cash: 1,
  qr: 1,
  qrPresented: 1,
  bankCard: 1,
  voucher: 1,
  load: 2,
  putBack: 2,
  settling: 2,
  finished: 3,
};

/** Asked again they would be the same. */
export const FINAL_TROUBLES = [
  'cardReportedLost',
  'issuerRefused',
  'cardFull',
  'loadOpen',
  'nothingWaits',
  'pendingGone',
] as const satisfies readonly Trouble[];

export function topUpPicture(snapshot: TopUpSnapshot): Picture {
  const { context } = snapshot;
  const top = typeof snapshot.value === 'string' ? snapshot.value : (Object.keys(snapshot.value)[0] ?? '');
  const at = stops[top];
  const wait = leftOf(context.wait, context.ports.clock);
  return {
    body: bodyOf(snapshot),
    step: at === undefined ? undefined : { route: 'topUp', at, of: 4 },
    moneyMoves: snapshot.hasTag('moneyMoves'),
    ...(snapshot.hasTag('idleWarning') && wait !== undefined ? { overlay: { kind: 'idle-warning' as const, wait, money: moneyAtStake(context) } } : {}),
  };
}

function moneyAtStake({ redemption, held }: TopUpContext): 'none' | 'inserted' | 'voucher' {
  if (redemption !== undefined) return 'voucher';
  return held > 0 ? 'inserted' : 'none';
}

function bodyOf(snapshot: TopUpSnapshot): ViewBody {
  const { context } = snapshot;
  const { settings, availability } = context.ports;
  const card = cardOf(context);
  if (snapshot.matches('amount') || snapshot.matches('limits')) {
    return {
      kind: 'top-up-amount',
      card,
      presets: settings.presets.filter((preset) => preset <= maximumOf(context)),
      ...(context.selected === undefined ? {} : { selected: context.selected }),
      maximum: maximumOf(context),
      minimum: settings.minimumLoad,
    };
  }
  if (snapshot.matches('custom')) {
    return {
      kind: 'top-up-custom',
      card,
      digits: context.digits,
      minimum: settings.minimumLoad,
      maximum: maximumOf(context),
      ...(context.digitsError === undefined ? {} : { error: context.digitsError }),
    };
  }
  if (snapshot.matches('tender')) {
    const { tenders, receipts } = availability.current;
    return {
      kind: 'top-up-tender',
      card,
      amount: context.selected ?? ZERO_FEN,
      tenders: settings.tenders.map((name) => {
        const tender = tenders[name];
        return tender.available ? { name, available: true } : { name, available: false, reason: tender.reason };
      }),
      denominations: [...context.ports.cash.denominations],
      receipts,
    };
  }
  if (snapshot.matches('cash')) return cashBody(snapshot);
  if (snapshot.matches('qr')) return qrBody(snapshot);
  if (snapshot.matches('qrPresented')) return scanBody(snapshot);
  if (snapshot.matches('bankCard')) return bankCardBody(snapshot);
  if (snapshot.matches('voucher')) return voucherBody(snapshot);
  const loading = loadBody(snapshot);
  if (loading !== undefined) return loading;
  if (snapshot.matches('trouble') || snapshot.matches('abandoning')) return troubleBody(context);
  return { kind: 'reading-card' };
}

/** Any flow's that loads a card, from the load on. */
type LoadingSnapshot = Pick<TopUpSnapshot | PendingLoadSnapshot, 'context' | 'value'>;

/** While money is on its way, and what became of it; undefined before. */
export function loadBody({ context, value }: LoadingSnapshot): ViewBody | undefined {
  const at = (state: StateValue): boolean => matchesState(state, value);
  if (at('load') || at('settling') || at('unwritten') || at({ finished: 'presenting' })) {
    return committingBody(context, at({ load: 'authorizing' }) ? 'authorize' : at({ load: 'committing' }) ? 'write' : 'verify');
  }
  if (at('putBack')) return putBackBody(context, at({ putBack: 'deciding' }) || at({ putBack: 'givenUp' }));
  if (at('finished')) return context.outcome === 'delivered' ? doneBody(context) : settledBody(context);
  return undefined;
}

export function committingBody(context: TopUpContext, step: ViewBodyOf<'committing'>['step']): ViewBodyOf<'committing'> {
  return {
    kind: 'committing',
    tail: context.card.ref.tail,
    amount: amountOf(context),
    reference: context.transaction?.reference ?? '',
    ...(context.tender === 'pending' ? { source: context.tender } : {}),
    step,
    elapsedMs: Math.max(0, Math.round(context.ports.clock.monotonic() - context.movingSince)),
  };
}

export function troubleBody(context: TopUpContext): ViewBodyOf<'trouble'> {
  return {
    kind: 'trouble',
    trouble: context.trouble ?? 'cashDown',
    card: cardOf(context),
    canRetry: !FINAL_TROUBLES.some((final) => final === context.trouble),
    ...(context.openReference === undefined || context.trouble !== 'loadOpen' ? {} : { reference: context.openReference }),
    ...(mayRelease(context) ? { service: 'release' as const } : {}),
    ...waitOf(context),
  };
}

function cashBody(snapshot: TopUpSnapshot): ViewBodyOf<'top-up-cash'> {
  const { context } = snapshot;
  const room = roomOf(context);
  const busy = !snapshot.matches({ cash: 'ready' });
  return {
    kind: 'top-up-cash',
    card: cardOf(context),
    requested: context.selected ?? ZERO_FEN,
    inserted: context.held,
    room,
    notes: context.notes.map(({ denomination, state }) => ({ denomination, state })),
    denominations: context.ports.cash.denominations.filter((denomination) => denomination <= room),
    reference: context.transaction?.reference ?? '',
    canReturn: context.held === ZERO_FEN,
    busy,
    ...(context.cashMessage === undefined ? {} : { message: context.cashMessage }),
    wait: leftOf(context.wait, context.ports.clock) ?? { leftMs: 0, totalMs: 1, tone: 'normal' },
  };
}

function qrBody(snapshot: TopUpSnapshot): ViewBodyOf<'top-up-qr'> {
  const { context } = snapshot;
  const { order } = context;
  const shown = snapshot.matches({ qr: 'shown' });
  const state = snapshot.matches({ qr: 'creating' }) ? 'creating' : !shown ? 'closing' : context.orderState === 'confirming' ? 'confirming' : 'waiting';
  return {
    kind: 'top-up-qr',
    card: cardOf(context),
    amount: context.selected ?? ZERO_FEN,
    orderId: order?.orderId ?? '',
    code: shown ? (order?.code ?? '') : '',
    merchant: order?.merchant ?? '',
    state,
    reference: context.transaction?.reference ?? '',
    ...waitOf(context),
  };
}

function scanBody(snapshot: TopUpSnapshot): ViewBodyOf<'top-up-scan'> {
  const { context } = snapshot;
  const state = scanState((at) => snapshot.matches(at));
  return { kind: 'top-up-scan', card: cardOf(context), amount: context.selected ?? ZERO_FEN, ...scanShown(context, state) };
}

function bankCardBody(snapshot: TopUpSnapshot): ViewBodyOf<'top-up-bank-card'> {
  const { context } = snapshot;
  const now = snapshot.matches({ bankCard: 'asking' }) ? 'asking' : snapshot.matches({ bankCard: 'atTerminal' }) ? 'atTerminal' : 'closing';
  return { kind: 'top-up-bank-card', card: cardOf(context), amount: context.selected ?? ZERO_FEN, ...saleShown(context, now) };
}

function voucherBody(snapshot: TopUpSnapshot): ViewBody {
  const { context } = snapshot;
  const { redemption, voucherNumber, voucherCode, voucherError, triesLeft } = context;
  if (snapshot.matches({ voucher: 'confirming' }) && redemption !== undefined) {
    return { kind: 'top-up-voucher-confirm', card: cardOf(context), amount: redemption.amount, number: redemption.number };
  }
  const number = parseReferenceSymbols(voucherNumber);
  const field = snapshot.matches({ voucher: 'number' }) ? 'number' : snapshot.matches({ voucher: 'code' }) ? 'code' : 'checking';
  return {
    kind: 'top-up-voucher',
    card: cardOf(context),
    field,
    number: number ?? voucherNumber,
    code: groupedCode(voucherCode),
    complete: field === 'number' ? number !== undefined : isVoucherCode(voucherCode),
    ...(voucherError === undefined ? {} : { error: voucherError }),
    ...(triesLeft === undefined ? {} : { triesLeft }),
  };
}

function putBackBody(context: TopUpContext, checking: boolean): ViewBodyOf<'put-back'> {
  return {
    kind: 'put-back',
    tail: context.card.ref.tail,
    amount: context.held,
    reference: context.transaction?.reference ?? '',
    ...(context.otherTail === undefined ? {} : { otherTail: context.otherTail }),
    checking,
    tender: moneySourceOf(context.tender ?? 'cash'),
    wait: leftOf(context.wait, context.ports.clock) ?? { leftMs: 0, totalMs: 1, tone: 'warn' },
  };
}

function doneBody(context: TopUpContext): ViewBodyOf<'done'> {
  const reference = context.transaction?.reference ?? '';
  const next = offerAfter(context);
  return {
    kind: 'done',
    tail: context.card.ref.tail,
    amount: context.loaded,
    balanceBefore: context.card.balance,
    ...(context.balanceAfter === undefined ? {} : { balanceAfter: context.balanceAfter }),
    reference,
    card: context.cardPlace,
    receipts: context.ports.availability.current.receipts,
    receipt: context.receipt,
    ...(context.tender === 'pending' ? { source: context.tender } : {}),
    ...(next === undefined || context.cardPlace !== 'inside' ? {} : { next: { kind: next.kind, amount: next.amount } }),
    receiptQr: slipLink(context),
    ...waitOf(context),
  };
}

function settledBody(context: TopUpContext): ViewBodyOf<'settled'> {
  const reference = context.transaction?.reference ?? '';
  const outcome = context.outcome === 'refunded' || context.outcome === 'voucher' ? context.outcome : 'case';
  return {
    kind: 'settled',
    outcome,
    why: context.settleReason,
    tender: moneySourceOf(context.tender ?? 'cash'),
    tail: context.card.ref.tail,
    amount: amountOf(context),
    ...(context.noteStuck ? { noteStuck: true } : {}),
    ...(context.loaded > 0 ? { loaded: context.loaded } : {}),
    reference,
    ...(context.issued === undefined ? {} : { voucher: voucherOf(context.issued, context.ports.settings, codeOnScreen(context)) }),
    settledWithinHours: context.ports.settings.settledWithinHours,
    card: context.cardPlace,
    receipts: context.ports.availability.current.receipts,
    receipt: context.receipt,
    receiptQr: slipLink(context),
    ...waitOf(context),
  };
}

/** Whichever side showed the code, the money comes from a phone and goes back to it. */
export function moneySourceOf(tender: Tender): MoneySource {
  return tender === 'qrPresented' ? 'qr' : tender;
}

/** What the screen says of a voucher. */
export function voucherOf({ code, validUntil }: VoucherSlip, { timeZone }: Pick<FlowSettings, 'timeZone'>, withCode: boolean) {
  const day = businessDates(timeZone)(validUntil);
  return { ...(code === undefined || !withCode ? {} : { code: groupedCode(code) }), validUntil: day };
}

function slipLink(context: TopUpContext): string {
  return context.ports.slips.linkOf({
    entry: context.entry,
    reference: context.transaction?.reference ?? '',
    outcome: outcomeTold(context),
    amount: amountOf(context),
    tender: context.tender ?? 'cash',
    cardTail: context.card.ref.tail,
  });
}
