/**
 * What `kioskctl decode` says of the bytes of a motorised reader: exactly one frame or control byte, or what is wrong with them. Each
 * model's decode-hex.ts says what a sound frame means.
 */
import { toHex } from '../../../common/hex.ts';
import type { DecodeAnswer } from '../../decode-answer.ts';
import type { BadBytes, BccDecoder, BccToken } from './bcc-framing.ts';

export interface TokenWords<Content> {
  /** Bytes that something can begin with, as `02, 06, 15 or 05`. */
  readonly first: string;
  /** What a header can't be, as `the length is not 2–1019`. */
  readonly badHeader: string;
  readonly describe: (content: Content) => DecodeAnswer;
}

/** Never throws. @param decoder a fresh one */
export function describeOneToken<Content>(decoder: BccDecoder<string, Content>, bytes: Uint8Array, words: TokenWords<Content>): DecodeAnswer {
  const [token] = decoder.push(bytes);
  if (token === undefined) return problem('truncated', `the frame is longer than the ${bytes.length} bytes given`);
  const length = 'bytes' in token ? token.bytes.length : 1;
  const description = describeToken(token, words);
  if (!description.ok || length === bytes.length) return description;
  return problem('trailingBytes', `${bytes.length - length} bytes follow after the first ${length === 1 ? 'control byte' : `frame of ${length} bytes`}`);
}

export function problem(code: string, message: string): DecodeAnswer {
  return { ok: false, code, message };
}

function describeToken<Content>(token: BccToken<string, Content>, words: TokenWords<Content>): DecodeAnswer {
  if (!('bytes' in token)) return { ok: true, type: token.type };
  return 'reason' in token ? describeBad(token, words) : words.describe(token);
}

function describeBad({ reason, bytes }: BadBytes, { first, badHeader }: TokenWords<never>): DecodeAnswer {
  switch (reason) {
    case 'noise':
      return problem('notAFrame', `expected ${first} first, found ${toHex(bytes.slice(0, 1))}`);
    case 'header':
      return problem('badHeader', badHeader);
    case 'terminator':
      return problem('badTerminator', 'the byte that the length says is 03 is another');
    case 'checksum':
      return problem('badChecksum', `BCC ${toHex(bytes.slice(-1))} does not fit: the XOR of the whole frame is not 00`);
    default:
      return reason satisfies never;
  }
}
