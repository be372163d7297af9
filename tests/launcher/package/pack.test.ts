/**
 * The unpacked application as electron-builder makes it: what is in it and what is not, its fuses read back from the binary, its policy read back
 * from the archive, and that it is the same wherever it is made. Without Electron's archive a casing stands in for the binary
 * (electron-app.ts); the rest is what a product has.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { extractFile, listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contentSecurityPolicy } from '../../../main/electron/protocol.ts';
import { buildApp, productParts } from '../build.ts';
import { makeDeb } from './deb.ts';
import { filesBelow, fpmCalls, packApp, type FpmCall, type UnpackedApp } from './electron-app.ts';
import { product, runtimePackages } from './stage.ts';

const work = mkdtempSync(path.join(os.tmpdir(), 'pack-'));
/** A fuse is a character in the wire (electron/fuses). */
const [OFF, ON] = ['0'.charCodeAt(0), '1'.charCodeAt(0)];
let app: UnpackedApp;
let archive: string;
/** In the archive, unpacked ones included. */
let files: readonly string[];

beforeAll(async () => {
  await buildApp();
  app = await packApp(path.join(work, 'one'), { carrier: 'casing' });
  archive = path.join(app.folder, 'resources', 'app.asar');
  files = listPackage(archive, { isPack: false }).map((file) => file.slice(1));
}, 120_000);

afterAll(() => rmSync(work, { recursive: true, force: true }));

test('shell, preload, terminal process and its threads, and the page are in the archive', () => {
  const main = ['shell.js', 'preload.cjs', 'terminal.js', 'pcsc-thread.js', 'journal-check.js'].map((file) => `dist/main/${file}`);
  expect(files).toEqual(expect.arrayContaining([...main, 'dist/renderer/index.html', 'package.json']));
});

test('of the build all but the bench, of node_modules all that is loaded at run time, and not a file more', () => {
  const built = filesBelow(productParts.outDir).map((file) => `dist/${file}`);
  const left = /^dist\/(?:\.inputs|main\/bench-window\.js|renderer\/bench\.html|renderer\/assets\/bench-)/;
  const own = files.filter((file) => /\.[^/]+$/.test(file) && !file.startsWith('node_modules/'));
  expect(own.sort()).toEqual([...built.filter((file) => !left.test(file)), 'package.json'].sort());
  expect(built.filter((file) => left.test(file)).length).toBeGreaterThanOrEqual(3);
  // by their names: electron-builder lays them below each other as it likes
  const nameOf = (folder: string): string => folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const packages = files.flatMap((file) => /^(node_modules\/.*)\/package\.json$/.exec(file)?.[1] ?? []);
  expect([...new Set(packages.map(nameOf))].sort()).toEqual([...new Set(runtimePackages().map(nameOf))].sort());
});

test('no simulator, bench, test, fleet, source or tool is', () => {
  const foreign =
    /bench|simulat|training|standin|stand-in|(?:^|\/)(?:tests?|fleet|fuzz)\/|\.(?:ts|tsx|map|md|c|cc|cpp|h|gyp|gypi)$|(?:^|\/)(?:electron|vite|vitest|playwright|fastify|kysely|pg|pkcs11js)(?:\/|$)/;
  expect(files.filter((file) => foreign.test(file))).toEqual([]);
  const code = ['shell.js', 'preload.cjs', 'terminal.js'].map((file) => extractFile(archive, `dist/main/${file}`).toString('utf8')).join('\n');
  expect(code).not.toMatch(/electron-standin|STANDIN_/);
});

test('of prebuilt files there are those of Linux on x64 with glibc, and no others', () => {
  const native = files.filter((file) => file.endsWith('.node'));
  expect(native.filter((file) => !/linux-x64|\/build\/Release\//.test(file) || file.includes('musl'))).toEqual([]);
  for (const name of ['better-sqlite3', '@serialport/bindings-cpp', 'node-hid']) {
    expect(native.filter((file) => file.startsWith(`node_modules/${name}/`))).not.toEqual([]);
  }
});

test('what the dynamic loader must find lies outside the archive, and nothing there is a program', () => {
  const unpacked = filesBelow(`${archive}.unpacked`);
  expect(unpacked).toEqual(expect.arrayContaining(files.filter((file) => file.endsWith('.node'))));
  expect(filesBelow(app.folder).filter((file) => /\.(?:sh|exe|bat|cmd)$/.test(file))).toEqual([]);
});

test('units, rules, profiles, notices and the bill of materials go along; locales, sounds and pictures of the project do not', () => {
  const resources = filesBelow(path.join(app.folder, 'resources')).filter((file) => !file.startsWith('app.asar'));
  expect(resources).toEqual(
    expect.arrayContaining([
      'legal/THIRD-PARTY.txt',
      'legal/sbom.cdx.json',
      'resources/linux/yikatong-kiosk.service',
      'resources/linux/yikatong-terminal.service',
      'resources/linux/apparmor/opt.yikatong-kiosk',
      'resources/linux/usbguard/rules.conf',
      'resources/udev/70-kiosk.rules',
      'resources/verifier/verify_journal.py',
    ]),
  );
  expect(resources.filter((file) => /pictures|locales|knowledge|linux\/deb/.test(file))).toEqual([]);
});

test('fuses, read back from the binary: it is no Node, takes no debugger, and loads its archive or nothing', async () => {
  const wire = await getCurrentFuseWire(path.join(app.folder, 'yikatong-kiosk'));
  const off = [
    FuseV1Options.RunAsNode,
    FuseV1Options.EnableNodeOptionsEnvironmentVariable,
    FuseV1Options.EnableNodeCliInspectArguments,
    FuseV1Options.LoadBrowserProcessSpecificV8Snapshot,
    FuseV1Options.GrantFileProtocolExtraPrivileges,
  ];
  const on = [FuseV1Options.EnableCookieEncryption, FuseV1Options.EnableEmbeddedAsarIntegrityValidation, FuseV1Options.OnlyLoadAppFromAsar];
  expect(off.map((fuse) => wire[fuse])).toEqual(off.map(() => OFF));
  expect(on.map((fuse) => wire[fuse])).toEqual(on.map(() => ON));
});

test('the page of the archive lives with its policy: no script, style or handler in it, nothing from elsewhere', () => {
  const page = extractFile(archive, 'dist/renderer/index.html').toString('utf8');
  expect(page).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\son\w+=|\sstyle=|https?:|javascript:/i);
  const shell = extractFile(archive, 'dist/main/shell.js').toString('utf8');
  // every directive of the policy without a bench is in the packed shell, word for word
  for (const directive of contentSecurityPolicy().split('; ')) {
    if (!directive.startsWith('img-src')) expect(shell).toContain(`"${directive}"`);
  }
  expect(shell).not.toMatch(/unsafe-(?:inline|eval|hashes)|wasm-unsafe-eval/);
});

test('a crash leaves no memory behind: Chromium’s reporter is switched off, and nobody starts Electron’s', () => {
  const shell = extractFile(archive, 'dist/main/shell.js').toString('utf8');
  expect(shell).toContain('appendSwitch("disable-breakpad")');
  const code = [shell, ...['terminal.js', 'preload.cjs'].map((file) => extractFile(archive, `dist/main/${file}`).toString('utf8'))].join('\n');
  expect(code).not.toMatch(/crashReporter|writeHeapSnapshot|report\.writeReport|setHeapSnapshotNearHeapLimit/);
});

describe('what electron-builder would make of it for a person’s own machine', () => {
  let calls: readonly FpmCall[];
  beforeAll(async () => {
    calls = await fpmCalls(path.join(work, 'one'), app, ['deb', 'rpm']);
  }, 120_000);
  const after = (args: readonly string[], name: string): readonly string[] => args.flatMap((arg, at) => (args[at - 1] === name ? [arg] : []));

  test.each([
    ['deb', ['libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1', 'libxss1', 'udev']],
    ['rpm', ['gtk3', 'nss', 'alsa-lib', 'mesa-libgbm']],
  ])('%s: its fields, what it needs, its icons', (target, needs) => {
    const args = calls.find((call) => call.target === target)?.args ?? [];
    expect(after(args, '-d')).toEqual(needs);
    expect([after(args, '--architecture'), after(args, '--version'), after(args, '--maintainer')]).toEqual([['amd64'], [product.version], [product.author]]);
    // beside the cabinet's own package, and never in its place
    expect(after(args, '--name')).toEqual(['yikatong-kiosk-desktop']);
    expect(after(args, '--url')).toEqual(['https://www.yikatong.invalid/']);
    expect(after(args, '--description')[0]).toContain('Self-service terminal');
    for (const size of [16, 32, 48, 64, 128, 256, 512]) {
      expect(args.filter((arg) => arg.endsWith(`=/usr/share/icons/hicolor/${size}x${size}/apps/yikatong-kiosk.png`))).toHaveLength(1);
    }
    expect(args.filter((arg) => /=\/usr\/share\/applications\/.*\.desktop$/.test(arg))).toHaveLength(1);
    expect(args.filter((arg) => arg.endsWith('/=/opt/yikatong-kiosk'))).toHaveLength(1);
  });
});

test('the bill of materials is CycloneDX, names every package that is loaded at run time, with version, licence and address', () => {
  const bill = JSON.parse(readFileSync(path.join(app.folder, 'resources', 'legal', 'sbom.cdx.json'), 'utf8')) as {
    bomFormat: string;
    specVersion: string;
    components: { group?: string; name: string; version: string; purl: string; licenses: object[] }[];
  };
  expect([bill.bomFormat, bill.specVersion]).toEqual(['CycloneDX', '1.6']);
  const named = new Set(bill.components.map(({ group, name }) => (group === undefined ? name : `${group}/${name}`)));
  const loaded = files.flatMap((file) => /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\/package\.json$/.exec(file)?.[1] ?? []);
  expect(loaded.length).toBeGreaterThan(10);
  expect(loaded.filter((name) => !named.has(name))).toEqual([]);
  expect(bill.components.filter(({ purl, version, licenses }) => !purl.startsWith('pkg:npm/') || version === '' || licenses.length === 0)).toEqual([]);
});

test('built and made again in other folders: the same bytes in every file, and the same Debian package', async () => {
  const built = path.join(work, 'another', 'build');
  await buildApp({ ...productParts, outDir: built });
  const again = await packApp(path.join(work, 'another', 'place'), { carrier: 'casing', built });
  const manifest = (folder: string): readonly string[] =>
    filesBelow(folder).map(
      (file) =>
        `${createHash('sha256')
          .update(readFileSync(path.join(folder, file)))
          .digest('hex')} ${file}`,
    );
  expect(manifest(again.folder)).toEqual(manifest(app.folder));
  const [one, other] = [
    await makeDeb(app, path.join(work, 'deb-one'), { compression: 'none' }),
    await makeDeb(again, path.join(work, 'deb-other'), { compression: 'none' }),
  ];
  const hashOf = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');
  expect(hashOf(other.file)).toBe(hashOf(one.file));
}, 120_000);
