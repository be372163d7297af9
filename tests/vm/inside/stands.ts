/** Simulated units plugged into the machine's kernel, behind the stands of the conformance suites: HID by uhid, USB-serial by a gadget. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import * as nodeHid from 'node-hid';
import type { Clock } from '../../../common/clock.ts';
import type { SimulatedHidPosScanner } from '../../../drivers/code-scanner/hid-pos/simulator.ts';
import type { SimulatedCodeScanner } from '../../../drivers/code-scanner/simulated-code-scanner.ts';
import type { SimulatedHid } from '../../../drivers/transport/simulated-hid.ts';
import type { SimulatedUnit } from '../../../drivers/transport/simulated-unit.ts';
import { createTransport } from '../../../drivers/transport/open.ts';
import type { Transport } from '../../../drivers/transport/transport.ts';
import type { ScannerStand } from '../../drivers/conformance/code-scanner.ts';
import { until } from './check.ts';
import { UhidDevice } from './uhid.ts';

export const machineClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

/** Where something can be pulled out and plugged in. `plug` resolves when the system knows the device. */
interface Socket {
  plug(): Promise<void>;
  unplug(): Promise<void>;
}

/** A socket of the USB bus with one device that can be pulled out and plugged in. */
export class HidSocket implements Socket {
  readonly #hid: SimulatedHid;
  #device: UhidDevice | undefined;

  constructor(hid: SimulatedHid) {
    this.#hid = hid;
  }

  get device(): UhidDevice {
    if (this.#device === undefined) throw new Error('nothing is plugged in');
    return this.#device;
  }

  async plug(): Promise<void> {
    const before = await this.#listed();
    this.#device = new UhidDevice(this.#hid);
    await until('the kernel lists the device', async () => (await this.#listed()) > before);
  }

  async unplug(): Promise<void> {
    this.#device?.destroy();
    this.#device = undefined;
  }

  async #listed(): Promise<number> {
    const { vendorId, productId } = this.#hid.description;
    return (await nodeHid.devicesAsync(vendorId, productId)).length;
  }
}

export async function hidScannerStand(unit: SimulatedHidPosScanner): Promise<ScannerStand> {
  const socket = new HidSocket(unit.hid);
  await socket.plug();
  return stand(unit, createTransport('hid:usage=8c:02', { simulation: 'refused' }), socket);
}

const GADGET_MODULE = readdirSync('/run/modules').find((name) => name.endsWith('-g_serial.ko')) ?? '';

/** The virtual USB bus and both sides' drivers, all but the gadget, which is what gets plugged in. */
export function startUsbBus(): void {
  for (const name of readdirSync('/run/modules').sort()) if (name !== GADGET_MODULE) busybox('insmod', `/run/modules/${name}`);
}

/** A serial unit on the device's side of a USB-serial line; the terminal's side is /dev/ttyACM0. */
class UsbSerialSocket implements Socket {
  readonly #unit: SimulatedUnit;
  #line: Transport | undefined;
  #end: () => void = () => {};

  constructor(unit: SimulatedUnit) {
    this.#unit = unit;
  }

  async plug(): Promise<void> {
    busybox('insmod', `/run/modules/${GADGET_MODULE}`, 'idVendor=0x10c4', 'idProduct=0xea60', 'iSerialNumber=SN42');
    await until('both ends of the line are there', () => existsSync('/dev/ttyACM0') && existsSync('/dev/ttyGS0'));
    const line = createTransport('serial:/dev/ttyGS0?baudRate=115200', { simulation: 'refused' });
    await line.open();
    line.onData((bytes) => this.#unit.receive(bytes));
    // With nobody at the other end the gadget takes nothing, like a device whose port isn't open.
    this.#end = this.#unit.onSend((bytes) => void line.write(bytes).catch(() => {}));
    this.#line = line;
  }

  async unplug(): Promise<void> {
    this.#end();
    await this.#line?.close();
    this.#line = undefined;
    if (existsSync('/sys/module/g_serial')) busybox('rmmod', 'g_serial');
  }
}

export async function serialScannerStand(unit: SimulatedCodeScanner): Promise<ScannerStand> {
  const socket = new UsbSerialSocket(unit);
  await socket.plug();
  return stand(unit, createTransport('serial:/dev/ttyACM0?baudRate=115200', { simulation: 'refused' }), socket);
}

function stand(unit: SimulatedCodeScanner, transport: Transport, socket: Socket): ScannerStand {
  return {
    transport,
    clock: machineClock,
    unit: {
      call: async (method, ...args) => (await Reflect.apply(unit[method], unit, args)) as never,
      knob: async (name, value) => void Reflect.set(unit.knobs, name, value),
    },
    settled: (promise) => promise,
    until,
    plug: () => socket.plug(),
    unplug: () => socket.unplug(),
    dispose: () => socket.unplug(),
  };
}

function busybox(...args: readonly string[]): void {
  execFileSync('/run/busybox', args, { stdio: ['ignore', 'ignore', 'inherit'] });
}
