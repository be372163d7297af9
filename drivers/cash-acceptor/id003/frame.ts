/**
 * ID-003 framing: `FC LNG CMD [DATA] CRCL CRCH`, LNG counting the whole frame. Owned by the codec, shared by driver and simulator.
 * Source: protocols/cash-acceptor.md 2 and 3.
 */
import { CheckedFrameDecoder, withCrc, type FrameLayout } from '../polled/frame-decoder.ts';

/** First byte of every frame. */
const SYNC = 0xfc;
/** Length of a frame without data. */
const MIN_FRAME = 5;
/** LNG is one byte. */
const MAX_FRAME = 255;

export interface Frame {
  readonly command: number;
  /** 0–250 bytes. */
  readonly data: Uint8Array;
}

export const ID003_FRAMES: FrameLayout<Frame> = {
  sync: SYNC,
  lengthAt: 1,
  least: MIN_FRAME,
  frameOf: (bytes) => ({ command: bytes[2] ?? 0, data: bytes.slice(3, -2) }),
};

/** @throws {RangeError} when `data` is longer than one frame carries (250 bytes). */
export function encodeFrame(command: number, data: Uint8Array = new Uint8Array()): Uint8Array {
  const length = MIN_FRAME + data.length;
  if (length > MAX_FRAME) throw new RangeError(`an ID-003 frame carries at most ${MAX_FRAME - MIN_FRAME} bytes of data, not ${data.length}`);
  return withCrc(Uint8Array.of(SYNC, length, command, ...data));
}

export class FrameDecoder extends CheckedFrameDecoder<Frame> {
  constructor() {
    super(ID003_FRAMES);
  }
}
