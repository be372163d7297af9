/**
 * One CRT-310 frame or control byte, from the hexadecimal text of a line log to words. Used by `kioskctl decode crt310`.
 */
import { toHex } from '../../../common/hex.ts';
import { decodeHex, type DecodeAnswer } from '../../decode-answer.ts';
import { describeOneToken } from '../motor/decode-token.ts';
import { Crt310Decoder, type Crt310Text } from './codec.ts';
import { answersResult, CM, commandName, echoedBytes, STATUS_PM } from './commands.ts';
import { errorMeaning, readStatus, RESULTS } from './status.ts';

/**
 * Exactly one frame or control byte; spaces between bytes are allowed. `type` is `message` or `refusal`. The frame doesn't say from which
 * end it came: `status` and `result` are what the bytes mean when they are an answer. Never throws.
 */
export function decodeCrt310Hex(hex: string): DecodeAnswer {
  return decodeHex(hex, (bytes) =>
    describeOneToken(new Crt310Decoder(), bytes, {
      first: '02, 06, 15 or 05',
      badHeader: 'the length is not 2–1019',
      describe: ({ text }) => describeText(text),
    }),
  );
}

function describeText(text: Crt310Text): DecodeAnswer {
  if (text.type === 'refusal') {
    const { meaning, code } = errorMeaning(text.error);
    return { ok: true, type: 'refusal', failure: { code: text.error, meaning, class: code } };
  }
  const { cm, pm, data } = text;
  return {
    ok: true,
    type: 'message',
    ...commandName(cm, pm),
    cm: toHex(Uint8Array.of(cm)),
    pm: toHex(Uint8Array.of(pm)),
    data: toHex(data),
    ...asAnswer(text),
  };
}

function asAnswer({ cm, pm, data }: Extract<Crt310Text, { readonly type: 'message' }>): Readonly<Record<string, unknown>> {
  if (cm === CM.status && pm === STATUS_PM.status && data.length === 3) {
    const status = readStatus(data);
    return status === undefined
      ? {}
      : { status: { position: status.position, entryOpen: status.entryOpen, ...(status.refused && { refused: status.refused }) } };
  }
  if (!answersResult(cm)) return /^[\x20-\x7e]+$/.test(Buffer.from(data).toString('latin1')) ? { text: Buffer.from(data).toString('latin1') } : {};
  const result = data[echoedBytes(cm, pm)];
  const letter = result === undefined ? '' : String.fromCharCode(result);
  return Object.hasOwn(RESULTS, letter) ? { result: { code: letter, meaning: RESULTS[letter] } } : {};
}
