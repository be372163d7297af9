/**
 * A line of a card trace, said in words: `kioskctl decode pboc HEX`. Pure and total: any text gives a JSON-able description or a typed error.
 * A PIN in a command is never repeated.
 */
import { toHex } from '../../../common/hex.ts';
import { decodeHex, type DecodeAnswer } from '../../decode-answer.ts';
import { decodeCommand, decodeResponse, isBad, statusWordHex, type BadBytes, type ResponseApdu } from '../apdu.ts';
import {
  COMPOSITE_RECORD_LENGTH,
  decodeBalance,
  decodeCreditAnswer,
  decodeFci,
  decodeFile15,
  decodeFile17,
  decodeInitializeAnswer,
  decodeLogRecord,
  decodeProof,
  decodeTravelRecord,
  FILE_15_LENGTH,
  FILE_17_LENGTH,
  LOG_RECORD_LENGTH,
  TRAVEL_RECORD_LENGTH,
} from './answers.ts';
import { fromApdu, type PbocCommand } from './commands.ts';
import { statusWordMeaning } from './status-words.ts';

/** Longest short APDU in bytes: header, Lc, 255, Le. */
const LONGEST = 261;

/**
 * A command begins with a CLA and INS that this application has and is whole; everything else that ends with a status word is an answer.
 * Spaces between bytes are allowed.
 */
export function decodePbocHex(hex: string): DecodeAnswer {
  return decodeHex(hex, (bytes) => {
    if (bytes.length < 2 || bytes.length > LONGEST) return { ok: false, code: 'badLength', message: `an APDU has 2 to ${LONGEST} bytes, not ${bytes.length}` };
    const apdu = decodeCommand(bytes);
    const command = isBad(apdu) ? apdu : fromApdu(apdu);
    if (!isBad(command)) return { ok: true, type: 'command', command: withoutPin(command) };
    const response = decodeResponse(bytes);
    return isBad(response) ? refused(command) : describe(response);
  });
}

function withoutPin(command: PbocCommand): object {
  return command.name === 'verifyPin' ? { ...command, pin: 'hidden' } : command;
}

function refused({ error }: BadBytes): DecodeAnswer {
  return { ok: false, code: error.code, message: error.message };
}

/** `readings`: what the data can be, since an answer doesn't say what was asked: 4 bytes are a balance or a TAC. */
function describe({ data, statusWord }: ResponseApdu): DecodeAnswer {
  const word = statusWordHex(statusWord);
  return { ok: true, type: 'response', statusWord: word, meaning: statusWordMeaning(word), data: toHex(data), readings: readingsOf(data) };
}

function readingsOf(data: Uint8Array): { as: string; value: unknown }[] {
  return candidates(data)
    .map(([as, value]) => ({ as, value }))
    .filter((reading) => !isBad(reading.value));
}

function candidates(data: Uint8Array): readonly (readonly [string, unknown])[] {
  if (data[0] === 0x6f) return [['fci', fciValue(data)]];
  switch (data.length) {
    case 4:
      return [
        ['balance', decodeBalance(data)],
        ['credit', decodeCreditAnswer(data)],
      ];
    case 8:
      return [['proof', decodeProof(data)]];
    case 16:
      return [['initialize', decodeInitializeAnswer(data)]];
    case LOG_RECORD_LENGTH:
      return [['transactionRecord', decodeLogRecord(data)]];
    case FILE_15_LENGTH:
      return [
        ['file15Pboc', decodeFile15(data, 'pboc')],
        ['file15Cjt', decodeFile15(data, 'cjt')],
      ];
    case TRAVEL_RECORD_LENGTH:
      return [['travelRecord', decodeTravelRecord(data)]];
    case FILE_17_LENGTH:
      return [['file17', decodeFile17(data)]];
    case COMPOSITE_RECORD_LENGTH:
      return [['compositeRecord', { recordId: toHex(data.subarray(0, 2)), raw: toHex(data) }]];
    default:
      return [];
  }
}

/** The FCI with its copy of file 15 read both ways. */
function fciValue(data: Uint8Array): unknown {
  const fci = decodeFci(data);
  if (isBad(fci)) return fci;
  const { file15, ...rest } = fci;
  return file15 === undefined ? rest : { ...rest, file15: { raw: toHex(file15), pboc: decodeFile15(file15, 'pboc'), cjt: decodeFile15(file15, 'cjt') } };
}
