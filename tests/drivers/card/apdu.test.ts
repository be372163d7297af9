import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../common/hex.ts';
import {
  decodeCommand,
  decodeResponse,
  encodeCommand,
  encodeResponse,
  exchange,
  isBad,
  statusWordHex,
  transmitOnce,
  type CommandApdu,
} from '../../../drivers/card/apdu.ts';
import { decodeTlv } from '../../../drivers/card/tlv.ts';
import { scriptedChannel } from './channels.ts';

const byte = fc.integer({ min: 0, max: 255 });
const command: fc.Arbitrary<CommandApdu> = fc.record(
  { cla: byte, ins: byte, p1: byte, p2: byte, data: fc.uint8Array({ minLength: 1, maxLength: 255 }), le: fc.integer({ min: 1, max: 256 }) },
  { requiredKeys: ['cla', 'ins', 'p1', 'p2'] },
);

describe('APDUs as bytes', () => {
  test('decoding a command gives back what was encoded', () => {
    fc.assert(
      fc.property(command, (value) => {
        expect(decodeCommand(encodeCommand(value))).toEqual(value);
      }),
    );
  });

  test('decoding an answer gives back what was encoded', () => {
    const statusWord = fc.oneof(fc.integer({ min: 0x6100, max: 0x6fff }), fc.integer({ min: 0x9000, max: 0x9fff }));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 256 }), statusWord, (data, word) => {
        expect(decodeResponse(encodeResponse({ data, statusWord: word }))).toEqual({ data, statusWord: word });
      }),
    );
  });

  test('any bytes are a value or a typed error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        for (const decoded of [decodeCommand(bytes), decodeResponse(bytes), decodeTlv(bytes)]) {
          if (isBad(decoded)) expect(['truncated', 'badLength', 'badValue']).toContain(decoded.error.code);
        }
      }),
    );
  });

  test.each([
    ['00A404', 'truncated'],
    ['00A404000541', 'badLength'],
    ['00A40400024142430000', 'badLength'],
    ['805000020000', 'badLength'],
  ])('command %s is refused as %s', (hex, code) => {
    expect(decodeCommand(fromHex(hex))).toMatchObject({ error: { code } });
  });

  test.each([
    ['90', 'truncated'],
    ['0000', 'badValue'],
    ['6000', 'badValue'],
  ])('answer %s is refused as %s', (hex, code) => {
    expect(decodeResponse(fromHex(hex))).toMatchObject({ error: { code } });
  });

  test('a command that does not fit a short APDU is not built', () => {
    expect(() => encodeCommand({ cla: 0, ins: 0, p1: 0, p2: 0, data: new Uint8Array(256) })).toThrow(RangeError);
    expect(() => encodeCommand({ cla: 0, ins: 0, p1: 0, p2: 0, le: 257 })).toThrow(RangeError);
  });
});

describe('data objects of one level', () => {
  test('one-, two- and three-byte tags, short and long lengths, padding between', () => {
    const long = '41'.repeat(130);
    const bytes = fromHex(`84 02 4142 00FF 9F08 01 02 DF8101 00 50 8182 ${long}`);
    expect(decodeTlv(bytes)).toEqual([
      { tag: 0x84, value: fromHex('4142') },
      { tag: 0x9f08, value: fromHex('02') },
      { tag: 0xdf8101, value: new Uint8Array(0) },
      { tag: 0x50, value: fromHex(long) },
    ]);
  });

  test.each([
    ['84', 'truncated'],
    ['8403 4142', 'truncated'],
    ['84 80 00', 'badLength'],
    ['84 83 000001 41', 'badLength'],
  ])('%s is refused as %s', (hex, code) => {
    expect(decodeTlv(fromHex(hex))).toMatchObject({ error: { code } });
  });
});

describe('the exchange with a T=0 card', () => {
  const initialize = decodeCommand(fromHex('805000020B010000000100000100005010'));
  if (isBad(initialize)) throw new Error(initialize.error.message);

  test('6110 is followed by GET RESPONSE for 16 bytes, whose answer is the answer', async () => {
    const channel = scriptedChannel(['6110', `${'00'.repeat(16)}9000`]);
    expect(await exchange(channel, initialize)).toEqual({ data: new Uint8Array(16), statusWord: 0x9000 });
    expect(channel.sent).toEqual(['805000020B010000000100000100005010', '00C0000010']);
  });

  test('6C17 repeats the command once with the right length', async () => {
    const channel = scriptedChannel(['6C17', '6C17']);
    const answer = await exchange(channel, { cla: 0x00, ins: 0xb2, p1: 1, p2: 0xc4, le: 256 });
    expect(answer).toMatchObject({ statusWord: 0x6c17 });
    expect(channel.sent).toEqual(['00B201C400', '00B201C417']);
  });

  test('6100 announces 256 bytes', async () => {
    const channel = scriptedChannel(['6100', `${'41'.repeat(256)}9000`]);
    expect(await exchange(channel, initialize)).toMatchObject({ statusWord: 0x9000 });
    expect(channel.sent[1]).toBe('00C0000000');
  });

  test('an answer in two pieces is put together', async () => {
    const channel = scriptedChannel(['6102', '41426101', '439000']);
    expect(await exchange(channel, initialize)).toEqual({ data: fromHex('414243'), statusWord: 0x9000 });
  });

  test('a card that announces more for ever is left after four times', async () => {
    const channel = scriptedChannel(Array.from({ length: 50 }, () => '416101'));
    expect(await exchange(channel, initialize)).toMatchObject({ statusWord: 0x6101 });
    expect(channel.sent).toHaveLength(5);
  });

  test.each(['6110', '6C04'])('a command that must not be repeated is sent once, whatever comes back (%s)', async (answer) => {
    const channel = scriptedChannel([answer]);
    expect(await transmitOnce(channel, initialize)).toEqual({ data: new Uint8Array(0), statusWord: Number.parseInt(answer, 16) });
    expect(channel.sent).toHaveLength(1);
  });

  test('bytes without a status word come back as a typed error', async () => {
    expect(await exchange(scriptedChannel(['00']), initialize)).toMatchObject({ error: { code: 'truncated' } });
  });
});

test('a status word is printed as four digits', () => {
  expect([statusWordHex(0x9000), statusWordHex(0x6a82)]).toEqual(['9000', '6A82']);
  expect(toHex(encodeResponse({ data: new Uint8Array(0), statusWord: 0x63c2 }))).toBe('63C2');
});
