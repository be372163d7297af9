/**
 * The moving parts of a simulated printer: roll, cover, motor and blade, and what stands in their way. Moves paper at a real printer's speed
 * by the clock and knows what its sensors see. Used by simulator.ts.
 */
import type { Clock, Timer } from '../../../common/clock.ts';
import type { RawStatus } from './codec.ts';

/** 203 dpi. */
const DOTS_PER_MM = 8;

export type Obstruction = 'cutter' | 'paper' | 'presenter';

/** Something that takes time and paper. */
export interface Movement {
  readonly feedDots: number;
  readonly extraMs: number;
  readonly needs: Obstruction;
  /** It moves now, and isn't there yet. */
  readonly begun?: () => void;
  readonly done: () => void;
}

export interface MechanicsOptions {
  /** Paper on the roll. Default 60 m. */
  readonly paperMm?: number;
  /** Paper left when the near-end sensor trips. Default 5 m. */
  readonly nearEndMm?: number;
  readonly mmPerSecond?: number;
}

export class SimulatedMechanics {
  /** What a hand put in the way of a part. */
  obstruction: Obstruction | undefined;
  readonly #clock: Clock;
  readonly #nearEndDots: number;
  readonly #dotsPerSecond: number;
  #paperDots: number;
  #coverOpen = false;
  #error: 'cutter' | 'paper' | undefined;
  #motion: Timer;
  #isMoving = false;
  #isFeeding = false;

  constructor(clock: Clock, { paperMm = 60_000, nearEndMm = 5_000, mmPerSecond = 150 }: MechanicsOptions) {
    this.#clock = clock;
    this.#paperDots = paperMm * DOTS_PER_MM;
    this.#nearEndDots = nearEndMm * DOTS_PER_MM;
    this.#dotsPerSecond = mmPerSecond * DOTS_PER_MM;
  }

  get paperMm(): number {
    return this.#paperDots / DOTS_PER_MM;
  }

  get isCoverOpen(): boolean {
    return this.#coverOpen;
  }

  get isMoving(): boolean {
    return this.#isMoving;
  }

  get status() {
    const paperEnd = this.#paperDots <= 0;
    const errorOccurred = this.#error !== undefined;
    return {
      offline: this.#coverOpen || paperEnd || errorOccurred,
      coverOpen: this.#coverOpen,
      stoppedByPaperEnd: paperEnd,
      errorOccurred,
      mechanicalError: this.#error === 'paper',
      cutterError: this.#error === 'cutter',
      paperNearEnd: this.#paperDots <= this.#nearEndDots,
      paperEnd,
      motorOn: this.#isFeeding,
    } satisfies Partial<RawStatus>;
  }

  loadPaper(mm: number): void {
    this.#paperDots = mm * DOTS_PER_MM;
  }

  removePaper(): void {
    this.#paperDots = 0;
    this.halt();
  }

  openCover(): void {
    this.#coverOpen = true;
    this.halt();
  }

  closeCover(): void {
    this.#coverOpen = false;
  }

  /** Blade and paper path stay in error until the host says recover (section 5.1), or the power goes. */
  recover(): void {
    if (this.obstruction !== this.#error) this.#error = undefined;
  }

  powerOff(): void {
    this.halt();
    this.#error = undefined;
  }

  halt(): void {
    this.#clock.clearTimeout(this.#motion);
    this.#isMoving = false;
    this.#isFeeding = false;
  }

  /**
   * What was meant to be there stands when the time is over: then `done` is called. `blocked`: something is in its way, and blade and paper
   * path go into error. `paperOut`: the roll ended.
   */
  start({ feedDots, extraMs, needs }: Movement, done: () => void): 'moving' | 'blocked' | 'paperOut' {
    if (this.obstruction === needs) {
      if (needs !== 'presenter') this.#error = needs;
      return 'blocked';
    }
    if (feedDots > this.#paperDots) {
      this.removePaper();
      return 'paperOut';
    }
    this.#isMoving = true;
    this.#isFeeding = feedDots > 0;
    const ms = (feedDots / this.#dotsPerSecond) * 1000 + extraMs;
    this.#motion = this.#clock.setTimeout(() => {
      this.#isMoving = false;
      this.#isFeeding = false;
      this.#paperDots -= feedDots;
      done();
    }, ms);
    return 'moving';
  }
}
