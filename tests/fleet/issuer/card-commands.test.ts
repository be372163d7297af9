/** The commands an issuer gives to a card, byte for byte as card-application.md 6.4 prints them; and those that it does not print, computed from 4.2 here. */
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../common/hex.ts';
import { encrypt, mac, tacMacKey } from '../../../common/pboc.ts';
import { apduOf, type CardCommand } from '../../../fleet/server/issuer/card-commands.ts';
import { cardOperations } from '../../../fleet/server/keys/card-operations.ts';
import type { KeyStore } from '../../../fleet/server/keys/key-store.ts';

const SMK = '83E05B7D1CF6294AA9C4376E50D2B81F';
const WRITTEN = '0123456789ABCDEFFEDCBA9876543210';
const CARD = { issuer: '0731410000000000', serial: '00004100000012345678' };
const OCCASION = { challenge: fromHex('19393A92'), pin: undefined };
/** The card's keys are given, not derived: 6.4 has them so. The operations are the key store's own. */
const keys: KeyStore = {
  ...cardOperations({ derive: async (name) => fromHex(name === 'load' ? WRITTEN : SMK) }),
  checkValues: async () => [],
  close: async () => {},
};
const empty = new Uint8Array(0);

test.each<[string, CardCommand, string]>([
  ['block', { kind: 'messaging', name: '', key: 'block', header: [0x84, 0x1e, 0, 0], data: empty }, '841E000004690EED1B'],
  ['unblock', { kind: 'messaging', name: '', key: 'unblock', header: [0x84, 0x18, 0, 0], data: empty }, '84180000047A1799EF'],
  [
    'update of file 15',
    {
      kind: 'messaging',
      name: '',
      key: 'maintenance',
      header: [0x04, 0xd6, 0x95, 0],
      data: fromHex('073141000000000001010000410000001234567820260315203603150000'),
    },
    '04D69500220731410000000000010100004100000012345678202603152036031500005167BE54',
  ],
  [
    'write key',
    { kind: 'writeKey', name: '', under: 'cardMaster', written: 'load', tag: 0x07, index: 1, version: 1 },
    '84D407011C0862575F031FCF55209EECAB2D0418F3707BBE16FA76590BBC47EC75',
  ],
])('%s is the printed one', async (_name, command, expected) => {
  expect(await apduOf(keys, CARD, command, OCCASION)).toBe(expected);
});

describe('a PIN', () => {
  test.each([
    ['three bytes', '654321', '0365432180000000', '0C'],
    ['six bytes', '123456789012', '0612345678901280', '0C'],
  ])('of %s is set under encryption: length, digits, padding', async (_how, pin, plain, lc) => {
    const data = toHex(encrypt(fromHex(SMK), fromHex(plain)));
    const signed = toHex(mac(fromHex(SMK), fromHex(`84240000${lc}${data}`), fromHex('19393A9200000000')));
    expect(await apduOf(keys, CARD, { kind: 'unblockPin', name: '', pinId: 0 }, { ...OCCASION, pin: fromHex(pin) })).toBe(`84240000${lc}${data}${signed}`);
  });

  test('is reloaded under the folded key, its MAC over nothing else', async () => {
    const signed = toHex(mac(tacMacKey(fromHex(SMK)), fromHex('654321')));
    expect(await apduOf(keys, CARD, { kind: 'reloadPin', name: '', pinId: 0 }, { ...OCCASION, pin: fromHex('654321') })).toBe(`805E000007654321${signed}`);
  });

  test('that is not there is an error, and no command', async () => {
    await expect(apduOf(keys, CARD, { kind: 'reloadPin', name: '', pinId: 0 }, OCCASION)).rejects.toThrow(/sets a PIN/);
  });
});
