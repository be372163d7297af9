/**
 * What every scanner does that only listens, whatever line it is on: it opens its line, lets what was kept there go by, tells scans while
 * somebody listens, and rests once the line is lost. Each model extends it with its line and how codes come over it.
 */
import { delay, type Clock } from '../../common/clock.ts';
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import { ConnectAttempts } from '../connect-attempts.ts';
import { DeviceError, type DeviceIdentity, type FrameTrace } from '../device.ts';
import type { CodeScanner, CodeScannerEvent, CodeScannerStatus } from './code-scanner.ts';
import { scanOf, type TextFallback } from './scan-text.ts';
import { ScannerState } from './scanner-state.ts';

export const listeningDelays = {
  /** The class's limit: finding a HID device takes the library up to a tenth of a second, opening it or a port less. */
  connect: 5_000,
  /** What the scanner kept while nobody held its line comes right after opening, and was shown to somebody else. */
  emptying: 200,
} as const;

export interface ScannerLine {
  readonly address: string;
  close(): Promise<void>;
}

export abstract class ListeningScanner implements CodeScanner {
  protected readonly state = new ScannerState();
  readonly #clock: Clock;
  readonly #line: ScannerLine;
  readonly #textFallback: TextFallback;
  readonly #attempts: ConnectAttempts;
  #phase: 'down' | 'emptying' | 'up' = 'down';

  /** @param line its bytes and its loss are the model's to listen to */
  constructor(line: ScannerLine, clock: Clock, textFallback: TextFallback) {
    this.#line = line;
    this.#clock = clock;
    this.#textFallback = textFallback;
    this.#attempts = new ConnectAttempts('the code scanner', clock);
  }

  /** @throws {DeviceError} `offline`, `aborted`; `notSupported` when what is there is no scanner of this model */
  protected abstract open(limit: AbortSignal): Promise<DeviceIdentity>;
  /** What is under way belongs to nobody any more. */
  protected abstract forget(): void;
  /** The line is gone: the rest of what is under way won't come. */
  protected abstract loseRest(): void;
  abstract setListening(listening: boolean): void;

  get lastStatus(): CodeScannerStatus {
    return this.state.last;
  }

  onEvent(listener: (event: CodeScannerEvent) => void): Unsubscribe {
    return this.state.events.add(listener);
  }

  onFrame(listener: (frame: FrameTrace) => void): Unsubscribe {
    return this.state.frames.add(listener);
  }

  /** @throws {DeviceError} `offline`, `timeout`, `aborted`; `notSupported` when what is there is no scanner of this model */
  connect(signal?: AbortSignal): Promise<DeviceIdentity> {
    return this.#attempts.run(listeningDelays.connect, signal, async (limit) => {
      try {
        await this.#goDown();
        this.#phase = 'emptying';
        const identity = await this.open(limit);
        await delay(this.#clock, listeningDelays.emptying, limit);
        this.#expectUp();
        return identity;
      } catch (error) {
        await this.#goDown();
        this.state.setDevice('offline');
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    this.#attempts.end();
    await this.#goDown();
    if (this.state.last.device !== 'unknown') this.state.setDevice('offline');
  }

  /** What comes now is somebody's code. */
  protected get isUp(): boolean {
    return this.#phase === 'up';
  }

  protected onLineClosed(error: Error | undefined): void {
    // A close without an error is our own.
    if (error === undefined) return;
    this.#phase = 'down';
    this.loseRest();
    this.state.setDevice('offline');
  }

  protected tellCode(bytes: Uint8Array, aim: string | undefined): void {
    const scan = scanOf(bytes, aim, this.#textFallback);
    this.state.tell(scan === undefined ? { type: 'unreadable', reason: 'notText' } : { type: 'scanned', scan });
  }

  async #goDown(): Promise<void> {
    await this.#line.close();
    this.#phase = 'down';
    this.forget();
  }

  #expectUp(): void {
    if (this.#phase !== 'emptying') throw new DeviceError('offline', `connecting the code scanner: ${this.#line.address} went away while it was being opened`);
    this.#phase = 'up';
    this.state.setDevice('online');
  }
}
