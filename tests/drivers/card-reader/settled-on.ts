/** A promise's outcome in simulated time. */
import type { SimulatedClock } from '../../support/simulated-clock.ts';

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
