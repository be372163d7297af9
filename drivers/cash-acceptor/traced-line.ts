/**
 * What the lines of all acceptors have in common, whatever is spoken on them: they are opened and lost, they trace what goes over them, and
 * their errors carry the last frames. Extended by the line of ccTalk and of the polled acceptors.
 */
import { toHex } from '../../common/hex.ts';
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import { DeviceError, type FrameTrace } from '../device.ts';
import { Listeners } from '../listeners.ts';
import { TransportError, type Transport } from '../transport/transport.ts';

/** Frames kept for the next DeviceError. */
const KEPT_FRAMES = 8;

export abstract class TracedLine {
  readonly #transport: Transport;
  readonly #trace = new Listeners<FrameTrace>();
  readonly #lost = new Listeners<void>();
  #recent: readonly FrameTrace[] = [];

  constructor(transport: Transport) {
    this.#transport = transport;
    transport.onData((bytes) => this.hear(bytes));
    transport.onClose(() => {
      this.giveUp();
      this.#lost.emit();
    });
  }

  protected abstract hear(bytes: Uint8Array): void;
  /** The line is gone: ends what waits for it. */
  protected abstract giveUp(): void;

  get isOpen(): boolean {
    return this.#transport.isOpen;
  }

  get address(): string {
    return this.#transport.address;
  }

  /** @throws {DeviceError} `offline`, `aborted` */
  async open(signal?: AbortSignal): Promise<void> {
    try {
      await this.#transport.open(signal);
    } catch (error) {
      throw this.#lineError(error);
    }
  }

  async close(): Promise<void> {
    await this.#transport.close();
  }

  onFrame(listener: (frame: FrameTrace) => void): Unsubscribe {
    return this.#trace.add(listener);
  }

  /** The line was lost or closed. */
  onLost(listener: () => void): Unsubscribe {
    return this.#lost.add(listener);
  }

  /** A DeviceError that carries the last frames. */
  error(code: DeviceError['code'], message: string, details: { deviceCode?: string; cause?: unknown } = {}): DeviceError {
    return new DeviceError(code, message, { ...details, frames: this.#recent });
  }

  /** @throws {DeviceError} `offline` */
  protected async write(bytes: Uint8Array): Promise<void> {
    this.note('toDevice', bytes);
    try {
      await this.#transport.write(bytes);
    } catch (error) {
      throw this.#lineError(error);
    }
  }

  protected note(direction: FrameTrace['direction'], bytes: Uint8Array): void {
    const frame = { direction, bytes: toHex(bytes) };
    this.#recent = [...this.#recent.slice(1 - KEPT_FRAMES), frame];
    this.#trace.emit(frame);
  }

  #lineError(error: unknown): DeviceError {
    if (!(error instanceof TransportError)) throw error;
    const code = error.code === 'aborted' ? 'aborted' : 'offline';
    return new DeviceError(code, `the line to the acceptor: ${error.message}`, { frames: this.#recent, cause: error });
  }
}
