/** The example-model in the situations of its class, in this process. */
import { test } from 'vitest';
import { KeypadBench, keypadSituations } from '../../../../drivers/keypad/keypad-situations.ts';
import { SimulatedClock } from '../../../../support/simulated-clock.ts';
import { SimulatedLine } from '../../../../support/simulated-line.ts';
import { exampleOptionsSchema } from '../shared/options.ts';
import { Example } from './device.ts';
import { SimulatedExample } from './simulator.ts';

function makeBench(): KeypadBench {
  const clock = new SimulatedClock();
  const line = new SimulatedLine();
  const unit = new SimulatedExample(clock);
  line.attachUnit((bytes) => unit.receive(bytes));
  unit.onSend((bytes) => line.fromUnit(bytes));
  const until = async (what: string, done: () => boolean): Promise<void> => {
    for (let waited = 0; !done(); waited += 25) {
      if (waited > 60_000) throw new Error(`after a minute still not: ${what}`);
      await clock.advance(25);
    }
  };
  return new KeypadBench({
    unit,
    keypad: new Example(exampleOptionsSchema.parse({}), { transport: line, clock }),
    until,
    pass: (ms) => clock.advance(ms),
    settled: async (promise) => {
      const state = { settled: false };
      const settle = (): void => void (state.settled = true);
      promise.then(settle, settle);
      await until('it has settled', () => state.settled);
      return promise;
    },
    unplug: async () => line.unplug(),
    plug: async () => line.plug(),
  });
}

test.for(keypadSituations)('example-model in this process: $title', async (situation) => {
  const bench = makeBench();
  try {
    await situation.run(bench);
  } finally {
    await bench.keypad.close();
  }
});
