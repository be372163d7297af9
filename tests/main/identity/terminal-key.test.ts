import { createHmac, createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calculateJwkThumbprint, compactVerify, importJWK } from 'jose';
import { describe, expect, onTestFinished, test } from 'vitest';
import { IdentityError, loadOrCreateTerminalKey, terminalKey, thumbprint } from '../../../main/identity/terminal-key.ts';

function keyPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'identity-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'new', 'terminal-key.pem');
}

const codeOf = (path: string): string => {
  try {
    loadOrCreateTerminalKey(path);
    return 'none';
  } catch (error) {
    return error instanceof IdentityError ? error.code : String(error);
  }
};

describe('the terminal’s key', () => {
  test('derives the same bytes for a purpose and a name every time, as RFC 5869 does from the key’s seed', () => {
    const path = keyPath();
    const derived = loadOrCreateTerminalKey(path).derive('kiosk-voucher-code', 'V1');
    // RFC 8410: the seed is the last 32 bytes of the PKCS#8 file; RFC 5869: extract with a salt of zeros, expand to one block
    const seed = createPrivateKey(readFileSync(path)).export({ type: 'pkcs8', format: 'der' }).subarray(-32);
    const extracted = createHmac('sha256', Buffer.alloc(32)).update(seed).digest();
    expect(Buffer.from(derived)).toEqual(createHmac('sha256', extracted).update('kiosk-voucher-code:V1').update(Uint8Array.of(1)).digest());
    const again = loadOrCreateTerminalKey(path);
    expect(again.derive('kiosk-voucher-code', 'V1')).toEqual(derived);
    expect(again.derive('kiosk-voucher-code', 'V2')).not.toEqual(derived);
    expect(again.derive('another purpose', 'V1')).not.toEqual(derived);
  });

  test('is made at the first start, readable by its owner only, and stays the same', () => {
    const path = keyPath();
    const first = loadOrCreateTerminalKey(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(loadOrCreateTerminalKey(path).publicKey).toEqual(first.publicKey);
  });

  test('that others can read is refused with the command that helps', () => {
    const path = keyPath();
    loadOrCreateTerminalKey(path);
    chmodSync(path, 0o640);
    expect(() => loadOrCreateTerminalKey(path)).toThrow(`chmod 600 ${path}`);
    expect(codeOf(path)).toBe('unsafeMode');
  });

  test.each([
    ['no key', 'nothing of use'],
    ['another kind of key', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' })],
  ])('file that holds %s is refused and left as it is', (_what, content) => {
    const path = keyPath();
    loadOrCreateTerminalKey(path);
    writeFileSync(path, content);
    expect(codeOf(path)).toBe('badKey');
    expect(readFileSync(path, 'utf8')).toBe(content);
  });

  test('that can’t be written is an error of the disk', () => {
    const file = join(keyPath(), '..', '..', 'a-file');
    writeFileSync(file, '');
    expect(codeOf(join(file, 'terminal-key.pem'))).toBe('io');
  });

  // RFC 8037 appendix A: key, thumbprint, and the signature of "Example of Ed25519 signing".
  test('has the thumbprint of RFC 8037 A.3', () => {
    const key = { kty: 'OKP' as const, crv: 'Ed25519' as const, x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' };
    expect(thumbprint(key)).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
  });

  test('signs what jose verifies, for one named purpose', async () => {
    const key = terminalKey(generateKeyPairSync('ed25519').privateKey);
    const jws = key.signJws('kiosk-request+jwt', { b: 2, a: '充值' });
    const { payload, protectedHeader } = await compactVerify(jws, await importJWK(key.publicKey, 'EdDSA'));
    expect(new TextDecoder().decode(payload)).toBe('{"a":"充值","b":2}');
    expect(protectedHeader).toEqual({ alg: 'EdDSA', kid: await calculateJwkThumbprint(key.publicKey), typ: 'kiosk-request+jwt' });
  });
});
