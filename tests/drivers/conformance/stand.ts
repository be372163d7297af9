/**
 * Where a conformance suite meets a model: a simulated unit, a line to it and a clock, in two kinds. `in this process`: the unit on a
 * line in memory, time moved by the test. `pseudo-terminal`: the unit in another process behind a real serial port, time as it passes.
 * A suite that speaks only through a Stand holds on both. Class suites (cash acceptors, card readers, …) bring the factories.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../../common/clock.ts';
import { createTransport } from '../../../drivers/transport/open.ts';
import type { SimulatedUnit } from '../../../drivers/transport/simulated-unit.ts';
import type { Transport } from '../../../drivers/transport/transport.ts';
import { machineClock } from '../../support/machine-clock.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { SimulatedLine } from '../../support/simulated-line.ts';
import { startPseudoTerminal, type PseudoTerminal } from '../transport/pseudo-terminal.ts';
import { RemoteUnit, type Hands } from './remote-unit.ts';
import type { UnitFactory } from './unit-process.ts';
import { Wire } from './wire.ts';

export interface Stand<U extends SimulatedUnit> {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly unit: Hands<U>;
  /** Answers or throws as `promise` does, once it has. */
  settled<T>(promise: Promise<T>): Promise<T>;
  /** Lets time pass until `done`; fails naming `what` when that takes longer than a minute of the unit's mechanics. */
  until(what: string, done: () => boolean | Promise<boolean>): Promise<void>;
  /** The plug is pulled out of the terminal: the port is gone. */
  unplug(): Promise<void>;
  plug(): Promise<void>;
  dispose(): Promise<void>;
}

export interface UnitOf {
  /** File that exports `units`, for the other process. */
  readonly factories: string;
  readonly model: string;
  readonly options?: Readonly<Record<string, unknown>>;
  /** How many times faster than real ones its mechanics move in another process; 1 where a passing state must not be missed. */
  readonly speed?: number;
}

/** @param make the same factory that `of` names */
export function standInMemory<U extends SimulatedUnit>(make: UnitFactory<U>, of: UnitOf): Stand<U> {
  const clock = new SimulatedClock();
  const unit = make(clock, of.options ?? {});
  const wire = new Wire(unit, clock);
  const line = new SimulatedLine();
  wire.onSend((bytes) => line.fromUnit(bytes));
  line.attachUnit((bytes) => wire.receive(bytes));
  wire.onBreak(() => line.unplug());
  return {
    transport: line,
    clock,
    unit: localHands(unit, wire),
    settled: (promise) => settledOn(clock, promise),
    until: (what, done) => untilOn(clock, what, done),
    unplug: async () => line.unplug(),
    plug: async () => {
      wire.mend();
      line.plug();
    },
    dispose: async () => {},
  };
}

/** Mechanics in the other process: faster, and a poll could miss even what lasts. */
const SPEED = 4;
const PATIENCE_MS = 20_000;
const LOOK_MS = 10;

/** Why there can be no pseudo-terminal on this machine; undefined: there can. */
export function noPseudoTerminal(): string | undefined {
  return spawnSync('socat', ['-V']).status === 0 ? undefined : 'socat is not installed';
}

/** @param settings query of the serial address, e.g. `baudRate=9600&parity=even` */
export async function standOnPseudoTerminal<U extends SimulatedUnit>(of: UnitOf, settings: string): Promise<Stand<U>> {
  const folder = await mkdtemp(join(tmpdir(), 'stand-'));
  const socketPath = join(folder, 'unit.sock');
  const { factories, model, options = {}, speed = SPEED } = of;
  const unit = await RemoteUnit.start<U>({ factories, model, options, socketPath, speed });
  let port: PseudoTerminal | undefined = await startPseudoTerminal(join(folder, 'tty'), socketPath);
  const unplug = async (): Promise<void> => {
    await port?.stop();
    port = undefined;
  };
  unit.onBreak(() => void unplug());
  return {
    transport: createTransport(`serial:${join(folder, 'tty')}?${settings}`, { simulation: 'refused' }),
    clock: machineClock,
    unit,
    settled: (promise) => promise,
    until: untilSeen,
    unplug,
    plug: async () => {
      await unplug();
      await unit.plug();
      port = await startPseudoTerminal(join(folder, 'tty'), socketPath);
    },
    dispose: async () => {
      await unplug();
      await unit.stop();
      await rm(folder, { recursive: true });
    },
  };
}

function localHands<U extends SimulatedUnit>(unit: U, wire: Wire): Hands<U> {
  const open = unit as unknown as Record<string, unknown>;
  return {
    call: async (method, ...args) => {
      const hand = open[method];
      if (typeof hand !== 'function') throw new RangeError(`the unit has no hand ${method}`);
      return (await Reflect.apply(hand, unit, args)) as never;
    },
    get: async (property) => open[property] as never,
    knob: async (name, value) => void Reflect.set(open['knobs'] as object, name, value),
    wire: async (name, value) => void Reflect.set(wire.knobs, name, value),
  };
}

async function settledOn<T>(clock: SimulatedClock, promise: Promise<T>): Promise<T> {
  const state = { settled: false };
  const settle = (): void => void (state.settled = true);
  promise.then(settle, settle);
  for (let waited = 0; !state.settled; waited += 25) {
    if (waited > 60_000) throw new Error('still not settled after a minute of the simulated clock');
    await clock.advance(25);
  }
  return promise;
}

async function untilOn(clock: SimulatedClock, what: string, done: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; !(await done()); waited += 25) {
    if (waited > 60_000) throw new Error(`after a minute of the simulated clock still not: ${what}`);
    await clock.advance(25);
  }
}

async function untilSeen(what: string, done: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await done())) {
    if (performance.now() > end) throw new Error(`after ${PATIENCE_MS} ms still not: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
