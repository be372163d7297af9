/**
 * What the tests of the PC/SC reader need besides the packages: the service, a virtual reader for it, and the optional package
 * `smartcard`, which npm leaves out without a word when its build fails for lack of the service's headers. Brought where that is ours to
 * do (root on Debian); elsewhere those tests say that they were not run, and why. Used by `test.ts`.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { aptInstall, findProgram, mayInstall } from './needs.ts';
import { projectRoot, run } from './run-tool.ts';

export interface PcscParts {
  readonly service: boolean;
  readonly virtualReader: boolean;
  readonly headers: boolean;
  /** Compiler, make, Python and pkg-config, for node-gyp. */
  readonly buildTools: boolean;
  /** The package with its native file. */
  readonly binding: boolean;
}

export interface PcscRemedy {
  readonly debianPackages: readonly string[];
  readonly npmInstall: boolean;
}

/** Building takes some ten seconds, downloading its time. */
const INSTALL_LIMIT_MS = 300_000;

const BINDING = path.join('node_modules', 'smartcard', 'build', 'Release', 'smartcard_napi.node');
const lockSchema = z.object({ packages: z.object({ 'node_modules/smartcard': z.object({ version: z.string().regex(/^\d+\.\d+\.\d+$/) }) }) });

/** What brings the missing parts. Pure. */
export function pcscRemedy(parts: PcscParts): PcscRemedy {
  const lacking = (there: boolean, ...debianPackages: string[]): string[] => (there ? [] : debianPackages);
  return {
    debianPackages: [
      ...lacking(parts.service, 'pcscd', 'libpcsclite1'),
      ...lacking(parts.virtualReader, 'vsmartcard-vpcd'),
      ...lacking(parts.binding || parts.headers, 'libpcsclite-dev'),
      ...lacking(parts.binding || parts.buildTools, 'build-essential', 'pkg-config', 'python3'),
    ],
    npmInstall: !parts.binding,
  };
}

/** The version that the lock file holds. @throws {z.ZodError} when it holds none */
export function lockedBinding(lockText: string): string {
  return lockSchema.parse(JSON.parse(lockText)).packages['node_modules/smartcard'].version;
}

/** Never fails: what could not be brought is named by the tests that need it. */
export async function bringPcscParts(): Promise<void> {
  if (!mayInstall()) return;
  const { debianPackages, npmInstall } = pcscRemedy(partsHere());
  if (debianPackages.length > 0) await aptInstall(debianPackages);
  if (npmInstall) await installBinding();
}

function partsHere(): PcscParts {
  const program = (name: string): boolean => findProgram([name]) !== undefined;
  return {
    service: program('pcscd'),
    virtualReader: existsSync('/usr/lib/pcsc/drivers/serial/libifdvpcd.so'),
    headers: existsSync('/usr/include/PCSC/winscard.h'),
    buildTools: ['g++', 'make', 'python3', 'pkg-config'].every(program),
    binding: existsSync(path.join(projectRoot, BINDING)),
  };
}

/**
 * An optional package that npm dropped is not there to be rebuilt, and `npm ci` would take everything away first: it is installed by its
 * locked version, and neither package.json nor the lock file changes.
 */
async function installBinding(): Promise<void> {
  const wanted = `smartcard@${lockedBinding(readFileSync(path.join(projectRoot, 'package-lock.json'), 'utf8'))}`;
  process.stderr.write(`installing ${wanted} …\n`);
  const { code, output } = await run('npm', ['install', '--no-save', wanted], { limitMs: INSTALL_LIMIT_MS });
  if (code !== 0 || !existsSync(path.join(projectRoot, BINDING))) process.stderr.write(`${wanted} could not be installed:\n${output.slice(-2000)}\n`);
}
