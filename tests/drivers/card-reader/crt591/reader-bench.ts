/**
 * A CRT-591 driver and a simulated unit on one simulated line and clock, with what tests need to see of both.
 */
import type { CardReaderEvent } from '../../../../drivers/card-reader/card-reader.ts';
import { Crt591Decoder, decodeText, type Crt591Command } from '../../../../drivers/card-reader/crt591/codec.ts';
import { Crt591Reader } from '../../../../drivers/card-reader/crt591/device.ts';
import { CRT591_M001, crt591OptionsSchema } from '../../../../drivers/card-reader/crt591/options.ts';
import { SimulatedCrt591, type SimulatedCrt591Options } from '../../../../drivers/card-reader/crt591/simulator.ts';
import type { SimulatedCard } from '../../../../drivers/card-reader/simulated-card.ts';
import { SimulatedClock } from '../../../support/simulated-clock.ts';
import { SimulatedLine } from '../../../support/simulated-line.ts';
import { settledOn } from '../settled-on.ts';

export interface ReaderBench {
  readonly clock: SimulatedClock;
  readonly line: SimulatedLine;
  readonly unit: SimulatedCrt591;
  readonly reader: Crt591Reader;
  readonly events: CardReaderEvent[];
  /** Advances the clock until `promise` settles; answers or throws as it does. */
  readonly settled: <T>(promise: Promise<T>) => Promise<T>;
  /** Names of the events so far without status changes. */
  readonly media: () => string[];
  /** Commands that went over the line since the last call, as `CM PM` in hexadecimal. */
  readonly commands: () => string[];
  /** Bytes from the unit pass through here; answer undefined to lose them. */
  onWire: (bytes: Uint8Array) => Uint8Array | undefined;
}

export interface BenchSetup {
  readonly unit?: SimulatedCrt591Options;
  readonly options?: Record<string, unknown>;
}

/** Nothing is connected yet. */
export function readerBench(setup: BenchSetup = {}): ReaderBench {
  const clock = new SimulatedClock();
  const line = new SimulatedLine();
  const unit = new SimulatedCrt591(clock, { stacker: 20, ...setup.unit });
  const reader = new Crt591Reader('CRT-591-M001', crt591OptionsSchema(CRT591_M001).parse(setup.options ?? {}), { transport: line, clock });
  const events: CardReaderEvent[] = [];
  reader.onEvent((event) => events.push(event));
  let seen = 0;
  const bench: ReaderBench = {
    clock,
    line,
    unit,
    reader,
    events,
    settled: (promise) => settledOn([clock], promise),
    media: () => events.filter((event) => event.type !== 'statusChanged').map((event) => event.type),
    commands: () => {
      const sent = line.sent.slice(seen);
      seen = line.sent.length;
      return sent.flatMap(commandsIn).map(({ cm, pm }) => Buffer.from([cm, pm]).toString('hex'));
    },
    onWire: (bytes) => bytes,
  };
  unit.onSend((bytes) => {
    const passed = bench.onWire(bytes);
    if (passed !== undefined) line.fromUnit(passed);
  });
  line.attachUnit((bytes) => unit.receive(bytes));
  return bench;
}

/** Connected, entry open, and `card` carried in, its insertion told. */
export async function withCardInside(card: SimulatedCard, setup: BenchSetup = {}): Promise<ReaderBench> {
  const bench = readerBench(setup);
  await bench.settled(bench.reader.connect());
  await bench.settled(bench.reader.setEntry(true));
  if (!bench.unit.insertCard(card)) throw new Error('the gate is shut');
  await bench.clock.advance(2_000);
  bench.commands();
  return bench;
}

/** The unit executes and acknowledges, but its answers to `cm` never arrive. */
export function loseAnswersTo(bench: { onWire: (bytes: Uint8Array) => Uint8Array | undefined }, cm: number): void {
  bench.onWire = (bytes) => (bytes[5] === cm ? undefined : bytes);
}

function commandsIn(bytes: Uint8Array): Crt591Command[] {
  return new Crt591Decoder().push(bytes).flatMap((token) => {
    const message = token.type === 'frame' ? decodeText(token.frame.text) : undefined;
    return message?.type === 'command' ? [message] : [];
  });
}
