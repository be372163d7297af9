/**
 * Checks that the lock file can be installed on every platform: a package that this machine's registry doesn't serve is left out of
 * the lock silently, and `npm ci` then refuses elsewhere. Part of `npm test`.
 */
import { z } from 'zod';

const lockSchema = z.object({ packages: z.record(z.string(), z.object({ optionalDependencies: z.record(z.string(), z.string()).optional() })) });

/** @param text content of package-lock.json. @returns one line a missing entry; @throws when it is no lock file */
export function missingOptionalPackages(text: string): readonly string[] {
  const { packages } = lockSchema.parse(JSON.parse(text));
  return Object.entries(packages).flatMap(([holder, { optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !placesFor(holder, name).some((place) => place in packages))
      .map(([name, range]) => `${holder === '' ? 'the project' : holder}: ${name}@${range} has no entry`),
  );
}

/** Where Node would look for `name` from `holder`, innermost first. */
function placesFor(holder: string, name: string): readonly string[] {
  const inside = holder === '' ? `node_modules/${name}` : `${holder}/node_modules/${name}`;
  if (holder === '') return [inside];
  const at = holder.lastIndexOf('/node_modules/');
  return [inside, ...placesFor(at < 0 ? '' : holder.slice(0, at), name)];
}
