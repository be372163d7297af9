/**
 * A barcode and QR scanner on a serial or USB-serial line as a CodeScanner. It only listens; the protocol has no way to ask whether a
 * scanner is there, so that "online" means: the port is open. Source: card-readers.md 3.1.
 */
import { z } from 'zod';
import { delay, type Clock, type Timer } from '../../../common/clock.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import { ConnectAttempts } from '../../connect-attempts.ts';
import { DeviceError, type DeviceIdentity, type FrameTrace } from '../../device.ts';
import type { Transport } from '../../transport/transport.ts';
import type { CodeScanner, CodeScannerEvent, CodeScannerStatus } from '../code-scanner.ts';
import { scanOf } from '../scan-text.ts';
import { ScannerState } from '../scanner-state.ts';
import { LineSplitter, redactedLine, splitAim, type LineToken } from './codec.ts';

export const serialLineOptionsSchema = z.strictObject({
  /** What the scanner sends after each code. Codes of several lines need `etx`. */
  terminator: z.enum(['cr', 'lf', 'crlf', 'etx']).default('cr'),
  /** The scanner is set to send the AIM identifier before each code. */
  aimPrefix: z.boolean().default(false),
  /** What a code that is no UTF-8 is read as; `none`: it is unreadable. */
  textFallback: z.enum(['none', 'gb18030']).default('none'),
  /** Ms without a byte after which a code that hasn't ended has lost its rest. */
  idleLimit: z.int().min(20).max(5_000).default(100),
});
export type SerialLineOptions = z.output<typeof serialLineOptionsSchema>;

export const serialLineDelays = {
  /** The class's limit. */
  connect: 5_000,
  /** What the scanner kept while nobody held its port comes right after opening, and was shown to somebody else. */
  emptying: 200,
  /** A process that was held up hears its timers before its bytes: what waits in the port is heard within this. */
  lastLook: 20,
  /** What follows a lost half within this is its late rest, not a code: nobody shows another one that fast. */
  rest: 500,
} as const;

export class SerialLineScanner implements CodeScanner {
  readonly #options: SerialLineOptions;
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #attempts: ConnectAttempts;
  readonly #state = new ScannerState();
  readonly #splitter: LineSplitter;
  #idle: Timer;
  #phase: 'down' | 'emptying' | 'up' = 'down';

  constructor(options: SerialLineOptions, { transport, clock }: { readonly transport: Transport; readonly clock: Clock }) {
    this.#options = options;
    this.#transport = transport;
    this.#clock = clock;
    this.#attempts = new ConnectAttempts('the code scanner', clock);
    this.#splitter = new LineSplitter(options.terminator);
    transport.onData((bytes) => this.#receive(bytes));
    // A close without an error is our own.
    transport.onClose((error) => {
      if (error !== undefined) this.#lost();
    });
  }

  get lastStatus(): CodeScannerStatus {
    return this.#state.last;
  }

  onEvent(listener: (event: CodeScannerEvent) => void): Unsubscribe {
    return this.#state.events.add(listener);
  }

  onFrame(listener: (frame: FrameTrace) => void): Unsubscribe {
    return this.#state.frames.add(listener);
  }

  /** What is under way belongs to nobody: it began under the other rule. */
  setListening(listening: boolean): void {
    if (listening !== this.#state.listening && this.#splitter.hasHalf) this.#splitter.skipRest();
    this.#state.listening = listening;
  }

  /** @throws {DeviceError} `offline`, `timeout`, `aborted`; `notSupported` for the address of a HID device */
  connect(signal?: AbortSignal): Promise<DeviceIdentity> {
    return this.#attempts.run(serialLineDelays.connect, signal, async (limit) => {
      try {
        await this.#transport.close();
        this.#forget();
        this.#expectBytes();
        this.#phase = 'emptying';
        await this.#transport.open(limit);
        await delay(this.#clock, serialLineDelays.emptying, limit);
        this.#expectUp();
        return { model: 'serial code scanner' };
      } catch (error) {
        await this.#transport.close();
        this.#forget();
        this.#state.setDevice('offline');
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    this.#attempts.end();
    await this.#transport.close();
    this.#forget();
    if (this.#state.last.device !== 'unknown') this.#state.setDevice('offline');
  }

  #expectBytes(): void {
    if (!this.#transport.address.startsWith('hid:')) return;
    throw new DeviceError(
      'notSupported',
      `connecting the code scanner: ${this.#transport.address} is a HID device, model serial-line reads a serial port; choose model hid-pos, or set the scanner to its USB-serial mode and give its port as serial:`,
    );
  }

  #expectUp(): void {
    if (!this.#transport.isOpen)
      throw new DeviceError('offline', `connecting the code scanner: ${this.#transport.address} went away while it was being opened`);
    this.#phase = 'up';
    this.#state.setDevice('online');
  }

  #receive(bytes: Uint8Array): void {
    this.#state.frames.emit({ direction: 'fromDevice', bytes: redactedLine(bytes) });
    if (this.#phase !== 'up') return;
    for (const token of this.#splitter.push(bytes)) this.#onToken(token);
    this.#watch();
  }

  #onToken(token: LineToken): void {
    if (token.kind === 'tooLong') {
      this.#state.tell({ type: 'unreadable', reason: 'tooLong' });
      return;
    }
    const { aim, data } = this.#options.aimPrefix ? splitAim(token.bytes) : { aim: undefined, data: token.bytes };
    const scan = scanOf(data, aim, this.#options.textFallback);
    this.#state.tell(scan === undefined ? { type: 'unreadable', reason: 'notText' } : { type: 'scanned', scan });
  }

  /** Every byte starts the wait anew. */
  #watch(): void {
    this.#clock.clearTimeout(this.#idle);
    if (this.#splitter.isSkipping) this.#idle = this.#clock.setTimeout(() => this.#splitter.reset(), serialLineDelays.rest);
    else if (this.#splitter.hasHalf) this.#idle = this.#clock.setTimeout(() => this.#lookAgain(), this.#options.idleLimit);
  }

  #lookAgain(): void {
    this.#idle = this.#clock.setTimeout(() => {
      this.#dropHalf();
      this.#watch();
    }, serialLineDelays.lastLook);
  }

  #dropHalf(): void {
    if (!this.#splitter.hasHalf) return;
    this.#splitter.skipRest();
    this.#state.tell({ type: 'unreadable', reason: 'incomplete' });
  }

  #lost(): void {
    this.#dropHalf();
    this.#forget();
    this.#state.setDevice('offline');
  }

  #forget(): void {
    this.#phase = 'down';
    this.#clock.clearTimeout(this.#idle);
    this.#splitter.reset();
  }
}
