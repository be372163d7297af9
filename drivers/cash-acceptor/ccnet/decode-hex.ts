/** One CCNET frame, from the hexadecimal text of a line log to words. Used by `kioskctl decode ccnet`. */
import { toHex } from '../../../common/hex.ts';
import { decodeHex, type DecodeAnswer } from '../../decode-answer.ts';
import { frameTrouble } from '../polled/frame-decoder.ts';
import { decodeAnswer, decodeHostMessage, type Answer } from './codec.ts';
import { CCNET_FRAMES } from './frame.ts';
import { failureCause, rejectWords } from './status.ts';

/** Who has an address on a CCNET bus (section 4). */
const PERIPHERALS: Readonly<Record<number, string>> = { 1: 'bill-to-bill unit', 2: 'coin changer', 3: 'bill validator', 4: 'card reader' };

/** Exactly one frame, read in both directions where both make sense. Plain JSON; never throws. */
export function decodeCcnetHex(hex: string): DecodeAnswer {
  return decodeHex(hex, (bytes) => {
    const trouble = frameTrouble(CCNET_FRAMES, bytes);
    if (trouble !== undefined) return { ok: false, ...trouble };
    const frame = CCNET_FRAMES.frameOf(bytes);
    const host = decodeHostMessage(frame);
    const answer = decodeAnswer(frame);
    if (host === undefined && answer === undefined) {
      return { ok: false, code: 'unknownMessage', message: `${toHex(frame.data)} is neither a command nor an answer to one` };
    }
    return {
      ok: true,
      address: frame.address,
      peripheral: PERIPHERALS[frame.address] ?? 'unknown',
      data: toHex(frame.data),
      ...(host === undefined ? {} : { controllerToValidator: host }),
      ...(answer === undefined ? {} : { validatorToController: plain(answer) }),
    };
  });
}

function plain(answer: Answer): object {
  if (answer.kind === 'identification') return { ...answer, assetNumber: toHex(answer.assetNumber) };
  if (answer.kind === 'billTable') return { ...answer, entries: answer.entries.map((entry, type) => ({ type, ...entry })).filter(({ value }) => value > 0) };
  if (answer.kind !== 'poll') return answer;
  const { answer: state } = answer;
  const code = 'code' in state ? state.code : 0;
  const words = state.kind === 'rejecting' ? { reason: rejectWords(code) } : state.kind === 'failure' ? { cause: failureCause(code) } : {};
  return { kind: 'poll', state: state.kind, ...('code' in state ? { code: toHex(Uint8Array.of(code)) } : {}), ...words };
}
