/**
 * The property of cash-acceptor.md 7, enumerated: whatever breaks, whenever it breaks, credit + suspense = notes in the box, and no note
 * is credited twice. The judge is the simulated unit's box, not the host's words.
 */
import { describe, expect, test } from 'vitest';
import type { AcceptorMemory, CashAcceptor } from '../../../drivers/cash-acceptor/cash-acceptor.ts';
import { SimulatedCcnet } from '../../../drivers/cash-acceptor/ccnet/simulator.ts';
import { SimulatedCctalkBill } from '../../../drivers/cash-acceptor/cctalk/bill-simulator.ts';
import { SimulatedId003 } from '../../../drivers/cash-acceptor/id003/simulator.ts';
import { cashAcceptorModels, type CashAcceptorDeps } from '../../../drivers/cash-acceptor/models.ts';
import type { SimulatedCashAcceptor } from '../../../drivers/cash-acceptor/simulated-cash-acceptor.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { SimulatedLine } from '../../support/simulated-line.ts';
import { YUAN } from './bench.ts';
import { RecordingHost, type NoteRecord } from './recording-host.ts';

type Step = { readonly yuan: 10 | 50; readonly order: 'stack' | 'return' };
type Direction = 'toUnit' | 'fromUnit';

type Fault =
  | { readonly kind: 'none' }
  /** Mains off at `at` ms, on again after `off` ms. */
  | { readonly kind: 'powerCut'; readonly at: number; readonly off: number }
  | { readonly kind: 'unplug'; readonly at: number; readonly out: number }
  | { readonly kind: 'frame'; readonly direction: Direction; readonly index: number; readonly how: 'lost' | 'twice' | 'corrupt' }
  /** The process dies at `at` ms, or right after its nth record, and comes back half a second later. */
  | { readonly kind: 'killAt'; readonly at: number }
  | { readonly kind: 'killAfterRecord'; readonly record: number };

interface World {
  readonly unit: SimulatedCashAcceptor;
  /** It would take a note. */
  readonly isIdle: () => boolean;
}

/** A way to build driver and unit. */
interface Subject {
  readonly world: (clock: SimulatedClock, faults: Pick<Case, 'returnBeforeInitialize'>) => World;
  /** `deps.memory` is what the host keeps. */
  readonly acceptor: (deps: CashAcceptorDeps) => CashAcceptor;
}

const DENOMINATIONS = [1000, 2000, 5000, 10_000];
function id003(stackCommand: 'stack1' | 'stack2'): Subject {
  return {
    world: (clock, faults) => polled(new SimulatedId003(clock), faults),
    acceptor: (deps) => cashAcceptorModels['jcm-id003'].create({ denominations: DENOMINATIONS, stackCommand }, deps),
  };
}
function polled(unit: SimulatedId003 | SimulatedCcnet, { returnBeforeInitialize = false }: Pick<Case, 'returnBeforeInitialize'>): World {
  unit.faults.returnBeforeInitialize = returnBeforeInitialize;
  return { unit, isIdle: () => unit.status.kind === 'idling' };
}

/** The unit tells nothing of a note that power failed over on its way into the box, or a little, or all. */
function cctalk(
  tellsStackedAfterPowerUp: SimulatedCctalkBill['faults']['tellsStackedAfterPowerUp'],
  keeps: 'everything' | 'nothing',
  options: object = {},
): Subject {
  return {
    world: (clock) => {
      const unit = new SimulatedCctalkBill(clock, { echo: true });
      unit.faults.tellsStackedAfterPowerUp = tellsStackedAfterPowerUp;
      return { unit, isIdle: () => unit.isOpen };
    },
    acceptor: ({ memory, ...deps }) =>
      cashAcceptorModels['cctalk-bill'].create({ denominations: DENOMINATIONS, ...options }, keeps === 'everything' ? { ...deps, memory } : deps),
  };
}

const SUBJECTS = {
  'ID-003, stack-1': id003('stack1'),
  'ID-003, stack-2': id003('stack2'),
  CCNET: {
    world: (clock, faults) => polled(new SimulatedCcnet(clock), faults),
    acceptor: (deps) => cashAcceptorModels['cashcode-ccnet'].create({ denominations: DENOMINATIONS }, deps),
  },
  ccTalk: cctalk('nothing', 'everything'),
  'ccTalk, accept counter trusted': cctalk('nothing', 'everything', { trustAcceptCounter: true }),
  'ccTalk, unknown bill stacked': cctalk('unknownBillStacked', 'everything', { checksum: 'simple' }),
  'ccTalk, nothing kept': cctalk('stacked', 'nothing'),
} as const satisfies Record<string, Subject>;
type SubjectName = keyof typeof SUBJECTS;

interface Case {
  readonly subject: SubjectName;
  readonly steps: readonly Step[];
  readonly fault: Fault;
  readonly returnBeforeInitialize?: boolean;
}

interface Outcome {
  readonly journal: readonly NoteRecord[];
  readonly box: number;
  readonly inside: number;
  readonly frames: Readonly<Record<Direction, number>>;
  /** Ms until all was quiet. */
  readonly duration: number;
}

const LONG = { timeout: 240_000 };
const STEP = 50;
/** Nothing to do for this long, ms: over. */
const QUIET = 1500;
const STACK_10: Step = { yuan: 10, order: 'stack' };
const STACK_50: Step = { yuan: 50, order: 'stack' };
const RETURN_50: Step = { yuan: 50, order: 'return' };
const NO_FAULT: Fault = { kind: 'none' };
/** By protocol: the undisturbed runs. */
const PROTOCOLS: Readonly<Record<string, readonly Case[]>> = {
  'ID-003': [
    { subject: 'ID-003, stack-1', steps: [STACK_10], fault: NO_FAULT },
    { subject: 'ID-003, stack-2', steps: [STACK_10], fault: NO_FAULT },
    { subject: 'ID-003, stack-1', steps: [RETURN_50], fault: NO_FAULT },
    { subject: 'ID-003, stack-1', steps: [STACK_10, STACK_50], fault: NO_FAULT },
    { subject: 'ID-003, stack-2', steps: [RETURN_50, STACK_10], fault: NO_FAULT },
  ],
  CCNET: [
    { subject: 'CCNET', steps: [STACK_10], fault: NO_FAULT },
    { subject: 'CCNET', steps: [RETURN_50], fault: NO_FAULT },
    { subject: 'CCNET', steps: [STACK_10, STACK_50], fault: NO_FAULT },
    { subject: 'CCNET', steps: [STACK_10, STACK_10], fault: NO_FAULT },
    { subject: 'CCNET', steps: [RETURN_50, STACK_10], fault: NO_FAULT },
  ],
  ccTalk: [
    { subject: 'ccTalk', steps: [STACK_10], fault: NO_FAULT },
    { subject: 'ccTalk, accept counter trusted', steps: [RETURN_50], fault: NO_FAULT },
    { subject: 'ccTalk, nothing kept', steps: [STACK_10], fault: NO_FAULT },
    { subject: 'ccTalk, accept counter trusted', steps: [STACK_10, STACK_50], fault: NO_FAULT },
    { subject: 'ccTalk, unknown bill stacked', steps: [STACK_10, STACK_10], fault: NO_FAULT },
    { subject: 'ccTalk, nothing kept', steps: [RETURN_50, STACK_10], fault: NO_FAULT },
  ],
};

/** Plays one case in simulated time until everything was quiet for a while. */
async function play({ subject, steps, fault, returnBeforeInitialize = false }: Case): Promise<Outcome> {
  const clock = new SimulatedClock();
  const { world, acceptor: makeAcceptor }: Subject = SUBJECTS[subject];
  const { unit, isIdle } = world(clock, { returnBeforeInitialize });
  const line = new SimulatedLine();
  const frames = { toUnit: 0, fromUnit: 0 };
  const wire = (direction: Direction, deliver: (bytes: Uint8Array) => void) => (bytes: Uint8Array) => {
    const index = frames[direction]++;
    if (fault.kind !== 'frame' || fault.direction !== direction || fault.index !== index) return deliver(bytes);
    if (fault.how === 'lost') return;
    if (fault.how === 'corrupt') return deliver(bytes.with(bytes.length - 1, (bytes.at(-1) ?? 0) ^ 0x10));
    deliver(bytes);
    deliver(bytes);
  };
  unit.onSend(wire('fromUnit', (bytes) => line.fromUnit(bytes)));
  line.attachUnit(wire('toUnit', (bytes) => unit.receive(bytes)));

  const journal: NoteRecord[] = [];
  const kept: { text?: string } = {};
  const boot = (killAfter?: number): RecordingHost => {
    const memory: AcceptorMemory = {
      read: () => kept.text,
      // A dead process writes nothing any more.
      keep: async (text) => void (started.dead ? undefined : (kept.text = text)),
    };
    const acceptor = makeAcceptor({ transport: line, clock, memory });
    const accepted = [YUAN[10], YUAN[50]];
    const started: RecordingHost = new RecordingHost({ acceptor, clock, journal, kept, plan: steps.map((step) => step.order), accepted, killAfter });
    void started.start();
    return started;
  };
  let host = boot(fault.kind === 'killAfterRecord' ? fault.record : undefined);

  const notes = steps.map((step) => YUAN[step.yuan]);
  let fed = 0;
  let quiet = 0;
  let rebootAt: number | undefined;
  while (clock.monotonic() < 120_000 && quiet < QUIET) {
    const now = clock.monotonic();
    if (fault.kind === 'powerCut' && now === fault.at) unit.powerOff();
    if (fault.kind === 'powerCut' && now === fault.at + fault.off) unit.powerOn();
    if (fault.kind === 'unplug' && now === fault.at) line.unplug();
    if (fault.kind === 'unplug' && now === fault.at + fault.out) line.plug();
    if (fault.kind === 'killAt' && now === fault.at) await host.kill();
    if (host.dead) rebootAt ??= now + 500;
    if (host.dead && now === rebootAt) host = boot();
    const next = notes[fed];
    if (next !== undefined && host.openNote === undefined && unit.feedNote(next) === 'taken') fed += 1;
    await clock.advance(STEP);
    const still = isIdle() && host.openNote === undefined && fed === notes.length;
    quiet = still ? quiet + STEP : 0;
  }
  await host.kill();
  return { journal, box: sum(unit.box), inside: unit.inside === undefined ? 0 : 1, frames, duration: clock.monotonic() - QUIET };
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}

function booked(outcome: Outcome, kind: 'stacked' | 'suspense'): number {
  return sum(outcome.journal.filter((record) => record.kind === kind).map((record) => record.denomination));
}

/** Words of what is wrong; undefined when the promise was kept. */
function broken(outcome: Outcome): string | undefined {
  const credited = outcome.journal.filter((record) => record.kind === 'stacked').map((record) => record.note);
  if (new Set(credited).size !== credited.length) return 'a note was credited twice';
  if (outcome.inside !== 0) return 'a note is still inside';
  if (outcome.journal.at(-1) !== undefined && !['stacked', 'returned', 'suspense'].includes(outcome.journal.at(-1)?.kind ?? '')) return 'a record is open';
  const money = booked(outcome, 'stacked') + booked(outcome, 'suspense');
  return money === outcome.box ? undefined : `credit + suspense is ${money}, the box holds ${outcome.box}`;
}

async function playAll(cases: readonly Case[]): Promise<{ failures: readonly string[]; suspense: number }> {
  const failures: string[] = [];
  let suspense = 0;
  for (const one of cases) {
    const outcome = await play(one);
    const trouble = broken(outcome);
    suspense += outcome.journal.filter((record) => record.kind === 'suspense').length;
    if (trouble !== undefined) failures.push(`${JSON.stringify(one)}: ${trouble}; ${JSON.stringify(outcome.journal)}`);
  }
  return { failures, suspense };
}

async function eachBaseline(runs: readonly Case[], cases: (plain: Case, outcome: Outcome) => readonly Case[]): Promise<readonly Case[]> {
  const all: Case[] = [];
  for (const plain of runs) all.push(...cases(plain, await play(plain)));
  return all;
}

/** Every moment of the undisturbed run. */
function moments(outcome: Outcome): readonly number[] {
  return Array.from({ length: Math.floor(outcome.duration / STEP) + 1 }, (_, index) => index * STEP);
}

/** Each frame of the undisturbed run, each way to spoil it. */
function everyFrame(plain: Case, outcome: Outcome): readonly Case[] {
  return (['toUnit', 'fromUnit'] as const).flatMap((direction) =>
    Array.from({ length: outcome.frames[direction] }, (_, index) =>
      (['lost', 'twice', 'corrupt'] as const).map((how): Case => ({ ...plain, fault: { kind: 'frame', direction, index, how } })),
    ).flat(),
  );
}

async function prove(name: string, atLeast: number, cases: readonly Case[]): Promise<void> {
  const { failures, suspense } = await playAll(cases);
  console.log(`${name}: ${cases.length} cases, ${failures.length} broken, ${suspense} notes in suspense`);
  expect(failures.slice(0, 5)).toEqual([]);
  expect(cases.length).toBeGreaterThan(atLeast);
}

describe.each(Object.entries(PROTOCOLS))('%s', (protocol, runs) => {
  test('without a fault, what is stacked is credited once and what is returned is not', async () => {
    for (const plain of runs) {
      const { steps } = plain;
      const outcome = await play(plain);
      expect(outcome.box).toBe(sum(steps.filter((step) => step.order === 'stack').map((step) => step.yuan * 100)));
      expect(booked(outcome, 'stacked')).toBe(outcome.box);
      expect(booked(outcome, 'suspense')).toBe(0);
    }
  });

  test('mains of the acceptor fail at every moment, for an instant or for seconds: credit + suspense = notes in the box', LONG, async () => {
    const cases = await eachBaseline(runs, (plain, outcome) =>
      moments(outcome).flatMap((at) => [
        { ...plain, fault: { kind: 'powerCut' as const, at, off: 0 } },
        { ...plain, fault: { kind: 'powerCut' as const, at, off: 2000 }, returnBeforeInitialize: true },
      ]),
    );
    await prove(`${protocol}, power cut`, 500, cases);
  });

  test('one frame lost, doubled or corrupted, in either direction, any of them: credit + suspense = notes in the box', LONG, async () => {
    await prove(`${protocol}, one bad frame`, 500, await eachBaseline(runs.slice(0, 3), everyFrame));
  });

  test('the cable is out for seconds from every moment on: credit + suspense = notes in the box', LONG, async () => {
    const cases = await eachBaseline(runs, (plain, outcome) => moments(outcome).map((at): Case => ({ ...plain, fault: { kind: 'unplug', at, out: 2500 } })));
    await prove(`${protocol}, cable out`, 300, cases);
  });

  test('the process dies at every moment and after every record: credit + suspense = notes in the box', LONG, async () => {
    const cases = await eachBaseline(runs, (plain, outcome) => [
      ...moments(outcome).map((at): Case => ({ ...plain, fault: { kind: 'killAt', at } })),
      ...outcome.journal.map((_, index): Case => ({ ...plain, fault: { kind: 'killAfterRecord', record: index + 1 } })),
    ]);
    await prove(`${protocol}, process killed`, 300, cases);
  });
});
