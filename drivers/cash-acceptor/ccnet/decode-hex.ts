/** One CCNET frame, from the hexadecimal text of a line log to words. Used by `kioskctl decode ccnet`. */
import { toHex } from '../../../common/hex.ts';
import { decodeHex, type DecodeAnswer } from '../../decode-answer.ts';
import { crc16Kermit } from '../crc16-kermit.ts';
import { decodeAnswer, decodeHostMessage, type Answer } from './codec.ts';
import { MIN_FRAME, SYNC } from './frame.ts';
import { failureCause, rejectWords } from './status.ts';

/** Who has an address on a CCNET bus (section 4). */
const PERIPHERALS: Readonly<Record<number, string>> = { 1: 'bill-to-bill unit', 2: 'coin changer', 3: 'bill validator', 4: 'card reader' };

/** Exactly one frame, read in both directions where both make sense. Plain JSON; never throws. */
export function decodeCcnetHex(hex: string): DecodeAnswer {
  return decodeHex(hex, (bytes) => {
    const trouble = frameTrouble(bytes);
    if (trouble !== undefined) return { ok: false, ...trouble };
    const frame = { address: bytes[1] ?? 0, data: bytes.slice(3, -2) };
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

function frameTrouble(bytes: Uint8Array): { code: 'badSync' | 'badLength' | 'badCrc'; message: string } | undefined {
  const [sync = 0, , length = 0] = bytes;
  if (sync !== SYNC) return { code: 'badSync', message: `a frame starts with 02, not ${toHex(Uint8Array.of(sync))}` };
  if (bytes.length < MIN_FRAME || length !== bytes.length) return { code: 'badLength', message: `LNG says ${length} bytes, the frame has ${bytes.length}` };
  if (crc16Kermit(bytes) === 0) return undefined;
  const crc = crc16Kermit(bytes.slice(0, -2));
  return { code: 'badCrc', message: `the CRC should be ${toHex(Uint8Array.of(crc & 0xff, crc >> 8))}` };
}
