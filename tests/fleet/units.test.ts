/** The systemd units: judged by systemd itself, with this repository in the place of /opt/yikatong. They are not started here. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { temporaryFolder } from './bus-support.ts';

const DEPLOY = path.join(import.meta.dirname, '..', '..', 'fleet', 'deploy');
const ROOT = path.join(import.meta.dirname, '..', '..');
const UNITS = readdirSync(DEPLOY).filter((name) => /\.(?:service|timer)$/.test(name));

function analyze(...args: readonly string[]): { readonly status: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
  return { status, said: `${stdout}${stderr}` };
}

beforeEach(({ skip }) => skip(spawnSync('systemd-analyze', ['--version']).error !== undefined, 'not run: systemd-analyze is not installed'));

/** @returns the units' folder */
function installed(): string {
  const folder = temporaryFolder();
  for (const name of UNITS) writeFileSync(path.join(folder, name), readFileSync(path.join(DEPLOY, name), 'utf8').replaceAll('/opt/yikatong', ROOT));
  return folder;
}

test('the units are there: server, clearing, and backup with its timer', () => {
  expect(UNITS.toSorted()).toEqual(['yikatong-clearing.service', 'yikatong-fleet-backup.service', 'yikatong-fleet-backup.timer', 'yikatong-fleet.service']);
});

test('systemd finds nothing wrong with them, and everything that they start', () => {
  const folder = installed();
  expect(analyze('verify', ...UNITS.map((name) => path.join(folder, name)))).toEqual({ status: 0, said: '' });
});

test.each(UNITS.filter((name) => name.endsWith('.service')))('%s is locked down: exposure of 2 out of 10 at most', (name) => {
  const { status, said } = analyze('security', '--offline=true', '--threshold=20', '--no-pager', path.join(installed(), name));
  expect(status, said).toBe(0);
});
