/**
 * `npm run package [-- --flavor training]`: the unpacked application in out/package/linux-unpacked, or what stands in for it where Electron's archive isn't.
 * `npm run package -- release`: the folder that an operator publishes (fleet/publish/README.md), in out/package/release.
 * `npm run package:deb [-- --root FILE]`: a Debian package in out/package, with the operator's root of trust where one is given. Each says what
 * carries it; exit 1 when it can't be made, 2 when called wrongly.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { flavors, type Flavor } from '../../../common/flavor.ts';
import { buildApp, partsOf } from '../build.ts';
import { projectRoot } from '../run-tool.ts';
import { makeDeb } from './deb.ts';
import { packApp } from './electron-app.ts';
import { SCHEMA_VERSION } from '../../../main/journal/schema.ts';
import { putPublishable, startOf } from './slot.ts';
import { product } from './stage.ts';

const out = path.join(projectRoot, 'out', 'package');
const { what, root, flavor } = asked();
const work = mkdtempSync(path.join(os.tmpdir(), 'package-'));
try {
  await buildApp(partsOf[flavor]);
  const app = await packApp(work, { flavor });
  mkdirSync(out, { recursive: true });
  if (what === 'deb') {
    const { file, carrier } = await makeDeb(app, out, root === undefined ? {} : { root });
    const trust = root === undefined ? '; the operator puts the root of trust at /etc/yikatong-kiosk/root.json' : '';
    process.stdout.write(`${path.relative(projectRoot, file)}, ${(statSync(file).size / 1e6).toFixed(1)} MB, on ${carrier}${trust}\n`);
  } else if (what === 'release') {
    const folder = path.join(out, 'release');
    putPublishable(app, folder);
    const { path: start, by } = startOf[app.carrier === 'electron' ? 'electron' : 'node'];
    const words = `--folder ${path.relative(projectRoot, folder)} --version ${product.version} --start ${start} --by ${by} --journal 1-${SCHEMA_VERSION}`;
    process.stdout.write(`publish it with: npm run publish-release -- add-release --repository REPOSITORY ${words}\n`);
  } else {
    const folder = path.join(out, flavor === 'production' ? 'linux-unpacked' : 'linux-unpacked-training');
    rmSync(folder, { recursive: true, force: true });
    cpSync(app.folder, folder, { recursive: true });
    process.stdout.write(`${path.relative(projectRoot, folder)}${app.carrier === 'casing' ? ', without Electron: to look at, it starts nothing' : ''}\n`);
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}

function asked(): { readonly what: 'app' | 'deb' | 'release'; readonly root: string | undefined; readonly flavor: Flavor } {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { root: { type: 'string' }, flavor: { type: 'string', default: 'production' } },
    });
    const [what = 'app', ...more] = positionals;
    const flavor = flavors.find((name) => name === values.flavor);
    const may = flavor === 'production' || (flavor === 'training' && what === 'app'); // training has neither releases nor a Debian package
    if (flavor !== undefined && may && more.length === 0 && (what === 'deb' || (values.root === undefined && (what === 'app' || what === 'release'))))
      return { what, root: values.root, flavor };
  } catch {
    // said below
  }
  process.stderr.write('usage: npm run package [-- release | --flavor training], or npm run package:deb [-- --root FILE]\n');
  process.exit(2);
}
