import { describe, expect, it } from 'vitest';
import { HEALTHY, type RawStatus } from '../../../../drivers/receipt-printer/escpos/codec.ts';
import { toPrinterStatus, troubleOf } from '../../../../drivers/receipt-printer/escpos/status.ts';
import type { PrinterStatus } from '../../../../drivers/receipt-printer/receipt-printer.ts';

const FINE: PrinterStatus = { device: 'online', paper: 'full', cover: 'closed', cutter: 'ok' };

describe('status in the words of the class', () => {
  it.each<[Partial<RawStatus>, Partial<PrinterStatus>, string | undefined]>([
    [{}, {}, undefined],
    [{ drawerPinHigh: true }, {}, undefined],
    [{ paperNearEnd: true }, { paper: 'low' }, undefined],
    [{ offline: true, paperNearEnd: true, paperEnd: true }, { paper: 'out' }, 'paperOut'],
    [{ offline: true, stoppedByPaperEnd: true }, { paper: 'out' }, 'paperOut'],
    [{ offline: true, coverOpen: true }, { device: 'userError', cover: 'open' }, 'coverOpen'],
    [{ offline: true, coverOpen: true, paperEnd: true }, { device: 'userError', cover: 'open', paper: 'out' }, 'coverOpen'],
    [{ offline: true, cutterError: true }, { device: 'hardwareError', cutter: 'fault' }, 'cutterFault'],
    [{ mechanicalError: true }, { device: 'hardwareError' }, 'hardwareError'],
    [{ unrecoverableError: true }, { device: 'hardwareError' }, 'hardwareError'],
    [{ offline: true, recoverableError: true }, { device: 'deviceBusy' }, undefined],
    [{ offline: true, feeding: true, feedPressed: true }, { device: 'deviceBusy' }, undefined],
    [{ offline: true }, { device: 'deviceBusy' }, undefined],
  ])('%j is %j, in the way of a job: %s', (raw, words, trouble) => {
    const status = toPrinterStatus({ ...HEALTHY, ...raw }, { mechanicalError: 'hardware' });
    expect(status).toEqual({ ...FINE, ...words });
    expect(troubleOf(status)).toBe(trouble);
  });

  it('a mechanical error is a paper jam where the maker says so', () => {
    const status = toPrinterStatus({ ...HEALTHY, mechanicalError: true }, { mechanicalError: 'paperJam' });
    expect(status).toEqual({ ...FINE, device: 'hardwareError', paper: 'jammed' });
    expect(troubleOf(status)).toBe('paperJam');
  });

  it('nothing known is in the way of a job', () => {
    expect(troubleOf({ device: 'unknown', paper: 'unknown', cover: 'unknown', cutter: 'unknown' })).toBe('offline');
  });
});
