/**
 * ISO 7816-4 short APDUs: command and response ↔ bytes (pure), and the exchange over a card channel that follows T=0's `61xx` and `6Cxx`.
 * Source: card-application.md 1.1, 2.2, 3.1. Used by the card applications.
 */
import { toHex } from '../../common/hex.ts';
import type { CardChannel } from '../card-reader/card-reader.ts';

export interface CommandApdu {
  readonly cla: number;
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  /** 1–255 bytes; absent when the command carries none. */
  readonly data?: Uint8Array;
  /** Expected answer, 1–256 bytes (256 is sent as 00); absent when none is expected. */
  readonly le?: number;
}

export interface ResponseApdu {
  readonly data: Uint8Array;
  /** SW1 SW2 as one number, e.g. 0x9000. */
  readonly statusWord: number;
}

export type BadBytesCode =
  /** Fewer bytes than the structure needs. */
  | 'truncated'
  /** A length byte, or the whole, doesn't fit what follows. */
  | 'badLength'
  /** A field holds what its definition doesn't allow. */
  | 'badValue'
  /** No command, answer or file this terminal knows. */
  | 'unknown';

/** What a decoder answers for bytes it can't accept; decoders never throw. */
export interface BadBytes {
  readonly error: { readonly code: BadBytesCode; readonly message: string };
}

export function bad(code: BadBytesCode, message: string): BadBytes {
  return { error: { code, message } };
}

export function isBad(decoded: unknown): decoded is BadBytes {
  return typeof decoded === 'object' && decoded !== null && 'error' in decoded;
}

/** @throws {RangeError} when a field doesn't fit a short APDU */
export function encodeCommand(command: CommandApdu): Uint8Array {
  const { cla, ins, p1, p2, data, le } = command;
  if (data !== undefined && (data.length === 0 || data.length > 255)) throw new RangeError(`a short APDU carries 1 to 255 bytes, not ${data.length}`);
  if (le !== undefined && (!Number.isInteger(le) || le < 1 || le > 256)) throw new RangeError(`Le is 1 to 256, not ${le}`);
  return Uint8Array.of(cla, ins, p1, p2, ...(data === undefined ? [] : [data.length, ...data]), ...(le === undefined ? [] : [le % 256]));
}

export function decodeCommand(bytes: Uint8Array): CommandApdu | BadBytes {
  const [cla, ins, p1, p2, p3] = bytes;
  if (cla === undefined || ins === undefined || p1 === undefined || p2 === undefined)
    return bad('truncated', `a command has at least 4 bytes, not ${bytes.length}`);
  const header = { cla, ins, p1, p2 };
  if (p3 === undefined) return header;
  if (bytes.length === 5) return { ...header, le: p3 === 0 ? 256 : p3 };
  const end = 5 + p3;
  if (p3 === 0 || bytes.length < end || bytes.length > end + 1) return bad('badLength', `Lc ${p3} does not fit the ${bytes.length - 5} bytes that follow`);
  const data = bytes.slice(5, end);
  const le = bytes[end];
  return le === undefined ? { ...header, data } : { ...header, data, le: le === 0 ? 256 : le };
}

export function encodeResponse(response: ResponseApdu): Uint8Array {
  return Uint8Array.of(...response.data, response.statusWord >> 8, response.statusWord & 0xff);
}

export function decodeResponse(bytes: Uint8Array): ResponseApdu | BadBytes {
  const [sw1, sw2] = bytes.subarray(-2);
  if (sw1 === undefined || sw2 === undefined) return bad('truncated', `an answer ends with two status bytes, ${bytes.length} came`);
  const high = sw1 >> 4;
  if ((high !== 0x6 && high !== 0x9) || sw1 === 0x60) return bad('badValue', `${toHex(bytes.subarray(-2))} is not a status word`);
  return { data: bytes.slice(0, -2), statusWord: sw1 * 256 + sw2 };
}

/** `9000` */
export function statusWordHex(statusWord: number): string {
  return statusWord.toString(16).toUpperCase().padStart(4, '0');
}

/** Answers to `GET RESPONSE` that one command may need before the driver gives up: no answer here is longer than 256 bytes. */
const GET_RESPONSE_LIMIT = 4;

/**
 * Sends one command exactly once; `61xx` and `6Cxx` are the caller's. The only way to send CREDIT FOR LOAD.
 * @throws {DeviceError} as `CardChannel.transmit`
 */
export async function transmitOnce(channel: CardChannel, command: CommandApdu, signal?: AbortSignal): Promise<ResponseApdu | BadBytes> {
  return decodeResponse(await channel.transmit(encodeCommand(command), signal));
}

/**
 * Sends one command that may be repeated and fetches its whole answer: `6Cxx` → once more with the right Le, `61xx` → GET RESPONSE.
 * @throws {DeviceError} as `CardChannel.transmit`
 */
export async function exchange(channel: CardChannel, command: CommandApdu, signal?: AbortSignal): Promise<ResponseApdu | BadBytes> {
  let answer = await withRightLength(channel, command, signal);
  let data = new Uint8Array(0);
  for (let round = 0; round < GET_RESPONSE_LIMIT && hasMore(answer); round += 1) {
    data = Uint8Array.of(...data, ...answer.data);
    answer = await withRightLength(channel, getResponse(answer), signal);
  }
  return isBad(answer) ? answer : { data: Uint8Array.of(...data, ...answer.data), statusWord: answer.statusWord };
}

/** `61xx`: the command was executed and xx bytes wait for GET RESPONSE. */
export function hasMore(answer: ResponseApdu | BadBytes): answer is ResponseApdu {
  return !isBad(answer) && answer.statusWord >> 8 === 0x61;
}

/** The command that fetches what a `61xx` announced. */
export function getResponse(announced: ResponseApdu): CommandApdu {
  return { cla: 0x00, ins: 0xc0, p1: 0x00, p2: 0x00, le: lengthOf(announced.statusWord) };
}

async function withRightLength(channel: CardChannel, command: CommandApdu, signal: AbortSignal | undefined): Promise<ResponseApdu | BadBytes> {
  const answer = await transmitOnce(channel, command, signal);
  if (isBad(answer) || answer.statusWord >> 8 !== 0x6c) return answer;
  return transmitOnce(channel, { ...command, le: lengthOf(answer.statusWord) }, signal);
}

/** SW2 of `61xx` and `6Cxx`; 00 means 256. */
function lengthOf(statusWord: number): number {
  return statusWord & 0xff || 256;
}
