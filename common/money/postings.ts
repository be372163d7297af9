/**
 * What each kind of entry moves between the accounts: a pure function of kind and body, so that every verifier can demand exactly
 * these postings. main/journal computes them on append; README.md here gives the table and the reasons.
 */
import { accounts, contentTotal, notesTotal, type Account, type NewEntry, type Posting } from '../journal-kinds.ts';

/** Sums to zero, never posts zero. Assets grow positive, liabilities grow negative. */
export function postingsFor(entry: NewEntry): readonly Posting[] {
  switch (entry.kind) {
    case 'cash.stacked':
      return move('cardholder.held', 'cash.box', entry.body.denomination);
    case 'payment.captured':
      return move('cardholder.held', 'acquirer.receivable', entry.body.amount);
    case 'refund.completed':
      return move('acquirer.receivable', 'cardholder.held', entry.body.amount);
    case 'load.committed':
      return move('issuer.payable', 'cardholder.held', entry.body.amount);
    case 'replacement.delivered':
      return move('fee.income', 'cardholder.held', entry.body.amount);
    case 'voucher.issued':
    case 'case.opened':
      return move('voucher.outstanding', 'cardholder.held', entry.body.amount);
    case 'voucher.reserved':
      return move('cardholder.held', 'voucher.outstanding', entry.body.amount);
    case 'voucher.releasing':
      return move('voucher.outstanding', 'cardholder.held', entry.body.amount);
    case 'case.resolved':
      return resolutionPostings(entry.body.resolution, entry.body.amount);
    case 'pending.claimed':
      return move('cardholder.held', 'issuer.receivable', entry.body.amount);
    case 'pending.returning':
      return move('issuer.receivable', 'cardholder.held', entry.body.amount);
    case 'box.removed':
      return moveSigned('cash.box', 'cash.transit', contentTotal(entry.body.content));
    case 'settlement.counted':
      return moveSigned('suspense', 'cash.transit', notesTotal(entry.body.counted) - contentTotal(entry.body.expected));
    case 'suspense.resolved':
      return explanationPostings(entry.body.resolution, entry.body.amount);
    case 'case.funded':
      return move('voucher.outstanding', entry.body.source === 'count' ? 'suspense' : 'cash.transit', entry.body.denomination);
    case 'terminal.started':
    case 'terminal.stopped':
    case 'journal.replaced':
    case 'journal.pruned':
    case 'clock.skewed':
    case 'device.fault':
    case 'acceptor.memory':
    case 'device.identified':
    case 'device.lost':
    case 'device.tested':
    case 'readiness.reported':
    case 'transaction.opened':
    case 'note.escrowed':
    case 'note.stacking':
    case 'note.returning':
    case 'note.returned':
    case 'note.suspense':
    case 'payment.requested':
    case 'payment.closed':
    case 'payment.undetermined':
    case 'refund.requested':
    case 'refund.undetermined':
    case 'load.authorizing':
    case 'load.authorized':
    case 'load.refused':
    case 'load.committing':
    case 'load.notCredited':
    case 'load.undetermined':
    case 'load.confirmed':
    case 'load.reversed':
    case 'reference.shown':
    case 'receipt.printing':
    case 'receipt.printed':
    case 'receipt.failed':
    case 'card.captured':
    case 'transaction.closed':
    case 'foreign.load.examined':
    case 'foreign.load.reported':
    case 'foreign.load.told':
    case 'loss.reporting':
    case 'loss.queued':
    case 'loss.reported':
    case 'loss.refused':
    case 'maintenance.trying':
    case 'maintenance.refused':
    case 'maintenance.locked':
    case 'maintenance.signedIn':
    case 'maintenance.signedOut':
    case 'desk.submitting':
    case 'desk.stored':
    case 'desk.refused':
    case 'replacement.granting':
    case 'replacement.granted':
    case 'replacement.refused':
    case 'replacement.dispensing':
    case 'replacement.writing':
    case 'replacement.commanded':
    case 'replacement.written':
    case 'replacement.presenting':
    case 'replacement.retracting':
    case 'replacement.capturing':
    case 'replacement.captured':
    case 'replacement.stuck':
    case 'replacement.freed':
    case 'replacement.cancelled':
    case 'replacement.reported':
    case 'release.asking':
    case 'release.queued':
    case 'release.released':
    case 'release.refused':
    case 'password.setting':
    case 'password.set':
    case 'password.refused':
    case 'script.asking':
    case 'script.issued':
    case 'script.refused':
    case 'script.sending':
    case 'script.answered':
    case 'script.left':
    case 'script.confirmed':
    case 'script.failed':
    case 'script.abandoned':
    case 'settlement.opened':
    case 'box.inserted':
    case 'settlement.closed':
    case 'voucher.registering':
    case 'voucher.registered':
    case 'voucher.redeeming':
    case 'voucher.refused':
    case 'voucher.released':
    case 'voucher.redeemed':
    case 'pending.claiming':
    case 'pending.refused':
    case 'pending.givenUp':
    case 'pending.returned':
      break;
  }
  return [];
}

export type Balances = Readonly<Record<Account, number>>;

/** Every account at zero. */
export const NO_BALANCES: Balances = Object.freeze(emptyBalances());

/** The sum of `postings` on top of `balances`, fen. */
export function addPostings(balances: Balances, postings: readonly Posting[]): Balances {
  const sum = { ...balances };
  for (const { account, amount } of postings) sum[account] += amount;
  return sum;
}

function emptyBalances(): Record<Account, number> {
  return Object.fromEntries(accounts.map((account) => [account, 0])) as Record<Account, number>;
}

type Resolution = Extract<NewEntry, { kind: 'case.resolved' }>['body']['resolution'];

/** A case's money leaves `voucher.outstanding` for whoever turned out to have it. */
function resolutionPostings(resolution: Resolution, amount: number): readonly Posting[] {
  switch (resolution) {
    case 'credited':
      return move('issuer.payable', 'voucher.outstanding', amount);
    case 'refunded':
      return move('acquirer.receivable', 'voucher.outstanding', amount);
    case 'returned':
      return move('issuer.receivable', 'voucher.outstanding', amount);
    case 'paidOut':
      return move('cash.transit', 'voucher.outstanding', amount);
    case 'nothingOwed':
      return move('suspense', 'voucher.outstanding', amount);
    case 'notCredited':
      break; // answers the question; the money is still owed
  }
  return [];
}

/** What was over, or short, leaves `suspense` for where it belongs. Two differences that even each other out are there already. */
function explanationPostings(resolution: Extract<NewEntry, { kind: 'suspense.resolved' }>['body']['resolution'], amount: number): readonly Posting[] {
  switch (resolution) {
    case 'recounted':
      return moveSigned('cash.transit', 'suspense', amount);
    case 'writtenOff':
      return moveSigned('cash.overShort', 'suspense', amount);
    case 'offset':
      break;
  }
  return [];
}

/** A negative amount goes the other way. */
function moveSigned(from: Account, to: Account, amount: number): readonly Posting[] {
  return amount < 0 ? move(to, from, -amount) : move(from, to, amount);
}

/** Takes `amount` from the side that shrinks by it (posted negative) to the one that grows (posted positive). */
function move(from: Account, to: Account, amount: number): readonly Posting[] {
  if (amount === 0) return [];
  return [
    { account: to, amount },
    { account: from, amount: -amount },
  ];
}
