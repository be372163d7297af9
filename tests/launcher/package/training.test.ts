/** The training package beside production's: another identity in every place where the system looks, simulators in the one and none in the other. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { extractFile, listPackage } from '@electron/asar';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildApp, partsOf } from '../build.ts';
import { filesBelow, packApp, type UnpackedApp } from './electron-app.ts';
import { builderConfig, identities } from './stage.ts';

const work = mkdtempSync(path.join(os.tmpdir(), 'pack-training-'));
let apps: Readonly<Record<'production' | 'training', UnpackedApp>>;

beforeAll(async () => {
  const pack = async (flavor: 'production' | 'training'): Promise<UnpackedApp> => {
    await buildApp(partsOf[flavor]);
    return packApp(path.join(work, flavor), { carrier: 'casing', flavor });
  };
  apps = { production: await pack('production'), training: await pack('training') };
}, 300_000);
afterAll(() => rmSync(work, { recursive: true, force: true }));

const archiveOf = (flavor: 'production' | 'training'): string => path.join(apps[flavor].folder, 'resources', 'app.asar');
const codeOf = (flavor: 'production' | 'training', file: string): string => extractFile(archiveOf(flavor), `dist/main/${file}`).toString('utf8');
const filesOf = (flavor: 'production' | 'training'): readonly string[] => listPackage(archiveOf(flavor), { isPack: false }).map((file) => file.slice(1));

test('training brings a world of simulators and an upstream, outside the archive where threads are started; production has no word of it', () => {
  const world = ['dist/main/training-world.js', 'dist/main/training-upstream.js'];
  expect(filesOf('training')).toEqual(expect.arrayContaining(world));
  expect(filesBelow(`${archiveOf('training')}.unpacked`)).toEqual(expect.arrayContaining(world));
  expect(codeOf('training', 'training-world.js')).toMatch(/\bSimulatedCrt591\b/);
  expect(filesOf('production').filter((file) => /training/.test(file))).toEqual([]);
  expect(filesOf('training').filter((file) => /bench|standin/.test(file))).toEqual([]);
  expect(
    filesOf('production')
      .filter((file) => file.endsWith('.css'))
      .map((file) => extractFile(archiveOf('production'), file).toString())
      .join(''),
  ).not.toContain('training-band');
});

test('each terminal process knows what it is: there is no setting for it', () => {
  const says = (flavor: 'production' | 'training'): readonly boolean[] =>
    ['production', 'training'].map((name) =>
      new RegExp(String.raw`\bFLAVOR = "${name}"`).test(
        [...filesOf(flavor)]
          .filter((file) => /^dist\/main\/.*\.js$/.test(file))
          .map((file) => extractFile(archiveOf(flavor), file).toString())
          .join('\n'),
      ),
    );
  expect(says('production')).toEqual([true, false]);
  expect(says('training')).toEqual([false, true]);
});

test('program, name and application id are its own', () => {
  expect(filesBelow(apps.training.folder)).toContain('yikatong-training');
  expect(filesBelow(apps.training.folder)).not.toContain('yikatong-kiosk');
  expect(JSON.parse(extractFile(archiveOf('training'), 'package.json').toString())).toMatchObject({ name: 'yikatong-training' });
  const config = builderConfig(readFileSync('electron-builder.yml', 'utf8'), identities.training);
  expect(config).toMatch(/^appId: com\.yikatong\.kiosk\.training$/m);
  expect(config).toMatch(/^productName: yikatong-training$/m);
});

test('each brings its own configuration to look at, not the other’s', () => {
  const configs = (flavor: 'production' | 'training'): readonly string[] => filesBelow(path.join(apps[flavor].folder, 'resources', 'resources', 'config'));
  expect(configs('production')).toEqual(['example.json']);
  expect(configs('training')).toEqual(['training.json']);
});
