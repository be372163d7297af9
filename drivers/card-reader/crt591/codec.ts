/**
 * Creator CRT-591 / CRT-571 framing, both ends of the line: bytes ↔ frames ↔ commands and answers. Pure, no timers; used by the link
 * (host side), the simulator (unit side) and `kioskctl decode crt591`.
 *
 *     F2 ADDR LENH LENL | HEAD CM PM … | 03 BCC        LEN = HEAD … last payload byte; BCC = XOR of F2 … 03
 *
 * Source: CRT-591-M001 communication protocol 1.0, as in card-readers.md section 1.1. Parsed by length only: payloads are binary.
 */

import { ACK, BccDecoder, encodeBccFrame, NAK, type BccLayout, type BccToken } from '../motor/bcc-framing.ts';

export { ACK, MAX_FRAME, NAK } from '../motor/bcc-framing.ts';

export const EOT = 0x04;
const HEAD_COMMAND = 0x43; // 'C'
const HEAD_SUCCESS = 0x50; // 'P'
const HEAD_FAILURE = 0x4e; // 'N'
/** The paper prints the failure head as "'N', 45H"; one public driver expects 45. */
const HEAD_FAILURE_AS_PRINTED = 0x45;

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

type Control = 'ack' | 'nak' | 'eot';

export interface Crt591Content {
  readonly frame: Crt591Frame;
}

const WITHOUT_ADDRESS: BccLayout<Control, Crt591Content> = {
  start: 0xf2,
  controls: new Map([
    [ACK, 'ack'],
    [NAK, 'nak'],
    [EOT, 'eot'],
  ]),
  // HEAD CM PM.
  leastText: 3,
  contentOf: (text, address) => ({ frame: { address, text } }),
};
const WITH_ADDRESS: BccLayout<Control, Crt591Content> = { ...WITHOUT_ADDRESS, highestAddress: MAX_ADDRESS };

export type Crt591Token = BccToken<Control, Crt591Content>;

export class Crt591Decoder extends BccDecoder<Control, Crt591Content> {
  constructor(options: Pick<Crt591FrameOptions, 'addr'> = CRT591_FRAMES) {
    super(options.addr ? WITH_ADDRESS : WITHOUT_ADDRESS);
  }
}

/** @throws {RangeError} when the frame would be longer than 1024 bytes or the address isn't 0–15. */
export function encodeFrame(frame: Crt591Frame, options: Pick<Crt591FrameOptions, 'addr'> = CRT591_FRAMES): Uint8Array {
  const { address, text } = frame;
  if (address < 0 || address > MAX_ADDRESS) throw new RangeError(`address ${address} is not 0–15`);
  return encodeBccFrame(options.addr ? WITH_ADDRESS : WITHOUT_ADDRESS, text, address);
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
