/**
 * SAM commands and answers: bytes ↔ values. A photo and a fingerprint end here: they are measured by their length fields, told as a
 * number and overwritten. Used by the driver, the simulator and `kioskctl decode sam`.
 * Source: card-readers.md section 4.
 */
import { encodeFrame, FrameDecoder, type BadBytesReason } from './frame.ts';

/** CMD PARA. */
export const COMMANDS = {
  resetSam: [0x10, 0xff],
  samState: [0x11, 0xff],
  samNumber: [0x12, 0xff],
  findCard: [0x20, 0x01],
  selectCard: [0x20, 0x02],
  readTextAndPhoto: [0x30, 0x01],
  readNewestAddress: [0x30, 0x03],
  readWithFingerprint: [0x30, 0x10],
  /** One byte: 50 = 80 bytes. Unconfirmed; read only, the driver never sends it. */
  maxRadioFrame: [0x61, 0xff],
} as const;
export type SamCommandName = keyof typeof COMMANDS;
export const COMMAND_NAMES = Object.keys(COMMANDS) as readonly SamCommandName[];

export interface SamCommand {
  readonly name: SamCommandName;
  readonly data: Uint8Array;
}

/** SW3. The driver acts on these; all others are named in status.ts. */
export const SW3 = { ok: 0x90, found: 0x9f, hostChecksum: 0x10, hostLength: 0x11, noCard: 0x80, selectFailed: 0x81, readFailed: 0x41 } as const;

export const TEXT_LENGTH = 256;
/** The newest address is the longest that an answer without length fields carries. */
const MAX_PLAIN_DATA = 70;

interface AnswerHead {
  /** SW1 SW2, the card's own words. */
  readonly card: number;
  /** SW3. */
  readonly status: number;
  /** Of the whole frame. */
  readonly length: number;
}

export type SamAnswer =
  | ({ readonly type: 'plain'; readonly data: Uint8Array } & AnswerHead)
  /** `photo`, `fingerprint`: bytes that were dropped. */
  | ({ readonly type: 'record'; readonly text: Uint8Array; readonly photo: number; readonly fingerprint: number } & AnswerHead)
  /** The length fields don't fit the frame, or the text isn't of 256 bytes. */
  | ({ readonly type: 'misfit' } & AnswerHead);

export type SamToken =
  { readonly type: 'answer'; readonly answer: SamAnswer } | { readonly type: 'bad'; readonly reason: BadBytesReason | 'tooShort'; readonly count: number };

export function encodeCommand(name: SamCommandName, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  return encodeFrame(Uint8Array.of(...COMMANDS[name], ...data));
}

/** @param card SW1 SW2 */
export function encodeAnswer(status: number, data: Uint8Array = new Uint8Array(0), card = 0): Uint8Array {
  return encodeFrame(Uint8Array.of(card >> 8, card & 0xff, status, ...data));
}

/** Undefined: no command of the document. */
export function decodeCommand(body: Uint8Array): SamCommand | undefined {
  const name = COMMAND_NAMES.find((candidate) => COMMANDS[candidate][0] === body[0] && COMMANDS[candidate][1] === body[1]);
  return name === undefined ? undefined : { name, data: body.slice(2) };
}

/** Copies what is kept; `body` may be overwritten afterwards. */
export function decodeAnswer(body: Uint8Array): SamAnswer | undefined {
  const [sw1, sw2, status] = body;
  if (sw1 === undefined || sw2 === undefined || status === undefined) return undefined;
  const head = { card: (sw1 << 8) | sw2, status, length: body.length + 8 };
  const data = body.subarray(3);
  if (data.length <= MAX_PLAIN_DATA) return { type: 'plain', ...head, data: data.slice() };
  const parts = partsOf(data);
  return parts === undefined ? { type: 'misfit', ...head } : { type: 'record', ...head, ...parts };
}

/** Two length fields and two parts, or three of each. */
function partsOf(data: Uint8Array): { text: Uint8Array; photo: number; fingerprint: number } | undefined {
  const [text = 0, photo = 0, fingerprint = 0] = [0, 2, 4].map((at) => ((data[at] ?? 0) << 8) | (data[at + 1] ?? 0));
  if (text !== TEXT_LENGTH) return undefined;
  if (data.length === 4 + text + photo) return { text: data.slice(4, 4 + text), photo, fingerprint: 0 };
  if (data.length === 6 + text + photo + fingerprint) return { text: data.slice(6, 6 + text), photo, fingerprint };
  return undefined;
}

/** What a module says, taken apart. Never throws; holds less than one frame. */
export class SamAnswerDecoder {
  readonly #frames = new FrameDecoder();

  get pending(): number {
    return this.#frames.pending;
  }

  push(chunk: Uint8Array): SamToken[] {
    return this.#collect((tell) => this.#frames.push(chunk, tell));
  }

  /** The rest of the frame won't come: looks for what is hidden behind its first byte. */
  rescan(): SamToken[] {
    return this.#collect((tell) => this.#frames.rescan(tell));
  }

  reset(): void {
    this.#frames.reset();
  }

  #collect(run: (tell: Parameters<FrameDecoder['push']>[1]) => void): SamToken[] {
    const tokens: SamToken[] = [];
    run((found) => {
      if (!found.ok) {
        tokens.push({ type: 'bad', reason: found.reason, count: found.count });
        return;
      }
      const answer = decodeAnswer(found.body);
      tokens.push(answer === undefined ? { type: 'bad', reason: 'tooShort', count: found.body.length + 8 } : { type: 'answer', answer });
    });
    return tokens;
  }
}
