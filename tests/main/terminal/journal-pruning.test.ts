import { expect, onTestFinished, test } from 'vitest';
import { JournalError } from '../../../main/journal/journal-error.ts';
import type { PruneOutcome } from '../../../main/journal/pruning.ts';
import { FIRST_LOOK_MS, JournalPruning, LOOK_EVERY_MS, STEP_EVERY_MS, type JournalPruningOptions } from '../../../main/terminal/journal-pruning.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

interface Bench {
  readonly clock: SimulatedClock;
  readonly world: { idle: boolean; steps: number; cuts: number; troubles: number };
  readonly pruning: JournalPruning;
}

/** @param outcomes of one cut after the other, each of three steps; then there is nothing to cut */
function bench(outcomes: (Exclude<PruneOutcome, undefined> | Error)[], times: Pick<JournalPruningOptions, 'firstLookMs' | 'everyMs'> = {}): Bench {
  const clock = new SimulatedClock();
  const world = { idle: true, steps: 0, cuts: 0, troubles: 0 };
  const pruning = new JournalPruning({
    clock,
    ...times,
    idle: () => world.idle,
    onTrouble: () => (world.troubles += 1),
    cut: function* () {
      world.cuts += 1;
      const outcome = outcomes.shift();
      const due = outcome === undefined ? 0 : 3;
      for (let step = 0; step < due; step += 1) {
        world.steps += 1;
        yield undefined;
      }
      if (outcome instanceof Error) throw outcome;
      return outcome;
    },
  });
  onTestFinished(() => pruning.stop());
  return { clock, world, pruning };
}

const CUT = { upToSeq: 256, entries: 256, kept: 0 };

test('looks some minutes after the start and every hour, and goes on step by step until nothing is left', async () => {
  const { clock, world } = bench([CUT, CUT]);
  await clock.advance(FIRST_LOOK_MS - 1);
  expect(world.steps).toBe(0);
  await clock.advance(1);
  expect(world.steps).toBe(1);
  await clock.advance(STEP_EVERY_MS);
  expect(world.steps).toBe(2);
  await clock.advance(10 * STEP_EVERY_MS);
  expect(world).toEqual({ idle: true, steps: 6, cuts: 3, troubles: 0 });
  await clock.advance(2 * LOOK_EVERY_MS);
  expect(world.cuts).toBe(5);
});

test('looks as soon and as often as it is told, also after trouble', async () => {
  const { clock, world } = bench([new Error('busy')], { firstLookMs: 5000, everyMs: 10_000 });
  await clock.advance(5000 + 3 * STEP_EVERY_MS);
  expect(world).toEqual({ idle: true, steps: 3, cuts: 1, troubles: 1 });
  await clock.advance(10_000);
  expect(world.cuts).toBe(2);
  await clock.advance(10_000);
  expect(world.cuts).toBe(3);
});

test('takes no step while somebody is served, and goes on where it stood', async () => {
  const { clock, world } = bench([CUT]);
  await clock.advance(FIRST_LOOK_MS);
  world.idle = false;
  await clock.advance(LOOK_EVERY_MS);
  expect(world.steps).toBe(1);
  world.idle = true;
  await clock.advance(60_000);
  expect(world).toMatchObject({ steps: 3, cuts: 2 });
});

test('that was disturbed waits a minute: an announcement for nothing costs an entry', async () => {
  const { clock, world } = bench(['disturbed', CUT]);
  await clock.advance(FIRST_LOOK_MS + 10 * STEP_EVERY_MS);
  expect(world.cuts).toBe(1);
  await clock.advance(60_000 + 10 * STEP_EVERY_MS);
  expect(world.cuts).toBe(3);
});

test('that fails says so and looks again after an hour; a stopped one never does', async () => {
  const { clock, world, pruning } = bench([new JournalError('full', 'no space'), CUT]);
  await clock.advance(FIRST_LOOK_MS + 10 * STEP_EVERY_MS);
  expect(world).toMatchObject({ cuts: 1, troubles: 1 });
  await clock.advance(LOOK_EVERY_MS + 10 * STEP_EVERY_MS);
  expect(world).toMatchObject({ cuts: 3, troubles: 1 });
  pruning.stop();
  await clock.advance(3 * LOOK_EVERY_MS);
  expect(world.cuts).toBe(3);
});
