import { assert, property, string, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../../../common/hex.ts';
import { decodeSamHex } from '../../../../drivers/id-reader/sam/decode-hex.ts';
import { ANSWER_FRAMES, COMMAND_FRAMES, readAnswer, textOf } from './worked-frames.ts';

describe('kioskctl decode sam', () => {
  test.each(COMMAND_FRAMES)('command %s', (name, hex) => {
    expect(decodeSamHex(hex)).toMatchObject({ ok: true, type: 'command', command: name });
  });

  test.each(ANSWER_FRAMES)('answer "%s"', (_what, status, dataLength, hex) => {
    const words = decodeSamHex(hex);
    expect(words).toMatchObject({ ok: true, type: 'answer', status: toHex(Uint8Array.of(status)) });
    expect('data' in words ? words['data'] : undefined).toBe(dataLength === 0 ? undefined : `${dataLength} bytes, hidden`);
  });

  test('the module’s number is nobody’s and is shown', () => {
    expect(decodeSamHex('AA AA AA 96 69 00 14 00 00 90 05 03 00 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 8E')).toMatchObject({
      content: 'SAM number',
      data: '050300000102030405060708090A0B0C',
    });
  });

  test('of a person the first character of the name and the ends of the number are told, and nothing else', () => {
    const words = decodeSamHex(toHex(readAnswer()));
    expect(words).toMatchObject({
      ok: true,
      content: 'record',
      photo: '1024 bytes, dropped',
      document: { name: '张**', number: '9****************5', birth: 'hidden', address: 'hidden', validUntil: '2040-01-01' },
    });
    for (const secret of ['张三', '990101', '19900307', '1990', '胡同', '东城', '574C66']) expect(JSON.stringify(words)).not.toContain(secret);
  });

  test('a name whose first character takes two code units is not cut in half', () => {
    expect(decodeSamHex(toHex(readAnswer(textOf({ name: '𠮷田' }))))).toMatchObject({ document: { name: '𠮷**' } });
  });

  test('another layout and a field that can’t be are told by their names', () => {
    expect(decodeSamHex(toHex(readAnswer(textOf({ marker: 'I' }))))).toMatchObject({ ok: true, kind: 'otherDocument', marker: 'I' });
    expect(decodeSamHex(toHex(readAnswer(textOf({ birth: '19901301' }))))).toMatchObject({ ok: true, kind: 'implausible', field: 'birth' });
  });

  test.each([
    ['', 'empty'],
    ['AA A', 'badHex'],
    ['AA AA AA 96 69 00', 'truncated'],
    ['AA AA AA 96 69 00 03 20 01', 'truncated'],
    ['F2 00 00 03', 'notAFrame'],
    ['AA AA AA 96 69 00 02 20 22', 'badLength'],
    ['AA AA AA 96 69 00 03 20 01 23', 'badChecksum'],
    ['AA AA AA 96 69 00 03 20 01 22 00', 'trailingBytes'],
    ['AA AA AA 96 69 00 03 77 77 03', 'unknownCommand'],
  ])('%j: %s', (hex, code) => {
    expect(decodeSamHex(hex)).toMatchObject({ ok: false, code });
  });

  test('no text and no bytes make it throw', () => {
    assert(property(string(), (text) => void decodeSamHex(text)));
    assert(property(uint8Array({ maxLength: 2000 }), (bytes) => void decodeSamHex(toHex(bytes))));
  });
});
