/**
 * What an acceptor's own table makes of note codes: face values. A face value may have several codes (two issues of one note).
 * Built by each model's unit, used by the core.
 */
import { formatYuan, type Fen } from '../../../common/fen.ts';

export class NoteTable {
  readonly #byCode: ReadonlyMap<number, Fen>;
  readonly #besides: string;

  /** @param besides what else the table holds, in words, for whoever misses a note in it */
  constructor(entries: Iterable<readonly [number, Fen]> = [], besides = '') {
    this.#byCode = new Map(entries);
    this.#besides = besides;
  }

  /** Ascending, each once. */
  get denominations(): readonly Fen[] {
    return [...new Set(this.#byCode.values())].sort((a, b) => a - b);
  }

  /** Every code with a face value. */
  get codes(): readonly number[] {
    return [...this.#byCode.keys()];
  }

  denominationOf(noteCode: number): Fen | undefined {
    return this.#byCode.get(noteCode);
  }

  codesOf(denominations: readonly Fen[]): readonly number[] {
    return [...this.#byCode].filter(([, denomination]) => denominations.includes(denomination)).map(([code]) => code);
  }

  /** Face values of `expected` that the acceptor doesn't know, in words; undefined when it knows all. */
  missing(expected: readonly Fen[]): string | undefined {
    const unknown = expected.filter((denomination) => !this.denominations.includes(denomination));
    if (unknown.length === 0) return undefined;
    const besides = this.#besides === '' ? '' : ` (and ${this.#besides})`;
    return `the acceptor does not know notes of ${words(unknown)} yuan; its own table has ${words(this.denominations)}${besides}`;
  }
}

function words(amounts: readonly Fen[]): string {
  return amounts.map(formatYuan).join(', ') || 'nothing';
}
