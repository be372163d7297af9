/**
 * How much of a load is software: the same load on virtual time with the software's CPU time charged to the clock and without, in turns.
 * The difference is what software adds between the lines' bytes, the units' own times and the disk; work beside the load, done while a
 * byte is on its way, adds nothing, as in the world.
 */
import { z } from 'zod';
import type { Figure, Setting } from './figure.ts';
import { median, percentile } from './statistics.ts';
import { runVirtual } from './virtual-process.ts';

/** Half of them charged. */
const LOADS = 240;
const WARM_UP = 40;

const answerSchema = z.object({ loads: z.array(z.object({ charged: z.boolean(), tookMs: z.number(), cpuMs: z.number() })).length(LOADS) });

export async function measureLoad({ data }: Setting): Promise<readonly Figure[]> {
  const { loads } = answerSchema.parse(await runVirtual('load-child.ts', { data, topUps: LOADS }));
  const warm = loads.slice(WARM_UP);
  const took = (charged: boolean): readonly number[] => warm.filter((load) => load.charged === charged).map(({ tookMs }) => tookMs);
  const whole = median(took(true));
  const lines = median(took(false));
  return [
    { name: 'load.software', value: (100 * (whole - lines)) / whole, unit: '%', target: 5 },
    { name: 'load.whole', value: whole, unit: 'ms' },
    { name: 'load.whole.p95', value: percentile(took(true), 0.95), unit: 'ms' },
    { name: 'load.lines', value: lines, unit: 'ms' },
    { name: 'load.cpu', value: median(warm.map(({ cpuMs }) => cpuMs)), unit: 'ms' },
  ];
}
