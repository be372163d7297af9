import { CCTalkParser } from '@serialport/parser-cctalk';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fen } from '../../../../common/fen.ts';
import { fromHex, toHex } from '../../../../common/hex.ts';
import { AnswerReader, type ReaderStep } from '../../../../drivers/cash-acceptor/cctalk/answer-reader.ts';
import { BillTable, denominationOf } from '../../../../drivers/cash-acceptor/cctalk/bills.ts';
import {
  billIdBytes,
  dataOf,
  decodeHostCommand,
  eventRingBytes,
  headerOf,
  number3Bytes,
  readBillId,
  readEventRing,
  readNumber3,
  readRouteAnswer,
  readScalingFactor,
  routeAnswerBytes,
  scalingFactorBytes,
  type HostCommand,
} from '../../../../drivers/cash-acceptor/cctalk/codec.ts';
import {
  crc16Xmodem,
  encodeFrame,
  FrameDecoder,
  MAX_FRAME,
  readFrame,
  type ChecksumMode,
  type Decoded,
} from '../../../../drivers/cash-acceptor/cctalk/frame.ts';

/** Requests of cash-acceptor.md 5.5. */
const REQUESTS: readonly [hex: string, mode: ChecksumMode, destination: number, command: HostCommand][] = [
  ['28 00 01 FE D9', 'simple', 40, { kind: 'simplePoll' }],
  ['02 02 01 E7 FF FF 16', 'simple', 2, { kind: 'modifyInhibits', enabled: 0xffff }],
  ['28 01 01 E4 01 F1', 'simple', 40, { kind: 'modifyMasterInhibit', accept: true }],
  ['28 01 01 99 03 3A', 'simple', 40, { kind: 'modifyOperatingMode', mode: 3 }],
  ['28 00 01 9F 38', 'simple', 40, { kind: 'readBillEvents' }],
  ['28 01 01 9A 01 3B', 'simple', 40, { kind: 'routeBill', route: 'stack' }],
  ['28 01 01 9A 00 3C', 'simple', 40, { kind: 'routeBill', route: 'return' }],
  ['28 00 B6 FE 21', 'crc', 40, { kind: 'simplePoll' }],
  ['28 00 46 01 3F', 'crc', 40, { kind: 'reset' }],
];

/** Answers of cash-acceptor.md 5.5. */
const ANSWERS: readonly [hex: string, mode: ChecksumMode, source: number | undefined, data: string][] = [
  ['01 00 28 00 D7', 'simple', 40, ''],
  ['01 0B 28 00 05 03 01 00 0A 00 0C 00 0B 00 00 A2', 'simple', 40, '05 03 01 00 0A 00 0C 00 0B 00 00'],
  ['01 00 30 00 37', 'crc', undefined, ''],
];

const modes: readonly ChecksumMode[] = ['simple', 'crc'];
const anyFrame = fc.record({
  destination: fc.nat(255),
  source: fc.nat(255),
  header: fc.nat(255),
  data: fc.uint8Array({ maxLength: 252 }),
});

function inChunks(bytes: Uint8Array, sizes: readonly number[], push: (chunk: Uint8Array) => void): void {
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    push(bytes.slice(at, at + size));
    at += size;
  }
}

describe('frames', () => {
  test('the CRC is CRC-16/XMODEM: 123456789 gives 31C3', () => {
    expect(crc16Xmodem(Buffer.from('123456789', 'latin1'))).toBe(0x31c3);
  });

  test.each(REQUESTS)('request %s (%s checksum) is read and written as the document prints it', (hex, mode, destination, command) => {
    const bytes = fromHex(hex);
    const frame = readFrame(bytes, mode);
    if (frame === undefined) throw new Error('not a frame');
    expect(frame.destination).toBe(destination);
    expect(frame.source).toBe(mode === 'simple' ? 1 : undefined);
    expect(decodeHostCommand(frame.header, frame.data)).toEqual({ ok: true, command });
    const written = encodeFrame({ destination, source: 1, header: headerOf(command.kind), data: dataOf(command) }, mode);
    expect(toHex(written)).toBe(toHex(bytes));
  });

  test.each(ANSWERS)('answer %s (%s checksum) is read and written as the document prints it', (hex, mode, source, data) => {
    const bytes = fromHex(hex);
    expect(readFrame(bytes, mode)).toEqual({ destination: 1, source, header: 0, data: fromHex(data) });
    expect(toHex(encodeFrame({ destination: 1, source: source ?? 40, header: 0, data: fromHex(data) }, mode))).toBe(toHex(bytes));
  });

  test('the other checksum does not read it', () => {
    for (const [hex, mode] of REQUESTS) expect(readFrame(fromHex(hex), mode === 'simple' ? 'crc' : 'simple')).toBeUndefined();
  });

  test('252 bytes of data fit, 253 do not', () => {
    const frame = { destination: 1, source: 40, header: 0 };
    expect(encodeFrame({ ...frame, data: new Uint8Array(252) }, 'simple')).toHaveLength(257);
    expect(() => encodeFrame({ ...frame, data: new Uint8Array(253) }, 'crc')).toThrow(RangeError);
  });

  test('any frames in any chunks come back as they were, in both modes', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 });
    fc.assert(
      fc.property(fc.constantFrom(...modes), fc.array(anyFrame, { minLength: 1, maxLength: 4 }), sizes, (mode, frames, chunks) => {
        const decoder = new FrameDecoder(mode);
        const decoded: Decoded[] = [];
        inChunks(Uint8Array.from(frames.flatMap((frame) => [...encodeFrame(frame, mode)])), chunks, (chunk) => decoded.push(...decoder.push(chunk)));
        expect(decoded).toMatchObject(frames.map((frame) => ({ ok: true, frame: { ...frame, source: mode === 'simple' ? frame.source : undefined } })));
      }),
    );
  });

  test('any bytes in any chunks: no exception, no byte twice, none held beyond a frame', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...modes),
        fc.uint8Array({ maxLength: 1200 }),
        fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }),
        (mode, bytes, sizes) => {
          const decoder = new FrameDecoder(mode);
          let out = 0;
          let pushed = 0;
          inChunks(bytes, sizes, (chunk) => {
            pushed += chunk.length;
            for (const decoded of decoder.push(chunk)) out += decoded.bytes.length;
            expect(pushed - out).toBeGreaterThanOrEqual(0);
            expect(pushed - out).toBeLessThan(MAX_FRAME);
          });
        },
      ),
    );
  });

  test('one noise byte in front costs itself after a pause, and without one no frame behind it is lost', () => {
    // With FF in front the byte behind it is a length of 40: the frame is not whole before 45 bytes are there.
    const decoder = new FrameDecoder('simple');
    decoder.push(fromHex('FF'));
    decoder.reset(); // the pause of 50 ms before the next frame
    expect(decoder.push(fromHex('28 00 01 FE D9'))).toMatchObject([{ ok: true, frame: { header: 254 } }]);
    const nine = fromHex(`FF ${'28 00 01 FE D9 '.repeat(9)}`);
    expect(new FrameDecoder('simple').push(nine).filter((step) => step.ok)).toHaveLength(9);
  });

  test('a frame with a wrong checksum never comes out; the length splitter that npm offers lets it through', () => {
    const damaged = fromHex('01 0B 28 00 05 03 00 00 0A 00 0C 00 0B 00 00 A2');
    expect(new FrameDecoder('simple').push(damaged).filter((step) => step.ok)).toEqual([]);
    const parser = new CCTalkParser();
    const passed: Buffer[] = [];
    parser.on('data', (chunk: Buffer) => passed.push(chunk));
    parser.write(Buffer.from(damaged));
    expect(passed).toHaveLength(1);
  });
});

describe('the answer to one request', () => {
  const request = fromHex('28 00 01 9F 38');
  const answer = fromHex('01 0B 28 00 05 03 01 00 0A 00 0C 00 0B 00 00 A2');
  const from = { request, address: 40, mode: 'simple' } as const;

  function readAll(chunks: readonly Uint8Array[]): ReaderStep | undefined {
    const reader = new AnswerReader(from);
    let last: ReaderStep | undefined;
    for (const chunk of chunks) {
      last = reader.push(chunk);
      if (last.kind !== 'waiting') return last;
    }
    return last;
  }

  const bytesOf = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.of(...parts.flatMap((part) => [...part]));

  test.each([
    ['with the echo in front', bytesOf(request, answer)],
    ['without an echo', answer],
    ['with noise, then the echo', bytesOf(fromHex('00 FF'), request, answer)],
    ['with the echo, then noise', bytesOf(request, fromHex('00 FF 7F'), answer)],
    ['with an echo that was damaged on the wire', bytesOf(fromHex('28 00 01 9E 38'), answer)],
    ['behind noise that looks like the host address', bytesOf(fromHex('01'), answer)],
    ['behind another unit of the bus that answers late', bytesOf(fromHex('01 00 02 00 FD'), answer)],
  ])('is found %s, byte by byte and at once', (_how, bytes) => {
    expect(readAll([bytes])).toMatchObject({ kind: 'answer', bytes: answer });
    expect(readAll([...bytes].map((byte) => Uint8Array.of(byte)))).toMatchObject({ kind: 'answer', bytes: answer });
  });

  test('the echo alone is no answer, and is known as the echo', () => {
    const reader = new AnswerReader(from);
    expect(reader.push(request)).toEqual({ kind: 'waiting' });
    expect(reader.echoed).toBe(true);
    expect(reader.bytes).toHaveLength(0);
  });

  test('one bit flipped anywhere in the answer: it is never taken for the answer', () => {
    for (let at = 0; at < answer.length; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const damaged = answer.with(at, (answer[at] ?? 0) ^ (1 << bit));
        const step = readAll([bytesOf(request, damaged)]);
        if (step?.kind === 'answer') throw new Error(`bit ${bit} of byte ${at} flipped, and still an answer`);
      }
    }
  });

  test('with a CRC the source is not said, and the answer is found all the same', () => {
    const reader = new AnswerReader({ request: fromHex('28 00 B6 FE 21'), address: 40, mode: 'crc' });
    expect(reader.push(fromHex('28 00 B6 FE 21 01 00 30 00 37'))).toMatchObject({ kind: 'answer', frame: { header: 0 } });
  });

  test('an answer that ends with the byte the request begins with is not waited for longer', () => {
    // 01 01 28 00 AE: sum D8, checksum 28
    expect(readAll([fromHex('01 01 28 00 AE 28')])).toMatchObject({ kind: 'answer', frame: { data: Uint8Array.of(0xae) } });
  });

  test('noise without end is given up', () => {
    expect(readAll([new Uint8Array(1000).fill(0x55)])).toMatchObject({ kind: 'damaged' });
  });

  test('any bytes in any chunks: no exception, and never more kept than noise and one frame', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...modes),
        fc.uint8Array({ maxLength: 900 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }),
        (mode, bytes, sizes) => {
          const reader = new AnswerReader({ ...from, mode });
          let ended = false;
          inChunks(bytes, sizes, (chunk) => {
            if (ended) return;
            ended = reader.push(chunk).kind !== 'waiting';
            if (!ended) expect(reader.bytes.length).toBeLessThanOrEqual(64 + MAX_FRAME);
          });
        },
      ),
    );
  });
});

describe('messages', () => {
  test('any command is read as it was written', () => {
    const command: fc.Arbitrary<HostCommand> = fc.oneof(
      fc.record({ kind: fc.constant('modifyInhibits' as const), enabled: fc.nat(0xffff) }),
      fc.record({ kind: fc.constant('modifyOperatingMode' as const), mode: fc.nat(255) }),
      fc.record({ kind: fc.constant('modifyMasterInhibit' as const), accept: fc.boolean() }),
      fc.record({ kind: fc.constant('requestBillId' as const), billType: fc.integer({ min: 1, max: 16 }) }),
      fc.record({ kind: fc.constant('requestIndividualAcceptCounter' as const), billType: fc.integer({ min: 1, max: 16 }) }),
      fc.record({ kind: fc.constant('requestScalingFactor' as const), country: fc.constantFrom('CN', 'US', 'EU') }),
      fc.record({ kind: fc.constant('routeBill' as const), route: fc.constantFrom('return', 'stack', 'extend') }),
      fc.constantFrom<HostCommand>({ kind: 'reset' }, { kind: 'selfCheck' }, { kind: 'readCoinCredits' }, { kind: 'requestAcceptCounter' }),
    );
    fc.assert(
      fc.property(command, (one) => {
        expect(decodeHostCommand(headerOf(one.kind), dataOf(one))).toEqual({ ok: true, command: one });
      }),
    );
  });

  test.each([
    [0, '', 'unknownHeader'],
    [154, '02', 'badData'],
    [154, '', 'badData'],
    [157, '11', 'badData'],
    [228, '02', 'badData'],
    [231, 'FF', 'badData'],
    [254, '00', 'badData'],
  ])('header %i with data "%s" is refused: %s', (header, data, error) => {
    expect(decodeHostCommand(header, fromHex(data))).toEqual({ ok: false, error });
  });

  test('bill id CN0010A is country, value and issue; seven dots are no bill', () => {
    expect(readBillId(Buffer.from('CN0010A', 'latin1'))).toEqual({ country: 'CN', value: 10, issue: 'A' });
    expect(Buffer.from(billIdBytes({ country: 'CN', value: 10, issue: 'A' })).toString('latin1')).toBe('CN0010A');
    expect(readBillId(Buffer.from('.......', 'latin1'))).toBe('none');
    expect(readBillId(Buffer.from('CN0010', 'latin1'))).toBeUndefined();
  });

  test.each([
    ['0010', 100, 2, 1000],
    ['0100', 1, 0, 10_000],
    ['0005', 1000, 2, 5000],
    ['0001', 5, 1, 50],
  ])('value %s, factor %i, %i decimals is %i fen', (value, factor, decimals, amount) => {
    expect(denominationOf({ country: 'CN', value: Number(value), issue: 'A' }, { factor, decimals })).toBe(amount);
  });

  test('a value that is no whole number of fen, or 0, is none', () => {
    expect(denominationOf({ country: 'CN', value: 1, issue: 'A' }, { factor: 1, decimals: 3 })).toBeUndefined();
    expect(denominationOf({ country: 'CN', value: 10, issue: 'A' }, { factor: 0, decimals: 0 })).toBeUndefined();
  });

  test('three bytes are a number, low first', () => {
    expect(readNumber3(fromHex('D0 39 02'))).toBe(145_872); // the example of a maker's manual
    expect(toHex(number3Bytes(145_872))).toBe('D03902');
    expect(readNumber3(fromHex('D0 39'))).toBeUndefined();
  });

  test('scaling factor, ring and route answers come back as they were', () => {
    fc.assert(
      fc.property(fc.nat(0xffff), fc.nat(255), (factor, decimals) => {
        expect(readScalingFactor(scalingFactorBytes({ factor, decimals }))).toEqual({ factor, decimals });
      }),
    );
    const event = fc.record({ a: fc.nat(255), b: fc.nat(255) });
    fc.assert(
      fc.property(fc.nat(255), fc.array(event, { minLength: 5, maxLength: 5 }), (counter, events) => {
        expect(readEventRing(eventRingBytes({ counter, events }))).toEqual({ counter, events });
      }),
    );
    for (const answer of ['taken', 'escrowEmpty', 'failed'] as const) expect(readRouteAnswer(routeAnswerBytes(answer))).toBe(answer);
    expect(readRouteAnswer(fromHex('FE'))).toBe('escrowEmpty');
    expect(readRouteAnswer(fromHex('FF'))).toBe('failed');
    expect(readRouteAnswer(fromHex('01'))).toBeUndefined();
  });

  test('the mask lets in every type of the accepted values and nothing else', () => {
    const table = new BillTable(
      new Map([
        [3, fen(1000)],
        [6, fen(10_000)],
        [7, fen(10_000)],
        [16, fen(5000)],
      ]),
    );
    expect(table.enabledMask([])).toBe(0);
    expect(table.enabledMask([fen(10_000)])).toBe(0b0110_0000);
    expect(table.enabledMask([fen(1000), fen(5000)])).toBe(0x8004);
    expect(table.missing([fen(1000), fen(2000)])).toContain('20.00');
  });
});
