/**
 * What the validator's own bill ids and scaling factors make of bill types: face values, and the mask that lets exactly some of them in.
 * A face value may have several types (two issues of one bill). Used by the bill driver.
 * Source: protocols/cash-acceptor.md 5.2 (157, 156, 231).
 */
import { fen, formatYuan, MAX_FEN, type Fen } from '../../../common/fen.ts';
import type { BillId, ScalingFactor } from './codec.ts';

/** Fen in the currency's unit. */
const FEN_PER_UNIT = 100;

/** Value x factor / 10^decimals yuan; undefined when that is no whole number of fen above 0. */
export function denominationOf({ value }: BillId, { factor, decimals }: ScalingFactor): Fen | undefined {
  const amount = (value * factor * FEN_PER_UNIT) / 10 ** decimals;
  return Number.isSafeInteger(amount) && amount > 0 && amount <= MAX_FEN ? fen(amount) : undefined;
}

export class BillTable {
  readonly #byType: ReadonlyMap<number, Fen>;

  constructor(byType: ReadonlyMap<number, Fen>) {
    this.#byType = byType;
  }

  /** Ascending, each once. */
  get denominations(): readonly Fen[] {
    return [...new Set(this.#byType.values())].sort((a, b) => a - b);
  }

  denominationOf(billType: number): Fen | undefined {
    return this.#byType.get(billType);
  }

  /** Face values of `expected` that the validator doesn't know, in words; undefined when it knows all. */
  missing(expected: readonly Fen[]): string | undefined {
    const unknown = expected.filter((denomination) => !this.denominations.includes(denomination));
    if (unknown.length === 0) return undefined;
    return `the validator does not know bills of ${words(unknown)} yuan; its own bill ids have ${words(this.denominations)}`;
  }

  /** Mask of 231: bit n-1 is type n, 1 = enabled. */
  enabledMask(accepted: readonly Fen[]): number {
    let mask = 0;
    for (const [billType, denomination] of this.#byType) if (accepted.includes(denomination)) mask |= 1 << (billType - 1);
    return mask;
  }
}

function words(amounts: readonly Fen[]): string {
  return amounts.map(formatYuan).join(', ') || 'nothing';
}
