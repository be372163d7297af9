import { assert, oneof, property, string, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../../../common/hex.ts';
import { decodeCrt310Hex } from '../../../../drivers/card-reader/crt310/decode-hex.ts';
import { frame, worked, workedFrames } from './worked-frames.ts';

describe('decode crt310', () => {
  test.each(workedFrames)('$what is described by its type, command bytes and data', ({ hex, text }) => {
    expect(decodeCrt310Hex(hex)).toMatchObject(
      text.type === 'refusal'
        ? { ok: true, type: 'refusal', failure: { code: text.error, meaning: 'cannot run now', class: 'invalidState' } }
        : { ok: true, type: 'message', cm: toHex(Uint8Array.of(text.cm)), pm: toHex(Uint8Array.of(text.pm)), data: toHex(text.data) },
    );
  });

  test('the answer to status says where the card is and whether the gate is open', () => {
    expect(decodeCrt310Hex(worked('← none, entry by switch, rear closed'))).toMatchObject({
      command: 'STATUS',
      status: { position: 'notPresent', entryOpen: true },
    });
    expect(decodeCrt310Hex(worked('← on IC contacts, entry closed'))).toMatchObject({ status: { position: 'inside', entryOpen: false } });
  });

  test('a result byte is named, also behind the sector that the answer repeats', () => {
    expect(decodeCrt310Hex(worked('← moved'))).toMatchObject({ command: 'MOVE', parameter: 'to contact position', result: { code: 'Y', meaning: 'done' } });
    expect(decodeCrt310Hex(frame('35 32 01 33'))).toMatchObject({ parameter: 'verify key A', result: { code: '3', meaning: 'wrong key' } });
  });

  test('a version is shown as text', () => {
    expect(decodeCrt310Hex(frame('30 30 43 52 54'))).toMatchObject({ command: 'RESET', text: 'CRT' });
  });

  test.each([
    ['06', 'ack'],
    ['15', 'nak'],
    ['05', 'enq'],
  ])('control byte %s', (hex, type) => {
    expect(decodeCrt310Hex(hex)).toEqual({ ok: true, type });
  });

  test.each([
    ['', 'empty'],
    ['02 0', 'badHex'],
    ['02 00 02 31 30 03', 'truncated'],
    ['02 00 02 31 30 03 03', 'badChecksum'],
    ['02 00 02 31 30 02 03', 'badTerminator'],
    ['02 00 01 31 03 31', 'badHeader'],
    ['41 42', 'notAFrame'],
    ['02 00 02 31 30 03 02 06', 'trailingBytes'],
  ])('%s is refused as %s, with a sentence', (hex, code) => {
    expect(decodeCrt310Hex(hex)).toEqual({ ok: false, code, message: expect.stringMatching(/\w+ .*\w+/) });
  });

  test('whatever is typed, the answer is JSON of a type or of a reason', () => {
    assert(
      property(
        oneof(
          string(),
          uint8Array().map(toHex),
          uint8Array().map((bytes) => `02${toHex(bytes)}`),
        ),
        (hex) => {
          const result = decodeCrt310Hex(hex);
          expect(JSON.parse(JSON.stringify(result))).toEqual(result);
          expect('type' in result || 'message' in result).toBe(true);
        },
      ),
    );
  });
});
