/**
 * The release that a package brings, as a folder that the launcher can start: the application, and the manifest of its files (main/updates/README.md).
 * The same folder is what an operator publishes (`npm run package -- release`). With Electron: all of it. Without: what the terminal process
 * loads, out of the archive, as plain files.
 */
import { chmodSync, cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { extractAll } from '@electron/asar';
import { SLOT_FOLDER } from '../../../common/release.ts';
import { manifestBytes, manifestOf } from '../../../fleet/publish/releases/release-folder.ts';
import { SCHEMA_VERSION } from '../../../main/journal/schema.ts';
import { slotFiles } from '../../../main/updates/install-folder.ts';
import { filesBelow, type UnpackedApp } from './electron-app.ts';
import { product } from './stage.ts';

/** Of a release, relative to its folder; the rest is data. */
const PROGRAMS = /^(?:yikatong-kiosk|chrome_crashpad_handler|chrome-sandbox)$/;
/** What a terminal without a screen has no use for. */
const OF_THE_SCREEN = ['dist/renderer', 'dist/main/shell.js', 'dist/main/preload.cjs'];

/** How it is started, from the release's folder; `kioskctl` beside it: by plain Node. */
export const startOf = {
  electron: { path: product.name, by: 'own', kioskctl: 'resources/app.asar.unpacked/dist/main/kioskctl.js' },
  node: { path: 'dist/main/terminal.js', by: 'node', kioskctl: 'dist/main/kioskctl.js' },
} as const;

/** A release's files, without its manifest. @param place made here */
export function putRelease(app: UnpackedApp, place: string): void {
  if (app.carrier === 'electron') {
    cpSync(app.folder, place, { recursive: true });
    rmSync(path.join(place, 'resources', 'resources'), { recursive: true });
  } else {
    // the archive's files as they are: Node reads no archives
    extractAll(path.join(app.folder, 'resources', 'app.asar'), place);
    for (const part of OF_THE_SCREEN) rmSync(path.join(place, part), { recursive: true });
  }
  for (const file of filesBelow(place)) chmodSync(path.join(place, file), PROGRAMS.test(file) ? 0o755 : 0o644);
}

/** A release's files, and by what the launcher checks them. */
export function putSlot(app: UnpackedApp, place: string): void {
  putRelease(app, place);
  const { path: start, by } = startOf[app.carrier === 'electron' ? 'electron' : 'node'];
  const manifest = manifestOf(place, {
    version: product.version,
    platform: { os: 'linux', arch: 'x64' },
    start: { path: start, by, args: [] },
    journal: { oldest: 1, newest: SCHEMA_VERSION, writes: SCHEMA_VERSION },
  });
  mkdirSync(path.join(place, SLOT_FOLDER));
  writeFileSync(path.join(place, slotFiles.manifest), manifestBytes(manifest));
}

/** The folder as an operator publishes it, in the place of one that was there. */
export function putPublishable(app: UnpackedApp, folder: string): void {
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true });
  putRelease(app, fresh);
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
}
