/** A SAM module on a line in memory with the driver at the other end, for the tests of this folder. */
import type { IdReaderEvent } from '../../../../drivers/id-reader/id-reader.ts';
import { SamReader } from '../../../../drivers/id-reader/sam/device.ts';
import { samOptionsSchema } from '../../../../drivers/id-reader/sam/options.ts';
import { SimulatedSam } from '../../../../drivers/id-reader/sam/simulator.ts';
import { toHex } from '../../../../common/hex.ts';
import { SimulatedClock } from '../../../support/simulated-clock.ts';
import { SimulatedLine } from '../../../support/simulated-line.ts';

export interface SamBench {
  readonly clock: SimulatedClock;
  readonly unit: SimulatedSam;
  readonly line: SimulatedLine;
  readonly reader: SamReader;
  /** The device's health as it was told, in order. */
  readonly told: string[];
  readonly frames: string[];
  /** CMD PARA of everything that was sent. */
  readonly commands: () => string[];
  /** Lets time pass until `promise` settles; fails when that takes longer than `limit` ms of the clock. */
  readonly within: <T>(promise: Promise<T>, limit?: number) => Promise<T>;
}

export function samBench(options: Record<string, unknown> = {}): SamBench {
  const clock = new SimulatedClock();
  const unit = new SimulatedSam(clock);
  const line = new SimulatedLine();
  unit.onSend((bytes) => line.fromUnit(bytes));
  line.attachUnit((bytes) => unit.receive(bytes));
  const reader = new SamReader(samOptionsSchema.parse(options), { transport: line, clock });
  const told: string[] = [];
  const frames: string[] = [];
  reader.onEvent((event: IdReaderEvent) => void told.push(event.status.device));
  reader.onFrame(({ direction, bytes }) => void frames.push(`${direction === 'toDevice' ? '>' : '<'} ${bytes}`));
  return {
    clock,
    unit,
    line,
    reader,
    told,
    frames,
    commands: () => line.sent.map((bytes) => toHex(bytes.subarray(7, 9))),
    within: async (promise, limit = 6_000) => {
      const state = { settled: false };
      const watched = promise.finally(() => void (state.settled = true));
      watched.catch(() => {});
      for (let passed = 0; !state.settled && passed < limit; passed += 20) await clock.advance(20);
      if (!state.settled) throw new Error(`nothing happened in ${limit} ms`);
      return watched;
    },
  };
}

export async function connectedSam(options: Record<string, unknown> = {}): Promise<SamBench> {
  const bench = samBench(options);
  await bench.within(bench.reader.connect());
  bench.told.length = 0;
  bench.frames.length = 0;
  bench.line.sent.length = 0;
  return bench;
}
