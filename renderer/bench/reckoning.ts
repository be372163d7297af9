/** Does the world's money agree with the books? What came in must be what was credited; what is still owed to a person lies between. */
import type { CabinetState } from '../../drivers/bench/protocol.ts';

/** Amounts are fen. */
export type Reckoning =
  /** Nothing can be said: upstream's books can't be seen. */
  | { readonly verdict: 'unseen'; readonly box: number }
  | {
      /** `even`: all that came in was credited. `owed`: more came in, the difference is held for a person. `over`: more was credited than came in. */
      readonly verdict: 'even' | 'owed' | 'over';
      readonly box: number;
      readonly captured: number;
      readonly credited: number;
      /** Size of the difference. */
      readonly difference: number;
    };

export function sumOf(notes: readonly number[]): number {
  return notes.reduce((sum, note) => sum + note, 0);
}

export function reckon({ notes, books }: Pick<CabinetState, 'notes' | 'books'>): Reckoning {
  const box = sumOf(notes.box) + sumOf(notes.carriedAway);
  if (books === null) return { verdict: 'unseen', box };
  const { capturedNet: captured, credited } = books;
  const difference = box + captured - credited;
  const verdict = difference === 0 ? 'even' : difference > 0 ? 'owed' : 'over';
  return { verdict, box, captured, credited, difference: Math.abs(difference) };
}
