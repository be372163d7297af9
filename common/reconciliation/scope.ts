/** Which part of two books is compared, and what the two say of one thing. Amounts are fen, times ms since 1970. */
import type { StatementHead } from '../upstream-api/statements.ts';
import { upstreamLimits } from '../upstream-api/limits.ts';
import type { Posted } from './journal-side.ts';

/** What the other book posted, and when. */
export interface There {
  readonly amount: number;
  readonly at: number;
}

/** An order lives so long, and the two clocks may differ so much: what is nearer to the edge of a statement may stand in the next one. */
export const EDGE_MS = upstreamLimits.orderLifeMs + upstreamLimits.requestAgeMs;

/** `amount` is what the other book has more than ours because of it. */
export type Verdict =
  | { readonly kind: 'even' }
  | { readonly kind: 'amountDiffers' | 'onlyHere' | 'onlyThere' | 'inFlight'; readonly amount: number }
  /** Neither posted anything for it, not within what is compared. */
  | { readonly kind: 'neither' };

/** A business date, or all that the statement covers. */
export class Scope {
  readonly #from: number;
  readonly #to: number;
  readonly #date: string | undefined;
  readonly #dateOf: (at: number) => string;

  constructor(head: StatementHead, date: string | undefined, dateOf: (at: number) => string) {
    this.#from = Date.parse(head.from);
    this.#to = Date.parse(head.to);
    this.#date = date;
    this.#dateOf = dateOf;
  }

  /** The statement has the whole of the date. */
  get covered(): boolean {
    return this.#date === undefined || (this.#dateOf(this.#from - 1) < this.#date && this.#dateOf(this.#to) > this.#date);
  }

  /** Of an entry: the date written in it counts. */
  here({ at, date }: { readonly at: number; readonly date: string }): boolean {
    return this.#date === undefined ? at >= this.#from && at < this.#to : date === this.#date;
  }

  there(at: number): boolean {
    return this.#date === undefined || this.#dateOf(at) === this.#date;
  }

  /** @param sign −1 for what takes away from the book */
  judge(here: Posted | undefined, there: There | undefined, sign: 1 | -1 = 1): Verdict {
    const ours = here !== undefined && this.here(here) ? here : undefined;
    const theirs = there !== undefined && this.there(there.at) ? there : undefined;
    if (ours === undefined && theirs === undefined) return { kind: 'neither' };
    const amount = sign * ((theirs?.amount ?? 0) - (ours?.amount ?? 0));
    if (ours !== undefined && theirs !== undefined) return amount === 0 ? { kind: 'even' } : { kind: 'amountDiffers', amount };
    if (here !== undefined && there !== undefined) return { kind: 'inFlight', amount };
    if (ours === undefined) return { kind: 'onlyThere', amount };
    return { kind: this.#nearEdge(ours.at) ? 'inFlight' : 'onlyHere', amount };
  }

  #nearEdge(at: number): boolean {
    return at - this.#from < EDGE_MS || this.#to - at < EDGE_MS;
  }
}
