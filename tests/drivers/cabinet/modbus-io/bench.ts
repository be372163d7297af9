/** An I/O board on a line in memory with the driver at the other end, for the tests of this folder. */
import { toHex } from '../../../../common/hex.ts';
import type { CabinetStatus } from '../../../../drivers/cabinet/cabinet-io.ts';
import { ModbusIoBoard } from '../../../../drivers/cabinet/modbus-io/device.ts';
import { modbusIoOptionsSchema } from '../../../../drivers/cabinet/modbus-io/options.ts';
import { SimulatedModbusIo, type ModbusIoWiring } from '../../../../drivers/cabinet/modbus-io/simulator.ts';
import { SimulatedClock } from '../../../support/simulated-clock.ts';
import { SimulatedLine } from '../../../support/simulated-line.ts';

export interface BoardBench {
  readonly clock: SimulatedClock;
  readonly unit: SimulatedModbusIo;
  readonly line: SimulatedLine;
  readonly board: ModbusIoBoard;
  readonly told: CabinetStatus[];
  readonly frames: string[];
  /** Everything that was sent, without CRC. */
  readonly requests: () => string[];
  /** Lets time pass until `promise` settles; fails when that takes longer than `limit` ms of the clock. */
  readonly within: <T>(promise: Promise<T>, limit?: number) => Promise<T>;
}

export function boardBench(options: Record<string, unknown> = {}, wiring: ModbusIoWiring = {}): BoardBench {
  const clock = new SimulatedClock();
  const unit = new SimulatedModbusIo(clock, wiring);
  const line = new SimulatedLine();
  unit.onSend((bytes) => line.fromUnit(bytes));
  line.attachUnit((bytes) => unit.receive(bytes));
  const board = new ModbusIoBoard(modbusIoOptionsSchema.parse(options), { transport: line, clock });
  const told: CabinetStatus[] = [];
  const frames: string[] = [];
  board.onEvent(({ status }) => void told.push(status));
  board.onFrame(({ direction, bytes }) => void frames.push(`${direction === 'toDevice' ? '>' : '<'} ${bytes}`));
  return {
    clock,
    unit,
    line,
    board,
    told,
    frames,
    requests: () => line.sent.map((bytes) => toHex(bytes.subarray(0, -2))),
    within: async (promise, limit = 5_000) => {
      const state = { settled: false };
      const watched = promise.finally(() => void (state.settled = true));
      watched.catch(() => {});
      for (let passed = 0; !state.settled && passed < limit; passed += 5) await clock.advance(5);
      if (!state.settled) throw new Error(`nothing happened in ${limit} ms`);
      return watched;
    },
  };
}

export async function connectedBoard(options: Record<string, unknown> = {}, wiring: ModbusIoWiring = {}): Promise<BoardBench> {
  const bench = boardBench(options, wiring);
  await bench.within(bench.board.connect());
  bench.told.length = 0;
  bench.frames.length = 0;
  bench.line.sent.length = 0;
  return bench;
}
