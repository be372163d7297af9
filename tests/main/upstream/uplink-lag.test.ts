import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ChainedEntry } from '../../../common/upstream-api/journal.ts';
import { isBefore, START, type JournalSource, type Position } from '../../../main/upstream/journal-source.ts';
import { lagMeter } from '../../../main/upstream/uplink-lag.ts';
import { chain } from '../../fleet/support.ts';

type Readable = Pick<JournalSource, 'entriesAfter' | 'countAfter'>;

/** A journal in memory that counts how many entries were read. */
function journalOf(entries: ChainedEntry[]): { source: JournalSource; read: { entries: number } } {
  const read = { entries: 0 };
  const after = (epoch: number, seq: number): ChainedEntry[] => entries.filter(({ entry }) => isBefore({ epoch, seq }, entry));
  const readable: Readable = {
    entriesAfter: (epoch, seq, limit) => {
      const rest = after(epoch, seq);
      const page = rest.filter(({ entry }) => entry.epoch === rest[0]?.entry.epoch).slice(0, limit);
      read.entries += page.length;
      return page;
    },
    countAfter: (epoch, seq) => after(epoch, seq).length,
  };
  const nothing = { checkpointsOf: () => [], lastReceipt: () => undefined, storeReceipt: () => {}, onAppend: () => () => {} };
  return { source: { ...readable, ...nothing }, read };
}

/** Entry n of an epoch at its own time; `money` says which move some. */
function epochOf(epoch: number, money: readonly boolean[]): ChainedEntry[] {
  const moving = money.flatMap((moves, index) => (moves ? [index + 1] : []));
  return chain('T-0001', money.length, { epoch, money: moving }).map(({ entry, hash }) => ({
    entry: { ...entry, at: new Date(epoch * 1_000_000 + entry.seq * 1000).toISOString() },
    hash,
  }));
}

test('the lag is what a look at every entry would say, wherever upstream stands and however it goes back', () => {
  const epochs = fc.array(fc.array(fc.boolean(), { minLength: 1, maxLength: 250 }), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(epochs, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 }), (money, stands) => {
      const all = money.flatMap((epoch, index) => epochOf(index + 1, epoch));
      const written: ChainedEntry[] = [];
      const measure = lagMeter(journalOf(written).source);
      for (const [turn, stand] of stands.entries()) {
        written.push(...all.slice(written.length, Math.ceil((all.length * (turn + 1)) / stands.length)));
        const receipted: Position = written[Math.floor(stand * written.length) - 1]?.entry ?? START;
        const missing = written.filter(({ entry }) => isBefore(receipted, entry));
        const first = missing.find(({ entry }) => entry.postings.length > 0)?.entry.at;
        expect(measure(receipted)).toEqual({ entries: missing.length, ...(first === undefined ? {} : { oldestMoneyAt: Date.parse(first) }) });
      }
    }),
  );
});

test('asked again and again, it reads each entry once', () => {
  const entries = epochOf(
    1,
    Array.from({ length: 5000 }, () => false),
  );
  const { source, read } = journalOf(entries);
  const measure = lagMeter(source);
  for (let asked = 0; asked < 10; asked += 1) measure(START);
  expect(read.entries).toBe(5000);
});

test('with a money entry at its beginning, a long backlog is read no further than its first page', () => {
  const { source, read } = journalOf(
    epochOf(
      1,
      Array.from({ length: 5000 }, (_, index) => index % 7 === 3),
    ),
  );
  const measure = lagMeter(source);
  for (let seq = 0; seq < 3; seq += 1) measure({ epoch: 1, seq });
  expect(read.entries).toBeLessThanOrEqual(100);
});
