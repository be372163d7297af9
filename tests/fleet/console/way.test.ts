/** The way of the money through a transaction's entries, as the timeline draws it. */
import { describe, expect, test } from 'vitest';
import { wayOf, type Step, type WayStep } from '../../../fleet/console/pages/story/way.ts';

type Posting = Step['postings'][number];

/** Steps of these kinds; `held` is what the terminal holds after each. */
function story(...kinds: readonly (readonly [kind: string, held?: number, postings?: readonly Posting[]])[]): readonly Step[] {
  return kinds.map(([kind, heldFen = 0, postings = []], index) => ({
    epoch: 1,
    seq: index + 1,
    at: 1000 * index,
    businessDate: '2026-11-22',
    kind,
    transactionId: 'tx',
    body: {},
    postings: [...postings],
    hash: '00',
    receivedAt: 0,
    sealed: false,
    tone: 'info',
    amountFen: null,
    heldFen,
    afterMs: 1000,
  }));
}

const took: readonly Posting[] = [
  { account: 'acquirer.receivable', amount: 5000 },
  { account: 'cardholder.held', amount: -5000 },
];
const gaveBack: readonly Posting[] = [
  { account: 'acquirer.receivable', amount: -5000 },
  { account: 'cardholder.held', amount: 5000 },
];
const placesOf = (way: readonly WayStep[]): string => way.map(({ place }) => place[0]).join('');

describe('a top-up that is delivered', () => {
  const way = wayOf(
    story(
      ['transaction.opened'],
      ['payment.requested'],
      ['payment.captured', 5000, took],
      ['load.committing', 5000],
      ['load.committed'],
      ['transaction.closed'],
    ),
  );

  test('goes from the person over the terminal to the card', () => {
    expect(placesOf(way)).toBe('pphhcc');
  });

  test('stops where it begins, where the money arrives, and at the end', () => {
    expect(way.flatMap(({ stop }, index) => (stop ? [index] : []))).toEqual([0, 2, 4, 5]);
  });

  test('is certain all along', () => {
    expect(way.some(({ uncertain, cut }) => uncertain || cut)).toBe(false);
  });
});

test('a card that is torn away cuts the line, and it is uncertain until the card is read back', () => {
  const way = wayOf(
    story(
      ['transaction.opened'],
      ['payment.captured', 5000, took],
      ['load.committing', 5000],
      ['load.undetermined', 5000],
      ['receipt.printing', 5000],
      ['load.committed'],
    ),
  );
  expect(way.map(({ cut }) => cut)).toEqual([false, false, false, true, false, false]);
  expect(way.map(({ uncertain }) => uncertain)).toEqual([false, false, false, true, true, false]);
  expect(placesOf(way)).toBe('phhhhc');
});

test('money that is refunded goes back to the person', () => {
  const way = wayOf(
    story(['transaction.opened'], ['payment.captured', 5000, took], ['load.refused', 5000], ['refund.completed', 0, gaveBack], ['transaction.closed']),
  );
  expect(placesOf(way)).toBe('phhpp');
});

test('money that is owed by a voucher stays in the terminal’s hands', () => {
  const owed: readonly Posting[] = [
    { account: 'cardholder.held', amount: 5000 },
    { account: 'voucher.outstanding', amount: -5000 },
  ];
  const way = wayOf(story(['transaction.opened'], ['cash.stacked', 5000, took], ['voucher.issued', 0, owed], ['transaction.closed']));
  expect(placesOf(way)).toBe('phhh');
});

test('a person who pays nothing keeps the money', () => {
  expect(placesOf(wayOf(story(['transaction.opened'], ['payment.requested'], ['payment.closed'], ['transaction.closed'])))).toBe('pppp');
});
