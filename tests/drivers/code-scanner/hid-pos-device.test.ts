import { assert, asyncProperty, array, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex } from '../../../common/hex.ts';
import { assemblyDelays } from '../../../drivers/code-scanner/hid-pos/assembly.ts';
import { HidPosScanner, hidPosOptionsSchema } from '../../../drivers/code-scanner/hid-pos/device.ts';
import { listeningDelays } from '../../../drivers/code-scanner/listening-scanner.ts';
import { SimulatedHidPosScanner, type SimulatedHidPosOptions } from '../../../drivers/code-scanner/hid-pos/simulator.ts';
import { SimulatedHid } from '../../../drivers/transport/simulated-hid.ts';
import { PAYMENT_CODE, workedReports } from './hid-pos-reports.ts';
import { scannerBench, unconnectedBench, type ScannerBench } from './scanner-bench.ts';

const [first, second, ean] = workedReports.map(({ hex }) => fromHex(hex));
if (first === undefined || second === undefined || ean === undefined) throw new Error('the worked reports are gone');

/** Half of it, and the time until it is given up. */
const GIVEN_UP = assemblyDelays.silence + assemblyDelays.lastLook;

interface HidBench extends ScannerBench {
  readonly unit: SimulatedHidPosScanner;
  readonly send: (...reports: Uint8Array[]) => void;
}

async function bench(options: Record<string, unknown> = {}, simulated: SimulatedHidPosOptions = {}): Promise<HidBench> {
  const unit = new SimulatedHidPosScanner(simulated);
  const made = await scannerBench(unit, (deps) => new HidPosScanner(hidPosOptionsSchema.parse(options), deps));
  return { ...made, unit, send: (...reports) => reports.forEach((report) => unit.hid.send(report)) };
}

function changed(report: Uint8Array, at: number, byte: number): Uint8Array {
  const copy = Uint8Array.from(report);
  copy[at] = byte;
  return copy;
}

describe('hid-pos scanner', () => {
  test('the worked payment code of two reports, byte by byte', async () => {
    const { send, events } = await bench();
    send(first, second);
    expect(events.slice(1)).toEqual([{ type: 'scanned', scan: { text: PAYMENT_CODE, symbology: 'qr', aim: ']Q1' } }]);
  });

  test('connected: says who the device says it is', async () => {
    const unit = new SimulatedHidPosScanner();
    const { scanner, clock } = unconnectedBench(unit, (deps) => new HidPosScanner(hidPosOptionsSchema.parse({}), deps));
    const connecting = scanner.connect();
    await clock.advance(listeningDelays.emptying);
    expect(await connecting).toEqual({ model: 'Simulated HID POS Scanner', maker: 'Bench', serialNumber: 'SN0001' });
  });

  test('half a code is dropped after its time, and told as incomplete; in time it is joined', async () => {
    const { send, clock, told } = await bench();
    send(first);
    await clock.advance(GIVEN_UP - 1);
    send(second);
    expect(told()).toEqual([PAYMENT_CODE]);
    send(first);
    await clock.advance(GIVEN_UP);
    send(ean);
    expect(told()).toEqual([PAYMENT_CODE, '!incomplete', '4006381333931']);
    expect(clock.pendingTimers).toBe(0);
  });

  test('another kind of code in the middle of one: the half is incomplete, the other is whole', async () => {
    const { send, told } = await bench();
    send(first, ean);
    expect(told()).toEqual(['!incomplete', '4006381333931']);
  });

  test('a report that contradicts itself spoils the whole code, up to its end', async () => {
    const { send, told } = await bench();
    send(changed(first, 1, 0xff), second);
    send(first, changed(first, 1, 57), second);
    send(ean);
    expect(told()).toEqual(['!incomplete', '!incomplete', '4006381333931']);
  });

  test('a cut report alone is told as incomplete once nothing follows', async () => {
    const { send, clock, told } = await bench();
    send(ean.slice(0, 20));
    await clock.advance(GIVEN_UP);
    expect(told()).toEqual(['!incomplete']);
  });

  test('1024 bytes are a code, 1025 too many; the rest goes with it', async () => {
    const { unit, told } = await bench();
    unit.show({ text: 'A'.repeat(1024) });
    unit.show({ text: 'B'.repeat(1025) });
    unit.show({ text: 'C'.repeat(4000) });
    unit.show({ text: 'next' });
    expect(told()).toEqual(['A'.repeat(1024), '!tooLong', '!tooLong', 'next']);
  });

  test('reports of other ids and empty scans tell nothing', async () => {
    const { send, told, clock } = await bench();
    send(changed(ean, 0, 4), changed(ean, 1, 0));
    await clock.advance(GIVEN_UP);
    expect(told()).toEqual([]);
  });

  test('a code that began before anybody listened is told to nobody, nor one whose listener left in the middle', async () => {
    const { send, scanner, told, clock } = await bench();
    scanner.setListening(false);
    send(first);
    scanner.setListening(true);
    send(second);
    send(first);
    scanner.setListening(false);
    scanner.setListening(true);
    send(second);
    send(first);
    scanner.setListening(false);
    await clock.advance(GIVEN_UP);
    scanner.setListening(true);
    send(ean);
    expect(told()).toEqual(['4006381333931']);
  });

  test('listening that is asked for again changes nothing', async () => {
    const { send, scanner, told } = await bench();
    send(first);
    scanner.setListening(true);
    send(second);
    expect(told()).toEqual([PAYMENT_CODE]);
  });

  test('the flag is found in the descriptor where the layout is another; without a descriptor the configuration names it', async () => {
    for (const [options, simulated] of [
      [{}, { layout: 'honeywell' }],
      [{ layout: 'honeywell' }, { layout: 'honeywell', showsDescriptor: false }],
      [{}, { layout: 'access-is', showsDescriptor: false }],
      [{ layout: 'access-is' }, { layout: 'access-is' }],
    ] as const) {
      const { unit, told } = await bench(options, simulated);
      unit.show({ text: PAYMENT_CODE });
      expect(told()).toEqual([PAYMENT_CODE]);
    }
  });

  test('the wrong layout tells no code at all', async () => {
    const { unit, told, clock } = await bench({}, { layout: 'honeywell', showsDescriptor: false });
    unit.show({ text: PAYMENT_CODE });
    await clock.advance(GIVEN_UP);
    expect(told()).toEqual(['!incomplete']);
  });

  test('GB18030 where it is asked for', async () => {
    const { unit, told } = await bench({ textFallback: 'gb18030' });
    unit.showBytes(fromHex('BF A8'));
    expect(told()).toEqual(['卡']);
  });

  test('a keyboard at that address: refused, naming the mode the scanner must be in', async () => {
    const keyboard = new SimulatedHid({
      vendorId: 1,
      productId: 2,
      product: 'USB Keyboard',
      maker: undefined,
      serialNumber: undefined,
      descriptor: fromHex('05 01 09 06 A1 01 05 07 19 E0 29 E7 15 00 25 01 75 01 95 08 81 02 C0'),
    });
    const unit = {
      receive: (bytes: Uint8Array) => keyboard.receive(bytes),
      onSend: (listener: (bytes: Uint8Array) => void) => keyboard.onSend(listener),
      powerCycle: () => {},
    };
    const { scanner, line } = unconnectedBench(unit, (deps) => new HidPosScanner(hidPosOptionsSchema.parse({}), deps));
    await expect(scanner.connect()).rejects.toMatchObject({
      code: 'notSupported',
      message: expect.stringMatching(/sim:test is USB Keyboard and sends no decoded data.*HID POS mode/),
    });
    expect([scanner.lastStatus.device, line.isOpen]).toEqual(['offline', false]);
  });

  test('nothing answers: one clear failure within the class’s limit', async () => {
    const dead = { receive: () => {}, onSend: () => () => {}, powerCycle: () => {} };
    const { scanner, clock, events } = unconnectedBench(dead, (deps) => new HidPosScanner(hidPosOptionsSchema.parse({}), deps));
    const failed = expect(scanner.connect()).rejects.toMatchObject({
      code: 'offline',
      message: expect.stringContaining('nothing there said within 2000 ms which HID device it is'),
    });
    await clock.advance(listeningDelays.connect);
    await failed;
    expect(events).toEqual([{ type: 'statusChanged', status: { device: 'offline' } }]);
  });

  test('a report that the scanner kept from before it was opened is told to nobody, nor is its rest', async () => {
    const unit = new SimulatedHidPosScanner();
    const { scanner, clock, told } = unconnectedBench(unit, (deps) => new HidPosScanner(hidPosOptionsSchema.parse({}), deps));
    scanner.setListening(true);
    const connecting = scanner.connect();
    await clock.settle();
    unit.show({ text: 'somebody else' });
    await clock.advance(listeningDelays.emptying);
    await connecting;
    unit.show({ text: 'mine' });
    expect(told()).toEqual(['mine']);
  });

  test('gone right after it was opened: connecting fails, and that is all', async () => {
    const { scanner, clock, line, events } = unconnectedBench(new SimulatedHidPosScanner(), (deps) => new HidPosScanner(hidPosOptionsSchema.parse({}), deps));
    const failed = expect(scanner.connect()).rejects.toMatchObject({
      code: 'offline',
      message: expect.stringContaining('went away while it was being opened'),
    });
    await clock.advance(listeningDelays.emptying / 2);
    line.unplug();
    await clock.advance(listeningDelays.emptying);
    await failed;
    expect(events).toEqual([{ type: 'statusChanged', status: { device: 'offline' } }]);
  });

  test('closed while it connects: aborted', async () => {
    const dead = { receive: () => {}, onSend: () => () => {}, powerCycle: () => {} };
    const { scanner, clock } = unconnectedBench(dead, (deps) => new HidPosScanner(hidPosOptionsSchema.parse({}), deps));
    const failed = expect(scanner.connect()).rejects.toMatchObject({ code: 'aborted', message: 'the code scanner was closed' });
    await clock.settle();
    await scanner.close();
    await failed;
    expect(clock.pendingTimers).toBe(0);
  });

  test('traces hold the frame of a report and nothing of the code', async () => {
    const { send, frames } = await bench();
    send(ean);
    expect(frames).toEqual([{ direction: 'fromDevice', bytes: `020D5D4530${'XX'.repeat(58)}00` }]);
  });

  test('whatever reports come, in whatever order: no exception, and a sound code afterwards is told', async () => {
    await assert(
      asyncProperty(array(uint8Array({ maxLength: 70 }), { maxLength: 30 }), async (reports) => {
        const { send, clock, told } = await bench();
        send(...reports);
        await clock.advance(GIVEN_UP);
        send(first, second);
        expect(told().at(-1)).toBe(PAYMENT_CODE);
      }),
      { numRuns: 50 },
    );
  });
});
