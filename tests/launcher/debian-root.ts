/**
 * A fresh Debian for the test that installs the package: debootstrap's, kept as an archive, so that it is fetched once. Made where that is ours to do
 * (root on Debian); elsewhere the test says that it was not run. Used by `test.ts` and tests/launcher/package/install.test.ts.
 */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { findProgram, mayInstall, MissingNeed, needProgram } from './needs.ts';
import { projectRoot, run } from './run-tool.ts';

/** Of the distribution, and everything that the package and its linting need: nothing is fetched while a test runs. */
const SUITE = 'bookworm';
const INCLUDED = ['systemd', 'systemd-sysv', 'udev', 'libstdc++6', 'fonts-wqy-microhei', 'apparmor', 'usbguard', 'util-linux'];

export const DEBIAN_ROOT = path.join(projectRoot, 'out', 'debian-root', `${SUITE}.tar`);

/** Never rejects: the test says what is missing. */
export async function bringDebianRoot(): Promise<void> {
  if (existsSync(DEBIAN_ROOT) || !mayInstall()) return;
  try {
    await needProgram(['debootstrap'], 'debootstrap');
  } catch (error) {
    if (!(error instanceof MissingNeed)) throw error;
    return;
  }
  process.stderr.write(`fetching a fresh Debian (${SUITE}) …\n`);
  mkdirSync(path.dirname(DEBIAN_ROOT), { recursive: true });
  const work = mkdtempSync(path.join(path.dirname(DEBIAN_ROOT), 'new-'));
  try {
    const root = path.join(work, 'root');
    const made = await run('debootstrap', ['--variant=minbase', `--include=${INCLUDED.join(',')}`, SUITE, root], { limitMs: 600_000 });
    if (made.code !== 0) return;
    const fresh = path.join(work, 'root.tar');
    const packed = await run('tar', ['--create', '--file', fresh, '--directory', root, '--exclude=./var/cache/apt/archives/*.deb', '.'], { limitMs: 120_000 });
    if (packed.code === 0) renameSync(fresh, DEBIAN_ROOT);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Why the test can't be run here; `undefined` when it can. */
export function whyNoDebianRoot(): string | undefined {
  if (process.getuid?.() !== 0) return 'not run: only root can install a package into a root of its own';
  if (findProgram(['dpkg-deb', 'dpkg']) === undefined) return 'not run: dpkg is not on this machine';
  return existsSync(DEBIAN_ROOT) ? undefined : `not run: no fresh Debian in ${path.relative(projectRoot, DEBIAN_ROOT)}; debootstrap could not make it`;
}
