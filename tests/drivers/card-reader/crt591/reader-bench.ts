/**
 * A CRT-591 driver and a simulated unit on one simulated line and clock, with what tests need: cards that remember what was done to
 * them, and a promise's outcome in simulated time.
 */
import type { CardInterface, CardReaderEvent } from '../../../../drivers/card-reader/card-reader.ts';
import { Crt591Decoder, decodeText, type Crt591Command } from '../../../../drivers/card-reader/crt591/codec.ts';
import { Crt591Reader } from '../../../../drivers/card-reader/crt591/device.ts';
import { CRT591_M001, crt591OptionsSchema } from '../../../../drivers/card-reader/crt591/options.ts';
import { SimulatedCrt591, type SimulatedCrt591Options } from '../../../../drivers/card-reader/crt591/simulator.ts';
import type { SimulatedCard } from '../../../../drivers/card-reader/simulated-card.ts';
import { SimulatedClock } from '../../../support/simulated-clock.ts';
import { SimulatedLine } from '../../../support/simulated-line.ts';

/** An ISO 7816 card that counts what it executed. Its answer is 9000 after the APDU's own first byte. */
export class CountingCard implements SimulatedCard {
  interfaces: readonly CardInterface[] = ['contactless'];
  uid = Uint8Array.of(0x04, 0xa1, 0xb2, 0xc3);
  sak = 0x20;
  atqa = Uint8Array.of(0x00, 0x04);
  atqb?: Uint8Array;
  ats = Uint8Array.of(0x06, 0x75, 0x77, 0x81, 0x02, 0x80);
  atr = Uint8Array.of(0x3b, 0x6d, 0x00, 0x00, 0x80, 0x31, 0x80, 0x65, 0xb0, 0x89, 0x35, 0x01, 0xf1, 0x83, 0x00, 0x90, 0x00);
  readonly executed: string[] = [];
  powered: CardInterface | undefined;
  /** Executes, but its answer doesn't come out. */
  silent = false;

  powerOn(iface: CardInterface): Uint8Array {
    this.powered = iface;
    return iface === 'contact' ? this.atr : this.ats;
  }

  powerOff(): void {
    this.powered = undefined;
  }

  transmit(apdu: Uint8Array): Uint8Array | undefined {
    this.executed.push(Buffer.from(apdu).toString('hex'));
    return this.silent ? undefined : Uint8Array.of(apdu[0] ?? 0, 0x90, 0x00);
  }
}

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

/** Advances all `clocks` together until `promise` settles; answers or throws as it does. */
export async function settledOn<T>(clocks: readonly SimulatedClock[], promise: Promise<T>): Promise<T> {
  const state = { settled: false };
  const settle = (): void => {
    state.settled = true;
  };
  promise.then(settle, settle);
  for (let waited = 0; !state.settled; waited += 25) {
    if (waited > 120_000) throw new Error('still not settled after two minutes of the simulated clock');
    await Promise.all(clocks.map((clock) => clock.advance(25)));
  }
  return promise;
}

function commandsIn(bytes: Uint8Array): Crt591Command[] {
  return new Crt591Decoder().push(bytes).flatMap((token) => {
    const message = token.type === 'frame' ? decodeText(token.frame.text) : undefined;
    return message?.type === 'command' ? [message] : [];
  });
}
