import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fen, MAX_FEN } from '../../../common/fen.ts';
import { fromHex, toHex } from '../../../common/hex.ts';
import {
  decodeAcceptorMessage,
  decodeHostMessage,
  decodeId003Hex,
  denominationOf,
  encodeAcceptorMessage,
  encodeHostMessage,
  type AcceptorMessage,
  type HostMessage,
} from '../../../drivers/cash-acceptor/id003/codec.ts';
import { crc16Kermit } from '../../../drivers/cash-acceptor/crc16-kermit.ts';
import { disabledMask, noteTable } from '../../../drivers/cash-acceptor/id003/currency.ts';
import { encodeFrame, FrameDecoder, type Frame } from '../../../drivers/cash-acceptor/id003/frame.ts';
import type { Decoded } from '../../../drivers/cash-acceptor/polled/frame-decoder.ts';

/** The frames of cash-acceptor.md 3.4, and what each means in each direction. */
const WORKED: readonly [hex: string, host: HostMessage | undefined, acceptor: AcceptorMessage | undefined][] = [
  ['FC 05 11 27 56', { kind: 'statusRequest' }, { kind: 'idling' }],
  ['FC 05 40 2B 15', { kind: 'reset' }, { kind: 'powerUp' }],
  ['FC 05 41 A2 04', { kind: 'stack1' }, { kind: 'powerUpNoteInAcceptor' }],
  ['FC 05 43 B0 27', { kind: 'return' }, { kind: 'stackerFull' }],
  ['FC 05 50 AA 05', { kind: 'ack' }, { kind: 'ack' }],
  ['FC 06 C3 01 8D C7', { kind: 'set', setting: 'inhibit', value: [1] }, { kind: 'settingEcho', setting: 'inhibit', value: [1] }],
  ['FC 06 C3 00 04 D6', { kind: 'set', setting: 'inhibit', value: [0] }, { kind: 'settingEcho', setting: 'inhibit', value: [0] }],
  ['FC 07 C0 00 00 2D B5', { kind: 'set', setting: 'denominations', value: [0, 0] }, { kind: 'settingEcho', setting: 'denominations', value: [0, 0] }],
  ['FC 06 13 63 A2 D8', undefined, { kind: 'escrow', noteCode: 0x63 }],
  ['FC 05 12 BC 64', undefined, { kind: 'accepting' }],
  ['FC 05 1A F4 E8', undefined, { kind: 'disabled' }],
  ['FC 05 1B 7D F9', undefined, { kind: 'initialize' }],
  ['FC 05 8A 7D 7C', { kind: 'askCurrencyTable' }, { kind: 'currencyTable', entries: [] }],
];

function decodeAll(bytes: Uint8Array): readonly Decoded<Frame>[] {
  return new FrameDecoder().push(bytes);
}

describe('frames', () => {
  test('the CRC is CRC-16/KERMIT: 123456789 gives 2189', () => {
    expect(crc16Kermit(Buffer.from('123456789', 'latin1'))).toBe(0x2189);
  });

  test.each(WORKED)('%s is read and written as the document prints it', (hex, host, acceptor) => {
    const bytes = fromHex(hex);
    const [decoded, ...rest] = decodeAll(bytes);
    expect(rest).toEqual([]);
    if (decoded?.ok !== true) throw new Error('not a frame');
    if (host !== undefined) {
      expect(decodeHostMessage(decoded.frame)).toEqual({ ok: true, message: host });
      expect(toHex(encodeHostMessage(host))).toBe(toHex(bytes));
    }
    if (acceptor !== undefined) {
      expect(decodeAcceptorMessage(decoded.frame)).toEqual({ ok: true, message: acceptor });
      expect(toHex(encodeAcceptorMessage(acceptor))).toBe(toHex(bytes));
    }
  });

  test('a frame cut anywhere comes out once, when its last byte is there', () => {
    const bytes = fromHex('FC 07 C0 00 00 2D B5');
    for (let cut = 1; cut < bytes.length; cut += 1) {
      const decoder = new FrameDecoder();
      expect(decoder.push(bytes.slice(0, cut))).toEqual([]);
      expect(decoder.push(bytes.slice(cut))).toMatchObject([{ ok: true, frame: { command: 0xc0 } }]);
    }
  });

  test('two frames in one chunk are two frames', () => {
    expect(decodeAll(fromHex('FC051127 56 FC0512BC64'))).toMatchObject([
      { ok: true, frame: { command: 0x11 } },
      { ok: true, frame: { command: 0x12 } },
    ]);
  });

  test('noise before a frame, and a sync with an impossible length, cost only themselves', () => {
    expect(decodeAll(fromHex('00 55 FC 04 FC05112756'))).toEqual([
      { ok: false, error: 'badSync', bytes: fromHex('00 55') },
      { ok: false, error: 'badLength', bytes: fromHex('FC') },
      { ok: false, error: 'badSync', bytes: fromHex('04') },
      { ok: true, frame: { command: 0x11, data: new Uint8Array() }, bytes: fromHex('FC05112756') },
    ]);
  });

  test('a frame with a wrong CRC goes whole when the next byte starts a frame, and the next is read', () => {
    expect(decodeAll(fromHex('FC 05 FC 27 57 FC 05 12 BC 64'))).toMatchObject([
      { ok: false, error: 'badCrc', bytes: fromHex('FC 05 FC 27 57') },
      { ok: true, frame: { command: 0x12 } },
    ]);
  });

  test('a false length inside a run of frames costs one byte at a time: the frame it swallowed is found', () => {
    // 06 instead of 05: the false frame ends in the middle of the next.
    const decoded = decodeAll(fromHex('FC 06 11 27 56 FC 05 12 BC 64'));
    expect(decoded.filter((step) => step.ok)).toMatchObject([{ frame: { command: 0x12 } }]);
  });

  test('reset forgets what is half received', () => {
    const decoder = new FrameDecoder();
    decoder.push(fromHex('FC FF 11'));
    decoder.reset();
    expect(decoder.push(fromHex('FC05112756'))).toMatchObject([{ ok: true }]);
  });

  test('250 bytes of data fit, 251 do not', () => {
    expect(encodeFrame(0x88, new Uint8Array(250))).toHaveLength(255);
    expect(() => encodeFrame(0x88, new Uint8Array(251))).toThrow(RangeError);
  });

  test('any frame in any chunks comes back as it was', () => {
    const frame = fc.record({ command: fc.nat(255), data: fc.uint8Array({ maxLength: 250 }) });
    fc.assert(
      fc.property(fc.array(frame, { minLength: 1, maxLength: 4 }), fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), (frames, sizes) => {
        const bytes = Uint8Array.from(frames.flatMap(({ command, data }) => [...encodeFrame(command, data)]));
        const decoder = new FrameDecoder();
        const decoded: Decoded<Frame>[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          decoded.push(...decoder.push(bytes.slice(at, at + size)));
          at += size;
        }
        expect(decoded.map((step) => (step.ok ? step.frame : step.error))).toEqual(frames);
      }),
    );
  });

  test('any bytes: nothing throws, no byte is counted twice, at most one frame is held back', () => {
    const noise = fc.array(fc.oneof(fc.constantFrom(0xfc, 5, 6, 0x11), fc.nat(255)), { maxLength: 600 });
    fc.assert(
      fc.property(noise, (values) => {
        const bytes = Uint8Array.from(values);
        const out = Uint8Array.from(decodeAll(bytes).flatMap((step) => [...step.bytes]));
        expect(toHex(bytes.slice(0, out.length))).toBe(toHex(out));
        expect(bytes.length - out.length).toBeLessThan(255);
      }),
    );
  });
});

const byte = fc.nat(255);
const settingArbitrary = fc.oneof(
  fc.record({ setting: fc.constantFrom('denominations' as const, 'security' as const, 'optionalFunctions' as const), value: fc.tuple(byte, byte) }),
  fc.record({ setting: fc.constantFrom('communicationMode' as const, 'inhibit' as const, 'direction' as const), value: fc.tuple(byte) }),
);
const hostArbitrary: fc.Arbitrary<HostMessage> = fc.oneof(
  fc
    .constantFrom(
      ...(['statusRequest', 'reset', 'stack1', 'stack2', 'return', 'hold', 'wait', 'ack', 'askVersion', 'askBootVersion', 'askCurrencyTable'] as const),
    )
    .map((kind) => ({ kind })),
  settingArbitrary.map((setting) => ({ kind: 'set' as const, ...setting })),
  settingArbitrary.map(({ setting }) => ({ kind: 'ask' as const, setting })),
);
const latin1 = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
const acceptorArbitrary: fc.Arbitrary<AcceptorMessage> = fc.oneof(
  fc
    .constantFrom(...(['idling', 'accepting', 'stacking', 'vendValid', 'stacked', 'returning', 'holding', 'disabled', 'initialize'] as const))
    .map((kind) => ({ kind })),
  fc
    .constantFrom(...(['powerUp', 'powerUpNoteInAcceptor', 'powerUpNoteInStacker', 'stackerFull', 'stackerOpen', 'jamInAcceptor'] as const))
    .map((kind) => ({ kind })),
  fc.constantFrom(...(['jamInStacker', 'pause', 'cheated', 'communicationError', 'invalidCommand', 'ack'] as const)).map((kind) => ({ kind })),
  byte.map((noteCode) => ({ kind: 'escrow' as const, noteCode })),
  latin1.filter((text) => text !== '').map((barcode) => ({ kind: 'escrow' as const, noteCode: 0x6f, barcode })),
  byte.map((reason) => ({ kind: 'rejecting' as const, reason })),
  byte.map((cause) => ({ kind: 'failure' as const, cause })),
  settingArbitrary.map((setting) => ({ kind: 'settingEcho' as const, ...setting })),
  settingArbitrary.map((setting) => ({ kind: 'settingValue' as const, ...setting })),
  latin1.map((text) => ({ kind: 'version' as const, text })),
  latin1.map((text) => ({ kind: 'bootVersion' as const, text })),
  fc
    .array(fc.record({ noteCode: byte, country: byte, value: byte, exponent: byte }), { maxLength: 62 })
    .map((entries) => ({ kind: 'currencyTable' as const, entries })),
);

describe('messages', () => {
  /** Codes of 3.1 and 3.2, by hand. */
  test.each([
    [{ kind: 'stack2' }, '42'],
    [{ kind: 'hold' }, '44'],
    [{ kind: 'wait' }, '45'],
    [{ kind: 'askVersion' }, '88'],
    [{ kind: 'askBootVersion' }, '89'],
    [{ kind: 'ask', setting: 'denominations' }, '80'],
    [{ kind: 'ask', setting: 'optionalFunctions' }, '85'],
    [{ kind: 'set', setting: 'security', value: [0, 0] }, 'C10000'],
    [{ kind: 'set', setting: 'communicationMode', value: [0] }, 'C200'],
    [{ kind: 'set', setting: 'direction', value: [0] }, 'C400'],
    [{ kind: 'set', setting: 'optionalFunctions', value: [1, 2] }, 'C50102'],
  ] as const)('host: %j is %s', (message, content) => {
    expect(toHex(encodeHostMessage(message).slice(2, -2))).toBe(content);
  });

  test.each([
    ['stacking', '14'],
    ['vendValid', '15'],
    ['stacked', '16'],
    ['returning', '18'],
    ['holding', '19'],
    ['powerUpNoteInStacker', '42'],
    ['stackerOpen', '44'],
    ['jamInAcceptor', '45'],
    ['jamInStacker', '46'],
    ['pause', '47'],
    ['cheated', '48'],
    ['communicationError', '4A'],
    ['invalidCommand', '4B'],
  ] as const)('acceptor: %s is %s', (kind, content) => {
    expect(toHex(encodeAcceptorMessage({ kind }).slice(2, -2))).toBe(content);
  });

  test('host messages come back as they were', () => {
    fc.assert(
      fc.property(hostArbitrary, (message) => {
        const [decoded] = decodeAll(encodeHostMessage(message));
        expect(decoded?.ok === true && decodeHostMessage(decoded.frame)).toEqual({ ok: true, message });
      }),
    );
  });

  test('acceptor messages come back as they were', () => {
    fc.assert(
      fc.property(acceptorArbitrary, (message) => {
        const [decoded] = decodeAll(encodeAcceptorMessage(message));
        expect(decoded?.ok === true && decodeAcceptorMessage(decoded.frame)).toEqual({ ok: true, message });
      }),
    );
  });

  test('any command with any data is a message or a named error in both directions', () => {
    fc.assert(
      fc.property(byte, fc.uint8Array({ maxLength: 250 }), (command, data) => {
        for (const result of [decodeHostMessage({ command, data }), decodeAcceptorMessage({ command, data })])
          if (!result.ok) expect(['unknownCommand', 'badData']).toContain(result.error.code);
      }),
    );
  });
});

describe('currency', () => {
  const entry = { noteCode: 0x61, country: 0x2c };

  test.each([
    [1, 0, 100],
    [5, 0, 500],
    [1, 1, 1000],
    [5, 1, 5000],
    [1, 2, 10_000],
    [100, 0, 10_000],
  ])('value %i × 10^%i yuan is %i fen', (value, exponent, amount) => {
    expect(denominationOf({ ...entry, value, exponent })).toBe(amount);
  });

  test('value 0 is unused, and what exceeds any amount of money is no denomination', () => {
    expect(denominationOf({ ...entry, value: 0, exponent: 2 })).toBeUndefined();
    expect(denominationOf({ ...entry, value: 255, exponent: 255 })).toBeUndefined();
    expect(denominationOf({ ...entry, value: 1, exponent: 8 })).toBeUndefined();
    expect(MAX_FEN).toBeLessThan(10 ** 10);
  });

  const table = noteTable([
    { noteCode: 0x61, country: 1, value: 1, exponent: 0 },
    { noteCode: 0x63, country: 1, value: 1, exponent: 1 },
    { noteCode: 0x66, country: 1, value: 1, exponent: 2 },
    { noteCode: 0x68, country: 0, value: 0, exponent: 0 },
    { noteCode: 0x6a, country: 1, value: 100, exponent: 0 },
  ]);

  test('a face value with two codes is one denomination', () => {
    expect(table.denominations).toEqual([100, 1000, 10_000]);
    expect(table.denominationOf(0x66)).toBe(10_000);
    expect(table.denominationOf(0x6a)).toBe(10_000);
    expect(table.denominationOf(0x68)).toBeUndefined();
  });

  /** d1 bit 0 = code 61, 1 = disabled; 6A is bit 1 of d2, where only codes that the table names are touched. */
  test('the mask lets in exactly what is accepted, by all its codes', () => {
    expect(disabledMask(table, [fen(10_000)])).toEqual([0b1101_1111, 0b00]);
    expect(disabledMask(table, [fen(1000)])).toEqual([0b1111_1011, 0b10]);
    expect(disabledMask(table, [])).toEqual([0xff, 0b10]);
  });

  test('a configured face value that the table lacks is named', () => {
    expect(table.missing([fen(1000), fen(2000)])).toBe('the acceptor does not know notes of 20.00 yuan; its own table has 1.00, 10.00, 100.00');
    expect(table.missing([fen(1000)])).toBeUndefined();
  });
});

describe('kioskctl decode id003', () => {
  test('a number that means two things is read both ways', () => {
    expect(decodeId003Hex('FC 05 43 B0 27')).toEqual({
      ok: true,
      command: '43',
      data: '',
      hostToAcceptor: { kind: 'return' },
      acceptorToHost: { kind: 'stackerFull' },
    });
  });

  test('a frame that only one side says is read one way', () => {
    expect(decodeId003Hex('fc061363a2d8')).toEqual({ ok: true, command: '13', data: '63', acceptorToHost: { kind: 'escrow', noteCode: 0x63 } });
  });

  test.each([
    ['FC 05 11 27 5', 'badHex'],
    ['hello', 'badHex'],
    ['', 'empty'],
    ['FC', 'badLength'],
    ['FC 06 11 27 56', 'badLength'],
    ['FC 05 11 27 56 00', 'badLength'],
    ['02 05 11 27 56', 'badSync'],
    ['FC 05 11 27 57', 'badCrc'],
    [toHex(encodeFrame(0x99)), 'unknownCommand'],
    [toHex(encodeFrame(0x13)), 'badData'],
    [toHex(encodeFrame(0xc3, Uint8Array.of(1, 2))), 'badData'],
  ])('%s is refused as %s', (hex, code) => {
    expect(decodeId003Hex(hex)).toMatchObject({ ok: false, code });
  });

  test('the CRC that should be there is told', () => {
    expect(decodeId003Hex('FC 05 11 00 00')).toEqual({ ok: false, code: 'badCrc', message: 'the CRC should be 2756' });
  });

  test('any text is answered in plain JSON', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.uint8Array({ maxLength: 300 }).map(toHex)), (text) => {
        const decoded = decodeId003Hex(text);
        expect(JSON.parse(JSON.stringify(decoded))).toEqual(decoded);
      }),
    );
  });
});
