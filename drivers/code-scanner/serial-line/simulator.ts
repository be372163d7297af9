/** A serial scanner made of the document: sends each code as text and a terminator, and hears nothing. Source: card-readers.md 3.1. */
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import { Listeners } from '../../listeners.ts';
import type { CodeScannerKnobs, ShownCode, SimulatedCodeScanner } from '../simulated-code-scanner.ts';

export interface SimulatedSerialScannerOptions {
  /** Sent after each code; default a carriage return. */
  readonly suffix?: string;
  /** Set to send the AIM identifier before each code; default false. */
  readonly aimPrefix?: boolean;
}

export class SimulatedSerialScanner implements SimulatedCodeScanner {
  readonly knobs: CodeScannerKnobs = { dead: false, stopAfter: undefined };
  readonly #suffix: string;
  readonly #aimPrefix: boolean;
  readonly #said = new Listeners<Uint8Array>();
  readonly #read: ShownCode[] = [];

  constructor({ suffix = '\r', aimPrefix = false }: SimulatedSerialScannerOptions = {}) {
    this.#suffix = suffix;
    this.#aimPrefix = aimPrefix;
  }

  get read(): readonly ShownCode[] {
    return this.#read;
  }

  receive(): void {
    // This scanner takes no commands.
  }

  onSend(listener: (bytes: Uint8Array) => void): Unsubscribe {
    return this.#said.add(listener);
  }

  powerCycle(): void {
    // A scanner keeps nothing between two codes.
  }

  show(code: ShownCode): void {
    this.showBytes(new TextEncoder().encode(code.text), code.aim);
  }

  showBytes(bytes: Uint8Array, aim = ']Q1'): void {
    this.#read.push({ text: Buffer.from(bytes).toString('utf8'), aim });
    if (this.knobs.dead) return;
    const whole = Buffer.concat([Buffer.from(this.#aimPrefix ? aim : '', 'latin1'), bytes, Buffer.from(this.#suffix, 'latin1')]);
    this.#said.emit(Uint8Array.from(whole.subarray(0, this.knobs.stopAfter)));
  }
}
