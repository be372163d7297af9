/**
 * `npm run package`: the unpacked application in out/package/linux-unpacked, or what stands in for it where Electron's archive isn't.
 * `npm run package:deb`: a Debian package in out/package. Says what carries it; exit 1 when it can't be made.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buildApp } from '../build.ts';
import { projectRoot } from '../run-tool.ts';
import { makeDeb } from './deb.ts';
import { packApp } from './electron-app.ts';

const out = path.join(projectRoot, 'out', 'package');
const work = mkdtempSync(path.join(os.tmpdir(), 'package-'));
try {
  await buildApp();
  const app = await packApp(work);
  mkdirSync(out, { recursive: true });
  if (process.argv[2] === 'deb') {
    const { file, carrier } = await makeDeb(app, out);
    process.stdout.write(`${path.relative(projectRoot, file)}, ${(statSync(file).size / 1e6).toFixed(1)} MB, on ${carrier}\n`);
  } else {
    const folder = path.join(out, 'linux-unpacked');
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
