/** No single bit of a journal can turn without being found: of its rows each one, of its file samples. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { JournalContent, StoredRow } from '../../../main/journal/content.ts';
import { JournalError } from '../../../main/journal/journal-error.ts';
import type { VerifyOptions } from '../../../main/journal/verification.ts';
import { verifyContent, verifyJournal } from '../../../main/journal/verify.ts';
import { append, Bench, rowsOf, sample, START, topUp, upstreamKey } from './bench.ts';

/** Calls `check` with every value that differs from `text` in one bit, as SQLite would hand it over. */
function flips(text: string, check: (flipped: string, bit: number) => void): number {
  const bytes = Buffer.from(text, 'utf8');
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    check(bytes.toString('utf8'), bit);
    bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  }
  return bytes.length * 8;
}

function verifyOrRefusal(path: string, keys: VerifyOptions): boolean {
  try {
    return verifyJournal(path, keys).ok;
  } catch (error) {
    if (error instanceof JournalError) return false;
    throw error;
  }
}

describe('every single bit', () => {
  test('of a small journal’s rows: each flip is found, and named where it is', async () => {
    const bench = new Bench();
    const upstream = upstreamKey();
    const journal = bench.open();
    append(journal, [START, ...topUp('tx-0001', false).slice(0, 3)]);
    const { receipt, jws } = await upstream.receipt(journal, 3);
    journal.storeReceipt(receipt, jws);
    journal.close();
    const content = rowsOf(bench.path);
    const keys = { publicKey: bench.key.publicKey, upstreamKey: upstream.key.publicKey };
    expect(verifyContent(content, keys).ok).toBe(true);
    let tried = 0;
    const missed: string[] = [];
    const expectBreak = (changed: JournalContent, what: string, seq?: number): void => {
      const found = verifyContent(changed, keys).break;
      if (found === undefined || (seq !== undefined && found.seq !== seq)) missed.push(`${what}: ${JSON.stringify(found)}`);
    };
    content.entries.forEach((row, index) => {
      const withRow = (changed: StoredRow): JournalContent => ({ ...content, entries: content.entries.with(index, changed) });
      tried += flips(row.entry, (entry, bit) => expectBreak(withRow({ ...row, entry }), `entry ${row.seq} bit ${bit}`, row.seq));
      for (let bit = 0; bit < 256; bit += 1) {
        const hash = Uint8Array.from(row.hash);
        hash[bit >> 3] = (hash[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expectBreak(withRow({ ...row, hash }), `hash ${row.seq} bit ${bit}`, row.seq);
        tried += 1;
      }
      for (let bit = 0; bit < 31; bit += 1) {
        expectBreak(withRow({ ...row, seq: row.seq ^ (1 << bit) }), `seq ${row.seq} bit ${bit}`, row.seq);
        tried += 1;
      }
    });
    content.checkpoints.forEach((row, index) => {
      tried += flips(row.jws, (jws, bit) =>
        expectBreak({ ...content, checkpoints: content.checkpoints.with(index, { ...row, jws }) }, `checkpoint bit ${bit}`, row.seq),
      );
    });
    content.receipts.forEach((row, index) => {
      tried += flips(row.jws, (jws, bit) => expectBreak({ ...content, receipts: content.receipts.with(index, { ...row, jws }) }, `receipt bit ${bit}`));
    });
    tried += flips(content.publicKey, (publicKey, bit) => expectBreak({ ...content, publicKey }, `key bit ${bit}`));
    tried += flips(content.terminalId, (terminalId, bit) => expectBreak({ ...content, terminalId }, `terminal bit ${bit}`));
    for (let bit = 0; bit < 31; bit += 1) expectBreak({ ...content, epoch: content.epoch ^ (1 << bit) }, `epoch bit ${bit}`);
    expect(missed).toEqual([]);
    expect(tried).toBeGreaterThanOrEqual(10_000);
  }, 60_000);

  test('of the file itself, in samples: what verify passes still holds the very same rows', async () => {
    const { bench, upstream } = await sample();
    const good = rowsOf(bench.path);
    const bytes = readFileSync(bench.path);
    const copy = join(bench.folder, 'copy.sqlite');
    let found = 0;
    for (let sampled = 0; sampled < 150; sampled += 1) {
      const bit = Math.floor((sampled * bytes.length * 8) / 151) + ((sampled * 2_654_435_761) % 997);
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      writeFileSync(copy, changed);
      const verification = verifyOrRefusal(copy, { publicKey: bench.key.publicKey, upstreamKey: upstream.key.publicKey });
      if (verification) expect(rowsOf(copy)).toEqual(good);
      else found += 1;
    }
    expect(found).toBeGreaterThan(0);
  });
});
