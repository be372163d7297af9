/** Fen as people read them at the command line and in reports; sums may be larger than any one amount. */

/** `5000` → `50.00` */
export function sumText(amount: number): string {
  return `${amount < 0 ? '-' : ''}${Math.floor(Math.abs(amount) / 100)}.${String(Math.abs(amount) % 100).padStart(2, '0')}`;
}
