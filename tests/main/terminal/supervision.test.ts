/** What supervision tells the rest of the terminal, and what it writes down. The chart itself: tests/state-machines/device.test.ts. */
import { describe, expect, onTestFinished, test } from 'vitest';
import type { NewEntry } from '../../../common/journal-kinds.ts';
import { Supervision } from '../../../main/terminal/supervision.ts';
import { deviceDelays, DeviceTroubleError, type DevicePort, type DeviceReport } from '../../../state-machines/device.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

const WHOLE: DeviceReport = { health: 'online', impairments: [], storage: [] };

/** A cable that the test plugs and pulls. */
class Cable implements DevicePort {
  plugged: boolean;
  #told: (report: DeviceReport) => void = () => {};

  constructor(plugged: boolean) {
    this.plugged = plugged;
  }
  connect = async () => {
    if (!this.plugged) throw new DeviceTroubleError({ code: 'notFound', message: '/dev/ttyUSB0 is not there', lasting: false });
    return { model: 'M1', serialNumber: '7' };
  };
  check = async () => WHOLE;
  last = () => WHOLE;
  onReport = (listener: (report: DeviceReport) => void) => {
    this.#told = listener;
    return () => void (this.#told = () => {});
  };
  pull(): void {
    this.plugged = false;
    this.#told({ ...WHOLE, health: 'offline' });
  }
}

function cabinet(cables: Readonly<Record<string, Cable>>, record?: (entry: NewEntry) => void) {
  const clock = new SimulatedClock();
  const written: NewEntry[] = [];
  const supervision = new Supervision({ clock, ports: cables, record: record ?? ((entry) => written.push(entry)) });
  onTestFinished(() => supervision.stop());
  supervision.start();
  return { clock, supervision, written };
}

describe('the journal', () => {
  test('has each coming and going once, however many attempts lie between', async () => {
    const printer = new Cable(true);
    const { clock, written, supervision } = cabinet({ receiptPrinter: printer });
    await clock.advance(0);
    printer.pull();
    for (let second = 0; second < 300; second += 1) await clock.advance(1000);
    printer.plugged = true;
    supervision.retry('receiptPrinter');
    await clock.advance(0);
    expect(written).toEqual([
      { kind: 'device.identified', body: { device: 'receiptPrinter', model: 'M1', serialNumber: '7' } },
      { kind: 'device.lost', body: { device: 'receiptPrinter', code: 'offline', detail: expect.any(String) } },
      { kind: 'device.identified', body: { device: 'receiptPrinter', model: 'M1', serialNumber: '7' } },
    ]);
  });

  test('has a device that never came up, once, with what was tried', async () => {
    const { clock, written } = cabinet({ cardReader: new Cable(false) });
    for (let second = 0; second < 300; second += 1) await clock.advance(1000);
    expect(written).toEqual([{ kind: 'device.lost', body: { device: 'cardReader', code: 'notFound', detail: '/dev/ttyUSB0 is not there' } }]);
  });
});

describe('the first answers', () => {
  test('are there when every device has come up or failed once', async () => {
    const { clock, supervision } = cabinet({ cardReader: new Cable(true), receiptPrinter: new Cable(false) });
    let there = false;
    void supervision.firstAnswers(15_000).then(() => (there = true));
    await clock.advance(0);
    expect(there).toBe(true);
    expect(supervision.devices.map(({ name, condition }) => [name, condition])).toEqual([
      ['cardReader', 'ready'],
      ['receiptPrinter', 'waiting'],
    ]);
  });

  test('are not waited for longer than the limit', async () => {
    const silent = new Cable(true);
    silent.connect = () => new Promise(() => {});
    const { clock, supervision } = cabinet({ cardReader: silent });
    let there = false;
    void supervision.firstAnswers(15_000).then(() => (there = true));
    await clock.advance(14_999);
    expect(there).toBe(false);
    await clock.advance(1);
    expect(there).toBe(true);
  });

  test('of a cabinet without devices are there at once', async () => {
    await expect(cabinet({}).supervision.firstAnswers(15_000)).resolves.toBeUndefined();
  });
});

test('since when a device is as it is, is told with every change', async () => {
  const reader = new Cable(true);
  const { clock, supervision } = cabinet({ cardReader: reader });
  await clock.advance(0);
  const begin = clock.now();
  await clock.advance(5000);
  expect(supervision.devices[0]).toMatchObject({ condition: 'ready', since: begin });
  reader.pull();
  expect(supervision.devices[0]).toMatchObject({ condition: 'waiting', since: begin + 5000, trouble: { code: 'offline' } });
  reader.plugged = true;
  await clock.advance(deviceDelays.backOffFirst);
  expect(supervision.devices[0]).toMatchObject({ condition: 'ready', trouble: undefined });
});

test('a retry of a device that is not fitted is refused', () => {
  expect(cabinet({}).supervision.retry('cashAcceptor')).toBe(false);
});
