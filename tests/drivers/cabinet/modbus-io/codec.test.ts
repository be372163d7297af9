import { array, assert, boolean, constantFrom, integer, oneof, property, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../../common/hex.ts';
import {
  crc16,
  decodeAnswer,
  decodeRequest,
  encodeAnswer,
  encodeRequest,
  EXCEPTIONS,
  MAX_FRAME,
  packBits,
  RtuDecoder,
  unpackBits,
  type ModbusRequest,
  type RtuToken,
} from '../../../../drivers/cabinet/modbus-io/codec.ts';
import { ANSWERS, REQUESTS } from './worked-frames.ts';

const words = (tokens: readonly RtuToken[]): string[] => tokens.map(({ type, bytes }) => (type === 'frame' ? toHex(bytes) : `noise ${toHex(bytes)}`));
const INPUTS = fromHex('11 02 03 AC DB 35 20 18');

describe('published frames', () => {
  test.each(REQUESTS)('request: %s, both ways', (_what, hex, request) => {
    const bytes = fromHex(hex);
    expect(encodeRequest(0x11, request)).toEqual(bytes);
    expect(words(new RtuDecoder('host').push(bytes))).toEqual([toHex(bytes)]);
    expect(decodeRequest(bytes)).toEqual(request);
  });

  test.each(ANSWERS)('answer: %s, both ways', (_what, hex, answer) => {
    const bytes = fromHex(hex);
    expect(encodeAnswer(bytes[0] ?? 0, answer)).toEqual(bytes);
    expect(words(new RtuDecoder('unit').push(bytes))).toEqual([toHex(bytes)]);
    expect(decodeAnswer(bytes)).toEqual(answer);
  });

  test('the CRC: check value of the catalogue, and the example of the serial line guide (02 07 → 41 12)', () => {
    expect(crc16(Buffer.from('123456789'))).toBe(0x4b37);
    expect(crc16(Uint8Array.of(0x02, 0x07))).toBe(0x1241);
    expect(crc16(fromHex('02 07 41 12'))).toBe(0);
  });

  test('bits stand lowest first: coils 20 to 27 of the example are 1011 0011, 28 and 29 are 10', () => {
    expect(packBits([true, false, true, true, false, false, true, true, true, false])).toEqual(fromHex('CD 01'));
    expect(unpackBits(fromHex('CD 01'), 10)).toEqual([true, false, true, true, false, false, true, true, true, false]);
  });
});

describe('requests that make no sense', () => {
  test.each([
    ['no coils', '11 01 00 13 00 00', EXCEPTIONS.illegalValue],
    ['2001 coils', '11 01 00 00 07 D1', EXCEPTIONS.illegalValue],
    ['126 registers', '11 03 00 00 00 7E', EXCEPTIONS.illegalValue],
    ['a coil neither on nor off', '11 05 00 AC 12 34', EXCEPTIONS.illegalValue],
    ['ten coils in one byte', '11 0F 00 13 00 0A 01 CD', EXCEPTIONS.illegalValue],
    ['two registers in three bytes', '11 10 00 01 00 02 03 00 0A 01', EXCEPTIONS.illegalValue],
    ['a function of files', '11 14 00 00 00 00', EXCEPTIONS.illegalFunction],
  ])('%s', (_what, hex, exception) => {
    expect(decodeRequest(Uint8Array.of(...fromHex(hex), 0, 0))).toBe(exception);
  });

  test.each([
    ['2000 coils', '11 01 00 00 07 D0', 2000],
    ['125 registers', '11 03 00 00 00 7D', 125],
  ])('%s are allowed', (_what, hex, count) => {
    expect(decodeRequest(Uint8Array.of(...fromHex(hex), 0, 0))).toMatchObject({ count });
  });

  test('an echo of a coil neither on nor off is no answer', () => {
    expect(decodeAnswer(fromHex('11 05 00 AC 12 34 00 00'))).toBeUndefined();
  });
});

describe('framing', () => {
  test('noise before, between and after frames is dropped; what may begin a frame waits', () => {
    const decoder = new RtuDecoder('unit');
    expect(words(decoder.push(Uint8Array.of(0xff, ...INPUTS, 0xfe, 0xfd, ...INPUTS, 0x11)))).toEqual(['noise FF', toHex(INPUTS), 'noise FEFD', toHex(INPUTS)]);
    expect(decoder.pending).toBe(1);
  });

  test('a frame with a wrong CRC is dropped, the next one is heard', () => {
    const broken = Uint8Array.from(INPUTS);
    broken[3] = 0xad;
    expect(words(new RtuDecoder('unit', 0x11).push(Uint8Array.of(...broken, ...INPUTS)))).toEqual([`noise ${toHex(broken)}`, toHex(INPUTS)]);
  });

  test('a false length holds the line up: rescanning finds the frame behind it', () => {
    const decoder = new RtuDecoder('unit');
    expect(words(decoder.push(Uint8Array.of(0x11, 0x02, 0xf0, ...INPUTS)))).toEqual([]);
    const found: string[] = [];
    while (decoder.pending > 0) found.push(...words(decoder.rescan()));
    expect(found).toContain(toHex(INPUTS));
    expect(decoder.rescan()).toEqual([]);
  });

  test('another unit’s frame is noise where one unit is listened to', () => {
    expect(words(new RtuDecoder('unit', 0x12).push(INPUTS))).toEqual([`noise ${toHex(INPUTS)}`]);
  });

  test('units over 247 are reserved', () => {
    expect(words(new RtuDecoder('unit').push(encodeAnswer(248, { name: 'exception', function: 1, exception: 2 })))).toEqual([expect.stringContaining('noise')]);
    expect(words(new RtuDecoder('unit').push(encodeAnswer(247, { name: 'exception', function: 1, exception: 2 })))).toEqual([expect.stringMatching(/^F781/)]);
  });

  test('a reset forgets what is half received', () => {
    const decoder = new RtuDecoder('unit');
    decoder.push(INPUTS.subarray(0, 4));
    decoder.reset();
    expect(words(decoder.push(INPUTS))).toEqual([toHex(INPUTS)]);
  });
});

describe('properties', () => {
  const address = integer({ min: 0, max: 0xffff });
  const request = oneof(
    constantFrom('readCoils' as const, 'readDiscreteInputs' as const, 'readHoldingRegisters' as const).chain((name) =>
      address.chain((at) => integer({ min: 1, max: 125 }).map((count): ModbusRequest => ({ name, address: at, count }))),
    ),
    address.chain((at) => boolean().map((on): ModbusRequest => ({ name: 'writeSingleCoil', address: at, on }))),
    address.chain((at) =>
      array(boolean(), { minLength: 1, maxLength: 1968 }).map((bits): ModbusRequest => ({ name: 'writeMultipleCoils', address: at, bits })),
    ),
    address.chain((at) =>
      array(address, { minLength: 1, maxLength: 123 }).map((values): ModbusRequest => ({ name: 'writeMultipleRegisters', address: at, values })),
    ),
  );

  test('what was encoded is decoded, in any chunking', () => {
    assert(
      property(
        array(request, { maxLength: 4 }),
        integer({ min: 1, max: 247 }),
        array(integer({ min: 1, max: 60 }), { minLength: 1 }),
        (requests, unit, cuts) => {
          const bytes = Buffer.concat(requests.map((one) => encodeRequest(unit, one)));
          const decoder = new RtuDecoder('host');
          const found: RtuToken[] = [];
          for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
            const size = cuts[turn % cuts.length] ?? 1;
            found.push(...decoder.push(bytes.subarray(at, at + size)));
            at += size;
          }
          expect(found.map(({ bytes: frame }) => decodeRequest(frame))).toEqual(requests);
          expect(decoder.pending).toBe(0);
        },
      ),
    );
  });

  test('no bytes make it throw, hang, lose count or hold more than one frame', () => {
    const nasty = oneof(uint8Array({ maxLength: 60 }), constantFrom(INPUTS, fromHex('11 02 FB'), fromHex('11 0F 00 00 00 00 F7'), fromHex('00 01')));
    assert(
      property(array(nasty, { maxLength: 60 }), constantFrom('host' as const, 'unit' as const), (chunks, speaker) => {
        const decoder = new RtuDecoder(speaker);
        let told = 0;
        for (const chunk of chunks) {
          for (const { type, bytes } of decoder.push(chunk)) {
            told += bytes.length;
            if (type === 'frame') expect([decodeRequest(bytes), decodeAnswer(bytes)]).toHaveLength(2);
          }
          expect(decoder.pending).toBeLessThan(MAX_FRAME);
        }
        expect(told + decoder.pending).toBe(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
      }),
      { numRuns: 300 },
    );
  });

  test('one flipped bit never yields the frame with another content', () => {
    assert(
      property(request, integer({ min: 0, max: 1_000_000 }), (one, where) => {
        const bytes = encodeRequest(1, one);
        const bit = where % (bytes.length * 8);
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        for (const token of new RtuDecoder('host').push(bytes)) expect(token.type === 'frame' && token.bytes.length === bytes.length).toBe(false);
      }),
    );
  });
});
