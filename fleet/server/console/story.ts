/** A transaction's entries as a timeline: what each step means for the money, about how much it is, and what was held for the person after it. Pure. */
import type { JournalKind } from '../../../common/journal-kinds.ts';
import type { EntryRow, stepTones, Story } from '../../console-api/journal.ts';

type Tone = (typeof stepTones)[number];
type Step = Story['steps'][number];

/** @param entries of one transaction, in the order of the journal */
export function toldSteps(entries: readonly EntryRow[]): Step[] {
  let heldFen = 0;
  let before = entries[0]?.at ?? 0;
  return entries.map((entry) => {
    // a liability: what is held for the person grows negative (journal-kinds.ts)
    for (const { account, amount } of entry.postings) if (account === 'cardholder.held') heldFen -= amount;
    const afterMs = entry.at - before;
    before = entry.at;
    return { ...entry, tone: toneOf(entry), amountFen: amountOf(entry), heldFen: heldFen === 0 ? 0 : heldFen, afterMs };
  });
}

const ANNOUNCED: readonly JournalKind[] = [
  'note.escrowed',
  'note.stacking',
  'note.returning',
  'payment.requested',
  'refund.requested',
  'load.authorizing',
  'load.authorized',
  'load.committing',
  'receipt.printing',
  'voucher.registering',
  'voucher.redeeming',
  'voucher.releasing',
  'pending.claiming',
  'pending.returning',
];
const GOOD: readonly JournalKind[] = [
  'load.committed',
  'load.confirmed',
  'refund.completed',
  'receipt.printed',
  'note.returned',
  'voucher.issued',
  'voucher.registered',
  'voucher.redeemed',
  'case.resolved',
];
const TROUBLE: readonly JournalKind[] = [
  'note.suspense',
  'payment.undetermined',
  'refund.undetermined',
  'load.refused',
  'load.notCredited',
  'load.undetermined',
  'case.opened',
  'receipt.failed',
  'card.captured',
  'voucher.refused',
  'device.fault',
  'device.lost',
  'maintenance.refused',
  'maintenance.locked',
];

function toneOf({ kind, postings }: EntryRow): Tone {
  const named = (kinds: readonly string[]): boolean => kinds.includes(kind);
  if (kind === 'transaction.closed') return 'end';
  if (named(TROUBLE)) return 'trouble';
  if (named(GOOD)) return 'good';
  if (postings.length > 0) return 'money';
  return named(ANNOUNCED) ? 'announced' : 'info';
}

/** Members of a body that say the amount, the first that is there. */
const AMOUNTS = ['amount', 'denomination', 'loaded', 'requested'] as const;

function amountOf({ body }: EntryRow): number | null {
  for (const name of AMOUNTS) {
    const value = body[name];
    if (typeof value === 'number' && Number.isSafeInteger(value) && value !== 0) return value;
  }
  return null;
}
