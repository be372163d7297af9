/** What is in the terminal's bundle, as it is built: every driver, no simulator; and that the package has its files where they are looked for. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { productParts } from './build.ts';
import { bundles, isSimulator } from './bundles.ts';
import { projectRoot } from './run-tool.ts';

describe('the terminal’s bundle', () => {
  const outDir = mkdtempSync(path.join(os.tmpdir(), 'bundle-'));
  const files = new Map<string, string>();

  beforeAll(async () => {
    const terminal = bundles({ ...productParts, outDir }).find(({ build: part }) => Object.hasOwn(Object(part?.rolldownOptions?.input), 'terminal'));
    if (terminal === undefined) throw new Error('no bundle has the terminal');
    await build(terminal);
    for (const file of readdirSync(path.join(outDir, 'main'))) files.set(file, readFileSync(path.join(outDir, 'main', file), 'utf8'));
  }, 60_000);
  afterAll(() => rmSync(outDir, { recursive: true, force: true }));

  const classesOf = (file: string): readonly string[] =>
    [...readFileSync(path.join(projectRoot, file), 'utf8').matchAll(/^(?:export )?(?:abstract )?class (\w+)/gm)].map(([, name = '']) => name);
  const drivers = readdirSync(path.join(projectRoot, 'drivers'), { recursive: true, encoding: 'utf8' })
    .map((file) => path.join('drivers', file))
    .filter((file) => file.endsWith('.ts'));
  const holds = (name: string): boolean => [...files.values()].some((code) => new RegExp(String.raw`\b${name}\b`).test(code));

  test('holds every driver by its class’s name', () => {
    const devices = drivers.filter((file) => file.endsWith('device.ts') && !isSimulator(file)).flatMap(classesOf);
    expect(devices).toEqual(expect.arrayContaining(['Crt591Reader', 'TrayReader', 'Id003CashAcceptor', 'EscposPrinter', 'HidPosScanner', 'SamReader']));
    expect(devices.filter((name) => !holds(name))).toEqual([]);
  });

  test('holds no class of any simulator, of the bench, or of lines to simulators in its own process', () => {
    const simulators = drivers.filter(isSimulator).flatMap(classesOf);
    expect(simulators).toEqual(expect.arrayContaining(['SimulatedCrt591', 'SimulatedTray', 'SimulatedId003', 'EscposSimulator', 'SimulatedSam', 'Cabinet']));
    expect(simulators.filter((name) => new RegExp(String.raw`\bclass ${name}\b`).test([...files.values()].join('\n')))).toEqual([]);
  });

  test('its threads, what they import, and every native package lie outside the archive', () => {
    const threads = ['pcsc-thread.js', 'journal-check.js', 'journal-work.js'];
    const shared = threads.flatMap((thread) => [...(files.get(thread) ?? '').matchAll(/from "\.\/([^"]+)"/g)].map(([, file = '']) => `dist/main/${file}`));
    const text = readFileSync(path.join(projectRoot, 'electron-builder.yml'), 'utf8');
    const unpacked = /^asarUnpack:\n((?: +.*\n)+)/m.exec(text)?.[1] ?? '';
    expect(shared.length).toBeGreaterThanOrEqual(threads.length);
    for (const file of [
      ...threads.map((thread) => `dist/main/${thread}`),
      ...shared,
      ...['better-sqlite3', 'serialport', 'node-hid', 'smartcard'].map((name) => `node_modules/${name}/**`),
    ]) {
      expect(unpacked).toContain(`  - ${file}\n`);
    }
  });
});

test('the udev rules that messages of drivers name are in the package’s resources', () => {
  const rules = readFileSync(path.join(projectRoot, 'resources', 'udev', '70-kiosk.rules'), 'utf8');
  for (const subsystem of ['hidraw', 'usbmisc', 'tty']) expect(rules).toMatch(new RegExp(`^SUBSYSTEM=="${subsystem}".*GROUP="kiosk"$`, 'm'));
});
