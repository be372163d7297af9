/**
 * How much of a load, and of the reading of a card before it, is software: the same load on virtual time with the software's CPU time charged to the clock and without, in turns.
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

const timesSchema = z.array(z.object({ charged: z.boolean(), tookMs: z.number(), cpuMs: z.number() })).length(LOADS);
type Times = z.infer<typeof timesSchema>;
const answerSchema = z.object({ loads: timesSchema, reads: timesSchema });

export async function measureLoad({ data }: Setting): Promise<readonly Figure[]> {
  const { loads, reads } = answerSchema.parse(await runVirtual('load-child.ts', { data, topUps: LOADS }));
  return [...sharesOf('load', loads), ...sharesOf('card', reads)];
}

function sharesOf(name: string, times: Times): readonly Figure[] {
  const warm = times.slice(WARM_UP);
  const took = (charged: boolean): readonly number[] => warm.filter((time) => time.charged === charged).map(({ tookMs }) => tookMs);
  const whole = median(took(true));
  const lines = median(took(false));
  return [
    { name: `${name}.software`, value: (100 * (whole - lines)) / whole, unit: '%', target: 5 },
    { name: `${name}.whole`, value: whole, unit: 'ms' },
    { name: `${name}.whole.p95`, value: percentile(took(true), 0.95), unit: 'ms' },
    { name: `${name}.lines`, value: lines, unit: 'ms' },
    { name: `${name}.cpu`, value: median(warm.map(({ cpuMs }) => cpuMs)), unit: 'ms' },
  ];
}
