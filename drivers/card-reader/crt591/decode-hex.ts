/**
 * One CRT-591 frame or control byte, from the hexadecimal text of a line log to words. Used by `kioskctl decode crt591`.
 */
import { fromHex, toHex } from '../../../common/hex.ts';
import type { DeviceErrorCode } from '../../device.ts';
import { CRT288_FRAMES, CRT591_FRAMES, Crt591Decoder, decodeText, type Crt591FrameOptions, type Crt591Message, type Crt591Token } from './codec.ts';
import { CM, commandName, STATUS_AND_SENSORS } from './commands.ts';
import { errorMeaning, readSensors, readStatus, type Sensor, type UnitStatus } from './status.ts';

export type DecodeErrorCode = 'empty' | 'badHex' | 'truncated' | 'badHeader' | 'badTerminator' | 'badChecksum' | 'notAFrame' | 'trailingBytes' | 'badText';

interface FrameWords {
  /** `crt288`: no ADDR byte, two status bytes. */
  readonly framing: 'crt591' | 'crt288';
  readonly address: number | null;
  readonly command: string;
  readonly parameter: string;
  /** CM, PM and payload after them (and after status or error bytes), upper-case hexadecimal. */
  readonly cm: string;
  readonly pm: string;
  readonly data: string;
  /** `data` as text, when all of it is printable ASCII. */
  readonly text?: string;
}

export type Crt591Description =
  | { readonly type: 'ack' | 'nak' | 'eot' }
  | ({ readonly type: 'command' } & FrameWords)
  | ({ readonly type: 'success'; readonly status: UnitStatus & { readonly raw: string }; readonly sensors?: readonly Sensor[] } & FrameWords)
  | ({ readonly type: 'failure'; readonly failure: { readonly code: string; readonly meaning: string; readonly class: DeviceErrorCode } } & FrameWords);

export type DecodeResult = Crt591Description | { readonly error: { readonly code: DecodeErrorCode; readonly message: string } };

/** Exactly one frame or control byte; spaces between bytes are allowed. Never throws. */
export function decodeCrt591Hex(hex: string): DecodeResult {
  let bytes: Uint8Array;
  try {
    bytes = fromHex(hex);
  } catch (cause) {
    return problem('badHex', cause instanceof Error ? cause.message : String(cause));
  }
  if (bytes.length === 0) return problem('empty', 'no bytes given');
  const asCrt591 = decodeBytes(bytes, 'crt591', CRT591_FRAMES);
  if (!('error' in asCrt591)) return asCrt591;
  // The two framings can't be told apart by a mark; a whole sound frame of the other one is proof enough.
  const asCrt288 = decodeBytes(bytes, 'crt288', CRT288_FRAMES);
  return 'error' in asCrt288 ? asCrt591 : asCrt288;
}

function decodeBytes(bytes: Uint8Array, framing: FrameWords['framing'], options: Crt591FrameOptions): DecodeResult {
  const decoder = new Crt591Decoder(options);
  const [token] = decoder.push(bytes);
  if (token === undefined) return problem('truncated', `the frame is longer than the ${bytes.length} bytes given`);
  const length = tokenLength(token);
  const description = describeToken(token, framing, options);
  if ('error' in description || length === bytes.length) return description;
  return problem('trailingBytes', `${bytes.length - length} bytes follow after the first ${length === 1 ? 'control byte' : `frame of ${length} bytes`}`);
}

function describeToken(token: Crt591Token, framing: FrameWords['framing'], options: Crt591FrameOptions): DecodeResult {
  switch (token.type) {
    case 'ack':
    case 'nak':
    case 'eot':
      return { type: token.type };
    case 'frame': {
      const message = decodeText(token.frame.text, options);
      if (message.type !== 'badText') return describeMessage(message, framing, options.addr ? token.frame.address : null);
      return problem(
        'badText',
        message.reason === 'unknownHead' ? `unknown head ${toHex(token.frame.text.slice(0, 1))}` : 'the answer is too short for its head',
      );
    }
    case 'bad':
      switch (token.reason) {
        case 'noise':
          return problem('notAFrame', `expected F2, 06, 15 or 04 first, found ${toHex(token.bytes.slice(0, 1))}`);
        case 'header':
          return problem('badHeader', 'the address is not 00–0F or the length is not 3–1018');
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

function describeMessage(message: Crt591Message, framing: FrameWords['framing'], address: number | null): Crt591Description {
  const words: FrameWords = {
    framing,
    address,
    ...commandName(message.cm, message.pm),
    cm: hexByte(message.cm),
    pm: hexByte(message.pm),
    data: toHex(message.data),
    ...printable(message.data),
  };
  switch (message.type) {
    case 'command':
      return { type: 'command', ...words };
    case 'success': {
      const status = { ...readStatus(message.status), raw: Buffer.from(message.status).toString('latin1') };
      const withSensors = message.cm === CM.status && message.pm === STATUS_AND_SENSORS;
      return { type: 'success', status, ...(withSensors ? { sensors: readSensors(message.data) } : {}), ...words };
    }
    case 'failure': {
      const { meaning, code } = errorMeaning(message.error);
      return { type: 'failure', failure: { code: message.error, meaning, class: code }, ...words };
    }
    default:
      return message satisfies never;
  }
}

function printable(data: Uint8Array): { text?: string } {
  return data.length > 0 && data.every((byte) => byte >= 0x20 && byte <= 0x7e) ? { text: Buffer.from(data).toString('latin1') } : {};
}

function tokenLength(token: Crt591Token): number {
  return token.type === 'frame' || token.type === 'bad' ? token.bytes.length : 1;
}

function hexByte(byte: number): string {
  return toHex(Uint8Array.of(byte));
}

function problem(code: DecodeErrorCode, message: string): DecodeResult {
  return { error: { code, message } };
}
