/**
 * Takes what a printer says apart: real-time answers, automatic status, text blocks, single queue answers and XON/XOFF come mixed on
 * one line and are told apart by their fixed bits (receipt-printer.md 5.3). Pure, incremental, bounded. Used by link.ts and decode.ts.
 */
import { continuesAutomaticStatus, decodeAutomaticStatus, startsAutomaticStatus, type RawStatus } from './codec.ts';

export type PrinterSaid =
  /** An answer to DLE EOT; which question it answers only the asker knows. */
  | { readonly kind: 'realTime'; readonly byte: number }
  | { readonly kind: 'automaticStatus'; readonly bytes: Uint8Array; readonly status: RawStatus }
  /** Everything before this id in the queue is done. */
  | { readonly kind: 'processId'; readonly id: string }
  /** Any other block, e.g. `5F` identity; `header` is its first byte. */
  | { readonly kind: 'text'; readonly header: number; readonly text: string }
  /** Custom-style printers: the answer to DLE EOT 20 (custom-splitter.ts). */
  | { readonly kind: 'fullStatus'; readonly bytes: Uint8Array; readonly status: RawStatus }
  /** One byte that only its context explains: GS r, GS I 1–3, or any answer of a unit without fixed bits. */
  | { readonly kind: 'single'; readonly byte: number }
  | { readonly kind: 'xon' }
  | { readonly kind: 'xoff' }
  /** A byte that can't begin anything. */
  | { readonly kind: 'noise'; readonly byte: number };

/** Bytes in any chunking to what was said. */
export interface Splitter {
  /** Whether single-byte answers can be told apart by their fixed bits. */
  readonly fixedBits: boolean;
  /** Something has begun and waits for its end; call `expire` when nothing follows within 200 ms. */
  readonly isWaiting: boolean;
  push(bytes: Uint8Array): PrinterSaid[];
  expire(): PrinterSaid[];
}

const XON = 0x11;
const XOFF = 0x13;
const BLOCK_HEADERS: ReadonlySet<number> = new Set([0x35, 0x37, 0x3b, 0x3d, 0x5f]);
const PROCESS_ID_HEADER = 0x37;
const PROCESS_ID_MARK = 0x22;
const PROCESS_ID_LENGTH = 7;

/** No block of the documents is longer; a header byte followed by more than this without NUL was none. */
export const MAX_BLOCK = 128;

interface Step {
  readonly said: PrinterSaid;
  /** Bytes it took. */
  readonly length: number;
  /** It began something that can't be completed. */
  readonly broken?: true;
}

export class StatusSplitter implements Splitter {
  readonly fixedBits: boolean;
  #held: number[] = [];
  /** How many of the held bytes stood in something broken: alone they mean nothing. */
  #doubtful = 0;

  /** @param options.fixedBits false: the unit leaves bits 1 and 4 at 0 (Pyramid Reliance), so every answer is a `single`. */
  constructor(options: { readonly fixedBits: boolean } = { fixedBits: true }) {
    this.fixedBits = options.fixedBits;
  }

  get isWaiting(): boolean {
    return this.#held.length > 0;
  }

  push(bytes: Uint8Array): PrinterSaid[] {
    const said: PrinterSaid[] = [];
    for (const byte of bytes) {
      // Flow control may cut in anywhere and is part of nothing.
      if (byte === XON) said.push({ kind: 'xon' });
      else if (byte === XOFF) said.push({ kind: 'xoff' });
      else {
        this.#held.push(byte);
        this.#take(said, false);
      }
    }
    return said;
  }

  /** What was begun will not be completed: it is read again from its second byte on. */
  expire(): PrinterSaid[] {
    const said: PrinterSaid[] = [];
    this.#take(said, true);
    return said;
  }

  #take(said: PrinterSaid[], final: boolean): void {
    while (this.#held.length > 0) {
      const step = this.#first(final);
      if (step === 'wait') return;
      this.#held.splice(0, step.length);
      const doubtful = this.#doubtful > 0 && step.said.kind === 'single';
      this.#doubtful = step.broken ? this.#held.length : Math.max(0, this.#doubtful - step.length);
      said.push(doubtful ? { kind: 'noise', byte: step.said.byte } : step.said);
    }
  }

  #first(final: boolean): Step | 'wait' {
    const byte = this.#held[0] ?? 0;
    const noise: Step = { said: { kind: 'noise', byte }, length: 1 };
    const broken: Step = { ...noise, broken: true };
    if (BLOCK_HEADERS.has(byte)) return this.#block(final) ?? broken;
    if (!this.fixedBits) return { said: { kind: 'single', byte }, length: 1 };
    if ((byte & 0x93) === 0x12) return { said: { kind: 'realTime', byte }, length: 1 };
    if (startsAutomaticStatus(byte)) return this.#automatic(final) ?? broken;
    if (continuesAutomaticStatus(byte)) return { said: { kind: 'single', byte }, length: 1 };
    return noise;
  }

  /** `undefined`: the first byte began no automatic status after all. */
  #automatic(final: boolean): Step | 'wait' | undefined {
    const bytes = this.#held.slice(0, 4);
    if (!bytes.slice(1).every(continuesAutomaticStatus)) return undefined;
    const status = decodeAutomaticStatus(bytes);
    if (status === undefined) return final ? undefined : 'wait';
    return { said: { kind: 'automaticStatus', bytes: Uint8Array.from(bytes), status }, length: 4 };
  }

  #block(final: boolean): Step | 'wait' | undefined {
    const end = this.#held.indexOf(0);
    if (end < 0) return final || this.#held.length >= MAX_BLOCK ? undefined : 'wait';
    const header = this.#held[0] ?? 0;
    const text = String.fromCharCode(...this.#held.slice(1, end));
    if (header !== PROCESS_ID_HEADER || this.#held[1] !== PROCESS_ID_MARK) return { said: { kind: 'text', header, text }, length: end + 1 };
    // A process ID has a known length; another one means something cut in, and that something must not be lost.
    return end + 1 === PROCESS_ID_LENGTH ? { said: { kind: 'processId', id: text.slice(1) }, length: end + 1 } : undefined;
  }
}
