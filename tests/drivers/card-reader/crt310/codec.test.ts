import { array, assert, constantFrom, integer, oneof, property, record, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex } from '../../../../common/hex.ts';
import { Crt310Decoder, encodeFrame, MAX_FRAME, type Crt310Text, type Crt310Token } from '../../../../drivers/card-reader/crt310/codec.ts';
import { frame, worked, workedFrames } from './worked-frames.ts';

function words(tokens: readonly Crt310Token[]): unknown[] {
  return tokens.map((token) => (token.type === 'frame' ? token.text : token.type === 'bad' ? token.reason : token.type));
}

const STATUS = fromHex(worked('status'));
const STATUS_TEXT = { type: 'message', cm: 0x31, pm: 0x30, data: new Uint8Array(0) };

describe('worked frames of the document', () => {
  test.each(workedFrames)('$what, both ways, whole, cut in two at every byte and one byte at a time', ({ hex, text }) => {
    const bytes = fromHex(hex);
    expect(words(new Crt310Decoder().push(bytes))).toEqual([text]);
    expect(encodeFrame(text)).toEqual(bytes);
    for (let cut = 1; cut < bytes.length; cut += 1) {
      const decoder = new Crt310Decoder();
      expect(decoder.push(bytes.subarray(0, cut))).toEqual([]);
      expect(words(decoder.push(bytes.subarray(cut)))).toEqual([text]);
    }
    const decoder = new Crt310Decoder();
    expect(words(Array.from(bytes).flatMap((byte) => decoder.push(Uint8Array.of(byte))))).toEqual([text]);
  });
});

describe('resynchronization', () => {
  test('control bytes glued to a frame: all are heard, in order', () => {
    expect(words(new Crt310Decoder().push(Uint8Array.of(0x06, ...STATUS, 0x15, 0x05)))).toEqual(['ack', STATUS_TEXT, 'nak', 'enq']);
  });

  test('payload bytes that look like ETX, start and control bytes belong to the payload', () => {
    expect(words(new Crt310Decoder().push(fromHex(frame('37 31 59 00 06 02 03 06 15 05 02'))))).toEqual([
      { type: 'message', cm: 0x37, pm: 0x31, data: fromHex('59 00 06 02 03 06 15 05 02') },
    ]);
  });

  test('a wrong BCC with sound boundaries drops the whole frame, whatever it holds', () => {
    const inner = fromHex(frame(`37 31 ${worked('status')}`));
    inner[inner.length - 1] = (inner.at(-1) ?? 0) ^ 0x01;
    expect(words(new Crt310Decoder().push(Uint8Array.of(...inner, ...STATUS)))).toEqual(['checksum', STATUS_TEXT]);
  });

  test('ETX not where the length says: only the start byte is dropped and the frame behind it is found', () => {
    expect(words(new Crt310Decoder().push(Uint8Array.of(0x02, 0x00, 0x04, ...STATUS))).at(0)).toBe('terminator');
    expect(words(new Crt310Decoder().push(Uint8Array.of(0x02, 0x00, 0x04, ...STATUS))).at(-1)).toEqual(STATUS_TEXT);
  });

  test.each([
    ['under two', '02 00 01'],
    ['that makes the frame longer than 1024 bytes', '02 03 FC'],
  ])('a length %s is no frame: its start byte is dropped at once', (_what, hex) => {
    expect(words(new Crt310Decoder().push(Uint8Array.of(...fromHex(hex), ...STATUS))).at(0)).toBe('header');
    expect(words(new Crt310Decoder().push(Uint8Array.of(...fromHex(hex), ...STATUS))).at(-1)).toEqual(STATUS_TEXT);
  });

  test('a start byte of noise holds the line up: rescanning finds the frame hidden behind it', () => {
    const decoder = new Crt310Decoder();
    expect(decoder.push(Uint8Array.of(0x02, 0x03, 0x00, ...STATUS))).toEqual([]);
    expect(words(decoder.rescan()).at(-1)).toEqual(STATUS_TEXT);
    expect(decoder.pending).toBe(0);
    expect(decoder.rescan()).toEqual([]);
  });

  test('after a reset nothing of the old bytes is left', () => {
    const decoder = new Crt310Decoder();
    decoder.push(STATUS.subarray(0, 5));
    decoder.reset();
    expect(words(decoder.push(STATUS))).toEqual([STATUS_TEXT]);
  });

  test('a frame over 1024 bytes is refused when encoding; 1024 pass', () => {
    const text = (data: number): Crt310Text => ({ type: 'message', cm: 0x37, pm: 0x31, data: new Uint8Array(data) });
    expect(encodeFrame(text(1017))).toHaveLength(1024);
    expect(() => encodeFrame(text(1018))).toThrow(RangeError);
  });
});

describe('properties', () => {
  const byte = integer({ min: 0, max: 255 });
  const anyText = oneof(
    // `4E xx` without data is the answer that says no.
    record({ type: constantFrom('message' as const), cm: byte.filter((cm) => cm !== 0x4e), pm: byte, data: uint8Array({ maxLength: 512 }) }),
    record({ type: constantFrom('refusal' as const), error: byte.map((value) => value.toString(16).toUpperCase().padStart(2, '0')) }),
  );

  test('what was encoded is decoded, in any chunking', () => {
    assert(
      property(array(anyText, { maxLength: 5 }), array(integer({ min: 1, max: 40 }), { minLength: 1 }), (sent, cuts) => {
        const bytes = Buffer.concat(sent.map(encodeFrame));
        const decoder = new Crt310Decoder();
        const tokens: Crt310Token[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const size = cuts[turn % cuts.length] ?? 1;
          tokens.push(...decoder.push(bytes.subarray(at, at + size)));
          at += size;
        }
        expect(words(tokens)).toEqual(sent);
        expect(decoder.pending).toBe(0);
      }),
    );
  });

  test('no bytes make it throw, hang, lose count or hold more than one frame', () => {
    const nasty = oneof(uint8Array({ maxLength: 60 }), constantFrom(STATUS, Uint8Array.of(0x02), Uint8Array.of(0x02, 3), Uint8Array.of(0x06, 0x15)));
    assert(
      property(array(nasty, { maxLength: 60 }), (chunks) => {
        const decoder = new Crt310Decoder();
        let dropped = 0;
        let given = 0;
        for (const chunk of chunks) {
          given += chunk.length;
          for (const token of decoder.push(chunk)) dropped += token.type === 'frame' || token.type === 'bad' ? token.bytes.length : 1;
          expect(decoder.pending).toBeLessThan(MAX_FRAME);
        }
        expect(dropped + decoder.pending).toBe(given);
      }),
      { numRuns: 500 },
    );
  });

  test('one flipped bit never yields a message of the same length', () => {
    assert(
      property(anyText, integer({ min: 0, max: 10_000 }), (sent, where) => {
        const bytes = encodeFrame(sent);
        const bit = where % (bytes.length * 8);
        const at = bit >> 3;
        bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
        const frames = new Crt310Decoder().push(bytes).filter((token) => token.type === 'frame' && token.bytes.length === bytes.length);
        expect(frames).toEqual([]);
      }),
    );
  });
});
