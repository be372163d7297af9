/**
 * ID-003's currency table and the two bytes that let exactly some notes of it in. Used by the ID-003 unit.
 * Source: protocols/cash-acceptor.md 3.1 (C0) and 3.2 (8A).
 */
import type { Fen } from '../../../common/fen.ts';
import { NoteTable } from '../polled/note-table.ts';
import { denominationOf, FIRST_NOTE_CODE, NOTE_CODES, type CurrencyEntry } from './codec.ts';

/** Notes with a face value whose code C0 can mask. */
export function noteTable(entries: readonly CurrencyEntry[]): NoteTable {
  return new NoteTable(
    entries.flatMap((entry): [number, Fen][] => {
      const denomination = denominationOf(entry);
      const maskable = entry.noteCode >= FIRST_NOTE_CODE && entry.noteCode < FIRST_NOTE_CODE + NOTE_CODES;
      return denomination === undefined || !maskable ? [] : [[entry.noteCode, denomination]];
    }),
  );
}

/** Value of C0 that disables everything but `accepted`: the first byte whole, of the second only what the table names. */
export function disabledMask(table: NoteTable, accepted: readonly Fen[]): readonly [number, number] {
  const bits = (codes: readonly number[]): number => codes.reduce((mask, code) => mask | (1 << (code - FIRST_NOTE_CODE)), 0);
  const disabled = (0xff | bits(table.codes)) & ~bits(table.codesOf(accepted));
  return [disabled & 0xff, disabled >> 8];
}
