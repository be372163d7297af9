/** `npm run fleet -- keys list | make | import`: into a file and into a token; what came in serves a published load. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { toHex } from '../../../common/hex.ts';
import { loadSessionSeed, mac1Input } from '../../../common/pboc.ts';
import { keyCommand } from '../../../fleet/server/keys/key-commands.ts';
import { openKeyStore } from '../../../fleet/server/keys/open-key-store.ts';
import { readSettings } from '../../../fleet/server/settings-file.ts';
import { V1 } from '../support.ts';
import { newToken, noSoftHsm } from './softhsm.ts';

/** XOR of both is V1's MLK 3A7F10C4D2956B8E01F3A65C9D24E7B8. */
const COMPONENTS = ['FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF', 'C580EF3B2D6A9471FE0C59A362DB1847'];
/** head -c8 /dev/zero | openssl enc -des-ede -K <key> -nopad */
const KCV = { first: 'CAAAAF', load: '867E3A' };

function linesOf(...lines: readonly string[]) {
  const left = [...lines];
  return { next: async () => left.shift(), close: () => {} };
}

function configuration(keyStore: object): string {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'password'), 'correct horse battery staple\n', { mode: 0o600 });
  const file = join(folder, 'fleet.json');
  writeFileSync(file, JSON.stringify({ issuer: {}, keyStore }));
  return file;
}

const inFile = () => configuration({ kind: 'software', file: 'keys.jwe', passwordFile: 'password' });
const inToken = () => {
  const { folder: _folder, ...token } = newToken();
  return configuration({ kind: 'pkcs11', ...token, labels: { load: 'MLK', tac: 'MTK', maintenance: 'MAMK' } });
};

describe.each([
  ['an encrypted file', inFile, undefined],
  ['a token', inToken, noSoftHsm()],
])('%s', (_place, configure, missing) => {
  describe.skipIf(missing !== undefined)(missing === undefined ? 'as a place of keys' : `not run: ${missing}`, () => {
    test('takes a key from its components, shows check values and no key, and the issuer works with it', async () => {
      const config = configure();
      const printed = await keyCommand(['import', 'load', '--config', config, '--kcv', KCV.load], linesOf(...COMPONENTS, ''));
      expect(printed[0]).toBe(`component 1: check value ${KCV.first}`);
      expect(printed.at(-1)).toMatch(new RegExp(`^load: imported into .*, check value ${KCV.load}$`));
      expect(await keyCommand(['make', 'maintenance', '--config', config], linesOf())).toEqual([
        expect.stringMatching(/^maintenance: made in .*, check value [0-9A-F]{6}$/),
      ]);
      const keys = await openKeyStore(readSettings(config));
      expect(toHex(await keys.sessionMac('load', V1.card, loadSessionSeed(V1.init), mac1Input(V1.init)))).toBe(V1.init.mac1);
      await keys.close();
    });

    test('takes nothing from wrong, too few or malformed components, from halves that are the same, or over a key that is there', async () => {
      const config = configure();
      const importing = (lines: readonly string[], ...more: readonly string[]) =>
        keyCommand(['import', 'load', '--config', config, ...more], linesOf(...lines));
      await expect(importing(COMPONENTS, '--kcv', '000000')).rejects.toThrow(`the key has check value ${KCV.load} and not 000000`);
      await expect(importing([COMPONENTS[0] ?? '', ''])).rejects.toThrow('at least two components');
      await expect(importing(['123', ''])).rejects.toThrow(/component 1: expected 32 hexadecimal digits/);
      await expect(importing(['11'.repeat(16), '23'.repeat(16)])).rejects.toThrow('single DES');
      // they differ in parity bits only
      await expect(importing(['00'.repeat(16), `${'10'.repeat(8)}${'11'.repeat(8)}`])).rejects.toThrow('single DES');
      await importing(COMPONENTS);
      await expect(importing(COMPONENTS)).rejects.toMatchObject({ code: 'keyExists' });
      await expect(keyCommand(['make', 'load', '--config', config], linesOf())).rejects.toMatchObject({ code: 'keyExists' });
    });
  });
});

test('the file of keys holds none readably, only its owner may read it, and another password or a damaged file opens nothing', async () => {
  const config = inFile();
  await keyCommand(['import', 'load', '--config', config], linesOf(...COMPONENTS));
  await keyCommand(['make', 'tac', '--config', config], linesOf());
  const file = join(config, '..', 'keys.jwe');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const sealed = readFileSync(file, 'utf8');
  expect(sealed).not.toContain(V1.issuer.masterLoadKey);
  expect((await keyCommand(['list', '--config', config], linesOf()))[0]).toBe(`load: check value ${KCV.load}, in ${file}`);
  writeFileSync(join(config, '..', 'password'), 'another', { mode: 0o600 });
  await expect(openKeyStore(readSettings(config))).rejects.toMatchObject({ code: 'keyFileUnreadable', message: expect.stringContaining('another one') });
  writeFileSync(join(config, '..', 'password'), 'correct horse battery staple', { mode: 0o600 });
  writeFileSync(file, `${sealed.slice(0, 200)}${sealed[200] === 'A' ? 'B' : 'A'}${sealed.slice(201)}`);
  await expect(openKeyStore(readSettings(config))).rejects.toMatchObject({ code: 'keyFileUnreadable' });
  writeFileSync(file, sealed);
  await (await openKeyStore(readSettings(config))).close();
});

test('keys that stand in the settings are listed, and not changed by a command', async () => {
  const config = configuration({ kind: 'software', keys: { load: V1.issuer.masterLoadKey, tac: V1.issuer.masterTacKey } });
  expect((await keyCommand(['list', '--config', config], linesOf()))[0]).toBe(`load: check value ${KCV.load}, in the settings`);
  await expect(keyCommand(['make', 'block', '--config', config], linesOf())).rejects.toThrow('keyStore.file');
});

test.each([
  ['keys in two places', { masterLoadKey: V1.issuer.masterLoadKey }, { kind: 'software', keys: { load: V1.issuer.masterLoadKey } }, 'issuer.masterLoadKey'],
  ['a file without its password', {}, { kind: 'software', file: 'keys.jwe' }, 'keyStore.passwordFile'],
  ['a token with a key in the open beside it', V1.issuer, { kind: 'pkcs11', module: 'm', tokenLabel: 't', pinFile: 'p', labels: { load: 'L' } }, 'the token'],
  ['a token without a label for the TAC', {}, { kind: 'pkcs11', module: 'm', tokenLabel: 't', pinFile: 'p', labels: { load: 'L' } }, 'keyStore.labels.tac'],
  ['no keys at all', {}, undefined, 'issuer.masterTacKey'],
])('settings with %s are refused with their place', (_what, issuer, keyStore, said) => {
  const config = configuration({});
  writeFileSync(config, JSON.stringify({ issuer, ...(keyStore === undefined ? {} : { keyStore }) }));
  expect(() => readSettings(config)).toThrow(said);
});

test('called wrongly the command says how it is called', async () => {
  for (const args of [
    ['melt'],
    ['make', 'load'],
    ['make', 'gold', '--config', 'x'],
    ['import', 'load', '00', '--config', 'x'],
    ['import', 'load', '--kcv', '1', '--config', 'x'],
  ]) {
    await expect(keyCommand(args, linesOf())).rejects.toMatchObject({ name: 'UsageError' });
  }
});

test('as a program it reads components from a pipe and ends', async () => {
  const config = inFile();
  const child = spawn(process.execPath, ['fleet/server/main.ts', 'keys', 'import', 'load', '--config', config], { stdio: 'pipe' });
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stdin.end(`${COMPONENTS.join('\n')}\n`);
  const [out, error] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(error).toBe('');
  expect(out).toContain(`check value ${KCV.load}`);
});
