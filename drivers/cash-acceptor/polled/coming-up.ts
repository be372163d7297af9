/**
 * Brings a polled acceptor up, one answer at a time: remembers what was learned and not told yet (arrival.ts), and acts on it. Owned by
 * the core, which polls.
 * Source: protocols/cash-acceptor.md 3.3 and 6.2.
 */
import type { Clock } from '../../../common/clock.ts';
import type { PowerUpState } from '../cash-acceptor.ts';
import { arrive, beginArrival, powerUpOf, type Arrival, type NextStep } from './arrival.ts';
import type { Inhibits } from './inhibits.ts';
import type { AcceptorReport } from './report.ts';
import type { PolledUnit } from './unit.ts';

/** Ms: a reset that was taken needs time to show. */
const BETWEEN_RESETS = 2_000;

export class ComingUp {
  readonly #unit: PolledUnit;
  readonly #inhibits: Inhibits;
  readonly #clock: Clock;
  /** Kept until it is told, since the acceptor may not say it twice. */
  #arrival: Arrival | undefined;
  #resetAt = Number.NEGATIVE_INFINITY;

  constructor(unit: PolledUnit, inhibits: Inhibits, clock: Clock) {
    this.#unit = unit;
    this.#inhibits = inhibits;
    this.#clock = clock;
  }

  /** What is known already must reach the host, whether the acceptor gets ready or not. */
  get knowsEnough(): boolean {
    return this.#arrival?.credit !== undefined || this.#arrival?.stacking === true;
  }

  /** A power failure noticed before coming up began. */
  hearPowerUp(report: AcceptorReport): void {
    this.#arrival = arrive(this.#arrival ?? beginArrival(false), report, { creditSettled: false, configured: false }).arrival;
  }

  /** Does what `report` asks for; true when that was the last. */
  async step(report: AcceptorReport, known: { readonly creditSettled: boolean; readonly wasReturning: boolean }): Promise<boolean> {
    const { creditSettled, wasReturning } = known;
    const { configured } = this.#inhibits;
    const { arrival, next } = arrive(this.#arrival ?? beginArrival(wasReturning), report, { creditSettled, configured });
    this.#arrival = arrival;
    return this.#do(next, report);
  }

  /** What was learned, in one word; it is forgotten by that. */
  told(report: AcceptorReport): PowerUpState {
    const arrival = this.#arrival ?? beginArrival(false);
    this.#arrival = undefined;
    return powerUpOf(arrival, report.kind === 'escrow' ? this.#inhibits.table.denominationOf(report.noteCode) : undefined);
  }

  async #do(next: NextStep, report: AcceptorReport): Promise<boolean> {
    switch (next) {
      case 'readEscrow':
        return this.#readEscrow(report);
      case 'reset':
        await this.#reset();
        break;
      case 'sendBack':
        await this.#unit.order('return');
        break;
      case 'inhibit':
        await this.#unit.inhibit();
        break;
      case 'configure':
      case 'configureIfTaken':
        await this.#inhibits.configure();
        break;
      case 'poll':
      case 'done':
        break;
    }
    return next === 'done' || next === 'configureIfTaken';
  }

  /** Not repeated while one that was taken may still be under way. */
  async #reset(): Promise<void> {
    if (this.#clock.monotonic() - this.#resetAt < BETWEEN_RESETS) return;
    if ((await this.#unit.order('reset')) === 'taken') this.#resetAt = this.#clock.monotonic();
  }

  /** True when the value of the note in escrow is known. One without a value, or whose value can't be asked for now, goes back. */
  async #readEscrow(report: AcceptorReport): Promise<boolean> {
    await this.#inhibits.readTable();
    if (report.kind === 'escrow' && this.#inhibits.table.denominationOf(report.noteCode) !== undefined) return true;
    await this.#unit.order('return');
    return false;
  }
}
