/**
 * Child of day.ts: the terminal at its first screen with all seven devices, nobody comes. Prints what the process holds every quarter of an
 * hour of its time, after garbage was collected; what it holds is counted after as much time again, when its code is compiled.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { keepHeapSmall } from '../../main/terminal/small-heap.ts';
import { cpuMs } from '../support/virtual-clock.ts';
import type { ChildSetting } from './virtual-process.ts';
import { VirtualTerminal } from './virtual-terminal.ts';

const QUARTER_HOUR_MS = 900_000;

keepHeapSmall();
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const { hours, ...options } = JSON.parse(process.argv[2] ?? '') as ChildSetting<{ readonly hours: number }>;
const terminal = await VirtualTerminal.start({ ...options, allDevices: true });
await terminal.idle(hours * 4 * QUARTER_HOUR_MS);
const samples: { readonly held: number; readonly handles: number; readonly timers: number; readonly listeners: number }[] = [];
const cpu = cpuMs();
for (let quarter = 0; quarter < hours * 4; quarter += 1) {
  await terminal.idle(QUARTER_HOUR_MS);
  // Twice: what the first one ends is collected by the second.
  collectGarbage();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  samples.push({
    held: heapUsed + external,
    handles: process.getActiveResourcesInfo().length,
    timers: terminal.clock.pending,
    listeners: terminal.listeners,
  });
}
const cpuTaken = cpuMs() - cpu;
await terminal.stop();
process.stdout.write(JSON.stringify({ samples, cpuMs: cpuTaken, left: { timers: terminal.clock.pending } }));
