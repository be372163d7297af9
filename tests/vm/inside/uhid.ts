/**
 * Plugs a simulated HID device into the kernel by /dev/uhid: hidraw node, enumeration and unplugging are then the kernel's own.
 * Source: Linux include/uapi/linux/uhid.h; card-readers.md 3.4.
 */
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import type { SimulatedHid } from '../../../drivers/transport/simulated-hid.ts';

/** `enum uhid_event_type`. */
const UHID = { destroy: 1, output: 6, create2: 11, input2: 12 } as const;
/** `sizeof(struct uhid_event)`: the type and the largest member. */
const EVENT_SIZE = 4380;
const BUS_USB = 3;
/** A blocking read would hold one of Node's four threads for ever. */
const LOOK_MS = 10;

export class UhidDevice {
  /** Output reports that reached the device, in hexadecimal. */
  readonly heard: string[] = [];
  readonly #file: number;
  readonly #look: NodeJS.Timeout;
  readonly #end: () => void;
  #gone = false;

  constructor(hid: SimulatedHid) {
    this.#file = openSync('/dev/uhid', constants.O_RDWR | constants.O_NONBLOCK);
    writeSync(this.#file, creation(hid));
    this.#look = setInterval(() => this.#read(), LOOK_MS);
    this.#end = hid.onReport((report) => this.#send(report));
  }

  /** Pulled out. */
  destroy(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#end();
    clearInterval(this.#look);
    const event = Buffer.alloc(4);
    event.writeUInt32LE(UHID.destroy, 0);
    writeSync(this.#file, event);
    closeSync(this.#file);
  }

  #send(report: Uint8Array): void {
    const event = Buffer.alloc(6 + report.length);
    event.writeUInt32LE(UHID.input2, 0);
    event.writeUInt16LE(report.length, 4);
    event.set(report, 6);
    writeSync(this.#file, event);
  }

  #read(): void {
    const event = Buffer.alloc(EVENT_SIZE);
    try {
      while (readSync(this.#file, event) > 0) {
        if (event.readUInt32LE(0) === UHID.output) this.heard.push(event.subarray(4, 4 + event.readUInt16LE(4 + 4096)).toString('hex'));
      }
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
    }
  }
}

/** `struct uhid_create2_req`: name[128] phys[64] uniq[64] rd_size u16 bus u16 vendor u32 product u32 version u32 country u32 rd_data. */
function creation({ description }: SimulatedHid): Buffer {
  const { descriptor = new Uint8Array(0) } = description;
  const event = Buffer.alloc(EVENT_SIZE);
  event.writeUInt32LE(UHID.create2, 0);
  event.write(description.product ?? '', 4, 127);
  event.write(description.serialNumber ?? '', 4 + 128 + 64, 63);
  event.writeUInt16LE(descriptor.length, 260);
  event.writeUInt16LE(BUS_USB, 262);
  event.writeUInt32LE(description.vendorId, 264);
  event.writeUInt32LE(description.productId, 268);
  event.writeUInt32LE(1, 272);
  event.set(descriptor, 280);
  return event;
}
