import { describe, expect, test } from 'vitest';
import { SerialLineScanner, serialLineDelays, serialLineOptionsSchema } from '../../../drivers/code-scanner/serial-line/device.ts';
import { listeningDelays } from '../../../drivers/code-scanner/listening-scanner.ts';
import { SimulatedSerialScanner } from '../../../drivers/code-scanner/serial-line/simulator.ts';
import { SimulatedLine } from '../../support/simulated-line.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { scannerBench, unconnectedBench, type ScannerBench } from './scanner-bench.ts';

const IDLE = 100;

interface SerialBench extends ScannerBench {
  readonly send: (text: string) => void;
}

async function bench(options: Record<string, unknown> = {}): Promise<SerialBench> {
  const made = await scannerBench(new SimulatedSerialScanner(), (deps) => new SerialLineScanner(serialLineOptionsSchema.parse(options), deps));
  return { ...made, send: (text) => made.line.fromUnit(new TextEncoder().encode(text)) };
}

describe('serial-line scanner', () => {
  test('what the scanner kept from before its port was opened is told to nobody', async () => {
    const unit = new SimulatedSerialScanner();
    const { scanner, clock, told } = unconnectedBench(unit, (deps) => new SerialLineScanner(serialLineOptionsSchema.parse({}), deps));
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
    const { scanner, clock, line, events } = unconnectedBench(
      new SimulatedSerialScanner(),
      (deps) => new SerialLineScanner(serialLineOptionsSchema.parse({}), deps),
    );
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

  test('a code in pieces, each within the idle limit, is one code', async () => {
    const { send, clock, told } = await bench();
    for (const piece of ['http', 's://pay', '.example/', '1\r']) {
      send(piece);
      await clock.advance(IDLE - 1);
    }
    expect(told()).toEqual(['https://pay.example/1']);
    expect(clock.pendingTimers).toBe(0);
  });

  test('codes glued together are told one by one', async () => {
    const { send, told } = await bench();
    send('A\rB\rC\r');
    expect(told()).toEqual(['A', 'B', 'C']);
  });

  test('a process that was held up: bytes that waited in the port while its timers ran are still part of the code', async () => {
    const { send, clock, told } = await bench();
    send('first ');
    await clock.advance(IDLE + serialLineDelays.lastLook - 1);
    send('second\r');
    expect(told()).toEqual(['first second']);
  });

  test('half a code: incomplete, and its late rest is not taken for a code', async () => {
    const { send, clock, told } = await bench();
    send('first half');
    await clock.advance(IDLE + serialLineDelays.lastLook);
    expect(told()).toEqual(['!incomplete']);
    send(' second half\r');
    send('whole\r');
    expect(told()).toEqual(['!incomplete', 'whole']);
  });

  test('half a code whose rest never comes: after a while the next one is whole', async () => {
    const { send, clock, told } = await bench();
    send('half');
    await clock.advance(IDLE + serialLineDelays.lastLook + serialLineDelays.rest);
    send('whole\r');
    expect(told()).toEqual(['!incomplete', 'whole']);
    expect(clock.pendingTimers).toBe(0);
  });

  test('a code that began before anybody listened is told to nobody, nor one whose listener left in the middle', async () => {
    const { send, scanner, told, clock } = await bench();
    scanner.setListening(false);
    send('secret of ');
    scanner.setListening(true);
    send('somebody else\rmine\r');
    send('left ');
    scanner.setListening(false);
    await clock.advance(10);
    scanner.setListening(true);
    send('behind\rmine again\r');
    expect(told()).toEqual(['mine', 'mine again']);
  });

  test('nobody listens and half a code comes: nothing is told of it later', async () => {
    const { send, scanner, told, clock } = await bench();
    scanner.setListening(false);
    send('half');
    scanner.setListening(true);
    await clock.advance(2 * serialLineDelays.rest);
    send('whole\r');
    expect(told()).toEqual(['whole']);
  });

  test('without AIM prefix the kind is unknown, and a code that begins with ] is left as it is', async () => {
    const { send, events } = await bench();
    send(']Q1PAY\r');
    expect(events.at(-1)).toEqual({ type: 'scanned', scan: { text: ']Q1PAY', symbology: 'unknown' } });
  });

  test('with AIM prefix the kind is told; where it is missing, it is unknown', async () => {
    const { send, events } = await bench({ aimPrefix: true });
    send(']E04006381333931\rPAY\r');
    expect(events.slice(1)).toEqual([
      { type: 'scanned', scan: { text: '4006381333931', symbology: 'ean13', aim: ']E0' } },
      { type: 'scanned', scan: { text: 'PAY', symbology: 'unknown' } },
    ]);
  });

  test('a card of several lines comes whole between STX and ETX', async () => {
    const { send, told } = await bench({ terminator: 'etx' });
    send('\u0002BEGIN:VCARD\r\nEND:VCARD\r\u0003');
    expect(told()).toEqual(['BEGIN:VCARD\r\nEND:VCARD']);
  });

  test('a scanner at another speed: what arrives is no text, and nothing of it is told', async () => {
    const { line, told } = await bench();
    // "PAY" CR of 9600 baud read at 38400 is bytes like these.
    line.fromUnit(Uint8Array.of(0x00, 0x78, 0x80, 0xf8, 0x00, 0x0d));
    expect(told()).toEqual(['!notText']);
  });

  test('traces hold what frames a code and nothing of it', async () => {
    const { send, frames } = await bench();
    send('PAY\r');
    expect(frames).toEqual([{ direction: 'fromDevice', bytes: 'XXXXXX0D' }]);
  });

  test('the address of a HID device: refused, naming what fits', async () => {
    const transport = Object.assign(new SimulatedLine(), { address: 'hid:usage=8c:02' });
    const scanner = new SerialLineScanner(serialLineOptionsSchema.parse({}), { transport, clock: new SimulatedClock() });
    await expect(scanner.connect()).rejects.toMatchObject({
      code: 'notSupported',
      message: expect.stringMatching(/hid:usage=8c:02 is a HID device.*choose model hid-pos/),
    });
    expect(transport.isOpen).toBe(false);
  });
});
