/** A journal that is stored by days (fleet/deploy/partition-by-day.sql) is taken, judged and published as before. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { nextEntries, waitingEpochs } from '../../../fleet/bus/positions.ts';
import { openStore } from '../../../fleet/server/store/database.ts';
import { systemClock } from '../../../fleet/server/system-ports.ts';
import { execute } from '../database.ts';
import { chain, problemOf, registeredTerminal, startWorld } from '../support.ts';

const DAY = 86_400_000;
const SCRIPT = readFileSync(path.join(import.meta.dirname, '..', '..', '..', 'fleet', 'deploy', 'partition-by-day.sql'), 'utf8');

test('entries of several days are found again over the days, a fork is seen, and none is changed or deleted', async () => {
  const world = await startWorld({ startAt: systemClock.now() });
  const terminal = await registeredTerminal(world);
  const entries = chain('T-0001', 9);
  expect((await terminal.post('/v1/journal', { entries: entries.slice(0, 3) })).status).toBe(200);
  await execute(world.database, SCRIPT);
  for (const to of [5, 7, 9]) {
    await world.clock.advance(DAY);
    expect(await terminal.post('/v1/journal', { entries: entries.slice(to - 2, to) })).toMatchObject({ status: 200, body: { receipt: { upToSeq: to } } });
  }
  const days = await execute(world.database, 'select tableoid::regclass::text as day, count(*)::int as rows from journal_entries group by 1 order by 2');
  expect(days.map((day) => (day as { rows: number }).rows)).toEqual([2, 2, 2, 3]);
  expect(await terminal.post('/v1/journal', { entries })).toMatchObject({ status: 200, body: { receipt: { upToSeq: 9 } } });
  expect(await execute(world.database, 'select 1 from journal_entries')).toHaveLength(9);

  const store = await openStore(world.database);
  onTestFinished(() => store.destroy());
  const generation = { stream: 'JOURNAL', number: 1 };
  const [epoch] = await waitingEpochs(store, generation, 10);
  if (epoch === undefined) throw new Error('nothing waits');
  expect((await nextEntries(store, generation, epoch, 100)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);

  expect(problemOf(await terminal.post('/v1/journal', { entries: chain('T-0001', 2, { mark: 'v2' }) })).code).toBe('journalFork');
  for (const table of ['journal_entries', 'journal_entries_before']) {
    await expect(execute(world.database, `update ${table} set hash = 'x'`)).rejects.toThrow(/never changed/);
    await expect(execute(world.database, `delete from ${table}`)).rejects.toThrow(/never deleted/);
  }
});

test('an entry for whose day nobody made a partition is taken all the same', async () => {
  const world = await startWorld({ startAt: systemClock.now() });
  const terminal = await registeredTerminal(world);
  await execute(world.database, SCRIPT);
  await world.clock.advance(30 * DAY);
  expect((await terminal.post('/v1/journal', { entries: chain('T-0001', 1) })).status).toBe(200);
  expect(await execute(world.database, 'select 1 from journal_entries_later')).toHaveLength(1);
});
