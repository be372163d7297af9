/**
 * What a codec must offer to be fuzzed and measured: a fresh decoder, good frames of its document, and how the protocol ends what was
 * half received. Codecs are registered in targets.ts, one line each.
 */

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
}

export type FuzzTarget = StreamTarget | BlockTarget;

export function stream(name: string, parts: { seeds: readonly Uint8Array[]; maxPending: number; lineRate: number }, open: () => Decoder): StreamTarget {
  return { kind: 'stream', name, ...parts, open };
}

export function block(name: string, seeds: readonly Uint8Array[], decode: (bytes: Uint8Array) => unknown): BlockTarget {
  return { kind: 'block', name, seeds, decode };
}

/** A decoder made of two functions that tell the codec's own tokens. */
export function decoder<T>(push: (chunk: Uint8Array) => readonly T[], settle: () => readonly T[], said: (token: T) => Said): Decoder {
  return { push: (chunk) => push(chunk).map(said), settle: () => settle().map(said) };
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
