/**
 * What the acceptor's own currency table makes of note codes: face values, and the two bytes that let exactly some of them in.
 * A face value may have several codes (two issues of one note). Used by the ID-003 driver.
 * Source: protocols/cash-acceptor.md 3.1 (C0) and 3.2 (8A).
 */
import { formatYuan, type Fen } from '../../../common/fen.ts';
import { denominationOf, FIRST_NOTE_CODE, NOTE_CODES, type CurrencyEntry } from './codec.ts';

export class CurrencyTable {
  readonly #byCode: ReadonlyMap<number, Fen>;

  constructor(entries: readonly CurrencyEntry[]) {
    const known = entries.flatMap((entry): [number, Fen][] => {
      const denomination = denominationOf(entry);
      const maskable = entry.noteCode >= FIRST_NOTE_CODE && entry.noteCode < FIRST_NOTE_CODE + NOTE_CODES;
      return denomination === undefined || !maskable ? [] : [[entry.noteCode, denomination]];
    });
    this.#byCode = new Map(known);
  }

  /** Ascending, each once. */
  get denominations(): readonly Fen[] {
    return [...new Set(this.#byCode.values())].sort((a, b) => a - b);
  }

  denominationOf(noteCode: number): Fen | undefined {
    return this.#byCode.get(noteCode);
  }

  /** Face values of `expected` that the acceptor doesn't know, in words; undefined when it knows all. */
  missing(expected: readonly Fen[]): string | undefined {
    const unknown = expected.filter((denomination) => !this.denominations.includes(denomination));
    if (unknown.length === 0) return undefined;
    return `the acceptor does not know notes of ${words(unknown)} yuan; its own currency table has ${words(this.denominations)}`;
  }

  /** Value of C0 that disables everything but `accepted`: the first byte whole, of the second only what the table names. */
  disabledMask(accepted: readonly Fen[]): readonly [number, number] {
    let enabled = 0;
    let named = 0xff;
    for (const [noteCode, denomination] of this.#byCode) {
      const bit = 1 << (noteCode - FIRST_NOTE_CODE);
      named |= bit;
      if (accepted.includes(denomination)) enabled |= bit;
    }
    const disabled = named & ~enabled;
    return [disabled & 0xff, disabled >> 8];
  }
}

function words(amounts: readonly Fen[]): string {
  return amounts.map(formatYuan).join(', ') || 'nothing';
}
