import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { compactVerify, decodeProtectedHeader, importJWK } from 'jose';
import { describe, expect, test } from 'vitest';
import type { JournalEntry } from '../../../common/journal-entry.ts';
import { JournalError } from '../../../main/journal/journal-error.ts';
import type { Journal } from '../../../main/journal/journal.ts';
import type { Checkpoint } from '../../../common/upstream-api/journal.ts';
import { openForWriting } from '../../../main/journal/schema.ts';
import { append, Bench, START, STOP, topUp, upstreamKey } from './bench.ts';

/** RFC 8785 in a few lines of its own: these entries hold neither odd numbers nor odd strings. */
function jcs(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(jcs).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${jcs(member)}`).join(',')}}`;
}

const codeOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    if (error instanceof JournalError) return error.code;
    throw error;
  }
  return 'none';
};

describe('appending', () => {
  test('an entry is what the design says, with place, time, business date and postings of its own', () => {
    const bench = new Bench();
    const journal = bench.open();
    bench.clock.jumpTo(Date.UTC(2026, 10, 22, 16, 30, 0, 123)); // half past midnight in Shanghai
    append(journal, topUp('tx-0001', false).slice(0, 4));
    const entry = journal.entriesAfter(1, 3, 1)[0]?.entry;
    expect(entry).toEqual({
      epoch: 1,
      seq: 4,
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      at: '2026-11-22T16:30:00.123Z',
      businessDate: '2026-11-23',
      terminalId: 'T-0001',
      transactionId: 'tx-0001',
      kind: 'cash.stacked',
      body: { noteId: 'note tx-0001', denomination: 5000, evidence: 'vendValid' },
      postings: [
        { account: 'cash.box', amount: 5000 },
        { account: 'cardholder.held', amount: -5000 },
      ],
    } satisfies Record<keyof JournalEntry, unknown>);
  });

  test('each hash is SHA-256 over the hash before and the canonical JSON, from 32 zero bytes on', () => {
    const bench = new Bench();
    const journal = bench.open();
    const answers = [START, ...topUp('tx-0001')].map((entry) => journal.append(entry));
    let before = Buffer.alloc(32);
    for (const [index, { entry, hash }] of journal.entriesAfter(1, 0, 100).entries()) {
      before = createHash('sha256').update(before).update(jcs(entry), 'utf8').digest();
      expect(hash).toBe(before.toString('hex'));
      expect(answers[index]).toEqual({ epoch: 1, seq: index + 1, hash, at: Date.parse(entry.at) });
    }
    expect(journal.head).toEqual({ epoch: 1, seq: 10, hash: before.toString('hex') });
  });

  test('a body that does not fit its kind is refused by its path, and nothing is written', () => {
    const journal = new Bench().open();
    // @ts-expect-error a wrong evidence, as a careless caller could send it
    const wrong = () => journal.append({ kind: 'cash.stacked', body: { noteId: 'n', denomination: 5000, evidence: 'guess' } });
    expect(wrong).toThrow(/cash\.stacked: evidence: /);
    expect(codeOf(wrong)).toBe('invalid');
    expect(codeOf(() => journal.append({ kind: 'terminal.stopped', body: { reason: '\ud800' } }))).toBe('invalid');
    expect(codeOf(() => journal.append({ ...STOP, transactionId: 'x'.repeat(41) }))).toBe('invalid');
    expect(journal.head.seq).toBe(0);
  });

  test('every commit is synced: WAL with synchronous FULL, and no memory map', () => {
    const bench = new Bench();
    const db = openForWriting(join(bench.folder, 'other.sqlite'));
    const settings = ['journal_mode', 'synchronous', 'foreign_keys', 'trusted_schema', 'cell_size_check', 'mmap_size'];
    expect(settings.map((name) => db.pragma(name, { simple: true }))).toEqual(['wal', 2, 1, 0, 1, 0]);
    db.close();
  });

  test('after closing nothing is appended', () => {
    const journal = new Bench().open();
    journal.close();
    journal.close();
    expect(codeOf(() => journal.append(START))).toBe('closed');
    expect(codeOf(() => journal.entriesAfter(1, 0, 1))).toBe('closed');
  });
});

describe('the file', () => {
  test.each(['journal', 'entries', 'checkpoints', 'receipts', 'recovered_entries'])('rows of %s can be neither changed nor deleted', (table) => {
    const bench = new Bench();
    const journal = bench.open();
    append(journal, [START, STOP]);
    journal.close();
    const db = openForWriting(bench.path);
    db.pragma('recursive_triggers = OFF');
    const column = { journal: 'epoch', entries: 'seq', checkpoints: 'seq', receipts: 'epoch', recovered_entries: 'epoch' }[table];
    if (table === 'receipts') db.exec("INSERT INTO receipts (epoch, up_to_seq, jws) VALUES (1, 1, 'x')");
    if (table === 'recovered_entries')
      db.exec("INSERT INTO recovered_entries (epoch, seq, prev_hash, entry, hash) VALUES (1, 1, zeroblob(32), '{}', zeroblob(32))");
    expect(() => db.exec(`UPDATE ${table} SET ${column} = ${column} + 1`)).toThrow('the journal is append-only');
    expect(() => db.exec(`DELETE FROM ${table}`)).toThrow('the journal is append-only');
    db.close();
  });

  test('an entry can be put neither into a gap nor over another one', () => {
    const bench = new Bench();
    const journal = bench.open();
    append(journal, [START, STOP]);
    journal.close();
    const db = openForWriting(bench.path);
    expect(() => db.exec("INSERT INTO entries (seq, entry, hash) VALUES (9, '{}', zeroblob(32))")).toThrow('entries have no gaps');
    expect(() => db.exec("INSERT OR REPLACE INTO entries (seq, entry, hash) VALUES (2, '{}', zeroblob(32))")).toThrow('entries have no gaps');
    expect(() => db.exec("INSERT INTO journal VALUES ('T-0002', 1, '{}')")).toThrow('a file is one journal');
    db.close();
  });

  test('has one writer', () => {
    const bench = new Bench();
    const journal = bench.open();
    expect(codeOf(() => bench.open())).toBe('locked');
    journal.close();
    expect(bench.open().epoch).toBe(1);
  });

  test('of another terminal is refused and left as it is', () => {
    const bench = new Bench();
    const journal = bench.open();
    journal.append(START);
    journal.close();
    const before = bench.digest();
    expect(codeOf(() => bench.open({ terminalId: 'T-0002' }))).toBe('otherTerminal');
    expect(bench.digest()).toBe(before);
  });

  test('of a newer release is refused with the fix, and left as it is', () => {
    const bench = new Bench();
    bench.open().close();
    bench.tamper((db) => db.pragma('user_version = 999'));
    const before = bench.digest();
    expect(() => bench.open()).toThrow(/written by a newer release \(schema 999, this one knows 4\): install that release/);
    expect(codeOf(() => bench.open())).toBe('newer');
    expect(bench.digest()).toBe(before);
  });
});

describe('checkpoints', () => {
  test('are signed at the first entry, at least every 256 entries, at a clean stop and when asked; jose verifies them', async () => {
    const bench = new Bench();
    const heard: Checkpoint[] = [];
    const journal = bench.open({ onCheckpoint: (checkpoint) => heard.push(checkpoint) });
    for (let count = 0; count < 600; count += 1) journal.append(START);
    expect(journal.checkpoint()?.seq).toBe(600); // settlement
    expect(journal.checkpoint()).toBeUndefined();
    journal.append(STOP);
    journal.close();
    expect(heard.map(({ seq }) => seq)).toEqual([1, 257, 513, 600, 601]);

    const again = bench.open();
    const key = await importJWK(bench.key.publicKey, 'EdDSA');
    const stored = again.checkpointsAfter(0, 100);
    expect(stored.map(({ checkpoint }) => checkpoint)).toEqual(heard);
    for (const { checkpoint, jws } of stored) {
      const { payload } = await compactVerify(jws, key, { algorithms: ['EdDSA'] });
      expect(JSON.parse(new TextDecoder().decode(payload))).toEqual(checkpoint);
      expect(decodeProtectedHeader(jws)).toEqual({ alg: 'EdDSA', kid: bench.key.kid, typ: 'kiosk-checkpoint+jwt' });
      expect(checkpoint).toEqual({
        terminalId: 'T-0001',
        epoch: 1,
        seq: checkpoint.seq,
        hash: again.entriesAfter(1, checkpoint.seq - 1, 1)[0]?.hash,
        at: '2026-11-22T00:14:00.000Z',
      });
    }
  });
});

describe('receipts', () => {
  test('that fit the chain are kept, also over a restart', async () => {
    const bench = new Bench();
    const upstream = upstreamKey();
    const journal = bench.open();
    append(journal, [START, ...topUp('tx-0001')]);
    const early = await upstream.receipt(journal, 3);
    const late = await upstream.receipt(journal, 7);
    for (const { receipt, jws } of [late, early, late]) journal.storeReceipt(receipt, jws);
    journal.close();
    expect(bench.open().lastReceipt(1)).toEqual(late.receipt);
  });

  test('for another hash, another entry, or with another text than was signed are refused', async () => {
    const bench = new Bench();
    const upstream = upstreamKey();
    const journal = bench.open();
    append(journal, [START, STOP]);
    const good = await upstream.receipt(journal, 1);
    const other = await upstream.receipt(journal, 2);
    expect(codeOf(() => journal.storeReceipt({ ...good.receipt, upToSeq: 2 }, good.jws))).toBe('invalid');
    expect(codeOf(() => journal.storeReceipt(good.receipt, other.jws))).toBe('invalid');
    expect(codeOf(() => journal.storeReceipt(good.receipt, 'no.jws.here'))).toBe('invalid');
    const stranger = new Bench().open();
    stranger.append({ kind: 'terminal.started', body: { version: '2', reason: 'start' } });
    expect(codeOf(() => stranger.storeReceipt(good.receipt, good.jws))).toBe('invalid');
    expect(journal.lastReceipt(1)).toBeUndefined();
  });
});

/** One closed and one open top-up after the start. */
function expectTwoTopUps(read: Journal): void {
  expect(read.openTransactions()).toEqual(['tx-0002']);
  expect(read.transactionsLacking('load.committed', ['load.confirmed'])).toEqual(['tx-0001']);
  expect(read.transactionsLacking('load.committing', ['load.committed', 'load.notCredited'])).toEqual(['tx-0002']);
  expect(read.transactionsLacking('transaction.opened', ['note.escrowed'])).toEqual([]);
  expect(read.findByReference('A01-1122-0002-0')).toBe('tx-0002');
  expect(read.findByReference('A01-1122-0003-0')).toBeUndefined();
  expect(read.transaction('tx-0001').map(({ entry }) => entry.kind)).toEqual(topUp('tx-0001').map(({ kind }) => kind));
  expect(read.balances()).toMatchObject({ 'cash.box': 10_000, 'cardholder.held': -5000, 'issuer.payable': -5000 });
  expect(read.entriesAfter(1, 2, 3).map(({ entry }) => entry.seq)).toEqual([3, 4, 5]);
  expect(read.entriesAfter(7, 0, 3)).toEqual([]);
  expect(read.epochs()).toEqual([1]);
}

describe('reading', () => {
  test('open transactions, those that lack an answer, references and balances, also over a restart', () => {
    const bench = new Bench();
    const journal = bench.open();
    append(journal, [START, ...topUp('tx-0001'), ...topUp('tx-0002', false)]);
    expectTwoTopUps(journal);
    journal.close();
    expectTwoTopUps(bench.open());
  });

  test('money that evidence moves after the end opens a transaction again until it is closed again', () => {
    const journal = new Bench().open();
    const [opened, , , stacked] = topUp('tx-0001');
    const closed = { kind: 'transaction.closed' as const, transactionId: 'tx-0001', body: { outcome: 'case' as const, loaded: 0, refunded: 0, owed: 0 } };
    if (opened === undefined || stacked === undefined) throw new Error('no such entry');
    append(journal, [opened, closed]);
    expect(journal.openTransactions()).toEqual([]);
    journal.append(stacked);
    expect(journal.openTransactions()).toEqual(['tx-0001']);
    journal.append(closed);
    expect(journal.openTransactions()).toEqual([]);
  });
});
