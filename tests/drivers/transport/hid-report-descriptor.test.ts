import { assert, property, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex } from '../../../common/hex.ts';
import { parseReportDescriptor, readBits, usageOf, usagesOn, usageText } from '../../../drivers/transport/hid-report-descriptor.ts';

/** HID 1.11, appendix E.6: the keyboard of the specification. */
const KEYBOARD = fromHex(
  '05 01 09 06 A1 01 05 07 19 E0 29 E7 15 00 25 01 75 01 95 08 81 02 95 01 75 08 81 01 95 05 75 01 05 08 19 01 29 05 91 02 95 01 75 03 91 01 95 06 75 08 15 00 25 65 05 07 19 00 29 65 81 00 C0',
);
/** HID 1.11, appendix E.10: the mouse of the specification. */
const MOUSE = fromHex(
  '05 01 09 02 A1 01 09 01 A1 00 05 09 19 01 29 03 15 00 25 01 95 03 75 01 81 02 95 01 75 05 81 01 05 01 09 30 09 31 15 81 25 7F 75 08 95 02 81 06 C0 C0',
);
const key = (code: number): number => usageOf(0x07, code);

describe('report descriptors', () => {
  test('the keyboard of the specification: modifier bits, six key numbers, eight bytes', () => {
    const { inputs, inputLengths, applications } = parseReportDescriptor(KEYBOARD);
    expect(inputs.map(({ kind, bitOffset, bitSize, count }) => [kind, bitOffset, bitSize, count])).toEqual([
      ['variable', 0, 1, 8],
      ['array', 16, 8, 6],
    ]);
    expect([...inputLengths]).toEqual([[0, 8]]);
    expect(applications.map(usageText)).toEqual(['01:06']);
  });

  test('keys of a keyboard report by usage', () => {
    const { inputs } = parseReportDescriptor(KEYBOARD);
    // left shift (E1) and A (04), keypad 5 (5D)
    const on = usagesOn(inputs, fromHex('02 00 04 5D 00 00 00 00'));
    expect([key(0xe1), key(0x04), key(0x5d)].every((usage) => on.has(usage))).toBe(true);
    expect(on.has(key(0xe0))).toBe(false);
    expect(on.has(key(0x05))).toBe(false);
  });

  test('the mouse of the specification: three buttons, two signed bytes', () => {
    const { inputs, inputLengths, applications } = parseReportDescriptor(MOUSE);
    expect(inputs.map(({ usages, bitOffset, bitSize }) => [usages.map(usageText), bitOffset, bitSize])).toEqual([
      [['09:01', '09:02', '09:03'], 0, 1],
      [['01:30', '01:31'], 8, 8],
    ]);
    expect(inputs[1]?.logicalMinimum).toBe(-127);
    expect([inputLengths.get(0), applications.map(usageText)]).toEqual([3, ['01:02']]);
  });

  test('report ids count as the first byte, each id its own report; push and pop restore what was set', () => {
    const { inputs, inputLengths } = parseReportDescriptor(
      fromHex('06 00 FF 09 01 A1 01 85 03 75 08 95 02 A4 09 02 81 02 85 04 75 01 95 08 09 03 81 02 B4 09 04 81 02 C0'),
    );
    expect(inputs.map(({ reportId, bitOffset, bitSize, count }) => [reportId, bitOffset, bitSize, count])).toEqual([
      [3, 8, 8, 2],
      [4, 8, 1, 8],
      [3, 24, 8, 2],
    ]);
    expect([...inputLengths]).toEqual([
      [3, 5],
      [4, 2],
    ]);
  });

  test('a usage of four bytes brings its page along; long items are passed over', () => {
    const { inputs } = parseReportDescriptor(fromHex('FE 02 10 AA BB 05 01 0B FE 00 8C 00 75 08 95 38 81 02'));
    expect(inputs.map(({ usages }) => usages.map(usageText))).toEqual([['8c:fe']]);
  });

  test('a report claimed to be longer than any can be ends the reading', () => {
    const { inputs } = parseReportDescriptor(fromHex('05 01 09 30 75 08 95 02 81 02 09 31 77 FF FF FF 7F 97 FF FF FF 7F 81 02 09 32 81 02'));
    expect(inputs).toHaveLength(1);
  });

  test('bits count from the lowest of each byte, across bytes; beyond the end there are none', () => {
    const report = fromHex('00 F0 0A');
    expect([readBits(report, 12, 8), readBits(report, 16, 1), readBits(report, 17, 1), readBits(report, 20, 5)]).toEqual([0xaf, 0, 1, undefined]);
  });

  test('whatever bytes come as a descriptor and a report: no exception, fields within the longest report', () => {
    assert(
      property(uint8Array({ maxLength: 300 }), uint8Array({ maxLength: 70 }), (descriptor, report) => {
        const { inputs } = parseReportDescriptor(descriptor);
        for (const { bitOffset, bitSize, count } of inputs) expect(bitOffset + bitSize * count).toBeLessThanOrEqual(4096 * 8);
        usagesOn(inputs, report);
      }),
    );
  });
});
