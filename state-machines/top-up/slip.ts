/** What the slip and the phone's QR of a top-up say, taken from where the flow stands. */
import type { Fen } from '../../common/fen.ts';
import type { Tender } from '../../common/journal-kinds.ts';
import type { AppendedEntry, CardReading, Ports, ReceiptContent, SlipStatement, VoucherSlip } from '../ports.ts';
import type { Preferences } from '../view.ts';

export interface SlipFacts {
  readonly outcome: SlipStatement['outcome'];
  readonly reference: string;
  readonly card: CardReading;
  readonly tender: Tender;
  readonly channel: { readonly name: string; readonly tail: string } | undefined;
  readonly amount: Fen;
  readonly noteStuck: boolean;
  readonly fee: Fen;
  readonly balanceAfter: Fen | undefined;
  readonly voucher: VoucherSlip | undefined;
  /** Number of the voucher that paid. */
  readonly redeemed: string | undefined;
  readonly notes: readonly Fen[];
  readonly entry: AppendedEntry | undefined;
  readonly preferences: Preferences;
}

export function slipOf(ports: Ports, facts: SlipFacts): ReceiptContent {
  return {
    kind: 'topUp',
    status: facts.outcome === 'case' ? 'pending' : facts.outcome,
    reference: facts.reference,
    at: facts.entry?.at ?? ports.clock.now(),
    cardTail: facts.card.ref.tail,
    tender: facts.tender,
    ...(facts.channel === undefined ? {} : { channel: facts.channel }),
    amount: facts.amount,
    ...(facts.noteStuck ? { noteStuck: true } : {}),
    fee: facts.fee,
    balanceBefore: facts.card.balance,
    ...(facts.balanceAfter === undefined ? {} : { balanceAfter: facts.balanceAfter }),
    ...(facts.voucher === undefined ? {} : { voucher: facts.voucher }),
    ...(facts.redeemed === undefined ? {} : { redeemed: facts.redeemed }),
    ...(facts.outcome === 'delivered' ? {} : { settledWithinHours: ports.settings.settledWithinHours }),
    ...(facts.notes.length === 0 ? {} : { notes: facts.notes }),
    reprint: 0,
    locale: facts.preferences.locale,
    largePrint: facts.preferences.size !== 'standard',
    journal: { seq: facts.entry?.seq ?? 0, hash: facts.entry?.hash.slice(0, 8) ?? '' },
    qr: ports.slips.linkOf({ ...facts, cardTail: facts.card.ref.tail }),
  };
}
