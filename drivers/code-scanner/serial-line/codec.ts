/**
 * Text of a serial scanner ↔ lines: each code ends with a terminator that the scanner's set-up chooses. Pure; time is the device's.
 * Source: card-readers.md 3.1, "USB-serial mode".
 */
import { toHex } from '../../../common/hex.ts';
import { LONGEST_SCAN } from '../scan-text.ts';
import { readAim } from '../symbology.ts';

const [STX, ETX, LF, CR] = [0x02, 0x03, 0x0a, 0x0d];
const ENDS = { cr: [CR], lf: [LF], crlf: [CR, LF], etx: [ETX] } as const;
export type Terminator = keyof typeof ENDS;

export type LineToken = { readonly kind: 'line'; readonly bytes: Uint8Array } | { readonly kind: 'tooLong' };

/** Takes bytes in any chunking. Line ends and STX before a code belong to nobody; an empty line is none. Holds at most one scan. */
export class LineSplitter {
  readonly #end: readonly number[];
  #line: number[] = [];
  #skipping = false;
  #previous: number | undefined;

  constructor(terminator: Terminator) {
    this.#end = ENDS[terminator];
  }

  /** A code has begun and not ended. */
  get hasHalf(): boolean {
    return this.#line.length > 0;
  }

  /** Whether what comes is passed over, up to the next terminator. */
  get isSkipping(): boolean {
    return this.#skipping;
  }

  push(bytes: Uint8Array): readonly LineToken[] {
    const tokens: LineToken[] = [];
    for (const byte of bytes) {
      const token = this.#take(byte);
      this.#previous = byte;
      if (token !== undefined) tokens.push(token);
    }
    return tokens;
  }

  /** Drops what is there of the code under way and whatever is still to come of it. */
  skipRest(): void {
    this.#line = [];
    this.#skipping = true;
  }

  reset(): void {
    this.#line = [];
    this.#skipping = false;
    this.#previous = undefined;
  }

  #take(byte: number): LineToken | undefined {
    const ended = byte === this.#end.at(-1) && (this.#end.length === 1 || this.#previous === this.#end[0]);
    if (ended) {
      const bytes = Uint8Array.from(this.#line);
      this.#line = [];
      this.#skipping = false;
      return bytes.some((other) => other !== CR && other !== LF) ? { kind: 'line', bytes } : undefined;
    }
    const isBefore = this.#line.length === 0 && (byte === CR || byte === LF || byte === STX);
    if (this.#skipping || isBefore) return undefined;
    this.#line.push(byte);
    // A CR may be half of the end.
    if (this.#line.length <= LONGEST_SCAN + (byte === CR ? 1 : 0)) return undefined;
    this.skipRest();
    return { kind: 'tooLong' };
  }
}

/** Takes the AIM identifier off the front, where there is one. */
export function splitAim(line: Uint8Array): { readonly aim: string | undefined; readonly data: Uint8Array } {
  const aim = readAim(line.subarray(0, 3));
  return { aim, data: aim === undefined ? line : line.subarray(3) };
}

export function encodeLine(text: Uint8Array, terminator: Terminator): Uint8Array {
  return Uint8Array.of(...text, ...ENDS[terminator]);
}

/** For traces: only what frames a code is shown. */
export function redactedLine(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => (byte === CR || byte === LF || byte === STX || byte === ETX ? toHex(Uint8Array.of(byte)) : 'XX')).join('');
}
