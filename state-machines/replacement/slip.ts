/** What the slip and the phone's QR of a replacement say, taken from where the flow stands; and its printing. */
import type { ReceiptOutcome, ReplacementContent } from '../ports.ts';
import { printJournaled } from '../top-up/steps.ts';
import { known, type ReplacementContext } from './context.ts';

export function printReplacement(context: ReplacementContext): Promise<ReceiptOutcome> {
  const { ports } = context;
  const { transactionId, reference } = known(context.replacement, 'replacement');
  const slip = { transactionId, reference, reprint: 0, open: context.outcome !== 'delivered' };
  return printJournaled(ports, slip, (jobId) => ports.receipts.printReplacement(jobId, contentOf(context)));
}

export function contentOf(context: ReplacementContext): ReplacementContent {
  const { ports, card, newCard, grant, captured, issued, entry, preferences, replacement } = context;
  const outcome = outcomeTold(context);
  return {
    at: entry?.at ?? ports.clock.now(),
    reference: replacement?.reference ?? '',
    outcome,
    oldTail: card.tail,
    ...(outcome !== 'delivered' || newCard === undefined ? {} : { newTail: newCard.tail }),
    fee: amountOf(context),
    tender: context.tender,
    ...(captured === undefined ? {} : { channel: { name: captured.channel, tail: captured.channelRef.slice(-4) } }),
    ...(outcome !== 'delivered' || grant === undefined ? {} : { transfer: grant.transfer }),
    ...(issued === undefined ? {} : { voucher: issued }),
    settledWithinHours: ports.settings.settledWithinHours,
    locale: preferences.locale,
    largePrint: preferences.size !== 'standard',
    journal: { seq: entry?.seq ?? 0, hash: entry?.hash.slice(0, 8) ?? '' },
    qr: linkOf(context),
  };
}

export function linkOf(context: ReplacementContext): string {
  const { ports, entry, replacement, tender, card, newCard } = context;
  const outcome = outcomeTold(context);
  const cardTail = outcome === 'delivered' ? (newCard?.tail ?? '') : card.tail;
  return ports.slips.linkOf({ entry, reference: replacement?.reference ?? '', outcome, amount: amountOf(context), tender, cardTail });
}

/** How it ended, as the person is told. */
export function outcomeTold({ outcome }: Pick<ReplacementContext, 'outcome'>): ReplacementContent['outcome'] {
  return outcome === 'abandoned' ? 'case' : outcome;
}

/** The money a result is about; 0 where it is about a note of unknown value alone. */
export function amountOf({ held, disputed }: Pick<ReplacementContext, 'held' | 'disputed'>): ReplacementContext['held'] {
  return (held + disputed) as ReplacementContext['held'];
}
