/** Transactions and settlements as a terminal journals them, entry by entry: what the console has to tell. */
import { makeReference } from '../../../common/ids.ts';
import type { CardRef, NoteCounts } from '../../../common/journal-kinds.ts';
import { random } from '../../fleet/support.ts';
import { businessDate, type JournalWriter } from './journal-writer.ts';

const CARD: CardRef = { aid: 'A000000632010105', issuer: '01011000FFFFFFFF', serial: '03105170010170906688', tail: '6688' };
const PURSE = { purseType: 2, terminalId: '301000890003', cardRandom: 'E7905A31', keyVersion: 1, algorithm: 0, mac1: '80196D35' } as const;
const HOST = { hostDate: '20261122', hostTime: '133000', mac2: 'DFFC2EC1' } as const;
const BALANCE = 2320;

type Ending = 'delivered' | 'torn' | 'refunded' | 'voucher' | 'case' | 'abandoned';

/** @returns the reference that the person has */
export function topUp(
  journal: JournalWriter,
  at: number,
  amount: number,
  tender: 'cash' | 'qr',
  ending: Ending,
): { readonly reference: string; readonly transactionId: string } {
  const transactionId = journal.newId();
  const loadId = journal.newId();
  const reference = makeReference(journal.terminal.terminalId.slice(0, 3), businessDate(at), random);
  let now = at;
  const say: JournalWriter['append'] extends (at: number, ...rest: infer R) => void ? (...rest: R) => void : never = (kind, body) =>
    journal.append((now += 640), kind, body, transactionId);
  const load = { loadId, amount, balanceBefore: BALANCE, onlineCounter: 322, ...PURSE };
  say('transaction.opened', {
    type: 'top-up',
    reference,
    card: CARD,
    tender,
    requested: tender === 'cash' ? 0 : amount,
    balanceBefore: BALANCE,
    locale: 'zh-CN',
  });
  const orderId = journal.newId();
  if (tender === 'qr') {
    say('payment.requested', { orderId, amount });
    now += 21_000;
    if (ending === 'abandoned') {
      say('payment.closed', { orderId });
      say('transaction.closed', { outcome: 'abandoned', loaded: 0, refunded: 0, owed: 0 });
      return { reference, transactionId };
    }
    say('payment.captured', { orderId, amount, channel: '微信支付', channelRef: `4200${at}` });
  } else {
    const note = { noteId: journal.newId(), denomination: amount };
    say('note.escrowed', note);
    say('note.stacking', note);
    now += 2000;
    say('cash.stacked', { ...note, evidence: 'stacked' });
  }
  say('load.authorizing', load);
  if (ending === 'refunded' || ending === 'voucher') {
    say('load.refused', { loadId, code: 'dailyAmount' });
    if (ending === 'refunded') {
      const refundId = journal.newId();
      say('refund.requested', { refundId, orderId, amount });
      say('refund.completed', { refundId, orderId, amount });
      say('transaction.closed', { outcome: 'refunded', loaded: 0, refunded: amount, owed: 0 });
    } else {
      say('voucher.issued', { reference, amount });
      say('reference.shown', { reference, where: 'paper' });
      say('transaction.closed', { outcome: 'voucher', loaded: 0, refunded: 0, owed: amount });
    }
    return { reference, transactionId };
  }
  say('load.authorized', { loadId, ...HOST });
  say('load.committing', { ...load, ...HOST });
  if (ending === 'torn' || ending === 'case') {
    now += 8000;
    say('load.undetermined', { loadId, why: 'card removed before its answer' });
    if (ending === 'case') {
      now += 60_000;
      say('case.opened', { reference, reason: 'loadUndetermined', amount, disputed: 0 });
      say('reference.shown', { reference, where: 'screen' });
      say('transaction.closed', { outcome: 'case', loaded: 0, refunded: 0, owed: amount });
      return { reference, transactionId };
    }
    now += 697_000;
    say('load.notCredited', { loadId, evidence: 'recoveryTable' });
    say('load.committing', { ...load, ...HOST });
  }
  say('load.committed', { loadId, amount, tac: '1B283889', balanceAfter: BALANCE + amount, evidence: 'cardAnswer' });
  say('load.confirmed', { loadId, tacChecked: 'good' });
  const jobId = journal.newId();
  say('receipt.printing', { jobId, reprint: 0 });
  say('receipt.printed', { jobId, confirmedBy: 'processId', sha256: 'AB'.repeat(32), byteCount: 1480 });
  say('transaction.closed', { outcome: 'delivered', loaded: amount, refunded: 0, owed: 0 });
  return { reference, transactionId };
}

/** A box is taken out, counted at once, and holds `counted` where the journal expected `expected`. Not counted: `undefined`. */
export function settlement(journal: JournalWriter, at: number, expected: NoteCounts, counted: NoteCounts | undefined): string {
  const settlementId = `S-${businessDate(at)}`;
  const content = { notes: expected, unspecified: 0 };
  const total = (notes: NoteCounts): number => notes.reduce((sum, { denomination, count }) => sum + denomination * count, 0);
  journal.append(at, 'settlement.opened', { settlementId, by: '李强', boxOut: 'BOX-17', boxIn: 'BOX-22', expected: content });
  journal.append(at + 40_000, 'box.removed', { settlementId, boxId: 'BOX-17', content });
  journal.append(at + 70_000, 'box.inserted', { settlementId, boxId: 'BOX-22' });
  if (counted === undefined) return settlementId;
  journal.append(at + 600_000, 'settlement.counted', { settlementId, boxId: 'BOX-17', by: '赵敏', expected: content, counted });
  const difference = total(counted) - total(expected);
  journal.append(at + 610_000, 'settlement.closed', { settlementId, expected: total(expected), counted: total(counted), difference });
  return settlementId;
}
