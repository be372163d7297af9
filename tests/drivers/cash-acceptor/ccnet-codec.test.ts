import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_FEN } from '../../../common/fen.ts';
import { fromHex, toHex } from '../../../common/hex.ts';
import {
  BILL_TYPES,
  decodeAnswer,
  decodeHostMessage,
  denominationOf,
  encodeAnswer,
  encodeHostMessage,
  type Answer,
  type HostMessage,
  type PollAnswer,
} from '../../../drivers/cash-acceptor/ccnet/codec.ts';
import { decodeCcnetHex } from '../../../drivers/cash-acceptor/ccnet/decode-hex.ts';
import { encodeFrame, FrameDecoder, MAX_FRAME, type Frame } from '../../../drivers/cash-acceptor/ccnet/frame.ts';
import type { Decoded } from '../../../drivers/cash-acceptor/polled/frame-decoder.ts';

const VALIDATOR = 3;
const ALL = Array.from({ length: BILL_TYPES }, (_, type) => type);

/** The frames of cash-acceptor.md 4 that the controller sends. */
const COMMANDS: readonly [hex: string, message: HostMessage][] = [
  ['02 03 06 33 DA 81', { kind: 'poll' }],
  ['02 03 06 00 C2 82', { kind: 'ack' }],
  ['02 03 06 30 41 B3', { kind: 'reset' }],
  ['02 03 06 35 EC E4', { kind: 'stack' }],
  ['02 03 06 37 FE C7', { kind: 'identification' }],
  ['02 03 06 41 4F D1', { kind: 'getBillTable' }],
  ['02 03 0C 34 FF FF FF 00 00 00 B5 C1', { kind: 'enableBillTypes', types: ALL, escrow: [] }],
  ['02 03 0C 34 FF FF FF FF FF FF FE F7', { kind: 'enableBillTypes', types: ALL, escrow: ALL }],
];

/** The frames of cash-acceptor.md 4 that the validator sends. */
const ANSWERS: readonly [hex: string, answer: Answer][] = [
  ['02 03 06 14 67 D4', { kind: 'poll', answer: { kind: 'idling' } }],
  ['02 03 07 80 04 A8 75', { kind: 'poll', answer: { kind: 'escrow', code: 4 } }],
  ['02 03 07 81 04 70 6C', { kind: 'poll', answer: { kind: 'billStacked', code: 4 } }],
  ['02 03 06 00 C2 82', { kind: 'ack' }],
];

function decodeAll(bytes: Uint8Array): readonly Decoded<Frame>[] {
  return new FrameDecoder().push(bytes);
}

function frameOf(hex: string): { readonly address: number; readonly data: Uint8Array } {
  const [decoded, ...rest] = decodeAll(fromHex(hex));
  expect(rest).toEqual([]);
  if (decoded?.ok !== true) throw new Error('not a frame');
  return decoded.frame;
}

describe('frames', () => {
  test.each(COMMANDS)('%s is read and written as the document prints it', (hex, message) => {
    expect(frameOf(hex).address).toBe(VALIDATOR);
    expect(decodeHostMessage(frameOf(hex))).toEqual(message);
    expect(toHex(encodeFrame({ address: VALIDATOR, data: encodeHostMessage(message) }))).toBe(toHex(fromHex(hex)));
  });

  test.each(ANSWERS)('%s is read and written as the document prints it', (hex, answer) => {
    expect(decodeAnswer(frameOf(hex))).toEqual(answer);
    expect(toHex(encodeFrame({ address: VALIDATOR, data: encodeAnswer(answer) }))).toBe(toHex(fromHex(hex)));
  });

  test('a frame cut anywhere comes out once, when its last byte is there', () => {
    const bytes = fromHex('02 03 0C 34 FF FF FF FF FF FF FE F7');
    for (let cut = 1; cut < bytes.length; cut += 1) {
      const decoder = new FrameDecoder();
      expect(decoder.push(bytes.slice(0, cut))).toEqual([]);
      expect(decoder.push(bytes.slice(cut)).map((decoded) => decoded.ok)).toEqual([true]);
    }
  });

  test('noise in front is told as noise and costs no frame', () => {
    expect(decodeAll(fromHex('FF 00 14 02 03 06 14 67 D4')).map((decoded) => (decoded.ok ? 'frame' : decoded.error))).toEqual(['badSync', 'frame']);
  });

  test('a wrong check sum drops that frame and not the next', () => {
    const decoded = decodeAll(fromHex('02 03 06 14 67 D5 02 03 06 14 67 D4'));
    expect(decoded.map((one) => (one.ok ? 'frame' : one.error))).toEqual(['badCrc', 'frame']);
  });

  test('a byte that looks like a start inside noise does not hide the frame behind it', () => {
    const decoded = decodeAll(fromHex('02 03 06 02 03 06 14 67 D4'));
    expect(decoded.at(-1)?.ok).toBe(true);
  });

  test('LNG 00 (a long frame) and other impossible lengths are no frames', () => {
    for (const length of [0, 1, 5]) expect(decodeAll(Uint8Array.of(2, 3, length, 0x14, 0, 0))[0]).toMatchObject({ ok: false, error: 'badLength' });
  });

  test('after a reset half a frame is forgotten', () => {
    const decoder = new FrameDecoder();
    decoder.push(fromHex('02 03 FF 00'));
    decoder.reset();
    expect(decoder.push(fromHex('02 03 06 14 67 D4'))).toHaveLength(1);
  });

  test('no data, or more than a frame carries, can not be encoded', () => {
    expect(() => encodeFrame({ address: VALIDATOR, data: new Uint8Array() })).toThrow(RangeError);
    expect(() => encodeFrame({ address: VALIDATOR, data: new Uint8Array(251) })).toThrow(RangeError);
    expect(encodeFrame({ address: VALIDATOR, data: new Uint8Array(250) })).toHaveLength(MAX_FRAME);
  });

  test('any bytes in any chunking: never throws, loses no byte, holds less than one frame', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (bytes, sizes) => {
        const decoder = new FrameDecoder();
        let told = 0;
        let at = 0;
        for (let turn = 0; at < bytes.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          for (const decoded of decoder.push(bytes.slice(at, at + size))) told += decoded.bytes.length;
          at += size;
          expect(Math.min(at, bytes.length) - told).toBeLessThan(MAX_FRAME);
        }
      }),
    );
  });

  test('any frame between any noise without a start byte comes out as it was', () => {
    const noise = fc.uint8Array({ maxLength: 20 }).map((bytes) => bytes.map((byte) => (byte === 2 ? 3 : byte)));
    fc.assert(
      fc.property(noise, fc.integer({ min: 0, max: 255 }), fc.uint8Array({ minLength: 1, maxLength: 250 }), (before, address, data) => {
        const last = decodeAll(Uint8Array.of(...before, ...encodeFrame({ address, data }))).at(-1);
        expect(last?.ok === true && last.frame).toEqual({ address, data });
      }),
    );
  });
});

const byte = fc.integer({ min: 0, max: 255 });
const types = fc.uniqueArray(fc.integer({ min: 0, max: BILL_TYPES - 1 })).map((list) => [...list].sort((a, b) => a - b));
const commands: fc.Arbitrary<HostMessage> = fc.oneof(
  fc
    .constantFrom('ack', 'nak', 'reset', 'getStatus', 'poll', 'stack', 'return', 'identification', 'hold', 'getBillTable')
    .map((kind): HostMessage => ({ kind })),
  types.map((list): HostMessage => ({ kind: 'setSecurity', types: list })),
  fc.tuple(types, types).map(([list, escrow]): HostMessage => ({ kind: 'enableBillTypes', types: list, escrow })),
);
const letters = (length: number): fc.Arbitrary<string> => fc.stringMatching(new RegExp(`^[A-Z0-9]{${length}}$`));
const answers: fc.Arbitrary<Answer> = fc.oneof(
  fc.constantFrom('ack', 'nak', 'illegalCommand').map((kind): Answer => ({ kind })),
  fc
    .tuple(fc.constantFrom('busy', 'rejecting', 'failure', 'escrow', 'billStacked', 'billReturned'), byte)
    .map(([kind, code]): Answer => ({ kind: 'poll', answer: { kind, code } as PollAnswer })),
  fc.tuple(types, types).map(([enabled, security]): Answer => ({ kind: 'status', enabled, security })),
  fc
    .array(fc.record({ value: byte, country: letters(3), exponent: fc.integer({ min: -127, max: 127 }) }), { minLength: BILL_TYPES, maxLength: BILL_TYPES })
    .map((entries): Answer => ({ kind: 'billTable', entries })),
  fc
    .record({ partNumber: letters(15), serialNumber: letters(12), assetNumber: fc.uint8Array({ minLength: 7, maxLength: 7 }) })
    .map((who): Answer => ({ kind: 'identification', ...who })),
);

describe('messages', () => {
  /** First byte = types 23..16, last byte = types 7..0. */
  test('bit 0 of the last byte is type 0, bit 7 of the first is type 23', () => {
    expect(toHex(encodeHostMessage({ kind: 'enableBillTypes', types: [0, 9, 23], escrow: [0] }))).toBe('34800201000001');
    expect(decodeAnswer({ address: 3, data: fromHex('80007F000000') })).toEqual({ kind: 'status', enabled: [0, 1, 2, 3, 4, 5, 6, 23], security: [] });
  });

  test('a validator’s every state has its number of the document', () => {
    const numbers: readonly [number, PollAnswer['kind']][] = [
      [0x10, 'powerUp'],
      [0x11, 'powerUpBillInValidator'],
      [0x12, 'powerUpBillInStacker'],
      [0x13, 'initialize'],
      [0x14, 'idling'],
      [0x15, 'accepting'],
      [0x17, 'stacking'],
      [0x18, 'returning'],
      [0x19, 'disabled'],
      [0x1a, 'holding'],
      [0x41, 'cassetteFull'],
      [0x42, 'cassetteRemoved'],
      [0x43, 'validatorJammed'],
      [0x44, 'cassetteJammed'],
      [0x45, 'cheated'],
      [0x46, 'pause'],
    ];
    for (const [number, kind] of numbers) expect(decodeAnswer({ address: 3, data: Uint8Array.of(number) })).toEqual({ kind: 'poll', answer: { kind } });
    const coded: readonly [number, PollAnswer['kind']][] = [
      [0x1b, 'busy'],
      [0x1c, 'rejecting'],
      [0x47, 'failure'],
      [0x80, 'escrow'],
      [0x81, 'billStacked'],
      [0x82, 'billReturned'],
    ];
    for (const [number, kind] of coded) {
      expect(decodeAnswer({ address: 3, data: Uint8Array.of(number, 7) })).toEqual({ kind: 'poll', answer: { kind, code: 7 } });
      expect(decodeAnswer({ address: 3, data: Uint8Array.of(number) })).toBeUndefined();
    }
  });

  /** 05 45 55 52 00 is 5 × 10^0 EUR in a published trace. */
  test('a bill table record: value, three letters, exponent with bit 7 for dividing', () => {
    const data = new Uint8Array(120);
    data.set(fromHex('0545555200'), 0);
    data.set(fromHex('0143484E02'), 5);
    data.set(fromHex('0543484E81'), 10);
    const answer = decodeAnswer({ address: 3, data });
    expect(answer?.kind === 'billTable' && answer.entries.slice(0, 4)).toEqual([
      { value: 5, country: 'EUR', exponent: 0 },
      { value: 1, country: 'CHN', exponent: 2 },
      { value: 5, country: 'CHN', exponent: -1 },
      { value: 0, country: '', exponent: 0 },
    ]);
  });

  test.each([
    [1, 0, 100],
    [1, 1, 1000],
    [1, 2, 10_000],
    [5, -1, 50],
    [100, 0, 10_000],
  ])('value %i, exponent %i is %i fen', (value, exponent, amount) => {
    expect(denominationOf({ value, country: 'CHN', exponent })).toBe(amount);
  });

  test('no amount: unused, smaller than a fen, or more money than there is', () => {
    for (const [value, exponent] of [
      [0, 0],
      [1, -3],
      [255, 127],
    ] as const)
      expect(denominationOf({ value, country: 'CHN', exponent })).toBeUndefined();
    expect(MAX_FEN).toBeLessThan(10 ** 10);
  });

  test('commands come back as they were', () => {
    fc.assert(
      fc.property(commands, (message) => {
        expect(decodeHostMessage({ address: 3, data: encodeHostMessage(message) })).toEqual(message);
      }),
    );
  });

  test('answers come back as they were', () => {
    fc.assert(
      fc.property(answers, (answer) => {
        expect(decodeAnswer({ address: 3, data: encodeAnswer(answer) })).toEqual(normal(answer));
      }),
    );
  });

  test('any data is a message or none, in both directions', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 250 }), (data) => {
        for (const decode of [decodeHostMessage, decodeAnswer]) expect(() => decode({ address: 3, data })).not.toThrow();
      }),
    );
  });
});

/** Dividing by 10^0 is written as multiplying by it. */
function normal(answer: Answer): Answer {
  return answer.kind === 'billTable' ? { ...answer, entries: answer.entries.map((entry) => ({ ...entry, exponent: entry.exponent || 0 })) } : answer;
}

describe('kioskctl decode ccnet', () => {
  test('an answer in words', () => {
    expect(decodeCcnetHex('02 03 07 80 04 A8 75')).toEqual({
      ok: true,
      address: 3,
      peripheral: 'bill validator',
      data: '8004',
      validatorToController: { kind: 'poll', state: 'escrow', code: '04' },
    });
  });

  test('a number that means two things is read both ways', () => {
    expect(decodeCcnetHex('020306 00 C282')).toMatchObject({ controllerToValidator: { kind: 'ack' }, validatorToController: { kind: 'ack' } });
    expect(decodeCcnetHex('02 03 06 30 41 B3')).toMatchObject({ controllerToValidator: { kind: 'reset' }, validatorToController: { kind: 'illegalCommand' } });
  });

  test('a reject reason and a failure are put in words', () => {
    const rejected = toHex(encodeFrame({ address: 3, data: Uint8Array.of(0x1c, 0x68) }));
    expect(decodeCcnetHex(rejected)).toMatchObject({ validatorToController: { state: 'rejecting', code: '68', reason: 'inhibited' } });
    const failed = toHex(encodeFrame({ address: 3, data: Uint8Array.of(0x47, 0x50) }));
    expect(decodeCcnetHex(failed)).toMatchObject({ validatorToController: { state: 'failure', code: '50', cause: 'stack motor' } });
  });

  test.each([
    ['02 03 06 14 67 D', 'badHex'],
    ['hello', 'badHex'],
    ['', 'empty'],
    ['02', 'badLength'],
    ['02 03 07 14 67 D4', 'badLength'],
    ['02 03 06 14 67 D4 00', 'badLength'],
    ['FC 03 06 14 67 D4', 'badSync'],
    ['02 03 06 14 67 D5', 'badCrc'],
    [toHex(encodeFrame({ address: 3, data: Uint8Array.of(0x16) })), 'unknownMessage'],
  ])('%s is refused as %s', (hex, code) => {
    expect(decodeCcnetHex(hex)).toMatchObject({ ok: false, code });
  });

  test('the CRC that should be there is told', () => {
    expect(decodeCcnetHex('02 03 06 14 00 00')).toEqual({ ok: false, code: 'badCrc', message: 'the CRC should be 67D4' });
  });

  test('any text is answered in plain JSON', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.uint8Array({ minLength: 1, maxLength: 250 }).map((data) => toHex(encodeFrame({ address: 3, data }))),
        ),
        (text) => {
          const decoded = decodeCcnetHex(text);
          expect(JSON.parse(JSON.stringify(decoded))).toEqual(decoded);
        },
      ),
    );
  });
});
