/**
 * What the machine must have beyond the packages: found on the PATH, else installed where that is ours to do (root on Debian), else an
 * error that names the one command that helps. Used by `host.ts`, `pcsc-parts.ts`, `python-verifier.ts` and `test.ts`.
 */
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import { run } from './run-tool.ts';

/** The machine lacks something a person must put there; ends the program with status 2 and the message. */
export class MissingNeed extends Error {
  override readonly name = 'MissingNeed';
}

/** The first of `names` on the PATH; an absolute name counts when it is there. */
export function findProgram(names: readonly string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const candidates = names.flatMap((name) => (path.isAbsolute(name) ? [name] : folders.map((folder) => path.join(folder, name))));
  return candidates.find(isExecutable);
}

/** @param names what the program may be called; @param debianPackage what brings it. @throws {MissingNeed} */
export async function needProgram(names: readonly string[], debianPackage: string): Promise<string> {
  const found = findProgram(names);
  if (found !== undefined) return found;
  if (mayInstall()) {
    await aptInstall([debianPackage]);
    const installed = findProgram(names);
    if (installed !== undefined) return installed;
  }
  const sudo = process.getuid?.() === 0 ? '' : 'sudo ';
  throw new MissingNeed(
    `${names.find((name) => !path.isAbsolute(name)) ?? debianPackage} is not on this machine; run: ${sudo}apt-get install -y ${debianPackage}`,
  );
}

export function mayInstall(): boolean {
  return existsSync('/etc/debian_version') && process.getuid?.() === 0;
}

/** What went wrong shows in what is missing afterwards. */
export async function aptInstall(debianPackages: readonly string[]): Promise<void> {
  process.stderr.write(`installing ${debianPackages.join(' ')} …\n`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update'], { env });
  await run('apt-get', ['install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300', ...debianPackages], { env });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
