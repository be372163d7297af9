/**
 * The output of a simulated kiosk printer: where the slip is that was cut off, what GS e moves, and what its sensors see; written from
 * the table of receipt-printer.md 6.1. simulator.ts owns one and gives it time.
 */
import type { Slip } from '../paper.ts';
import { encodeEjectorStatus } from './custom-codec.ts';

export type EjectorKind = 'vkp80' | 'kpm' | 'tptcm60' | 'tptcm112' | 'reliance';

interface EjectorTraits {
  /** Paper moved by one step of GS e 3. */
  readonly stepMm: number;
  /** What GS e 2 is: a retraction, or only a motor. */
  readonly two: 'retract' | 'motor';
  readonly cutsByItself: boolean;
  /** Whether bit 6 of the full status' third byte tells of a jam. */
  readonly jamInFullStatus: boolean;
}

const EJECTORS: Readonly<Record<EjectorKind, EjectorTraits>> = {
  vkp80: { stepMm: 7, two: 'retract', cutsByItself: false, jamInFullStatus: false },
  kpm: { stepMm: 0.625, two: 'retract', cutsByItself: false, jamInFullStatus: false },
  tptcm60: { stepMm: 36, two: 'motor', cutsByItself: false, jamInFullStatus: false },
  tptcm112: { stepMm: 22, two: 'motor', cutsByItself: false, jamInFullStatus: false },
  reliance: { stepMm: 7, two: 'retract', cutsByItself: true, jamInFullStatus: true },
};

/** How fast the ejector pulls and pushes, mm/s. */
const EJECTOR_SPEED = 200;

export interface EjectorMove {
  readonly cutFirst: boolean;
  readonly ms: number;
  readonly begun?: () => void;
  /** The slip, when it went into the printer's bin. */
  readonly done: () => Slip | undefined;
}

interface HeldSlip {
  readonly slip: Slip;
  readonly at: 'inside' | 'emerging' | 'output';
}

export class SimulatedPresenter {
  readonly traits: EjectorTraits;
  /** How far the slip was last pushed out. */
  pushedMm = 0;
  jammed = false;
  /** Pushes paper out while it prints: how a Reliance powers up. */
  continuous: boolean;
  readonly #retractEnabled: boolean;
  #slip: HeldSlip | undefined;

  constructor(kind: EjectorKind, retractEnabled: boolean) {
    this.traits = EJECTORS[kind];
    this.continuous = kind === 'reliance';
    this.#retractEnabled = retractEnabled;
  }

  get slip(): HeldSlip | undefined {
    return this.#slip;
  }

  /** The sensor stands inside the mouth: it sees a slip before a hand can. */
  get isSeen(): boolean {
    return this.#slip !== undefined && this.#slip.at !== 'inside';
  }

  /** A slip was cut off; one that still stood at the output is pushed out by it. */
  hold(slip: Slip): void {
    this.#slip = { slip, at: this.continuous ? 'output' : 'inside' };
  }

  /** A hand took it. */
  letGo(): void {
    this.#slip = undefined;
  }

  /** GS e n [m]; `undefined`: nothing moves. */
  move(n: number, m: number): EjectorMove | undefined {
    const cutFirst = this.traits.cutsByItself;
    if (n === 3) {
      const mm = m * this.traits.stepMm;
      return { cutFirst, ms: (mm / EJECTOR_SPEED) * 1000, begun: () => this.#emerge(), done: () => this.#present(mm) };
    }
    if (n === 5) return { cutFirst, ms: 600, done: () => this.#eject() };
    if (n === 2 && this.traits.two === 'retract' && this.#retractEnabled) return { cutFirst, ms: 800, done: () => this.#retract() };
    if (n === 18) this.continuous = false;
    if (n === 20) this.continuous = true;
    return undefined;
  }

  statusByte(sees: { readonly paperNearEnd: boolean; readonly paperAtInput: boolean; readonly stepperOn: boolean }): number {
    return encodeEjectorStatus({ ...sees, ticketAtOutput: this.isSeen, error: this.jammed, jam: this.jammed });
  }

  #emerge(): void {
    if (this.#slip?.at === 'inside') this.#slip = { slip: this.#slip.slip, at: 'emerging' };
  }

  #present(mm: number): undefined {
    this.pushedMm = mm;
    if (this.#slip !== undefined) this.#slip = { slip: this.#slip.slip, at: 'output' };
  }

  #eject(): undefined {
    this.#slip = undefined;
  }

  #retract(): Slip | undefined {
    const slip = this.#slip?.slip;
    this.#slip = undefined;
    return slip;
  }
}
