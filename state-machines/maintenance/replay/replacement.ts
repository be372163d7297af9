/** The table of a replacement: what each entry says of the chart that wrote it. */
import { fen } from '../../../common/fen.ts';
import { journalKinds, type JournalBody, type JournalKind } from '../../../common/journal-kinds.ts';
import type { Ports } from '../../ports.ts';
import { replacementMachine } from '../../replacement.ts';
import { beginning, type FeeTender, type ReplacementContext } from '../../replacement/context.ts';
import { replacementPicture } from '../../replacement/view.ts';
import type { OpenTransaction } from '../../top-up/step.ts';
import type { ReplayedEntry } from '../rooms-port.ts';
import type { Flow, Moment, So, Table, Written } from './moments.ts';
import { PAID_IN, paymentRows, type PaymentKind } from './payment-rows.ts';
import { resultRows, toldAfterwards, type ResultKind } from './result-rows.ts';

/** All that the flow writes in its transaction, and what is written there afterwards. */
type ReplacementKind = PaymentKind | ResultKind | Extract<JournalKind, `transaction.${string}` | `replacement.${string}` | `case.${string}`>;

export function replacementFlow(entries: readonly ReplayedEntry[], ports: Ports): Flow<ReplacementKind, ReplacementContext> {
  const { reference, tender, requested, card, locale } = journalKinds['transaction.opened'].parse(entries[0]?.body);
  const { serial, tail } = card;
  const start = beginning({
    ports,
    preferences: { locale: 'zh-CN', size: 'standard', theme: 'light', lowReach: false },
    card: { serial, tail, status: 'lost' },
    identificationId: '',
  });
  return {
    chart: 'replacement',
    table: tableOf({ transactionId: '', reference }),
    beginning: { ...start, fee: fen(requested), tender: feeTender(tender) },
    locale,
    picture: (value, context) => replacementPicture(replacementMachine.resolveState({ value, context })),
  };
}

/** A fee is paid by none of the others. */
function feeTender(tender: JournalBody<'transaction.opened'>['tender']): FeeTender {
  return tender === 'voucher' || tender === 'pending' ? 'qr' : tender;
}

function tableOf(transaction: OpenTransaction): Table<ReplacementKind, ReplacementContext> {
  return {
    ...paymentRows(transaction),
    ...resultRows,
    'transaction.opened': () => ({ at: ['opening'] }),
    'replacement.granting': () => ({ at: ['opening'] }),
    'replacement.refused': () => ({ at: ['opening'] }),
    'replacement.granted': ({ replacementId }, { context: { fee } }) => ({
      at: ['opening'],
      after: { replacement: { ...transaction, replacementId, fee }, transaction, due: { amount: fee, most: fee, whole: true, withCard: false } },
    }),

    'replacement.dispensing': ({ blankId }, { context: { tried } }) => ({ at: ['making.dispensing'], after: { blankId, tried: tried + 1 } }),
    'replacement.writing': ({ card }) => ({ at: ['making.writing'], after: { newCard: card } }),
    'replacement.commanded': () => ({ at: ['making.writing'] }),
    'replacement.written': () => ({ at: ['making.checking'] }),
    'replacement.presenting': () => ({ at: ['making.presenting'] }),
    'replacement.retracting': () => ({ at: ['making.keeping'] }),
    // none left the stacker
    'replacement.capturing': ({ why }, { context: { tried } }) =>
      why === 'empty'
        ? { at: ['making.dispensing'], with: { tried: tried - 1 }, after: { settleReason: 'noBlanks' } }
        : { at: ['making.rejecting'], after: { settleReason: 'cardNotMade' } },
    'replacement.captured': ({ place }, { state }) => ({ at: [place === 'stacker' ? 'making.dispensing' : state] }),
    'replacement.stuck': (_, { state }) => ({ at: [state] }),
    'replacement.freed': () => 'later',
    'replacement.delivered': () => ({ at: ['making.delivering'] }),
    'replacement.cancelled': (_, so) => toldAfterwards(so, so.state === 'settling' ? 'settling' : 'lettingGo'),
    'replacement.reported': (_, so) => toldAfterwards(so, so.state),

    'case.opened': ({ reason }) => ({ at: [reason === 'cardCaptured' ? 'making.holdingFee' : 'settling'] }),
    'transaction.closed': (body, so) => closed(body, so),
  };
}

function closed({ outcome }: JournalBody<'transaction.closed'>, so: So<ReplacementContext>): Moment<ReplacementContext> {
  const { state, kinds } = so;
  if (outcome === 'abandoned') return abandoned(so);
  if (outcome === 'delivered') return { at: ['making.delivering'], after: { outcome }, staysOpen: ['transfer'] };
  if (state === 'making.holdingFee') return { at: [state], after: { outcome, settleReason: 'newCardKept' } };
  return { at: ['settling'], after: { outcome, settleReason: causeOf(kinds, so) } };
}

function abandoned({ context: { tender, replacement, orderId }, kinds, state }: So<ReplacementContext>): Written<ReplacementContext> {
  if (replacement === undefined) return { at: ['opening'] };
  if (tender === 'cash' || !kinds.includes('payment.closed')) return { at: ['lettingGo'] };
  if (tender === 'qrPresented') return { at: ['lettingGo', 'qrPresented.closing'] };
  const order = orderId === undefined || tender !== 'qr' ? undefined : { orderId, code: '', lifeMs: 0, merchant: '' };
  return { at: [state === '' ? `${PAID_IN[tender]}.closing` : state], with: { order }, open: tender === 'qr' ? ['code', 'later'] : [] };
}

function causeOf(
  kinds: readonly JournalKind[],
  { context: { settleReason, disputed, noteStuck, held } }: So<ReplacementContext>,
): ReplacementContext['settleReason'] {
  if (kinds.includes('refund.undetermined')) return 'refundUndetermined';
  if (kinds.includes('payment.undetermined') && held === 0) return 'paymentUndetermined';
  return disputed > 0 || noteStuck ? 'noteUndetermined' : settleReason;
}
