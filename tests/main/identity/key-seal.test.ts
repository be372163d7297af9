/** The terminal's secret files sealed by what systemd gives to the service: sealed once, opened by that machine alone, never replaced. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hkdfSync } from 'node:crypto';
import { compactDecrypt } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isSealed, keySeal, sealOf, SealError, unsealed, type KeySeal } from '../../../main/identity/key-seal.ts';
import { IdentityError, loadOrCreateTerminalKey, loadTerminalKey } from '../../../main/identity/terminal-key.ts';
import { readTerminalSecret } from '../../../main/maintenance/sign-in/terminal-secret.ts';

const CREDENTIAL = new Uint8Array(32).fill(7);
const here = (): KeySeal => keySeal(CREDENTIAL);
const elsewhere = (): KeySeal => keySeal(new Uint8Array(32).fill(8));

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seal-'));
  file = join(folder, 'terminal-key.pem');
});
afterEach(() => rmSync(folder, { recursive: true }));

const text = (): string => readFileSync(file, 'utf8');
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'none';
  } catch (error) {
    return error instanceof IdentityError || error instanceof SealError ? error.code : String(error);
  }
};

describe('the terminal’s key', () => {
  test('a new one is never written in the clear, and is the same at the next start', () => {
    const { kid } = loadOrCreateTerminalKey(file, here());
    expect(text()).not.toMatch(/PRIVATE|MC4CAQ/); // neither PEM nor the beginning of an Ed25519 PKCS#8 (RFC 8410)
    expect([isSealed(text()), statSync(file).mode & 0o777]).toEqual([true, 0o600]);
    expect(loadOrCreateTerminalKey(file, here()).kid).toBe(kid);
    expect(loadTerminalKey(file, here()).kid).toBe(kid);
  });

  test('one that lay in the clear is sealed at the first start with a seal, and stays the same', () => {
    const { kid } = loadOrCreateTerminalKey(file);
    expect(unsealed([file, join(folder, 'staff-secret')])).toEqual([file]);
    expect(loadOrCreateTerminalKey(file, here()).kid).toBe(kid);
    expect(unsealed([file, join(folder, 'staff-secret')])).toEqual([]);
    const sealed = text();
    expect(loadOrCreateTerminalKey(file, here()).kid).toBe(kid);
    expect(text()).toBe(sealed);
  });

  test('what any library for JWE opens with the credential’s key is the PEM', async () => {
    loadOrCreateTerminalKey(file, here());
    const { plaintext, protectedHeader } = await compactDecrypt(text().trim(), new Uint8Array(hkdfSync('sha256', CREDENTIAL, '', 'kiosk-key-seal', 32)));
    expect(protectedHeader).toEqual({ alg: 'dir', enc: 'A256GCM', kid: here().kid, typ: 'kiosk-terminal-key' });
    expect(new TextDecoder().decode(plaintext)).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  });

  test.each<[string, KeySeal | undefined, string, RegExp]>([
    ['without the credential', undefined, 'sealed', /is sealed, and the credential kiosk-key-seal .* start it by systemd/],
    ['on another machine', elsewhere(), 'otherSeal', /sealed by the credential .*, and this machine gives .*: restore/],
  ])('%s: an error that says so, and the file stays as it is', (_case, seal, code, says) => {
    loadOrCreateTerminalKey(file, here());
    const before = text();
    expect(codeOf(() => loadOrCreateTerminalKey(file, seal))).toBe(code);
    expect(() => loadTerminalKey(file, seal)).toThrow(says);
    expect(text()).toBe(before);
  });

  test('any bit changed, or another secret in its place: never taken for a key', () => {
    loadOrCreateTerminalKey(file, here());
    const good = text().trim();
    const parts = good.split('.');
    for (const part of [0, 2, 3, 4]) {
      const bytes = Buffer.from(parts[part] ?? '', 'base64url');
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      writeFileSync(file, parts.with(part, bytes.toString('base64url')).join('.'));
      expect(['badKey', 'sealed']).toContain(codeOf(() => loadOrCreateTerminalKey(file, here())));
    }
    const secret = here().seal('staff-secret', '0a'.repeat(32));
    writeFileSync(file, secret);
    expect(codeOf(() => loadOrCreateTerminalKey(file, here()))).toBe('badKey');
    expect(text()).toBe(secret);
  });

  test('nothing of use is not sealed: a damaged key stays as it was found', () => {
    writeFileSync(file, 'nothing of use', { mode: 0o600 });
    expect(codeOf(() => loadOrCreateTerminalKey(file, here()))).toBe('badKey');
    expect(text()).toBe('nothing of use');
  });

  test('a disk that takes nothing: the key in the clear serves on', () => {
    const { kid } = loadOrCreateTerminalKey(file);
    mkdirSync(`${file}.new`);
    expect(loadOrCreateTerminalKey(file, here()).kid).toBe(kid);
    expect(unsealed([file])).toEqual([file]);
  });

  test('the same secret is another text each time', () => {
    expect(here().seal('terminal-key', 'x')).not.toBe(here().seal('terminal-key', 'x'));
  });
});

describe('the staff’s secret', () => {
  const DIGITS = '0a'.repeat(32);
  const good = { ok: true, secret: new Uint8Array(32).fill(10) };

  beforeEach(() => {
    file = join(folder, 'staff-secret');
    writeFileSync(file, `${DIGITS}\n`, { mode: 0o600 });
  });

  test('is sealed at the first start with a seal, and read by that machine alone', () => {
    expect(readTerminalSecret(file, here())).toEqual(good);
    expect(text()).not.toContain(DIGITS);
    expect(readTerminalSecret(file, here())).toEqual(good);
    expect(readTerminalSecret(file)).toEqual({ ok: false, why: expect.stringContaining('is sealed') });
    expect(readTerminalSecret(file, elsewhere())).toEqual({ ok: false, why: expect.stringContaining('restore the credential') });
  });

  test('that others can read is not sealed away: what to do is said', () => {
    chmodSync(file, 0o644);
    expect(readTerminalSecret(file, here())).toEqual({ ok: false, why: expect.stringContaining('chmod 600') });
    expect(text()).toBe(`${DIGITS}\n`);
  });
});

describe('what systemd gives', () => {
  test('a service without credentials, or without this one, has no seal', () => {
    expect(sealOf({})).toBeUndefined();
    expect(sealOf({ CREDENTIALS_DIRECTORY: folder })).toBeUndefined();
  });

  test('the same credential is the same seal', () => {
    writeFileSync(join(folder, 'kiosk-key-seal'), CREDENTIAL);
    const seal = sealOf({ CREDENTIALS_DIRECTORY: folder });
    expect(seal?.kid).toBe(here().kid);
    expect(seal?.kid).not.toBe(elsewhere().kid);
  });

  test('a credential that is too short to be a key, or can’t be read, is no seal and no lack of one', () => {
    writeFileSync(join(folder, 'kiosk-key-seal'), CREDENTIAL.subarray(1));
    expect(codeOf(() => sealOf({ CREDENTIALS_DIRECTORY: folder }))).toBe('badCredential');
    rmSync(join(folder, 'kiosk-key-seal'));
    mkdirSync(join(folder, 'kiosk-key-seal'));
    expect(codeOf(() => sealOf({ CREDENTIALS_DIRECTORY: folder }))).toBe('io');
  });
});
