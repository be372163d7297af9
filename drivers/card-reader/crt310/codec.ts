/**
 * Creator CRT-310 framing, both ends of the line: bytes ↔ frames ↔ messages. Pure, no timers; used by the link (host side), the
 * simulator (unit side) and `kioskctl decode crt310`.
 *
 *     02 LENH LENL | CM PM … | 03 BCC        LEN = CM … last data byte; BCC = XOR of 02 … 03
 *
 * Source: card-readers.md section 1.2. Parsed by length only: payloads are binary.
 */

export const ACK = 0x06;
export const NAK = 0x15;
export const ENQ = 0x05;
const START = 0x02;
const END = 0x03;
/** First byte of the text `4E E`, the answer that says no. No command begins so. */
const REFUSAL = 0x4e;

const HEADER = 3;
/** CM PM, or `4E E`. */
const MIN_TEXT = 2;
/** The paper names no limit; the longest message it has is an APDU of 261 bytes. */
export const MAX_FRAME = 1024;

export interface Crt310Message {
  readonly type: 'message';
  /** Answers echo those of their command. */
  readonly cm: number;
  readonly pm: number;
  readonly data: Uint8Array;
}

export interface Crt310Refusal {
  readonly type: 'refusal';
  /** E, as two hexadecimal digits. It does not say to which command. */
  readonly error: string;
}

export type Crt310Text = Crt310Message | Crt310Refusal;

export type BadFrameReason =
  /** Bytes between frames that are no control byte. */
  | 'noise'
  /** A start byte whose length can't be. */
  | 'header'
  /** ETX is not where the length says. */
  | 'terminator'
  /** Sound boundaries, wrong BCC: the whole frame was dropped. */
  | 'checksum';

export type Crt310Token =
  | { readonly type: 'ack' }
  | { readonly type: 'nak' }
  | { readonly type: 'enq' }
  | { readonly type: 'frame'; readonly text: Crt310Text; readonly bytes: Uint8Array }
  /** `bytes` were dropped. */
  | { readonly type: 'bad'; readonly reason: BadFrameReason; readonly bytes: Uint8Array };

/** Incremental decoder. Never throws, holds at most one frame's worth of bytes between calls. */
export class Crt310Decoder {
  #held: Uint8Array = new Uint8Array(0);

  /** Bytes of an unfinished frame. */
  get pending(): number {
    return this.#held.length;
  }

  /** Takes bytes in any chunking; answers what became complete, in the order of the line. */
  push(chunk: Uint8Array): Crt310Token[] {
    const bytes = new Uint8Array(this.#held.length + chunk.length);
    bytes.set(this.#held);
    bytes.set(chunk, this.#held.length);
    return this.#scan(bytes);
  }

  /** The rest of the frame won't come: drops its start byte and looks for what is hidden behind it. */
  rescan(): Crt310Token[] {
    const held = this.#held;
    if (held.length === 0) return [];
    return [{ type: 'bad', reason: 'header', bytes: held.slice(0, 1) }, ...this.#scan(held.subarray(1))];
  }

  reset(): void {
    this.#held = new Uint8Array(0);
  }

  #scan(bytes: Uint8Array): Crt310Token[] {
    const tokens: Crt310Token[] = [];
    let at = 0;
    while (at < bytes.length) {
      const step = readToken(bytes.subarray(at));
      if (step === 'incomplete') break;
      tokens.push(step.token);
      at += step.length;
    }
    this.#held = bytes.slice(at);
    return tokens;
  }
}

interface Step {
  readonly token: Crt310Token;
  /** Bytes it took. */
  readonly length: number;
}

function readToken(bytes: Uint8Array): Step | 'incomplete' {
  switch (bytes[0]) {
    case START:
      return readFrame(bytes);
    case ACK:
      return { token: { type: 'ack' }, length: 1 };
    case NAK:
      return { token: { type: 'nak' }, length: 1 };
    case ENQ:
      return { token: { type: 'enq' }, length: 1 };
    case undefined:
      return 'incomplete';
    default:
      return bad('noise', bytes.subarray(0, noiseLength(bytes)));
  }
}

function readFrame(bytes: Uint8Array): Step | 'incomplete' {
  const [, high, low] = bytes;
  if (high === undefined || low === undefined) return 'incomplete';
  const textLength = (high << 8) | low;
  const length = HEADER + textLength + 2;
  if (textLength < MIN_TEXT || length > MAX_FRAME) return bad('header', bytes.subarray(0, 1));
  if (bytes.length < length) return 'incomplete';
  if (bytes[length - 2] !== END) return bad('terminator', bytes.subarray(0, 1));
  const whole = bytes.slice(0, length);
  if (xorOf(whole) !== 0) return bad('checksum', whole);
  return { token: { type: 'frame', text: readText(whole.slice(HEADER, length - 2)), bytes: whole }, length };
}

function readText(text: Uint8Array): Crt310Text {
  const [cm = 0, pm = 0] = text;
  if (cm === REFUSAL && text.length === 2) return { type: 'refusal', error: pm.toString(16).toUpperCase().padStart(2, '0') };
  return { type: 'message', cm, pm, data: text.slice(2) };
}

function bad(reason: BadFrameReason, bytes: Uint8Array): Step {
  return { token: { type: 'bad', reason, bytes: Uint8Array.from(bytes) }, length: bytes.length };
}

function noiseLength(bytes: Uint8Array): number {
  const end = bytes.findIndex((byte) => byte === START || byte === ACK || byte === NAK || byte === ENQ);
  return end < 0 ? bytes.length : end;
}

function xorOf(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum ^ byte, 0);
}

/** @throws {RangeError} when the frame would be longer than 1024 bytes */
export function encodeFrame(message: Crt310Text): Uint8Array {
  const text = message.type === 'refusal' ? [REFUSAL, Number.parseInt(message.error, 16)] : [message.cm, message.pm, ...message.data];
  const length = HEADER + text.length + 2;
  if (length > MAX_FRAME) throw new RangeError(`a frame of ${length} bytes can't be sent (${MAX_FRAME} at most)`);
  const bytes = Uint8Array.from([START, text.length >> 8, text.length & 0xff, ...text, END, 0]);
  bytes[length - 1] = xorOf(bytes);
  return bytes;
}
