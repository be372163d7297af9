/** What may leave the terminal: a transaction of which nothing can become any more. Each story is told up to its last open question, and then to its end. */
import { describe, expect, test } from 'vitest';
import { isFinished } from '../../../common/money/finished.ts';
import { foldTransaction } from '../../../common/money/fold.ts';
import type { NewEntry } from '../../../common/journal-kinds.ts';
import {
  authorized,
  authorizing,
  cancelledReplacement,
  captured,
  capturedBlank,
  capturing,
  caseOpened,
  caseResolved,
  claimed,
  claiming,
  claimReturned,
  claimReturning,
  closed,
  committing,
  confirmed,
  delivered,
  dispensing,
  escrowed,
  freedBlank,
  funded,
  granted,
  granting,
  loadUndetermined,
  noteStuck,
  opened,
  openedReplacement,
  paymentUndetermined,
  redeemed,
  redeeming,
  refundCompleted,
  refundRequested,
  refundUndetermined,
  registered,
  registering,
  released,
  releasing,
  reportedReplacement,
  requested,
  reserved,
  reversed,
  returned,
  returning,
  story,
  stuckBlank,
  suspense,
  taken,
  voucher,
} from './entries.ts';

/** Vouchers of `registering` are valid until then. */
const VALID_UNTIL = Date.parse('2027-11-22T05:33:00.000Z');
const LATER = VALID_UNTIL + 1;

function finished(entries: readonly NewEntry[], now = LATER): boolean {
  const state = foldTransaction(story(...entries));
  expect(state.anomalies).toEqual([]);
  return isFinished(state, now);
}

describe('finished as it was closed', () => {
  test.each<[string, NewEntry[]]>([
    ['nothing was taken', [opened('cash'), closed('abandoned')]],
    ['a note came back', [opened('cash'), escrowed(), returning(), returned(), closed('abandoned')]],
    ['an order was refunded', [opened('qr', 5000), requested(), captured(), refundRequested(), refundCompleted(), closed('refunded', 0, 5000)]],
    ['a load that the issuer knows', [opened('cash'), ...taken(), ...delivered(), confirmed(), closed('delivered', 5000)]],
  ])('%s', (_title, entries) => {
    expect(finished(entries)).toBe(true);
    expect(finished(entries.slice(0, -1))).toBe(false);
  });
});

describe('not finished until its last question is answered', () => {
  test.each<[string, NewEntry[], NewEntry[]]>([
    ['the issuer has not heard of the load', [opened('cash'), ...taken(), ...delivered(), closed('delivered', 5000)], [confirmed()]],
    [
      'the issuer keeps a reservation for a card that was never written',
      [opened('qr', 5000), requested(), captured(), authorizing(), authorized(), refundRequested(), refundCompleted(), closed('refunded', 0, 5000)],
      [reversed()],
    ],
    ['a case is open', [opened('cash'), ...taken(), caseOpened('cashNotLoaded', 5000), closed('case', 0, 0, 5000)], [caseResolved('paidOut', 5000)]],
    [
      'of a case a part is owed still',
      [opened('cash'), ...taken(), caseOpened('cashNotLoaded', 5000), closed('case', 0, 0, 5000), caseResolved('paidOut', 2000)],
      [caseResolved('paidOut', 3000)],
    ],
    [
      'a note that may still be found',
      [opened('cash'), escrowed(), suspense(), caseOpened('noteUndetermined', 0, 5000), closed('case'), caseResolved('nothingOwed', 0)],
      [funded('found'), caseResolved('paidOut', 5000)],
    ],
    [
      'a note of a value that nobody knows, and that may still be found',
      [opened('cash'), noteStuck(), caseOpened('noteUndetermined', 0, 0), closed('case'), caseResolved('nothingOwed', 0)],
      [funded('found', 'stuck'), caseResolved('paidOut', 5000)],
    ],
    [
      'an order that may be paid still',
      [opened('qr', 5000), requested(), paymentUndetermined(), caseOpened('paymentUndetermined', 0, 5000), closed('case'), caseResolved('nothingOwed', 0)],
      [captured(), refundRequested(), refundCompleted(), closed('refunded', 0, 5000)],
    ],
    [
      'a voucher that upstream was not told of as given back',
      [opened('voucher'), redeeming(), reserved(), releasing(), closed('refunded', 0, 5000)],
      [released()],
    ],
    [
      'a claim that the issuer was not told of as given back',
      [opened('pending'), claiming(), claimed(), claimReturning(), closed('refunded', 0, 5000)],
      [claimReturned()],
    ],
    ['a right to a new card that nobody gave back', [openedReplacement(), granting(), granted(), closed('abandoned')], [cancelledReplacement()]],
    ['a right to a new card that nobody heard of', [openedReplacement(), granting(), closed('abandoned')], [cancelledReplacement()]],
    [
      'a blank that sticks in the path',
      [openedReplacement(), granting(), granted(), dispensing(), capturing(), stuckBlank(), closed('abandoned'), cancelledReplacement()],
      [freedBlank()],
    ],
    ['a voucher that has no code', [opened('cash'), ...taken(), voucher(), closed('voucher', 0, 0, 5000)], [registering(), registered()]],
    ['a voucher that upstream does not know', [opened('cash'), ...taken(), voucher(), registering(), closed('voucher', 0, 0, 5000)], [registered()]],
    [
      'a case that is owed for certain and has no code',
      [
        opened('cash'),
        ...taken(),
        authorizing(),
        authorized(),
        committing(),
        loadUndetermined(),
        caseOpened('loadUndetermined', 5000),
        closed('case', 0, 0, 5000),
        caseResolved('notCredited', 5000),
      ],
      [registering(), registered(), reversed(), caseResolved('paidOut', 5000)],
    ],
  ])('%s', (_title, open, end) => {
    expect(finished(open)).toBe(false);
    expect(finished([...open, ...end])).toBe(true);
  });

  test('a load whose proof the issuer refused is never finished: its books wait for a person', () => {
    expect(
      finished([opened('cash'), ...taken(), ...delivered(), { kind: 'load.confirmed', body: { loadId: 'l1', tacChecked: 'bad' } }, closed('delivered', 5000)]),
    ).toBe(false);
  });

  test('a refund that may have been made is not finished, though its case was answered', () => {
    const open = [
      opened('qr', 5000),
      requested(),
      captured(),
      refundRequested(),
      refundUndetermined(),
      caseOpened('refundUndetermined', 5000),
      closed('case', 0, 0, 5000),
      caseResolved('paidOut', 5000),
    ];
    expect(finished(open)).toBe(false);
  });

  test('a load that nobody knows of is not finished, though its case was paid out', () => {
    const open = [opened('cash'), ...taken(), authorizing(), authorized(), committing(), loadUndetermined(), caseOpened('loadUndetermined', 5000)];
    expect(finished([...open, closed('case', 0, 0, 5000), caseResolved('paidOut', 5000)])).toBe(false);
  });

  test('a redeemed voucher leaves nothing: its money is on the card', () => {
    const open = [opened('voucher'), redeeming(), reserved(), ...delivered(), confirmed(), closed('delivered', 5000)];
    expect(finished(open)).toBe(false);
    expect(finished([...open, redeemed()])).toBe(true);
  });

  test('a new card that was handed over and reported leaves nothing', () => {
    const made: NewEntry[] = [openedReplacement(), granting(), granted(), dispensing(), capturing(), capturedBlank(), closed('abandoned')];
    expect(finished(made)).toBe(false);
    expect(finished([...made, reportedReplacement()])).toBe(true);
  });
});

describe('a voucher', () => {
  const known = [opened('cash'), ...taken(), voucher(), registering(), registered(), closed('voucher', 0, 0, 5000)];

  test.each([
    ['is not finished while it is valid', VALID_UNTIL - 1, false],
    ['is not finished in its very last millisecond', VALID_UNTIL, false],
    ['is finished after it', VALID_UNTIL + 1, true],
  ])('%s', (_title, now, expected) => {
    expect(finished(known, now)).toBe(expected);
  });
});

test('what can’t have happened lawfully is never finished: a person must look', () => {
  const state = foldTransaction(story(opened('cash'), opened('cash'), closed('abandoned')));
  expect(state.anomalies).toHaveLength(1);
  expect(isFinished(state, LATER)).toBe(false);
});
