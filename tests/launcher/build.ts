/**
 * Builds the application, and the operators' console: all bundles into a fresh folder that then takes the place of the old one; nothing is
 * done when no input changed. `npm run build` does both; building the application is the first step of everything that starts the terminal.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build, type InlineConfig } from 'vite';
import type { Flavor } from '../../common/flavor.ts';
import { bundles, consoleBundle, type AppParts } from './bundles.ts';
import { projectRoot } from './run-tool.ts';

export const productParts: AppParts = {
  flavor: 'production',
  outDir: path.join(projectRoot, 'dist'),
  terminalEntry: path.join(projectRoot, 'main', 'terminal', 'main.ts'),
  pageRoot: path.join(projectRoot, 'renderer'),
};

/** The training package: the same with simulators, an upstream of its own, and a mark on everything. No bench window. */
export const trainingParts: AppParts = { ...productParts, flavor: 'training', outDir: path.join(projectRoot, 'out', 'training-app') };

export const partsOf: Readonly<Record<Flavor, AppParts>> = { production: productParts, training: trainingParts };

/** Whatever may end up in a bundle or decides how it is made. */
const INPUTS = ['common', 'drivers', 'state-machines', 'main', 'renderer', 'resources', 'package-lock.json', 'tests/launcher/bundles.ts'];

/** And in the training package alone: its upstream. */
const TRAINING_INPUTS = ['fleet/server', 'fleet/bus', 'fleet/console-api'];

/** Whatever may end up in the console. */
const CONSOLE_INPUTS = ['common', 'fleet/console', 'fleet/console-api', 'resources/locales', 'package-lock.json', 'tests/launcher/bundles.ts'];

/** Where the fleet's server finds the console (fleet/README.md). */
export const CONSOLE_FOLDER = path.join(projectRoot, 'out', 'console');

type Built = 'built' | 'unchanged';

/** @returns whether anything was built. @throws what the bundler says */
export async function buildApp(parts: AppParts = productParts): Promise<Built> {
  const own = parts.flavor === 'training' ? [...INPUTS, ...TRAINING_INPUTS] : INPUTS;
  const inputs = [...own.map((input) => path.join(projectRoot, input)), parts.terminalEntry, parts.pageRoot];
  return buildInto(parts.outDir, inputs, (outDir) => bundles({ ...parts, outDir }));
}

/** @returns whether anything was built. @throws what the bundler says */
export async function buildConsole(): Promise<Built> {
  const inputs = CONSOLE_INPUTS.map((input) => path.join(projectRoot, input));
  return buildInto(CONSOLE_FOLDER, inputs, (outDir) => [consoleBundle(outDir)]);
}

async function buildInto(outDir: string, inputs: readonly string[], bundlesIn: (folder: string) => readonly InlineConfig[]): Promise<Built> {
  const hash = hashInputs(inputs);
  const stamp = path.join(outDir, '.inputs');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return 'unchanged';
  const fresh = `${outDir}.${process.pid}`;
  try {
    await Promise.all(bundlesIn(fresh).map((bundle) => build(bundle)));
    writeFileSync(path.join(fresh, '.inputs'), hash);
    rmSync(outDir, { recursive: true, force: true });
    renameSync(fresh, outDir);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return 'built';
}

function hashInputs(inputs: readonly string[]): string {
  const hash = createHash('sha256');
  for (const input of inputs)
    for (const file of filesOf(input))
      hash
        .update(`${path.relative(projectRoot, file)}\0`)
        .update(readFileSync(file))
        .update('\0');
  return hash.digest('hex');
}

function filesOf(input: string): readonly string[] {
  if (!existsSync(input)) return [];
  const entries = readdirSync(path.dirname(input), { withFileTypes: true });
  if (entries.some((entry) => entry.name === path.basename(input) && entry.isFile())) return [input];
  return readdirSync(input, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

if (import.meta.main) {
  const started = performance.now();
  try {
    const [app, operators] = [await buildApp(), await buildConsole()];
    process.stdout.write(`terminal ${app}, console ${operators} in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
