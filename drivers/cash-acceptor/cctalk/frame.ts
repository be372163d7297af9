/**
 * ccTalk framing with both checksums: `dest len src header data chk`, or `dest len crcL header data crcH` where the low CRC byte stands in
 * the source's place. Owned by the codec, shared by drivers, simulators and the decoding of logs.
 * Source: protocols/cash-acceptor.md 2 and 5.1.
 */
import { appended, joinNoise } from '../noise-runs.ts';

export type ChecksumMode = 'simple' | 'crc';

/** The host's own address. */
export const HOST = 1;
/** Length of a frame without data. */
export const MIN_FRAME = 5;
/** `len` counts data only, 0 to 252. */
export const MAX_DATA = 252;
export const MAX_FRAME = MIN_FRAME + MAX_DATA;
/** Ms between two bytes of one frame at most (specification part 1, 11.1). */
export const BYTE_GAP = 50;

export interface CctalkFrame {
  readonly destination: number;
  /** Undefined: not carried, as in every frame with a CRC. */
  readonly source: number | undefined;
  readonly header: number;
  readonly data: Uint8Array;
}

export type FrameErrorCode = 'badLength' | 'badChecksum';

/** What comes out of a line: a sound frame, or a run of bytes that is none. `bytes` is what was on the line. */
export type Decoded =
  | { readonly ok: true; readonly frame: CctalkFrame; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly error: FrameErrorCode; readonly bytes: Uint8Array };

/** CRC-16/XMODEM: polynomial 1021, not reflected, initial 0; check value of `123456789` is 31C3. */
export function crc16Xmodem(bytes: Uint8Array): number {
  return crcOver(bytes, 0, bytes.length, 0);
}

const CRC_TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
  return crc & 0xffff;
});

function crcOver(bytes: Uint8Array, from: number, to: number, before: number): number {
  let crc = before;
  for (let at = from; at < to; at += 1) crc = ((crc << 8) & 0xffff) ^ (CRC_TABLE[(crc >> 8) ^ (bytes[at] ?? 0)] ?? 0);
  return crc;
}

/** `source` is not sent with a CRC. @throws {RangeError} when `data` is longer than one frame carries (252 bytes). */
export function encodeFrame(frame: { destination: number; source: number; header: number; data?: Uint8Array }, mode: ChecksumMode): Uint8Array {
  const { destination, source, header, data = new Uint8Array() } = frame;
  if (data.length > MAX_DATA) throw new RangeError(`a ccTalk frame carries at most ${MAX_DATA} bytes of data, not ${data.length}`);
  if (mode === 'crc') {
    const crc = crc16Xmodem(Uint8Array.of(destination, data.length, header, ...data));
    return Uint8Array.of(destination, data.length, crc & 0xff, header, ...data, crc >> 8);
  }
  const body = Uint8Array.of(destination, data.length, source, header, ...data);
  return Uint8Array.of(...body, -sum(body) & 0xff);
}

/** A whole frame and nothing else; undefined when its length or checksum is wrong. */
export function readFrame(bytes: Uint8Array, mode: ChecksumMode): CctalkFrame | undefined {
  const { length } = bytes;
  return length >= MIN_FRAME && length === MIN_FRAME + (bytes[1] ?? 0) && isSound(bytes, 0, length, mode) ? frameOf(bytes, mode) : undefined;
}

/** @param bytes a sound frame, which keeps its bytes */
function frameOf(bytes: Uint8Array, mode: ChecksumMode): CctalkFrame {
  return { destination: bytes[0] ?? 0, source: mode === 'simple' ? bytes[2] : undefined, header: bytes[3] ?? 0, data: bytes.subarray(4, -1) };
}

/** Whether the checksum of the frame from `at` to `end` is right. Reads in place: behind a wrong one the search goes on byte by byte. */
function isSound(bytes: Uint8Array, at: number, end: number, mode: ChecksumMode): boolean {
  if (mode === 'simple') return sum(bytes, at, end) === 0;
  // The low byte stands in the source's place and is not part of it.
  const crc = crcOver(bytes, at + 3, end - 1, crcOver(bytes, at, at + 2, 0));
  return crc === (((bytes[end - 1] ?? 0) << 8) | (bytes[at + 2] ?? 0));
}

/**
 * Takes bytes as they arrive and gives frames once complete. Holds at most 256 bytes between calls and never throws. ccTalk has no mark
 * where a frame begins: a wrong checksum or length costs one byte and the search goes on behind it. A false length can wait for bytes that
 * never come: `reset` after a pause of `BYTE_GAP`.
 */
export class FrameDecoder {
  readonly #mode: ChecksumMode;
  #pending: Uint8Array = new Uint8Array();

  constructor(mode: ChecksumMode) {
    this.#mode = mode;
  }

  push(chunk: Uint8Array): readonly Decoded[] {
    const bytes = appended(this.#pending, chunk);
    const decoded: Decoded[] = [];
    let at = 0;
    for (let step = next(bytes, at, this.#mode); step !== undefined; step = next(bytes, at, this.#mode)) {
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
}

/** The step at `at`, or undefined when more bytes are needed to decide. */
function next(bytes: Uint8Array, at: number, mode: ChecksumMode): Decoded | undefined {
  const length = bytes[at + 1];
  if (length === undefined) return undefined;
  if (length > MAX_DATA) return { ok: false, error: 'badLength', bytes: bytes.slice(at, at + 1) };
  const end = at + MIN_FRAME + length;
  if (end > bytes.length) return undefined;
  if (!isSound(bytes, at, end, mode)) return { ok: false, error: 'badChecksum', bytes: bytes.slice(at, at + 1) };
  const whole = bytes.slice(at, end);
  return { ok: true, frame: frameOf(whole, mode), bytes: whole };
}

function sum(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let total = 0;
  for (let at = from; at < to; at += 1) total += bytes[at] ?? 0;
  return total & 0xff;
}
