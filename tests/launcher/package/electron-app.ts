/**
 * The unpacked application, made by electron-builder from a stage. Where Electron's archive is there, a product; elsewhere a casing of
 * Electron's files without Electron in it, so that everything electron-builder.yml decides (files, archive, fuses, names) can be looked at.
 * A casing starts nothing and its folder says so.
 */
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createPackage } from '@electron/asar';
import electron from 'electron/package.json' with { type: 'json' };
import type { Flavor } from '../../../common/flavor.ts';
import { partsOf } from '../build.ts';
import { electronBinary } from '../host.ts';
import { run } from '../run-tool.ts';
import { fillStage, identities } from './stage.ts';

export interface UnpackedApp {
  /** `linux-unpacked`. */
  readonly folder: string;
  /** `casing`: without Electron. */
  readonly carrier: 'electron' | 'casing';
  readonly flavor: Flavor;
  /** What electron-builder said. */
  readonly output: string;
}

export interface PackOptions {
  /** Default: Electron where it is. */
  readonly carrier?: UnpackedApp['carrier'];
  /** Folder that `buildApp` made. Default: the product's. */
  readonly built?: string;
  /** Default: production. */
  readonly flavor?: Flavor;
}

/** @param work a fresh folder, which becomes the application's @throws {Error} what electron-builder says */
export async function packApp(
  work: string,
  { carrier = electronBinary() === undefined ? 'casing' : 'electron', flavor = 'production', built = partsOf[flavor].outDir }: PackOptions = {},
): Promise<UnpackedApp> {
  const stage = path.join(work, 'stage');
  const identity = identities[flavor];
  await fillStage(stage, built, identity);
  const binary = electronBinary();
  const distribution = carrier === 'electron' && binary !== undefined ? path.dirname(binary) : await makeCasing(path.join(work, 'casing'));
  const output = path.join(work, 'package');
  const config = [`-c.electronDist=${distribution}`, `-c.directories.output=${output}`, `-c.electronVersion=${electron.version}`];
  const { code, output: said } = await run('electron-builder', ['--dir', '--linux', '--x64', ...config], { cwd: stage, limitMs: 180_000 });
  if (code !== 0) throw new Error(`electron-builder failed: ${said}`);
  const folder = path.join(output, 'linux-unpacked');
  if (carrier === 'casing')
    writeFileSync(path.join(folder, 'NOT-A-PRODUCT.txt'), `${identity.name} without Electron: made to look at what is packed; nothing here starts.\n`);
  return { folder, carrier, flavor, output: said };
}

export interface FpmCall {
  readonly target: string;
  /** What electron-builder asks fpm for. */
  readonly args: readonly string[];
}

/**
 * What electron-builder would have fpm make of a packed application. fpm itself can't be had everywhere: a program that writes down its arguments stands
 * for it. @param work the folder in which `packApp` packed it @throws {Error} what electron-builder says: a field that a target needs is missing, say
 */
export async function fpmCalls(work: string, { folder }: UnpackedApp, targets: readonly string[]): Promise<readonly FpmCall[]> {
  // It puts files of its own beside the application's.
  const copy = path.join(work, 'prepackaged');
  cpSync(folder, copy, { recursive: true });
  const [fpm, calls] = [path.join(work, 'fpm'), path.join(work, 'fpm-calls')];
  writeFileSync(
    fpm,
    `#!${process.execPath}\nconst args = process.argv.slice(2);\nconst { appendFileSync, writeFileSync } = require('node:fs');
appendFileSync(${JSON.stringify(calls)}, JSON.stringify(args) + '\\n');\nwriteFileSync(args[args.indexOf('--package') + 1], '');\n`,
  );
  chmodSync(fpm, 0o755);
  const config = [`-c.directories.output=${path.join(work, 'targets')}`, `-c.electronVersion=${electron.version}`];
  const { code, output } = await run('electron-builder', ['--linux', ...targets, '--x64', '--publish', 'never', '--prepackaged', copy, ...config], {
    cwd: path.join(work, 'stage'),
    env: { CUSTOM_FPM_PATH: fpm },
    limitMs: 180_000,
  });
  if (code !== 0) throw new Error(`electron-builder failed: ${output}`);
  return readFileSync(calls, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as string[])
    .map((args) => ({ target: args[args.indexOf('-t') + 1] ?? '', args }));
}

/** Where fuses are found in Electron's binary (electron/fuses, "The fuse wire"): this text, a version, how many, and one character each. */
const FUSE_SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const FUSE_COUNT = 9;

async function makeCasing(folder: string): Promise<string> {
  const empty = `${folder}-empty`;
  for (const part of [empty, path.join(folder, 'resources'), path.join(folder, 'locales')]) mkdirSync(part, { recursive: true });
  writeFileSync(path.join(empty, 'package.json'), '{}');
  await createPackage(empty, path.join(folder, 'resources', 'default_app.asar'));
  writeFileSync(path.join(folder, 'version'), electron.version);
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'chrome-sandbox', path.join('locales', 'en-US.pak')]) writeFileSync(path.join(folder, name), '');
  const fuses = Buffer.concat([Buffer.from(FUSE_SENTINEL), Buffer.from([1, FUSE_COUNT]), Buffer.from('1'.repeat(FUSE_COUNT))]);
  const binary = path.join(folder, 'electron');
  writeFileSync(binary, Buffer.concat([Buffer.from('#!/bin/false\n'), fuses]));
  chmodSync(binary, 0o755);
  return folder;
}

/** Every file below `folder`, relative to it, in order. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}
