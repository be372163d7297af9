/**
 * What a codec must offer to be fuzzed and measured: a fresh decoder, good frames of its document, and how the protocol ends what was
 * half received. Codecs are registered in targets.ts, one line each.
 */

import { toHex } from '../../common/hex.ts';

/** One thing that a decoder told. */
export interface Said {
  /** Bytes of the line that it took. */
  readonly length: number;
  /** What it was, when it was something good; absent for noise. */
  readonly word?: string;
}

export interface Decoder {
  /** Bytes as they arrive. */
  push(chunk: Uint8Array): readonly Said[];
  /** The same as the driver does it, without words for what was told: this is what is measured. */
  decode(chunk: Uint8Array): unknown;
  /** The line falls silent or the host asks anew: nothing stays half received. What is dropped without a word counts as told. */
  settle(): readonly Said[];
}

export interface StreamTarget {
  readonly kind: 'stream';
  readonly name: string;
  /** Whole good messages as the document prints them. */
  readonly seeds: readonly Uint8Array[];
  /** The most that may be half received between two calls, bytes. */
  readonly maxPending: number;
  /** What the fastest line that the document allows brings, bytes a second. */
  readonly lineRate: number;
  readonly open: () => Decoder;
}

/** A decoder of one whole message, without memory. Its answer must be plain JSON. */
export interface BlockTarget {
  readonly kind: 'block';
  readonly name: string;
  readonly seeds: readonly Uint8Array[];
  readonly decode: (bytes: Uint8Array) => unknown;
  /** As of a {@link StreamTarget}, of a bus that brings whole messages; absent: no line brings these, or what brings them is measured. */
  readonly lineRate?: number;
}

export type FuzzTarget = StreamTarget | BlockTarget;

export function stream(name: string, parts: { seeds: readonly Uint8Array[]; maxPending: number; lineRate: number }, open: () => Decoder): StreamTarget {
  return { kind: 'stream', name, ...parts, open };
}

export function block(name: string, seeds: readonly Uint8Array[], decode: (bytes: Uint8Array) => unknown, lineRate?: number): BlockTarget {
  return { kind: 'block', name, seeds, decode, ...(lineRate === undefined ? {} : { lineRate }) };
}

/** What a codec is, whatever its tokens are. */
export interface CodecParts<T, R> {
  readonly push: (chunk: Uint8Array) => readonly T[];
  readonly settle: () => readonly T[];
  /** A token's meaning, as the driver reads it. */
  readonly read: (token: T) => R;
  readonly said: (token: T, meaning: R) => Said;
}

export function decoder<T, R>({ push, settle, read, said }: CodecParts<T, R>): Decoder {
  const words = (tokens: readonly T[]): Said[] => tokens.map((token) => said(token, read(token)));
  return { push: (chunk) => words(push(chunk)), decode: (chunk) => push(chunk).map(read), settle: () => words(settle()) };
}

type Framed<F> = { readonly ok: true; readonly frame: F; readonly bytes: Uint8Array } | { readonly ok: false; readonly bytes: Uint8Array };

/** For codecs that tell frames and noise with their bytes, and forget what is half received before each request. */
export function framed<F>(codec: { push(chunk: Uint8Array): readonly Framed<F>[]; reset(): void }, read: (frame: F) => unknown): Decoder {
  return decoder({
    push: (chunk) => codec.push(chunk),
    settle: () => (codec.reset(), []),
    read: (token: Framed<F>) => (token.ok ? read(token.frame) : undefined),
    said: ({ ok, bytes }, meaning) => (ok ? { length: bytes.length, word: `${toHex(bytes)} ${JSON.stringify(meaning)}` } : { length: bytes.length }),
  });
}

/** For codecs that look behind a false beginning when nothing follows: again until nothing waits. */
export function rescanned<T>(codec: { readonly pending: number; rescan(): readonly T[] }): () => readonly T[] {
  return () => {
    const told: T[] = [];
    while (codec.pending > 0) told.push(...codec.rescan());
    return told;
  };
}

/** Bits of a byte on the line by its settings, e.g. 8N1 has 10. */
export function bytesPerSecond(baudRate: number, bitsPerByte: 10 | 11): number {
  return baudRate / bitsPerByte;
}
