/**
 * Example framing, both ways. Pure, no timers; used by the line (host side) and the simulator (unit side).
 *
 *     02 LEN SEQ CMD data… SUM        LEN = SEQ … last data byte; SUM makes LEN … SUM add up to 0 (mod 256)
 *
 * An answer repeats SEQ and CMD of its question. Replace this made-up protocol by the maker's, and cite the manual's sections here.
 */

const START = 0x02;
/** 02 LEN. */
const HEADER = 2;
/** SEQ CMD. */
const MIN_LENGTH = 2;
const MAX_LENGTH = 250;
export const MAX_FRAME = HEADER + MAX_LENGTH + 1;
export const MAX_DATA = MAX_LENGTH - MIN_LENGTH;

export const COMMAND = {
  /** Answered by the unit's name in ASCII. */
  identify: 0x49,
  /** Answered by one byte of flags, see status.ts. */
  status: 0x53,
} as const;

export interface ExampleFrame {
  readonly sequence: number;
  readonly command: number;
  readonly data: Uint8Array;
}

export type ExampleToken =
  | { readonly type: 'frame'; readonly frame: ExampleFrame; readonly bytes: Uint8Array }
  /** `bytes` were dropped: noise, or a frame whose length or checksum can't be. */
  | { readonly type: 'bad'; readonly bytes: Uint8Array };

/** Incremental decoder. Never throws, holds less than one frame between calls. */
export class ExampleDecoder {
  #held: Uint8Array = new Uint8Array(0);

  /** Bytes of an unfinished frame. */
  get pending(): number {
    return this.#held.length;
  }

  /** Takes bytes in any chunking; answers what became complete, in the order of the line. */
  push(chunk: Uint8Array): ExampleToken[] {
    return this.#scan(Uint8Array.from([...this.#held, ...chunk]));
  }

  /** The rest of the frame won't come: drops its start byte and looks for what is hidden behind it. */
  rescan(): ExampleToken[] {
    const held = this.#held;
    if (held.length === 0) return [];
    return [{ type: 'bad', bytes: held.slice(0, 1) }, ...this.#scan(held.subarray(1))];
  }

  reset(): void {
    this.#held = new Uint8Array(0);
  }

  #scan(bytes: Uint8Array): ExampleToken[] {
    const tokens: ExampleToken[] = [];
    let at = 0;
    while (at < bytes.length) {
      const token = readToken(bytes.subarray(at));
      if (token === 'incomplete') break;
      tokens.push(token);
      at += token.bytes.length;
    }
    this.#held = bytes.slice(at);
    return tokens;
  }
}

function readToken(bytes: Uint8Array): ExampleToken | 'incomplete' {
  const [start, length] = bytes;
  if (start !== START) return { type: 'bad', bytes: bytes.slice(0, noiseLength(bytes)) };
  if (length === undefined) return 'incomplete';
  if (length < MIN_LENGTH || length > MAX_LENGTH) return { type: 'bad', bytes: bytes.slice(0, 1) };
  const end = HEADER + length + 1;
  if (bytes.length < end) return 'incomplete';
  const whole = bytes.slice(0, end);
  if (sumOf(whole.subarray(1)) !== 0) return { type: 'bad', bytes: bytes.slice(0, 1) };
  const [, , sequence = 0, command = 0] = whole;
  return { type: 'frame', frame: { sequence, command, data: whole.slice(HEADER + MIN_LENGTH, -1) }, bytes: whole };
}

function noiseLength(bytes: Uint8Array): number {
  const end = bytes.indexOf(START);
  return end < 0 ? bytes.length : end;
}

function sumOf(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => (sum + byte) & 0xff, 0);
}

/** @throws {RangeError} when the data is longer than a frame can hold */
export function encodeFrame({ sequence, command, data }: ExampleFrame): Uint8Array {
  if (data.length > MAX_DATA) throw new RangeError(`a frame holds ${MAX_DATA} bytes of data, got ${data.length}`);
  const body = Uint8Array.of(MIN_LENGTH + data.length, sequence & 0xff, command, ...data);
  return Uint8Array.of(START, ...body, -sumOf(body) & 0xff);
}
