/** The table of a top-up and of a pending load: what each entry says of the chart that wrote it. */
import { fen, ZERO_FEN } from '../../../common/fen.ts';
import { journalKinds, type JournalBody, type JournalKind } from '../../../common/journal-kinds.ts';
import { pendingLoadMachine } from '../../pending-load.ts';
import { pendingLoadPicture } from '../../pending-load/view.ts';
import type { CardReading, Ports } from '../../ports.ts';
import { topUpMachine } from '../../top-up.ts';
import { beginning, dueOf, type TopUpContext } from '../../top-up/context.ts';
import type { OpenTransaction } from '../../top-up/step.ts';
import { NOT_PRESENTED } from '../../top-up/steps.ts';
import { topUpPicture } from '../../top-up/view.ts';
import type { OpenMatter } from '../replay-screens.ts';
import type { ReplayedEntry } from '../rooms-port.ts';
import type { Flow, Moment, So, Table, Written } from './moments.ts';
import { ORDERED_IN, PAID_IN, paymentRows, type PaymentKind } from './payment-rows.ts';
import { resultRows, toldAfterwards, type ResultKind } from './result-rows.ts';

/** All that the flow writes in its transaction, and what is written there afterwards. A new kind of these families has no row until it is given one. */
type TopUpKind =
  PaymentKind | ResultKind | Extract<JournalKind, `transaction.${string}` | `load.${string}` | `voucher.${string}` | `pending.${string}` | `case.${string}`>;

export function topUpFlow(entries: readonly ReplayedEntry[], ports: Ports): Flow<TopUpKind, TopUpContext> {
  const { table, context, locale } = begun(entries, ports);
  return { chart: 'topUp', table, beginning: context, locale, picture: (value, now) => topUpPicture(topUpMachine.resolveState({ value, context: now })) };
}

export function pendingLoadFlow(entries: readonly ReplayedEntry[], ports: Ports): Flow<TopUpKind, TopUpContext> {
  const { table, context, locale } = begun(entries, ports);
  return {
    chart: 'pendingLoad',
    table,
    beginning: context,
    locale,
    picture: (value, now) => pendingLoadPicture(pendingLoadMachine.resolveState({ value, context: now })),
  };
}

function begun(entries: readonly ReplayedEntry[], ports: Ports) {
  const opened = journalKinds['transaction.opened'].parse(entries[0]?.body);
  const { reference, tender, requested, balanceBefore, card: ref, locale } = opened;
  const redeeming = entries.find(({ kind }) => kind === 'voucher.redeeming')?.body;
  const card: CardReading = { ref, balance: fen(balanceBefore), purseLimit: fen(balanceBefore + ports.settings.maximumLoad), ...UNKNOWN_OF_CARD };
  const start = beginning({ ports, card, preferences: { locale: 'zh-CN', size: 'standard', theme: 'light', lowReach: false } });
  const chosen: TopUpContext = {
    ...start,
    tender,
    selected: fen(requested),
    cardPlace: 'inside',
    voucherNumber: typeof redeeming?.['number'] === 'string' ? redeeming['number'].replaceAll('-', '') : '',
  };
  return { table: tableOf({ transactionId: '', reference }), context: { ...chosen, due: dueOf(chosen, tender) }, locale };
}

/** In no entry, and on no screen from the payment on. */
const UNKNOWN_OF_CARD = { validFrom: '2000-01-01', validUntil: '2000-01-01', records: [] } as const;

function tableOf(transaction: OpenTransaction): Table<TopUpKind, TopUpContext> {
  return {
    ...paymentRows(transaction),
    ...resultRows,
    'transaction.opened': ({ tender }) =>
      tender === 'cash' ? { at: ['cash.opening'], after: { transaction }, open: ['limit'] } : { at: [openedIn(tender)], open: codeOf(tender) },

    'load.authorizing': () => ({ at: ['load.authorizing'] }),
    'load.authorized': () => ({ at: ['load.authorizing'] }),
    'load.refused': () => ({ at: ['load.authorizing'], after: { settleReason: 'issuerRefused' } }),
    'load.committing': () => ({ at: ['load.committing'] }),
    'load.committed': ({ evidence, balanceAfter }, { context }) =>
      proved(evidence, { loaded: context.held, ...(balanceAfter === undefined ? {} : { balanceAfter: fen(balanceAfter) }) }),
    'load.notCredited': ({ evidence }) => proved(evidence, {}),
    'load.undetermined': ({ why }) => ({ at: [why === NOT_PRESENTED ? 'settling' : 'load.examining'] }),
    'load.confirmed': (_, so) => (so.sinceClosed === undefined ? { at: ['load.verifying'] } : 'later'),
    // told by the step that asked for the load; later, by the background
    'load.reversed': (_, { state }) => (state.startsWith('load.') ? { at: [state] } : 'later'),

    'case.opened': (_, { context: { loaded } }) => ({ at: [loaded > 0 ? 'load.verifying' : 'settling'] }),
    'transaction.closed': (body, so) => closed(body, so),

    'voucher.redeeming': () => ({ at: ['voucher.checking'], open: ['code'] }),
    'voucher.refused': () => ({ at: ['voucher.checking'], open: ['code'] }),
    'voucher.reserved': ({ redeemId, amount }, { context }) => ({
      at: ['voucher.checking'],
      after: { transaction, held: fen(amount), selected: fen(amount), redemption: { redeemId, number: context.voucherNumber, amount: fen(amount) } },
      open: ['code'],
    }),
    'voucher.releasing': ({ amount }) => (amount === 0 ? { at: ['voucher.checking'], open: ['code'] } : { at: ['settling'] }),
    'voucher.released': (_, so) => (so.context.held > 0 ? toldAfterwards(so, 'settling') : 'later'),
    'voucher.redeemed': (_, so) => (so.sinceClosed === undefined ? { at: ['load.verifying'] } : 'later'),

    'pending.claiming': () => ({ at: ['claiming'] }),
    'pending.claimed': ({ claimId, amount }, { context }) => ({
      at: ['claiming'],
      after: { transaction, held: fen(amount), claim: { claimId, pendingId: context.claim?.pendingId ?? '' } },
    }),
    'pending.refused': () => ({ at: ['claiming'] }),
    'pending.givenUp': () => ({ at: ['claiming'] }),
    'pending.returning': () => ({ at: ['settling'] }),
    'pending.returned': (_, so) => toldAfterwards(so, so.context.held > 0 ? 'settling' : 'claiming'),
  };
}

function openedIn(tender: JournalBody<'transaction.opened'>['tender']): string {
  return tender === 'voucher' ? 'voucher.checking' : tender === 'cash' ? 'cash.opening' : ORDERED_IN[tender];
}

function codeOf(tender: JournalBody<'transaction.opened'>['tender']): readonly OpenMatter[] {
  return tender === 'voucher' ? ['code'] : [];
}

/** The card's own answer came while it was written; what the recovery table says, while it was examined. */
function proved(evidence: JournalBody<'load.notCredited'>['evidence'], after: Partial<TopUpContext>): Moment<TopUpContext> {
  switch (evidence) {
    case 'cardAnswer':
    case 'cardRefusal':
      return { at: ['load.committing'], after };
    case 'recoveryTable':
      return { at: ['load.examining'], after };
    case 'issuerClearing':
      return 'later';
  }
}

function closed({ outcome }: JournalBody<'transaction.closed'>, so: So<TopUpContext>): Written<TopUpContext> {
  const { context, state, kinds } = so;
  if (outcome === 'abandoned') return abandoned(so);
  const cardPlace = 'atGate' as const;
  if (outcome === 'delivered' || context.loaded > 0) {
    const staysOpen: readonly OpenMatter[] = context.balanceAfter === undefined ? ['card', 'balance'] : ['card'];
    const after = { outcome, held: ZERO_FEN, cardPlace, settleReason: 'noteUndetermined' as const };
    return { at: ['load.verifying'], after, staysOpen, ...result(so, outcome) };
  }
  const { settleReason, sure } = causeOf(kinds, so);
  return {
    at: [state === 'settling' ? state : 'settling'],
    after: { outcome, cardPlace, settleReason },
    staysOpen: sure ? ['card'] : ['card', 'why'],
    ...result(so, outcome),
  };
}

/** The result, where nothing prints by itself: whoever wants a slip asks for it. */
function result({ nextKind }: So<TopUpContext>, outcome: JournalBody<'transaction.closed'>['outcome']): Pick<Written<TopUpContext>, 'next'> {
  if (outcome !== 'delivered' && outcome !== 'refunded') return {};
  return nextKind === 'receipt.printing' || nextKind === undefined ? { next: { at: 'finished.result.choosing' } } : {};
}

/** Nothing was taken. An order is closed by the step that asked the acquirer; whatever else was opened, by a step of its own. */
function abandoned({ context: { tender = 'cash', orderId }, state }: So<TopUpContext>): Written<TopUpContext> {
  if (tender === 'cash') return { at: ['abandoning'] };
  if (tender === 'voucher') return { at: ['voucher.checking'], open: ['code'] };
  if (tender === 'pending') return { at: ['claiming'] };
  if (tender === 'qrPresented') return { at: ['qrPresented.asking', 'qrPresented.closing'] };
  const order = orderId === undefined ? undefined : { orderId, code: '', lifeMs: 0, merchant: '' };
  return { at: [state === '' ? `${PAID_IN[tender]}.closing` : state], with: { order }, open: tender === 'qr' ? ['code', 'later'] : [] };
}

/** Why what was taken did not go onto the card, as far as the entries tell. */
function causeOf(
  kinds: readonly JournalKind[],
  { context }: So<TopUpContext>,
): { readonly settleReason: TopUpContext['settleReason']; readonly sure: boolean } {
  const last = kinds.findLast((kind) => kind.startsWith('load.') && kind !== 'load.reversed');
  if (kinds.includes('refund.undetermined')) return { settleReason: 'refundUndetermined', sure: true };
  if (kinds.includes('payment.undetermined') && context.held === ZERO_FEN) return { settleReason: 'paymentUndetermined', sure: true };
  if (last === 'load.refused') return { settleReason: 'issuerRefused', sure: true };
  if (last === 'load.authorizing') return { settleReason: 'issuerOffline', sure: true };
  if (last === 'load.undetermined' || last === 'load.committing') return { settleReason: 'loadUndetermined', sure: true };
  // after the second one it is not tried again; after the first, the card may have gone
  if (last === 'load.notCredited') return { settleReason: 'cardRefused', sure: kinds.filter((kind) => kind === last).length > 1 };
  return { settleReason: context.tender === 'cash' || context.tender === 'voucher' ? 'cancelled' : 'cardGone', sure: false };
}
