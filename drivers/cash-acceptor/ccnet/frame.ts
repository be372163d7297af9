/**
 * CCNET framing: `02 ADR LNG DATA… CRCL CRCH`, LNG counting the whole frame. Owned by the codec, shared by driver and simulator. Long
 * frames (LNG 00, the length in two more bytes) belong to firmware downloads, which this product doesn't do: they are no frames here.
 * Source: protocols/cash-acceptor.md 2 and 4.
 */
import { CheckedFrameDecoder, withCrc, type FrameLayout } from '../polled/frame-decoder.ts';

/** First byte of every frame. */
const SYNC = 0x02;
/** Length of a frame with one byte of data, the shortest there is. */
const MIN_FRAME = 6;
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

export const CCNET_FRAMES: FrameLayout<Frame> = {
  sync: SYNC,
  lengthAt: 2,
  least: MIN_FRAME,
  frameOf: (bytes) => ({ address: bytes[1] ?? 0, data: bytes.slice(3, -2) }),
};

/** @throws {RangeError} when `data` is empty or longer than one frame carries (250 bytes). */
export function encodeFrame({ address, data }: Frame): Uint8Array {
  const length = AROUND + data.length;
  if (length < MIN_FRAME || length > MAX_FRAME) throw new RangeError(`a CCNET frame carries 1 to ${MAX_FRAME - AROUND} bytes of data, not ${data.length}`);
  return withCrc(Uint8Array.of(SYNC, address, length, ...data));
}

export class FrameDecoder extends CheckedFrameDecoder<Frame> {
  constructor() {
    super(CCNET_FRAMES);
  }
}
