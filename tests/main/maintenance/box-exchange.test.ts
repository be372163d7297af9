/** Whether the boxes are being changed, by the journal alone: what a start finds. */
import { expect, test } from 'vitest';
import type { NewEntry } from '../../../common/journal-kinds.ts';
import { boxIsChanging } from '../../../main/maintenance/box-exchange.ts';
import { append, Bench, START } from '../journal/bench.ts';
import { notesTaken } from './notes.ts';

const NOTHING = { notes: [], unspecified: 0 };
const of = { settlementId: 'S-1-2' };
const opened: NewEntry = { kind: 'settlement.opened', body: { ...of, by: '0533', boxOut: 'B-1', boxIn: 'B-2', expected: NOTHING } };
const removed: NewEntry = { kind: 'box.removed', body: { ...of, boxId: 'B-1', content: NOTHING } };
const inserted: NewEntry = { kind: 'box.inserted', body: { ...of, boxId: 'B-2' } };
const counted: NewEntry = { kind: 'settlement.counted', body: { ...of, boxId: 'B-1', by: '0533', expected: NOTHING, counted: [] } };

function journalWith(...entries: readonly NewEntry[]) {
  const journal = new Bench().open();
  append(journal, [START, ...entries]);
  return journal;
}

test.each([
  ['nothing was ever changed', [], false],
  ['announced, and the power went', [opened], true],
  ['the box is out', [opened, removed], true],
  ['the acceptor has reported a note since', [opened, removed, ...notesTaken('tx-0001', 5000)], true],
  ['another one is in, and the count is still due', [opened, removed, inserted], false],
  ['counted', [opened, removed, inserted, counted], false],
] as const)('%s', (_, entries, changing) => {
  expect(boxIsChanging(journalWith(...entries))).toBe(changing);
});

test('found however much was written since: other ways to pay go on meanwhile', () => {
  const many = Array.from({ length: 1200 }, () => START);
  expect(boxIsChanging(journalWith(opened, removed, ...many))).toBe(true);
  expect(boxIsChanging(journalWith(opened, removed, inserted, ...many))).toBe(false);
});
