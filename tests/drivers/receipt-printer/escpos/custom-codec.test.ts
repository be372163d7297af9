import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../../common/hex.ts';
import { CONDITIONS, HEALTHY, type RawStatus } from '../../../../drivers/receipt-printer/escpos/codec.ts';
import {
  autoRetract,
  decodeEjectorStatus,
  decodeFullStatus,
  ejector,
  encodeEjectorStatus,
  encodeFullStatus,
  stepsOf,
} from '../../../../drivers/receipt-printer/escpos/custom-codec.ts';
import { CustomSplitter } from '../../../../drivers/receipt-printer/escpos/custom-splitter.ts';
import type { PrinterSaid } from '../../../../drivers/receipt-printer/escpos/byte-splitter.ts';

/** The table of receipt-printer.md 6.1: byte, bit, what it says. */
const TABLE: readonly [number, number, (keyof RawStatus)[]][] = [
  [0, 0, ['paperEnd']],
  [0, 2, ['paperNearEnd']],
  [0, 5, ['ticketAtOutput']],
  [0, 6, ['virtualPaperEnd']],
  [0, 7, []], // notch: its polarity differs by manual
  [1, 0, ['coverOpen']],
  [1, 1, ['coverOpen']],
  [1, 2, []], // spooling
  [1, 3, ['motorOn']],
  [1, 5, ['feedPressed']],
  [1, 6, ['feedPressed']],
  [2, 0, ['recoverableError']],
  [2, 1, ['lineError']],
  [2, 3, ['recoverableError']],
  [2, 6, ['presenterJam']],
  [3, 0, ['cutterError']],
  [3, 1, ['coverOpen']],
  [3, 2, ['unrecoverableError']],
  [3, 3, ['unrecoverableError']],
];

function words(status: RawStatus | undefined): string[] {
  return CONDITIONS.filter((condition) => status?.[condition] === true);
}

function split(hex: string, splitter = new CustomSplitter()): string[] {
  return splitter.push(fromHex(hex.replaceAll(' ', ''))).map(name);
}

function name(said: PrinterSaid): string {
  if (said.kind === 'fullStatus') return `full ${toHex(said.bytes)}`;
  return 'byte' in said ? `${said.kind} ${toHex(Uint8Array.of(said.byte))}` : said.kind;
}

describe('the Custom family', () => {
  it.each(TABLE)('byte %i of the full status with bit %i says %j', (byte, bit, expected) => {
    const bytes = [0x10, 0x0f, 0, 0, 0, 0];
    bytes[byte + 2] = 1 << bit;
    expect(words(decodeFullStatus(bytes))).toEqual(expected);
  });

  it('other bytes are no full status', () => {
    for (const hex of ['', '100F00000000FF', '100E00000000', '140F00000000', '100F000000']) expect(decodeFullStatus(fromHex(hex))).toBeUndefined();
  });

  it('what is encoded is decoded again, for every status it can say', () => {
    const sayable = [...new Set(TABLE.flatMap(([, , said]) => said))];
    fc.assert(
      fc.property(fc.subarray(sayable), (conditions) => {
        const status = { ...HEALTHY, ...Object.fromEntries(conditions.map((condition) => [condition, true])) };
        expect(decodeFullStatus(encodeFullStatus(status))).toEqual(status);
      }),
    );
  });

  it('phrases the ejector as the document and its sources print it', () => {
    expect(toHex(ejector(3, 1))).toBe('1D650301'); // seen for VKP80II
    expect(toHex(ejector(5))).toBe('1D6505');
    expect(toHex(ejector(2))).toBe('1D6502');
    expect(toHex(ejector(3, 0x0c))).toBe('1D65030C'); // Reliance: present 84 mm
    expect(toHex(autoRetract(9))).toBe('1D523109');
  });

  it.each([
    [84, 7, 0x0c], // Reliance's own example
    [70, 0.625, 112],
    [66, 22, 3],
    [72, 36, 2],
    [10, 36, 1],
    [300, 0.625, 255],
  ])('%i mm in steps of %d mm are %i steps', (mm, step, steps) => {
    expect(stepsOf(mm, step)).toBe(steps);
  });

  it.each([
    [0x01, 'paperNearEnd'],
    [0x04, 'paperAtInput'],
    [0x08, 'ticketAtOutput'],
    [0x10, 'stepperOn'],
    [0x20, 'ejectorOn'],
    [0x40, 'error'],
    [0x80, 'jam'],
  ])('ejector status %i says %s, and back', (byte, word) => {
    const said = Object.entries(decodeEjectorStatus(byte)).filter(([, value]) => value);
    expect(said).toEqual([[word, true]]);
    expect(encodeEjectorStatus({ [word]: true })).toBe(byte);
  });
});

describe('what a Custom-style printer says', () => {
  it('full status, single answers and flow control come apart', () => {
    expect(split('100F00000000 0C 11 100F20080000 13 88')).toEqual(['full 100F00000000', 'single 0C', 'xon', 'full 100F20080000', 'xoff', 'single 88']);
  });

  it.each([1, 2, 3, 4, 5])('a full status torn after byte %i is read as one', (at) => {
    const splitter = new CustomSplitter();
    const hex = '100F25020001';
    expect(split(hex.slice(0, at * 2), splitter)).toEqual([]);
    expect(splitter.isWaiting).toBe(true);
    expect(split(hex.slice(at * 2), splitter)).toEqual(['full 100F25020001']);
    expect(splitter.isWaiting).toBe(false);
  });

  it('XOFF inside a full status harms nothing', () => {
    expect(split('100F 13 25020001')).toEqual(['xoff', 'full 100F25020001']);
  });

  it('a lone 10 is the ejector with its stepper on, once nothing follows', () => {
    const splitter = new CustomSplitter();
    expect(split('10', splitter)).toEqual([]);
    expect(splitter.expire().map(name)).toEqual(['single 10']);
    expect(split('10 08')).toEqual(['single 10', 'single 08']);
  });

  it('a full status that broke off answers nothing, neither as a whole nor by its bytes', () => {
    const splitter = new CustomSplitter();
    expect(split('100F00', splitter)).toEqual([]);
    expect(splitter.expire().map(name)).toEqual(['noise 10', 'noise 0F', 'noise 00']);
    expect(split('100F00000000', splitter)).toEqual(['full 100F00000000']);
  });

  it('no bytes in any pieces make it throw, hold more than a status, or lose a byte', () => {
    const byte = fc.oneof(fc.constantFrom(0x10, 0x0f, 0x00, 0x11), fc.nat(255));
    fc.assert(
      fc.property(fc.array(fc.array(byte, { maxLength: 9 }), { maxLength: 20 }), (pieces) => {
        const whole = new CustomSplitter();
        const torn = new CustomSplitter();
        const said = pieces.flatMap((piece) => torn.push(Uint8Array.from(piece)));
        expect(said).toEqual(whole.push(Uint8Array.from(pieces.flat())));
        const size = (item: PrinterSaid): number => (item.kind === 'fullStatus' ? 6 : 1);
        const rest = torn.expire();
        expect(rest.length).toBeLessThan(6);
        expect([...said, ...rest].reduce((sum, item) => sum + size(item), 0)).toBe(pieces.flat().length);
        expect(torn.isWaiting).toBe(false);
      }),
    );
  });
});
