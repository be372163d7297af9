/** What every key store does, in software and in an HSM alike: the published loads of card-application.md 6, and scripts under derived keys. */
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../common/hex.ts';
import { encrypt, loadSessionSeed, mac, mac1Input, mac2Input, tacInput, tacMacKey, type DiversificationLevel } from '../../../common/pboc.ts';
import type { KeyStore, MasterKeyName } from '../../../fleet/server/keys/key-store.ts';
import { createPkcs11Keys } from '../../../fleet/server/keys/pkcs11-keys.ts';
import { createSoftwareKeys, type MasterKeys } from '../../../fleet/server/keys/software-keys.ts';
import { V1, V2 } from '../support.ts';
import { newToken, noSoftHsm } from './softhsm.ts';

type Make = (keys: MasterKeys, levels: readonly DiversificationLevel[]) => Promise<KeyStore>;

async function inHsm(keys: MasterKeys, levels: readonly DiversificationLevel[]): Promise<KeyStore> {
  const token = newToken();
  const labels = Object.fromEntries(Object.keys(keys).map((name) => [name, `test ${name}`]));
  const ceremony = createPkcs11Keys({ ...token, labels }, levels, { writable: true });
  for (const [name, value] of Object.entries(keys)) await ceremony.store(name as MasterKeyName, fromHex(value));
  await ceremony.close();
  return createPkcs11Keys({ ...token, labels }, levels);
}

const stores: readonly (readonly [string, Make, string | undefined])[] = [
  ['software', async (keys, levels) => createSoftwareKeys(keys, levels), undefined],
  ['PKCS#11', inHsm, noSoftHsm()],
];

/** V1's keys with names for scripts: DLK 4922… and DTK 42FA… are published, so what is done under them can be computed without deriving. */
const SCRIPT_KEYS: MasterKeys = {
  maintenance: V1.issuer.masterLoadKey,
  cardMaster: V1.issuer.masterTacKey,
  pinReload: V1.issuer.masterTacKey,
  load: V1.issuer.masterLoadKey,
};
const DAMK = fromHex('4922D4C8B86C62822B82AA238C2AAAAF');
const DCMK = fromHex('42FA9596FA86C9FEFBDD1796260EC4E2');

describe.each(stores)('%s', (_name, make, missing) => {
  describe.skipIf(missing !== undefined)(missing === undefined ? 'key store' : `not run: ${missing}`, () => {
    test.each([
      ['V1, one level of diversification', V1, ['serial'] as const],
      ['V2, two levels', V2, ['issuer', 'serial'] as const],
      ['V2, its first level a constant', V2, [V2.card.issuer, 'serial'] as const],
    ])('MAC1, MAC2 and TAC of a published load: %s', async (_vector, { issuer, card, init, host, tac }, levels) => {
      const keys = await make({ load: issuer.masterLoadKey, tac: issuer.masterTacKey }, levels);
      const seed = loadSessionSeed(init);
      for (let round = 1; round <= 2; round += 1) {
        expect(toHex(await keys.sessionMac('load', card, seed, mac1Input(init)))).toBe(init.mac1);
        expect(toHex(await keys.sessionMac('load', card, seed, mac2Input(init, host)))).toBe(host.mac2);
        expect(toHex(await keys.foldedMac('tac', card, tacInput(init, host)))).toBe(tac);
      }
      await keys.close();
    });

    test('the check value of a published key is the left of eight zero bytes under it, and says nothing of absent keys', async () => {
      // openssl enc -des-ede -K <key> over 8 zero bytes
      const keys = await make({ load: '0123456789ABCDEFFEDCBA9876543210', tac: V1.issuer.masterTacKey }, ['serial']);
      expect((await keys.checkValues()).map(({ key }) => key)).toEqual(['load', 'tac']);
      expect((await keys.checkValues())[0]?.kcv).toBe('08D7B4');
      await keys.close();
    });

    test('secure messaging, external authentication, PIN reload under the card’s keys', async () => {
      const keys = await make(SCRIPT_KEYS, ['serial']);
      const iv = fromHex('19393A92 00000000');
      const command = fromHex('04D6950022 073141000000000001010000410000001234567820260315203603150000');
      expect(toHex(await keys.messagingMac('maintenance', V1.card, command, iv))).toBe(toHex(mac(DAMK, command, iv)));
      expect(toHex(await keys.encrypt('maintenance', V1.card, iv))).toBe(toHex(encrypt(DAMK, iv)));
      expect(toHex(await keys.foldedMac('pinReload', V1.card, fromHex('123456')))).toBe(toHex(mac(tacMacKey(DCMK), fromHex('123456'))));
      await keys.close();
    });

    test('a key for the card is written under its master key, header and padding included', async () => {
      const keys = await make(SCRIPT_KEYS, ['serial']);
      const written = await keys.encryptKey('cardMaster', V1.card, fromHex('1401003300'), 'load');
      expect(toHex(written)).toBe(toHex(encrypt(DCMK, fromHex(`1401003300 ${toHex(DAMK)} 800000`))));
      const whole = await keys.encryptKey('cardMaster', V1.card, fromHex('3F01020304050607'), 'load');
      expect(toHex(whole)).toBe(toHex(encrypt(DCMK, fromHex(`3F01020304050607 ${toHex(DAMK)}`))));
      await keys.close();
    });

    test('cards side by side get their own keys', async () => {
      const keys = await make({ load: V1.issuer.masterLoadKey }, ['serial']);
      const serials = Array.from({ length: 20 }, (_, index) => `000041000000123456${String(index).padStart(2, '0')}`);
      const seed = loadSessionSeed(V1.init);
      const macOf = (serial: string) => keys.sessionMac('load', { ...V1.card, serial }, seed, mac1Input(V1.init));
      const together = (await Promise.all(serials.map(macOf))).map(toHex);
      const alone: string[] = [];
      for (const serial of serials) alone.push(toHex(await macOf(serial)));
      expect(together).toEqual(alone);
      expect(new Set(together).size).toBe(20);
      await keys.close();
    });

    test('a key that is not there is named, and a card that is none refused', async () => {
      const keys = await make({ load: V1.issuer.masterLoadKey }, ['serial']);
      await expect(keys.foldedMac('tac', V1.card, new Uint8Array(1))).rejects.toMatchObject({ code: 'keyMissing', message: expect.stringContaining('"tac"') });
      const noCard = { ...V1.card, serial: '4100' };
      await expect(keys.sessionMac('load', noCard, new Uint8Array(8), new Uint8Array(1))).rejects.toMatchObject({ name: 'PbocError', code: 'badInput' });
      expect((await keys.checkValues()).length).toBe(1);
      await keys.close();
    });
  });
});
