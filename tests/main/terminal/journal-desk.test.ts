import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createIds } from '../../../common/ids.ts';
import { openJournal } from '../../../main/journal/journal.ts';
import { JournalDesk } from '../../../main/terminal/ports/journal-port.ts';
import { newKey, random } from '../../fleet/support.ts';
import { topUps, WrittenTime } from '../../support/busy-terminal.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

test('the uplink is told of each entry whether it moves money, and can count what follows one', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'desk-'));
  const time = new WrittenTime(Date.UTC(2026, 10, 22));
  const journal = openJournal({
    path: path.join(folder, 'journal.sqlite'),
    terminalId: 'T-0001',
    timeZone: 'Asia/Shanghai',
    clock: time,
    ids: createIds(time, random),
    key: newKey(),
  });
  onTestFinished(() => {
    journal.close();
    rmSync(folder, { recursive: true });
  });
  const desk = new JournalDesk({ journal, clock: new SimulatedClock(), random, shortName: 'A01', businessDate: () => '2026-11-22', onHealth: () => {} });
  const moving: string[] = [];
  let told = 0;
  const written = [...topUps(1, time, 60_000)];
  const unsubscribe = desk.onAppend(({ money }) => {
    if (money) moving.push(written[told]?.kind ?? '');
    told += 1;
  });
  for (const entry of written) desk.append(entry);
  expect(told).toBe(13);
  expect(moving).toEqual(['cash.stacked', 'load.committed']);
  expect([desk.countAfter(1, 0), desk.countAfter(1, 12), desk.countAfter(1, 13)]).toEqual([13, 1, 0]);
  unsubscribe();
  desk.append({ kind: 'terminal.stopped', body: { reason: 'stop' } });
  expect(told).toBe(13);
});
