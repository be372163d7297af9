/**
 * The five bundles of the terminal as vite configurations: shell and terminal process (ESM for Node), preload (one CommonJS file), the
 * technician's command line, and the pages; and the one of the operators' console. Used by `build.ts`.
 */
import { existsSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import react from '@vitejs/plugin-react';
import type { InlineConfig, Plugin } from 'vite';
import type { Flavor } from '../../common/flavor.ts';
import { projectRoot } from './run-tool.ts';

export interface AppParts {
  /** Production or training: known to every bundle of it, and to no setting. */
  readonly flavor: Flavor;
  /** Folder the application is built into: `main/` and `renderer/` come below it. */
  readonly outDir: string;
  /** Entry of the terminal process. */
  readonly terminalEntry: string;
  /** Folder with `index.html`, and `bench.html` where there is a bench. */
  readonly pageRoot: string;
}

/** What decides in the code which flavor it is (common/flavor.ts); what is the other's alone leaves the bundle. */
function flavorOfBundle({ flavor }: Pick<AppParts, 'flavor'>): { KIOSK_FLAVOR: string } {
  return { KIOSK_FLAVOR: JSON.stringify(flavor) };
}

/** Loaded from node_modules at run time: they bring native files. */
const NATIVE = ['better-sqlite3', 'serialport', 'node-hid', 'pkcs11js'];

/** Simulators never become part of a terminal: an import of one stops the build. */
const refuseSimulators: Plugin = {
  name: 'refuse-simulators',
  enforce: 'pre',
  resolveId(source, importer) {
    if (importer === undefined) return;
    const target = path.relative(projectRoot, path.resolve(path.dirname(importer), source));
    if (isSimulator(target)) throw new Error(`the terminal process must not contain ${target}, imported by ${path.relative(projectRoot, importer)}`);
  },
};

const WITHOUT_TRAINING = '\0without-training';

/** What is training's alone never becomes part of a production bundle: nothing of it is called there (common/flavor.ts), and here it is empty. */
const withoutTraining: Plugin = {
  name: 'without-training',
  enforce: 'pre',
  resolveId(source, importer) {
    if (importer === undefined) return undefined;
    return isTrainingOnly(path.relative(projectRoot, path.resolve(path.dirname(importer), source))) ? WITHOUT_TRAINING : undefined;
  },
  load(id) {
    return id === WITHOUT_TRAINING ? 'export const startTraining = undefined; export const TrainingFrame = undefined;' : undefined;
  },
};

/** @param file relative to the project */
export function isTrainingOnly(file: string): boolean {
  return /^(?:main\/training\/|renderer\/training\/|main\/electron\/training\.ts$)/.test(file.split(path.sep).join('/'));
}

function pluginsOf({ flavor }: Pick<AppParts, 'flavor'>): Plugin[] {
  return flavor === 'production' ? [withoutTraining] : [];
}

/** @param file relative to the project */
export function isSimulator(file: string): boolean {
  const parts = file.split(path.sep).join('/');
  return parts.startsWith('drivers/bench/') || /^drivers\/.*\bsimulat(?:or|ed)[\w-]*\.ts$/.test(parts);
}

export function bundles(parts: AppParts): readonly InlineConfig[] {
  const shellFolder = path.join(projectRoot, 'main', 'electron');
  return [
    nodeBundle(parts, { shell: path.join(shellFolder, 'shell.ts') }, 'es'),
    nodeBundle(parts, { preload: path.join(shellFolder, 'preload.ts') }, 'cjs'),
    terminalBundle(parts),
    ...(parts.flavor === 'training' ? trainingBundles(parts) : []),
    oneFile(nodeBundle(parts, { kioskctl: path.join(projectRoot, 'main', 'cli', 'kioskctl.ts') }, 'es', [refuseSimulators])),
    pageBundle(parts),
  ];
}

/** The terminal process and its threads, which it starts by their names (drivers/card-reader/pcsc/binding.ts, main/journal/background-check.ts, main/maintenance/journal-work-background.ts). */
export function terminalBundle(parts: AppParts): InlineConfig {
  const pcscThread = path.join(projectRoot, 'drivers', 'card-reader', 'pcsc', 'thread.ts');
  const journalCheck = path.join(projectRoot, 'main', 'journal', 'check-thread.ts');
  const journalWork = path.join(projectRoot, 'main', 'maintenance', 'journal-work-thread.ts');
  const input = { terminal: parts.terminalEntry, 'pcsc-thread': pcscThread, 'journal-check': journalCheck, 'journal-work': journalWork };
  return nodeBundle(parts, input, 'es', [refuseSimulators]);
}

/** What stands around a training terminal: simulators and an upstream. Each is one file, started by its name (main/electron/shell.ts, main/training/world.ts). */
function trainingBundles(parts: AppParts): readonly InlineConfig[] {
  const world = path.join(projectRoot, 'main', 'training', 'world.ts');
  const upstream = path.join(projectRoot, 'fleet', 'server', 'main.ts');
  return [nodeBundle(parts, { 'training-world': world }, 'es'), nodeBundle(parts, { 'training-upstream': upstream }, 'es')].map(oneFile);
}

/** Parts that are loaded later would have the names of another bundle's. */
function oneFile(bundle: InlineConfig): InlineConfig {
  const { output, ...rest } = bundle.build?.rolldownOptions ?? {};
  return {
    ...bundle,
    build: { ...bundle.build, rolldownOptions: { ...rest, output: { ...(Array.isArray(output) ? output[0] : output), codeSplitting: false } } },
  };
}

function nodeBundle(parts: AppParts, input: Readonly<Record<string, string>>, format: 'es' | 'cjs', plugins: Plugin[] = []): InlineConfig {
  const extension = format === 'es' ? 'js' : 'cjs';
  return {
    configFile: false,
    logLevel: 'warn',
    root: projectRoot,
    plugins: [...plugins, ...pluginsOf(parts)],
    define: flavorOfBundle(parts),
    ssr: { noExternal: true, external: [...NATIVE, 'electron'] },
    build: {
      ssr: true,
      target: 'node24',
      outDir: path.join(parts.outDir, 'main'),
      emptyOutDir: false,
      copyPublicDir: false,
      minify: false,
      rolldownOptions: {
        input,
        external: [...NATIVE, 'electron', /^node:/, ...builtinModules],
        output: { format, entryFileNames: `[name].${extension}`, chunkFileNames: `[name].${extension}` },
      },
    },
  };
}

/** The pages alone. */
export function pageBundle(parts: AppParts): InlineConfig {
  const bench = path.join(parts.pageRoot, 'bench.html');
  const input = { index: path.join(parts.pageRoot, 'index.html'), ...(parts.flavor === 'production' && existsSync(bench) ? { bench } : {}) };
  const bundle = browserBundle({ root: parts.pageRoot, outDir: path.join(parts.outDir, 'renderer'), target: 'chrome140', input });
  return { ...bundle, plugins: [...(bundle.plugins ?? []), ...pluginsOf(parts)], define: flavorOfBundle(parts) };
}

/** The console, for the browsers of desks and phones; lies below `/console/` at the fleet's server. */
export function consoleBundle(outDir: string): InlineConfig {
  const root = path.join(projectRoot, 'fleet', 'console');
  const target = ['chrome111', 'firefox114', 'safari16.4'];
  return { ...browserBundle({ root, outDir, target, input: { index: path.join(root, 'index.html') } }), base: '/console/' };
}

interface BrowserParts {
  readonly root: string;
  readonly outDir: string;
  readonly target: string | string[];
  readonly input: Readonly<Record<string, string>>;
}

function browserBundle({ root, outDir, target, input }: BrowserParts): InlineConfig {
  return {
    configFile: false,
    logLevel: 'warn',
    root,
    plugins: [react()],
    build: {
      target,
      outDir,
      emptyOutDir: false,
      // Files, not data: addresses, and no polyfill that fetches: the page's policy allows neither.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 4000,
      reportCompressedSize: false,
      rolldownOptions: { input },
    },
  };
}
