/**
 * Creator CRT-310 framing, both ends of the line: bytes ↔ frames ↔ messages. Pure, no timers; used by the link (host side), the
 * simulator (unit side) and `kioskctl decode crt310`.
 *
 *     02 LENH LENL | CM PM … | 03 BCC        LEN = CM … last data byte; BCC = XOR of 02 … 03
 *
 * Source: card-readers.md section 1.2. Parsed by length only: payloads are binary.
 */

import { ACK, BccDecoder, encodeBccFrame, NAK, type BccLayout, type BccToken } from '../motor/bcc-framing.ts';

export { ACK, MAX_FRAME, NAK } from '../motor/bcc-framing.ts';

export const ENQ = 0x05;
/** First byte of the text `4E E`, the answer that says no. No command begins so. */
const REFUSAL = 0x4e;

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

type Control = 'ack' | 'nak' | 'enq';

export interface Crt310Content {
  readonly text: Crt310Text;
}

const LAYOUT: BccLayout<Control, Crt310Content> = {
  start: 0x02,
  controls: new Map([
    [ACK, 'ack'],
    [NAK, 'nak'],
    [ENQ, 'enq'],
  ]),
  // CM PM, or `4E E`.
  leastText: 2,
  contentOf: (text) => ({ text: readText(text) }),
};

export type Crt310Token = BccToken<Control, Crt310Content>;

export class Crt310Decoder extends BccDecoder<Control, Crt310Content> {
  constructor() {
    super(LAYOUT);
  }
}

function readText(text: Uint8Array): Crt310Text {
  const [cm = 0, pm = 0] = text;
  if (cm === REFUSAL && text.length === 2) return { type: 'refusal', error: pm.toString(16).toUpperCase().padStart(2, '0') };
  return { type: 'message', cm, pm, data: text.slice(2) };
}

/** @throws {RangeError} when the frame would be longer than 1024 bytes */
export function encodeFrame(message: Crt310Text): Uint8Array {
  const text = message.type === 'refusal' ? [REFUSAL, Number.parseInt(message.error, 16)] : [message.cm, message.pm, ...message.data];
  return encodeBccFrame(LAYOUT, Uint8Array.from(text));
}
