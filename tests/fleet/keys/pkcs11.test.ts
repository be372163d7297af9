/** An HSM that is not there, refuses the PIN, lacks a key or goes away: what the key store says, and what the issuer answers meanwhile. */
import { chmodSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { beforeEach, describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../common/hex.ts';
import { loadSessionSeed, mac1Input } from '../../../common/pboc.ts';
import type { KeyStore } from '../../../fleet/server/keys/key-store.ts';
import { createPkcs11Keys, type Pkcs11KeysSettings } from '../../../fleet/server/keys/pkcs11-keys.ts';
import { loadRequest, problemOf, registeredTerminal, startWorld, V1 } from '../support.ts';
import { cryptoki, moduleBehind, newToken, noSoftHsm, PIN, type TestToken } from './softhsm.ts';

const labels = { load: 'MLK 1', tac: 'MTK 1' } as const;

async function tokenWithKeys(): Promise<TestToken & Pkcs11KeysSettings> {
  const token = { ...newToken(), labels };
  const ceremony = createPkcs11Keys(token, ['serial'], { writable: true });
  await ceremony.store('load', fromHex(V1.issuer.masterLoadKey));
  await ceremony.store('tac', fromHex(V1.issuer.masterTacKey));
  await ceremony.close();
  return token;
}

const mac1Of = async (keys: KeyStore) => toHex(await keys.sessionMac('load', V1.card, loadSessionSeed(V1.init), mac1Input(V1.init)));

/** A session of the test's own, as another program's. */
function behind() {
  const module = moduleBehind();
  const slot = module.C_GetSlotList(true).find((each) => module.C_GetTokenInfo(each).label.trimEnd() === 'issuer');
  if (slot === undefined) throw new Error('no token');
  return { module, slot, ...cryptoki() };
}

beforeEach((context) => {
  const missing = noSoftHsm();
  if (missing !== undefined) context.skip(`not run: ${missing}`);
});

describe('an HSM that can’t be used says why', () => {
  test('the package is not installed', async () => {
    const load = () => {
      throw new Error("Cannot find module 'pkcs11js'");
    };
    const keys = createPkcs11Keys({ ...newToken(), labels }, ['serial'], { load });
    await expect(mac1Of(keys)).rejects.toMatchObject({ code: 'moduleUnavailable', message: expect.stringMatching(/pkcs11js .*npm ci/) });
  });

  test('the module is no library', async () => {
    const keys = createPkcs11Keys({ ...newToken(), module: '/usr/lib/nothing.so', labels }, ['serial']);
    await expect(mac1Of(keys)).rejects.toMatchObject({ code: 'moduleUnavailable', message: expect.stringContaining('/usr/lib/nothing.so') });
  });

  test('no token has the label: those that are there are named', async () => {
    const keys = createPkcs11Keys({ ...newToken('issuer'), tokenLabel: 'another', labels }, ['serial']);
    await expect(mac1Of(keys)).rejects.toMatchObject({ code: 'tokenAbsent', message: 'no token "another" is there; the module shows "issuer"' });
  });

  test('a wrong PIN is tried once, not until the token locks; the right one in the file opens it', async () => {
    const token = await tokenWithKeys();
    writeFileSync(token.pinFile, '000000');
    const keys = createPkcs11Keys(token, ['serial']);
    await expect(mac1Of(keys)).rejects.toMatchObject({ code: 'wrongPin', message: expect.not.stringContaining('000000') });
    for (let round = 0; round < 20; round += 1) await expect(mac1Of(keys)).rejects.toMatchObject({ message: expect.stringContaining('not tried again') });
    writeFileSync(token.pinFile, PIN);
    expect(await mac1Of(keys)).toBe(V1.init.mac1);
    await keys.close();
  });

  test.each([
    ['that others may read', (file: string) => chmodSync(file, 0o644), 'others may read it'],
    ['that is empty', (file: string) => writeFileSync(file, '\n'), 'is empty'],
    ['that is not there', (file: string) => renameSync(file, `${file}.away`), 'ENOENT'],
  ])('a PIN file %s', async (_how, spoil, said) => {
    const token = newToken();
    spoil(token.pinFile);
    const keys = createPkcs11Keys({ ...token, labels }, ['serial']);
    await expect(mac1Of(keys)).rejects.toMatchObject({ code: 'pinUnreadable', message: expect.stringContaining(said) });
  });

  test('a key is missing, double, of another kind, or could leave', async () => {
    const token = { ...newToken(), labels };
    const keys = createPkcs11Keys(token, ['serial'], { writable: true });
    await expect(mac1Of(keys)).rejects.toMatchObject({ code: 'keyMissing', message: 'the token has no secret key "MLK 1"' });
    const { module, slot, ...p11 } = behind();
    const session = module.C_OpenSession(slot, p11.CKF_SERIAL_SESSION | p11.CKF_RW_SESSION);
    const make = (label: string, mechanism: number, extractable: boolean) =>
      module.C_GenerateKey(session, { mechanism }, [
        { type: p11.CKA_LABEL, value: label },
        { type: p11.CKA_SENSITIVE, value: true },
        { type: p11.CKA_EXTRACTABLE, value: extractable },
      ]);
    const first = make('MLK 1', p11.CKM_DES2_KEY_GEN, true);
    await expect(mac1Of(keys)).rejects.toMatchObject({ code: 'keyUnusable', message: expect.stringContaining('could leave the token') });
    make('MLK 1', p11.CKM_DES2_KEY_GEN, false);
    await expect(mac1Of(keys)).rejects.toMatchObject({ code: 'keyMissing', message: 'the token has more than one secret key "MLK 1"' });
    make('MTK 1', p11.CKM_DES3_KEY_GEN, false);
    await expect(keys.foldedMac('tac', V1.card, new Uint8Array(1))).rejects.toMatchObject({ code: 'keyUnusable', message: expect.stringContaining('two-key') });
    module.C_DestroyObject(session, first);
    expect(await mac1Of(keys)).toMatch(/^[0-9A-F]{8}$/);
    await keys.close();
  });

  test('a master key in place of a card’s own is not used', async () => {
    const keys = createPkcs11Keys(await tokenWithKeys(), []);
    await expect(mac1Of(keys)).rejects.toMatchObject({ code: 'keyUnusable', message: expect.stringContaining('level of diversification') });
    await keys.close();
  });
});

describe('a session that is lost', () => {
  test.each([
    ['closed behind its back', () => behind().module.C_CloseAllSessions(behind().slot)],
    ['because the module was started anew', () => behind().module.C_Finalize()],
  ])('%s is opened again, once and unseen', async (_how, lose) => {
    const keys = createPkcs11Keys(await tokenWithKeys(), ['serial']);
    expect(await mac1Of(keys)).toBe(V1.init.mac1);
    lose();
    expect(await mac1Of(keys)).toBe(V1.init.mac1);
    await keys.close();
  });

  test('takes the keys between master and card with it: they are derived anew', async () => {
    const keys = createPkcs11Keys(await tokenWithKeys(), [V1.card.issuer, 'serial']);
    const before = await mac1Of(keys);
    behind().module.C_CloseAllSessions(behind().slot);
    expect(await mac1Of(keys)).toBe(before);
    await keys.close();
  });

  test('with a token that is gone says so, and works again when the token is back', async () => {
    const token = await tokenWithKeys();
    const keys = createPkcs11Keys(token, ['serial']);
    expect(await mac1Of(keys)).toBe(V1.init.mac1);
    const [there, away] = [join(token.folder, 'tokens'), join(token.folder, 'away')];
    renameSync(there, away);
    moduleBehind().C_Finalize();
    await expect(mac1Of(keys)).rejects.toMatchObject({ name: 'KeyStoreError', code: expect.stringMatching(/^(?:tokenAbsent|moduleUnavailable)$/) });
    renameSync(away, there);
    expect(await mac1Of(keys)).toBe(V1.init.mac1);
    await keys.close();
  });
});

test('a key of the token can’t be read, and isn’t made or imported over', async () => {
  const token = await tokenWithKeys();
  const keys = createPkcs11Keys(token, ['serial'], { writable: true });
  await expect(keys.make('load')).rejects.toMatchObject({ code: 'keyExists' });
  const value = fromHex(V1.issuer.masterTacKey);
  await expect(keys.store('tac', value)).rejects.toMatchObject({ code: 'keyExists' });
  expect(value).toEqual(new Uint8Array(16));
  await keys.checkValues();
  const { module, slot, CKF_SERIAL_SESSION, CKA_LABEL, CKA_VALUE } = behind();
  const session = module.C_OpenSession(slot, CKF_SERIAL_SESSION);
  module.C_FindObjectsInit(session, [{ type: CKA_LABEL, value: 'MLK 1' }]);
  const key = module.C_FindObjects(session);
  module.C_FindObjectsFinal(session);
  if (key === null) throw new Error('no key');
  expect(() => module.C_GetAttributeValue(session, key, [{ type: CKA_VALUE }])).toThrow(/SENSITIVE/);
  await keys.close();
});

describe('an issuer with its keys in an HSM', () => {
  const issuer = { masterLoadKey: undefined, masterTacKey: undefined };

  test('authorizes and books a published load; the log knows check values, and no PIN', async () => {
    const { folder: _folder, ...token } = await tokenWithKeys();
    const lines: string[] = [];
    const logger = pino({ level: 'trace' }, { write: (line) => void lines.push(line) });
    const world = await startWorld({ issuer, settings: { keyStore: { kind: 'pkcs11', ...token } }, logger });
    const terminal = await registeredTerminal(world);
    expect((await terminal.post('/v1/issuer/loads/authorize', loadRequest(V1, 'L1'))).body).toEqual({ result: 'authorized', ...V1.host });
    expect((await terminal.post('/v1/issuer/loads/confirm', { loadId: 'L1', tac: V1.tac })).body).toEqual({ tac: 'good' });
    // head -c8 /dev/zero | openssl enc -des-ede -K <MLK of V1> -nopad
    expect(lines.join('')).toContain('"key":"load","kcv":"867E3A"');
    expect(lines.join('')).not.toContain(PIN);
  });

  test('without it answers issuerUnavailable, reserves nothing and refuses no card; with it again the same request is authorized', async () => {
    const { folder, ...token } = await tokenWithKeys();
    renameSync(token.pinFile, join(folder, 'pin.away'));
    const lines: string[] = [];
    const logger = pino({ level: 'trace' }, { write: (line) => void lines.push(line) });
    const world = await startWorld({ issuer, settings: { keyStore: { kind: 'pkcs11', ...token } }, logger });
    const terminal = await registeredTerminal(world);
    const request = loadRequest(V1, 'L1');
    const answer = await terminal.post('/v1/issuer/loads/authorize', request);
    expect(problemOf(answer)).toMatchObject({ status: 503, code: 'issuerUnavailable' });
    expect(JSON.stringify(answer.body)).not.toContain('pin');
    expect((await world.books()).issuer).toMatchObject({ authorized: 0, loads: [] });
    expect(lines.join('')).toContain('pinUnreadable');
    renameSync(join(folder, 'pin.away'), token.pinFile);
    expect((await terminal.post('/v1/issuer/loads/authorize', request)).body).toEqual({ result: 'authorized', ...V1.host });
    renameSync(token.pinFile, join(folder, 'pin.away'));
    behind().module.C_CloseAllSessions(behind().slot);
    expect(problemOf(await terminal.post('/v1/issuer/loads/confirm', { loadId: 'L1', tac: V1.tac })).code).toBe('issuerUnavailable');
    expect((await world.books()).issuer).toMatchObject({ reserved: 1, disputed: 0 });
    renameSync(join(folder, 'pin.away'), token.pinFile);
    expect((await terminal.post('/v1/issuer/loads/confirm', { loadId: 'L1', tac: V1.tac })).body).toEqual({ tac: 'good' });
  });
});
