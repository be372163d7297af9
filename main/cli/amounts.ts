/** Amounts as people type and read them at the command line; inside they are whole fen. */
import type { NoteCounts } from '../../common/journal-kinds.ts';
import { addNotes } from '../../common/money/settlement-fold.ts';
import { UsageError } from './command.ts';

/** Yuan with at most two decimals as fen; `undefined` when it is none. */
export function fenOf(word: string): number | undefined {
  const match = /^(\d{1,8})(?:\.(\d{1,2}))?$/.exec(word);
  return match === null ? undefined : Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'));
}

/** `100x12,50x3`: yuan by how many; `none`: an empty box. @throws {UsageError} */
export function noteCountsOf(words: string): NoteCounts {
  if (words.trim() === 'none') return [];
  let notes: NoteCounts = [];
  for (const word of words.split(',')) {
    const [denomination, count] = word.trim().split(/[x×*]/i);
    const fen = fenOf(denomination ?? '');
    if (fen === undefined || fen === 0 || !/^\d{1,6}$/.test(count ?? ''))
      throw new UsageError(`--counts ${JSON.stringify(word.trim())}: expected notes as 100x12,50x3 (yuan by how many), or none`);
    if (notes.some((known) => known.denomination === fen)) throw new UsageError(`--counts: ${String(denomination)} yuan stands there twice`);
    notes = addNotes(notes, [{ denomination: fen, count: Number(count) }]);
  }
  return notes;
}
