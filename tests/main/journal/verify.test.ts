import { generateKeyPairSync } from 'node:crypto';
import { copyFileSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { canonicalEntry, entrySchema, hashCanonicalEntry, type JournalEntry } from '../../../common/journal-entry.ts';
import { terminalKey } from '../../../main/identity/terminal-key.ts';
import { JournalError } from '../../../main/journal/journal-error.ts';
import type { Journal } from '../../../main/journal/journal.ts';
import { migrate, openForWriting, SCHEMA_VERSION } from '../../../main/journal/schema.ts';
import { Standing } from '../../../main/journal/standing.ts';
import { verifyJournal } from '../../../main/journal/verify.ts';
import type { Break } from '../../../main/journal/verification.ts';
import { append, Bench, rowsOf, sample, START, STOP, topUp } from './bench.ts';

const breakOf = (bench: Bench): Break | undefined => verifyJournal(bench.path, { publicKey: bench.key.publicKey }).break;

describe('a sound journal', () => {
  test('is proved in every respect, and says what it checked', async () => {
    const { bench, upstream } = await sample();
    const verification = verifyJournal(bench.path, { publicKey: bench.key.publicKey, upstreamKey: upstream.key.publicKey });
    expect(verification).toMatchObject({
      ok: true,
      terminalId: 'T-0001',
      epoch: 1,
      entries: 17,
      checkpoints: 3,
      receipts: 1,
      transactions: 2,
      signedUpTo: 17,
      receiptedUpTo: 9,
      receiptSignatures: true,
      key: 'given',
      openTransactions: ['tx-0002'],
      balances: { 'cash.box': 10_000, 'cardholder.held': -5000, 'issuer.payable': -5000 },
    });
    expect(verification.break).toBeUndefined();
  });

  test('is proved while the terminal goes on writing it, and reading changes nothing', () => {
    const bench = new Bench();
    const journal = bench.open();
    append(journal, [START, ...topUp('tx-0001')]);
    expect(verifyJournal(bench.path)).toMatchObject({ ok: true, entries: 10, signedUpTo: 1 });
    append(journal, topUp('tx-0002'));
    expect(verifyJournal(bench.path)).toMatchObject({ ok: true, entries: 19 });
    journal.close();
    const before = bench.digest();
    expect(verifyJournal(bench.path)).toMatchObject({ ok: true, entries: 19, key: 'file' });
    expect(bench.digest()).toBe(before);
  });

  test('that is empty is sound', () => {
    const bench = new Bench();
    bench.open().close();
    expect(verifyJournal(bench.path)).toMatchObject({ ok: true, entries: 0, transactions: 0 });
  });

  test('that is not there is the caller’s mistake', () => {
    expect(() => verifyJournal('/nowhere/journal.sqlite')).toThrow(JournalError);
  });
});

/** Someone rewrites entries and, lacking only the key, every hash after them. */
function rehash(db: Database.Database, change: (entry: JournalEntry) => JournalEntry): void {
  let before = new Uint8Array(32);
  for (const row of db.prepare<[], { seq: number; entry: string }>('SELECT seq, entry FROM entries ORDER BY seq').all()) {
    const json = canonicalEntry(change(entrySchema.parse(JSON.parse(row.entry))));
    before = Uint8Array.from(hashCanonicalEntry(before, json));
    db.prepare('UPDATE entries SET entry = ?, hash = ? WHERE seq = ?').run(json, before, row.seq);
  }
}

describe('an entry that was', () => {
  test('deleted is found and named', async () => {
    const { bench } = await sample();
    bench.tamper((db) => db.exec('DELETE FROM entries WHERE seq = 5'));
    expect(breakOf(bench)).toMatchObject({ check: 'sequence', seq: 5 });
  });
  test('deleted, with the ones after it moved up, is found and named', async () => {
    const { bench } = await sample();
    bench.tamper((db) => {
      db.exec('DELETE FROM entries WHERE seq = 5');
      for (let seq = 6; seq <= 17; seq += 1) db.exec(`UPDATE entries SET seq = ${seq - 1} WHERE seq = ${seq}`);
    });
    expect(breakOf(bench)).toMatchObject({ check: 'chain', seq: 5 });
  });
  test('swapped with another is found and named', async () => {
    const { bench } = await sample();
    bench.tamper((db) =>
      db.exec(
        'UPDATE entries SET seq = -3 WHERE seq = 3; UPDATE entries SET seq = 3 WHERE seq = 4; UPDATE entries SET seq = 4 WHERE seq = -3'
          .replace('-3', '99')
          .replace('-3', '99'),
      ),
    );
    expect(breakOf(bench)).toMatchObject({ check: 'chain', seq: 3 });
  });
  test('inserted is found and named', async () => {
    const { bench } = await sample();
    bench.tamper((db) => {
      for (let seq = 17; seq >= 6; seq -= 1) db.exec(`UPDATE entries SET seq = ${seq + 1} WHERE seq = ${seq}`);
      db.exec('INSERT INTO entries (seq, entry, hash) SELECT 6, entry, hash FROM entries WHERE seq = 5');
    });
    expect(breakOf(bench)).toMatchObject({ check: 'chain', seq: 6 });
  });
  test('changed with all hashes after it made anew is found at the next checkpoint or receipt', async () => {
    const { bench } = await sample();
    const later = (seq: number): void =>
      bench.tamper((db) => rehash(db, (entry) => (entry.seq === seq ? { ...entry, at: '2026-11-22T00:14:00.001Z' } : entry)));
    later(13);
    expect(breakOf(bench)).toMatchObject({ check: 'checkpoint', seq: 17 });
    later(10);
    expect(breakOf(bench)).toMatchObject({ check: 'checkpoint', seq: 10 });
    later(4);
    expect(breakOf(bench)).toMatchObject({ check: 'receipt', seq: 9 });
  });
  test('appended after the last checkpoint with money that its kind does not move is found by its postings', async () => {
    const { bench } = await sample();
    const forge = (postings: JournalEntry['postings']): void =>
      bench.tamper((db) => {
        db.exec('DELETE FROM checkpoints WHERE seq > 10');
        rehash(db, (entry) => (entry.seq === 14 ? { ...entry, postings } : entry));
      });
    forge([{ account: 'cash.box', amount: 5000 }]);
    expect(breakOf(bench)).toMatchObject({ check: 'postings', seq: 14, detail: 'the postings sum to 5000 fen' });
    forge([
      { account: 'cash.box', amount: 50_000 },
      { account: 'cardholder.held', amount: -50_000 },
    ]);
    expect(breakOf(bench)).toMatchObject({ check: 'postings', seq: 14 });
    forge([]);
    expect(breakOf(bench)).toMatchObject({ check: 'postings', seq: 14 });
  });
  test('against the rules of a transaction is found by the fold', async () => {
    const { bench } = await sample();
    bench.tamper((db) => {
      db.exec('DELETE FROM checkpoints WHERE seq > 10');
      rehash(db, (entry) => (entry.seq === 12 ? { ...entry, body: { ...entry.body, noteId: 'another' } } : entry));
    });
    expect(breakOf(bench)).toMatchObject({ check: 'fold', seq: 13, detail: expect.stringContaining('notAnnounced') });
  });
  test('of another terminal is found', async () => {
    const { bench } = await sample();
    bench.tamper((db) => {
      db.exec('DELETE FROM checkpoints WHERE seq > 10');
      rehash(db, (entry) => (entry.seq === 17 ? { ...entry, terminalId: 'T-0002' } : entry));
    });
    expect(breakOf(bench)).toMatchObject({ check: 'entry', seq: 17 });
  });
});

const cut = (bench: Bench, keep: number): void =>
  bench.tamper((db) =>
    db.exec(`DELETE FROM entries WHERE seq > ${keep}; DELETE FROM checkpoints WHERE seq > ${keep}; DELETE FROM entry_index WHERE seq > ${keep};
             DELETE FROM standing_members; DELETE FROM standing_questions`),
  );

describe('a tail that was cut off', () => {
  test('is found against the last receipt in the file', async () => {
    const { bench } = await sample();
    cut(bench, 7);
    expect(breakOf(bench)).toEqual({ check: 'receipt', seq: 8, detail: 'upstream has entry 9; the journal ends at 7' });
  });
  test('is found against a receipt kept elsewhere when the one in the file was removed too', async () => {
    const { bench, upstream } = await sample();
    const journal = bench.open();
    const { jws } = await upstream.receipt(journal, 16);
    journal.close();
    bench.tamper((db) => db.exec('DELETE FROM receipts'));
    cut(bench, 10);
    expect(verifyJournal(bench.path).ok).toBe(true); // nothing in the file can tell
    expect(verifyJournal(bench.path, { receipts: [jws] }).break).toMatchObject({ check: 'receipt', seq: 11 });
  });
  test('is found against the last checkpoint when that was left', async () => {
    const { bench } = await sample();
    bench.tamper((db) => db.exec('DELETE FROM entries WHERE seq > 12'));
    expect(breakOf(bench)).toMatchObject({ check: 'checkpoint', seq: 13 });
  });
});

describe('signatures', () => {
  test('of another key are refused', async () => {
    const { bench, upstream } = await sample();
    const other = terminalKey(generateKeyPairSync('ed25519').privateKey).publicKey;
    expect(verifyJournal(bench.path, { publicKey: other }).break).toMatchObject({ check: 'key' });
    expect(verifyJournal(bench.path, { upstreamKey: other }).break).toMatchObject({ check: 'receipt', seq: 9 });
    expect(verifyJournal(bench.path, { upstreamKey: upstream.key.publicKey }).ok).toBe(true);
  });
  test('that are missing for more than 256 entries are missed', () => {
    const bench = new Bench();
    const journal = bench.open();
    for (let count = 0; count < 600; count += 1) journal.append(START);
    journal.append(STOP);
    journal.close();
    bench.tamper((db) => db.exec('DELETE FROM checkpoints WHERE seq = 257'));
    expect(breakOf(bench)).toMatchObject({ check: 'checkpoint', seq: 258, detail: 'no checkpoint since entry 1' });
  });
  test('made for another purpose are refused', () => {
    const bench = new Bench();
    const journal = bench.open();
    journal.append(START);
    journal.close();
    const claims = { terminalId: 'T-0001', epoch: 1, seq: 1, hash: journal.head.hash, at: '2026-11-22T00:14:00.000Z' };
    bench.tamper((db) => db.prepare('UPDATE checkpoints SET jws = ?').run(bench.key.signJws('kiosk-request+jwt', claims)));
    expect(breakOf(bench)).toMatchObject({ check: 'checkpoint', seq: 1, detail: expect.stringContaining('wrongType') });
  });
});

describe('a file that is no journal', () => {
  test.each([
    ['text', Buffer.from('not a database at all, just some text that is long enough to be looked at')],
    ['nothing', Buffer.alloc(0)],
  ])('but %s is broken in its structure', (_what, bytes) => {
    const bench = new Bench();
    writeFileSync(bench.path, bytes);
    expect(verifyJournal(bench.path)).toMatchObject({ ok: false, break: { check: 'structure' } });
  });
  test('but some other SQLite file is broken in its structure', () => {
    const bench = new Bench();
    const db = new Database(bench.path);
    db.exec('CREATE TABLE notes (text)');
    db.close();
    expect(verifyJournal(bench.path)).toMatchObject({ ok: false, break: { check: 'structure', detail: expect.stringContaining('is not a journal') } });
  });
});

describe('a journal of this release', () => {
  test('kept as a file can be read, proved and continued by every later release', () => {
    const bench = new Bench();
    copyFileSync('tests/main/journal/old-files/schema-1.sqlite', bench.path);
    expect(verifyJournal(bench.path)).toMatchObject({ ok: true, entries: 17, transactions: 2, receiptedUpTo: 9, signedUpTo: 17 });
    const journal: Journal = bench.open();
    expect(journal.replacement?.reason).toBe('the terminal has a new key');
    expect(journal.openTransactions()).toEqual(['tx-0002']);
    onTestFinished(() => journal.close());
  });

  test.each([1, 2, 3])('of schema %i is lifted with every row as it was, and finds its transactions as before', (schema) => {
    const bench = new Bench();
    copyFileSync(`tests/main/journal/old-files/schema-${schema}.sqlite`, bench.path);
    const rowsBefore = rowsOf(bench.path);
    const db = openForWriting(bench.path);
    expect(db.pragma('user_version', { simple: true })).toBe(schema);
    expect(verifyJournal(bench.path)).toMatchObject({ ok: true, entries: 17, transactions: 2 });
    migrate(db, 'production');
    expect(db.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION);
    const found = db.prepare('SELECT seq, kind FROM transaction_entries ORDER BY seq').all();
    const due = db.prepare('SELECT seq, kind FROM described_entries WHERE transaction_id IS NOT NULL ORDER BY seq').all();
    const standing = new Standing(db);
    expect(standing.open()).toEqual(['tx-0002']);
    expect(standing.lacking('load.committed', ['load.confirmed'])).toEqual(['tx-0001']);
    db.close();
    expect(found).toHaveLength(16);
    expect(found).toEqual(due);
    expect(rowsOf(bench.path)).toEqual(rowsBefore);
    expect(verifyJournal(bench.path)).toMatchObject({ ok: true, entries: 17, transactions: 2 });
  });
});

describe('the index', () => {
  const TAMPERINGS = {
    'an entry of another transaction': "UPDATE entry_index SET transaction_id = 'tx-9999' WHERE seq = 5",
    'an entry of another kind': "UPDATE entry_index SET kind = 'note.returned' WHERE seq = 5",
    'another reference': "UPDATE entry_index SET reference = 'A01-1122-0000-0' WHERE seq = 5",
    'nothing of an entry': 'DELETE FROM entry_index WHERE seq = 5',
    'an entry that is not there': "INSERT INTO entry_index (seq, transaction_id, kind) VALUES (5000, 'tx-0001', 'cash.stacked')",
  };
  test.each(Object.entries(TAMPERINGS))('that says %s is found', async (_what, sql) => {
    const { bench } = await sample();
    bench.tamper((db) => db.exec(sql));
    expect(breakOf(bench)).toMatchObject({ check: 'structure', detail: expect.stringMatching(/the index does not say of entry (5|5000) /) });
  });
});
