/**
 * The statechart drives, the fold is the truth: on every path through a top-up, what was journaled folds to the outcome that the person
 * was shown, with nothing unlawful and no money without a place. Every answer the world can give at each step is combined with every other.
 */
import { describe, expect, it } from 'vitest';
import { fen } from '../../common/fen.ts';
import { foldTransaction } from '../../common/money/fold.ts';
import type { FoldEntry } from '../../common/money/transaction-state.ts';
import type { CreditOutcome, InitializeOutcome, LoadVerdict, OrderState } from '../../state-machines/ports.ts';
import { offline } from '../support/fake-world.ts';
import { SessionBench } from './session-bench.ts';

const captured = { state: 'captured', channel: '微信支付', channelRef: '42000030713071', amount: fen(5000) } as const;

type Refusable<T> = T | Error;

/** What the world answers; each list is tried in full against all others. */
const answers = {
  initialize: ['ready', { kind: 'removed' }, { kind: 'refused', statusWord: '9402' }] as (Exclude<InitializeOutcome, { kind: 'ready' }> | 'ready')[],
  authorize: ['authorized', 'refused', offline()] as Refusable<'authorized' | 'refused'>[],
  credit: [
    { kind: 'credited', tac: '1B283889' },
    { kind: 'refused', statusWord: '9302' },
    { kind: 'unknown', why: 'torn' },
  ] as CreditOutcome[],
  examine: [
    { kind: 'credited', tac: '1B283889', balance: fen(7320) },
    { kind: 'notCredited' },
    { kind: 'undetermined', row: 16, why: 'contradiction' },
    { kind: 'removed' },
  ] as LoadVerdict[],
  confirm: ['good', offline()] as Refusable<'good'>[],
  balance: [fen(7320), offline()],
  stack: ['stacked', 'returned', 'unknown'] as const,
  refund: [true, offline()] as Refusable<true>[],
  present: ['captured', 'confirmed', 'declined', 'late', 'unknown'] as const,
  pay: ['captured', 'closed', 'late', 'unknown'] as const,
  reserve: ['used', 'kept', 'refused', 'unknown'] as const,
  useUp: [true, offline()] as Refusable<true>[],
  release: [true, offline()] as Refusable<true>[],
};
type Choice = { readonly [K in keyof typeof answers]: (typeof answers)[K][number] };

function* combinations(names: readonly (keyof Choice)[]): Generator<Partial<Choice>> {
  const [name, ...rest] = names;
  if (name === undefined) {
    yield {};
    return;
  }
  for (const answer of answers[name]) for (const others of combinations(rest)) yield { [name]: answer, ...others };
}

/** What is never asked on a path need not be answered in every way: only its first answer is tried there. */
function isDistinct(choice: Partial<Choice>): boolean {
  const first = (name: keyof Choice): boolean => choice[name] === undefined || choice[name] === answers[name][0];
  const unpaid =
    choice.pay === 'closed' ||
    choice.pay === 'unknown' ||
    choice.present === 'declined' ||
    choice.present === 'unknown' ||
    (choice.reserve !== undefined && choice.reserve !== 'used');
  const unprepared = unpaid || choice.initialize !== 'ready';
  const unauthorized = unprepared || choice.authorize !== 'authorized';
  const uncredited = unauthorized || choice.credit?.kind === 'refused';
  if (unpaid && !first('initialize')) return false;
  if (unprepared && !first('authorize')) return false;
  if (unauthorized && !first('credit')) return false;
  if ((unauthorized || choice.credit?.kind !== 'unknown') && !first('examine')) return false;
  if (uncredited && !(first('confirm') && first('balance'))) return false;
  if (uncredited && !first('useUp')) return false;
  if ((choice.reserve === 'refused' || choice.reserve === 'unknown') && !first('release')) return false;
  return first('refund') || !unpaid;
}

function set({ script }: SessionBench['world'], choice: Partial<Choice>): void {
  if (choice.initialize !== undefined) script.initialize.set(choice.initialize);
  if (choice.authorize !== undefined) script.authorize.set(choice.authorize);
  if (choice.credit !== undefined) script.credit.set(choice.credit);
  if (choice.examine !== undefined) script.examine.set(choice.examine);
  if (choice.confirm !== undefined) script.confirm.set(choice.confirm);
  if (choice.balance !== undefined) script.balance.set(choice.balance);
  if (choice.refund !== undefined) script.refund.set(choice.refund);
  if (choice.useUp !== undefined) script.useUp.set(choice.useUp);
  if (choice.release !== undefined) script.release.set(choice.release);
  if (choice.stack !== undefined) script.stack.set('stacked', choice.stack);
}

/** Runs one path to its result; a person who is asked for the card gives it up. */
async function runCash(choice: Partial<Choice>): Promise<SessionBench> {
  const bench = await new SessionBench().atTender();
  set(bench.world, choice);
  await bench.touch({ type: 'tender', tender: 'cash' });
  await bench.note(5000);
  await bench.note(1000);
  await bench.touch({ type: 'confirm' });
  return toTheEnd(bench);
}

async function runQr(choice: Partial<Choice>): Promise<SessionBench> {
  const bench = await new SessionBench().atTender();
  set(bench.world, { balance: fen(7320), ...choice });
  const closing: Readonly<Record<Choice['pay'], OrderState | Error>> = { captured, late: captured, closed: { state: 'closed' }, unknown: offline() };
  bench.world.script.close.set(closing[choice.pay ?? 'captured']);
  await bench.touch({ type: 'tender', tender: 'qr' });
  if (choice.pay === 'captured') bench.world.order(captured);
  else await bench.touch({ type: 'back' });
  await bench.settle();
  return toTheEnd(bench);
}

async function runBankCard(choice: Partial<Choice>): Promise<SessionBench> {
  const bench = await new SessionBench().atTender();
  set(bench.world, { balance: fen(7320), ...choice });
  const closing: Readonly<Record<Choice['pay'], OrderState | Error>> = { captured, late: captured, closed: { state: 'closed' }, unknown: offline() };
  bench.world.script.close.set(closing[choice.pay ?? 'captured']);
  if (choice.pay === 'unknown' || choice.pay === 'late') bench.world.script.sell.set(offline());
  await bench.touch({ type: 'tender', tender: 'card' });
  if (choice.pay === 'captured') bench.world.order(captured);
  if (choice.pay === 'closed') await bench.touch({ type: 'back' });
  await bench.settle();
  return toTheEnd(bench);
}

async function runPresented(choice: Partial<Choice>): Promise<SessionBench> {
  const bench = await new SessionBench().atTender();
  set(bench.world, { balance: fen(7320), ...choice });
  const { present = 'captured' } = choice;
  const asked: Readonly<Record<Choice['present'], OrderState | Error>> = {
    captured,
    confirmed: { state: 'confirming' },
    declined: { state: 'declined', reason: 'balanceTooLow' },
    late: offline(),
    unknown: offline(),
  };
  bench.world.script.capture.set(asked[present]);
  bench.world.script.close.set(present === 'late' ? captured : offline());
  await bench.touch({ type: 'tender', tender: 'qrPresented' });
  bench.world.scans.emit({ type: 'CODE.SCANNED', text: '134567890123456789' });
  await bench.settle();
  if (present === 'confirmed') bench.world.order(captured);
  await bench.settle();
  return toTheEnd(bench);
}

async function runVoucher(choice: Partial<Choice>): Promise<SessionBench> {
  const bench = await new SessionBench().atTender();
  set(bench.world, { balance: fen(7320), ...choice });
  const reserved = { kind: 'reserved', amount: fen(5000) } as const;
  const answers = { used: reserved, kept: reserved, refused: { kind: 'refused', code: 'expired' } as const, unknown: offline() };
  bench.world.script.reserve.set(answers[choice.reserve ?? 'used']);
  await bench.touch({ type: 'tender', tender: 'voucher' });
  for (const symbol of 'A0111227K4M6') await bench.touch({ type: 'symbol', symbol });
  await bench.touch({ type: 'confirm' });
  for (const digit of '079927398713') await bench.touch({ type: 'digit', digit });
  await bench.touch({ type: 'confirm' });
  if (bench.kind === 'top-up-voucher-confirm') await bench.touch({ type: choice.reserve === 'kept' ? 'cancel' : 'confirm' });
  return toTheEnd(bench);
}

async function toTheEnd(bench: SessionBench): Promise<SessionBench> {
  if (bench.kind === 'put-back') {
    bench.world.media = 'notPresent';
    await bench.touch({ type: 'give-up-card' });
  }
  return bench;
}

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
