/** Every path through a top-up, as a test runs it: each answer the world can give at each step, combined with every other. */
import { fen } from '../../common/fen.ts';
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
export type Choice = { readonly [K in keyof typeof answers]: (typeof answers)[K][number] };

export function* combinations(names: readonly (keyof Choice)[]): Generator<Partial<Choice>> {
  const [name, ...rest] = names;
  if (name === undefined) {
    yield {};
    return;
  }
  for (const answer of answers[name]) for (const others of combinations(rest)) yield { [name]: answer, ...others };
}

/** What is never asked on a path need not be answered in every way: only its first answer is tried there. */
export function isDistinct(choice: Partial<Choice>): boolean {
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
export async function runCash(choice: Partial<Choice>, fresh = new SessionBench()): Promise<SessionBench> {
  const bench = await fresh.atTender();
  set(bench.world, choice);
  await bench.touch({ type: 'tender', tender: 'cash' });
  await bench.note(5000);
  await bench.note(1000);
  await bench.touch({ type: 'confirm' });
  return toTheEnd(bench);
}

export async function runQr(choice: Partial<Choice>, fresh = new SessionBench()): Promise<SessionBench> {
  const bench = await fresh.atTender();
  set(bench.world, { balance: fen(7320), ...choice });
  const closing: Readonly<Record<Choice['pay'], OrderState | Error>> = { captured, late: captured, closed: { state: 'closed' }, unknown: offline() };
  bench.world.script.close.set(closing[choice.pay ?? 'captured']);
  await bench.touch({ type: 'tender', tender: 'qr' });
  if (choice.pay === 'captured') bench.world.order(captured);
  else await bench.touch({ type: 'back' });
  await bench.settle();
  return toTheEnd(bench);
}

export async function runBankCard(choice: Partial<Choice>, fresh = new SessionBench()): Promise<SessionBench> {
  const bench = await fresh.atTender();
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

export async function runPresented(choice: Partial<Choice>, fresh = new SessionBench()): Promise<SessionBench> {
  const bench = await fresh.atTender();
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

export async function runVoucher(choice: Partial<Choice>, fresh = new SessionBench()): Promise<SessionBench> {
  const bench = await fresh.atTender();
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
