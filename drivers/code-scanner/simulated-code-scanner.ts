/**
 * What a simulated code scanner of any model offers to hands and eyes: the bench and the class's conformance suite know nothing else of
 * it. A model's own faults (bytes, reports) are on its simulator.
 */
import type { SimulatedUnit } from '../transport/simulated-unit.ts';

/** A code as it is printed or shown on a phone. */
export interface ShownCode {
  readonly text: string;
  /** AIM identifier of what kind of code it is; default `]Q1`, a QR code. */
  readonly aim?: string;
}

export interface CodeScannerKnobs {
  /** Lights up and reads, but nothing goes out. */
  dead: boolean;
  /** Of each code only so many bytes go out, and then nothing more; undefined: all. */
  stopAfter: number | undefined;
}

export interface SimulatedCodeScanner extends SimulatedUnit {
  readonly knobs: CodeScannerKnobs;
  /** Codes read so far, whether or not anybody heard them. */
  readonly read: readonly ShownCode[];
  /** A person holds a code to the window. */
  show(code: ShownCode): void;
  /** The same with bytes of any kind, as codes that hold no UTF-8 have them. */
  showBytes(bytes: Uint8Array, aim?: string): void;
}
