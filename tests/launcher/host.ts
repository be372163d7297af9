/**
 * Chooses what carries the shell on this machine: Electron where its binary is (or can be fetched) and a display to draw on, else the
 * stand-in over a Chromium. Every run says on its first line which it is.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { chromiumBinary } from './browser.ts';
import { run } from './run-tool.ts';

export interface Host {
  readonly kind: 'electron' | 'stand-in';
  /** Electron's binary, or Chromium's. */
  readonly executable: string;
  /** `host: electron 45.4.1` or `host: stand-in over chromium 156.0.8078.79`. */
  readonly line: string;
}

/** Long enough for a slow line; a release host that doesn't answer fails sooner. */
const FETCH_LIMIT = 180_000;

/** @throws {MissingNeed} when neither is there and neither can be fetched */
export async function findHost(): Promise<Host> {
  return (await findElectron()) ?? (await findChromium());
}

/** Whether windows can be shown. */
export function hasDisplay(): boolean {
  return process.platform !== 'linux' || [process.env['DISPLAY'], process.env['WAYLAND_DISPLAY']].some((name) => name !== undefined && name !== '');
}

async function findElectron(): Promise<Host | undefined> {
  // Electron draws on a display or not at all; without one the stand-in's headless browser takes over.
  if (!hasDisplay()) return undefined;
  const executable = electronBinary() ?? (await fetchElectron());
  if (executable === undefined) return undefined;
  const version = /v?(\d+\.\d+\.\d+)/.exec((await run(executable, ['--version'], { limitMs: 10_000 })).output)?.[1];
  return version === undefined ? undefined : { kind: 'electron', executable, line: `host: electron ${version}` };
}

async function findChromium(): Promise<Host> {
  const executable = await chromiumBinary();
  const { output } = await run(executable, ['--version'], { limitMs: 10_000 });
  const version = /(\d+(?:\.\d+){3})/.exec(output)?.[1] ?? 'of unknown version';
  return { kind: 'stand-in', executable, line: `host: stand-in over chromium ${version}` };
}

/** Electron's binary, found by its files: asking the package itself would try a download and throw. */
export function electronBinary(folder = electronFolder()): string | undefined {
  const pathFile = path.join(folder, 'path.txt');
  if (!existsSync(pathFile)) return undefined;
  const dist = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? path.join(folder, 'dist');
  const executable = path.join(dist, readFileSync(pathFile, 'utf8').trim());
  return existsSync(executable) ? executable : undefined;
}

/** Electron's own installer, tried once per installation of the packages. */
async function fetchElectron(): Promise<string | undefined> {
  const folder = electronFolder();
  const tried = path.join(folder, 'fetch-tried');
  if (existsSync(tried)) return undefined;
  process.stderr.write('fetching Electron …\n');
  const { code } = await run(process.execPath, [path.join(folder, 'install.js')], { limitMs: FETCH_LIMIT });
  if (code !== 0) writeFileSync(tried, 'The binary could not be fetched. Remove this file to try again.\n');
  return electronBinary(folder);
}

function electronFolder(): string {
  return path.dirname(createRequire(import.meta.url).resolve('electron/package.json'));
}
