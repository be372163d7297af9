/** The journal of million.ts and its child: how it is made, opened and asked. Its folder has the names of a terminal's data folder. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { createIds } from '../../common/ids.ts';
import type { NewEntry } from '../../common/journal-kinds.ts';
import { RECEIPT_TYPE, type Receipt } from '../../common/upstream-api/journal.ts';
import { loadOrCreateTerminalKey, type TerminalKey } from '../../main/identity/terminal-key.ts';
import { entryBuilder, type EntrySource } from '../../main/journal/entry-builder.ts';
import { openJournal, type Journal } from '../../main/journal/journal.ts';
import { CHECKPOINT_TYPE } from '../../common/upstream-api/journal.ts';
import { CHECKPOINT_EVERY, hashText } from '../../main/journal/lines.ts';
import { openForWriting } from '../../main/journal/schema.ts';
import { readHead } from '../../main/journal/stored-chain.ts';
import { topUpEntries } from './top-up-entries.ts';

/** Entries a commit, while a file is made. */
const BATCH = 20_000;

/** What is asked for at a start and in every round of the caretaker (main/terminal). */
const ASKED = [
  ['receipt.printing', ['receipt.printed', 'receipt.failed']],
  ['load.committed', ['load.confirmed']],
  ['load.authorizing', ['load.committing', 'load.refused', 'load.reversed']],
  ['load.notCredited', ['load.reversed']],
  ['case.resolved', ['load.confirmed', 'load.reversed']],
  ['case.opened', ['case.resolved']],
  ['voucher.issued', ['voucher.registering']],
  ['case.resolved', ['voucher.registering']],
  ['voucher.registering', ['voucher.registered']],
  ['voucher.releasing', ['voucher.released']],
  ['voucher.reserved', ['voucher.redeemed', 'voucher.releasing']],
  ['loss.reporting', ['loss.reported', 'loss.refused']],
  ['desk.submitting', ['desk.stored', 'desk.refused']],
  ['foreign.load.examined', ['foreign.load.reported']],
  ['foreign.load.examined', ['foreign.load.told']],
] as const;

export function openMillion(folder: string): Journal {
  return openJournal({ ...source(), path: journalIn(folder), key: keyOf(folder) });
}

/** Answers how many transactions are open; each of them is read, as recovery does. */
export function askAll(journal: Journal): number {
  const open = journal.openTransactions();
  for (const id of open) journal.transaction(id);
  for (const [kind, answers] of ASKED) journal.transactionsLacking(kind, answers);
  return open.length;
}

/** `count` entries as `append` makes them, but without a sync each, of top-ups of which the last is still open. */
export function makeMillion(folder: string, count: number): void {
  mkdirSync(folder, { recursive: true });
  openMillion(folder).close();
  const db = openForWriting(journalIn(folder));
  db.pragma('synchronous = OFF');
  const key = keyOf(folder);
  const build = entryBuilder(source());
  const insert = db.prepare('INSERT INTO entries (seq, entry, hash) VALUES (?, ?, ?)');
  const sign = db.prepare('INSERT INTO checkpoints (seq, jws) VALUES (?, ?)');
  let head = readHead(db);
  const writeUpTo = db.transaction((last: number) => {
    while (head.seq < last) {
      const { json, hash, entry } = build(1, head, entryAfter(head.seq));
      head = { seq: entry.seq, hash };
      insert.run(entry.seq, json, hash);
      if (entry.seq === 1 || entry.seq % CHECKPOINT_EVERY === 0)
        sign.run(entry.seq, key.signJws(CHECKPOINT_TYPE, { terminalId: entry.terminalId, epoch: 1, seq: entry.seq, hash: hashText(hash), at: entry.at }));
    }
  });
  for (let last = BATCH; last < count + BATCH; last += BATCH) writeUpTo(Math.min(last, count));
  db.close();
  firstLife(folder);
}

/** Upstream has everything. */
export function receiptAll(folder: string): void {
  const journal = openMillion(folder);
  const { epoch, seq, hash } = journal.head;
  const receipt: Receipt = { terminalId: 'T-0001', epoch, upToSeq: seq, headHash: hash, at: Date.UTC(2026, 10, 22) };
  journal.storeReceipt(receipt, keyOf(folder).signJws(RECEIPT_TYPE, receipt));
  askAll(journal);
  journal.close();
}

/** As if no question had ever been asked: what a release that asks new ones finds. */
export function forgetAnswers(folder: string): void {
  const db = openForWriting(journalIn(folder));
  db.exec('DELETE FROM standing_members; DELETE FROM standing_questions');
  db.close();
}

/** Completes the second file, asks everything once, and signs: what every life of a terminal has behind it. */
function firstLife(folder: string): void {
  const journal = openMillion(folder);
  askAll(journal);
  journal.append({ kind: 'terminal.started', body: { version: '1.0.0', reason: 'start' } });
  journal.close();
}

/** Ten entries a top-up: the nine that the flow writes, and that the issuer has confirmed the load. */
function entryAfter(seq: number): NewEntry {
  const number = Math.floor(seq / 10);
  const entries = topUpEntries(number);
  const [opened] = entries;
  const confirmed: NewEntry = {
    kind: 'load.confirmed',
    body: { loadId: `019aa8d6-4a10-7000-8000-${String(number).padStart(12, '0')}`, tacChecked: 'good' },
    ...(opened?.transactionId === undefined ? {} : { transactionId: opened.transactionId }),
  };
  const entry = [...entries.slice(0, 8), confirmed, ...entries.slice(8)][seq % 10];
  if (entry === undefined) throw new RangeError(`no entry after ${seq}`);
  return entry;
}

export function journalIn(folder: string): string {
  return path.join(folder, 'journal.sqlite');
}

function keyOf(folder: string): TerminalKey {
  return loadOrCreateTerminalKey(path.join(folder, 'terminal-key.pem'));
}

function source(): EntrySource {
  const clock = { now: () => Date.UTC(2026, 10, 22, 0, 14) };
  let calls = 0;
  const bytes = (count: number): Uint8Array => {
    const made = Buffer.alloc(count, 0x5a);
    made.writeUInt32BE((calls += 1), count - 4);
    return made;
  };
  return { terminalId: 'T-0001', timeZone: 'Asia/Shanghai', clock, ids: createIds(clock, { bytes }) };
}
