import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../../common/hex.ts';
import { encodeAutomaticStatus, encodeProcessIdAnswer, HEALTHY } from '../../../../drivers/receipt-printer/escpos/codec.ts';
import type { PrinterSaid } from '../../../../drivers/receipt-printer/escpos/byte-splitter.ts';
import { MAX_BLOCK, StatusSplitter } from '../../../../drivers/receipt-printer/escpos/splitter.ts';

function split(hex: string, splitter = new StatusSplitter()): string[] {
  return splitter.push(fromHex(hex)).map(short);
}

function short(said: PrinterSaid): string {
  switch (said.kind) {
    case 'automaticStatus':
    case 'fullStatus':
      return `status ${Buffer.from(said.bytes).toString('hex')}`;
    case 'processId':
      return `id ${said.id}`;
    case 'text':
      return `text ${said.text}`;
    case 'realTime':
    case 'single':
    case 'noise':
      return `${said.kind} ${said.byte.toString(16)}`;
    case 'xon':
    case 'xoff':
      break;
  }
  return said.kind;
}

describe('splitting what a printer says', () => {
  it('a whole conversation in one piece comes apart', () => {
    expect(split('16 1400000F 0F 37223030303100 5F4550534F4E00 11 13')).toEqual([
      'realTime 16',
      'status 1400000f',
      'single f',
      'id 0001',
      'text EPSON',
      'xon',
      'xoff',
    ]);
  });

  it.each([1, 2, 3])('automatic status torn after byte %i is read as one', (at) => {
    const splitter = new StatusSplitter();
    const bytes = fromHex('3C08030F');
    expect(splitter.push(bytes.subarray(0, at))).toEqual([]);
    expect(splitter.isWaiting).toBe(true);
    expect(splitter.push(bytes.subarray(at)).map(short)).toEqual(['status 3c08030f']);
    expect(splitter.isWaiting).toBe(false);
  });

  it.each(['13', '11'])('flow control %s between any two bytes of automatic status harms nothing', (flow) => {
    for (const at of [1, 2, 3]) {
      const hex = '1C000F0F';
      const said = split(hex.slice(0, at * 2) + flow + hex.slice(at * 2));
      expect(said).toEqual([flow === '13' ? 'xoff' : 'xon', 'status 1c000f0f']);
    }
  });

  it('XOFF inside a process ID answer harms nothing', () => {
    expect(split('3722304130133141 00')).toEqual(['xoff', 'noise 37', ...split('22304130314100').map((item) => item.replace('single', 'noise'))]);
    expect(split('37223013304130 00')).toEqual(['xoff', 'id 00A0']);
  });

  it('automatic status that cuts into a process ID answer is not lost', () => {
    for (const at of [2, 3, 4, 6]) {
      const answer = '37224142434400';
      const said = split(answer.slice(0, at * 2) + '3C00000F' + answer.slice(at * 2));
      expect(said, `after byte ${at}`).toContain('status 3c00000f');
      expect(said.filter((item) => item.startsWith('id'))).toEqual([]);
    }
  });

  it('automatic status that takes the place of the last letter makes an answer that nobody asked for', () => {
    expect(split('3722414243 3C00000F 4400')[0]).toBe('id ABC<');
  });

  it('a first byte of automatic status followed by something else is dropped, and what follows is read', () => {
    expect(split('14 16')).toEqual(['noise 14', 'realTime 16']);
    expect(split('1400 12')).toEqual(['noise 14', 'noise 0', 'realTime 12']);
    expect(split('1400 1400000F')).toEqual(['noise 14', 'noise 0', 'status 1400000f']);
  });

  it('single bytes of something broken are noise and never an answer of the queue', () => {
    const said = split('3722414200');
    expect(said).toEqual(['noise 37', 'noise 22', 'noise 41', 'noise 42', 'noise 0']);
  });

  it('what never ends is given up when its time is over', () => {
    const splitter = new StatusSplitter();
    expect(split('5F4550', splitter)).toEqual([]);
    expect(splitter.expire().map(short)).toEqual(['noise 5f', 'noise 45', 'noise 50']);
    expect(splitter.isWaiting).toBe(false);
    expect(split('140000', splitter)).toEqual([]);
    expect(splitter.expire().map(short)).toEqual(['noise 14', 'noise 0', 'noise 0']);
    expect(split('12', splitter)).toEqual(['realTime 12']);
  });

  it('a header byte without an end is given up after the longest block', () => {
    const splitter = new StatusSplitter();
    const said = splitter.push(Uint8Array.of(0x5f, ...Array.from({ length: MAX_BLOCK - 1 }, () => 0x41)));
    expect(said[0]).toEqual({ kind: 'noise', byte: 0x5f });
    expect(splitter.isWaiting).toBe(false);
  });

  it('a unit that leaves the fixed bits at zero answers with single bytes', () => {
    const splitter = new StatusSplitter({ fixedBits: false });
    expect(split('6C 00 5F41425200', splitter)).toEqual(['single 6c', 'single 0', 'text ABR']);
  });

  it('no bytes make it throw, hold more than a block, or lose a byte', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.boolean(), (bytes, fixedBits) => {
        const splitter = new StatusSplitter({ fixedBits });
        const said = [...splitter.push(bytes), ...splitter.expire()];
        expect(splitter.isWaiting).toBe(false);
        expect(said.reduce((sum, item) => sum + lengthOf(item), 0)).toBe(bytes.length);
      }),
    );
  });

  it('how the bytes were cut into pieces makes no difference', () => {
    const piece = fc.oneof(
      fc.constantFrom(encodeAutomaticStatus(HEALTHY), encodeProcessIdAnswer('@ABC'), Uint8Array.of(0x12), Uint8Array.of(0x13)),
      fc.uint8Array({ maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const whole = new StatusSplitter();
        const cut = new StatusSplitter();
        const bytes = Uint8Array.from(Buffer.concat(pieces));
        expect(pieces.flatMap((bytes) => cut.push(bytes))).toEqual(whole.push(bytes));
      }),
    );
  });
});

function lengthOf(said: PrinterSaid): number {
  switch (said.kind) {
    case 'automaticStatus':
    case 'fullStatus':
      return said.bytes.length;
    case 'processId':
      return 7;
    case 'text':
      return said.text.length + 2;
    case 'realTime':
    case 'single':
    case 'noise':
    case 'xon':
    case 'xoff':
      break;
  }
  return 1;
}
