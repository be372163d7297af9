/** A replay is what happened: on every path the table's states are those in which the chart wrote, and its screens those that the person saw. */
import { describe, expect, it } from 'vitest';
import { fen } from '../../../common/fen.ts';
import { lossDelays } from '../../../state-machines/loss-report/context.ts';
import { replacementDelays } from '../../../state-machines/replacement/context.ts';
import type { UiAct } from '../../../state-machines/view.ts';
import { offline } from '../../support/fake-world.ts';
import { paths as pendingPaths, run as runPending } from '../pending-load-paths.ts';
import type { SessionBench } from '../session-bench.ts';
import { combinations, isDistinct, runBankCard, runCash, runPresented, runQr, runVoucher, type Choice } from '../top-up-paths.ts';
import { Witness } from './replay-witness.ts';

type Run = (choice: Partial<Choice>, fresh: SessionBench) => Promise<SessionBench>;

async function agreeing(run: Run, names: readonly (keyof Choice)[]): Promise<number> {
  let paths = 0;
  for (const choice of combinations(names)) {
    if (!isDistinct(choice)) continue;
    const witness = new Witness();
    await run(choice, witness.bench);
    const path = JSON.stringify(choice, (_, value: unknown) => (value instanceof Error ? 'offline' : value));
    const { moments, drawn } = witness.agrees(path);
    expect(moments, path).toBeGreaterThan(2);
    expect(drawn, path).toBeGreaterThan(1);
    paths += 1;
  }
  return paths;
}

describe('the replay of what was journaled agrees with the chart', () => {
  it('on every path of a cash top-up', async () => {
    expect(await agreeing(runCash, ['stack', 'initialize', 'authorize', 'credit', 'examine', 'confirm', 'balance'])).toBe(3 * (2 + 2 + 4 + 1 + 4 * 4));
  }, 120_000);

  it('on every path of a QR top-up', async () => {
    expect(await agreeing(runQr, ['pay', 'initialize', 'authorize', 'credit', 'examine', 'refund'])).toBe(2 + 2 * 2 * (2 + 2 + 1 + 1 + 4));
  }, 120_000);

  it('on every path of a top-up by a code that was presented', async () => {
    expect(await agreeing(runPresented, ['present', 'initialize', 'authorize', 'credit', 'refund'])).toBe(2 + 3 * 2 * (2 + 2 + 1 + 1 + 1));
  }, 120_000);

  it('on every path of a top-up by bank card', async () => {
    expect(await agreeing(runBankCard, ['pay', 'initialize', 'authorize', 'credit', 'refund'])).toBe(2 + 2 * 2 * (2 + 2 + 1 + 1 + 1));
  }, 120_000);

  it('on every path of a voucher', async () => {
    expect(await agreeing(runVoucher, ['reserve', 'initialize', 'authorize', 'credit', 'examine', 'useUp', 'release'])).toBe(
      2 + 2 + 2 * (2 + 2 + 2 + 1 + 4 * 2),
    );
  }, 120_000);

  it('on every path of a pending load', async () => {
    let count = 0;
    for (const path of pendingPaths()) {
      const witness = new Witness();
      await runPending(path, witness.bench);
      expect(witness.agrees(JSON.stringify(path)).moments).toBeGreaterThan(2);
      count += 1;
    }
    expect(count).toBe(2 * 2 + 2 * (2 + 2 + 1 + 3) + 2 * 2);
  }, 120_000);

  it('on every path of a new card', async () => {
    for (const tender of FEE_TENDERS) {
      for (const stacker of STACKERS) {
        for (const hand of HANDS) {
          for (const refund of [true, offline()] as const) {
            const witness = new Witness();
            await makesCard(witness.bench, { tender, stacker, hand, refund });
            const path = JSON.stringify({ tender, stacker, hand, refund: refund === true });
            expect(witness.agrees(path).drawn, path).toBeGreaterThan(5);
          }
        }
      }
    }
  }, 120_000);

  it.each(['refused', 'offline', 'nothing', 'part', 'lost', 'closed', 'unknown', 'turned'] as const)('of a new card whose fee is not paid: %s', async (how) => {
    const witness = new Witness();
    await doesNotPay(witness.bench, how);
    expect(witness.agrees(how).moments).toBeGreaterThan(2);
  });

  it.each(['document', 'phone'] as const)('of a loss report, by %s', async (way) => {
    for (const answer of ['reported', 'offline', 'refused'] as const) {
      const witness = new Witness();
      await reportsLoss(witness.bench, way, answer);
      expect(witness.agrees(`${way} ${answer}`).drawn).toBeGreaterThan(1);
    }
  });
});

const confirm: UiAct = { type: 'confirm' };
const FEE = 2000;
const FEE_TENDERS = ['qr', 'card', 'qrPresented', 'cash'] as const;
const STACKERS = [['good'], ['refuses', 'good'], ['jams', 'unreadable', 'good'], ['badReadBack', 'refuses', 'refuses'], []] as const;
const HANDS = ['takes', 'leaves', 'stays', 'takesLate'] as const;

async function atFee(bench: SessionBench): Promise<void> {
  await bench.start();
  await bench.touch({ type: 'replace-card' }, { type: 'way', way: 'document' }, { type: 'pick', index: 0 }, confirm, { type: 'replace-card' });
}

const CAPTURED = { state: 'captured', channel: '微信支付', channelRef: '42000030713071', amount: fen(FEE) } as const;

async function paysFee(bench: SessionBench, tender: (typeof FEE_TENDERS)[number]): Promise<void> {
  await bench.touch({ type: 'tender', tender });
  if (tender === 'cash') await bench.note(FEE);
  else if (tender === 'qrPresented') {
    bench.world.script.capture.set(CAPTURED);
    bench.world.scans.emit({ type: 'CODE.SCANNED', text: '134567890123456789' });
  } else bench.world.order(CAPTURED);
  await bench.settle();
}

async function makesCard(
  bench: SessionBench,
  {
    tender,
    stacker,
    hand,
    refund,
  }: {
    readonly tender: (typeof FEE_TENDERS)[number];
    readonly stacker: (typeof STACKERS)[number];
    readonly hand: (typeof HANDS)[number];
    readonly refund: true | Error;
  },
): Promise<void> {
  const { newCards, script, clock } = bench.world;
  newCards.stacker = [...stacker];
  if (hand === 'stays') newCards.present = 'stays';
  script.refund.set(refund);
  await atFee(bench);
  await paysFee(bench, tender);
  if (bench.kind !== 'replace-take') return;
  if (hand === 'takesLate') {
    newCards.blanks.capture = async () => {
      newCards.take();
      return 'nothing';
    };
  }
  if (hand === 'takes') newCards.take();
  else await clock.advance(replacementDelays.takeNewCard);
  await bench.settle();
}

async function doesNotPay(bench: SessionBench, how: 'refused' | 'offline' | 'nothing' | 'part' | 'lost' | 'closed' | 'unknown' | 'turned'): Promise<void> {
  const { newCards, script } = bench.world;
  if (how === 'refused') newCards.grantOutcome = { kind: 'refused', code: 'replaced' };
  if (how === 'offline') newCards.grantOutcome = 'offline';
  if (how === 'lost') script.stack.set('unknown');
  if (how === 'closed') script.close.set({ state: 'closed' });
  if (how === 'unknown') script.close.set(offline());
  await atFee(bench);
  if (how === 'closed' || how === 'unknown') await bench.touch({ type: 'tender', tender: 'qr' }, { type: 'back' });
  else if (how === 'turned') {
    script.capture.set({ state: 'declined', reason: 'balanceTooLow' });
    await bench.touch({ type: 'tender', tender: 'qrPresented' });
    bench.world.scans.emit({ type: 'CODE.SCANNED', text: '134567890123456789' });
    await bench.settle();
  } else {
    await bench.touch({ type: 'tender', tender: 'cash' });
    if (how === 'part') await bench.note(1000);
    if (how === 'lost') await bench.note(2000);
    if (how === 'nothing' || how === 'part') await bench.touch({ type: 'cancel' });
  }
}

async function reportsLoss(bench: SessionBench, way: 'document' | 'phone', answer: 'reported' | 'offline' | 'refused'): Promise<void> {
  const { losses } = bench.world.ports;
  if (answer === 'offline') losses.report = async () => Promise.reject(offline());
  if (answer === 'refused') losses.report = async () => ({ kind: 'refused', code: 'notHoldersCard' });
  const typed = (number: string): UiAct[] => [...number].map((digit) => ({ type: 'digit', digit }));
  await bench.start();
  await bench.touch({ type: 'report-loss' }, { type: 'way', way });
  if (way === 'phone') await bench.touch(...typed('13800005678'), confirm, ...typed('482105'), confirm);
  await bench.touch({ type: 'pick', index: 0 }, confirm);
  await bench.world.clock.advance(lossDelays.hideDigit);
}
