/** Random and mutated frames from a seed: the same seed gives the same frames on every machine. Used by fuzz-target.ts. */

/** Numbers from a seed (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** The dice of a target: its frames don't depend on which other targets run. */
  static of(seed: number, name: string): Dice {
    let hash = seed >>> 0;
    for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
    return new Dice(hash);
  }

  /** 0 to `below` − 1. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  }

  pick<T>(values: readonly T[]): T {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new RangeError('nothing to pick from');
    return value;
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.below(256));
  }
}

/** Bytes that protocols treat in a special way: ends of ranges, and what the seeds begin with. */
const EDGES = [0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff];
const LONGEST_NOISE = 64;
const MOST_MUTATIONS = 4;

/** One frame's worth of bytes: noise, a good frame, or a good frame with something done to it. */
export function nextFrame(dice: Dice, seeds: readonly Uint8Array[]): Uint8Array {
  switch (dice.below(8)) {
    case 0:
      return dice.bytes(1 + dice.below(LONGEST_NOISE));
    case 1:
      return noiseOf(dice, seeds);
    case 2:
      return dice.pick(seeds);
    default: {
      let frame: Uint8Array = dice.pick(seeds);
      for (let count = 1 + dice.below(MOST_MUTATIONS); count > 0; count -= 1) frame = mutated(dice, frame, seeds);
      return frame;
    }
  }
}

/** Noise made of the bytes that mean something. */
function noiseOf(dice: Dice, seeds: readonly Uint8Array[]): Uint8Array {
  const meaningful = [...EDGES, ...dice.pick(seeds).subarray(0, 8)];
  return Uint8Array.from({ length: 1 + dice.below(LONGEST_NOISE) }, () => dice.pick(meaningful));
}

function mutated(dice: Dice, frame: Uint8Array, seeds: readonly Uint8Array[]): Uint8Array {
  const at = dice.below(frame.length + 1);
  const bytes = Uint8Array.from(frame);
  switch (dice.below(9)) {
    case 0: // one bit
      if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << dice.below(8));
      return bytes;
    case 1: // one byte
      if (at < bytes.length) bytes[at] = dice.below(256);
      return bytes;
    case 2: // one of the first bytes, where lengths stand, to an edge
      if (bytes.length > 0) bytes[dice.below(Math.min(8, bytes.length))] = dice.pick(EDGES);
      return bytes;
    case 3: // cut off
      return bytes.slice(0, at);
    case 4: // beginning lost
      return bytes.slice(at);
    case 5: // bytes lost
      return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + dice.below(4)));
    case 6: // bytes too many
      return joined(bytes.subarray(0, at), dice.bytes(1 + dice.below(4)), bytes.subarray(at));
    case 7: // another frame cuts in
      return joined(bytes.subarray(0, at), dice.pick(seeds), bytes.subarray(at));
    default: // two halves
      return joined(bytes.subarray(0, at), lastPart(dice, dice.pick(seeds)));
  }
}

function lastPart(dice: Dice, bytes: Uint8Array): Uint8Array {
  return bytes.subarray(dice.below(bytes.length + 1));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

/** The pieces in which a line may bring it. */
export function pieces(dice: Dice, bytes: Uint8Array): readonly Uint8Array[] {
  const most = dice.pick([1, 3, 16, bytes.length + 1, bytes.length + 1]);
  const cut: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = most === 1 ? 1 : 1 + dice.below(most);
    cut.push(bytes.subarray(at, at + size));
    at += size;
  }
  return cut;
}

const FLOOD = 64 * 1024;

/** Long runs of what makes a decoder work hardest: each beginning of each seed, over and over. */
export function* floods(seeds: readonly Uint8Array[]): Generator<Uint8Array> {
  for (const seed of seeds.slice(0, 4)) {
    for (const length of [1, 2, 3, 5, 7, seed.length - 1]) {
      const part = seed.subarray(0, Math.max(1, Math.min(length, seed.length)));
      yield Uint8Array.from({ length: FLOOD }, (_, index) => part[index % part.length] ?? 0);
    }
  }
}
