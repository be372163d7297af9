/**
 * An acceptor on a line in memory with the driver at the other end, for the tests of this folder.
 */
import { id003OptionsSchema, Id003CashAcceptor, type Id003Options } from '../../../drivers/cash-acceptor/id003/device.ts';
import { SimulatedId003, type Id003UnitOptions } from '../../../drivers/cash-acceptor/id003/simulator.ts';
import type { CashAcceptorEvent, NoteEvidence } from '../../../drivers/cash-acceptor/cash-acceptor.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { SimulatedLine } from '../../support/simulated-line.ts';
import { fen } from '../../../common/fen.ts';

export const YUAN = { 1: fen(100), 5: fen(500), 10: fen(1000), 20: fen(2000), 50: fen(5000), 100: fen(10_000) } as const;

export type OptionsInput = Partial<Id003Options>;

export function optionsOf(options: OptionsInput = {}): Id003Options {
  return id003OptionsSchema.parse({ denominations: [1000, 2000, 5000, 10_000], ...options });
}

export interface Bench {
  readonly clock: SimulatedClock;
  readonly unit: SimulatedId003;
  readonly line: SimulatedLine;
  readonly acceptor: Id003CashAcceptor;
  readonly events: CashAcceptorEvent[];
  readonly credits: NoteEvidence[];
}

export function bench(options: OptionsInput = {}, unitOptions: Id003UnitOptions = {}): Bench {
  const clock = new SimulatedClock();
  const unit = new SimulatedId003(clock, unitOptions);
  const line = new SimulatedLine();
  unit.onSend((bytes) => line.fromUnit(bytes));
  line.attachUnit((bytes) => unit.receive(bytes));
  const acceptor = new Id003CashAcceptor(optionsOf(options), { transport: line, clock });
  const events: CashAcceptorEvent[] = [];
  const credits: NoteEvidence[] = [];
  acceptor.onEvent((event) => events.push(event));
  acceptor.setCreditHandler(async ({ evidence }) => void credits.push(evidence));
  return { clock, unit, line, acceptor, events, credits };
}

/** Lets time pass until `promise` settles; fails when that takes longer than `limit` ms of the clock. */
export async function within<T>(clock: SimulatedClock, promise: Promise<T>, limit = 16_000): Promise<T> {
  const state = { settled: false };
  const watched = promise.finally(() => void (state.settled = true));
  watched.catch(() => {});
  for (let passed = 0; !state.settled && passed < limit; passed += 50) await clock.advance(50);
  if (!state.settled) throw new Error(`nothing happened in ${limit} ms`);
  return watched;
}

/** A connected acceptor that takes the four notes of its options. */
export async function ready(options: OptionsInput = {}, unitOptions: Id003UnitOptions = {}): Promise<Bench> {
  const made = bench(options, unitOptions);
  await within(made.clock, made.acceptor.connect());
  await within(made.clock, made.acceptor.accept([YUAN[10], YUAN[20], YUAN[50], YUAN[100]]));
  made.events.length = 0;
  return made;
}
