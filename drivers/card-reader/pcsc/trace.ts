/** Exchanges with a card as they may be kept: the command's header and the status word, never what stands between. */
import { toHex } from '../../../common/hex.ts';
import type { FrameTrace } from '../../device.ts';

const HEADER = 4;

/** CLA INS P1 P2, the rest as `XX`. */
export function requestTrace(apdu: Uint8Array): FrameTrace {
  return { direction: 'toDevice', bytes: toHex(apdu.subarray(0, HEADER)) + 'XX'.repeat(Math.max(0, apdu.length - HEADER)) };
}

/** SW1 SW2 after the rest as `XX`; less when less came. */
export function responseTrace(answer: Uint8Array): FrameTrace {
  return { direction: 'fromDevice', bytes: 'XX'.repeat(Math.max(0, answer.length - 2)) + toHex(answer.subarray(-2)) };
}
