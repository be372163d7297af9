import { array, assert, boolean, constantFrom, integer, property, record, string, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../common/hex.ts';
import { encodeScanReport, readScanReport, redactedReport, type ReadReport } from '../../../drivers/code-scanner/hid-pos/codec.ts';
import { decodeHidPosHex } from '../../../drivers/code-scanner/hid-pos/decode-hex.ts';
import { layoutFrom, SCAN_LAYOUTS, type ScanLayout } from '../../../drivers/code-scanner/hid-pos/layout.ts';
import { workedReports } from './hid-pos-reports.ts';

/** How a scanner of the usual layout declares itself, in the usages of card-readers.md 3.1. */
const USUAL = `
  05 8C 09 02 A1 01  09 12 A1 02 85 02
  15 00 26 FF 00 75 08 95 01 05 01 09 3B 81 02
  95 03 05 8C 09 FB 09 FC 09 FD 81 02
  95 38 09 FE 82 02 01
  95 02 06 66 FF 09 04 09 00 81 02
  05 8C 25 01 75 01 95 01 09 FF 81 02 75 07 81 03 C0 C0`;
/** The same without the maker's two bytes: the flag moves to 61. */
const HONEYWELL = USUAL.replace('95 02 06 66 FF 09 04 09 00 81 02', '');

const usual = SCAN_LAYOUTS['access-is'];

function partOf(layout: ScanLayout, hex: string): Extract<ReadReport, { kind: 'part' }>['part'] {
  const read = readScanReport(layout, fromHex(hex));
  if (read.kind !== 'part') throw new Error(`the report is ${read.kind}`);
  return read.part;
}

describe('where the fields are', () => {
  test('found by usage: the usual layout', () => {
    expect(layoutFrom(fromHex(USUAL))).toEqual({ reportId: 2, lengthAt: 1, aimAt: 2, dataAt: 5, dataLength: 56, moreAt: { byte: 63, bit: 0 } });
  });

  test('found by usage: without the maker’s two bytes the flag is at 61', () => {
    expect(layoutFrom(fromHex(HONEYWELL))).toEqual({ reportId: 2, lengthAt: 1, aimAt: 2, dataAt: 5, dataLength: 56, moreAt: { byte: 61, bit: 0 } });
  });

  test('found by usage: data alone, without ids, count, symbology or flag', () => {
    expect(layoutFrom(fromHex('05 8C 09 02 A1 01 75 08 95 40 09 FE 81 02 C0'))).toEqual({
      reportId: 0,
      lengthAt: undefined,
      aimAt: undefined,
      dataAt: 0,
      dataLength: 64,
      moreAt: undefined,
    });
  });

  test.each([
    ['a keyboard', '05 01 09 06 A1 01 05 07 19 E0 29 E7 15 00 25 01 75 01 95 08 81 02 C0'],
    ['data that isn’t bytes', '05 8C 09 02 A1 01 75 04 95 40 09 FE 81 02 C0'],
    ['an empty descriptor', ''],
  ])('%s has no layout', (_what, hex) => {
    expect(layoutFrom(fromHex(hex))).toBeUndefined();
  });
});

describe('reports of a scan', () => {
  test.each(workedReports)('$what', ({ hex, aim, text, more }) => {
    expect(partOf(usual, hex)).toEqual({ aim, data: new TextEncoder().encode(text), more });
  });

  test.each(workedReports)('$what, the other way; bytes 61 and 62 are the maker’s', ({ hex, aim, text, more }) => {
    const expected = fromHex(hex);
    expected[61] = 0;
    expect(toHex(encodeScanReport(usual, { aim, data: new TextEncoder().encode(text), more }))).toBe(toHex(expected));
  });

  test('layouts of other makers, by their tables', () => {
    const text = Buffer.from('PAY').toString('hex');
    // QUIO: data at 2 to 57, its own symbology number at 62, flag as usual.
    expect(partOf(SCAN_LAYOUTS.quio, `02 03 ${text} ${'00'.repeat(57)} 07 01`)).toEqual({ aim: undefined, data: new TextEncoder().encode('PAY'), more: true });
    // Honeywell style: 62 bytes, flag at 61.
    expect(partOf(SCAN_LAYOUTS.honeywell, `02 03 5D5131 ${text} ${'00'.repeat(53)} 01`)).toMatchObject({ aim: ']Q1', more: true });
    // Microscan: report 01, length, 62 data bytes; a full one is taken to be continued.
    expect(partOf(SCAN_LAYOUTS.microscan, `01 03 ${text} ${'00'.repeat(59)}`)).toMatchObject({ more: false });
    expect(partOf(SCAN_LAYOUTS.microscan, `01 3E ${'41'.repeat(62)}`)).toMatchObject({ more: true });
  });

  test('without a count, data ends at its padding', () => {
    const layout: ScanLayout = { ...usual, lengthAt: undefined };
    expect(partOf(layout, `02 00 5D5131 4100 4200 ${'00'.repeat(54)} 00`).data).toEqual(Uint8Array.of(0x41, 0, 0x42));
  });

  test('an identifier that is none is left out', () => {
    expect(partOf(usual, `02 01 000000 41 ${'00'.repeat(58)}`).aim).toBeUndefined();
  });

  test('another report of the device is not ours', () => {
    expect(readScanReport(usual, fromHex(`04 01 ${'00'.repeat(62)}`))).toEqual({ kind: 'other' });
  });

  test('a report that is too short or claims more than it holds is broken', () => {
    expect(readScanReport(usual, fromHex(`02 01 5D5131 41 ${'00'.repeat(57)}`))).toMatchObject({ kind: 'broken', why: expect.stringContaining('63 bytes') });
    expect(readScanReport(usual, fromHex(`02 39 5D5131 ${'41'.repeat(59)}`))).toMatchObject({ kind: 'broken', why: expect.stringContaining('57 bytes') });
  });

  test('whatever is encoded is read back, in every layout', () => {
    const layouts = constantFrom(...Object.values(SCAN_LAYOUTS));
    const aims = constantFrom(']Q1', ']E0', ']C1', ']z0');
    assert(
      property(layouts, record({ aim: aims, data: uint8Array({ maxLength: 56 }), more: boolean() }), (layout: ScanLayout, part) => {
        const sent = { data: part.data, aim: layout.aimAt === undefined ? undefined : part.aim, more: layout.moreAt !== undefined && part.more };
        expect(readScanReport(layout, encodeScanReport(layout, sent))).toEqual({ kind: 'part', part: sent });
      }),
    );
  });

  test('whatever report comes: no exception, never more data than the layout holds', () => {
    assert(
      property(constantFrom(...Object.values(SCAN_LAYOUTS)), integer({ min: 0, max: 4 }), uint8Array({ maxLength: 80 }), (layout, id, rest) => {
        const read = readScanReport(layout, Uint8Array.of(id, ...rest));
        if (read.kind === 'part') expect(read.part.data.length).toBeLessThanOrEqual(layout.dataLength);
      }),
    );
  });

  test('traces show how long and what kind a code is, and nothing of it', () => {
    expect(redactedReport(usual, fromHex(workedReports[1]?.hex ?? ''))).toBe(`020F5D5131${'XX'.repeat(58)}00`);
    expect(redactedReport(usual, fromHex(workedReports[0]?.hex ?? ''))).toBe(`02385D5131${'XX'.repeat(58)}01`);
    expect(redactedReport(usual, Uint8Array.of(4, 0x41, 0x42))).toBe('04XXXX');
  });

  test('a report of another layout than was thought shows nothing of the code either', () => {
    const quio = encodeScanReport(SCAN_LAYOUTS.quio, { aim: undefined, data: new TextEncoder().encode('A'.repeat(56)), more: true });
    expect(redactedReport(usual, quio)).toBe(`0238${'XX'.repeat(61)}01`);
    const microscan = Uint8Array.of(2, ...new TextEncoder().encode('B'.repeat(63)));
    expect(redactedReport(usual, microscan)).toBe(`02${'XX'.repeat(63)}`);
  });
});

describe('decode hid-pos', () => {
  test.each(workedReports)('$what', ({ hex, aim, text, more }) => {
    expect(decodeHidPosHex(hex)).toMatchObject({
      ok: true,
      layout: 'access-is',
      length: text.length,
      symbology: aim === ']Q1' ? 'qr' : 'ean13',
      aim,
      text,
      moreFollows: more,
    });
  });

  test('the layout is guessed from length and id', () => {
    expect(decodeHidPosHex(`02 01 5D5130 41 ${'00'.repeat(55)} 01`)).toMatchObject({ ok: true, layout: 'honeywell', moreFollows: true });
    expect(decodeHidPosHex(`01 01 41 ${'00'.repeat(61)}`)).toMatchObject({ ok: true, layout: 'microscan', text: 'A', symbology: 'unknown', aim: null });
  });

  test('bytes that are no text are shown as bytes', () => {
    expect(decodeHidPosHex(`02 02 5D5131 C3 28 ${'00'.repeat(57)}`)).toMatchObject({ ok: true, text: null, data: 'C328' });
  });

  test.each([
    ['', 'empty'],
    ['0G', 'badHex'],
    ['02 01', 'truncated'],
    [`04 01 ${'00'.repeat(62)}`, 'notAScan'],
    [`02 FF ${'00'.repeat(62)}`, 'badLength'],
  ])('%j is refused: %s', (hex, code) => {
    expect(decodeHidPosHex(hex)).toMatchObject({ ok: false, code });
  });

  test('whatever is typed gets an answer', () => {
    assert(
      property(array(string()), (parts) => {
        expect(typeof decodeHidPosHex(parts.join(' ')).ok).toBe('boolean');
      }),
    );
  });
});
