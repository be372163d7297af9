/**
 * What a printer can say, and what every splitter of its bytes does alike: flow control is told at once and is part of nothing, other bytes
 * are held until they make sense. Extended by splitter.ts and custom-splitter.ts.
 */
import type { RawStatus } from './codec.ts';

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

export abstract class ByteSplitter implements Splitter {
  abstract readonly fixedBits: boolean;
  protected readonly held: number[] = [];

  /** Tells what the held bytes say, and keeps what has begun; `final`: nothing follows any more, so nothing is kept. */
  protected abstract take(said: PrinterSaid[], final: boolean): void;

  get isWaiting(): boolean {
    return this.held.length > 0;
  }

  push(bytes: Uint8Array): PrinterSaid[] {
    const said: PrinterSaid[] = [];
    for (const byte of bytes) {
      // Flow control may cut in anywhere.
      if (byte === XON) said.push({ kind: 'xon' });
      else if (byte === XOFF) said.push({ kind: 'xoff' });
      else {
        this.held.push(byte);
        this.take(said, false);
      }
    }
    return said;
  }

  expire(): PrinterSaid[] {
    const said: PrinterSaid[] = [];
    this.take(said, true);
    return said;
  }
}
