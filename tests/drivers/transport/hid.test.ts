/** HID lines over a node-hid in memory. The real library on a real kernel: tests/vm. */
import { beforeEach, describe, expect, test } from 'vitest';
import { parseAddress } from '../../../drivers/transport/address.ts';
import { HidTransport } from '../../../drivers/transport/hid.ts';
import { createTransport } from '../../../drivers/transport/open.ts';
import type { TransportError } from '../../../drivers/transport/transport.ts';
import { FakeNodeHid } from './fake-node-hid.ts';

let library: FakeNodeHid;
let loaded: number;

function line(address: string): HidTransport {
  const parsed = parseAddress(address);
  if (parsed.scheme !== 'hid') throw new Error(`${address} is no HID address`);
  const load = async (): Promise<FakeNodeHid> => {
    loaded += 1;
    return library;
  };
  return new HidTransport(address, parsed.selection, load, async (path) => (path === '/dev/hidraw0' ? Uint8Array.of(0x05, 0x8c) : undefined));
}

beforeEach(() => {
  library = new FakeNodeHid();
  library.devices = [{ path: '/dev/hidraw0', product: 'Scanner', serialNumber: 'SN1' }];
  loaded = 0;
});

describe('hid lines', () => {
  test('the library is loaded at the first opening, not before', async () => {
    const transport = line('hid:usage=8c:02');
    expect(loaded).toBe(0);
    await transport.open();
    expect(loaded).toBe(1);
  });

  test('one report is one data call and one write, ids included; who is there is known while it is open', async () => {
    const transport = line('hid:usage=8c:02');
    const reports: number[][] = [];
    transport.onData((report) => reports.push([...report]));
    await transport.open();
    expect(transport.description).toEqual({
      vendorId: 0x1234,
      productId: 0x0b62,
      product: 'Scanner',
      maker: undefined,
      serialNumber: 'SN1',
      descriptor: Uint8Array.of(0x05, 0x8c),
    });
    const [handle] = library.handles;
    handle?.emit('data', Buffer.of(2, 1, 0x41));
    handle?.emit('data', Buffer.of(2, 1, 0x42));
    expect(reports).toEqual([
      [2, 1, 0x41],
      [2, 1, 0x42],
    ]);
    await transport.write(Uint8Array.of(4, 1));
    expect(handle?.written).toEqual(['0401']);
    await transport.close();
    expect(() => transport.description).toThrow(/is not open/);
  });

  test('unplugged: the string the library gives is one loss; the next opening looks for the device anew, at whatever path it is then', async () => {
    const transport = line('hid:usage=8c:02');
    const ends: (TransportError | undefined)[] = [];
    transport.onClose((error) => ends.push(error));
    await transport.open();
    library.unplug();
    library.handles[0]?.emit('error', 'could not read from HID device');
    expect(ends.map((error) => [error?.code, error?.message])).toEqual([
      ['lost', 'hid:usage=8c:02: could not read from HID device: unexpected poll error (device disconnected)'],
    ]);
    expect(library.handles[0]?.closed).toBe(1);
    await expect(transport.write(Uint8Array.of(1))).rejects.toMatchObject({ code: 'closed' });
    await expect(transport.open()).rejects.toMatchObject({ code: 'notFound', message: expect.stringContaining('no HID device at all is plugged in') });
    library.devices = [{ path: '/dev/hidraw7' }];
    await transport.open();
    expect(transport.isOpen).toBe(true);
    library.handles[0]?.emit('error', 'a late word of the old handle');
    expect(transport.isOpen).toBe(true);
    await transport.close();
    expect(ends.map((error) => error?.code)).toEqual(['lost', undefined]);
  });

  test('a device that isn’t there: the ones that are there are named', async () => {
    await expect(line('hid:0c2e:0b61').open()).rejects.toMatchObject({
      code: 'notFound',
      message: 'opening hid:0c2e:0b61: no such HID device is plugged in; there are: 1234:0b62 usage=8c:02 serial=SN1 (Scanner)',
    });
  });

  test('two devices that fit: neither is opened, both are named; serial= tells them apart', async () => {
    library.devices = [
      { path: '/dev/hidraw0', serialNumber: 'SN1' },
      { path: '/dev/hidraw1', serialNumber: 'SN2' },
    ];
    await expect(line('hid:1234:0b62').open()).rejects.toMatchObject({ code: 'badAddress', message: expect.stringMatching(/SN1.*SN2.*add usage= or serial=/) });
    await line('hid:1234:0b62?serial=SN2').open();
    expect(library.handles).toHaveLength(1);
  });

  test('several usages of one device are one device', async () => {
    library.devices = [
      { path: '/dev/hidraw0', usagePage: 0x01, usage: 0x06 },
      { path: '/dev/hidraw0', usagePage: 0x8c, usage: 0x02 },
    ];
    const transport = line('hid:1234:0b62');
    await transport.open();
    expect(transport.isOpen).toBe(true);
  });

  test('no permission: the message holds the udev rule to add', async () => {
    library.refusal = "cannot open device with path /dev/hidraw0: Failed to open a device with path '/dev/hidraw0': Permission denied";
    await expect(line('hid:usage=8c:02').open()).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('add the udev rule KERNEL=="hidraw*", ATTRS{idVendor}=="1234", MODE="0660", GROUP="kiosk"'),
    });
  });

  test('gone between being listed and being opened: not found', async () => {
    library.refusal = 'cannot open device with path /dev/hidraw0: No such file or directory';
    await expect(line('hid:usage=8c:02').open()).rejects.toMatchObject({ code: 'notFound' });
  });

  test('a library that can’t be loaded says what the system lacks', async () => {
    const transport = new HidTransport('hid:usage=8c:02', { usagePage: 0x8c }, () => Promise.reject(new Error('libudev.so.1: cannot open shared object file')));
    await expect(transport.open()).rejects.toMatchObject({ name: 'TransportError', message: expect.stringContaining('libudev') });
  });

  test('closed while it is being opened: the handle that comes late is given back and nothing is open', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    library.gate = promise;
    const transport = line('hid:usage=8c:02');
    const opening = transport.open();
    await expect(transport.open()).rejects.toMatchObject({ code: 'busy' });
    await transport.close();
    resolve();
    await expect(opening).rejects.toMatchObject({ code: 'closed' });
    expect([transport.isOpen, library.handles[0]?.closed]).toEqual([false, 1]);
    await transport.open();
    expect(transport.isOpen).toBe(true);
  });

  test('closed the moment it is open: the library has begun to read before, so that it throws nowhere', async () => {
    const transport = line('hid:usage=8c:02');
    await transport.open().then(() => transport.close());
    await new Promise((resolve) => setImmediate(resolve));
    expect([library.handles[0]?.closed, library.handles[0]?.uncaught]).toEqual([1, []]);
  });

  test('gone the moment it is opened: the opening fails, and no loss is told of what was never open', async () => {
    const transport = line('hid:usage=8c:02');
    const ends: (TransportError | undefined)[] = [];
    transport.onClose((error) => ends.push(error));
    library.goneAtOnce = true;
    await expect(transport.open()).rejects.toMatchObject({ code: 'lost', message: expect.stringContaining('device disconnected') });
    expect([ends, library.handles[0]?.closed]).toEqual([[], 1]);
    library.goneAtOnce = false;
    await transport.open();
    expect(transport.isOpen).toBe(true);
  });

  test('aborted while it is being opened: the same', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    library.gate = promise;
    const transport = line('hid:usage=8c:02');
    const controller = new AbortController();
    const opening = transport.open(controller.signal);
    controller.abort();
    await expect(opening).rejects.toMatchObject({ code: 'aborted' });
    resolve();
    await expect.poll(() => library.handles[0]?.closed).toBe(1);
    expect(transport.isOpen).toBe(false);
  });

  test('a write the device doesn’t take is an error of the line', async () => {
    const transport = line('hid:usage=8c:02');
    await transport.open();
    const refusal = Promise.reject(new Error('Cannot write to hid device'));
    refusal.catch(() => {});
    const [handle] = library.handles;
    if (handle !== undefined) handle.refusal = refusal;
    await expect(transport.write(Uint8Array.of(4, 1))).rejects.toMatchObject({ code: 'lost', message: expect.stringContaining('Cannot write') });
    expect(transport.isOpen).toBe(false);
  });

  test('hid: addresses open as HID lines', () => {
    expect(createTransport('hid:usage=8c:02', { simulation: 'refused' })).toBeInstanceOf(HidTransport);
  });
});
