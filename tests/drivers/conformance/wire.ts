/**
 * The wire between a simulated unit and whoever talks to it, with what real wires do: delay, noise between frames, reads in pieces or
 * glued together, and a break in the middle of a frame. Used on both kinds of stand, so that a sentence means the same on each.
 */
import type { Clock } from '../../../common/clock.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import { fromHex } from '../../../common/hex.ts';
import { Listeners } from '../../../drivers/listeners.ts';
import type { SimulatedUnit } from '../../../drivers/transport/simulated-unit.ts';

export interface WireKnobs {
  /** Ms that each message of the unit takes longer. */
  delay: number;
  /** Bytes (hexadecimal) that arrive in front of each message of the unit; '' for none. */
  noise: string;
  /** The unit's messages arrive in pieces of this many bytes; 0: whole. */
  pieces: number;
  /** Messages of the unit within this many ms arrive glued together; 0: each by itself. */
  glue: number;
  /** So many bytes of the unit still arrive, then the wire breaks; `undefined`: it holds. Mended by plugging in again. */
  breakAfter: number | undefined;
}

export const SOUND_WIRE: WireKnobs = { delay: 0, noise: '', pieces: 0, glue: 0, breakAfter: undefined };

/** Sits where the unit would: what it says is the unit's, as the wire brings it. */
export class Wire implements SimulatedUnit {
  readonly knobs: WireKnobs = { ...SOUND_WIRE };
  readonly #unit: SimulatedUnit;
  readonly #clock: Clock;
  readonly #sends = new Listeners<Uint8Array>();
  readonly #breaks = new Listeners<void>();
  #broken = false;
  #glued: Uint8Array = new Uint8Array();
  #gluing = false;

  constructor(unit: SimulatedUnit, clock: Clock) {
    this.#unit = unit;
    this.#clock = clock;
    unit.onSend((bytes) => this.#carry(bytes));
  }

  receive(bytes: Uint8Array): void {
    if (!this.#broken) this.#unit.receive(bytes);
  }

  onSend(listener: (bytes: Uint8Array) => void): Unsubscribe {
    return this.#sends.add(listener);
  }

  /** Told when `breakAfter` struck. */
  onBreak(listener: () => void): Unsubscribe {
    return this.#breaks.add(listener);
  }

  mend(): void {
    this.#broken = false;
  }

  powerCycle(): void {
    this.#unit.powerCycle();
  }

  #carry(bytes: Uint8Array): void {
    const message = Uint8Array.of(...fromHex(this.knobs.noise), ...bytes);
    if (this.knobs.glue > 0) this.#glue(message);
    else if (this.knobs.delay > 0) this.#clock.setTimeout(() => this.#deliver(message), this.knobs.delay);
    else this.#deliver(message);
  }

  #glue(message: Uint8Array): void {
    this.#glued = Uint8Array.of(...this.#glued, ...message);
    if (this.#gluing) return;
    this.#gluing = true;
    this.#clock.setTimeout(() => {
      const together = this.#glued;
      this.#glued = new Uint8Array();
      this.#gluing = false;
      this.#deliver(together);
    }, this.knobs.glue);
  }

  #deliver(message: Uint8Array): void {
    const size = this.knobs.pieces > 0 ? this.knobs.pieces : Math.max(1, message.length);
    for (let at = 0; at < message.length && !this.#broken; at += size) this.#arrive(message.slice(at, at + size));
  }

  #arrive(piece: Uint8Array): void {
    const { breakAfter } = this.knobs;
    const passes = breakAfter === undefined ? piece : piece.slice(0, breakAfter);
    if (passes.length > 0) this.#sends.emit(passes);
    if (breakAfter === undefined) return;
    this.knobs.breakAfter = breakAfter - passes.length;
    if (this.knobs.breakAfter > 0) return;
    this.knobs.breakAfter = undefined;
    this.#broken = true;
    this.#breaks.emit();
  }
}
