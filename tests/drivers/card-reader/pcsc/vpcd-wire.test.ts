import { array, assert, property, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../../common/hex.ts';
import { encodeMessage, LONGEST_MESSAGE, VpcdDecoder } from '../../../../drivers/card-reader/pcsc/vpcd-wire.ts';

describe('the wire of a virtual card', () => {
  // card-readers.md 2.4: get ATR and power on from pcscd, no card seen and 9000 from the card.
  test.each([
    ['04', '00 01 04'],
    ['01', '00 01 01'],
    ['', '00 00'],
    ['90 00', '00 02 90 00'],
  ])('%j travels as %s', (payload, wire) => {
    expect(toHex(encodeMessage(fromHex(payload)))).toBe(toHex(fromHex(wire)));
    expect(new VpcdDecoder().push(fromHex(wire)).map(toHex)).toEqual([toHex(fromHex(payload))]);
  });

  test('messages come out as they went in, however the bytes were cut', () => {
    assert(
      property(array(uint8Array({ maxLength: 300 }), { maxLength: 5 }), uint8Array({ maxLength: 50 }), (messages, cuts) => {
        const wire = Uint8Array.from(messages.flatMap((message) => [...encodeMessage(message)]));
        const decoder = new VpcdDecoder();
        const out: string[] = [];
        let at = 0;
        for (const cut of [...cuts, wire.length]) {
          out.push(...decoder.push(wire.subarray(at, at + cut)).map(toHex));
          at = Math.min(wire.length, at + cut);
        }
        expect(out).toEqual(messages.map(toHex));
      }),
    );
  });

  test('a message is never longer than its length can say', () => {
    expect(() => encodeMessage(new Uint8Array(LONGEST_MESSAGE + 1))).toThrow(RangeError);
    const decoder = new VpcdDecoder();
    expect(decoder.push(Uint8Array.of(0xff, 0xff, ...new Uint8Array(LONGEST_MESSAGE - 1)))).toEqual([]);
    expect(decoder.push(Uint8Array.of(7)).map((message) => message.length)).toEqual([LONGEST_MESSAGE]);
  });
});
