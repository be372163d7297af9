import { assert, oneof, property, string, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../../../common/hex.ts';
import { decodeCrt591Hex } from '../../../../drivers/card-reader/crt591/decode-hex.ts';
import { workedFrames } from './worked-frames.ts';

describe('decode crt591', () => {
  test.each(workedFrames)('$what is described by its type, command bytes and data', ({ hex, message, options }) => {
    expect(decodeCrt591Hex(hex)).toMatchObject({
      ok: true,
      type: message.type,
      framing: options.addr ? 'crt591' : 'crt288',
      address: options.addr ? 0 : null,
      cm: toHex(Uint8Array.of(message.cm)),
      pm: toHex(Uint8Array.of(message.pm)),
      data: toHex(message.data),
    });
  });

  test('an answer to STATUS with sensors says what each byte means', () => {
    expect(decodeCrt591Hex('F2 00 00 0E 50 31 31 32 32 30 30 31 30 30 30 30 30 30 03 9E')).toMatchObject({
      command: 'STATUS',
      status: { position: 'inside', stacker: 'ok', retainBin: 'ok', raw: '220' },
      sensors: ['clear', 'covered', 'clear', 'clear', 'clear', 'clear', 'clear', 'clear'],
    });
  });

  test('a failure says its code, meaning and class', () => {
    expect(decodeCrt591Hex('F200000 54E3232413003CB')).toMatchObject({
      command: 'MOVE',
      parameter: 'to RF position',
      failure: { code: 'A0', meaning: 'stacker empty', class: 'storageEmpty' },
    });
  });

  test('printable data is shown as text as well', () => {
    expect(decodeCrt591Hex('F2 00 00 12 50 30 33 30 32 30 43 52 54 2D 35 39 31 2D 4D 30 30 31 03 86')).toMatchObject({ text: 'CRT-591-M001' });
  });

  test.each([
    ['06', 'ack'],
    ['15', 'nak'],
    ['04', 'eot'],
  ])('control byte %s', (hex, type) => {
    expect(decodeCrt591Hex(hex)).toEqual({ ok: true, type });
  });

  test.each([
    ['', 'empty'],
    ['F2 0', 'badHex'],
    ['hello', 'badHex'],
    ['F2 00 00 03 43 31 30 03', 'truncated'],
    ['F2', 'truncated'],
    ['F2 00 00 03 43 31 30 03 B1', 'badChecksum'],
    ['F2 00 00 03 43 31 30 02 B1', 'badTerminator'],
    ['F2 1F 00 03 43 31 30 03 AF', 'badHeader'],
    ['41 42', 'notAFrame'],
    ['F2 00 00 03 43 31 30 03 B0 06', 'trailingBytes'],
    ['06 06', 'trailingBytes'],
    ['F2 00 00 03 44 31 30 03 B7', 'badText'],
  ])('%s is refused as %s, with a sentence', (hex, code) => {
    expect(decodeCrt591Hex(hex)).toEqual({ ok: false, code, message: expect.stringMatching(/\w+ .*\w+/) });
  });

  test('whatever is typed, the answer is JSON of a type or of a reason', () => {
    assert(
      property(
        oneof(
          string(),
          uint8Array().map(toHex),
          uint8Array().map((bytes) => `F2${toHex(bytes)}`),
        ),
        (hex) => {
          const result = decodeCrt591Hex(hex);
          expect(JSON.parse(JSON.stringify(result))).toEqual(result);
          expect('type' in result || 'message' in result).toBe(true);
        },
      ),
    );
  });
});
