import { assert, property, string, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../../../common/hex.ts';
import { crc16 } from '../../../../drivers/cabinet/modbus-io/codec.ts';
import { decodeModbusHex } from '../../../../drivers/cabinet/modbus-io/decode-hex.ts';

describe('kioskctl decode modbus', () => {
  test('a request', () => {
    expect(decodeModbusHex('11 02 00 C4 00 16 BA A9')).toEqual({
      ok: true,
      unit: 17,
      function: 'Read Discrete Inputs',
      code: '02',
      asRequest: { address: 0xc4, count: 22 },
    });
  });

  test('an answer with bits', () => {
    const words = decodeModbusHex('11 01 05 CD 6B B2 0E 1B 45 E6');
    expect(words).toMatchObject({ ok: true, function: 'Read Coils', asAnswer: { data: 'CD6BB20E1B' } });
    expect(words).not.toHaveProperty('asRequest');
    // Coils 20 to 27 of the example: CD, the lowest bit first.
    expect(words).toMatchObject({ asAnswer: { levels: expect.arrayContaining(['on', 'off', 'on', 'on', 'off', 'off', 'on', 'on']) as unknown } });
  });

  test('an echo reads both ways', () => {
    expect(decodeModbusHex('1105 00AC FF00 4E8B')).toMatchObject({
      function: 'Write Single Coil',
      asRequest: { address: 0xac, on: true },
      asAnswer: { address: 0xac, on: true },
    });
  });

  test('an exception by its name', () => {
    expect(decodeModbusHex('0A 81 02 B0 53')).toEqual({
      ok: true,
      unit: 10,
      function: 'Read Coils',
      code: '81',
      asAnswer: { exception: '02', meaning: 'illegal data address' },
    });
  });

  test.each([
    ['', 'empty'],
    ['0', 'badHex'],
    ['11 02 00', 'tooShort'],
    ['11 02 00 C4 00 16 BA A8', 'badCrc'],
    ['11 02 00 C4 00 16 A9 BA', 'badCrc'],
    [withCrc('11 2B 0E 01 00'), 'unknownFunction'],
    [withCrc('11 05 00 AC'), 'badData'],
    [withCrc('11 05 00 AC 12 34'), 'badData'],
    [withCrc(`11 01 FF${'00'.repeat(300)}`), 'tooLong'],
  ])('%s: %s', (hex, code) => {
    expect(decodeModbusHex(hex)).toMatchObject({ ok: false, code });
  });

  test('no text and no bytes make it throw', () => {
    assert(property(string(), (text) => void decodeModbusHex(text)));
    assert(property(uint8Array({ maxLength: 300 }), (bytes) => void decodeModbusHex(withCrc(toHex(bytes)))));
  });
});

function withCrc(hex: string): string {
  const crc = crc16(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
  return hex + toHex(Uint8Array.of(crc & 0xff, crc >> 8));
}
