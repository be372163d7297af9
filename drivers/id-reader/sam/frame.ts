/**
 * SAM module framing, the same in both directions: `AA AA AA 96 69 | LENH LENL | body … | CHK`. LEN counts everything after it, CHK
 * included; CHK is the XOR of LENH … last body byte. Pure, incremental, bounded; used by codec.ts on either end of the line.
 * Source: card-readers.md section 4.
 */
const PREAMBLE = [0xaa, 0xaa, 0xaa, 0x96, 0x69] as const;
const HEADER = PREAMBLE.length + 2;
/** The longest of the document: text, photo and fingerprint, LEN 09 0A. */
export const MAX_FRAME = 2321;
const MAX_LENGTH = MAX_FRAME - HEADER;
/** CMD PARA CHK. */
const MIN_LENGTH = 3;

export type BadBytesReason =
  /** Bytes that begin no frame. */
  | 'noise'
  /** A preamble whose length can't be. */
  | 'length'
  | 'checksum';

export type Found =
  /** `body` is a view that is overwritten when the listener returns: what shall stay must be copied. */
  | { readonly ok: true; readonly body: Uint8Array }
  /** `count` bytes were dropped. What they held is told to nobody. */
  | { readonly ok: false; readonly reason: BadBytesReason; readonly count: number };

/** @throws {RangeError} when the body isn't 2 to 2313 bytes long. */
export function encodeFrame(body: Uint8Array): Uint8Array {
  const length = body.length + 1;
  if (length < MIN_LENGTH || length > MAX_LENGTH) throw new RangeError(`a SAM frame carries ${MIN_LENGTH - 1} to ${MAX_LENGTH - 1} bytes, not ${body.length}`);
  const bytes = new Uint8Array(HEADER + length);
  bytes.set([...PREAMBLE, length >> 8, length & 0xff]);
  bytes.set(body, HEADER);
  bytes[bytes.length - 1] = xorOf(bytes.subarray(PREAMBLE.length));
  return bytes;
}

/**
 * Takes bytes as they arrive. Never throws, holds less than one frame between calls, and overwrites whatever it has given away or
 * dropped, since most of it is a person's. A wrong checksum drops the whole frame when its end is sound (the next byte, if any, begins
 * a preamble), else one byte. A false length can wait for bytes that never come: `rescan` when nothing follows.
 */
export class FrameDecoder {
  readonly #bytes = new Uint8Array(MAX_FRAME + 1); // one more, to see what follows the longest frame
  #count = 0;

  /** Bytes of an unfinished frame. */
  get pending(): number {
    return this.#count;
  }

  push(chunk: Uint8Array, tell: (found: Found) => void): void {
    let taken = 0;
    do {
      const room = chunk.subarray(taken, taken + this.#bytes.length - this.#count);
      this.#bytes.set(room, this.#count);
      this.#count += room.length;
      taken += room.length;
      this.#scan(tell);
    } while (taken < chunk.length);
  }

  /** The rest of the frame won't come: drops its first byte and looks for what is hidden behind it. */
  rescan(tell: (found: Found) => void): void {
    if (this.#count === 0) return;
    this.#drop(1);
    tell({ ok: false, reason: 'noise', count: 1 });
    this.#scan(tell);
  }

  reset(): void {
    this.#drop(this.#count);
  }

  #scan(tell: (found: Found) => void): void {
    let at = 0;
    for (let step = nextStep(this.#bytes, at, this.#count); step !== undefined; step = nextStep(this.#bytes, at, this.#count)) {
      at += step.length;
      tell(step.found);
    }
    this.#drop(at);
  }

  #drop(count: number): void {
    this.#bytes.copyWithin(0, count, this.#count);
    this.#bytes.fill(0, this.#count - count, this.#count);
    this.#count -= count;
  }
}

interface Step {
  readonly found: Found;
  /** Bytes it took. */
  readonly length: number;
}

/** The step at `at`, or undefined when more bytes are needed to decide. */
function nextStep(bytes: Uint8Array, at: number, end: number): Step | undefined {
  if (at >= end) return undefined;
  const begun = preambleLength(bytes, at, end);
  if (begun === 0) return bad('noise', noiseLength(bytes, at, end));
  if (at + HEADER > end) return undefined;
  const length = ((bytes[at + 5] ?? 0) << 8) | (bytes[at + 6] ?? 0);
  if (length < MIN_LENGTH || length > MAX_LENGTH) return bad('length', 1);
  const frameEnd = at + HEADER + length;
  if (frameEnd > end) return undefined;
  if (xorOf(bytes.subarray(at + PREAMBLE.length, frameEnd)) === 0) {
    return { found: { ok: true, body: bytes.subarray(at + HEADER, frameEnd - 1) }, length: frameEnd - at };
  }
  const soundEnd = frameEnd === end || bytes[frameEnd] === PREAMBLE[0];
  return bad('checksum', soundEnd ? frameEnd - at : 1);
}

/** How many bytes at `at` are as in a preamble, up to the end of what there is; 0: it is none. */
function preambleLength(bytes: Uint8Array, at: number, end: number): number {
  const length = Math.min(PREAMBLE.length, end - at);
  for (let index = 0; index < length; index += 1) if (bytes[at + index] !== PREAMBLE[index]) return 0;
  return length;
}

function noiseLength(bytes: Uint8Array, at: number, end: number): number {
  const next = bytes.indexOf(PREAMBLE[0], at + 1);
  return (next < 0 || next > end ? end : next) - at;
}

function bad(reason: BadBytesReason, count: number): Step {
  return { found: { ok: false, reason, count }, length: count };
}

function xorOf(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum ^= byte;
  return sum;
}
