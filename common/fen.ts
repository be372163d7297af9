/**
 * Money. An amount is a whole number of fen in a branded type, so that yuan, strings and floats can't slip in.
 * Both halves of the product use it; formatting happens only where a person reads it.
 */

declare const fenBrand: unique symbol;

/** A whole number of fen (1/100 yuan), negative where money goes the other way. */
export type Fen = number & { readonly [fenBrand]: true };

/** Largest amount any part of the product handles: 4 unsigned bytes on a card, kept well inside the safe integers. */
export const MAX_FEN = 0xffff_ffff;

/** @throws {RangeError} when `value` is not a safe integer or its magnitude exceeds {@link MAX_FEN}. */
export function fen(value: number): Fen {
  if (!Number.isSafeInteger(value) || Math.abs(value) > MAX_FEN) throw new RangeError(`not an amount of fen: ${value}`);
  return value as Fen;
}

export const ZERO_FEN = fen(0);

export function addFen(...amounts: readonly Fen[]): Fen {
  return fen(amounts.reduce<number>((sum, amount) => sum + amount, 0));
}

export function subtractFen(from: Fen, amount: Fen): Fen {
  return fen(from - amount);
}

export function negateFen(amount: Fen): Fen {
  return fen(0 - amount);
}

/** `5000` → `50.00`; thousands are set apart by a thin space from five digits of yuan on (`12 345.00`). */
export function formatYuan(amount: Fen): string {
  const magnitude = Math.abs(amount);
  const yuan = String(Math.floor(magnitude / 100));
  const grouped = yuan.length >= 5 ? yuan.replace(/\B(?=(\d{3})+$)/g, '\u2009') : yuan;
  return `${amount < 0 ? '-' : ''}${grouped}.${String(magnitude % 100).padStart(2, '0')}`;
}
