/** A process and its children by Linux's own books: what they cost, and whether they are there. Used by the load. */
import { readdirSync, readFileSync } from 'node:fs';

/** User and system time, ms: of the process, its children that ended, and its children that live. */
export function cpuMsOf(pid: number): number {
  return [pid, ...childrenOf(pid)].reduce((sum, each) => sum + ownCpuMs(each), 0);
}

export function childrenOf(pid: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(Number(name)) === pid)
    .map(Number);
}

/** One that has ended and that nobody has asked for runs no more. */
export function isRunning(pid: number): boolean {
  const state = statOf(pid)?.[0];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

/** proc(5), /proc/PID/stat from field 3 on; `undefined` when it has ended. */
function statOf(pid: number): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function parentOf(pid: number): number | undefined {
  return Number(statOf(pid)?.[1]);
}

/** Fields 14 to 17, in hundredths of a second on every Linux: own time, and that of children that were waited for. */
function ownCpuMs(pid: number): number {
  const fields = statOf(pid)?.slice(11, 15) ?? [];
  return fields.reduce((sum, ticks) => sum + Number(ticks), 0) * 10;
}
