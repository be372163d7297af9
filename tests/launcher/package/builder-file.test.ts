/** electron-builder.yml against electron-builder's own schema, and what each of its targets needs besides. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DebugLogger } from 'builder-util';
import { getConfig, validateConfiguration } from 'app-builder-lib/out/util/config/config.js';
import { PNG } from 'pngjs';
import { beforeAll, expect, test } from 'vitest';
import { projectRoot } from '../run-tool.ts';

type Config = Awaited<ReturnType<typeof getConfig>>;
let config: Config;

beforeAll(async () => {
  config = await getConfig(projectRoot, 'electron-builder.yml', null);
});

const checked = (changed: object): Promise<void> => validateConfiguration({ ...config, ...changed }, new DebugLogger(false));

test('its schema has every field, for every target', async () => {
  await expect(checked({})).resolves.toBeUndefined();
  expect([config.linux?.target, config.win?.target]).toEqual([['deb', 'rpm', 'AppImage'], ['nsis']]);
});

test.each<[string, object]>([
  ['a field that no target has', { deb: { wants: ['x'] } }],
  ['a target without a name', { linux: { target: [{ arch: 'x64' }] } }],
  ['a fuse that is none', { electronFuses: { runAsNod: false } }],
  ['an installer’s switch that is no switch', { nsis: { oneClick: 'no' } }],
])('%s would have been found', async (_case, changed) => {
  await expect(checked(changed)).rejects.toThrow(/configuration/i);
});

test('every fuse is set, none by omission', () => {
  expect(Object.keys(config.electronFuses ?? {}).sort()).toEqual(
    [
      'runAsNode',
      'enableCookieEncryption',
      'enableNodeOptionsEnvironmentVariable',
      'enableNodeCliInspectArguments',
      'enableEmbeddedAsarIntegrityValidation',
      'onlyLoadAppFromAsar',
      'loadBrowserProcessSpecificV8Snapshot',
      'grantFileProtocolExtraPrivileges',
    ].sort(),
  );
});

test('icons are there, in the sizes that the targets ask for', () => {
  const sizeOf = (file: string): readonly number[] => {
    const { width, height } = PNG.sync.read(readFileSync(path.join(projectRoot, file)));
    return [width, height];
  };
  // electron-builder, Icons: Linux wants 512 at least to scale from or a folder of sizes, Windows 256 at least
  expect(existsSync(path.join(projectRoot, String(config.linux?.icon), '512x512.png'))).toBe(true);
  expect(sizeOf(String(config.win?.icon))).toEqual([512, 512]);
});

test('what it names of the tree is there', () => {
  const named = [config.extraResources]
    .flat()
    .flatMap((each) => (typeof each === 'object' && each !== null && 'filter' in each ? [each.filter ?? []].flat() : []));
  const plain = named.filter((glob) => !glob.startsWith('!')).map((glob) => glob.replace(/\/?\*+$/, ''));
  expect(plain.length).toBeGreaterThan(5);
  expect(plain.filter((file) => !existsSync(path.join(projectRoot, 'resources', file)))).toEqual([]);
});
