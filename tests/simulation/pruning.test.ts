/** Entries leave while people come and faults strike: the oracles find of every story, every fen and every number what they always find. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { faultKinds } from './faults.ts';
import { flows, PRUNED_ALL_DAY, runSeed, type FlowName } from './run-seed.ts';

const disk = mkdtempSync(path.join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'pruning-'));
afterAll(() => rmSync(disk, { recursive: true, force: true }));

const SEEDS = ['1', '2', '3', '4', '5', '6'];

test('a journal that is pruned all day: no money is lost, invented or counted twice, and the uplink goes on', { timeout: 480_000 }, async () => {
  let cuts = 0;
  for (const seed of SEEDS) {
    const { violations } = await runSeed({
      seed: `pruned ${seed}`,
      sessions: 6,
      flows: Object.keys(flows) as FlowName[],
      kinds: faultKinds,
      disk,
      pruning: PRUNED_ALL_DAY,
      onEvent: ({ what }) => (cuts += what === 'pruned' ? 1 : 0),
    });
    expect(violations, `seed pruned ${seed}`).toEqual([]);
  }
  expect(cuts).toBeGreaterThan(0);
});
