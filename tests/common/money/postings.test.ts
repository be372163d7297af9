import { describe, expect, test } from 'vitest';
import type { NewEntry, Posting } from '../../../common/journal-kinds.ts';
import { addPostings, NO_BALANCES, postingsFor } from '../../../common/money/postings.ts';
import * as entries from './entries.ts';

const posted = (entry: NewEntry): string =>
  postingsFor(entry)
    .map(({ account, amount }: Posting) => `${account} ${amount > 0 ? '+' : ''}${amount}`)
    .join(', ');

const FIFTIES = (count: number): { denomination: number; count: number }[] => [{ denomination: 5000, count }];

// common/money/README.md, the tables of postings; assets grow positive, liabilities grow negative
describe('what an entry moves', () => {
  test.each<[string, NewEntry, string]>([
    ['a stacked note is in the box and owed to the person', entries.stacked('n1', 5000), 'cash.box +5000, cardholder.held -5000'],
    ['a captured payment is owed by the acquirer', entries.captured(2000), 'acquirer.receivable +2000, cardholder.held -2000'],
    ['a refund takes both back', entries.refundCompleted(2000), 'cardholder.held +2000, acquirer.receivable -2000'],
    ['a load moves what was held to the issuer', entries.committed(5000), 'cardholder.held +5000, issuer.payable -5000'],
    ['a voucher owes what was held', entries.voucher(700), 'cardholder.held +700, voucher.outstanding -700'],
    ['a voucher that is brought was owed by the terminal that issued it', entries.reserved(700), 'voucher.outstanding +700, cardholder.held -700'],
    ['a voucher given back is owed as before', entries.releasing(700), 'cardholder.held +700, voucher.outstanding -700'],
    ['a voucher that may not have been reserved moves nothing back', entries.releasing(0), ''],
    ['a voucher used up moved its money before', entries.redeemed(), ''],
    ['making a voucher redeemable moves nothing', entries.registering(), ''],
    ['a case owes what was held', entries.caseOpened('loadUndetermined', 700, 300), 'cardholder.held +700, voucher.outstanding -700'],
    ['a case about money that is not in the books posts nothing', entries.caseOpened('noteUndetermined', 0, 5000), ''],
    ['a case found credited is the issuer’s', entries.caseResolved('credited', 700), 'voucher.outstanding +700, issuer.payable -700'],
    ['a case refunded goes back through the acquirer', entries.caseResolved('refunded', 700), 'voucher.outstanding +700, acquirer.receivable -700'],
    ['a case paid out comes from collected cash', entries.caseResolved('paidOut', 700), 'voucher.outstanding +700, cash.transit -700'],
    ['a case without a claim is a difference', entries.caseResolved('nothingOwed', 700), 'voucher.outstanding +700, suspense -700'],
    ['a case found not credited is still owed', entries.caseResolved('notCredited', 700), ''],
    ['a note in escrow is still the person’s', entries.escrowed(), ''],
    ['a note in suspense is counted before it is posted', entries.suspense(), ''],
    ['announcing a load moves nothing', entries.committing(), ''],
    ['a box taken out takes with it all that is in it', entries.boxRemoved(FIFTIES(2), 700), 'cash.transit +10700, cash.box -10700'],
    ['a box that held less than nothing, by a damaged epoch’s sum', entries.boxRemoved(FIFTIES(2), -10_700), 'cash.box +700, cash.transit -700'],
    ['an empty box takes nothing', entries.boxRemoved([]), ''],
    ['a count that is over', entries.counted(FIFTIES(2), FIFTIES(3)), 'cash.transit +5000, suspense -5000'],
    ['a count that is short', entries.counted(FIFTIES(2), FIFTIES(1), 700), 'suspense +5700, cash.transit -5700'],
    ['a count that agrees', entries.counted(FIFTIES(2), FIFTIES(2)), ''],
    ['what was over and was not there in a second count', entries.explained('recounted', 700), 'suspense +700, cash.transit -700'],
    ['what was short and was there in a second count', entries.explained('recounted', -700), 'cash.transit +700, suspense -700'],
    ['what was over and stays the operator’s', entries.explained('writtenOff', 700), 'suspense +700, cash.overShort -700'],
    ['what was short and the operator bears', entries.explained('writtenOff', -700), 'cash.overShort +700, suspense -700'],
    ['two differences that even each other out', entries.offset(700), ''],
    ['a note that was over is the case’s', entries.funded('count'), 'suspense +5000, voucher.outstanding -5000'],
    ['a note found outside the box is the case’s', entries.funded('found'), 'cash.transit +5000, voucher.outstanding -5000'],
  ])('%s', (_situation, entry, expected) => {
    expect(posted(entry)).toBe(expected);
  });

  test('balances are the sum of postings', () => {
    const all = [entries.stacked('n1', 5000), entries.committed(3000), entries.voucher(2000)].flatMap(postingsFor);
    expect(addPostings(NO_BALANCES, all)).toEqual({
      ...NO_BALANCES,
      'cash.box': 5000,
      'issuer.payable': -3000,
      'voucher.outstanding': -2000,
    });
  });

  test('what one terminal owes by a voucher, and what another redeems, cancel out: the fleet has the notes and owes the card', () => {
    const issuing = [entries.stacked('n1', 5000), entries.voucher(5000)].flatMap(postingsFor);
    const redeeming = [entries.reserved(5000), entries.committed(5000)].flatMap(postingsFor);
    expect(addPostings(addPostings(NO_BALANCES, issuing), redeeming)).toEqual({ ...NO_BALANCES, 'cash.box': 5000, 'issuer.payable': -5000 });
  });
});
