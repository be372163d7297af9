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
  /** Of the end, its last byte, and the one that must stand before it. */
  readonly #last: number;
  readonly #beforeLast: number | undefined;
  /** Room for the longest code and a CR that may be half of its end. */
  readonly #held = new Uint8Array(LONGEST_SCAN + 1);
  #pending = 0;
  #skipping = false;
  #previous: number | undefined;

  constructor(terminator: Terminator) {
    const end = ENDS[terminator];
    this.#last = end[end.length - 1] ?? end[0];
    this.#beforeLast = end.length === 1 ? undefined : end[0];
  }

  /** Bytes of an unfinished code. */
  get pending(): number {
    return this.#pending;
  }

  /** A code has begun and not ended. */
  get hasHalf(): boolean {
    return this.#pending > 0;
  }

  /** Whether what comes is passed over, up to the next terminator. */
  get isSkipping(): boolean {
    return this.#skipping;
  }

  push(bytes: Uint8Array): readonly LineToken[] {
    const tokens: LineToken[] = [];
    for (let from = 0; from < bytes.length;) {
      const end = this.#endIn(bytes, from);
      const upTo = end < 0 ? bytes.length : end;
      if (!this.#keep(bytes, from, upTo)) tokens.push({ kind: 'tooLong' });
      if (end >= 0 && this.#pending > 0) tokens.push({ kind: 'line', bytes: this.#held.slice(0, this.#pending) });
      if (end >= 0) this.#startAnew();
      from = upTo + 1;
    }
    this.#previous = bytes.at(-1) ?? this.#previous;
    return tokens;
  }

  /** Drops what is there of the code under way and whatever is still to come of it. */
  skipRest(): void {
    this.#pending = 0;
    this.#skipping = true;
  }

  reset(): void {
    this.#startAnew();
    this.#previous = undefined;
  }

  #startAnew(): void {
    this.#pending = 0;
    this.#skipping = false;
  }

  /** Where the last byte of the next terminator is; -1: none ends here. */
  #endIn(bytes: Uint8Array, from: number): number {
    const isEnd = (at: number): boolean => this.#beforeLast === undefined || (at === 0 ? this.#previous : bytes[at - 1]) === this.#beforeLast;
    let at = bytes.indexOf(this.#last, from);
    while (at >= 0 && !isEnd(at)) at = bytes.indexOf(this.#last, at + 1);
    return at;
  }

  /** Takes bytes without an end in them to the code under way. False: with them it is too long, and is given up. */
  #keep(bytes: Uint8Array, from: number, upTo: number): boolean {
    let start = from;
    while (this.#pending === 0 && start < upTo && isBefore(bytes[start])) start += 1;
    if (this.#skipping || start === upTo) return true;
    const length = this.#pending + upTo - start;
    // A CR may be half of the end.
    if (length > LONGEST_SCAN + (bytes[upTo - 1] === CR ? 1 : 0)) {
      this.skipRest();
      return false;
    }
    this.#held.set(bytes.subarray(start, upTo), this.#pending);
    this.#pending = length;
    return true;
  }
}

/** Stands before a code and belongs to nobody. */
function isBefore(byte: number | undefined): boolean {
  return byte === CR || byte === LF || byte === STX;
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
