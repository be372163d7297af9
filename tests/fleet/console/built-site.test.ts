/** Where the server finds the console's page. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { serverSettingsSchema } from '../../../fleet/server/config.ts';
import { withBuiltSite } from '../../../fleet/server/console/built-site.ts';
import { V1 } from '../support.ts';

const settings = serverSettingsSchema.parse({ issuer: V1.issuer });

function folder(): string {
  const made = mkdtempSync(path.join(os.tmpdir(), 'site-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

test('a built page is served without being asked for', () => {
  const built = folder();
  writeFileSync(path.join(built, 'index.html'), '<!doctype html>');
  const said: string[] = [];
  expect(withBuiltSite(settings, (line) => said.push(line), built).console.site).toBe(built);
  expect(said).toEqual([]);
});

test('one that is not built is said in one line, with what makes it', () => {
  const said: string[] = [];
  expect(withBuiltSite(settings, (line) => said.push(line), folder()).console.site).toBeUndefined();
  expect(said).toEqual([expect.stringContaining('npm run build')]);
});

test('the settings’ own folder goes before', () => {
  const own = { ...settings, console: { ...settings.console, site: '/srv/console' } };
  expect(withBuiltSite(own, () => undefined, folder())).toBe(own);
});
