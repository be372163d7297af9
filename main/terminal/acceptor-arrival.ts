/**
 * What the acceptor says each time it comes up, given to whom it concerns: the first word is of notes of the process before, and
 * recovery's, once; every later one is of this process's notes, which its desk knows.
 */
import type { PowerUpState } from '../../drivers/cash-acceptor/cash-acceptor.ts';
import type { CashDesk } from './ports/cash-port.ts';

export class AcceptorArrival {
  readonly #desk: Pick<CashDesk, 'resumed'> | undefined;
  #first: PowerUpState | undefined;
  #asked = false;

  constructor(desk: Pick<CashDesk, 'resumed'> | undefined) {
    this.#desk = desk;
  }

  /** It was connected, for the first time or again. */
  connected(report: PowerUpState): void {
    if (this.#asked) this.#desk?.resumed(report);
    else this.#first = report;
  }

  /** It came back by itself: its desk hears that from the acceptor. */
  resumed(report: PowerUpState): void {
    if (!this.#asked) this.#first = report;
  }

  /** Recovery asks. What it was told once says nothing of a later note. */
  ask(): PowerUpState | undefined {
    this.#asked = true;
    const said = this.#first;
    this.#first = undefined;
    return said;
  }
}
