/**
 * A ccTalk bill validator on a line in memory with the driver at the other end, for the tests of this folder.
 */
import { fen } from '../../../../common/fen.ts';
import { CctalkBillAcceptor } from '../../../../drivers/cash-acceptor/cctalk/bill-device.ts';
import { cctalkBillOptionsSchema, type CctalkBillOptions } from '../../../../drivers/cash-acceptor/cctalk/bill-options.ts';
import { SimulatedCctalkBill, type CctalkBillUnitOptions } from '../../../../drivers/cash-acceptor/cctalk/bill-simulator.ts';
import type { AcceptorMemory, CashAcceptorEvent, NoteCredit } from '../../../../drivers/cash-acceptor/cash-acceptor.ts';
import type { SimulatedUnit } from '../../../../drivers/transport/simulated-unit.ts';
import { SimulatedClock } from '../../../support/simulated-clock.ts';
import { SimulatedLine } from '../../../support/simulated-line.ts';

export const YUAN = { 1: fen(100), 5: fen(500), 10: fen(1000), 20: fen(2000), 50: fen(5000), 100: fen(10_000) } as const;

export function optionsOf(options: Partial<CctalkBillOptions> = {}): CctalkBillOptions {
  return cctalkBillOptionsSchema.parse({ denominations: [1000, 2000, 5000, 10_000], ...options });
}

/** What a host keeps for the driver; outlives the process. */
export class KeptMemory implements AcceptorMemory {
  text: string | undefined;

  read(): string | undefined {
    return this.text;
  }

  async keep(text: string): Promise<void> {
    this.text = text;
  }
}

export interface Bench {
  readonly clock: SimulatedClock;
  readonly unit: SimulatedCctalkBill;
  readonly line: SimulatedLine;
  readonly acceptor: CctalkBillAcceptor;
  readonly memory: KeptMemory;
  readonly events: CashAcceptorEvent[];
  readonly credits: NoteCredit[];
}

export interface BenchParts {
  readonly options?: Partial<CctalkBillOptions>;
  readonly unit?: CctalkBillUnitOptions;
  /** `false`: the host keeps nothing. */
  readonly memory?: boolean;
}

export function wire(line: SimulatedLine, unit: SimulatedUnit): void {
  unit.onSend((bytes) => line.fromUnit(bytes));
  line.attachUnit((bytes) => unit.receive(bytes));
}

export function bench(parts: BenchParts = {}): Bench {
  const clock = new SimulatedClock();
  const unit = new SimulatedCctalkBill(clock, parts.unit);
  const line = new SimulatedLine();
  wire(line, unit);
  return { clock, unit, line, ...driver(clock, line, parts) };
}

function driver(
  clock: SimulatedClock,
  line: SimulatedLine,
  parts: BenchParts,
  memory = new KeptMemory(),
): Pick<Bench, 'acceptor' | 'memory' | 'events' | 'credits'> {
  const deps = { transport: line, clock, ...(parts.memory === false ? {} : { memory }) };
  const acceptor = new CctalkBillAcceptor(optionsOf(parts.options), deps);
  const events: CashAcceptorEvent[] = [];
  const credits: NoteCredit[] = [];
  acceptor.onEvent((event) => {
    if (event.type !== 'statusChanged') events.push(event);
  });
  acceptor.setCreditHandler(async (credit) => void credits.push(credit));
  return { acceptor, memory, events, credits };
}

/** The terminal's process dies and another starts: the same line, unit and kept memory, a driver that knows nothing. */
export async function restarted(before: Bench, parts: BenchParts = {}): Promise<Bench> {
  await before.acceptor.close();
  return { clock: before.clock, unit: before.unit, line: before.line, ...driver(before.clock, before.line, parts, before.memory) };
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
export async function ready(parts: BenchParts = {}): Promise<Bench> {
  const made = bench(parts);
  await within(made.clock, made.acceptor.connect());
  await within(made.clock, made.acceptor.accept([YUAN[10], YUAN[20], YUAN[50], YUAN[100]]));
  made.events.length = 0;
  return made;
}

/** `ready`, and a note of 50 yuan waits in escrow. */
export async function escrowed(parts: BenchParts = {}): Promise<Bench> {
  const made = await ready(parts);
  made.unit.feedNote(YUAN[50]);
  await made.clock.advance(1_200);
  return made;
}
