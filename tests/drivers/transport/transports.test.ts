/** What every line owes its device, proved on each real carrier. Waits for events; the only time here is the machine's own. */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTransport } from '../../../drivers/transport/open.ts';
import { serveUnit } from '../../../drivers/transport/serve-unit.ts';
import { SimulatedLines } from '../../../drivers/transport/simulated.ts';
import type { TransportError } from '../../../drivers/transport/transport.ts';
import { carriers, nextBytes, TestUnit, type Carried } from './carriers.ts';

describe.each(Object.entries(carriers))('%s', (_name, carry) => {
  let carried: Carried;
  let ends: (TransportError | undefined)[];

  beforeEach(async () => {
    carried = await carry();
    ends = [];
    carried.transport.onClose((error) => ends.push(error));
  });

  afterEach(async () => {
    await carried.transport.close();
    await carried.dispose();
  });

  /** A round trip proves that the line carries both ways and that everything said before has arrived. */
  async function roundTrip(): Promise<void> {
    const heardBefore = (await carried.unit.heard(0)).length;
    await carried.transport.write(Uint8Array.of(0x00, 0x0a, 0x0d, 0x11, 0x13, 0x7f, 0xff));
    expect((await carried.unit.heard(heardBefore + 7)).slice(heardBefore)).toEqual([0x00, 0x0a, 0x0d, 0x11, 0x13, 0x7f, 0xff]);
    const answer = nextBytes(carried.transport, 4);
    carried.unit.say(0x03, 0x04, 0x0d, 0x80);
    expect(await answer).toEqual([0x03, 0x04, 0x0d, 0x80]);
  }

  test('carries every kind of byte both ways, control characters included', async () => {
    await carried.transport.open();
    expect(carried.transport.isOpen).toBe(true);
    await roundTrip();
  });

  test('a second open of an open line changes nothing', async () => {
    await carried.transport.open();
    await carried.transport.open();
    await roundTrip();
  });

  test('the cable is pulled: one loss is told, writing says closed, the line opens again once it is back', async () => {
    await carried.transport.open();
    await roundTrip();
    const lost = new Promise((resolve) => {
      carried.transport.onClose(resolve);
    });
    await carried.unplug();
    await lost;
    expect(carried.transport.isOpen).toBe(false);
    expect(ends.map((error) => error?.code)).toEqual(['lost']);
    await expect(carried.transport.write(Uint8Array.of(1))).rejects.toMatchObject({ name: 'TransportError', code: 'closed' });
    await expect(carried.transport.open()).rejects.toMatchObject({ code: carried.missing });

    await carried.plug();
    await carried.transport.open();
    await roundTrip();
    await carried.transport.close();
    expect(ends.map((error) => error?.code)).toEqual(['lost', undefined]);
  });

  test('the cable is pulled while it is written to: the loss is told before a write fails', async () => {
    await carried.transport.open();
    const unplugging = carried.unplug();
    const openAtFailure: boolean[] = [];
    const write = (): Promise<boolean> =>
      carried.transport.write(Uint8Array.of(0x55)).then(
        () => true,
        () => (openAtFailure.push(carried.transport.isOpen), false),
      );
    while (await write());
    expect(openAtFailure).toEqual([false]);
    expect(ends.map((error) => error?.code)).toEqual(['lost']);
    await unplugging;
  });

  test('closed by its owner: told once, without an error, however often it is closed', async () => {
    await carried.transport.open();
    await Promise.all([carried.transport.close(), carried.transport.close()]);
    await carried.transport.close();
    expect(ends).toEqual([undefined]);
    expect(carried.transport.isOpen).toBe(false);
  });

  test('an opening aborted before it began leaves the line closed and usable', async () => {
    await expect(carried.transport.open(AbortSignal.abort('no'))).rejects.toMatchObject({ code: 'aborted', address: carried.transport.address });
    expect(carried.transport.isOpen).toBe(false);
    await carried.transport.open();
    await roundTrip();
    expect(ends).toEqual([]);
  });

  test('a write aborted before it began puts nothing on the line', async () => {
    await carried.transport.open();
    await expect(carried.transport.write(Uint8Array.of(9, 9, 9), AbortSignal.abort('no'))).rejects.toMatchObject({ code: 'aborted' });
    await roundTrip();
    expect(await carried.unit.heard(7)).toHaveLength(7);
  });

  test('a listener that unsubscribed hears nothing more', async () => {
    await carried.transport.open();
    const heard: Uint8Array[] = [];
    carried.transport.onData((bytes) => heard.push(bytes))();
    await roundTrip();
    expect(heard).toEqual([]);
  });
});

describe('serial lines', () => {
  const carry = carriers['pseudo-terminal (serial:path)'];
  if (carry === undefined) throw new Error('the pseudo-terminal carrier is gone');

  test('a port that another program holds is busy', async () => {
    const carried = await carry();
    const second = createTransport(carried.transport.address, { simulation: 'refused' });
    await carried.transport.open();
    await expect(second.open()).rejects.toMatchObject({ code: 'busy' });
    await carried.transport.close();
    await second.open();
    await second.close();
    await carried.dispose();
  });

  test('the speed of an open line can be changed, of a closed one not', async () => {
    const carried = await carry();
    await expect(carried.transport.setBaudRate?.(9600)).rejects.toMatchObject({ code: 'closed' });
    await carried.transport.open();
    await carried.transport.setBaudRate?.(115200);
    const answer = nextBytes(carried.transport, 1);
    carried.unit.say(0x06);
    expect(await answer).toEqual([0x06]);
    await carried.transport.close();
    await carried.dispose();
  });

  test('an unplugged port is noticed while a write is under way', async () => {
    const carried = await carry();
    await carried.transport.open();
    const lost = new Promise<TransportError | undefined>((resolve) => {
      carried.transport.onClose(resolve);
    });
    const written = carried.transport.write(new Uint8Array(4096)).then(
      () => 'taken',
      () => 'failed',
    );
    await carried.unplug();
    expect((await lost)?.code).toBe('lost');
    expect(['taken', 'failed']).toContain(await written);
    await carried.dispose();
  });
});

describe('socket lines', () => {
  test('nobody listens on the port: refused', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const transport = createTransport(`tcp:127.0.0.1:${port}`, { simulation: 'refused' });
    await expect(transport.open()).rejects.toMatchObject({ code: 'refused', address: `tcp:127.0.0.1:${port}` });
  });

  test('a peer that takes no bytes: the write ends within its limit and the line counts as lost', { timeout: 15_000 }, async () => {
    const held: Socket[] = [];
    const server = createServer((socket) => void held.push(socket.pause()));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const transport = createTransport(`tcp:127.0.0.1:${port}`, { simulation: 'refused' });
    await transport.open();
    const ends: (string | undefined)[] = [];
    transport.onClose((error) => ends.push(error?.code));
    await expect(transport.write(new Uint8Array(64 * 1024 * 1024))).rejects.toMatchObject({ code: 'timeout' });
    expect(ends).toEqual(['lost']);
    expect(transport.isOpen).toBe(false);
    for (const socket of held) socket.destroy();
    server.close();
    await once(server, 'close');
  });

  test('closed while it is being opened: the opening is told so and no loss is reported', async () => {
    const served = await serveUnit(new TestUnit(), { host: '127.0.0.1', port: 0 });
    const transport = createTransport(served.address, { simulation: 'refused' });
    const opening = transport.open();
    await expect(transport.open()).rejects.toMatchObject({ code: 'busy' });
    await transport.close();
    await expect(opening).rejects.toMatchObject({ code: 'closed' });
    await transport.open();
    await transport.close();
    await served.close();
  });

  test('a unit serves one client at a time; the next is let in when the first has left', async () => {
    const unit = new TestUnit();
    const served = await serveUnit(unit, { host: '127.0.0.1', port: 0 });
    const first = createTransport(served.address, { simulation: 'refused' });
    const second = createTransport(served.address, { simulation: 'refused' });
    await first.open();
    await first.write(Uint8Array.of(1));
    await unit.heard(1);
    const turnedAway = new Promise((resolve) => {
      second.onClose(resolve);
    });
    await second.open();
    await turnedAway;
    const stillHeard = nextBytes(first, 1);
    unit.say(0x06);
    expect(await stillHeard).toEqual([0x06]);
    await first.close();
    await served.close();
  });
});

describe('simulators in this process', () => {
  test('a name that nobody wired is not found; a wired one is held by one transport at a time', async () => {
    const lines = new SimulatedLines();
    lines.add('reader', new TestUnit());
    await expect(createTransport('sim:printer', { simulation: lines }).open()).rejects.toMatchObject({ code: 'notFound' });
    const first = createTransport('sim:reader', { simulation: lines });
    const second = createTransport('sim:reader', { simulation: lines });
    await first.open();
    await expect(second.open()).rejects.toMatchObject({ code: 'busy' });
    await first.close();
    await second.open();
    expect(() => lines.add('reader', new TestUnit())).toThrow(RangeError);
    expect(() => lines.unplug('printer')).toThrow(/no simulator is wired to sim:printer; there are: reader/);
  });

  test('a packaged terminal refuses every simulated address', () => {
    for (const address of ['sim:reader', 'sim:/run/reader.sock']) {
      expect(() => createTransport(address, { simulation: 'refused' })).toThrow(expect.objectContaining({ code: 'badAddress', address }));
    }
  });
});
