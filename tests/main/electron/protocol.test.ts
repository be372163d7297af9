import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { isOurs, requestAllowed } from '../../../main/electron/origins.ts';
import { contentSecurityPolicy, createProtocolHandler } from '../../../main/electron/protocol.ts';

const top = mkdtempSync(path.join(os.tmpdir(), 'kiosk-protocol-'));
afterAll(() => rmSync(top, { recursive: true }));
const root = path.join(top, 'renderer');
mkdirSync(path.join(root, 'assets'), { recursive: true });
writeFileSync(path.join(root, 'index.html'), '<p>page</p>');
writeFileSync(path.join(root, 'bench.html'), '<p>bench</p>');
writeFileSync(path.join(root, 'assets', 'index-Ab_1.js'), 'export {};');
writeFileSync(path.join(root, 'assets', 'noto.woff2'), 'font');
writeFileSync(path.join(root, 'assets', 'notes.txt'), 'not a kind the build makes');
writeFileSync(path.join(root, '.inputs.json'), '{}');
writeFileSync(path.join(top, 'secret.json'), '{"key":1}');

const handle = createProtocolHandler({ root, benchOrigin: 'http://127.0.0.1:4000' });
const get = (url: string, method = 'GET'): Promise<Response> => handle(new Request(url, { method }));

const directives = (policy: string | null): Record<string, string> =>
  Object.fromEntries((policy ?? '').split('; ').map((directive) => [directive.replace(/ .*/, ''), directive.replace(/^\S+ ?/, '')]));

describe('files of the build', () => {
  test.each([
    ['index.html', 'text/html; charset=utf-8', '<p>page</p>'],
    ['assets/index-Ab_1.js', 'text/javascript; charset=utf-8', 'export {};'],
    ['assets/noto.woff2', 'font/woff2', 'font'],
  ])('%s is served with its type, never sniffed, never stored', async (file, type, text) => {
    const response = await get(`kiosk://app/${file}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.text()).toBe(text);
  });

  test('a query and a fragment name no other file', async () => {
    expect(await (await get('kiosk://app/index.html?api=x#y')).text()).toBe('<p>page</p>');
  });

  test('HEAD answers the same without the bytes', async () => {
    const response = await get('kiosk://app/index.html', 'HEAD');
    expect([response.status, await response.text()]).toEqual([200, '']);
  });
});

describe('whatever else is asked for', () => {
  test.each([
    ['a file that is not there', 'kiosk://app/missing.js'],
    ['a file of no kind of ours', 'kiosk://app/assets/notes.txt'],
    ['a hidden file', 'kiosk://app/.inputs.json'],
    ['a folder', 'kiosk://app/assets'],
    ['a folder with its slash', 'kiosk://app/assets/'],
    ['nothing', 'kiosk://app/'],
    ['a file above the folder, escaped', 'kiosk://app/..%2fsecret.json'],
    ['a file above the folder, escaped twice', 'kiosk://app/%252e%252e/secret.json'],
    ['a file above the folder, by backslash', 'kiosk://app/..%5csecret.json'],
    ['a file above the folder, through a folder', 'kiosk://app/assets/..%2f..%2fsecret.json'],
    ['a name with a zero byte', 'kiosk://app/index.html%00.js'],
    ['an absolute path', `kiosk://app/${encodeURIComponent(path.join(top, 'secret.json'))}`],
    ['another host', 'kiosk://other/index.html'],
    ['another scheme', 'https://app/index.html'],
  ])('%s: 404 and no bytes', async (_case, url) => {
    const response = await get(url);
    expect([response.status, await response.text()]).toEqual([404, '']);
  });

  test('another method: 405', async () => {
    expect((await get('kiosk://app/index.html', 'POST')).status).toBe(405);
  });

  test('no path whatever leads to the file above the folder', async () => {
    const piece = fc.constantFrom('..', '%2e%2e', '%2E.', '/', '%2f', '%5c', '\\', 'assets', 'secret.json', '.', '%00', '//');
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
        const response = await get(`kiosk://app/${pieces.join('')}`);
        expect(await response.text()).not.toContain('key');
      }),
    );
  });
});

describe('the policy of a page', () => {
  test('the kiosk page runs its own files and reaches nothing', async () => {
    const policy = directives((await get('kiosk://app/index.html')).headers.get('content-security-policy'));
    expect(policy['default-src']).toBe("'none'");
    expect(policy['script-src']).toBe("'self'");
    expect(policy['style-src']).toBe("'self'");
    expect(policy['connect-src']).toBeUndefined();
    expect(policy['require-trusted-types-for']).toBe("'script'");
  });

  test('no page may run anything inline or from a string, the bench neither', () => {
    for (const policy of [contentSecurityPolicy(), contentSecurityPolicy('http://127.0.0.1:4000')]) expect(policy).not.toMatch(/unsafe|\*/);
  });

  test('only the bench page reaches the bench', async () => {
    const policy = directives((await get('kiosk://app/bench.html')).headers.get('content-security-policy'));
    expect(policy['connect-src']).toBe('http://127.0.0.1:4000 ws://127.0.0.1:4000');
    const alone = createProtocolHandler({ root });
    const without = await alone(new Request('kiosk://app/bench.html'));
    expect(directives(without.headers.get('content-security-policy'))['connect-src']).toBeUndefined();
  });
});

describe('addresses', () => {
  test.each([
    ['kiosk://app/index.html', true],
    ['kiosk://app', true],
    ['kiosk://app.evil/index.html', false],
    ['kiosk://user@app/index.html', false],
    ['kiosk://app:80/index.html', false],
    ['https://app/index.html', false],
    ['file:///kiosk://app/', false],
    ['kiosk', false],
    ['', false],
  ])('%s is ours: %s', (url, ours) => {
    expect(isOurs(url)).toBe(ours);
  });

  test.each([
    ['http://127.0.0.1:4000/state', true],
    ['ws://127.0.0.1:4000/events', true],
    ['http://127.0.0.1:4001/state', false],
    ['http://127.0.0.1:4000.evil.example/', false],
    ['https://127.0.0.1:4000/', false],
    ['devtools://devtools/bundled/inspector.html', false],
    ['file:///etc/passwd', false],
  ])('with a bench at http://127.0.0.1:4000, %s may be requested: %s', (url, allowed) => {
    expect(requestAllowed(url, 'http://127.0.0.1:4000')).toBe(allowed);
    expect(requestAllowed(url, undefined)).toBe(false);
  });
});
