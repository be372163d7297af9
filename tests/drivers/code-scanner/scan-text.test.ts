import { assert, property, string, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex } from '../../../common/hex.ts';
import { scanOf } from '../../../drivers/code-scanner/scan-text.ts';
import { readAim, symbologyOf } from '../../../drivers/code-scanner/symbology.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('text of a scan', () => {
  test.each([
    ['A\r', 'A'],
    ['A\n', 'A'],
    ['A\r\n', 'A'],
    ['A\r\r', 'A\r'],
    ['A\n\n', 'A\n'],
    ['A\r\n\r\n', 'A\r\n'],
    ['BEGIN:VCARD\r\nEND:VCARD', 'BEGIN:VCARD\r\nEND:VCARD'],
  ])('%j is %j: one line end is the scanner’s', (sent, text) => {
    expect(scanOf(utf8(sent), undefined, 'none')?.text).toBe(text);
  });

  test('UTF-8 is read as such; GB18030 only where it is asked for', () => {
    expect(scanOf(utf8('校园卡€'), ']Q1', 'gb18030')).toEqual({ text: '校园卡€', symbology: 'qr', aim: ']Q1' });
    // GB 18030: 卡 is BF A8
    expect(scanOf(fromHex('BF A8'), undefined, 'none')).toBeUndefined();
    expect(scanOf(fromHex('BF A8'), undefined, 'gb18030')).toEqual({ text: '卡', symbology: 'unknown' });
  });

  test('bytes that are neither are no text', () => {
    expect(scanOf(fromHex('41 FF FF'), undefined, 'gb18030')).toBeUndefined();
  });

  test('control characters of GS1 and ISO 15434 messages are text, others are noise', () => {
    expect(scanOf(utf8('[)>\u001e06\u001dP123\u001e\u0004'), undefined, 'none')?.text).toBe('[)>\u001e06\u001dP123\u001e\u0004');
    for (const noise of ['\u0000', '\u0007', '\u001b', '\u007f']) expect(scanOf(utf8(`A${noise}B`), undefined, 'none')).toBeUndefined();
  });

  test('printable text comes through as it is', () => {
    assert(
      property(
        string({ unit: 'grapheme' }).filter((text) => !/\p{Cc}/u.test(text)),
        (text) => {
          expect(scanOf(utf8(text), undefined, 'none')?.text).toBe(text);
        },
      ),
    );
  });

  test('whatever bytes come: text or none, no exception', () => {
    assert(property(uint8Array({ maxLength: 100 }), (bytes) => void scanOf(bytes, undefined, 'gb18030')));
  });
});

describe('AIM identifiers', () => {
  // card-readers.md 3.1
  test.each([
    [']Q0', 'qr'],
    [']Q1', 'qr'],
    [']Q3', 'qr'],
    [']Q6', 'qr'],
    [']E0', 'ean13'],
    [']E4', 'ean8'],
    [']C0', 'code128'],
    [']C1', 'gs1128'],
    [']A0', 'code39'],
    [']d1', 'dataMatrix'],
    [']d2', 'dataMatrix'],
    [']e0', 'gs1DataBar'],
    [']L0', 'pdf417'],
    [']z0', 'aztec'],
    [']I0', 'other'],
    [']E1', 'other'],
    [']C2', 'other'],
  ])('%s is %s', (aim, symbology) => {
    expect(symbologyOf(readAim(utf8(aim)))).toBe(symbology);
  });

  test.each(['\u0000\u0000\u0000', 'Q1x', ']1Q', ']Q', ']Q!', ''])('%j is none', (text) => {
    expect(readAim(utf8(text))).toBeUndefined();
    expect(symbologyOf(readAim(utf8(text)))).toBe('unknown');
  });
});
