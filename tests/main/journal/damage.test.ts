import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { NewEntry } from '../../../common/journal-kinds.ts';
import { toHex } from '../../../common/hex.ts';
import { verifyJournal } from '../../../main/journal/verify.ts';
import { append, Bench, START, STOP, topUp, upstreamKey } from './bench.ts';

/** Closed cleanly: one finished and one open transaction, 17 entries. */
function written(): Bench {
  const bench = new Bench();
  const journal = bench.open();
  append(journal, [START, ...topUp('tx-0001'), ...topUp('tx-0002', false)]);
  journal.close();
  return bench;
}

/** Overwrites a run in the middle of the file, as a bad page would. */
function spoil(path: string, from = 0.3, length = 0.4): void {
  const bytes = readFileSync(path);
  bytes.fill(0xa5, Math.floor(bytes.length * from), Math.floor(bytes.length * (from + length)));
  writeFileSync(path, bytes);
}

describe('a damaged journal', () => {
  test('is set aside untouched, and a new epoch begins by naming it and its last provable hash', () => {
    const bench = written();
    const lastHash = Buffer.from(bench.open().entriesAfter(1, 16, 1)[0]?.hash ?? '', 'hex');
    bench.closeAll();
    spoil(bench.path);
    const spoilt = bench.digest();
    const journal = bench.open();
    expect(bench.digest(`${bench.path}.damaged-1`)).toBe(spoilt);
    expect(journal.epoch).toBe(2);
    expect(journal.head.seq).toBe(1);
    expect(journal.entriesAfter(2, 0, 1)[0]?.entry).toMatchObject({
      epoch: 2,
      seq: 1,
      kind: 'journal.replaced',
      body: { damagedFile: 'journal.sqlite.damaged-1', lastProvableSeq: 17, lastProvableHash: toHex(lastHash), carried: { entries: 17 } },
    });
  });

  test('loses no entry: the second file proves them all, and what is open can be recovered', () => {
    const bench = written();
    spoil(bench.path);
    const journal = bench.open();
    expect(journal.replacement).toMatchObject({
      epoch: 1,
      complete: true,
      journal: { file: `${bench.path}.damaged-1` },
      secondFile: { file: bench.secondPath, fromSeq: 1, upToSeq: 17 },
      lastProvable: { seq: 17 },
    });
    expect(journal.openTransactions()).toEqual(['tx-0002']);
    expect(journal.transaction('tx-0002').map(({ entry }) => entry.kind)).toEqual(topUp('tx-0002', false).map(({ kind }) => kind));
    expect(journal.findByReference('A01-1122-0001-0')).toBe('tx-0001');
    expect(journal.balances()).toMatchObject({ 'cash.box': 10_000, 'cardholder.held': -5000, 'issuer.payable': -5000 });
    expect(journal.epochs()).toEqual([1, 2]);
    expect(journal.entriesAfter(1, 0, 100)).toHaveLength(17);
  });

  test('the open transaction goes on in the new epoch, is closed there, and the new file is sound', () => {
    const bench = written();
    spoil(bench.path);
    const journal = bench.open();
    const rest: NewEntry[] = topUp('tx-0002').slice(7);
    append(journal, [START, ...rest]);
    expect(journal.openTransactions()).toEqual([]);
    expect(journal.balances()).toMatchObject({ 'cash.box': 10_000, 'cardholder.held': 0, 'issuer.payable': -10_000 });
    journal.close();
    const again = bench.open();
    expect(again.replacement).toBeUndefined();
    expect(again.openTransactions()).toEqual([]);
    expect(again.balances()).toMatchObject({ 'cardholder.held': 0 });
    expect(verifyJournal(bench.path, { publicKey: bench.key.publicKey })).toMatchObject({ ok: true, epoch: 2, carried: 17, transactions: 2 });
  });

  test('damaged twice carries the first damage’s entries on', () => {
    const bench = written();
    spoil(bench.path);
    const second = bench.open();
    append(second, [START, ...topUp('tx-0003', false)]);
    second.close();
    bench.tamper((db) => db.exec("UPDATE entries SET entry = replace(entry, 'T-0001', 'T-0007') WHERE seq = 9"));
    const third = bench.open();
    expect(third.epoch).toBe(3);
    expect(existsSync(`${bench.path}.damaged-2`)).toBe(true);
    expect(third.openTransactions()).toEqual(['tx-0002', 'tx-0003']);
    expect(third.epochs()).toEqual([1, 2, 3]);
    expect(third.transaction('tx-0002')).toHaveLength(7);
    expect(third.balances()).toMatchObject({ 'cash.box': 15_000, 'cardholder.held': -10_000 });
  });

  test('damaged twice does not open again what the second epoch brought to its end and upstream has', async () => {
    const bench = written();
    spoil(bench.path);
    const second = bench.open();
    const committed: NewEntry = { kind: 'load.committed', body: { loadId: 'load tx-0002', amount: 5000, tac: '01020304', evidence: 'cardAnswer' } };
    const closed: NewEntry = { kind: 'transaction.closed', body: { outcome: 'delivered', loaded: 5000, refunded: 0, owed: 0 } };
    append(
      second,
      [committed, closed].map((entry) => ({ ...entry, transactionId: 'tx-0002' })),
    );
    const { receipt, jws } = await upstreamKey().receipt(second, second.head.seq);
    second.storeReceipt(receipt, jws);
    append(second, [STOP]);
    const balances = second.balances();
    second.close();
    bench.tamper((db) => db.exec("UPDATE entries SET entry = replace(entry, 'night', 'light') WHERE seq = 4"));
    const third = bench.open();
    expect(third.epoch).toBe(3);
    expect(third.openTransactions()).toEqual([]);
    expect(third.transaction('tx-0002').at(-1)?.entry.kind).toBe('transaction.closed');
    expect(third.balances()).toEqual(balances);
    third.close();
    expect(verifyJournal(bench.path)).toMatchObject({ ok: true, epoch: 3 });
  });

  test('carries only what upstream has not receipted, and open transactions whole', async () => {
    const bench = new Bench();
    const upstream = upstreamKey();
    const journal = bench.open();
    append(journal, [START, ...topUp('tx-0002', false), ...topUp('tx-0001'), STOP]); // 1, 2–8, 9–17, 18
    const { receipt, jws } = await upstream.receipt(journal, 17);
    journal.storeReceipt(receipt, jws);
    journal.close();
    bench.tamper((db) => db.exec('UPDATE entries SET hash = zeroblob(32) WHERE seq = 18'));
    const again = bench.open();
    expect(again.replacement?.journal).toMatchObject({ fromSeq: 1, upToSeq: 17, trouble: 'the chain breaks after entry 17' });
    expect(again.replacement?.lastProvable.seq).toBe(18);
    expect(again.entriesAfter(1, 0, 100).map(({ entry }) => entry.seq)).toEqual([2, 3, 4, 5, 6, 7, 8, 18]);
  });

  test('without a second file proves what the file itself still proves', () => {
    const bench = written();
    rmSync(bench.secondPath);
    bench.tamper((db) => db.exec('DELETE FROM checkpoints; UPDATE entries SET hash = zeroblob(32) WHERE seq = 15'));
    const journal = bench.open();
    expect(journal.replacement).toMatchObject({
      journal: { fromSeq: 1, upToSeq: 14 },
      secondFile: { upToSeq: 0, trouble: 'it is missing' },
      lastProvable: { seq: 14 },
    });
    expect(journal.openTransactions()).toEqual(['tx-0002']);
  });

  test('with a damaged second file too still starts a later epoch', () => {
    const bench = written();
    spoil(bench.path, 0, 1);
    spoil(bench.secondPath, 0, 1);
    const journal = bench.open();
    expect(journal.epoch).toBe(2);
    expect(journal.replacement).toMatchObject({ lastProvable: { seq: 0 }, journal: { upToSeq: 0 }, secondFile: { upToSeq: 0 } });
    journal.append(START);
    journal.close();
    expect(verifyJournal(bench.path).ok).toBe(true);
  });

  test('whose schema holds a text as bytes, which is one flipped bit, is set aside', () => {
    const bench = written();
    bench.tamper((db) => {
      db.unsafeMode(true);
      db.pragma('writable_schema = ON');
      db.exec("UPDATE sqlite_schema SET sql = CAST(sql AS BLOB) WHERE name = 'described_entries'");
    });
    const journal = bench.open();
    expect(journal.replacement).toMatchObject({ epoch: 1, complete: true, lastProvable: { seq: 17 } });
    expect(journal.openTransactions()).toEqual(['tx-0002']);
  });

  test('that lost its last entries is noticed by the second file, which has them', async () => {
    const bench = new Bench();
    const journal = bench.open();
    append(journal, [START, ...topUp('tx-0001', false)]);
    const after = await bench.afterKill();
    rmSync(`${after.path}-wal`); // the last commits were only there
    const again = after.open();
    expect(again.epoch).toBe(2);
    expect(again.replacement).toMatchObject({ lastProvable: { seq: 8 }, reason: expect.stringContaining('missing') });
    expect(again.openTransactions()).toEqual(['tx-0001']);
  });

  test('that is gone is replaced from the second file, not begun anew', () => {
    const bench = written();
    rmSync(bench.path);
    const journal = bench.open();
    expect(journal.epoch).toBe(2);
    expect(journal.replacement).toMatchObject({ reason: 'the file is missing', damagedFile: undefined, lastProvable: { seq: 17 } });
    expect(journal.openTransactions()).toEqual(['tx-0002']);
  });

  test('that is an older copy is noticed', () => {
    const bench = written();
    copyFileSync(bench.path, `${bench.path}.backup`);
    const journal = bench.open();
    append(journal, [STOP, START]);
    journal.close();
    renameSync(`${bench.path}.backup`, bench.path);
    expect(bench.open().replacement).toMatchObject({ reason: 'entries 18 to 19 are missing', lastProvable: { seq: 19 } });
  });

  test('that is an older copy than the second file begins with is noticed', async () => {
    const bench = new Bench();
    const upstream = upstreamKey();
    const journal = bench.open();
    append(journal, [START, STOP]);
    journal.close();
    copyFileSync(bench.path, `${bench.path}.backup`);
    const grown = bench.open();
    for (let count = 0; count < 12; count += 1) grown.append({ kind: 'terminal.stopped', body: { reason: 'x'.repeat(100_000) } });
    await Promise.resolve();
    const { receipt, jws } = await upstream.receipt(grown, 12);
    grown.storeReceipt(receipt, jws);
    grown.close();
    renameSync(`${bench.path}.backup`, bench.path);
    const again = bench.open();
    expect(again.epoch).toBe(2);
    expect(again.replacement).toMatchObject({ reason: 'entries 3 to 12 and more are missing', complete: false, lastProvable: { seq: 14 } });
  });

  test('cut short where upstream has more is noticed by the receipt', async () => {
    const bench = new Bench();
    const upstream = upstreamKey();
    const journal = bench.open();
    append(journal, [START, STOP, START, STOP]);
    const { receipt, jws } = await upstream.receipt(journal, 4);
    journal.storeReceipt(receipt, jws);
    journal.close();
    rmSync(bench.secondPath);
    bench.tamper((db) => db.exec('DELETE FROM checkpoints; DELETE FROM entries WHERE seq > 2'));
    expect(bench.open().replacement?.reason).toBe('upstream has entry 4, which is missing here');
  });

  test('with a checkpoint that the terminal never signed is not trusted', () => {
    const bench = written();
    bench.tamper((db) => db.exec("UPDATE checkpoints SET jws = replace(jws, '.', '.A') WHERE seq = 17"));
    expect(bench.open().replacement?.reason).toBe('the checkpoint of entry 17 is not genuine');
  });

  test('set aside by a start that died half way is taken up again under the same number', () => {
    const bench = written();
    spoil(bench.path);
    renameSync(bench.path, `${bench.path}.damaged-1`); // power failed here
    const journal = bench.open();
    expect(journal.epoch).toBe(2);
    expect(journal.replacement).toMatchObject({ damagedFile: `${bench.path}.damaged-1`, lastProvable: { seq: 17 } });
    expect(existsSync(`${bench.path}.damaged-2`)).toBe(false);
  });

  test('replaced by a start that died before it put the second file away: the old one is put away now', () => {
    const bench = written();
    const old = readFileSync(bench.secondPath);
    spoil(bench.path);
    bench.open().close();
    writeFileSync(bench.secondPath, old);
    const journal = bench.open();
    expect(journal.epoch).toBe(2);
    expect(journal.replacement).toBeUndefined();
    expect(bench.troubles.map(({ code }) => code)).toEqual(['corrupt']);
  });

  test('empty after a first start that died at once is simply begun', () => {
    const bench = new Bench();
    writeFileSync(`${bench.path}.new`, 'half');
    bench.open().close();
    truncateSync(`${bench.path}-lock`, 0);
    expect(bench.open().epoch).toBe(1);
  });
});
