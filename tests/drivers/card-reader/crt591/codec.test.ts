import { array, assert, boolean, constantFrom, integer, oneof, property, record, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex } from '../../../../common/hex.ts';
import {
  Crt591Decoder,
  CRT288_FRAMES,
  CRT591_FRAMES,
  decodeText,
  encodeFrame,
  encodeMessage,
  MAX_FRAME,
  type Crt591Message,
  type Crt591Token,
} from '../../../../drivers/card-reader/crt591/codec.ts';
import { workedFrames } from './worked-frames.ts';

function onlyFrame(tokens: readonly Crt591Token[]): Uint8Array {
  const [token] = tokens;
  if (tokens.length !== 1 || token?.type !== 'frame') throw new Error(`expected one frame, found ${JSON.stringify(tokens)}`);
  return token.frame.text;
}

function texts(tokens: readonly Crt591Token[]): string[] {
  return tokens.map((token) => (token.type === 'frame' ? Buffer.from(token.frame.text).toString('hex') : token.type === 'bad' ? token.reason : token.type));
}

/** CRT-288 answers carry two status bytes. */
function trim(value: Crt591Message, statusBytes: number): Crt591Message {
  return value.type === 'success' ? { ...value, status: value.status.slice(0, statusBytes) } : value;
}

const STATUS = fromHex('F2 00 00 03 43 31 30 03 B0');
const STATUS_TEXT = '433130';

describe('worked frames of the document', () => {
  test.each(workedFrames)('$what', ({ hex, message, options }) => {
    const bytes = fromHex(hex);
    expect(decodeText(onlyFrame(new Crt591Decoder(options).push(bytes)), options)).toEqual(message);
    expect(encodeFrame({ address: 0, text: encodeMessage(message) }, options)).toEqual(bytes);
  });

  test.each(workedFrames)('$what, cut in two at every byte and one byte at a time', ({ hex, options }) => {
    const bytes = fromHex(hex);
    const whole = onlyFrame(new Crt591Decoder(options).push(bytes));
    for (let cut = 1; cut < bytes.length; cut += 1) {
      const decoder = new Crt591Decoder(options);
      expect(decoder.push(bytes.subarray(0, cut))).toEqual([]);
      expect(onlyFrame(decoder.push(bytes.subarray(cut)))).toEqual(whole);
    }
    const decoder = new Crt591Decoder(options);
    expect(onlyFrame(Array.from(bytes).flatMap((byte) => decoder.push(Uint8Array.of(byte))))).toEqual(whole);
  });

  test('the failure head as the paper prints it, 45, is a failure too', () => {
    expect(decodeText(fromHex('45 32 32 31 30'))).toEqual({ type: 'failure', cm: 0x32, pm: 0x32, error: '10', data: new Uint8Array(0) });
  });
});

describe('resynchronization', () => {
  test('ACK glued to the answer: both are heard, in order', () => {
    expect(texts(new Crt591Decoder().push(Uint8Array.of(0x06, ...STATUS, 0x04, 0x15)))).toEqual(['ack', STATUS_TEXT, 'eot', 'nak']);
  });

  test('payload bytes that look like ETX, start and control bytes belong to the payload', () => {
    const text = fromHex('43 60 34 03 F2 06 15 04 03 B0 F2 00 00 03');
    expect(onlyFrame(new Crt591Decoder().push(encodeFrame({ address: 5, text })))).toEqual(text);
  });

  test('a wrong BCC with sound boundaries drops the whole frame, whatever it holds', () => {
    const inner = encodeFrame({ address: 0, text: Uint8Array.of(0x43, 0x60, 0x34, ...STATUS) });
    inner[inner.length - 1] = (inner.at(-1) ?? 0) ^ 0x01;
    expect(texts(new Crt591Decoder().push(Uint8Array.of(...inner, ...STATUS)))).toEqual(['checksum', STATUS_TEXT]);
  });

  test('ETX not where the length says: only the start byte is dropped and the frame behind it is found', () => {
    // F2 00 00 04 claims four bytes of text; the real frame starts after it.
    const tokens = new Crt591Decoder().push(Uint8Array.of(0xf2, 0x00, 0x00, 0x04, ...STATUS));
    expect(texts(tokens)).toEqual(['terminator', 'noise', 'eot', STATUS_TEXT]);
  });

  test.each([
    ['an address over 0F', 'F2 10'],
    ['a length under three', 'F2 00 00 02'],
    ['a length that makes the frame longer than 1024 bytes', 'F2 00 03 FB'],
  ])('%s is no frame: its start byte is dropped at once', (_what, hex) => {
    expect(texts(new Crt591Decoder().push(Uint8Array.of(...fromHex(hex), ...STATUS))).at(0)).toBe('header');
    expect(texts(new Crt591Decoder().push(Uint8Array.of(...fromHex(hex), ...STATUS))).at(-1)).toBe(STATUS_TEXT);
  });

  test('the longest frame, 1024 bytes, passes', () => {
    const text = new Uint8Array(1018).fill(0x43);
    const bytes = encodeFrame({ address: 15, text });
    expect(bytes).toHaveLength(1024);
    expect(onlyFrame(new Crt591Decoder().push(bytes))).toEqual(text);
  });

  test('a start byte of noise holds the line up: rescanning finds the frame hidden behind it', () => {
    const decoder = new Crt591Decoder();
    expect(decoder.push(Uint8Array.of(0xf2, 0x00, 0x03, 0x00, ...STATUS))).toEqual([]);
    expect(decoder.pending).toBe(13);
    expect(texts(decoder.rescan())).toEqual(['header', 'noise', STATUS_TEXT]);
    expect(decoder.pending).toBe(0);
    expect(decoder.rescan()).toEqual([]);
  });

  test('after a reset nothing of the old bytes is left', () => {
    const decoder = new Crt591Decoder();
    decoder.push(STATUS.subarray(0, 5));
    decoder.reset();
    expect(texts(decoder.push(STATUS))).toEqual([STATUS_TEXT]);
  });
});

describe('texts that are no message', () => {
  test.each([
    ['', 'tooShort'],
    ['43 31', 'tooShort'],
    ['50 31 30 30 32', 'tooShort'],
    ['4E 31 30 30', 'tooShort'],
    ['44 31 30', 'unknownHead'],
  ])('%s', (hex, reason) => {
    expect(decodeText(fromHex(hex))).toEqual({ type: 'badText', reason });
  });

  test.each([
    ['a frame over 1024 bytes', { address: 0, text: new Uint8Array(1019) }],
    ['a text under three bytes', { address: 0, text: new Uint8Array(2) }],
    ['address 16', { address: 16, text: new Uint8Array(3) }],
  ])('%s is refused when encoding', (_what, frame) => {
    expect(() => encodeFrame(frame)).toThrow(RangeError);
  });
});

describe('properties', () => {
  const byte = integer({ min: 0, max: 255 });
  const data = uint8Array({ maxLength: 512 });
  const printable = integer({ min: 0x20, max: 0x7e });
  const options = constantFrom(CRT591_FRAMES, CRT288_FRAMES);
  const message = oneof(
    record({ type: constantFrom('command' as const), cm: byte, pm: byte, data }),
    record({ type: constantFrom('success' as const), cm: byte, pm: byte, status: uint8Array({ minLength: 3, maxLength: 3 }), data }),
    record({ type: constantFrom('failure' as const), cm: byte, pm: byte, error: array(printable, { minLength: 2, maxLength: 2 }), data }).map((value) => ({
      ...value,
      error: String.fromCharCode(...value.error),
    })),
  );

  test('what was encoded is decoded, in any chunking', () => {
    assert(
      property(
        array(message, { maxLength: 5 }),
        options,
        integer({ min: 0, max: 15 }),
        array(integer({ min: 1, max: 40 }), { minLength: 1 }),
        (sent, frames, address, cuts) => {
          const messages = sent.map((one) => trim(one, frames.statusBytes));
          const bytes = Buffer.concat(messages.map((one) => encodeFrame({ address, text: encodeMessage(one) }, frames)));
          const decoder = new Crt591Decoder(frames);
          const tokens: Crt591Token[] = [];
          for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
            const size = cuts[turn % cuts.length] ?? 1;
            tokens.push(...decoder.push(bytes.subarray(at, at + size)));
            at += size;
          }
          expect(tokens.map((token) => (token.type === 'frame' ? decodeText(token.frame.text, frames) : token))).toEqual(messages);
          expect(decoder.pending).toBe(0);
        },
      ),
    );
  });

  test('no bytes make it throw, hang, lose count or hold more than one frame', () => {
    const nasty = oneof(uint8Array({ maxLength: 60 }), constantFrom(STATUS, Uint8Array.of(0xf2), Uint8Array.of(0xf2, 0, 3), Uint8Array.of(0x06, 0x15)));
    assert(
      property(array(nasty, { maxLength: 60 }), boolean(), (chunks, addr) => {
        const decoder = new Crt591Decoder({ addr });
        let dropped = 0;
        let given = 0;
        for (const chunk of chunks) {
          given += chunk.length;
          for (const token of decoder.push(chunk)) {
            dropped += token.type === 'frame' || token.type === 'bad' ? token.bytes.length : 1;
            if (token.type === 'frame') decodeText(token.frame.text);
          }
          expect(decoder.pending).toBeLessThan(MAX_FRAME);
        }
        expect(dropped + decoder.pending).toBe(given);
      }),
      { numRuns: 500 },
    );
  });

  test('one flipped bit never yields the message with another content', () => {
    assert(
      property(message, integer({ min: 0, max: 10_000 }), (sent, where) => {
        const bytes = encodeFrame({ address: 0, text: encodeMessage(sent) });
        const bit = where % (bytes.length * 8);
        const at = bit >> 3;
        bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
        const frames = new Crt591Decoder().push(bytes).filter((token) => token.type === 'frame' && token.bytes.length === bytes.length);
        expect(frames).toEqual([]);
      }),
    );
  });
});
