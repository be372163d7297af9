/** A driver on a line to a simulated printer, under a clock that tests move. Used by the receipt printer's tests. */
import { printerUnits } from '../../../drivers/bench/simulators.ts';
import type { PrintResult } from '../../../drivers/receipt-printer/receipt-printer.ts';
import { EscposPrinter, type EscposDeps } from '../../../drivers/receipt-printer/escpos/device.ts';
import * as profiles from '../../../drivers/receipt-printer/escpos/profile.ts';
import type { GlyphSource } from '../../../drivers/receipt-printer/glyph-source.ts';
import { EscposSimulator, type EscposSimulatorOptions } from '../../../drivers/receipt-printer/escpos/simulator.ts';
import { overWire, type LineSpeed } from '../../support/line-speed.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { SimulatedLine } from '../../support/simulated-line.ts';

/** Every model: its profile, and the kind of unit that it is. */
export const MODELS = printerUnits;
export type ModelName = keyof typeof MODELS;

export interface PrinterBench {
  readonly clock: SimulatedClock;
  readonly line: SimulatedLine;
  readonly unit: EscposSimulator;
  readonly printer: EscposPrinter;
  /** Prints and moves the clock until the result is known. */
  print(markup: string, jobId?: string): Promise<PrintResult>;
  /** A second driver on the same line, as after a restart of the process. */
  restart(deps?: Partial<EscposDeps>): EscposPrinter;
}

export interface BenchOptions {
  readonly model?: ModelName;
  readonly options?: profiles.EscposOptions;
  readonly unit?: EscposSimulatorOptions;
  readonly clock?: SimulatedClock;
  readonly glyphs?: GlyphSource;
  readonly everySlip?: EscposDeps['everySlip'];
  /** What carries the bytes; without it they are there at once. */
  readonly wire?: {
    readonly speed: LineSpeed;
    /** Whether the driver reads the speed from the address, as of a serial port; else it is on its own, as behind a network. */
    readonly told: boolean;
    /** A serial port with RTS/CTS. */
    readonly rtscts?: boolean;
  };
}

export function makeBench(benchOptions: BenchOptions = {}): PrinterBench {
  const { model = 'escpos-generic-80', options = {}, unit: unitOptions = {}, clock = new SimulatedClock(), glyphs, everySlip, wire } = benchOptions;
  const line = new SimulatedLine(wire?.told === true ? serialAddress(wire.speed, wire.rtscts ?? false) : undefined);
  const profile = profiles.withOptions(MODELS[model].profile, options);
  const unit = new EscposSimulator(clock, { columns: profile.columns, kind: MODELS[model].kind, ...unitOptions });
  const carried = wire === undefined ? unit : overWire(unit, clock, wire.speed);
  carried.onSend((bytes) => line.fromUnit(bytes));
  line.attachUnit((bytes) => carried.receive(bytes));
  const make = (deps: Partial<EscposDeps> = {}): EscposPrinter =>
    new EscposPrinter(model, profile, {
      transport: line,
      clock,
      ...(glyphs === undefined ? {} : { glyphs }),
      ...(everySlip === undefined ? {} : { everySlip }),
      ...deps,
    });
  const printer = make();
  return {
    clock,
    line,
    unit,
    printer,
    print: (markup, jobId = 'job-1') => settled(clock, printer.print({ jobId, markup })),
    restart: make,
  };
}

function serialAddress({ baudRate, bitsPerByte }: LineSpeed, rtscts: boolean): string {
  return `serial:/dev/ttyS0?baudRate=${baudRate}&parity=${bitsPerByte === 11 ? 'even' : 'none'}&rtscts=${rtscts}`;
}

/** A bench whose printer is connected. */
export async function connectedBench(options: BenchOptions = {}): Promise<PrinterBench> {
  const bench = makeBench(options);
  await settled(bench.clock, bench.printer.connect());
  return bench;
}

/** Moves the clock until the promise is settled, a minute of its time at most. */
export async function settled<T>(clock: SimulatedClock, promise: Promise<T>): Promise<T> {
  const state = { done: false };
  const watched = promise.finally(() => (state.done = true));
  watched.catch(() => undefined);
  for (let waited = 0; waited < 60_000 && !state.done; waited += 50) await clock.advance(50);
  if (!state.done) throw new Error('nothing settled within a minute of simulated time');
  return watched;
}
