/** What the entries of an ending say of the chart that wrote them, whatever was paid for: rows of the tables of its flows. */

import type { JournalKind } from '../../../common/journal-kinds.ts';
import type { VoucherSlip } from '../../ports.ts';
import type { ViewBodyOf } from '../../view.ts';
import type { Moment, So, Table } from './moments.ts';

export type ResultKind = Extract<
  JournalKind,
  `receipt.${string}` | 'reference.shown' | 'case.resolved' | 'case.funded' | 'voucher.issued' | 'voucher.registering' | 'voucher.registered'
>;

interface Ending {
  readonly issued: VoucherSlip | undefined;
  readonly receipt: ViewBodyOf<'done'>['receipt'];
}

/** So long after the end something may still be told upstream before the person sees the result; longer, and the background tells it. */
const TOLD_WITHIN_MS = 20_000;

/** Upstream was told by the chart, before it showed the result, or by the background afterwards. */
export function toldAfterwards<C>(so: So<C>, at: string): Moment<C> {
  if (so.sinceClosed === undefined) return { at: [at] };
  const isShown = so.kinds.some((kind) => kind.startsWith('receipt.'));
  return isShown || so.sinceClosed > TOLD_WITHIN_MS ? 'later' : { at: [at], open: ['later'] };
}

export const resultRows: Table<ResultKind, Ending> = {
  // a copy is made by staff, and at no other time
  'receipt.printing': ({ reprint }) => (reprint > 0 ? 'later' : { at: ['finished.printing'], with: { receipt: 'printing' } }),
  'receipt.printed': (_, so) => printed(so, 'printed'),
  'receipt.failed': (_, so) => printed(so, 'failed'),
  'reference.shown': ({ where }, so) => (where === 'paper' ? printed(so, 'printed') : { at: [so.state] }),
  'case.resolved': () => 'later',
  'case.funded': () => 'later',
  'voucher.issued': () => ({ at: ['settling'] }),
  'voucher.registering': ({ reference, validUntil }) => ({ at: ['settling'], after: { issued: { number: reference, validUntil: Date.parse(validUntil) } } }),
  'voucher.registered': (_, so) => toldAfterwards(so, 'settling'),
};

/** @param receipt how the slip stands on the result that comes next */
function printed({ state, nextKind }: So<Ending>, receipt: 'printed' | 'failed'): Moment<Ending> {
  // of the last slip, which may have been a copy
  if (state !== 'finished.printing') return 'later';
  const at = ['finished.printing'] as const;
  return nextKind === 'reference.shown'
    ? { at }
    : { at, next: { at: 'finished.result.choosing', with: { receipt }, open: receipt === 'failed' ? ['code'] : [] } };
}
