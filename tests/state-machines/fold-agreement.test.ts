/**
 * The statechart drives, the fold is the truth: on every path through a top-up, what was journaled folds to the outcome that the person
 * was shown, with nothing unlawful and no money without a place. Every answer the world can give at each step is combined with every other.
 */
import { describe, expect, it } from 'vitest';
import { foldTransaction } from '../../common/money/fold.ts';
import type { FoldEntry } from '../../common/money/transaction-state.ts';
import type { SessionBench } from './session-bench.ts';
import { combinations, isDistinct, runBankCard, runCash, runPresented, runQr, runVoucher, type Choice } from './top-up-paths.ts';

function foldOf(bench: SessionBench) {
  const entries = bench.world.entries.filter(({ transactionId }) => transactionId !== undefined);
  const at = new Date(bench.world.clock.now()).toISOString();
  return foldTransaction(entries.map(({ kind, body }, index): FoldEntry => ({ seq: index + 1, at, kind, body })));
}

/** What the screen says, in the fold's words. */
function shown(bench: SessionBench): string {
  const { body } = bench.view;
  if (body.kind === 'done') return 'delivered';
  return body.kind === 'settled' ? body.outcome : 'abandoned';
}

async function check(run: (choice: Partial<Choice>) => Promise<SessionBench>, names: readonly (keyof Choice)[]): Promise<Map<string, number>> {
  const outcomes = new Map<string, number>();
  for (const choice of combinations(names)) {
    if (!isDistinct(choice)) continue;
    const bench = await run(choice);
    const state = foldOf(bench);
    const told = shown(bench);
    const path = JSON.stringify(choice, (_, value: unknown) => (value instanceof Error ? 'offline' : value));
    expect(state.anomalies, path).toEqual([]);
    expect(state.closed?.outcome, path).toBe(told);
    expect(state.held, path).toBe(0);
    expect(state.taken, path).toBe(state.loaded + state.refunded + state.owed);
    if (bench.view.body.kind === 'done') expect(bench.view.body.amount, path).toBe(state.loaded);
    if (told === 'voucher' || told === 'case') expect(state.referenceShown, path).toBe(true);
    outcomes.set(told, (outcomes.get(told) ?? 0) + 1);
  }
  return outcomes;
}

describe('what was journaled, folded, is what the person was shown', () => {
  it('on every path of a cash top-up', async () => {
    const outcomes = await check(runCash, ['stack', 'initialize', 'authorize', 'credit', 'examine', 'confirm', 'balance']);
    expect([...outcomes.keys()].toSorted()).toEqual(['case', 'delivered', 'voucher']);
    // 3 ways of the second note × (2 without a card + 2 without authorization + 4 credited + 1 refused + 4 × 4 examined)
    expect([...outcomes.values()].reduce((sum, count) => sum + count, 0)).toBe(3 * (2 + 2 + 4 + 1 + 4 * 4));
  }, 120_000);

  it('on every path of a QR top-up', async () => {
    const outcomes = await check(runQr, ['pay', 'initialize', 'authorize', 'credit', 'examine', 'refund']);
    expect([...outcomes.keys()].toSorted()).toEqual(['abandoned', 'case', 'delivered', 'refunded']);
    // 2 unpaid + 2 paid × 2 ways of the refund × (2 without a card + 2 without authorization + 1 credited + 1 refused + 4 examined)
    expect([...outcomes.values()].reduce((sum, count) => sum + count, 0)).toBe(2 + 2 * 2 * (2 + 2 + 1 + 1 + 4));
  }, 120_000);

  it('on every path of a top-up by a code that was presented', async () => {
    const outcomes = await check(runPresented, ['present', 'initialize', 'authorize', 'credit', 'refund']);
    expect([...outcomes.keys()].toSorted()).toEqual(['abandoned', 'case', 'delivered', 'refunded']);
    // 2 unpaid + 3 paid × 2 ways of the refund × (2 without a card + 2 without authorization + 1 credited + 1 refused + 1 torn)
    expect([...outcomes.values()].reduce((sum, count) => sum + count, 0)).toBe(2 + 3 * 2 * (2 + 2 + 1 + 1 + 1));
  }, 120_000);

  it('on every path of a top-up by bank card', async () => {
    const outcomes = await check(runBankCard, ['pay', 'initialize', 'authorize', 'credit', 'refund']);
    expect([...outcomes.keys()].toSorted()).toEqual(['abandoned', 'case', 'delivered', 'refunded']);
    // 2 unpaid + 2 paid × 2 ways of the refund × (2 without a card + 2 without authorization + 1 credited + 1 refused + 1 torn)
    expect([...outcomes.values()].reduce((sum, count) => sum + count, 0)).toBe(2 + 2 * 2 * (2 + 2 + 1 + 1 + 1));
  }, 120_000);

  it('on every path of a voucher', async () => {
    const outcomes = await check(runVoucher, ['reserve', 'initialize', 'authorize', 'credit', 'examine', 'useUp', 'release']);
    expect([...outcomes.keys()].toSorted()).toEqual(['abandoned', 'case', 'delivered', 'refunded']);
    // 2 without a voucher + 2 ways of giving it back + 2 ways of giving back × (2 without a card + 2 without authorization + 2 credited + 1 refused + 4 × 2 examined)
    expect([...outcomes.values()].reduce((sum, count) => sum + count, 0)).toBe(2 + 2 + 2 * (2 + 2 + 2 + 1 + 4 * 2));
  }, 120_000);
});
