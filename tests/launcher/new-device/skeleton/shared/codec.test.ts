/** The frames of the document, both ways, and whatever else a line may bring. */
import { array, assert, integer, property, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../../../common/hex.ts';
import { encodeFrame, ExampleDecoder, MAX_DATA, MAX_FRAME, type ExampleFrame, type ExampleToken } from './codec.ts';

/** Put the manual's own frames here, before anything else. */
const WORKED: readonly (readonly [string, string, ExampleFrame])[] = [
  ['who is there', '02 02 01 49 B4', { sequence: 1, command: 0x49, data: new Uint8Array(0) }],
  ['← its name', '02 05 01 49 41 42 43 EB', { sequence: 1, command: 0x49, data: fromHex('41 42 43') }],
  ['status', '02 02 02 53 A9', { sequence: 2, command: 0x53, data: new Uint8Array(0) }],
  ['← well', '02 03 02 53 00 A8', { sequence: 2, command: 0x53, data: fromHex('00') }],
];

/** All that comes of these bytes and the silence after them. */
function everything(hex: string): readonly ExampleToken[] {
  const decoder = new ExampleDecoder();
  const tokens = decoder.push(fromHex(hex));
  while (decoder.pending > 0) tokens.push(...decoder.rescan());
  return tokens;
}

describe('worked frames', () => {
  test.each(WORKED)('%s', (_what, hex, frame) => {
    expect(new ExampleDecoder().push(fromHex(hex))).toEqual([{ type: 'frame', frame, bytes: fromHex(hex) }]);
    expect(toHex(encodeFrame(frame))).toBe(toHex(fromHex(hex)));
  });

  test('noise, a false start and a broken checksum in front of a frame cost no frame', () => {
    const good = '02 02 02 53 A9';
    for (const before of ['FF 00', '02 00', '02 03 02 53 00 A7']) {
      expect(
        everything(before + good)
          .filter(({ type }) => type === 'frame')
          .map(({ bytes }) => toHex(bytes)),
      ).toEqual([toHex(fromHex(good))]);
    }
  });

  test('a frame that lost its rest hides the next one only until the silence', () => {
    expect(new ExampleDecoder().push(fromHex('02 FA 02 02 02 53 A9'))).toEqual([]);
    expect(everything('02 FA 02 02 02 53 A9').at(-1)).toMatchObject({ type: 'frame', frame: { sequence: 2, command: 0x53 } });
  });

  test('more data than a frame holds is refused', () => {
    expect(() => encodeFrame({ sequence: 0, command: 0, data: new Uint8Array(MAX_DATA + 1) })).toThrow(RangeError);
  });
});

test('what is encoded is decoded again', () => {
  assert(
    property(integer({ min: 0, max: 255 }), integer({ min: 0, max: 255 }), uint8Array({ maxLength: MAX_DATA }), (sequence, command, data) => {
      const bytes = encodeFrame({ sequence, command, data });
      expect(new ExampleDecoder().push(bytes)).toEqual([{ type: 'frame', frame: { sequence, command, data }, bytes }]);
    }),
  );
});

test('any bytes in any chunking: never throws, tells each byte once, holds less than a frame', () => {
  assert(
    property(array(uint8Array({ maxLength: 300 }), { maxLength: 20 }), (chunks) => {
      const decoder = new ExampleDecoder();
      let told = 0;
      for (const chunk of chunks) {
        for (const { bytes } of decoder.push(chunk)) told += bytes.length;
        expect(decoder.pending).toBeLessThan(MAX_FRAME);
      }
      expect(told + decoder.pending).toBe(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    }),
  );
});
