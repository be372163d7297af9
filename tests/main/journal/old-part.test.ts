import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkInBackground } from '../../../main/journal/background-check.ts';
import { doubt, isDoubted } from '../../../main/journal/doubt.ts';
import { damageIn } from '../../../main/journal/old-part.ts';
import { encodeFrame, outlineOf } from '../../../main/journal/second-file.ts';
import { verifyJournal } from '../../../main/journal/verify.ts';
import { append, Bench, START, STOP, topUp } from './bench.ts';

/** As a start treats a journal that is too long to be read whole. */
const LONG = { wholeUpTo: 0 };
const WORDY = { kind: 'terminal.stopped' as const, body: { reason: 'x'.repeat(100_000) } };

/** Closed cleanly, the last checkpoint behind everything; one transaction is open. */
function written(): Bench {
  const bench = new Bench();
  const journal = bench.open();
  append(journal, [START, ...topUp('tx-0001'), ...topUp('tx-0002', false)]);
  expect(journal.openTransactions()).toEqual(['tx-0002']); // stored with the checkpoint
  journal.close();
  const again = bench.open();
  again.append(STOP);
  again.close();
  return bench;
}

/** A page that belongs to a table or index and is not the one that an append goes on in. */
function spoilPage(path: string, page: number): void {
  const bytes = readFileSync(path);
  const size = bytes.readUInt16BE(16);
  bytes.fill(0xa5, (page - 1) * size, page * size);
  writeFileSync(path, bytes);
}

function rootOf(path: string, name: string): number {
  const db = new Database(path, { readonly: true });
  try {
    return db.prepare<[string], { rootpage: number }>('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(name)?.rootpage ?? 0;
  } finally {
    db.close();
  }
}

describe('what a start leaves unread of a long journal', () => {
  test('is found by the check in the background, and the next start sets the file aside and carries everything', async () => {
    const bench = written();
    bench.tamper((db) => db.exec("UPDATE entries SET entry = replace(entry, 'vendValid', 'stacked00') WHERE seq = 5"));
    const journal = bench.open(LONG);
    expect(journal.replacement).toBeUndefined();
    journal.append(START);
    const damage = await checkInBackground(bench.path, bench.secondPath);
    expect(damage).toBe('the chain breaks at entry 5');
    doubt(bench.path, damage ?? '');
    journal.append(STOP);
    journal.close();
    const next = bench.open(LONG);
    expect(next.replacement).toMatchObject({ reason: 'the chain breaks at entry 5', complete: true, lastProvable: { seq: 20 } });
    expect(next.openTransactions()).toEqual(['tx-0002']);
    expect(next.entriesAfter(1, 0, 100)).toHaveLength(20);
    expect(isDoubted(bench.path)).toBe(false);
  });

  test('and is sound passes the check, while the terminal writes; a doubt without a reason ends with the next start', async () => {
    const bench = written();
    const journal = bench.open(LONG);
    const check = checkInBackground(bench.path, bench.secondPath);
    for (let count = 0; count < 300; count += 1) journal.append(START);
    expect(await check).toBeUndefined();
    doubt(bench.path, 'no reason');
    journal.close();
    expect(bench.open(LONG).replacement).toBeUndefined();
    expect(isDoubted(bench.path)).toBe(false);
  });

  test.each([
    [
      'a checkpoint that the terminal never signed',
      "UPDATE checkpoints SET jws = replace(jws, '.', '.A') WHERE seq = 1",
      'the checkpoint of entry 1 is not genuine',
    ],
    ['an entry that is gone', 'DELETE FROM entries WHERE seq = 9', 'entry 9 is missing'],
    ['an index that lost a row', 'DELETE FROM entry_index WHERE seq = 4', 'the index does not say of entry 4 what the entry says'],
    ['an index with another word', "UPDATE entry_index SET kind = 'note.returned' WHERE seq = 5", 'the index does not say of entry 5 what the entry says'],
    [
      'an index with a row too many',
      "INSERT INTO entry_index VALUES (99, 'tx-0009', 'note.returned', NULL)",
      'the index does not say of entry 99 what the entry says',
    ],
  ])('%s', (_, change, damage) => {
    const bench = written();
    bench.tamper((db) => db.exec(change));
    expect(bench.open(LONG).replacement).toBeUndefined();
    expect(damageIn(bench.path, bench.secondPath)).toBe(damage);
  });

  test('a page that cannot be read is met by who needs it: the reading fails, and the next start looks at the whole file', () => {
    const bench = written();
    spoilPage(bench.path, rootOf(bench.path, 'index_by_reference'));
    const journal = bench.open(LONG);
    expect(journal.replacement).toBeUndefined();
    expect(() => journal.findByReference('A01-1122-0001-0')).toThrow(expect.objectContaining({ code: 'corrupt' }));
    expect(isDoubted(bench.path)).toBe(true);
    journal.append(START);
    journal.close();
    const next = bench.open(LONG);
    expect(next.replacement).toMatchObject({ reason: expect.stringContaining('quick_check'), complete: true });
    expect(next.findByReference('A01-1122-0001-0')).toBe('tx-0001');
  });

  test('a page that the opening itself needs: all of the file is read, and it is set aside at once', () => {
    const bench = written();
    spoilPage(bench.path, rootOf(bench.path, 'sqlite_autoindex_standing_members_1'));
    const journal = bench.open(LONG);
    expect(journal.replacement).toMatchObject({ reason: expect.stringContaining('quick_check'), complete: true });
    expect(journal.openTransactions()).toEqual(['tx-0002']);
    expect(isDoubted(bench.path)).toBe(false);
  });

  test('not what the next append goes into: a list of free pages that does not hold is found at every start', () => {
    const bench = written();
    bench.tamper((db) => db.exec(`CREATE TABLE passing (text TEXT); INSERT INTO passing VALUES ('${'x'.repeat(20_000)}'); DROP TABLE passing`));
    const bytes = readFileSync(bench.path);
    expect(bytes.readUInt32BE(36)).toBeGreaterThan(10);
    bytes.writeUInt32BE(bytes.readUInt32BE(36) + 1, 36);
    writeFileSync(bench.path, bytes);
    expect(bench.open(LONG).replacement?.reason).toContain('quick_check');
  });

  test('is no business of a tool: it refuses a doubtful journal that is damaged and leaves the mark', () => {
    const bench = written();
    bench.tamper((db) => db.exec("UPDATE entries SET entry = replace(entry, 'vendValid', 'stacked00') WHERE seq = 5"));
    doubt(bench.path, 'the chain breaks at entry 5');
    expect(() => bench.open({ ...LONG, damaged: 'refuse' })).toThrow(expect.objectContaining({ code: 'corrupt' }));
    expect(isDoubted(bench.path)).toBe(true);
  });

  test('a check that cannot read says so', async () => {
    const bench = new Bench();
    await expect(checkInBackground(bench.path, bench.secondPath)).rejects.toMatchObject({ code: 'notFound' });
  });
});

describe('a long second file', () => {
  /** Some 6 MB. */
  function long(): Bench {
    const bench = new Bench();
    const journal = bench.open();
    for (let count = 0; count < 60; count += 1) journal.append(WORDY);
    append(journal, topUp('tx-0001', false));
    journal.close();
    return bench;
  }

  test('that is damaged far from its end is found in the background, and written anew by the next start', () => {
    const bench = long();
    const bytes = readFileSync(bench.secondPath);
    bytes.fill(0xa5, 200_000, 200_100);
    writeFileSync(bench.secondPath, bytes);
    const journal = bench.open(LONG);
    expect(bench.troubles).toEqual([]);
    const damage = damageIn(bench.path, bench.secondPath);
    expect(damage).toBe('the second file: bytes between its frames are damaged');
    doubt(bench.path, damage ?? '');
    journal.close();
    expect(bench.open(LONG).replacement).toBeUndefined();
    expect(bench.troubles.map(({ message }) => message)).toEqual([expect.stringContaining('bytes between its frames are damaged')]);
    expect(damageIn(bench.path, bench.secondPath)).toBeUndefined();
    expect(existsSync(`${bench.secondPath}.damaged-1`)).toBe(true);
  });

  test('that has more than the journal is noticed by its end', () => {
    const bench = long();
    const before = readFileSync(bench.path);
    const journal = bench.open(LONG);
    append(journal, [START, STOP]);
    journal.close();
    writeFileSync(bench.path, before);
    expect(bench.open(LONG).replacement).toMatchObject({ reason: 'entries 68 to 69 are missing', complete: true, lastProvable: { seq: 69 } });
    expect(verifyJournal(bench.path).ok).toBe(true);
  });

  test('that is torn is cut off behind the last whole frame, also when nothing but rubbish is at its end', () => {
    const bench = long();
    truncateSync(bench.secondPath, readFileSync(bench.secondPath).length - 3);
    appendFileSync(bench.secondPath, Buffer.alloc(5 * 1024 * 1024));
    const journal = bench.open(LONG);
    journal.append(START);
    journal.close();
    expect(bench.troubles).toEqual([]);
    expect(damageIn(bench.path, bench.secondPath)).toBeUndefined();
  });

  test('its end says the same as the whole of it, wherever one begins to read', () => {
    const bench = new Bench();
    const file = join(bench.folder, 'frames');
    const mark = Buffer.from('{"entry":');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), fc.string({ unit: 'grapheme', maxLength: 40 })), { minLength: 2, maxLength: 12 }),
        fc.nat(400),
        (texts, tail) => {
          const frames = texts.map(([entry, text]) => encodeFrame(JSON.stringify(entry ? { entry: text } : { other: text })));
          writeFileSync(file, Buffer.concat(frames));
          expect(outlineOf(file, mark, tail)).toEqual(outlineOf(file, mark));
        },
      ),
      { numRuns: 300 },
    );
  });
});
