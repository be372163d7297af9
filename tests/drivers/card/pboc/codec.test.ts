/** `kioskctl decode pboc HEX` on the traces of card-application.md section 6. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodePbocHex } from '../../../../drivers/card/pboc/codec.ts';

describe('a line of a card trace', () => {
  test('a command is named with its fields', () => {
    expect(decodePbocHex('805000020B 01 000186A0 301000890003 10')).toEqual({
      ok: true,
      type: 'command',
      command: { name: 'initializeForLoad', purseType: 2, keyIndex: 1, amount: 100_000, terminalId: '301000890003' },
    });
  });

  test('a PIN is not repeated', () => {
    const line = decodePbocHex('0020000003123456');
    expect(line).toEqual({ ok: true, type: 'command', command: { name: 'verifyPin', pinId: 0, pin: 'hidden' } });
    expect(JSON.stringify(line)).not.toContain('123456');
  });

  test('the FCI of a card is read with its copy of file 15', () => {
    const line = decodePbocHex('6F328409A00000000386980701A5259F0801019F0C1E073141000000000001010000410000001234567820260315203603150000 9000');
    expect(line).toMatchObject({
      type: 'response',
      statusWord: '9000',
      readings: [{ as: 'fci', value: { dfName: 'A00000000386980701', file15: { cjt: { serial: '00004100000012345678', enabled: true } } } }],
    });
  });

  test('four bytes are a balance or a TAC: an answer does not say what was asked', () => {
    expect(decodePbocHex('3863778A9000')).toMatchObject({
      readings: [
        { as: 'balance', value: 0x3863778a },
        { as: 'credit', value: { tac: '3863778A' } },
      ],
    });
  });

  test.each([
    ['00000ED8000F0100E7905A3180196D359000', 'initialize', { balanceBefore: 0x0ed8, onlineCounter: 15, mac1: '80196D35' }],
    ['112233441B2838899000', 'proof', { tac: '1B283889' }],
    ['0010000000000186A002301000890003202611221330009000', 'transactionRecord', { amount: 100_000, type: 2 }],
    [`0000015600110010000102${'00'.repeat(49)}9000`, 'file17', { interoperable: true }],
    [`2702${'00'.repeat(126)}9000`, 'compositeRecord', { recordId: '2702' }],
    [`0311223344556677880101020304050607000000C800001F4020261122081500${'00'.repeat(16)}9000`, 'travelRecord', { amount: 200 }],
  ])('%s is read as %s', (hex, as, value) => {
    expect(decodePbocHex(hex)).toMatchObject({ type: 'response', readings: [{ as, value }] });
  });

  test('file 15 is read in both variants', () => {
    const line = decodePbocHex('01011000FFFFFFFF020103105170010170907984201908062040123100009000');
    expect(line).toMatchObject({ readings: [{ as: 'file15Pboc', value: { issuer: '01011000FFFFFFFF' } }, { as: 'file15Cjt' }] });
  });

  test.each([
    ['9406', 'required MAC not available'],
    ['6110', '16 bytes waiting'],
    ['6C17', 'Le should be 23'],
    ['63C2', '2 tries left'],
    ['6FFF', 'not defined for these cards'],
  ])('status word %s: %s', (statusWord, meaning) => {
    expect(decodePbocHex(statusWord)).toEqual({ ok: true, type: 'response', statusWord, meaning, data: '', readings: [] });
  });

  test.each([
    ['', 'empty'],
    ['xyz', 'badHex'],
    ['00A', 'badHex'],
    ['00', 'badLength'],
    ['00'.repeat(262), 'badLength'],
    ['0000', 'truncated'],
    ['0099000000', 'unknown'],
    ['805000020B0100', 'badLength'],
  ])('%j is refused as %s', (hex, code) => {
    expect(decodePbocHex(hex)).toMatchObject({ ok: false, code });
  });

  test('any text gives a description or a typed error, never more than a bounded one', () => {
    const text = fc.oneof(
      fc.string(),
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('hex')),
    );
    fc.assert(
      fc.property(text, (hex) => {
        expect(JSON.stringify(decodePbocHex(hex)).length).toBeLessThan(4000);
      }),
    );
  });
});
