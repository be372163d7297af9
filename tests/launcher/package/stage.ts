/**
 * The folder that a package is made from: the built application, what it loads at run time and nothing else of node_modules, the resources that
 * go along, the notices and the bill of materials. The same inputs give the same bytes. Used by `electron-app.ts`.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Flavor } from '../../../common/flavor.ts';
import { projectRoot } from '../run-tool.ts';
import { notices, shippedPackages } from './licences.ts';
import { billOfMaterials } from './sbom.ts';

/** What the bundles leave outside (bundles.ts, NATIVE; `smartcard` is loaded by its name). */
const ROOTS = ['better-sqlite3', 'serialport', 'node-hid', 'smartcard'] as const;
/** Not on every machine: built where PC/SC is. */
const OPTIONAL: readonly string[] = ['smartcard'];

/** Headers that native packages are compiled with; nothing loads them. */
const BUILD_ONLY: readonly string[] = ['node-addon-api'];

const packageSchema = z.object({
  name: z.string(),
  version: z.string(),
  dependencies: z.record(z.string(), z.string()).optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});

const projectSchema = z.object({ name: z.string(), version: z.string(), description: z.string(), author: z.string(), license: z.string() });

/** Name, version and the like of the product, from package.json. */
export const product = projectSchema.parse(JSON.parse(readFileSync(path.join(projectRoot, 'package.json'), 'utf8')));

/** By which a package is installed, started and found; the two stand beside one another. */
export interface Identity {
  readonly flavor: Flavor;
  /** Of the package and its program. */
  readonly name: string;
  readonly appId: string;
  readonly description: string;
}

export const identities: Readonly<Record<Flavor, Identity>> = {
  production: { flavor: 'production', name: product.name, appId: 'com.yikatong.kiosk', description: product.description },
  training: { flavor: 'training', name: 'yikatong-training', appId: 'com.yikatong.kiosk.training', description: `${product.description}, for training` },
};

/** electron-builder.yml for one flavor. @throws {Error} when the file no longer says what is to be replaced */
export function builderConfig(text: string, { flavor, name, appId }: Identity): string {
  if (flavor === 'production') return text;
  const changes = [
    ['appId: com.yikatong.kiosk\n', `appId: ${appId}\n`],
    ['productName: yikatong-kiosk\n', `productName: ${name}\n`],
    ['executableName: yikatong-kiosk\n', `executableName: ${name}\n`],
    ['synopsis: Self-service', 'synopsis: Training for the self-service'],
    ['      - config/example.json\n', '      - config/training.json\n'],
    // Started as a thread by its file.
    ['  - dist/main/journal-check.js\n', '  - dist/main/journal-check.js\n  - dist/main/training-upstream.js\n  - dist/main/training-world.js\n'],
  ] as const;
  return changes.reduce((changed, [from, to]) => {
    if (!changed.includes(from)) throw new Error(`electron-builder.yml has no ${JSON.stringify(from)}`);
    return changed.replace(from, to);
  }, text);
}

/** Folders of the packages that the bundles load at run time, relative to the project, in order; each found as Node would find it. */
export function runtimePackages(): readonly string[] {
  const found = new Set<string>();
  const visit = (name: string, holder: string): void => {
    if (BUILD_ONLY.includes(name)) return;
    const folder = folderOf(name, holder);
    if (folder === undefined) {
      if (OPTIONAL.includes(name)) return;
      throw new Error(`${name}, which ${holder === '' ? 'the terminal' : holder} loads, is not installed; run: npm ci`);
    }
    if (found.has(folder)) return;
    found.add(folder);
    const { dependencies = {}, optionalDependencies = {} } = packageSchema.parse(
      JSON.parse(readFileSync(path.join(projectRoot, folder, 'package.json'), 'utf8')),
    );
    for (const needed of Object.keys({ ...dependencies, ...optionalDependencies })) visit(needed, folder);
  };
  for (const name of ROOTS) visit(name, '');
  return [...found].sort();
}

/** Where Node would find `name` from `holder`, innermost first. */
function folderOf(name: string, holder: string): string | undefined {
  const inside = path.posix.join(holder, 'node_modules', name);
  if (existsSync(path.join(projectRoot, inside, 'package.json'))) return inside;
  if (holder === '') return undefined;
  const at = holder.lastIndexOf('/node_modules/');
  return folderOf(name, at < 0 ? '' : holder.slice(0, at));
}

/** Fills `stage` (made here). @param built folder that `buildApp` made */
export async function fillStage(stage: string, built: string, identity: Identity): Promise<void> {
  mkdirSync(stage, { recursive: true });
  cpSync(built, path.join(stage, 'dist'), { recursive: true, filter: (file) => path.basename(file) !== '.inputs' });
  for (const folder of runtimePackages())
    cpSync(path.join(projectRoot, folder), path.join(stage, folder), {
      recursive: true,
      dereference: true,
      // packages inside of it are visited by themselves
      filter: (file) => !path.relative(path.join(projectRoot, folder), file).split(path.sep).includes('node_modules'),
    });
  cpSync(path.join(projectRoot, 'resources'), path.join(stage, 'resources'), { recursive: true });
  writeFileSync(path.join(stage, 'electron-builder.yml'), builderConfig(readFileSync(path.join(projectRoot, 'electron-builder.yml'), 'utf8'), identity));
  writeFileSync(path.join(stage, 'package.json'), `${JSON.stringify(packageFile(identity), undefined, 2)}\n`);
  mkdirSync(path.join(stage, 'legal'), { recursive: true });
  writeFileSync(path.join(stage, 'legal', 'THIRD-PARTY.txt'), notices(shippedPackages()));
  writeFileSync(path.join(stage, 'legal', 'sbom.cdx.json'), await billOfMaterials());
}

function packageFile({ name, description }: Identity): object {
  const { version, author, license } = product;
  const versionOf = (folder: string): string => packageSchema.parse(JSON.parse(readFileSync(path.join(projectRoot, folder, 'package.json'), 'utf8'))).version;
  const roots = ROOTS.flatMap((root) => {
    const folder = folderOf(root, '');
    return folder === undefined ? [] : [[root, versionOf(folder)] as const];
  });
  return { name, version, description, author, license, private: true, type: 'module', main: 'dist/main/shell.js', dependencies: Object.fromEntries(roots) };
}
