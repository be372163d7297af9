/**
 * ID-003 framing: `FC LNG CMD [DATA] CRCL CRCH`, LNG counting the whole frame. Owned by the codec, shared by driver and simulator.
 * Source: protocols/cash-acceptor.md 2 and 3.
 */
import { crc16Kermit } from '../crc16-kermit.ts';
import { appended, joinNoise } from '../noise-runs.ts';

/** First byte of every frame. */
export const SYNC = 0xfc;
/** Length of a frame without data. */
export const MIN_FRAME = 5;
/** LNG is one byte. */
export const MAX_FRAME = 255;

export interface Frame {
  readonly command: number;
  /** 0–250 bytes. */
  readonly data: Uint8Array;
}

export type FrameErrorCode = 'badSync' | 'badLength' | 'badCrc';

/** What comes out of a line: a sound frame, or a run of bytes that is none. `bytes` is what was on the line. */
export type Decoded =
  { readonly ok: true; readonly frame: Frame; readonly bytes: Uint8Array } | { readonly ok: false; readonly error: FrameErrorCode; readonly bytes: Uint8Array };

/** @throws {RangeError} when `data` is longer than one frame carries (250 bytes). */
export function encodeFrame(command: number, data: Uint8Array = new Uint8Array()): Uint8Array {
  const length = MIN_FRAME + data.length;
  if (length > MAX_FRAME) throw new RangeError(`an ID-003 frame carries at most ${MAX_FRAME - MIN_FRAME} bytes of data, not ${data.length}`);
  const body = Uint8Array.of(SYNC, length, command, ...data);
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
  const length = bytes[at + 1];
  if (length === undefined) return undefined;
  if (length < MIN_FRAME) return { ok: false, error: 'badLength', bytes: bytes.slice(at, at + 1) };
  if (at + length > bytes.length) return undefined;
  const whole = bytes.slice(at, at + length);
  // A good frame including its CRC leaves the remainder 0.
  if (crc16Kermit(whole) === 0) return { ok: true, frame: { command: whole[2] ?? 0, data: whole.slice(3, -2) }, bytes: whole };
  const following = bytes[at + length];
  const soundEnd = following === undefined || following === SYNC;
  return { ok: false, error: 'badCrc', bytes: soundEnd ? whole : whole.slice(0, 1) };
}
