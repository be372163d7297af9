/**
 * A Debian package of the terminal, made with dpkg-deb alone (deb(5), Debian Policy 5 and 6). With Electron: the terminal on its screen. Without:
 * the same terminal process under Node, without a screen, which says so in its name. Used by `npm run package:deb`.
 */
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { parseJson } from '../../../common/parse-json.ts';
import { projectRoot, run } from '../run-tool.ts';
import { filesBelow, type UnpackedApp } from './electron-app.ts';
import { putSlot, startOf } from './slot.ts';
import { product } from './stage.ts';

/** Where it stands on a terminal: the release in `app`, the launcher and its Node beside. What updates bring later lies in the data folder. */
export const INSTALLED = '/opt/yikatong-kiosk';

/** What the programs load of the system: glibc that Node 24 and the prebuilt parts were made for, and the rest of what the units name. */
const NEEDS = {
  electron: 'libc6 (>= 2.34), libstdc++6, cage, fonts-wqy-microhei, libasound2, libgbm1, libgtk-3-0, libnss3, libxss1',
  node: 'libc6 (>= 2.34), libstdc++6',
} as const;

/** What updates are trusted by: the operator's, kept when the package changes (Debian Policy 10.7). */
const ROOT_OF_TRUST = '/etc/yikatong-kiosk/root.json';
const APPARMOR = '/etc/apparmor.d/opt.yikatong-kiosk';
const rootSchema = z.looseObject({ signed: z.looseObject({ _type: z.literal('root') }), signatures: z.array(z.unknown()).min(1) });

/** All files of a package have this time: the same inputs give the same package (reproducible-builds.org, SOURCE_DATE_EPOCH). */
const EPOCH_S = 1_767_225_600; // 2026-01-01T00:00:00Z

export interface Deb {
  readonly file: string;
  readonly name: string;
  readonly carrier: 'electron' | 'node';
}

export interface DebOptions {
  /** As dpkg-deb calls it: `none` takes no time. */
  readonly compression?: 'xz' | 'none';
  /** The operator's root of trust, which then comes with the package. Default: the operator puts it there. */
  readonly root?: string;
}

/** @param folder takes the package, and meanwhile its tree @throws {Error} what dpkg-deb says */
export async function makeDeb(app: UnpackedApp, folder: string, { compression = 'xz', root }: DebOptions = {}): Promise<Deb> {
  const carrier = app.carrier === 'electron' ? 'electron' : 'node';
  const name = carrier === 'electron' ? product.name : `${product.name}-headless`;
  const tree = path.join(folder, 'tree');
  rmSync(tree, { recursive: true, force: true });
  putApplication(app, path.join(tree, INSTALLED));
  putSystemFiles(path.join(tree, INSTALLED, 'resources'), tree, carrier);
  if (root !== undefined) putRoot(root, path.join(tree, ROOT_OF_TRUST));
  putControl(tree, { name, carrier });
  settleModes(tree);
  const file = path.join(folder, `${name}_${product.version}_amd64.deb`);
  const { code, output } = await run('dpkg-deb', ['--root-owner-group', `-Z${compression}`, '--build', tree, file], {
    env: { SOURCE_DATE_EPOCH: String(EPOCH_S) },
    limitMs: 300_000,
  });
  if (code !== 0) throw new Error(`dpkg-deb failed: ${output}`);
  rmSync(tree, { recursive: true });
  return { file, name, carrier };
}

function putApplication(app: UnpackedApp, place: string): void {
  const resources = path.join(app.folder, 'resources');
  putSlot(app, path.join(place, 'app'));
  cpSync(process.execPath, path.join(place, 'node'));
  cpSync(path.join(resources, 'legal'), path.join(place, 'resources', 'legal'), { recursive: true });
  cpSync(path.join(resources, 'resources'), path.join(place, 'resources'), { recursive: true });
}

/** @throws {Error} when it is no root of trust: terminals would be without updates */
function putRoot(from: string, to: string): void {
  const text = readFileSync(from, 'utf8');
  if (!rootSchema.safeParse(parseJson(text)).success)
    throw new Error(`${from} is no root of trust: it is what "npm run publish-release -- root --to FILE" writes`);
  mkdirSync(path.dirname(to), { recursive: true });
  writeFileSync(to, text);
}

/** What the system looks for in its own places. */
function putSystemFiles(resources: string, tree: string, carrier: Deb['carrier']): void {
  const linux = path.join(resources, 'linux');
  const put = (from: string, to: string): void => {
    mkdirSync(path.dirname(path.join(tree, to)), { recursive: true });
    cpSync(from, path.join(tree, to));
  };
  const unit = carrier === 'electron' ? 'yikatong-kiosk.service' : 'yikatong-terminal.service';
  put(path.join(linux, unit), `/lib/systemd/system/${unit}`);
  put(path.join(linux, 'yikatong-kiosk.sysusers'), '/usr/lib/sysusers.d/yikatong-kiosk.conf');
  put(path.join(linux, 'yikatong-kiosk.tmpfiles'), '/usr/lib/tmpfiles.d/yikatong-kiosk.conf');
  put(path.join(resources, 'udev', '70-kiosk.rules'), '/lib/udev/rules.d/70-yikatong-kiosk.rules');
  // It is the terminal process's; Electron's sandbox would not live in it.
  if (carrier === 'node') put(path.join(linux, 'apparmor', 'opt.yikatong-kiosk'), APPARMOR);
  const kioskctl = path.join(tree, '/usr/sbin/kioskctl');
  mkdirSync(path.dirname(kioskctl), { recursive: true });
  writeFileSync(
    kioskctl,
    readFileSync(path.join(projectRoot, 'resources', 'linux', 'deb', 'kioskctl'), 'utf8').replace('@KIOSKCTL@', startOf[carrier].kioskctl),
  );
  put(path.join(linux, 'usbguard', 'rules.conf'), '/usr/share/yikatong-kiosk/usbguard/rules.conf');
  put(path.join(resources, 'config', 'example.json'), '/usr/share/yikatong-kiosk/config.example.json');
  put(path.join(tree, INSTALLED, 'resources', 'legal', 'THIRD-PARTY.txt'), `/usr/share/doc/${product.name}/THIRD-PARTY.txt`);
  for (const size of [48, 128, 256])
    put(path.join(resources, 'icons', `${size}x${size}.png`), `/usr/share/icons/hicolor/${size}x${size}/apps/${product.name}.png`);
}

function putControl(tree: string, { name, carrier }: Pick<Deb, 'name' | 'carrier'>): void {
  const control = path.join(tree, 'DEBIAN');
  const kibibytes = Math.ceil(filesBelow(tree).reduce((sum, file) => sum + statSync(path.join(tree, file)).size, 0) / 1024);
  const other = carrier === 'electron' ? `${product.name}-headless` : product.name;
  mkdirSync(control, { recursive: true });
  const fields = [
    `Package: ${name}`,
    `Version: ${product.version}`,
    'Architecture: amd64',
    `Maintainer: ${product.author}`,
    `Installed-Size: ${kibibytes}`,
    `Depends: systemd (>= 249), udev, ${NEEDS[carrier]}`,
    // libtss2: by what systemd speaks with a TPM
    `Recommends: ${carrier === 'electron' ? 'cog' : 'apparmor'}, libtss2-esys-3.0.2-0, libtss2-mu0, libtss2-rc0, libtss2-tcti-device0, pcscd, usbguard`,
    `Conflicts: ${other}`,
    'Section: misc',
    'Priority: optional',
    `Description: ${product.description}${carrier === 'electron' ? '' : ', without a screen'}`,
    carrier === 'electron' ? ' Shell, terminal process and screens, on Electron.' : ' The terminal process alone, on Node: no shell, no screens.',
    ' .',
    ' It waits for its configuration, /etc/yikatong-kiosk/config.json.',
  ];
  writeFileSync(path.join(control, 'control'), `${fields.join('\n')}\n`);
  const conffiles = [APPARMOR, ROOT_OF_TRUST].filter((file) => existsSync(path.join(tree, file)));
  if (conffiles.length > 0) writeFileSync(path.join(control, 'conffiles'), `${conffiles.join('\n')}\n`);
  for (const script of ['postinst', 'prerm', 'postrm']) {
    const text = readFileSync(path.join(projectRoot, 'resources', 'linux', 'deb', script), 'utf8');
    writeFileSync(path.join(control, script), text.replaceAll('@UNIT@', carrier === 'electron' ? 'yikatong-kiosk.service' : 'yikatong-terminal.service'));
  }
}

const PROGRAMS =
  /^(?:DEBIAN\/(?:postinst|prerm|postrm)|usr\/sbin\/kioskctl|opt\/yikatong-kiosk\/(?:node|app\/(?:yikatong-kiosk|chrome_crashpad_handler|chrome-sandbox)))$/;

/** Nobody but root may change anything, and everything has one time. */
function settleModes(tree: string): void {
  const epoch = new Date(EPOCH_S * 1000);
  for (const file of filesBelow(tree)) {
    chmodSync(path.join(tree, file), PROGRAMS.test(file) ? 0o755 : 0o644);
    utimesSync(path.join(tree, file), epoch, epoch);
  }
  const folders = readdirSync(tree, { recursive: true, withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const entry of folders) chmodSync(path.join(entry.parentPath, entry.name), 0o755);
  chmodSync(tree, 0o755);
}
