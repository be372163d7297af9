/** The machine that a run's figures come from: without it they say nothing. Heads the output of bench.ts. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  /** Bytes. */
  readonly memory: number;
  /** 1-minute load average when the run began: other work on the machine makes every absolute figure worse. */
  readonly load: number;
  readonly system: string;
  /** File system and device of the data folder. */
  readonly disk: string;
  readonly node: string;
}

export function describeMachine(data: string): Machine {
  const cpus = os.cpus();
  return {
    cores: os.availableParallelism(),
    cpu: cpus[0]?.model ?? 'unknown',
    memory: os.totalmem(),
    load: os.loadavg()[0] ?? 0,
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    disk: diskOf(data),
    node: process.version,
  };
}

export function machineLines(machine: Machine): string {
  const { cores, cpu, memory, load, system, disk, node } = machine;
  return [
    `machine: ${cores} cores (${cpu}), ${(memory / 2 ** 30).toFixed(1)} GiB, ${system}, load ${load.toFixed(1)} at the start`,
    `disk of the data folder: ${disk}`,
    `node: ${node}`,
  ].join('\n');
}

/** Found by the longest mount point that holds `folder`; elsewhere than on Linux only the folder is told. */
function diskOf(folder: string): string {
  const mounts = '/proc/self/mounts';
  if (!existsSync(mounts)) return path.parse(folder).root;
  const device = statSync(folder).dev;
  const found = readFileSync(mounts, 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, point]) => point !== undefined && holds(point, folder) && statSync(point).dev === device)
    .sort(([, left = ''], [, right = '']) => right.length - left.length)[0];
  return found === undefined ? 'unknown' : `${found[2] ?? ''} on ${found[0] ?? ''}`;
}

function holds(point: string, folder: string): boolean {
  return point === '/' || folder === point || folder.startsWith(`${point}/`);
}
