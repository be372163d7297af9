/**
 * A HID device by node-hid 3: `hid:VVVV:PPPP`, `hid:usage=8c:02`, `hid:0c2e:0b61?usage=8c:02&serial=SN1`. A line of reports, not of
 * bytes: every data call is one whole report, every write sends one, its id first (0 where the device has none).
 * The library has no hot-plug event: the device is looked for at each opening, and its path is forgotten when it goes, because the next
 * one may have another. Its one sign of a pulled cable is an `error` whose payload is a string. Source: card-readers.md 3.3.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Device, HIDAsync } from 'node-hid';
import type { HidSelection } from './address.ts';
import { LineEvents, transportError } from './line-events.ts';
import { withinLimit } from './time-limit.ts';
import { TransportError, type Transport } from './transport.ts';
import type { Unsubscribe } from '../../common/unsubscribe.ts';

const OPEN_LIMIT_MS = 5_000;
const WRITE_LIMIT_MS = 5_000;
/** The library waits for its reading thread, which looks up every 50 ms; more than this it doesn't get. */
const CLOSE_LIMIT_MS = 2_000;

/** Who is plugged in. */
export interface HidDescription {
  readonly vendorId: number;
  readonly productId: number;
  readonly product: string | undefined;
  readonly maker: string | undefined;
  readonly serialNumber: string | undefined;
  /** The report descriptor, where the system shows it. */
  readonly descriptor: Uint8Array | undefined;
}

type Handle = Pick<HIDAsync, 'write' | 'close'> & {
  on(event: 'data', listener: (report: Buffer) => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
};

/** The part of node-hid that is used: only its asynchronous side, the other one blocks the process. */
export interface HidLibrary {
  devicesAsync(): Promise<Device[]>;
  readonly HIDAsync: { open(path: string): Promise<Handle> };
}

/** Where the system keeps what a device says of its reports. */
export type ReadDescriptor = (path: string) => Promise<Uint8Array | undefined>;

interface Opened {
  readonly handle: Handle;
  readonly description: HidDescription;
}

export class HidTransport implements Transport {
  readonly address: string;
  readonly #selection: HidSelection;
  readonly #load: () => Promise<HidLibrary>;
  readonly #readDescriptor: ReadDescriptor;
  readonly #events = new LineEvents();
  #opened: Opened | undefined;
  /** Counts openings, so that one that was given up can't come in later. */
  #attempt = 0;
  #opening = false;

  constructor(address: string, selection: HidSelection, load = loadNodeHid, readDescriptor = readLinuxDescriptor) {
    this.address = address;
    this.#selection = selection;
    this.#load = load;
    this.#readDescriptor = readDescriptor;
  }

  get isOpen(): boolean {
    return this.#events.isOpen;
  }

  /** The device that is open. @throws {TransportError} `closed` */
  get description(): HidDescription {
    if (this.#opened === undefined) throw this.#closedError();
    return this.#opened.description;
  }

  async open(signal?: AbortSignal): Promise<void> {
    if (this.isOpen) return;
    if (this.#opening) throw new TransportError('busy', this.address, `${this.address} is being opened already`);
    const attempt = ++this.#attempt;
    await withinLimit<void>(
      { ms: OPEN_LIMIT_MS, address: this.address, doing: 'opening', signal },
      (resolve, reject) => {
        this.#opening = true;
        this.#find(attempt).then(resolve, (error: unknown) => {
          if (this.#attempt === attempt) this.#opening = false;
          reject(error instanceof TransportError ? error : transportError(this.address, 'opening', error, 'notFound'));
        });
      },
      () => this.#giveUp(),
    );
  }

  /** @param report its id first; 0 where the device has none */
  async write(report: Uint8Array, signal?: AbortSignal): Promise<void> {
    const opened = this.#opened;
    if (!this.isOpen || opened === undefined) throw this.#closedError();
    await withinLimit<void>(
      { ms: WRITE_LIMIT_MS, address: this.address, doing: 'writing to', signal },
      (resolve, reject) => {
        opened.handle.write(Buffer.from(report)).then(
          () => resolve(),
          (error: unknown) => {
            this.#lose(opened.handle, error);
            reject(transportError(this.address, 'writing to', error, 'lost'));
          },
        );
      },
      (error) => {
        if (error.code === 'timeout') this.#lose(opened.handle, error);
      },
    );
  }

  onData(listener: (report: Uint8Array) => void): Unsubscribe {
    return this.#events.data.add(listener);
  }

  onClose(listener: (error: TransportError | undefined) => void): Unsubscribe {
    return this.#events.closed.add(listener);
  }

  async close(): Promise<void> {
    const handle = this.#opened?.handle;
    this.#giveUp();
    this.#events.ended(undefined);
    if (handle !== undefined) await giveBack(handle);
  }

  async #find(attempt: number): Promise<void> {
    const library = await this.#load();
    const device = choose(this.address, this.#selection, await library.devicesAsync());
    const descriptor = await this.#readDescriptor(device.path);
    const handle = await library.HIDAsync.open(device.path).catch((error: unknown) => {
      throw openingError(this.address, device, error);
    });
    const started = await this.#startReading(handle);
    if (this.#attempt !== attempt || started.error !== undefined) {
      void giveBack(handle);
      throw started.error ?? new TransportError('closed', this.address, `${this.address} was closed while it was being opened`);
    }
    this.#opening = false;
    this.#opened = { handle, description: describe(device, descriptor) };
    this.#events.opened();
  }

  /**
   * The library begins to read a tick after somebody listens, and throws outside of everybody's reach when the device was closed in
   * between: that tick is waited for, so that whoever closes closes a device that is read.
   */
  async #startReading(handle: Handle): Promise<{ readonly error: TransportError | undefined }> {
    let error: TransportError | undefined;
    handle.on('error', (cause: unknown) => {
      error ??= this.#lostError(cause);
      this.#lose(handle, cause);
    });
    handle.on('data', (report: Buffer) => {
      if (this.#opened?.handle === handle) this.#events.data.emit(Uint8Array.from(report));
    });
    await new Promise((resolve) => setImmediate(resolve));
    return { error };
  }

  #lose(handle: Handle, cause: unknown): void {
    if (this.#opened?.handle !== handle) return;
    this.#opened = undefined;
    void giveBack(handle);
    this.#events.ended(this.#lostError(cause));
  }

  /** The library's word for it is a string, not an Error. */
  #lostError(cause: unknown): TransportError {
    return new TransportError('lost', this.address, `${this.address}: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }

  #giveUp(): void {
    this.#attempt += 1;
    this.#opening = false;
    this.#opened = undefined;
  }

  #closedError(): TransportError {
    return new TransportError('closed', this.address, `${this.address} is not open`);
  }
}

type Found = Device & { readonly path: string };

/** The one device that is meant. Each of its usages is a line of the list. */
function choose(address: string, wanted: HidSelection, list: readonly Device[]): Found {
  const matching = list.filter((device) => matches(wanted, device)).filter((device): device is Found => device.path !== undefined && device.path !== '');
  const [first] = matching;
  if (first === undefined) {
    const present = list.length === 0 ? 'no HID device at all is plugged in' : `there are: ${listed(list)}`;
    throw new TransportError('notFound', address, `opening ${address}: no such HID device is plugged in; ${present}`);
  }
  if (matching.some(({ path }) => path !== first.path)) {
    throw new TransportError('badAddress', address, `opening ${address}: more than one device fits: ${listed(matching)}; add usage= or serial= to the address`);
  }
  return first;
}

function matches({ vendorId, productId, usagePage, usage, serialNumber }: HidSelection, device: Device): boolean {
  const same = (wanted: number | string | undefined, found: number | string | undefined): boolean => wanted === undefined || wanted === found;
  return (
    same(vendorId, device.vendorId) &&
    same(productId, device.productId) &&
    same(usagePage, device.usagePage) &&
    same(usage, device.usage) &&
    same(serialNumber, device.serialNumber)
  );
}

function listed(devices: readonly Device[]): string {
  return devices.map(named).join(', ');
}

function named({ vendorId, productId, usagePage, usage, product, serialNumber }: Device): string {
  const usageText = usagePage === undefined || usage === undefined ? '' : ` usage=${hex(usagePage, 2)}:${hex(usage, 2)}`;
  const serialText = serialNumber === undefined || serialNumber === '' ? '' : ` serial=${serialNumber}`;
  return `${hex(vendorId, 4)}:${hex(productId, 4)}${usageText}${serialText}${product === undefined || product === '' ? '' : ` (${product})`}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

function describe(device: Found, descriptor: Uint8Array | undefined): HidDescription {
  const text = (value: string | undefined): string | undefined => (value === undefined || value.trim() === '' ? undefined : value.trim());
  return {
    vendorId: device.vendorId,
    productId: device.productId,
    product: text(device.product),
    maker: text(device.manufacturer),
    serialNumber: text(device.serialNumber),
    descriptor,
  };
}

function openingError(address: string, device: Found, cause: unknown): TransportError {
  const error = transportError(address, 'opening', cause, 'notFound');
  if (error.code !== 'refused') return error;
  const rule = `KERNEL=="hidraw*", ATTRS{idVendor}=="${hex(device.vendorId, 4)}", MODE="0660", GROUP="kiosk"`;
  return new TransportError(
    'refused',
    address,
    `opening ${address}: no permission for ${device.path} (${named(device)}); add the udev rule ${rule} (resources/udev/70-kiosk.rules has it for all), put the terminal's user into that group and plug the device in again`,
    cause,
  );
}

async function giveBack(handle: Handle): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, CLOSE_LIMIT_MS);
  // An error of closing says that the device is gone already, which is what was wanted.
  await Promise.race([handle.close().catch(() => {}), late]);
  clearTimeout(timer);
}

/** Loaded at the first opening: a terminal without HID devices never touches the native library. */
async function loadNodeHid(): Promise<HidLibrary> {
  try {
    return await import('node-hid');
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`the HID library can't be loaded (Linux needs libudev1 and libusb-1.0-0): ${message}`, { cause });
  }
}

/** Linux shows a device's report descriptor; elsewhere the library keeps it to itself. */
async function readLinuxDescriptor(path: string): Promise<Uint8Array | undefined> {
  if (!path.startsWith('/dev/hidraw')) return undefined;
  try {
    return Uint8Array.from(await readFile(`/sys/class/hidraw/${basename(path)}/device/report_descriptor`));
  } catch {
    return undefined; // unplugged just now, or a system without it: the opening tells, or the device's own table serves
  }
}
