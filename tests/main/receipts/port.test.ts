import { describe, expect, it } from 'vitest';
import type { PrintOutcome, PrintResult, ReceiptPrinter } from '../../../drivers/receipt-printer/receipt-printer.ts';
import { createReceiptPort } from '../../../main/receipts/port.ts';
import { journalKinds } from '../../../common/journal-kinds.ts';
import { DELIVERED, printSlip, SITE } from './slip-bench.ts';

function printerWith(print: ReceiptPrinter['print']): Pick<ReceiptPrinter, 'columns' | 'print'> {
  return { columns: 32, print };
}

function resultOf(outcome: PrintOutcome): PrintResult {
  return { outcome, sha256: 'AB', byteCount: 7, presented: 'notSupported', replaced: [] };
}

describe('the receipt port', () => {
  it.each([
    [
      { state: 'printed', confirmedBy: 'processId' },
      { state: 'printed', confirmedBy: 'processId', sha256: 'AB', byteCount: 7 },
    ],
    [
      { state: 'printed', confirmedBy: 'queueAnswer' },
      { state: 'printed', confirmedBy: 'queueAnswer', sha256: 'AB', byteCount: 7 },
    ],
    [
      { state: 'failedBefore', trouble: 'paperOut' },
      { state: 'failedBefore', trouble: 'paperOut' },
    ],
    [
      { state: 'interrupted', trouble: 'cutterFault' },
      { state: 'interrupted', trouble: 'cutterFault' },
    ],
    [{ state: 'unconfirmed' }, { state: 'unconfirmed', trouble: 'noConfirmation' }],
  ] as const)('says of %j what is known', async (outcome, told) => {
    const port = createReceiptPort(
      printerWith(() => Promise.resolve(resultOf(outcome))),
      SITE,
    );
    expect(await port.print('job-1', DELIVERED)).toEqual(told);
  });

  it.each([
    ['taken', 'taken'],
    ['retracted', 'retracted'],
    ['ejected', 'ejected'],
    ['jammed', 'jammed'],
    ['unknown', 'unknown'],
    ['notSupported', undefined],
  ] as const)('of a printed slip at the presenter (%s) the journal can say what became of it, and which characters it lacks', async (presented, told) => {
    const result: PrintResult = { ...resultOf({ state: 'printed', confirmedBy: 'presenter' }), presented, replaced: ['U+20BB7'] };
    const outcome = await createReceiptPort(
      printerWith(() => Promise.resolve(result)),
      SITE,
    ).print('job-1', DELIVERED);
    expect(outcome).toEqual({
      state: 'printed',
      confirmedBy: 'presenter',
      sha256: 'AB',
      byteCount: 7,
      ...(told === undefined ? {} : { presented: told }),
      replaced: ['U+20BB7'],
    });
    const { state: _state, ...body } = outcome;
    expect(journalKinds['receipt.printed'].safeParse({ jobId: 'job-1', ...body }).success).toBe(true);
  });

  it('a driver that throws: never rejects, and does not claim that nothing is on paper', async () => {
    const port = createReceiptPort(
      printerWith(() => Promise.reject(new Error('out of its mind'))),
      SITE,
    );
    expect(await port.print('job-1', DELIVERED)).toEqual({ state: 'interrupted', trouble: 'driver: out of its mind' });
  });

  it('a slip that can not be composed: never rejects, and nothing is on paper', async () => {
    let asked = false;
    const port = createReceiptPort(
      printerWith(() => {
        asked = true;
        return Promise.resolve(resultOf({ state: 'unconfirmed' }));
      }),
      { ...SITE, timeZone: 'Nowhere/Land' },
    );
    expect(await port.print('job-1', DELIVERED)).toMatchObject({ state: 'failedBefore' });
    expect(asked).toBe(false);
  });

  it('what it says of a printed slip can stand in the journal', async () => {
    const { outcome } = await printSlip(DELIVERED, 'epson-tm');
    if (outcome.state !== 'printed') throw new Error(outcome.trouble);
    const { confirmedBy, sha256, byteCount } = outcome;
    expect(journalKinds['receipt.printed'].safeParse({ jobId: 'job-1', confirmedBy, sha256, byteCount }).success).toBe(true);
    expect(sha256).toHaveLength(64);
  });
});
