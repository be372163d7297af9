/** The console's page as the server gives it, its description, and the command that invites the first member of staff. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { calls, CONSOLE_API } from '../../fleet/console-api/calls.ts';
import { operate } from '../../fleet/server/identity/operator-commands.ts';
import { loadSigningKey } from '../../fleet/server/signing-key.ts';
import { Browser, codeOf } from './console-browser.ts';
import { environmentFor } from './database.ts';
import { exchange, startWorld } from './support.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'fleet-console-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

function builtPage(): string {
  const site = join(folder(), 'site');
  mkdirSync(join(site, 'assets'), { recursive: true });
  writeFileSync(join(site, 'index.html'), '<!doctype html><title>console</title>');
  writeFileSync(join(site, 'assets', 'index-Ab12Cd34.js'), 'export {};');
  writeFileSync(join(site, '.env'), 'SECRET=1');
  writeFileSync(join(site, '..', 'outside.txt'), 'outside');
  symlinkSync(join(site, '..'), join(site, 'assets', 'up'));
  return site;
}

const withSite = (site: string) => ({ settings: { console: { name: 'fleet', signInsPerMinute: 30, requestsPerMinute: 600, site } } });

test('the page is given at each of its own addresses, never kept, under a policy without exceptions; its assets are kept for ever', async () => {
  const browser = new Browser(await startWorld(withSite(builtPage())));
  for (const path of ['/console/', '/console/terminals/T-0001', '/console/invitation', '/console/apiary']) {
    const answer = await browser.send(path);
    expect([path, answer.status, answer.text]).toEqual([path, 200, '<!doctype html><title>console</title>']);
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
    const policy = String(answer.headers['content-security-policy']);
    expect(policy.split('; ')).toEqual(expect.arrayContaining(["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"]));
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
  }
  expect((await browser.send('/console')).headers).toMatchObject({ location: '/console/' });
  const asset = await browser.send('/console/assets/index-Ab12Cd34.js');
  expect([asset.status, asset.headers['cache-control'], asset.headers['content-type']]).toEqual([
    200,
    'public, max-age=31536000, immutable',
    expect.stringMatching(/^(?:text|application)\/javascript; charset=utf-8$/),
  ]);
});

test.each(['/console/assets/index-0000.js', '/console/.env', '/console/../outside.txt', '/console/..%2foutside.txt', '/console/api/nothing', '/console/api'])(
  'what is no file of the page is not given: %s',
  async (path) => {
    const browser = new Browser(await startWorld(withSite(builtPage())));
    const answer = await browser.send(path);
    expect([answer.status, codeOf(answer)]).toEqual([404, 'notFound']);
  },
);

test('a folder without a page is refused at the start, and without a folder there is no page', async () => {
  await expect(startWorld(withSite(folder()))).rejects.toThrow(/no index.html/);
  expect((await new Browser(await startWorld()).send('/console/')).status).toBe(404);
});

test('every call is in the description, under the console’s own tag, with who may', async () => {
  const world = await startWorld();
  const { paths } = z
    .looseObject({
      paths: z.record(z.string(), z.record(z.string(), z.looseObject({ tags: z.array(z.string()).optional(), security: z.array(z.unknown()).optional() }))),
    })
    .parse((await exchange(`${world.url}/openapi.json`, 'GET')).body);
  for (const { method, path, needs } of Object.values(calls)) {
    const described = paths[`${CONSOLE_API}${path}`.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
    expect([path, described?.tags, described?.security]).toEqual([path, ['console'], needs === 'anybody' ? undefined : [{ session: [] }]]);
  }
});

test('the operator’s command invites the first member of staff, who then signs in', async () => {
  const world = await startWorld();
  const data = folder();
  loadSigningKey(join(data, 'signing-key.pem'));
  const { DATABASE_URL } = environmentFor(world.database, data);
  const before = process.env['DATABASE_URL'];
  if (DATABASE_URL === undefined) delete process.env['DATABASE_URL'];
  else process.env['DATABASE_URL'] = DATABASE_URL;
  onTestFinished(() => {
    if (before === undefined) delete process.env['DATABASE_URL'];
    else process.env['DATABASE_URL'] = before;
  });
  const [code = '', link = ''] = await operate([
    'staff',
    'add',
    'Wang Fang',
    '--role',
    'operator',
    '--data',
    data,
    '--by',
    'root',
    '--origin',
    'https://fleet.example',
  ]);
  expect(code).toMatch(/^(?:[0-9A-HJKMNP-TV-Z]{5}-){4}[0-9A-HJKMNP-TV-Z]{5}$/);
  expect(link).toContain(`https://fleet.example/console/invitation#${code}`);
  expect((await operate(['staff', 'list', '--data', data])).map((line): unknown => JSON.parse(line))).toEqual([
    { name: 'Wang Fang', role: 'operator', state: 'invited' },
  ]);
  const [again = ''] = await operate(['staff', 'reset', 'wang fang', '--data', data]);
  expect(again).not.toBe(code);
  await expect(operate(['staff', 'reset', 'Nobody Here', '--data', data])).rejects.toThrow(/nobody is called/);
});

test.each<[string, string[], string]>([
  ['without a verb', ['staff'], 'add, reset or list'],
  ['without a role', ['staff', 'add', 'Wang Fang', '--data', 'd'], '--role'],
  ['with a role that is none', ['staff', 'add', 'Wang Fang', '--role', 'root', '--data', 'd'], '--role'],
  ['without a name', ['staff', 'add', '--role', 'operator', '--data', 'd'], 'NAME'],
  ['with a name in two words', ['staff', 'add', 'Wang', 'Fang', '--role', 'operator', '--data', 'd'], '"Fang"'],
  ['without the data folder', ['staff', 'list'], '--data'],
])('the command called %s says so in one line', async (_how, args, said) => {
  const { code, error } = await new Promise<{ code: number; error: string }>((resolve) => {
    execFile(process.execPath, ['fleet/server/main.ts', ...args], (failure, _out, stderr) => resolve({ code: Number(failure?.code ?? 0), error: stderr }));
  });
  expect([code, error.trimEnd().includes('\n')]).toEqual([2, false]);
  expect(error).toContain(said);
});
