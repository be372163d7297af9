/**
 * Finds frames in a line's bytes, for framings that start with one known byte, say their own whole length in one byte, and end with
 * CRC-16/KERMIT: ID-003 and CCNET. Each codec extends it with its numbers.
 * Source: protocols/cash-acceptor.md 2, 3 and 4.
 */
import { crc16Kermit } from '../crc16-kermit.ts';

export type FrameErrorCode = 'badSync' | 'badLength' | 'badCrc';

/** What comes out of a line: a sound frame, or a run of bytes that is none. `bytes` is what was on the line. */
export type Decoded<F> =
  { readonly ok: true; readonly frame: F; readonly bytes: Uint8Array } | { readonly ok: false; readonly error: FrameErrorCode; readonly bytes: Uint8Array };

export interface FrameLayout<F> {
  /** First byte of every frame. */
  readonly sync: number;
  /** Where the length stands; it counts the whole frame. */
  readonly lengthAt: number;
  /** Length of the shortest frame. */
  readonly least: number;
  /** @param bytes a whole frame whose CRC is right */
  readonly frameOf: (bytes: Uint8Array) => F;
}

/**
 * Takes bytes as they arrive and gives frames once complete. Holds at most 254 bytes between calls and never throws.
 * A wrong first byte or length drops one byte, a wrong CRC drops the whole frame when its end is sound (the next byte, if any, starts a
 * frame), else one byte. A false length can still wait for bytes that never come: `reset` before each request, since the host is master.
 */
export class CheckedFrameDecoder<F> {
  readonly #layout: FrameLayout<F>;
  #pending: Uint8Array = new Uint8Array();

  constructor(layout: FrameLayout<F>) {
    this.#layout = layout;
  }

  push(chunk: Uint8Array): readonly Decoded<F>[] {
    const bytes = Uint8Array.of(...this.#pending, ...chunk);
    const decoded: Decoded<F>[] = [];
    let at = 0;
    for (let step = this.#next(bytes, at); step !== undefined; step = this.#next(bytes, at)) {
      decoded.push(step);
      at += step.bytes.length;
    }
    this.#pending = bytes.slice(at);
    return joinNoise(decoded);
  }

  /** Forgets what is half received. */
  reset(): void {
    this.#pending = new Uint8Array();
  }

  /** The step at `at`, or undefined when more bytes are needed to decide. */
  #next(bytes: Uint8Array, at: number): Decoded<F> | undefined {
    const { sync, lengthAt, least, frameOf } = this.#layout;
    const first = bytes[at];
    if (first === undefined) return undefined;
    if (first !== sync) return { ok: false, error: 'badSync', bytes: bytes.slice(at, at + 1) };
    const length = bytes[at + lengthAt];
    if (length === undefined) return undefined;
    if (length < least) return { ok: false, error: 'badLength', bytes: bytes.slice(at, at + 1) };
    if (at + length > bytes.length) return undefined;
    const whole = bytes.slice(at, at + length);
    // A good frame including its CRC leaves the remainder 0.
    if (crc16Kermit(whole) === 0) return { ok: true, frame: frameOf(whole), bytes: whole };
    const following = bytes[at + length];
    const soundEnd = following === undefined || following === sync;
    return { ok: false, error: 'badCrc', bytes: soundEnd ? whole : whole.slice(0, 1) };
  }
}

/** Neighboring noise of one kind is one report, so that a noisy line does not flood the trace. */
function joinNoise<F>(steps: readonly Decoded<F>[]): readonly Decoded<F>[] {
  const joined: Decoded<F>[] = [];
  for (const step of steps) {
    const last = joined.at(-1);
    if (last !== undefined && !last.ok && !step.ok && last.error === step.error && step.error !== 'badCrc')
      joined[joined.length - 1] = { ...last, bytes: Uint8Array.of(...last.bytes, ...step.bytes) };
    else joined.push(step);
  }
  return joined;
}

/** `body` with its CRC, low byte first. */
export function withCrc(body: Uint8Array): Uint8Array {
  const crc = crc16Kermit(body);
  return Uint8Array.of(...body, crc & 0xff, crc >> 8);
}

/** Why `bytes` are not exactly one frame, in words; undefined when they are. */
export function frameTrouble({ sync, lengthAt, least }: FrameLayout<unknown>, bytes: Uint8Array): { code: FrameErrorCode; message: string } | undefined {
  const first = bytes[0] ?? 0;
  if (first !== sync) return { code: 'badSync', message: `a frame starts with ${hexByte(sync)}, not ${hexByte(first)}` };
  const length = bytes[lengthAt] ?? 0;
  if (bytes.length < least || length !== bytes.length) return { code: 'badLength', message: `LNG says ${length} bytes, the frame has ${bytes.length}` };
  if (crc16Kermit(bytes) === 0) return undefined;
  const right = withCrc(bytes.slice(0, -2)).slice(-2);
  return { code: 'badCrc', message: `the CRC should be ${Array.from(right, hexByte).join('')}` };
}

function hexByte(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}
