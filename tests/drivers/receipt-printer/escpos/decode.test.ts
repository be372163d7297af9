import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEscposStatusHex } from '../../../../drivers/receipt-printer/escpos/decode.ts';

describe('explaining bytes of a printer', () => {
  it('one byte is explained as the answer to each of the four questions', () => {
    expect(decodeEscposStatusHex('7e')).toEqual([
      {
        kind: 'realTimeStatus',
        hex: '7E',
        asAnswerTo: {
          1: ['drawerPinHigh', 'offline', 'waitingForRecovery', 'feedPressed'],
          2: ['coverOpen', 'feeding', 'stoppedByPaperEnd', 'errorOccurred'],
          3: ['mechanicalError', 'cutterError', 'unrecoverableError', 'recoverableError'],
          4: ['paperNearEnd', 'paperEnd'],
        },
      },
    ]);
    expect(decodeEscposStatusHex('12')).toEqual([{ kind: 'realTimeStatus', hex: '12', asAnswerTo: { 1: [], 2: [], 3: [], 4: [] } }]);
  });

  it('automatic status is said in words', () => {
    expect(decodeEscposStatusHex('1C 08 00 0F')).toMatchObject([
      {
        kind: 'automaticStatus',
        hex: '1C08000F',
        words: ['drawerPinHigh', 'offline', 'errorOccurred', 'cutterError'],
        status: { cutterError: true, paperEnd: false },
      },
    ]);
  });

  it('a run of everything is told apart', () => {
    expect(decodeEscposStatusHex('3722303030310013110F5F45505 34F4E00')).toEqual([
      { kind: 'processId', hex: '37223030303100', id: '0001' },
      { kind: 'xoff', hex: '13' },
      { kind: 'xon', hex: '11' },
      { kind: 'queueAnswer', hex: '0F', asQueueAnswer: ['paperNearEnd', 'paperEnd'] },
      { kind: 'text', hex: '5F4550534F4E00', header: '5F', text: 'EPSON' },
    ]);
  });

  it('names what is wrong with what it was given', () => {
    expect(decodeEscposStatusHex('1G')).toMatchObject({ error: { code: 'notHex' } });
    expect(decodeEscposStatusHex('123')).toMatchObject({ error: { code: 'notHex' } });
    expect(decodeEscposStatusHex('')).toMatchObject({ error: { code: 'empty' } });
    expect(decodeEscposStatusHex('00'.repeat(4097))).toMatchObject({ error: { code: 'tooLong' } });
    expect(decodeEscposStatusHex('FFFE')).toMatchObject({ error: { code: 'unrecognized' } });
  });

  it('no bytes make it throw, and its answer is JSON that keeps every byte', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
        const decoded = decodeEscposStatusHex(Buffer.from(bytes).toString('hex'));
        expect(JSON.parse(JSON.stringify(decoded))).toEqual(decoded);
        if (!('error' in decoded)) expect(decoded.reduce((sum, item) => sum + item.hex.length / 2, 0)).toBe(bytes.length);
      }),
    );
  });
});
