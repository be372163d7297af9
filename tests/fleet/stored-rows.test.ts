import { expect, test } from 'vitest';
import { readStoredRows } from '../../fleet/load/stored-rows.ts';
import { openStore } from '../../fleet/server/store/database.ts';
import { newDatabase } from './database.ts';

test('a row that is missing and a row that is there twice are counted', async () => {
  const file = await newDatabase();
  const store = await openStore(file);
  const row = (seq: number, id = `id-${seq}`, epoch = 1) => ({ terminal_id: 'L-1', epoch, seq, hash: 'h', entry: JSON.stringify({ id }), received_at: 0 });
  await store
    .insertInto('journal_entries')
    .values([row(1), row(2), row(4), row(5, 'id-2'), { ...row(1, 'id-6'), terminal_id: 'L-2' }])
    .execute();
  await store.destroy();
  const stored = await readStoredRows(file);
  expect(stored).toMatchObject({ rows: 5, duplicated: 1 });
  expect([...stored.wholeUpTo].toSorted(([one], [other]) => one.localeCompare(other))).toEqual([
    ['L-1', 2],
    ['L-2', 1],
  ]);
  expect(stored.bytes).toBeGreaterThan(0);
});
