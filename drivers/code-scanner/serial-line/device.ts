/**
 * A barcode and QR scanner on a serial or USB-serial line as a CodeScanner. It only listens; the protocol has no way to ask whether a
 * scanner is there, so that "online" means: the port is open. Source: card-readers.md 3.1.
 */
import { z } from 'zod';
import type { Clock, Timer } from '../../../common/clock.ts';
import { DeviceError, type DeviceIdentity } from '../../device.ts';
import type { Transport } from '../../transport/transport.ts';
import { ListeningScanner } from '../listening-scanner.ts';
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
  /** A process that was held up hears its timers before its bytes: what waits in the port is heard within this. */
  lastLook: 20,
  /** What follows a lost half within this is its late rest, not a code: nobody shows another one that fast. */
  rest: 500,
} as const;

export class SerialLineScanner extends ListeningScanner {
  readonly #options: SerialLineOptions;
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #splitter: LineSplitter;
  #idle: Timer;

  constructor(options: SerialLineOptions, { transport, clock }: { readonly transport: Transport; readonly clock: Clock }) {
    super(transport, clock, options.textFallback);
    this.#options = options;
    this.#transport = transport;
    this.#clock = clock;
    this.#splitter = new LineSplitter(options.terminator);
    transport.onData((bytes) => this.#receive(bytes));
    transport.onClose((error) => this.onLineClosed(error));
  }

  /** What is under way belongs to nobody: it began under the other rule. */
  setListening(listening: boolean): void {
    if (listening !== this.state.listening && this.#splitter.hasHalf) this.#splitter.skipRest();
    this.state.listening = listening;
  }

  protected async open(limit: AbortSignal): Promise<DeviceIdentity> {
    this.#expectBytes();
    await this.#transport.open(limit);
    return { model: 'serial code scanner' };
  }

  protected forget(): void {
    this.#clock.clearTimeout(this.#idle);
    this.#splitter.reset();
  }

  protected loseRest(): void {
    this.#dropHalf();
    this.forget();
  }

  #expectBytes(): void {
    if (!this.#transport.address.startsWith('hid:')) return;
    throw new DeviceError(
      'notSupported',
      `connecting the code scanner: ${this.#transport.address} is a HID device, model serial-line reads a serial port; choose model hid-pos, or set the scanner to its USB-serial mode and give its port as serial:`,
    );
  }

  #receive(bytes: Uint8Array): void {
    this.state.frames.emit({ direction: 'fromDevice', bytes: redactedLine(bytes) });
    if (!this.isUp) return;
    for (const token of this.#splitter.push(bytes)) this.#onToken(token);
    this.#watch();
  }

  #onToken(token: LineToken): void {
    if (token.kind === 'tooLong') {
      this.state.tell({ type: 'unreadable', reason: 'tooLong' });
      return;
    }
    const { aim, data } = this.#options.aimPrefix ? splitAim(token.bytes) : { aim: undefined, data: token.bytes };
    this.tellCode(data, aim);
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
    this.state.tell({ type: 'unreadable', reason: 'incomplete' });
  }
}
