import { describe, expect, it } from 'vitest';
import { HEALTHY, type RawStatus } from '../../../../drivers/receipt-printer/escpos/codec.ts';
import { decodeEjectorStatus } from '../../../../drivers/receipt-printer/escpos/custom-codec.ts';
import { blankStatus, toPrinterStatus, troubleOf } from '../../../../drivers/receipt-printer/escpos/status.ts';
import type { PrinterStatus } from '../../../../drivers/receipt-printer/receipt-printer.ts';

const FINE: PrinterStatus = {
  device: 'online',
  paper: 'full',
  cover: 'closed',
  cutter: 'ok',
  presenter: 'notSupported',
  storage: [{ id: 'paperRoll', use: 'dispense', level: 'ok' }],
};
const NONE = { kind: 'none' } as const;
const EJECTOR = { kind: 'ejector', stepMm: 7, presentMm: 70, retract: true, continuousMode: false } as const;

function roll(level: 'low' | 'empty'): Pick<PrinterStatus, 'storage'> {
  return { storage: [{ id: 'paperRoll', use: 'dispense', level }] };
}

describe('status in the words of the class', () => {
  it.each<[Partial<RawStatus>, Partial<PrinterStatus>, string | undefined]>([
    [{}, {}, undefined],
    [{ drawerPinHigh: true }, {}, undefined],
    [{ paperNearEnd: true }, { paper: 'low', ...roll('low') }, undefined],
    [{ virtualPaperEnd: true }, { paper: 'low', ...roll('low') }, undefined],
    [{ offline: true, paperNearEnd: true, paperEnd: true }, { paper: 'out', ...roll('empty') }, 'paperOut'],
    [{ offline: true, stoppedByPaperEnd: true }, { paper: 'out', ...roll('empty') }, 'paperOut'],
    [{ offline: true, coverOpen: true }, { device: 'userError', cover: 'open' }, 'coverOpen'],
    [{ offline: true, coverOpen: true, paperEnd: true }, { device: 'userError', cover: 'open', paper: 'out', ...roll('empty') }, 'coverOpen'],
    [{ offline: true, cutterError: true }, { device: 'hardwareError', cutter: 'fault' }, 'cutterFault'],
    [{ mechanicalError: true }, { device: 'hardwareError' }, 'hardwareError'],
    [{ unrecoverableError: true }, { device: 'hardwareError' }, 'hardwareError'],
    [{ lineError: true }, { device: 'hardwareError' }, 'hardwareError'],
    [{ offline: true, recoverableError: true }, { device: 'deviceBusy' }, undefined],
    [{ offline: true, feeding: true, feedPressed: true }, { device: 'deviceBusy' }, undefined],
    [{ offline: true }, { device: 'deviceBusy' }, undefined],
  ])('%j is %j, in the way of a job: %s', (raw, words, trouble) => {
    const status = toPrinterStatus({ ...HEALTHY, ...raw }, { mechanicalError: 'hardware', presenter: NONE });
    expect(status).toEqual({ ...FINE, ...words });
    expect(troubleOf(status)).toBe(trouble);
  });

  it('a mechanical error is a paper jam where the maker says so', () => {
    const status = toPrinterStatus({ ...HEALTHY, mechanicalError: true }, { mechanicalError: 'paperJam', presenter: NONE });
    expect(status).toEqual({ ...FINE, device: 'hardwareError', paper: 'jammed' });
    expect(troubleOf(status)).toBe('paperJam');
  });

  it('nothing known is in the way of a job', () => {
    expect(troubleOf(blankStatus('unknown', { mechanicalError: 'hardware', presenter: NONE }))).toBe('offline');
  });

  it.each<[Partial<RawStatus>, boolean, PrinterStatus['presenter'], string | undefined]>([
    [{}, false, 'clear', undefined],
    [{ ticketAtOutput: true }, false, 'holding', undefined],
    [{ ticketAtOutput: true, presenterJam: true }, false, 'jammed', 'presenterJam'],
    [{}, true, 'jammed', 'presenterJam'],
  ])('a presenter with %j, jam by its own byte %s, is %s; in the way of a job: %s', (raw, jam, presenter, trouble) => {
    const status = toPrinterStatus({ ...HEALTHY, ...raw }, { mechanicalError: 'hardware', presenter: EJECTOR }, { ...decodeEjectorStatus(0), jam });
    expect(status.presenter).toBe(presenter);
    expect(troubleOf(status)).toBe(trouble);
  });

  it('a retract bin is a storage unit without a sensor, where the printer can retract', () => {
    const bin = { id: 'retractBin', use: 'collect', level: 'notSupported' };
    const storage = (presenter: typeof EJECTOR | { kind: 'ejector'; stepMm: number; presentMm: number; retract: false; continuousMode: false }): unknown =>
      toPrinterStatus(HEALTHY, { mechanicalError: 'hardware', presenter }).storage[1];
    expect(storage(EJECTOR)).toEqual(bin);
    expect(storage({ ...EJECTOR, retract: false })).toBeUndefined();
  });
});
