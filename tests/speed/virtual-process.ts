/**
 * Runs one of this folder's child programs, bundled as the product's terminal process is, beside a sandbox upstream, and gives what it
 * says: one JSON line. Used by load.ts, memory.ts and day.ts.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { build } from 'vite';
import { terminalEnvironment } from '../../main/electron/terminal-environment.ts';
import { projectRoot } from '../launcher/run-tool.ts';
import { startSandbox } from '../launcher/sandbox.ts';

/** How much the child does, in its own words. */
type Size = { readonly topUps: number } | { readonly hours: number };

/** What the child gets as its one argument, as JSON. */
export type ChildSetting<S extends Size = { readonly topUps: number }> = S & {
  readonly config: string;
  readonly data: string;
  readonly upstreamUrl: string;
};

/** @param entry file name in this folder; @param data folder on the disk that is measured. @throws with the child's words when it fails */
export async function runVirtual(entry: string, { data, ...more }: Size & { readonly data: string }): Promise<unknown> {
  const program = await bundle(entry);
  mkdirSync(data, { recursive: true });
  const folder = mkdtempSync(path.join(data, 'virtual-'));
  const sandbox = await startSandbox({ data: folder, settings: { devices: { cardReader: null, cashAcceptor: null, receiptPrinter: null } } });
  try {
    const config = path.join(projectRoot, 'resources', 'config', 'example.json');
    const setting: ChildSetting<Size> = { config, data: path.join(folder, 'terminal'), upstreamUrl: sandbox.upstreamUrl, ...more };
    const child = spawn(process.execPath, [program, JSON.stringify(setting)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...terminalEnvironment },
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const [said, complained] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const code = await ended;
    if (code !== 0) throw new Error(`${entry} ended with ${String(code)}: ${complained.trim().slice(-1000)}`);
    return JSON.parse(said);
  } finally {
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Like the terminal's bundle (launcher/bundles.ts), but with the simulators in it. */
async function bundle(entry: string): Promise<string> {
  const name = path.basename(entry, '.ts');
  const outDir = path.join(projectRoot, 'out', 'speed-programs', name);
  const external = ['better-sqlite3', 'serialport', 'node-hid', /^node:/, ...builtinModules];
  await build({
    configFile: false,
    logLevel: 'warn',
    root: projectRoot,
    ssr: { noExternal: true, external: ['better-sqlite3', 'serialport', 'node-hid'] },
    build: {
      ssr: true,
      target: 'node24',
      outDir,
      emptyOutDir: true,
      copyPublicDir: false,
      minify: false,
      rolldownOptions: { input: { [name]: path.join(import.meta.dirname, entry) }, external, output: { format: 'es', entryFileNames: '[name].js' } },
    },
  });
  return path.join(outDir, `${name}.js`);
}
