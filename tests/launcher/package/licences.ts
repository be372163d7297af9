/**
 * Under which licences everything of others stands: what goes into a package may carry these alone, what only builds and tests it a few more.
 * Read from the lock file, so that it holds for every platform. Part of `npm test`; `npm run licences` prints the list.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { projectRoot } from '../run-tool.ts';

/** SPDX. Give notice and do as you like; OFL-1.1 is of the fonts, BlueOak-1.0.0 of what tuf-js matches paths with. */
export const SHIPPED: readonly string[] = ['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'OFL-1.1', 'X11', 'BlueOak-1.0.0'];

/** Of tools and of the fleet's server, which are run and not handed on. MPL-2.0: by files, and none of those is changed. */
export const USED: readonly string[] = [...SHIPPED, 'MPL-2.0', 'Python-2.0', 'Unlicense', 'CC0-1.0', 'CC-BY-3.0', 'WTFPL'];

export interface LockedPackage {
  /** Relative to the project: `node_modules/x`. */
  readonly folder: string;
  readonly version: string;
  /** SPDX expression as the package states it; `undefined` where it states none. */
  readonly licence: string | undefined;
  /** Whether it is for building and testing only. */
  readonly development: boolean;
}

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({ version: z.string().optional(), license: z.string().optional(), dev: z.boolean().optional(), devOptional: z.boolean().optional() }),
  ),
});

/** @param text content of package-lock.json @throws when it is no lock file */
export function lockedPackages(text: string): readonly LockedPackage[] {
  return Object.entries(lockSchema.parse(JSON.parse(text)).packages)
    .filter(([folder]) => folder !== '')
    .map(([folder, { version = '', license, dev, devOptional }]) => ({ folder, version, licence: license, development: dev === true || devOptional === true }));
}

/** @returns one line a package that may not be used as it is */
export function licenceProblems(packages: readonly LockedPackage[]): readonly string[] {
  return packages.flatMap(({ folder, version, licence, development }) => {
    if (licence === undefined) return [`${folder}@${version} states no licence`];
    return satisfied(licence, development ? USED : SHIPPED) ? [] : [`${folder}@${version} stands under ${licence}, which is not on the list`];
  });
}

/** An SPDX expression: of `OR` one part must be allowed, of `AND` each. */
export function satisfied(expression: string, allowed: readonly string[]): boolean {
  const bare = expression.trim().replace(/^\((.*)\)$/, '$1');
  if (bare.includes(' OR ')) return bare.split(' OR ').some((part) => satisfied(part, allowed));
  if (bare.includes(' AND ')) return bare.split(' AND ').every((part) => satisfied(part, allowed));
  return allowed.includes(bare);
}

/** What goes into a package, the native parts of other platforms left out: packages that are installed here. */
export function shippedPackages(): readonly LockedPackage[] {
  return lockedPackages(readFileSync(path.join(projectRoot, 'package-lock.json'), 'utf8')).filter(
    ({ folder, development }) => !development && existsSync(path.join(projectRoot, folder, 'package.json')),
  );
}

/** The licence texts of `packages`, as they ask to be handed on. */
export function notices(packages: readonly LockedPackage[]): string {
  return packages
    .map(({ folder, version, licence }) => {
      const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
      const here = path.join(projectRoot, folder);
      const texts = readdirSync(here)
        .filter((file) => /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i.test(file))
        .sort()
        .map((file) => readFileSync(path.join(here, file), 'utf8').trim());
      return [`${name} ${version} (${licence ?? 'no licence stated'})`, ...texts].join('\n\n');
    })
    .join(`\n\n${'-'.repeat(78)}\n\n`)
    .concat('\n');
}

if (import.meta.main) {
  const packages = lockedPackages(readFileSync(path.join(projectRoot, 'package-lock.json'), 'utf8'));
  const count = new Map<string, number>();
  for (const { licence = 'none stated', development } of packages) {
    const line = `${development ? 'used   ' : 'shipped'}  ${licence}`;
    count.set(line, (count.get(line) ?? 0) + 1);
  }
  for (const [line, packagesWithIt] of [...count].sort(([one], [other]) => one.localeCompare(other))) process.stdout.write(`${line}: ${packagesWithIt}\n`);
  const problems = licenceProblems(packages);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
