/**
 * The line to a USB printer node. No machine of ours has one, so a pseudo-terminal stands for the node where bytes must really travel, and
 * calls made up here stand for what only a real node answers (one-way, full, unplugged).
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTransport } from '../../../drivers/transport/open.ts';
import { serveUnit, type ServedUnit } from '../../../drivers/transport/serve-unit.ts';
import type { TransportError } from '../../../drivers/transport/transport.ts';
import { UsbPrinterTransport, type NodeCalls } from '../../../drivers/transport/usb-printer.ts';
import { noPseudoTerminal } from '../conformance/stand.ts';
import { nextBytes, TestUnit } from './carriers.ts';
import { startPseudoTerminal, type PseudoTerminal } from './pseudo-terminal.ts';

const missing = noPseudoTerminal();

describe('a pseudo-terminal in the place of a printer node', () => {
  let folder: string;
  let unit: TestUnit;
  let served: ServedUnit;
  let port: PseudoTerminal;

  beforeEach(async (context) => {
    context.skip(missing !== undefined, `not run: ${missing}`);
    folder = await mkdtemp(join(tmpdir(), 'node-'));
    unit = new TestUnit();
    served = await serveUnit(unit, { path: join(folder, 'unit.sock') });
    port = await startPseudoTerminal(join(folder, 'lp0'), join(folder, 'unit.sock'));
  });
  afterEach(async () => {
    if (missing !== undefined) return;
    await port.stop();
    await served.close();
    await rm(folder, { recursive: true });
  });

  test('carries every kind of byte both ways', async () => {
    const line = createTransport(`usblp:${port.path}`, { simulation: 'refused' });
    await line.open();
    await line.write(Uint8Array.of(0x00, 0x0a, 0x0d, 0x11, 0x13, 0x7f, 0xff));
    expect(await unit.heard(7)).toEqual([0x00, 0x0a, 0x0d, 0x11, 0x13, 0x7f, 0xff]);
    const answer = nextBytes(line, 4);
    unit.say(0x03, 0x04, 0x0d, 0x80);
    expect(await answer).toEqual([0x03, 0x04, 0x0d, 0x80]);
    await line.close();
  });

  test('writes of many kilobytes arrive whole and in order, also when the other side takes its time', async () => {
    const line = createTransport(`usblp:${port.path}`, { simulation: 'refused' });
    await line.open();
    const bytes = Uint8Array.from({ length: 40_000 }, (_, index) => index % 251);
    await Promise.all([line.write(bytes.subarray(0, 20_000)), line.write(bytes.subarray(20_000))]);
    expect(await unit.heard(40_000)).toEqual([...bytes]);
    await line.close();
  });

  test('unplugged: told once as lost, writing says closed, opening says what to check, and it opens again', async () => {
    const line = createTransport(`usblp:${port.path}`, { simulation: 'refused' });
    const ends: (TransportError | undefined)[] = [];
    await line.open();
    const lost = new Promise((resolve) => line.onClose(resolve));
    line.onClose((error) => ends.push(error));
    await port.stop();
    await lost;
    expect(ends.map((error) => error?.code)).toEqual(['lost']);
    await expect(line.write(Uint8Array.of(1))).rejects.toMatchObject({ code: 'closed' });
    await expect(line.open()).rejects.toMatchObject({ code: 'notFound', message: expect.stringContaining('usblp is loaded') });
    port = await startPseudoTerminal(join(folder, 'lp0'), join(folder, 'unit.sock'));
    await line.open();
    await line.write(Uint8Array.of(9));
    expect(await unit.heard(1)).toEqual([9]);
    await line.close();
    expect(ends.map((error) => error?.code)).toEqual(['lost', undefined]);
  });
});

/** A node that answers as told; whatever isn't told succeeds and says nothing. */
class Node implements NodeCalls {
  readonly written: number[] = [];
  opens = 0;
  closes = 0;
  failOpen: string | undefined;
  failRead: string | undefined = 'EAGAIN';
  failWrite: string | undefined;
  isThere = true;
  takes = Number.POSITIVE_INFINITY;

  async open(): Promise<number> {
    this.opens += 1;
    return this.#fail(this.failOpen) ?? 7;
  }

  async read(): Promise<number> {
    return this.#fail(this.failRead) ?? 0;
  }

  async write(_node: number, bytes: Uint8Array): Promise<number> {
    this.#fail(this.failWrite);
    const some = bytes.subarray(0, this.takes);
    this.written.push(...some);
    return some.length;
  }

  async close(): Promise<void> {
    this.closes += 1;
  }

  async exists(): Promise<boolean> {
    return this.isThere;
  }

  #fail(code: string | undefined): undefined {
    if (code !== undefined) throw Object.assign(new Error(`${code}: made up`), { code });
    return undefined;
  }
}

describe('what only a real node answers, made up', () => {
  let node: Node;
  let line: UsbPrinterTransport;
  let ends: (TransportError | undefined)[];

  beforeEach(() => {
    node = new Node();
    line = new UsbPrinterTransport('usblp:/dev/usb/lp0', '/dev/usb/lp0', node);
    ends = [];
    line.onClose((error) => ends.push(error));
  });
  afterEach(() => line.close());

  test.each([
    ['EACCES', 'refused', /group lp/],
    ['ENOENT', 'notFound', /power and cable.*usblp/],
    ['ENODEV', 'notFound', /power and cable/],
    ['EBUSY', 'busy', /spooler/],
  ])('opening says %s: %s, and what to do', async (code, expected, hint) => {
    node.failOpen = code;
    await expect(line.open()).rejects.toMatchObject({ code: expected, message: expect.stringMatching(hint) });
    expect(line.isOpen).toBe(false);
  });

  test('a node without a way back stays open and is written to', async () => {
    node.failRead = 'EINVAL';
    await line.open();
    await line.write(Uint8Array.of(1, 2, 3));
    expect(node.written).toEqual([1, 2, 3]);
    expect(ends).toEqual([]);
  });

  test('a node that takes little at a time is written to until all is out', async () => {
    node.takes = 2;
    await line.open();
    await line.write(Uint8Array.of(1, 2, 3, 4, 5));
    expect(node.written).toEqual([1, 2, 3, 4, 5]);
  });

  test('a node that takes nothing: one error within the limit, and the line is dropped', { timeout: 10_000 }, async () => {
    node.failWrite = 'EAGAIN';
    await line.open();
    await expect(line.write(Uint8Array.of(1))).rejects.toMatchObject({ code: 'timeout', message: expect.stringContaining('longer than 5000 ms') });
    expect(ends.map((error) => error?.code)).toEqual(['lost']);
    await expect(line.write(Uint8Array.of(1))).rejects.toMatchObject({ code: 'closed' });
  });

  test.each(['ENODEV', 'EIO'])('pulled out while idle (%s): lost once, and the node is given back', async (code) => {
    await line.open();
    const lost = new Promise((resolve) => line.onClose(resolve));
    node.failRead = code;
    await lost;
    await line.close();
    expect(ends.map((error) => error?.code)).toEqual(['lost']);
    expect(node.closes).toBe(1);
  });

  test('a one-way node that vanishes is lost, though nothing was read or written', async () => {
    node.failRead = 'EINVAL';
    await line.open();
    const lost = new Promise((resolve) => line.onClose(resolve));
    node.isThere = false;
    await lost;
    expect(ends.map((error) => error?.message)).toEqual([expect.stringContaining('its node vanished')]);
  });

  test('pulled out while it is written to: the write fails, the loss is told once', async () => {
    node.failRead = 'EINVAL';
    await line.open();
    node.failWrite = 'ENODEV';
    await expect(line.write(Uint8Array.of(1))).rejects.toMatchObject({ code: 'lost', message: expect.stringContaining('the printer is gone') });
    expect(ends.map((error) => error?.code)).toEqual(['lost']);
  });

  test('closed while it is being opened: nothing stays open', async () => {
    const opening = line.open();
    await line.close();
    await expect(opening).rejects.toMatchObject({ code: 'closed' });
    expect(line.isOpen).toBe(false);
    expect(node.closes).toBe(1);
  });

  test('a second opening while the first is under way is busy', async () => {
    const opening = line.open();
    await expect(line.open()).rejects.toMatchObject({ code: 'busy' });
    await opening;
  });
});

test('a file without the right is refused with the group that has it', async (context) => {
  context.skip(process.getuid?.() === 0, 'not run: the superuser may open every file');
  const folder = await mkdtemp(join(tmpdir(), 'node-'));
  await writeFile(join(folder, 'lp0'), '', { mode: 0o000 });
  const line = createTransport(`usblp:${join(folder, 'lp0')}`, { simulation: 'refused' });
  await expect(line.open()).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining('group lp') });
  await rm(folder, { recursive: true });
});
