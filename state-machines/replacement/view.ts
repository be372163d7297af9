/** What the screen shows of a replacement: a pure function of where its chart stands. Used by session-view. */
import { businessDates } from '../../common/business-date.ts';
import type { Picture } from '../picture.ts';
import type { ReplacementSnapshot } from '../replacement.ts';
import { moneySourceOf, voucherOf } from '../top-up/view.ts';
import type { ViewBody, ViewBodyOf } from '../view.ts';
import { roomOf } from '../payment/context.ts';
import { saleShown, scanShown, scanState } from '../payment/view.ts';
import { leftOf } from '../waiting.ts';
import { codeOnScreen, feeTenders, type ReplacementContext } from './context.ts';
import { amountOf, linkOf } from './slip.ts';

export function replacementPicture(snapshot: ReplacementSnapshot): Picture {
  const { context } = snapshot;
  const wait = leftOf(context.wait, context.ports.clock);
  const warns = snapshot.hasTag('idleWarning') && wait !== undefined;
  return {
    body: bodyOf(snapshot),
    step: undefined,
    moneyMoves: snapshot.hasTag('moneyMoves'),
    ...(warns ? { overlay: { kind: 'idle-warning', wait, money: context.held > 0 ? 'inserted' : 'none' } } : {}),
  };
}

function bodyOf(snapshot: ReplacementSnapshot): ViewBody {
  const { context } = snapshot;
  if (snapshot.status === 'done') return { kind: 'goodbye' };
  if (snapshot.matches('fee')) return feeBody(context);
  if (snapshot.matches('cash')) return cashBody(context, snapshot.hasTag('moneyMoves') || snapshot.matches({ cash: 'opening' }));
  if (snapshot.matches('qr')) return qrBody(snapshot);
  if (snapshot.matches('qrPresented')) return scanBody(snapshot);
  if (snapshot.matches('bankCard')) return bankCardBody(snapshot);
  if (snapshot.matches({ making: 'offered' })) {
    return { kind: 'replace-take', tail: context.newCard?.tail ?? '', wait: leftOf(context.wait, context.ports.clock) ?? NO_WAIT };
  }
  if (snapshot.matches('finished')) return context.outcome === 'delivered' ? doneBody(context) : settledBody(context);
  if (snapshot.matches('trouble')) {
    const { trouble = 'replacementOffline' } = context;
    return { kind: 'trouble', trouble, canRetry: trouble !== 'replacementRefused' };
  }
  return makingBody(context, stepOf(snapshot));
}

const NO_WAIT = { leftMs: 0, totalMs: 1, tone: 'normal' } as const;

function stepOf(snapshot: ReplacementSnapshot): ViewBodyOf<'replace-making'>['step'] {
  if (snapshot.matches('opening') || snapshot.matches('lettingGo')) return 'consent';
  if (snapshot.matches({ making: 'dispensing' }) || snapshot.matches({ making: 'rejecting' })) return 'dispense';
  if (snapshot.matches({ making: 'writing' })) return 'write';
  if (snapshot.matches({ making: 'checking' })) return 'verify';
  return snapshot.matches({ making: 'presenting' }) || snapshot.matches({ making: 'delivering' }) ? 'present' : 'settle';
}

function feeBody(context: ReplacementContext): ViewBodyOf<'replace-fee'> {
  const { ports, card, fee } = context;
  return {
    kind: 'replace-fee',
    tail: card.tail,
    fee,
    tenders: [...feeTenders(context)],
    denominations: ports.cash.denominations.filter((denomination) => denomination <= fee),
    receipts: ports.availability.current.receipts,
  };
}

function makingBody(context: ReplacementContext, step: ViewBodyOf<'replace-making'>['step']): ViewBodyOf<'replace-making'> {
  const { card, fee, replacement, tried, ports, makingSince } = context;
  const spoilt = step === 'dispense' ? tried : Math.max(0, tried - 1);
  const elapsedMs = Math.max(0, Math.round(ports.clock.monotonic() - makingSince));
  return { kind: 'replace-making', tail: card.tail, fee, reference: replacement?.reference ?? '', step, spoilt, elapsedMs };
}

function cashBody(context: ReplacementContext, busy: boolean): ViewBodyOf<'top-up-cash'> {
  const { ports, card, fee, held, replacement, notes, cashMessage } = context;
  const room = roomOf(context);
  return {
    kind: 'top-up-cash',
    replaces: card.tail,
    requested: fee,
    inserted: held,
    room,
    notes: [...notes],
    denominations: ports.cash.denominations.filter((denomination) => denomination <= room),
    reference: replacement?.reference ?? '',
    canReturn: held === 0,
    busy,
    ...(cashMessage === undefined ? {} : { message: cashMessage }),
    wait: leftOf(context.wait, ports.clock) ?? NO_WAIT,
  };
}

function qrBody(snapshot: ReplacementSnapshot): ViewBodyOf<'top-up-qr'> {
  const { context } = snapshot;
  const { card, fee, order, orderState, replacement, ports } = context;
  const wait = leftOf(context.wait, ports.clock);
  const shown = orderState === 'confirming' ? 'confirming' : 'waiting';
  const state = snapshot.matches({ qr: 'creating' }) ? 'creating' : snapshot.matches({ qr: 'shown' }) ? shown : 'closing';
  return {
    kind: 'top-up-qr',
    replaces: card.tail,
    amount: fee,
    orderId: order?.orderId ?? '',
    code: order?.code ?? '',
    merchant: order?.merchant ?? '',
    state,
    reference: replacement?.reference ?? '',
    ...(wait === undefined ? {} : { wait }),
  };
}

function scanBody(snapshot: ReplacementSnapshot): ViewBodyOf<'top-up-scan'> {
  const { context } = snapshot;
  const { card, fee } = context;
  return {
    kind: 'top-up-scan',
    replaces: card.tail,
    amount: fee,
    ...scanShown(
      context,
      scanState((at) => snapshot.matches(at)),
    ),
  };
}

function bankCardBody(snapshot: ReplacementSnapshot): ViewBodyOf<'top-up-bank-card'> {
  const { context } = snapshot;
  const { card, fee } = context;
  const now = snapshot.matches({ bankCard: 'asking' }) ? 'asking' : snapshot.matches({ bankCard: 'atTerminal' }) ? 'atTerminal' : 'closing';
  return { kind: 'top-up-bank-card', replaces: card.tail, amount: fee, ...saleShown(context, now) };
}

function doneBody(context: ReplacementContext): ViewBodyOf<'replace-done'> {
  const { card, newCard, fee, replacement, grant, ports, receipt } = context;
  const wait = leftOf(context.wait, ports.clock);
  const transfer = grant?.transfer;
  return {
    kind: 'replace-done',
    tail: newCard?.tail ?? '',
    oldTail: card.tail,
    fee,
    reference: replacement?.reference ?? '',
    transfer: transfer?.state === 'awaited' ? { expectedOn: businessDates(ports.settings.timeZone)(transfer.expectedAt) } : { amount: transfer?.amount ?? 0 },
    receipts: ports.availability.current.receipts,
    receipt,
    receiptQr: linkOf(context),
    ...(wait === undefined ? {} : { wait }),
  };
}

function settledBody(context: ReplacementContext): ViewBodyOf<'settled'> {
  const { ports, card, issued, outcome } = context;
  const wait = leftOf(context.wait, ports.clock);
  return {
    kind: 'settled',
    outcome: outcome === 'refunded' || outcome === 'voucher' ? outcome : 'case',
    why: context.settleReason,
    tender: moneySourceOf(context.tender),
    tail: card.tail,
    amount: amountOf(context),
    ...(context.noteStuck ? { noteStuck: true } : {}),
    reference: context.replacement?.reference ?? '',
    ...(issued === undefined ? {} : { voucher: voucherOf(issued, ports.settings, codeOnScreen(context)) }),
    settledWithinHours: ports.settings.settledWithinHours,
    card: 'absent',
    receipts: ports.availability.current.receipts,
    receipt: context.receipt,
    receiptQr: linkOf(context),
    ...(wait === undefined ? {} : { wait }),
  };
}
