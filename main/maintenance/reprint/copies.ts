/**
 * Every slip of this terminal that its journal can tell once more, and its way to the printer. A copy says which one it is, says no more than the
 * original, and never what redeems a voucher: the journal has only that code's hash. Statements are not among them: their lines stand on the card
 * and in no entry. Used by the journal's room.
 */
import type { Clock } from '../../../common/clock.ts';
import { fen } from '../../../common/fen.ts';
import { journalKinds } from '../../../common/journal-kinds.ts';
import type { JournalEntry } from '../../../common/journal-entry.ts';
import { foldTransaction } from '../../../common/money/fold.ts';
import type { ReceiptContent, ReceiptOutcome, ReceiptPort, Recovered, ReplacementContent, SlipPort } from '../../../state-machines/ports.ts';
import type { Journal } from '../../journal/journal.ts';
import { filedEntries } from '../story.ts';
import { filedAbout, slipOfFiled, type FiledSlip } from './filed.ts';

export type Copy =
  FiledSlip | { readonly slip: 'topUp'; readonly content: ReceiptContent } | { readonly slip: 'replacement'; readonly content: ReplacementContent };

export interface CopySources {
  readonly journal: Pick<Journal, 'transaction' | 'entriesAfter'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly slips: SlipPort;
  /** What its holder was told, without what redeems a voucher. */
  readonly told: (transactionId: string) => Recovered | undefined;
  readonly settledWithinHours: number;
  readonly locale: string;
}

/** @param reprint how many copies there are with this one @returns `undefined`: the journal has no such slip */
export function copyOf(id: string, reprint: number, sources: CopySources): Copy | undefined {
  const stored = filedEntries(id, sources.journal);
  const entries = stored.map(({ entry }) => entry);
  const [first] = entries;
  if (first === undefined) return undefined;
  const marks = { locale: sources.locale, largePrint: false, reprint };
  const about = filedAbout(first);
  if (about !== undefined) return slipOfFiled(about.type, entries, marks, sources.clock.now());
  const told = sources.told(id);
  const { opened } = foldTransaction(entries);
  if (opened?.type === 'replacement') return replacementCopy(stored, told, reprint, sources);
  return told === undefined ? undefined : { slip: 'topUp', content: topUpContent(entries, told, reprint, sources) };
}

/** Exhaustive: a new kind of slip does not compile until it has its way to paper. */
export function printCopy(receipts: ReceiptPort, jobId: string, copy: Exclude<Copy, { slip: 'settlement' }>): Promise<ReceiptOutcome> {
  switch (copy.slip) {
    case 'topUp':
      return receipts.print(jobId, copy.content);
    case 'replacement':
      return receipts.printReplacement(jobId, copy.content);
    case 'loss':
      return receipts.printLoss(jobId, copy.content);
    case 'ticket':
      return receipts.printTicket(jobId, copy.content);
    case 'callback':
      return receipts.printCallback(jobId, copy.content);
    case 'account':
      return receipts.printAccount(jobId, copy.content);
  }
}

function topUpContent(entries: readonly JournalEntry[], told: Recovered, reprint: number, sources: CopySources): ReceiptContent {
  const { slips, settledWithinHours, locale } = sources;
  const { outcome, reference, tender, ref, amount, noteStuck, balanceBefore, balanceAfter, entry } = told;
  return {
    kind: 'topUp',
    status: outcome === 'case' ? 'pending' : outcome,
    reference,
    at: entry.at,
    cardTail: ref.tail,
    tender,
    ...channelOf(entries),
    amount,
    ...(noteStuck === true ? { noteStuck } : {}),
    fee: fen(0),
    balanceBefore,
    ...(balanceAfter === undefined ? {} : { balanceAfter }),
    ...(outcome === 'delivered' ? {} : { settledWithinHours }),
    reprint,
    locale,
    largePrint: false,
    journal: { seq: entry.seq, hash: entry.hash.slice(0, 8) },
    qr: slips.linkOf({ entry, reference, outcome, amount, tender, cardTail: ref.tail }),
  };
}

/** Of a new card that was handed over `told` says nothing: its holder has it. What its value is to be stands in no entry: a copy goes without. */
function replacementCopy(
  stored: ReturnType<typeof filedEntries>,
  told: Recovered | undefined,
  reprint: number,
  { slips, settledWithinHours, locale }: CopySources,
): Copy | undefined {
  const entries = stored.map(({ entry }) => entry);
  const { opened } = foldTransaction(entries);
  const end = stored.findLast(({ entry }) => entry.kind === 'transaction.closed');
  if (opened === undefined || end === undefined) return undefined;
  const delivered = entries.findLast(({ kind }) => kind === 'replacement.delivered');
  const given = delivered === undefined ? undefined : journalKinds['replacement.delivered'].parse(delivered.body);
  if (given === undefined && told === undefined) return undefined;
  const { epoch, seq, at } = end.entry;
  const entry = told?.entry ?? { epoch, seq, hash: end.hash, at: Date.parse(at) };
  const outcome = given === undefined ? (told?.outcome ?? 'case') : 'delivered';
  const fee = given === undefined ? (told?.amount ?? fen(0)) : fen(given.amount);
  const newTail = given === undefined ? undefined : tailOfBlank(entries, given.blankId);
  const { reference, tender, card } = opened;
  return {
    slip: 'replacement',
    content: {
      at: entry.at,
      reference,
      outcome,
      oldTail: card.tail,
      ...(newTail === undefined ? {} : { newTail }),
      fee,
      tender,
      ...channelOf(entries),
      settledWithinHours,
      reprint,
      locale,
      largePrint: false,
      journal: { seq: entry.seq, hash: entry.hash.slice(0, 8) },
      qr: slips.linkOf({ entry, reference, outcome, amount: fee, tender, cardTail: newTail ?? card.tail }),
    },
  };
}

function tailOfBlank(entries: readonly JournalEntry[], blankId: string): string | undefined {
  for (const { kind, body } of entries) {
    if (kind !== 'replacement.writing') continue;
    const written = journalKinds[kind].parse(body);
    if (written.blankId === blankId) return written.card.tail;
  }
  return undefined;
}

/** As the original has it: the channel's name and the end of its own number. */
function channelOf(entries: readonly JournalEntry[]): { readonly channel?: { readonly name: string; readonly tail: string } } {
  const captured = entries.findLast(({ kind }) => kind === 'payment.captured');
  if (captured === undefined) return {};
  const { channel, channelRef } = journalKinds['payment.captured'].parse(captured.body);
  return { channel: { name: channel, tail: channelRef.slice(-4) } };
}
