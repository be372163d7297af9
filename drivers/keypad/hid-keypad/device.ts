/**
 * A HID keypad as a Keypad: any device whose controls the configuration maps to keys. It only listens.
 * A keypad that is a keyboard to the system types into the focused window as well; the machine must be told to leave it to us (Linux:
 * udev `ENV{ID_INPUT}="", ENV{LIBINPUT_IGNORE_DEVICE}="1"` for the device). Windows and macOS don't let a program open a keyboard.
 * Source: kiosk-ux.md 6, card-readers.md 3.3.
 */
import type { Clock } from '../../../common/clock.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import { ConnectAttempts } from '../../connect-attempts.ts';
import { DeviceError, type DeviceIdentity, type FrameTrace } from '../../device.ts';
import { Listeners } from '../../listeners.ts';
import type { HidDescription } from '../../transport/hid.ts';
import { hidLine, type HidLine } from '../../transport/hid-line.ts';
import type { Transport } from '../../transport/transport.ts';
import type { Keypad, KeypadEvent, KeypadKey, KeypadStatus } from '../keypad.ts';
import { KeypadReader } from './codec.ts';
import type { HidKeysOptions } from './options.ts';
import { Presses } from './presses.ts';

export const hidKeysDelays = {
  /** The class's limit: finding the device takes the library up to a tenth of a second, opening it less. */
  connect: 5_000,
} as const;

export class HidKeypad implements Keypad {
  readonly #options: HidKeysOptions;
  readonly #line: HidLine;
  readonly #attempts: ConnectAttempts;
  readonly #events = new Listeners<KeypadEvent>();
  readonly #frames = new Listeners<FrameTrace>();
  readonly #presses: Presses;
  /** Keys that are down, by the report that says so. */
  readonly #down = new Map<number, ReadonlySet<KeypadKey>>();
  #reader: KeypadReader | undefined;
  #status: KeypadStatus;

  constructor(options: HidKeysOptions, { transport, clock }: { readonly transport: Transport; readonly clock: Clock }) {
    this.#options = options;
    this.#line = hidLine(transport, clock);
    this.#attempts = new ConnectAttempts('the keypad', clock);
    this.#presses = new Presses(clock, (key, press) => this.#events.emit({ type: 'key', key, press }));
    this.#status = { device: 'unknown', headphone: this.#unplugged() };
    this.#line.onReport((report) => this.#receive(report));
    // A close without an error is our own.
    this.#line.onClose((error) => {
      if (error !== undefined) this.#goOffline();
    });
  }

  get lastStatus(): KeypadStatus {
    return this.#status;
  }

  onEvent(listener: (event: KeypadEvent) => void): Unsubscribe {
    return this.#events.add(listener);
  }

  onFrame(listener: (frame: FrameTrace) => void): Unsubscribe {
    return this.#frames.add(listener);
  }

  /** @throws {DeviceError} `offline`, `timeout`, `aborted`; `notSupported` when the device lacks a mapped control */
  connect(signal?: AbortSignal): Promise<DeviceIdentity> {
    return this.#attempts.run(hidKeysDelays.connect, signal, async (limit) => {
      try {
        await this.#line.close();
        this.#forgetKeys();
        const description = await this.#line.open(limit);
        this.#reader = this.#readerFor(description);
        this.#set({ device: 'online' });
        return identityOf(description);
      } catch (error) {
        await this.#line.close();
        this.#goOffline();
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    this.#attempts.end();
    await this.#line.close();
    if (this.#status.device === 'unknown') this.#forgetKeys();
    else this.#goOffline();
  }

  #readerFor(description: HidDescription): KeypadReader {
    const reader = new KeypadReader(this.#options, description.descriptor);
    const { mismatch } = reader;
    if (mismatch === undefined) return reader;
    throw new DeviceError(
      'notSupported',
      `connecting the keypad: ${this.#line.address} is ${description.product ?? 'a device'} and has no ${mismatch}; check the address and the option "keys"`,
    );
  }

  #receive(report: Uint8Array): void {
    // Digits may be a password, and what is not mapped may be a digit: of a report only its length is told.
    this.#frames.emit({ direction: 'fromDevice', bytes: 'XX'.repeat(report.length) });
    const read = this.#reader?.read(report);
    if (read === undefined) return;
    if (read.headphone !== undefined) this.#set({ headphone: read.headphone ? 'plugged' : 'unplugged' });
    this.#down.set(read.reportId, read.keys);
    this.#presses.update(new Set([...this.#down.values()].flatMap((keys) => [...keys])));
  }

  #goOffline(): void {
    this.#forgetKeys();
    this.#set({ device: 'offline', headphone: this.#unplugged() });
  }

  #forgetKeys(): void {
    this.#reader = undefined;
    this.#down.clear();
    this.#presses.forget();
  }

  /** What is known of the jack without a report. */
  #unplugged(): KeypadStatus['headphone'] {
    return this.#options.headphone === undefined ? 'notSupported' : 'unknown';
  }

  /** Told only when it changes. */
  #set(change: Partial<KeypadStatus>): void {
    const status = { ...this.#status, ...change };
    if (status.device === this.#status.device && status.headphone === this.#status.headphone) return;
    this.#status = status;
    this.#events.emit({ type: 'statusChanged', status });
  }
}

function identityOf({ product, maker, serialNumber }: HidDescription): DeviceIdentity {
  return {
    model: product ?? 'HID keypad',
    ...(maker === undefined ? {} : { maker }),
    ...(serialNumber === undefined ? {} : { serialNumber }),
  };
}
