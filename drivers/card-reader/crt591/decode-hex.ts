/**
 * One CRT-591 frame or control byte, from the hexadecimal text of a line log to words. Used by `kioskctl decode crt591`.
 */
import { toHex } from '../../../common/hex.ts';
import { decodeHex, type DecodeAnswer } from '../../decode-answer.ts';
import { describeOneToken, problem } from '../motor/decode-token.ts';
import { CRT288_FRAMES, CRT591_FRAMES, Crt591Decoder, decodeText, type Crt591Frame, type Crt591FrameOptions, type Crt591Message } from './codec.ts';
import { CM, commandName, STATUS_AND_SENSORS } from './commands.ts';
import { errorMeaning, readSensors, readStatus } from './status.ts';

/** `crt288`: no ADDR byte, two status bytes. */
type Framing = 'crt591' | 'crt288';

/**
 * Exactly one frame or control byte; spaces between bytes are allowed. A frame's `type` is `command`, `success` or `failure`, with
 * `framing`, `address` (null where frames carry none), the names of `command` and `parameter`, CM, PM and DATA as hexadecimal, DATA as
 * `text` when it is printable, and what status, sensors or error code mean. Never throws.
 */
export function decodeCrt591Hex(hex: string): DecodeAnswer {
  return decodeHex(hex, (bytes) => {
    const asCrt591 = decodeBytes(bytes, 'crt591', CRT591_FRAMES);
    if (asCrt591.ok) return asCrt591;
    // The two framings can't be told apart by a mark; a whole sound frame of the other one is proof enough.
    const asCrt288 = decodeBytes(bytes, 'crt288', CRT288_FRAMES);
    return asCrt288.ok ? asCrt288 : asCrt591;
  });
}

function decodeBytes(bytes: Uint8Array, framing: Framing, options: Crt591FrameOptions): DecodeAnswer {
  return describeOneToken(new Crt591Decoder(options), bytes, {
    first: 'F2, 06, 15 or 04',
    badHeader: 'the address is not 00–0F or the length is not 3–1018',
    describe: ({ frame }) => describeFrame(frame, framing, options),
  });
}

function describeFrame({ address, text }: Crt591Frame, framing: Framing, options: Crt591FrameOptions): DecodeAnswer {
  const message = decodeText(text, options);
  if (message.type !== 'badText') return describeMessage(message, framing, options.addr ? address : null);
  return problem('badText', message.reason === 'unknownHead' ? `unknown head ${toHex(text.slice(0, 1))}` : 'the answer is too short for its head');
}

function describeMessage(message: Crt591Message, framing: Framing, address: number | null): DecodeAnswer {
  const words = {
    ok: true,
    type: message.type,
    framing,
    address,
    ...commandName(message.cm, message.pm),
    cm: hexByte(message.cm),
    pm: hexByte(message.pm),
    data: toHex(message.data),
    ...printable(message.data),
  } as const;
  switch (message.type) {
    case 'command':
      return words;
    case 'success': {
      const { position, levels } = readStatus(message.status);
      const status = { position, ...levels, raw: Buffer.from(message.status).toString('latin1') };
      const withSensors = message.cm === CM.status && message.pm === STATUS_AND_SENSORS;
      return { ...words, status, ...(withSensors ? { sensors: readSensors(message.data) } : {}) };
    }
    case 'failure': {
      const { meaning, code } = errorMeaning(message.error, message);
      return { ...words, failure: { code: message.error, meaning, class: code } };
    }
    default:
      return message satisfies never;
  }
}

function printable(data: Uint8Array): { text?: string } {
  return data.length > 0 && data.every((byte) => byte >= 0x20 && byte <= 0x7e) ? { text: Buffer.from(data).toString('latin1') } : {};
}

function hexByte(byte: number): string {
  return toHex(Uint8Array.of(byte));
}
