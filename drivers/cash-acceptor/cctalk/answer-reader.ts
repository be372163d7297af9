/**
 * Finds the one answer to one request in what the line brings: takes off the echo of the request by comparing bytes, skips noise before the
 * answer, and gives up on an answer whose checksum is wrong. Pure; made anew for each request. Used by the line.
 * Source: protocols/cash-acceptor.md 5 and 5.6.
 */
import { ANSWER, isAnswerHeader } from './codec.ts';
import { HOST, MAX_DATA, MAX_FRAME, MIN_FRAME, readFrame, type ChecksumMode, type CctalkFrame } from './frame.ts';

/** Bytes of noise that are looked through for an answer. */
const MOST_NOISE = 64;

export type ReaderStep =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'answer'; readonly frame: CctalkFrame; readonly bytes: Uint8Array }
  /** An answer with a wrong checksum, or too many bytes that are none. */
  | { readonly kind: 'damaged'; readonly bytes: Uint8Array };

export interface AnswerFrom {
  readonly request: Uint8Array;
  /** Address of the unit that was asked. */
  readonly address: number;
  readonly mode: ChecksumMode;
}

export class AnswerReader {
  readonly #from: AnswerFrom;
  #bytes: Uint8Array = new Uint8Array();
  #echoed = false;

  constructor(from: AnswerFrom) {
    this.#from = from;
  }

  /** The request came back. */
  get echoed(): boolean {
    return this.#echoed;
  }

  /** What came, without the echo. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  push(chunk: Uint8Array): ReaderStep {
    this.#bytes = Uint8Array.of(...this.#bytes, ...chunk);
    if (!this.#echoed && this.#takeEcho() === 'partly') return { kind: 'waiting' };
    return this.#find();
  }

  /** The answer that was found is another question's: it is skipped, and the search goes on behind it. */
  skip(answer: Uint8Array): ReaderStep {
    const at = indexOfStart(this.#bytes, answer) ?? 0;
    this.#bytes = this.#bytes.slice(at + answer.length);
    return this.#find();
  }

  /** An answer begins with the host's address and a request with the unit's, so the two are never confused. */
  #takeEcho(): 'whole' | 'partly' | 'none' {
    const { request } = this.#from;
    const at = indexOfStart(this.#bytes, request);
    if (at === undefined) return 'none';
    if (at + request.length > this.#bytes.length) return 'partly';
    this.#echoed = true;
    this.#bytes = Uint8Array.of(...this.#bytes.slice(0, at), ...this.#bytes.slice(at + request.length));
    return 'whole';
  }

  #find(): ReaderStep {
    for (let at = 0; at < this.#bytes.length; at += 1) {
      const verdict = this.#begins(at);
      if (verdict === 'no') continue;
      if (verdict === 'perhaps') return this.#waitOrGiveUp(at);
      const end = at + MIN_FRAME + (this.#bytes[at + 1] ?? 0);
      if (end > this.#bytes.length) return this.#waitOrGiveUp(at);
      const bytes = this.#bytes.slice(at, end);
      const frame = readFrame(bytes, this.#from.mode);
      return frame === undefined ? { kind: 'damaged', bytes } : { kind: 'answer', frame, bytes };
    }
    return this.#waitOrGiveUp(this.#bytes.length);
  }

  /** `01 len src header`: whether an answer begins at `at`. With a CRC the source is not said. */
  #begins(at: number): 'yes' | 'no' | 'perhaps' {
    const [destination, length, source, header] = this.#bytes.slice(at, at + 4);
    if (destination !== HOST) return 'no';
    if (length !== undefined && length > MAX_DATA) return 'no';
    if (this.#from.mode === 'simple' && source !== undefined && source !== this.#from.address) return 'no';
    if (header === undefined) return 'perhaps';
    if (!isAnswerHeader(header)) return 'no';
    return header === ANSWER.data || length === 0 ? 'yes' : 'no';
  }

  #waitOrGiveUp(noise: number): ReaderStep {
    const tooMuch = noise > MOST_NOISE || this.#bytes.length > MOST_NOISE + MAX_FRAME;
    return tooMuch ? { kind: 'damaged', bytes: this.#bytes } : { kind: 'waiting' };
  }
}

/** Where `wanted` stands in `bytes`; cut off by their end only where nothing came before it, since an answer may end like a request begins. */
function indexOfStart(bytes: Uint8Array, wanted: Uint8Array): number | undefined {
  for (let at = 0; at === 0 || at + wanted.length <= bytes.length; at += 1) {
    const part = bytes.slice(at, at + wanted.length);
    if (part.length > 0 && part.every((byte, index) => byte === wanted[index])) return at;
  }
  return undefined;
}
