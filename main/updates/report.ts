/** How an update stands, out of what this process does and what the launcher wrote down: for the technician's screen and for upstream. Pure. */
import type { UpdateReport } from '../../common/upstream-api/updates.ts';
import type { LauncherState } from './installer.ts';
import { isRelease } from './outcomes.ts';
import type { UpdateStatus } from './updates.ts';

export interface UpdateStanding {
  readonly report: UpdateReport;
  /** Of trouble, for a technician. */
  readonly message?: string;
}

/** Bytes in steps: a state is told when it changed, and the last bytes change all the time. */
const STEP = 1024 * 1024;

/** @param status undefined: none come by the network @param launched undefined: the launcher wrote nothing yet */
export function standingOf(status: UpdateStatus | undefined, launched: LauncherState | undefined): UpdateStanding {
  const runs = launched !== undefined && isRelease(launched.slot) ? launched.slot : undefined;
  const last = launched?.failed.at(-1);
  const rolledBack = last === undefined || last === runs ? {} : { rolledBack: last };
  const { message, ...told } = now(status, runs, launched?.proven !== false);
  return { report: { ...told, ...rolledBack }, ...(message === undefined ? {} : { message }) };
}

function now(status: UpdateStatus | undefined, runs: string | undefined, proven: boolean): Omit<UpdateReport, 'rolledBack'> & { readonly message?: string } {
  const present = runs === undefined ? {} : { release: runs };
  switch (status?.state) {
    case undefined:
    case 'upToDate':
      return { state: proven ? 'confirmed' : 'onTrial', ...present };
    case 'checking':
      return proven ? { state: 'checking' } : { state: 'onTrial', ...present };
    case 'fetching':
      return { state: 'fetching', release: status.slot, done: Math.floor(status.done / STEP) * STEP, total: status.total };
    case 'verified':
      return { state: 'verified', release: status.slot };
    case 'waiting':
      return { state: 'waiting', release: status.slot, waitsFor: [...status.obstacles] };
    case 'handedOver':
      return { state: 'swapping', release: status.slot };
    case 'trouble':
      return { state: 'trouble', why: status.code, ...(status.slot === undefined ? {} : { release: status.slot }), message: status.message };
  }
}
