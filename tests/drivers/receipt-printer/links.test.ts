/** A printer at the end of real lines that go wrong: a network printer that stops reading, and a USB node without a way back. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { receiptPrinterModels } from '../../../drivers/receipt-printer/models.ts';
import { readSlip } from '../../../drivers/receipt-printer/paper.ts';
import { EscposSimulator } from '../../../drivers/receipt-printer/escpos/simulator.ts';
import { createTransport } from '../../../drivers/transport/open.ts';
import { serveUnit } from '../../../drivers/transport/serve-unit.ts';
import { machineClock } from '../../support/machine-clock.ts';
import { noPseudoTerminal } from '../conformance/stand.ts';
import { startPseudoTerminal } from '../transport/pseudo-terminal.ts';

/** A unit whose paper is quick. */
function quickUnit(): EscposSimulator {
  return new EscposSimulator(machineClock, { mmPerSecond: 2_000 });
}

describe('a network printer', () => {
  /** Serves the unit until `stalls`, then neither reads nor answers, as a printer whose network card still lives. */
  async function stallingPrinter(unit: EscposSimulator, stallsAfter: number): Promise<{ port: number; close: () => Promise<void> }> {
    let client: Socket | undefined;
    let heard = 0;
    const server = createServer((socket) => {
      client = socket;
      unit.onSend((bytes) => void socket.write(bytes));
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        heard += bytes.length;
        if (heard > stallsAfter) {
          socket.pause();
          return;
        }
        unit.receive(Uint8Array.from(bytes));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return {
      port: (server.address() as AddressInfo).port,
      close: async () => {
        client?.destroy();
        server.close();
        await once(server, 'close');
      },
    };
  }

  test('prints over TCP', async () => {
    const unit = quickUnit();
    const served = await stallingPrinter(unit, Number.POSITIVE_INFINITY);
    const transport = createTransport(`tcp:127.0.0.1:${served.port}`, { simulation: 'refused' });
    const printer = receiptPrinterModels['escpos-generic-80'].create({}, { transport, clock: machineClock });
    await printer.connect();
    expect((await printer.print({ jobId: 'job-1', markup: '|校园卡' })).outcome.state).toBe('printed');
    expect(unit.slips.map(readSlip)).toEqual([['校园卡']]);
    await printer.close();
    await served.close();
  });

  test('stops reading in the middle of a job: bounded, interrupted, offline once, and the line is given up', async () => {
    const served = await stallingPrinter(quickUnit(), 600);
    const transport = createTransport(`tcp:127.0.0.1:${served.port}`, { simulation: 'refused' });
    const printer = receiptPrinterModels['escpos-generic-80'].create({}, { transport, clock: machineClock });
    const told: string[] = [];
    printer.onStatus(({ device }) => told.push(device));
    await printer.connect();
    const startedAt = performance.now();
    const markup = Array.from({ length: 200 }, (_, index) => `第 ${index + 1} 行 | 50.00 元`).join('\n');
    const { outcome } = await printer.print({ jobId: 'job-1', markup });
    expect(outcome).toEqual({ state: 'interrupted', trouble: 'offline' });
    expect(performance.now() - startedAt).toBeLessThan(8_000);
    expect(told.filter((device) => device === 'offline')).toHaveLength(1);
    expect(transport.isOpen).toBe(false);
    await served.close();
  });

  test('a socket that takes no more bytes: the write fails within its limit and says where and for how long', { timeout: 20_000 }, async () => {
    const server = createServer((socket) => socket.on('error', () => undefined).pause());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const line = createTransport(`tcp:127.0.0.1:${(server.address() as AddressInfo).port}`, { simulation: 'refused' });
    await line.open();
    const writing = Promise.all(Array.from({ length: 64 }, () => line.write(new Uint8Array(1024 * 1024))));
    await expect(writing).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringMatching(/writing to tcp:127\.0\.0\.1:\d+ took longer than 5000 ms/),
    });
    expect(line.isOpen).toBe(false);
    server.close();
  });

  test('nobody listens at the address: one message that names it', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const transport = createTransport(`tcp:127.0.0.1:${port}`, { simulation: 'refused' });
    const printer = receiptPrinterModels['escpos-generic-80'].create({}, { transport, clock: machineClock });
    await expect(printer.connect()).rejects.toMatchObject({ code: 'offline', message: expect.stringContaining(`tcp:127.0.0.1:${port}`) });
  });

  test('another protocol answers at the address: what came back is shown', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', () => socket.write(Buffer.of(0x80, 0x81, 0x9f)));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const transport = createTransport(`tcp:127.0.0.1:${(server.address() as AddressInfo).port}`, { simulation: 'refused' });
    const printer = receiptPrinterModels['escpos-generic-80'].create({}, { transport, clock: machineClock });
    await expect(printer.connect()).rejects.toThrow(/what came back is no status: (?:80819F)+/);
    server.close();
  });
});

test('a printer behind a node, a pseudo-terminal in its place: prints, and pulled out it is offline once and rests', async (context) => {
  const missing = noPseudoTerminal();
  context.skip(missing !== undefined, `not run: ${missing}`);
  const folder = await mkdtemp(join(tmpdir(), 'node-'));
  const unit = quickUnit();
  const served = await serveUnit(unit, { path: join(folder, 'unit.sock') });
  const port = await startPseudoTerminal(join(folder, 'lp0'), join(folder, 'unit.sock'));
  const transport = createTransport(`usblp:${port.path}`, { simulation: 'refused' });
  const printer = receiptPrinterModels['escpos-generic-80'].create({}, { transport, clock: machineClock });
  await printer.connect();
  expect((await printer.print({ jobId: 'job-1', markup: '|校园卡' })).outcome).toEqual({ state: 'printed', confirmedBy: 'queueAnswer' });

  const offline = new Promise((resolve) => printer.onStatus(({ device }) => device === 'offline' && resolve(device)));
  await port.stop();
  await offline;
  expect((await printer.print({ jobId: 'job-2', markup: '|校园卡' })).outcome).toEqual({ state: 'failedBefore', trouble: 'offline' });
  await expect(printer.connect()).rejects.toMatchObject({ code: 'offline', message: expect.stringContaining('usblp is loaded') });
  await served.close();
  await rm(folder, { recursive: true });
});
