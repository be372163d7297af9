/** Which kinds open a transaction, which close it, and which say nothing about it (main/journal/FORMAT.md, "Open and closed"). */
import { expect, test } from 'vitest';
import { leavesOpen } from '../../../common/money/open-transactions.ts';

test.each(['transaction.opened', 'cash.stacked', 'payment.captured', 'load.committed', 'case.opened', 'voucher.issued'] as const)(
  '%s leaves it open',
  (kind) => {
    expect(leavesOpen(kind)).toBe(true);
  },
);

test('only its close closes it', () => {
  expect(leavesOpen('transaction.closed')).toBe(false);
});

test.each(['note.escrowed', 'load.confirmed', 'receipt.printed', 'case.resolved', 'terminal.started'] as const)('%s says nothing about it', (kind) => {
  expect(leavesOpen(kind)).toBeUndefined();
});
