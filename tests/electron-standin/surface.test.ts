/** The stand-in stands in for exactly what the shell uses, and no product knows of it. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectRoot } from '../launcher/run-tool.ts';
import * as standIn from './electron.ts';
import { strict, StrictEmitter } from './strict.ts';

const PRODUCT_FOLDERS = ['common', 'drivers', 'state-machines', 'main', 'renderer', 'resources', 'fleet'];

const sources = (folder: string): readonly { readonly file: string; readonly text: string }[] =>
  readdirSync(path.join(projectRoot, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:m?[jt]sx?|json|ya?ml|html)$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => ({ file: path.relative(projectRoot, file), text: readFileSync(file, 'utf8') }));

/** Names that a source imports from `electron` as values. */
const electronNames = (text: string): readonly string[] =>
  [...text.matchAll(/^import \{([^}]*)\} from 'electron';/gm)]
    .flatMap((match) => (match[1] ?? '').split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '' && !name.startsWith('type '));

describe('the surface of the stand-in', () => {
  const used = new Set(
    sources('main/electron')
      .filter(({ file }) => !file.endsWith('preload.ts'))
      .flatMap(({ text }) => electronNames(text)),
  );

  test('has every name the shell imports from electron, and none it does not', () => {
    expect(Object.keys(standIn).sort()).toEqual([...used].sort());
    expect(used.size).toBeGreaterThan(5);
  });

  test('the preload imports what the page scripts give it', () => {
    const preload = readFileSync(path.join(projectRoot, 'main/electron/preload.ts'), 'utf8');
    const given = readFileSync(path.join(projectRoot, 'tests/electron-standin/page-scripts.ts'), 'utf8');
    expect(electronNames(preload)).toEqual(['contextBridge', 'ipcRenderer']);
    for (const name of electronNames(preload)) expect(given).toContain(`${name}: {`);
  });

  test('no product file names it', () => {
    const naming = PRODUCT_FOLDERS.flatMap((folder) => sources(folder)).filter(({ text }) => /stand-?in\b/i.test(text));
    expect(naming.map(({ file }) => file)).toEqual([]);
  });

  test('packages are made without it', () => {
    expect(readFileSync(path.join(projectRoot, 'electron-builder.yml'), 'utf8')).toMatch(/^ {2}- '!\{(?:\w[\w-]*,)*tests\b/m);
  });
});

describe('what the stand-in lacks', () => {
  test('a member that is not there throws by name', () => {
    expect(() => Reflect.get(standIn.app, 'setLoginItemSettings') as unknown).toThrow('stand-in: app.setLoginItemSettings is not supported');
    expect(() => Reflect.get(standIn.session.defaultSession, 'setProxy') as unknown).toThrow('stand-in: session.defaultSession.setProxy is not supported');
  });

  test('an event that never comes can not be listened to', () => {
    expect(() => standIn.app.on('gpu-info-update', () => undefined)).toThrow("stand-in: app has no event 'gpu-info-update'");
    const emitter = strict('thing', new StrictEmitter('thing', ['happens'], ['silent']));
    expect(() => emitter.on('never', () => undefined)).toThrow("stand-in: thing has no event 'never'");
    let heard = 0;
    emitter.on('happens', () => void (heard += 1)).on('silent', () => undefined);
    emitter.emit('happens');
    expect(heard).toBe(1);
  });

  test('a window that is not sandboxed is refused', () => {
    expect(() => new standIn.BrowserWindow({ webPreferences: { sandbox: false, contextIsolation: true, nodeIntegration: false, webSecurity: true } })).toThrow(
      'stand-in: a window must be sandboxed',
    );
  });
});
