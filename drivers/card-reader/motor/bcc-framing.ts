/**
 * The framing that Creator's motorised readers share, with a model's numbers as its layout: bytes ↔ frames and control bytes. Pure, no
 * timers; used by each model's codec.
 *
 *     START [ADDR] LENH LENL | TEXT … | 03 BCC        LEN = bytes of TEXT; BCC = XOR of START … 03
 *
 * Source: card-readers.md sections 1.1 and 1.2. Parsed by length only: payloads are binary.
 */

export const ACK = 0x06;
export const NAK = 0x15;
const END = 0x03;

/** Of a whole frame, START to BCC. The CRT-591's limit; the paper of the CRT-310 names none, its longest message is an APDU of 261 bytes. */
export const MAX_FRAME = 1024;

export interface BccLayout<Control extends string, Content> {
  readonly start: number;
  /** The bytes that stand between frames. */
  readonly controls: ReadonlyMap<number, Control>;
  /** Absent: frames carry no ADDR byte. */
  readonly highestAddress?: number;
  /** Length of the shortest TEXT. */
  readonly leastText: number;
  /** @param address 0 where frames carry none */
  readonly contentOf: (text: Uint8Array, address: number) => Content;
}

export type BadFrameReason =
  /** Bytes between frames that are no control byte. */
  | 'noise'
  /** A start byte whose address or length can't be. */
  | 'header'
  /** ETX is not where the length says. */
  | 'terminator'
  /** Sound boundaries, wrong BCC: the whole frame was dropped. */
  | 'checksum';

export interface BadBytes {
  readonly type: 'bad';
  readonly reason: BadFrameReason;
  /** They were dropped. */
  readonly bytes: Uint8Array;
}

export type BccToken<Control extends string, Content> =
  { readonly type: Control } | ({ readonly type: 'frame'; readonly bytes: Uint8Array } & Content) | BadBytes;

/** Incremental decoder. Never throws, holds at most one frame's worth of bytes between calls. */
export class BccDecoder<Control extends string, Content> {
  readonly #layout: BccLayout<Control, Content>;
  #held: Uint8Array = new Uint8Array(0);

  constructor(layout: BccLayout<Control, Content>) {
    this.#layout = layout;
  }

  /** Bytes of an unfinished frame. */
  get pending(): number {
    return this.#held.length;
  }

  /** Takes bytes in any chunking; answers what became complete, in the order of the line. */
  push(chunk: Uint8Array): BccToken<Control, Content>[] {
    const bytes = new Uint8Array(this.#held.length + chunk.length);
    bytes.set(this.#held);
    bytes.set(chunk, this.#held.length);
    return this.#scan(bytes);
  }

  /** The rest of the frame won't come: drops its start byte and looks for what is hidden behind it. */
  rescan(): BccToken<Control, Content>[] {
    const held = this.#held;
    if (held.length === 0) return [];
    return [{ type: 'bad', reason: 'header', bytes: held.slice(0, 1) }, ...this.#scan(held.subarray(1))];
  }

  reset(): void {
    this.#held = new Uint8Array(0);
  }

  #scan(bytes: Uint8Array): BccToken<Control, Content>[] {
    const tokens: BccToken<Control, Content>[] = [];
    let at = 0;
    while (at < bytes.length) {
      const step = readToken(this.#layout, bytes.subarray(at));
      if (step === 'incomplete') break;
      tokens.push(step.token);
      at += step.length;
    }
    this.#held = bytes.slice(at);
    return tokens;
  }
}

interface Step<Control extends string, Content> {
  readonly token: BccToken<Control, Content>;
  /** Bytes it took. */
  readonly length: number;
}

function readToken<Control extends string, Content>(layout: BccLayout<Control, Content>, bytes: Uint8Array): Step<Control, Content> | 'incomplete' {
  const [first] = bytes;
  if (first === undefined) return 'incomplete';
  if (first === layout.start) return readFrame(layout, bytes);
  const control = layout.controls.get(first);
  if (control !== undefined) return { token: { type: control }, length: 1 };
  const end = bytes.findIndex((byte) => byte === layout.start || layout.controls.has(byte));
  return bad('noise', end < 0 ? bytes : bytes.subarray(0, end));
}

function readFrame<Control extends string, Content>(layout: BccLayout<Control, Content>, bytes: Uint8Array): Step<Control, Content> | 'incomplete' {
  const { highestAddress, leastText } = layout;
  const headerLength = highestAddress === undefined ? 3 : 4;
  const address = highestAddress === undefined ? 0 : bytes[1];
  if (address !== undefined && address > (highestAddress ?? 0)) return bad('header', bytes.subarray(0, 1));
  const [high, low] = bytes.subarray(headerLength - 2, headerLength);
  if (address === undefined || high === undefined || low === undefined) return 'incomplete';
  const textLength = (high << 8) | low;
  const length = headerLength + textLength + 2;
  if (textLength < leastText || length > MAX_FRAME) return bad('header', bytes.subarray(0, 1));
  if (bytes.length < length) return 'incomplete';
  if (bytes[length - 2] !== END) return bad('terminator', bytes.subarray(0, 1));
  const whole = bytes.slice(0, length);
  if (xorOf(whole) !== 0) return bad('checksum', whole);
  return { token: { type: 'frame', bytes: whole, ...layout.contentOf(whole.slice(headerLength, length - 2), address) }, length };
}

function bad(reason: BadFrameReason, bytes: Uint8Array): { readonly token: BadBytes; readonly length: number } {
  return { token: { type: 'bad', reason, bytes: Uint8Array.from(bytes) }, length: bytes.length };
}

function xorOf(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum ^ byte, 0);
}

/** @param address left out of the frame where frames carry none @throws {RangeError} when the frame would be too short or too long */
export function encodeBccFrame(layout: Pick<BccLayout<string, unknown>, 'start' | 'highestAddress' | 'leastText'>, text: Uint8Array, address = 0): Uint8Array {
  const { start, highestAddress, leastText } = layout;
  const header = [start, ...(highestAddress === undefined ? [] : [address]), text.length >> 8, text.length & 0xff];
  const length = header.length + text.length + 2;
  if (text.length < leastText || length > MAX_FRAME)
    throw new RangeError(`a frame of ${length} bytes can't be sent (text ${leastText} bytes at least, frame ${MAX_FRAME} at most)`);
  const bytes = Uint8Array.from([...header, ...text, END, 0]);
  bytes[length - 1] = xorOf(bytes);
  return bytes;
}
