/**
 * CCNET framing: `02 ADR LNG DATA… CRCL CRCH`, LNG counting the whole frame. Owned by the codec, shared by driver and simulator. Long
 * frames (LNG 00, the length in two more bytes) belong to firmware downloads, which this product doesn't do: they are no frames here.
 * Source: protocols/cash-acceptor.md 2 and 4.
 */
import { crc16Kermit } from '../crc16-kermit.ts';
import { appended, joinNoise } from '../noise-runs.ts';

/** First byte of every frame. */
export const SYNC = 0x02;
/** Length of a frame with one byte of data, the shortest there is. */
export const MIN_FRAME = 6;
/** LNG is one byte. */
export const MAX_FRAME = 255;
/** Bytes around the data. */
const AROUND = 5;

export interface Frame {
  /** Which peripheral is spoken to, or speaks: 03 bill validators. */
  readonly address: number;
  /** Command or answer, 1–250 bytes. */
  readonly data: Uint8Array;
}

export type FrameErrorCode = 'badSync' | 'badLength' | 'badCrc';

/** What comes out of a line: a sound frame, or a run of bytes that is none. `bytes` is what was on the line. */
export type Decoded =
  { readonly ok: true; readonly frame: Frame; readonly bytes: Uint8Array } | { readonly ok: false; readonly error: FrameErrorCode; readonly bytes: Uint8Array };

/** @throws {RangeError} when `data` is empty or longer than one frame carries (250 bytes). */
export function encodeFrame({ address, data }: Frame): Uint8Array {
  const length = AROUND + data.length;
  if (length < MIN_FRAME || length > MAX_FRAME) throw new RangeError(`a CCNET frame carries 1 to ${MAX_FRAME - AROUND} bytes of data, not ${data.length}`);
  const body = Uint8Array.of(SYNC, address, length, ...data);
  const crc = crc16Kermit(body);
  return Uint8Array.of(...body, crc & 0xff, crc >> 8);
}

/**
 * Takes bytes as they arrive and gives frames once complete. Holds at most 254 bytes between calls and never throws.
 * A wrong first byte or length drops one byte, a wrong CRC drops the whole frame when its end is sound (the next byte, if any, starts a
 * frame), else one byte. A false length can still wait for bytes that never come: `reset` before each request, since the host is master.
 */
export class FrameDecoder {
  #pending: Uint8Array = new Uint8Array();

  push(chunk: Uint8Array): readonly Decoded[] {
    const bytes = appended(this.#pending, chunk);
    const decoded: Decoded[] = [];
    let at = 0;
    for (let step = next(bytes, at); step !== undefined; step = next(bytes, at)) {
      decoded.push(step);
      at += step.bytes.length;
    }
    this.#pending = bytes.slice(at);
    return joinNoise(decoded, (error) => error === 'badCrc');
  }

  /** Forgets what is half received. */
  reset(): void {
    this.#pending = new Uint8Array();
  }
}

/** The step at `at`, or undefined when more bytes are needed to decide. */
function next(bytes: Uint8Array, at: number): Decoded | undefined {
  const sync = bytes[at];
  if (sync === undefined) return undefined;
  if (sync !== SYNC) return { ok: false, error: 'badSync', bytes: bytes.slice(at, at + 1) };
  const length = bytes[at + 2];
  if (length === undefined) return undefined;
  if (length < MIN_FRAME) return { ok: false, error: 'badLength', bytes: bytes.slice(at, at + 1) };
  if (at + length > bytes.length) return undefined;
  const whole = bytes.slice(at, at + length);
  // A good frame including its CRC leaves the remainder 0.
  if (crc16Kermit(whole) === 0) return { ok: true, frame: { address: whole[1] ?? 0, data: whole.slice(3, -2) }, bytes: whole };
  const following = bytes[at + length];
  const soundEnd = following === undefined || following === SYNC;
  return { ok: false, error: 'badCrc', bytes: soundEnd ? whole : whole.slice(0, 1) };
}
