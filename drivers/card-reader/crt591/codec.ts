/**
 * Creator CRT-591 / CRT-571 framing, both ends of the line: bytes ↔ frames ↔ commands and answers. Pure, no timers; used by the link
 * (host side), the simulator (unit side) and `kioskctl decode crt591`.
 *
 *     F2 ADDR LENH LENL | HEAD CM PM … | 03 BCC        LEN = HEAD … last payload byte; BCC = XOR of F2 … 03
 *
 * Source: CRT-591-M001 communication protocol 1.0, as in card-readers.md section 1.1. Parsed by length only: payloads are binary.
 */

export const ACK = 0x06;
export const NAK = 0x15;
export const EOT = 0x04;
const START = 0xf2;
const END = 0x03;
const HEAD_COMMAND = 0x43; // 'C'
const HEAD_SUCCESS = 0x50; // 'P'
const HEAD_FAILURE = 0x4e; // 'N'
/** The paper prints the failure head as "'N', 45H"; one public driver expects 45. */
const HEAD_FAILURE_AS_PRINTED = 0x45;

/** Of a whole frame, F2 to BCC. */
export const MAX_FRAME = 1024;
/** HEAD CM PM. */
const MIN_TEXT = 3;
/** Four DIP switches. */
const MAX_ADDRESS = 0x0f;

/** What differs between the relatives: CRT-288 frames have no ADDR byte and two status bytes. */
export interface Crt591FrameOptions {
  readonly addr: boolean;
  readonly statusBytes: 3 | 2;
}

export const CRT591_FRAMES: Crt591FrameOptions = { addr: true, statusBytes: 3 };
export const CRT288_FRAMES: Crt591FrameOptions = { addr: false, statusBytes: 2 };

export interface Crt591Frame {
  /** 0–15; 0 where frames carry no address. */
  readonly address: number;
  /** HEAD CM PM payload. */
  readonly text: Uint8Array;
}

export interface Crt591Command {
  readonly type: 'command';
  readonly cm: number;
  readonly pm: number;
  readonly data: Uint8Array;
}

export interface Crt591Success {
  readonly type: 'success';
  readonly cm: number;
  readonly pm: number;
  /** st0 st1 st2 (or st0 st1), ASCII digits. */
  readonly status: Uint8Array;
  readonly data: Uint8Array;
}

export interface Crt591Failure {
  readonly type: 'failure';
  readonly cm: number;
  readonly pm: number;
  /** e1 e0 as printed, for example `10`, `A0`. */
  readonly error: string;
  readonly data: Uint8Array;
}

export type Crt591Answer = Crt591Success | Crt591Failure;
export type Crt591Message = Crt591Command | Crt591Answer;

export type BadFrameReason =
  /** Bytes between frames that are no control byte. */
  | 'noise'
  /** A start byte whose address or length can't be. */
  | 'header'
  /** ETX is not where the length says. */
  | 'terminator'
  /** Sound boundaries, wrong BCC: the whole frame was dropped. */
  | 'checksum';

export type Crt591Token =
  | { readonly type: 'ack' }
  | { readonly type: 'nak' }
  | { readonly type: 'eot' }
  | { readonly type: 'frame'; readonly frame: Crt591Frame; readonly bytes: Uint8Array }
  /** `bytes` were dropped. */
  | { readonly type: 'bad'; readonly reason: BadFrameReason; readonly bytes: Uint8Array };

/** Incremental decoder. Never throws, holds at most one frame's worth of bytes between calls. */
export class Crt591Decoder {
  readonly #addr: boolean;
  #held: Uint8Array = new Uint8Array(0);

  constructor(options: Pick<Crt591FrameOptions, 'addr'> = CRT591_FRAMES) {
    this.#addr = options.addr;
  }

  /** Bytes of an unfinished frame. */
  get pending(): number {
    return this.#held.length;
  }

  /** Takes bytes in any chunking; answers what became complete, in the order of the line. */
  push(chunk: Uint8Array): Crt591Token[] {
    const bytes = new Uint8Array(this.#held.length + chunk.length);
    bytes.set(this.#held);
    bytes.set(chunk, this.#held.length);
    return this.#scan(bytes);
  }

  /** The rest of the frame won't come: drops its start byte and looks for what is hidden behind it. */
  rescan(): Crt591Token[] {
    const held = this.#held;
    if (held.length === 0) return [];
    return [{ type: 'bad', reason: 'header', bytes: held.slice(0, 1) }, ...this.#scan(held.subarray(1))];
  }

  reset(): void {
    this.#held = new Uint8Array(0);
  }

  #scan(bytes: Uint8Array): Crt591Token[] {
    const tokens: Crt591Token[] = [];
    let at = 0;
    while (at < bytes.length) {
      const step = readToken(bytes.subarray(at), this.#addr);
      if (step === 'incomplete') break;
      tokens.push(step.token);
      at += step.length;
    }
    this.#held = bytes.slice(at);
    return tokens;
  }
}

interface Step {
  readonly token: Crt591Token;
  /** Bytes it took. */
  readonly length: number;
}

function readToken(bytes: Uint8Array, addr: boolean): Step | 'incomplete' {
  switch (bytes[0]) {
    case START:
      return readFrame(bytes, addr);
    case ACK:
      return { token: { type: 'ack' }, length: 1 };
    case NAK:
      return { token: { type: 'nak' }, length: 1 };
    case EOT:
      return { token: { type: 'eot' }, length: 1 };
    case undefined:
      return 'incomplete';
    default:
      return bad('noise', bytes.subarray(0, noiseLength(bytes)));
  }
}

function readFrame(bytes: Uint8Array, addr: boolean): Step | 'incomplete' {
  const headerLength = addr ? 4 : 3;
  const address = addr ? bytes[1] : 0;
  if (address !== undefined && address > MAX_ADDRESS) return bad('header', bytes.subarray(0, 1));
  const [high, low] = bytes.subarray(headerLength - 2, headerLength);
  if (address === undefined || high === undefined || low === undefined) return 'incomplete';
  const textLength = (high << 8) | low;
  const length = headerLength + textLength + 2;
  if (textLength < MIN_TEXT || length > MAX_FRAME) return bad('header', bytes.subarray(0, 1));
  if (bytes.length < length) return 'incomplete';
  if (bytes[length - 2] !== END) return bad('terminator', bytes.subarray(0, 1));
  const whole = bytes.slice(0, length);
  if (xorOf(whole) !== 0) return bad('checksum', whole);
  return { token: { type: 'frame', frame: { address, text: whole.slice(headerLength, length - 2) }, bytes: whole }, length };
}

function bad(reason: BadFrameReason, bytes: Uint8Array): Step {
  return { token: { type: 'bad', reason, bytes: Uint8Array.from(bytes) }, length: bytes.length };
}

function noiseLength(bytes: Uint8Array): number {
  const end = bytes.findIndex((byte) => byte === START || byte === ACK || byte === NAK || byte === EOT);
  return end < 0 ? bytes.length : end;
}

function xorOf(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum ^ byte, 0);
}

/** @throws {RangeError} when the frame would be longer than 1024 bytes or the address isn't 0–15. */
export function encodeFrame(frame: Crt591Frame, options: Pick<Crt591FrameOptions, 'addr'> = CRT591_FRAMES): Uint8Array {
  const { address, text } = frame;
  if (address < 0 || address > MAX_ADDRESS) throw new RangeError(`address ${address} is not 0–15`);
  const header = [START, ...(options.addr ? [address] : []), text.length >> 8, text.length & 0xff];
  const length = header.length + text.length + 2;
  if (text.length < MIN_TEXT || length > MAX_FRAME)
    throw new RangeError(`a frame of ${length} bytes can't be sent (text 3 bytes at least, frame ${MAX_FRAME} at most)`);
  const bytes = Uint8Array.from([...header, ...text, END, 0]);
  bytes[length - 1] = xorOf(bytes);
  return bytes;
}

/** The TEXT part of a message: HEAD CM PM … */
export function encodeMessage(message: Crt591Message): Uint8Array {
  switch (message.type) {
    case 'command':
      return Uint8Array.of(HEAD_COMMAND, message.cm, message.pm, ...message.data);
    case 'success':
      return Uint8Array.of(HEAD_SUCCESS, message.cm, message.pm, ...message.status, ...message.data);
    case 'failure':
      return Uint8Array.of(HEAD_FAILURE, message.cm, message.pm, ...Buffer.from(message.error, 'latin1'), ...message.data);
    default:
      return message satisfies never;
  }
}

export type BadText = { readonly type: 'badText'; readonly reason: 'unknownHead' | 'tooShort' };

/** Reads the TEXT of a frame that came from either end. */
export function decodeText(text: Uint8Array, options: Pick<Crt591FrameOptions, 'statusBytes'> = CRT591_FRAMES): Crt591Message | BadText {
  const [head, cm, pm] = text;
  if (head === undefined || cm === undefined || pm === undefined) return { type: 'badText', reason: 'tooShort' };
  const payload = text.slice(3);
  switch (head) {
    case HEAD_COMMAND:
      return { type: 'command', cm, pm, data: payload };
    case HEAD_SUCCESS:
      if (payload.length < options.statusBytes) return { type: 'badText', reason: 'tooShort' };
      return { type: 'success', cm, pm, status: payload.slice(0, options.statusBytes), data: payload.slice(options.statusBytes) };
    case HEAD_FAILURE:
    case HEAD_FAILURE_AS_PRINTED:
      if (payload.length < 2) return { type: 'badText', reason: 'tooShort' };
      return { type: 'failure', cm, pm, error: Buffer.from(payload.slice(0, 2)).toString('latin1'), data: payload.slice(2) };
    default:
      return { type: 'badText', reason: 'unknownHead' };
  }
}
