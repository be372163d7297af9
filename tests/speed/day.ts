/**
 * A day at the first screen: all seven devices are polled on lines of real speed in virtual time, nobody comes. What the process holds in
 * the last quarter of the day beside the first: memory that lives, handles of the system, timers, listeners on the lines.
 */
import { z } from 'zod';
import type { Figure, Setting } from './figure.ts';
import { median } from './statistics.ts';
import { runVirtual } from './virtual-process.ts';

const KB = 1000;
const count = z.int().min(0);
const sampleSchema = z.object({ held: count, handles: count, timers: count, listeners: count });
type Sample = z.infer<typeof sampleSchema>;
const answerSchema = z.object({ samples: z.array(sampleSchema).min(8), cpuMs: z.number(), left: z.object({ timers: count }) });

export async function measureDay({ data, hours }: Setting): Promise<readonly Figure[]> {
  const { samples, cpuMs, left } = answerSchema.parse(await runVirtual('day-child.ts', { data, hours }));
  const quarter = Math.floor(samples.length / 4);
  const first = samples.slice(0, quarter);
  const last = samples.slice(-quarter);
  const held = { before: median(first.map(heldOf)), after: median(last.map(heldOf)) };
  // The least of each: what is under way at the moment of a sample is no growth.
  const handles = { before: Math.min(...first.map(handlesOf)), after: Math.min(...last.map(handlesOf)) };
  return [
    { name: 'day.memory', value: (100 * (held.after - held.before)) / held.before, unit: '%', target: 1 },
    { name: 'day.memory.grown', value: (held.after - held.before) / KB, unit: 'kB' },
    { name: 'day.handles', value: handles.after - handles.before, unit: '', target: 0 },
    { name: 'day.handles.last', value: handles.after, unit: '' },
    { name: 'day.timers.left', value: left.timers, unit: '', target: 0 },
    { name: 'day.cpu', value: cpuMs / (hours * 3600 * 10), unit: '%' },
    { name: 'day.hours', value: hours, unit: '' },
  ];
}

function heldOf({ held }: Sample): number {
  return held;
}

function handlesOf({ handles, timers, listeners }: Sample): number {
  return handles + timers + listeners;
}
