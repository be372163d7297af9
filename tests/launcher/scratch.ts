/** Where tests put what they throw away: in memory where there is room for it, since thousands of their commits wait for a disk that proves nothing to them. */
import { accessSync, constants, readFileSync, statfsSync } from 'node:fs';

const MEMORY = '/dev/shm';
/** statfs(2), linux/magic.h. */
const TMPFS_MAGIC = 0x01021994;
/** Several times what all tests hold at once. */
const NEEDED_BYTES = 4 * 1024 ** 3;

/** For a suite's environment; empty: the system's own folder it is. @param mounts as /proc/self/mounts lists them: tests run programs that they write */
export function scratchEnv(folder = MEMORY, mounts = '/proc/self/mounts'): { readonly TMPDIR?: string } {
  try {
    accessSync(folder, constants.W_OK);
    const { type, bavail, bsize } = statfsSync(folder);
    const fits = type === TMPFS_MAGIC && bavail * bsize >= NEEDED_BYTES && !forbidsPrograms(folder, readFileSync(mounts, 'utf8'));
    return fits ? { TMPDIR: folder } : {};
  } catch {
    return {};
  }
}

/** The last mount on a folder is the one that is seen. Columns of proc_pid_mounts(5): device, folder, type, options. */
function forbidsPrograms(folder: string, mounts: string): boolean {
  const options = mounts
    .split('\n')
    .map((line) => line.split(' '))
    .findLast(([, where]) => where === folder)?.[3];
  return options === undefined || options.split(',').includes('noexec');
}
