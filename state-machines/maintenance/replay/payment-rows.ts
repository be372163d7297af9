/** What the entries of a payment say of the chart that took the money, whatever it was for: rows of the tables of its flows. */
import { addFen, fen } from '../../../common/fen.ts';
import { NOTE_STUCK, type JournalKind, type Tender } from '../../../common/journal-kinds.ts';
import type { PaymentContext } from '../../payment/context.ts';
import type { Captured } from '../../payment/order-steps.ts';
import type { OpenTransaction } from '../../top-up/step.ts';
import type { Table, Written } from './moments.ts';

export type PaymentKind = Extract<JournalKind, `note.${string}` | 'cash.stacked' | `payment.${string}` | `refund.${string}` | 'device.fault'>;

interface Paying extends PaymentContext {
  readonly tender?: Tender | undefined;
}

/** The state in which each tender is paid. */
export const PAID_IN = {
  cash: 'cash',
  qr: 'qr',
  qrPresented: 'qrPresented',
  card: 'bankCard',
  voucher: 'voucher',
  pending: 'claiming',
} as const satisfies Record<Tender, string>;

/** Where an order is made, by which side shows the code. */
export const ORDERED_IN = { ...PAID_IN, qr: 'qr.creating', qrPresented: 'qrPresented.asking', card: 'bankCard.asking' } as const;

/** @param transaction of which the chart knows the number as soon as an order is made */
export function paymentRows(transaction: OpenTransaction): Table<PaymentKind, Paying, PaymentContext> {
  return {
    'note.escrowed': ({ denomination }, { context }) => ({
      at: ['cash.taking'],
      with: { notes: [...context.notes, { denomination: fen(denomination), state: 'stacking' }], cashMessage: undefined },
      open: ['limit'],
    }),
    'note.stacking': () => taking(),
    'note.returning': () => taking(),
    'cash.stacked': ({ denomination }, { context }) =>
      taking({
        notes: [...context.notes.slice(0, -1), { denomination: fen(denomination), state: 'stacked' }],
        held: addFen(context.held, fen(denomination)),
      }),
    'note.returned': (_, { context }) => taking({ notes: context.notes.slice(0, -1) }),
    'note.suspense': ({ denomination }, { context }) => taking({ notes: context.notes.slice(0, -1), disputed: addFen(context.disputed, fen(denomination)) }),
    'device.fault': ({ code }) =>
      code === NOTE_STUCK ? { at: ['cash.closing', 'cash.leaving'], with: { noteStuck: true, cashMessage: 'acceptorDown' }, open: ['limit'] } : 'later',

    'payment.requested': ({ orderId }, { context, nextKind }) => {
      const { tender = 'qr' } = context;
      const shown = tender === 'qr' && nextKind === 'payment.captured';
      return {
        at: [ORDERED_IN[tender]],
        after: { transaction, orderId },
        ...(shown ? { next: { at: 'qr.shown', with: { order: unseen(orderId) }, open: ['code'] } } : {}),
      };
    },
    'payment.captured': ({ orderId, amount, channel, channelRef }, { context: { tender = 'qr' } }) => {
      const captured: Captured = { state: 'captured', amount: fen(amount), channel, channelRef };
      return {
        at: [`${PAID_IN[tender]}.recording`, `${PAID_IN[tender]}.closing`],
        with: { orderId, order: tender === 'qr' ? unseen(orderId) : undefined },
        after: { captured, held: fen(amount) },
        open: ['code'],
      };
    },
    // whoever never saw a code may be gone by now: the background closes it
    'payment.closed': (_, { context: { tender = 'qr', orderId, due, transaction: known } }) =>
      tender === 'qrPresented'
        ? { at: ['qrPresented.asking', 'qrPresented.closing'], with: { orderId: undefined, transaction: due?.opening === undefined ? known : undefined } }
        : {
            at: [`${PAID_IN[tender]}.closing`],
            with: { order: orderId === undefined ? undefined : unseen(orderId) },
            open: tender === 'qr' ? ['code', 'later'] : [],
          },
    'payment.undetermined': (_, { context: { tender = 'qr', due, orderId } }) => ({
      at: [`${PAID_IN[tender]}.closing`],
      with: { order: tender === 'qr' && orderId !== undefined ? unseen(orderId) : undefined },
      after: { disputed: due?.amount ?? fen(0) },
      open: ['code'],
    }),
    'refund.requested': () => ({ at: ['settling'] }),
    'refund.completed': () => ({ at: ['settling'] }),
    'refund.undetermined': () => ({ at: ['settling'] }),
  };
}

/** A note is on its way; which others would still fit depends on the card. */
function taking(after: Partial<PaymentContext> = {}): Written<PaymentContext> {
  return { at: ['cash.taking'], after, open: ['limit'] };
}

/** The code that stood on the glass could be paid, and is in no entry. */
function unseen(orderId: string) {
  return { orderId, code: '', lifeMs: 0, merchant: '' };
}
