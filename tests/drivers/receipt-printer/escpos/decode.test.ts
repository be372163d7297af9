import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { decodeCustomStatusHex, decodeEscposStatusHex } from '../../../../drivers/receipt-printer/escpos/decode.ts';

function said(answer: ReturnType<typeof decodeEscposStatusHex>): unknown {
  if (!answer.ok) throw new Error(answer.message);
  return answer['said'];
}

describe('explaining bytes of a printer', () => {
  it('one byte is explained as the answer to each of the four questions', () => {
    expect(said(decodeEscposStatusHex('7e'))).toEqual([
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
    expect(said(decodeEscposStatusHex('12'))).toEqual([{ kind: 'realTimeStatus', hex: '12', asAnswerTo: { 1: [], 2: [], 3: [], 4: [] } }]);
  });

  it('automatic status is said in words', () => {
    expect(said(decodeEscposStatusHex('1C 08 00 0F'))).toMatchObject([
      {
        kind: 'automaticStatus',
        hex: '1C08000F',
        words: ['drawerPinHigh', 'offline', 'errorOccurred', 'cutterError'],
        status: { cutterError: true, paperEnd: false },
      },
    ]);
  });

  it('a run of everything is told apart', () => {
    expect(said(decodeEscposStatusHex('3722303030310013110F5F45505 34F4E00'))).toEqual([
      { kind: 'processId', hex: '37223030303100', id: '0001' },
      { kind: 'xoff', hex: '13' },
      { kind: 'xon', hex: '11' },
      { kind: 'queueAnswer', hex: '0F', asQueueAnswer: ['paperNearEnd', 'paperEnd'] },
      { kind: 'text', hex: '5F4550534F4E00', header: '5F', text: 'EPSON' },
    ]);
  });

  it('the full status of a Custom-style printer is said in words', () => {
    // receipt-printer.md 6.1: no paper and near end, ticket at output; cover open; cutter error.
    expect(said(decodeCustomStatusHex('10 0F 25 02 00 01'))).toMatchObject([
      { kind: 'fullStatus', hex: '100F25020001', words: ['coverOpen', 'cutterError', 'paperNearEnd', 'paperEnd', 'ticketAtOutput'] },
    ]);
    expect(said(decodeCustomStatusHex('88'))).toEqual([{ kind: 'single', hex: '88', asEjectorStatus: ['ticketAtOutput', 'jam'], asQueueAnswer: ['paperEnd'] }]);
  });

  it('six bytes that may be a full status are explained as that beside what Epson would mean', () => {
    expect(decodeEscposStatusHex('10 0F 20 00 00 00')).toMatchObject({ ok: true, asCustomFullStatus: ['ticketAtOutput'] });
    expect(decodeEscposStatusHex('14 00 00 0F')).not.toHaveProperty('asCustomFullStatus');
  });

  it.each([decodeEscposStatusHex, decodeCustomStatusHex])('names what is wrong with what it was given', (decode) => {
    expect(decode('1G')).toMatchObject({ ok: false, code: 'badHex' });
    expect(decode('123')).toMatchObject({ ok: false, code: 'badHex' });
    expect(decode('')).toMatchObject({ ok: false, code: 'empty' });
    expect(decode('00'.repeat(4097))).toMatchObject({ ok: false, code: 'tooLong' });
  });

  it('bytes that no printer says are named as such', () => {
    expect(decodeEscposStatusHex('FFFE')).toMatchObject({ ok: false, code: 'unrecognized' });
    expect(decodeCustomStatusHex('10 0F 20')).toMatchObject({ ok: false, code: 'unrecognized' });
  });

  it.each([decodeEscposStatusHex, decodeCustomStatusHex])('no bytes make it throw, and its answer is JSON that keeps every byte', (decode) => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
        const decoded = decode(Buffer.from(bytes).toString('hex'));
        expect(JSON.parse(JSON.stringify(decoded))).toEqual(decoded);
        if (!decoded.ok) return;
        const items = z.array(z.object({ hex: z.string() })).parse(decoded['said']);
        expect(items.reduce((sum, item) => sum + item.hex.length / 2, 0)).toBe(bytes.length);
      }),
    );
  });
});
