/** What of an entry's body is read out beside its kind. */
import { expect, test } from 'vitest';
import { detailsOf } from '../../../fleet/console/pages/story/details.ts';

test('sums, channels and evidence are read out; keys, serials and hashes are not', () => {
  expect(detailsOf({ orderId: 'o-1', amount: 5000, channel: '微信支付', channelRef: '4200' })).toEqual([{ name: 'channel', value: '微信支付' }]);
  expect(detailsOf({ loadId: 'l-1', amount: 5000, tac: '1B283889', balanceAfter: 7320, evidence: 'cardAnswer' })).toEqual([
    { name: 'balanceAfter', value: '¥73.20' },
    { name: 'evidence', value: 'cardAnswer', group: 'evidence' },
  ]);
});

test('an amount that was not chosen is not said to be nothing', () => {
  expect(detailsOf({ tender: 'cash', requested: 0, balanceBefore: 0 })).toEqual([
    { name: 'balanceBefore', value: '¥0.00' },
    { name: 'tender', value: 'cash', group: 'tender' },
  ]);
});

test('a body of a kind that this page does not know says nothing', () => {
  expect(detailsOf({ nested: { why: 'hidden' }, flag: true, list: [1] })).toEqual([]);
});
