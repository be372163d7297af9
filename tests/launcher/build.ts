/**
 * Builds the application: all bundles into a fresh folder that then takes the place of the old one; nothing is done when no input
 * changed. `npm run build`; also the first step of everything that starts the terminal.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'vite';
import { bundles, type AppParts } from './bundles.ts';
import { projectRoot } from './run-tool.ts';

export const productParts: AppParts = {
  outDir: path.join(projectRoot, 'dist'),
  terminalEntry: path.join(projectRoot, 'main', 'terminal', 'main.ts'),
  pageRoot: path.join(projectRoot, 'renderer'),
};

/** Whatever may end up in a bundle or decides how it is made. */
const INPUTS = ['common', 'drivers', 'state-machines', 'main', 'renderer', 'resources', 'package-lock.json', 'tests/launcher/bundles.ts'];

/** @returns whether anything was built. @throws what the bundler says */
export async function buildApp(parts: AppParts = productParts): Promise<'built' | 'unchanged'> {
  const hash = hashInputs([...INPUTS.map((input) => path.join(projectRoot, input)), parts.terminalEntry, parts.pageRoot]);
  const stamp = path.join(parts.outDir, '.inputs');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return 'unchanged';
  const fresh = `${parts.outDir}.${process.pid}`;
  try {
    await Promise.all(bundles({ ...parts, outDir: fresh }).map((bundle) => build(bundle)));
    writeFileSync(path.join(fresh, '.inputs'), hash);
    rmSync(parts.outDir, { recursive: true, force: true });
    renameSync(fresh, parts.outDir);
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
    const what = await buildApp();
    process.stdout.write(`${what} in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
