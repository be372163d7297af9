/** Simulated HID devices over a line of bytes: who is there, whole reports, and what else may hang on the line. */
import { array, assert, integer, property, uint8Array } from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { HidDescription } from '../../../drivers/transport/hid.ts';
import { DESCRIPTION_LIMIT, hidLine, type HidLine } from '../../../drivers/transport/hid-line.ts';
import { encodeDescription, encodeReport, LONGEST_BODY, RecordDecoder } from '../../../drivers/transport/hid-records.ts';
import { SimulatedHid } from '../../../drivers/transport/simulated-hid.ts';
import type { TransportError } from '../../../drivers/transport/transport.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { SimulatedLine } from '../../support/simulated-line.ts';

const description: HidDescription = {
  vendorId: 0x1234,
  productId: 0x0b62,
  product: '扫码器',
  maker: undefined,
  serialNumber: 'SN1',
  descriptor: Uint8Array.of(0x05, 0x8c),
};

let clock: SimulatedClock;
let wire: SimulatedLine;
let device: SimulatedHid;
let line: HidLine;
let reports: string[];
let ends: (TransportError | undefined)[];

beforeEach(() => {
  clock = new SimulatedClock();
  wire = new SimulatedLine();
  device = new SimulatedHid(description);
  wire.attachUnit((bytes) => device.receive(bytes));
  device.onSend((bytes) => wire.fromUnit(bytes));
  line = hidLine(wire, clock);
  reports = [];
  ends = [];
  line.onReport((report) => reports.push(Buffer.from(report).toString('hex')));
  line.onClose((error) => ends.push(error));
});

describe('a simulated HID device on a line of bytes', () => {
  test('says who it is when the line is opened, and then sends whole reports', async () => {
    expect(await line.open()).toEqual(description);
    device.send(Uint8Array.of(2, 1, 0x41));
    device.send(Uint8Array.of());
    expect(reports).toEqual(['020141', '']);
  });

  test('reports split and merged on the way arrive as they were sent', async () => {
    await line.open();
    const bytes = Uint8Array.of(...encodeReport(Uint8Array.of(2, 3)), ...encodeReport(Uint8Array.of(4, 5, 6)));
    for (const byte of bytes) wire.fromUnit(Uint8Array.of(byte));
    wire.fromUnit(bytes);
    expect(reports).toEqual(['0203', '040506', '0203', '040506']);
  });

  test('nothing that answers: the opening fails after its limit, and the line is closed', async () => {
    wire.attachUnit(() => {});
    const opening = expect(line.open()).rejects.toMatchObject({ code: 'timeout', message: expect.stringContaining('a real HID device needs a hid: address') });
    await clock.advance(DESCRIPTION_LIMIT);
    await opening;
    expect(wire.isOpen).toBe(false);
  });

  test('something that speaks otherwise: the opening fails at once, naming what is expected', async () => {
    wire.attachUnit(() => wire.fromUnit(Buffer.from('OK\r\n')));
    await expect(line.open()).rejects.toMatchObject({ code: 'lost', message: expect.stringContaining("doesn't speak as a HID device") });
    expect(wire.isOpen).toBe(false);
  });

  test('out of step later: one loss', async () => {
    await line.open();
    wire.fromUnit(Uint8Array.of(0xff, 0xff));
    wire.fromUnit(Uint8Array.of(0xff, 0xff));
    expect(ends.map((error) => error?.code)).toEqual(['lost']);
    expect(await line.open()).toEqual(description);
  });

  test('pulled out, also while it is being opened: one loss, and it opens again once it is back', async () => {
    wire.attachUnit(() => wire.unplug());
    await expect(line.open()).rejects.toMatchObject({ code: 'lost' });
    wire.plug();
    wire.attachUnit((bytes) => device.receive(bytes));
    expect(await line.open()).toEqual(description);
    wire.unplug();
    expect(ends.map((error) => error?.code)).toEqual(['lost', 'lost']);
  });

  test('aborted: the line is closed', async () => {
    wire.attachUnit(() => {});
    const controller = new AbortController();
    const opening = expect(line.open(controller.signal)).rejects.toMatchObject({ code: 'aborted' });
    await clock.settle();
    controller.abort();
    await opening;
    expect(wire.isOpen).toBe(false);
  });

  test('nothing is ever written to a serial port', async () => {
    const serial = Object.assign(new SimulatedLine(), { address: 'serial:/dev/ttyUSB0' });
    await expect(hidLine(serial, clock).open()).rejects.toMatchObject({ code: 'badAddress', message: expect.stringContaining('is no HID device') });
    expect([serial.isOpen, serial.sent]).toEqual([false, []]);
  });
});

describe('records', () => {
  const reportBytes = uint8Array({ maxLength: 80 });

  test('whatever reports are sent, in whatever pieces, the same reports arrive', () => {
    assert(
      property(array(reportBytes), integer({ min: 1, max: 40 }), (sent, size) => {
        const decoder = new RecordDecoder();
        const bytes = Uint8Array.from(sent.flatMap((report) => [...encodeReport(report)]));
        const records = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => decoder.push(bytes.slice(at * size, (at + 1) * size))).flat();
        expect(records).toEqual(sent.map((report) => ({ kind: 'report', report })));
      }),
    );
  });

  test('whatever bytes come, in whatever pieces: no exception, at most one "broken", and no more is kept than one record', () => {
    assert(
      property(array(uint8Array({ maxLength: 300 })), (pieces) => {
        const decoder = new RecordDecoder();
        const records = pieces.flatMap((piece) => decoder.push(piece));
        expect(records.filter(({ kind }) => kind === 'broken').length).toBeLessThanOrEqual(1);
        expect(records.findIndex(({ kind }) => kind === 'broken')).toBeOneOf([-1, records.length - 1]);
      }),
    );
    const decoder = new RecordDecoder();
    expect(decoder.push(Uint8Array.of(2, (LONGEST_BODY + 1) >> 8, (LONGEST_BODY + 1) & 0xff))).toEqual([{ kind: 'broken' }]);
  });

  test.each([
    ['no JSON', Buffer.from('hello')],
    ['no description', Buffer.from('{"vendorId":1}')],
    ['a vendor that is none', Buffer.from('{"vendorId":70000,"productId":1}')],
  ])('a description that is none is broken: %s', (_what, body) => {
    expect(new RecordDecoder().push(Uint8Array.of(1, 0, body.length, ...body))).toEqual([{ kind: 'broken' }]);
  });

  test('a description comes through as it is', () => {
    expect(new RecordDecoder().push(encodeDescription(description))).toEqual([{ kind: 'description', description }]);
  });
});
