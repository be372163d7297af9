/**
 * One CRT-310 frame or control byte, from the hexadecimal text of a line log to words. Used by `kioskctl decode crt310`.
 */
import { toHex } from '../../../common/hex.ts';
import { decodeHex, type DecodeAnswer } from '../../decode-answer.ts';
import { Crt310Decoder, type Crt310Text, type Crt310Token } from './codec.ts';
import { answersResult, CM, commandName, echoedBytes, STATUS_PM } from './commands.ts';
import { errorMeaning, readStatus, RESULTS } from './status.ts';

/**
 * Exactly one frame or control byte; spaces between bytes are allowed. `type` is `message` or `refusal`. The frame doesn't say from which
 * end it came: `status` and `result` are what the bytes mean when they are an answer. Never throws.
 */
export function decodeCrt310Hex(hex: string): DecodeAnswer {
  return decodeHex(hex, (bytes) => {
    const [token] = new Crt310Decoder().push(bytes);
    if (token === undefined) return problem('truncated', `the frame is longer than the ${bytes.length} bytes given`);
    const length = token.type === 'frame' || token.type === 'bad' ? token.bytes.length : 1;
    const description = describeToken(token);
    if (!description.ok || length === bytes.length) return description;
    return problem('trailingBytes', `${bytes.length - length} bytes follow after the first ${length === 1 ? 'control byte' : `frame of ${length} bytes`}`);
  });
}

function describeToken(token: Crt310Token): DecodeAnswer {
  switch (token.type) {
    case 'ack':
    case 'nak':
    case 'enq':
      return { ok: true, type: token.type };
    case 'frame':
      return describeText(token.text);
    case 'bad':
      switch (token.reason) {
        case 'noise':
          return problem('notAFrame', `expected 02, 06, 15 or 05 first, found ${toHex(token.bytes.slice(0, 1))}`);
        case 'header':
          return problem('badHeader', 'the length is not 2–1019');
        case 'terminator':
          return problem('badTerminator', 'the byte that the length says is 03 is another');
        case 'checksum':
          return problem('badChecksum', `BCC ${toHex(token.bytes.slice(-1))} does not fit: the XOR of the whole frame is not 00`);
        default:
          return token.reason satisfies never;
      }
    default:
      return token satisfies never;
  }
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

function problem(code: string, message: string): DecodeAnswer {
  return { ok: false, code, message };
}
