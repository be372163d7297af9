/** node-hid as it was seen to behave (card-readers.md 3.3), in memory: devices that come and go, a string for an error on unplugging. */
import { EventEmitter } from 'node:events';
import type { Device } from 'node-hid';
import type { HidLibrary } from '../../../drivers/transport/hid.ts';

const DISCONNECTED = 'could not read from HID device: unexpected poll error (device disconnected)';

type Listed = Partial<Device> & { readonly path: string };

export class FakeHandle extends EventEmitter {
  readonly written: string[] = [];
  closed = 0;
  /** What writing ends with, where it doesn't succeed. */
  refusal: Promise<never> | undefined;
  /** Reading begins a tick after somebody listens, and fails for nobody to catch when the device was closed in between. */
  readonly uncaught: string[] = [];

  constructor() {
    super();
    this.on('newListener', (event) => {
      if (event === 'data') process.nextTick(() => this.closed > 0 && this.uncaught.push('device has been closed'));
    });
  }

  async write(report: number[] | Buffer): Promise<number> {
    await this.refusal;
    this.written.push(Buffer.from(report).toString('hex'));
    return report.length;
  }

  async close(): Promise<void> {
    this.closed += 1;
  }
}

export class FakeNodeHid implements HidLibrary {
  readonly handles: FakeHandle[] = [];
  devices: Listed[] = [];
  /** What opening ends with, where it doesn't succeed. */
  refusal: string | undefined;
  /** The device is pulled out right after it was opened. */
  goneAtOnce = false;
  /** Opening waits for this. */
  gate: Promise<void> = Promise.resolve();

  readonly HIDAsync = {
    open: async (path: string): Promise<FakeHandle> => {
      await this.gate;
      if (this.refusal !== undefined) throw new Error(this.refusal);
      if (!this.devices.some((device) => device.path === path)) throw new Error(`cannot open device with path ${path}: No such file or directory`);
      const handle = new FakeHandle();
      this.handles.push(handle);
      if (this.goneAtOnce) setImmediate(() => handle.emit('error', DISCONNECTED));
      return handle;
    },
  };

  async devicesAsync(): Promise<Device[]> {
    return this.devices.map((device) => ({ vendorId: 0x1234, productId: 0x0b62, release: 1, interface: -1, usagePage: 0x8c, usage: 2, ...device }));
  }

  /** The device of the last opening is pulled out. */
  unplug(): void {
    this.devices = [];
    this.handles.at(-1)?.emit('error', DISCONNECTED);
  }
}
