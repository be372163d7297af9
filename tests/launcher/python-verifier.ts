/**
 * What the second verifier (resources/verifier) needs: Debian's Python with its package `cryptography`. Brought where that is ours to do (root on
 * Debian); elsewhere the tests that need it say that they were not run. Used by `test.ts` and tests/verifier.
 */
import { spawnSync } from 'node:child_process';
import { aptInstall, mayInstall, MissingNeed } from './needs.ts';

/** Debian's own, whatever other Python comes first on the PATH: python3-cryptography belongs to it. */
export const PYTHON = '/usr/bin/python3';

export function pythonVerifierRuns(): boolean {
  return spawnSync(PYTHON, ['-c', 'import cryptography']).status === 0;
}

/** Never fails: what could not be brought is named by the tests that need it. */
export async function bringPythonVerifier(): Promise<void> {
  if (!pythonVerifierRuns() && mayInstall()) await aptInstall(['python3', 'python3-cryptography']);
}

/** @throws {MissingNeed} with the command that helps */
export async function needPythonVerifier(): Promise<void> {
  await bringPythonVerifier();
  if (pythonVerifierRuns()) return;
  const sudo = process.getuid?.() === 0 ? '' : 'sudo ';
  throw new MissingNeed(`the second verifier needs Debian's Python with its cryptography package; run: ${sudo}apt-get install -y python3 python3-cryptography`);
}
