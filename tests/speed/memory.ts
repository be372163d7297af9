/**
 * Resident memory of the terminal process after many top-ups, and how much of it came in their second half. The terminal runs whole, on
 * virtual time, in a process of its own together with the simulated cabinet, which counts against it.
 */
import { z } from 'zod';
import type { Figure, Setting } from './figure.ts';
import { median } from './statistics.ts';
import { runVirtual } from './virtual-process.ts';

const MB = 1_000_000;
const answerSchema = z.object({ resident: z.array(z.number()).min(40) });

export async function measureMemory({ data, topUps }: Setting): Promise<readonly Figure[]> {
  const { resident } = answerSchema.parse(await runVirtual('memory-child.ts', { data, topUps }));
  const end = quarterBefore(resident, 1);
  const middle = quarterBefore(resident, 0.5);
  return [
    { name: 'memory.rss', value: end / MB, unit: 'MB', target: 150 },
    { name: 'memory.growth', value: (100 * (end - middle)) / middle, unit: '%', target: 2 },
    { name: 'memory.rss.highest', value: Math.max(...resident) / MB, unit: 'MB' },
    { name: 'memory.rss.first', value: resident[0] === undefined ? 0 : resident[0] / MB, unit: 'MB' },
    { name: 'memory.topUps', value: resident.length, unit: '' },
  ];
}

/** The median of the quarter of all samples that ends at `share` of them: single samples differ by when garbage was last collected. */
function quarterBefore(samples: readonly number[], share: number): number {
  const end = Math.round(samples.length * share);
  return median(samples.slice(end - Math.round(samples.length / 4), end));
}
