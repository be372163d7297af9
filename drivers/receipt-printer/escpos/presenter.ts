/**
 * What happens to a slip at the output of a Custom-style presenter (receipt-printer.md 6.1 and 6.3): watched until a person takes it,
 * else taken back or pushed out, once. print-run.ts sends what presents it; device.ts owns one of these.
 */
import { delay, type Clock } from '../../../common/clock.ts';
import type { Presented } from '../receipt-printer.ts';
import { EJECTOR, ejector, stepsOf } from './custom-codec.ts';
import type { PrinterLink } from './link.ts';
import type { EjectorProfile, EscposProfile } from './profile.ts';

export const presenterDelays = {
  /** A person who takes the slip waits for nothing; a customer who comes next waits for the mouth to be free. */
  betweenLooks: 200,
  /** Pulling in or pushing out 20 cm of paper. */
  movement: 4_000,
} as const;

/** Told before every job, so that no earlier setting counts: paper stays inside until it is presented. */
export function ejectorStart({ continuousMode }: EjectorProfile): Uint8Array {
  return continuousMode ? ejector(EJECTOR.continuousModeOff) : new Uint8Array();
}

export function presentCommand({ presentMm, stepMm }: EjectorProfile): Uint8Array {
  return ejector(EJECTOR.present, stepsOf(presentMm, stepMm));
}

export class Presenter {
  readonly #link: PrinterLink;
  readonly #clock: Clock;
  readonly #ejector: EjectorProfile;
  readonly #takeWithinMs: number;

  constructor(link: PrinterLink, clock: Clock, ejectorProfile: EjectorProfile, { takeWithinSeconds }: Pick<EscposProfile, 'takeWithinSeconds'>) {
    this.#link = link;
    this.#clock = clock;
    this.#ejector = ejectorProfile;
    this.#takeWithinMs = takeWithinSeconds * 1000;
  }

  /** `undefined`: the printer doesn't say. */
  get isHolding(): boolean | undefined {
    return this.#link.raw?.ticketAtOutput;
  }

  /** A slip stands at the output. An abort ends the patience, not the care: the slip is then taken back at once. Never rejects. */
  async watch(signal: AbortSignal): Promise<Presented> {
    const until = this.#clock.monotonic() + this.#takeWithinMs;
    while (this.#clock.monotonic() < until && !signal.aborted) {
      await this.#pause(signal);
      if (!(await this.#link.pollSurely())) return 'unknown';
      if (this.isHolding === false) return 'taken';
    }
    return this.withdraw();
  }

  /** Takes the slip back where the printer can, else pushes it out; each is sent once. Never rejects. */
  async withdraw(): Promise<Exclude<Presented, 'taken'>> {
    if (this.#ejector.retract) {
      const moved = await this.#move(EJECTOR.retract);
      if (moved !== 'still there') return moved === 'gone' ? 'retracted' : moved;
    }
    // Retracting is switched off in the printer's setup, or it has none: out of the mouth, so that no next person finds it there.
    const moved = await this.#move(EJECTOR.eject);
    return moved === 'gone' ? 'ejected' : moved === 'still there' ? 'jammed' : moved;
  }

  async #move(command: number): Promise<'gone' | 'still there' | 'jammed' | 'unknown'> {
    try {
      await this.#link.write(ejector(command));
    } catch {
      return 'unknown';
    }
    const until = this.#clock.monotonic() + presenterDelays.movement;
    while (this.#clock.monotonic() < until) {
      await this.#pause();
      if (!(await this.#link.pollSurely())) return 'unknown';
      if (this.#link.raw?.presenterJam === true) return 'jammed';
      if (this.isHolding === false && this.#link.raw?.motorOn === false) return 'gone';
    }
    return (await this.#link.askEjector())?.jam === true ? 'jammed' : 'still there';
  }

  async #pause(signal?: AbortSignal): Promise<void> {
    await delay(this.#clock, presenterDelays.betweenLooks, signal).catch(() => undefined);
  }
}
