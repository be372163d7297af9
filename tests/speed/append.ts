/**
 * What a durable entry costs beyond the disk: the journal's `append` (validation, postings, hash, second file as configured by default,
 * signed checkpoints) beside a bare commit of the same bytes, on the same disk, one after the other in turns.
 */
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { createIds, type Ids } from '../../common/ids.ts';
import { GENESIS_HASH } from '../../common/journal-entry.ts';
import { toHex } from '../../common/hex.ts';
import { terminalKey } from '../../main/identity/terminal-key.ts';
import { entryBuilder, type EntrySource } from '../../main/journal/entry-builder.ts';
import { openJournal } from '../../main/journal/journal.ts';
import type { Figure, Setting } from './figure.ts';
import { median, percentile } from './statistics.ts';
import { topUpEntries } from './top-up-entries.ts';

const WARM_UP = 270;
const SAMPLES = 2700;
const TARGET = 1.2;

interface Row {
  readonly seq: number;
  readonly json: string;
  readonly hash: Uint8Array;
}

export async function measureAppend({ data }: Pick<Setting, 'data'>): Promise<readonly Figure[]> {
  mkdirSync(data, { recursive: true });
  const folder = mkdtempSync(path.join(data, 'append-'));
  try {
    const { journal, bare } = await inTurns(folder);
    return [
      { name: 'append.ratio', value: median(journal) / median(bare), unit: '×', target: TARGET },
      { name: 'append.ratio.p99', value: percentile(journal, 0.99) / percentile(bare, 0.99), unit: '×' },
      { name: 'append.journal', value: median(journal), unit: 'ms' },
      { name: 'append.bare', value: median(bare), unit: 'ms' },
      { name: 'append.journal.p99', value: percentile(journal, 0.99), unit: 'ms' },
      { name: 'append.bare.p99', value: percentile(bare, 0.99), unit: 'ms' },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * ms of each append and of each bare commit. The event loop turns between two, as between two entries of a flow: the second file is then
 * written outside the append, not in every 64th as in a run that never lets go.
 */
async function inTurns(folder: string): Promise<{ readonly journal: readonly number[]; readonly bare: readonly number[] }> {
  const entries = Array.from({ length: Math.ceil((WARM_UP + SAMPLES) / 9) }, (_, index) => topUpEntries(index)).flat();
  const rows = rowsOf(entries);
  const journal = openJournal({ ...source(), path: path.join(folder, 'journal.sqlite'), key: terminalKey(generateKeyPairSync('ed25519').privateKey) });
  const bare = bareTable(path.join(folder, 'bare.sqlite'));
  const times = { journal: [] as number[], bare: [] as number[] };
  for (const [index, entry] of entries.entries()) {
    const row = rows[index];
    if (row === undefined) throw new RangeError(`entry ${index} was not built`);
    const turns = [() => times.journal.push(timed(() => journal.append(entry))), () => times.bare.push(timed(() => bare.insert(row)))];
    for (const turn of index % 2 === 0 ? turns : turns.toReversed()) {
      await nextTurn();
      turn();
    }
  }
  const last = rows.at(-1);
  if (last === undefined || journal.head.hash !== toHex(last.hash).toLowerCase()) throw new Error('the bare table did not get the bytes of the journal');
  journal.close();
  bare.close();
  return { journal: times.journal.slice(WARM_UP), bare: times.bare.slice(WARM_UP) };
}

/** The same bytes that the journal will make of these entries: same time, same ids. */
function rowsOf(entries: ReturnType<typeof topUpEntries>): readonly Row[] {
  const build = entryBuilder(source());
  let head: { seq: number; hash: Uint8Array } = { seq: 0, hash: GENESIS_HASH };
  return entries.map((entry) => {
    const { json, hash } = build(1, head, entry);
    head = { seq: head.seq + 1, hash };
    return { ...head, json };
  });
}

function source(): EntrySource {
  const clock = { now: () => Date.UTC(2026, 10, 22, 0, 14) };
  return { terminalId: 'T-0001', timeZone: 'Asia/Shanghai', clock, ids: repeatableIds(clock) };
}

function repeatableIds(clock: { now(): number }): Ids {
  let calls = 0;
  return createIds(clock, {
    bytes: (count) => {
      const bytes = Buffer.alloc(count, 0x5a);
      bytes.writeUInt32BE((calls += 1), count - 4);
      return bytes;
    },
  });
}

/** The journal's durability and nothing else of it: no index, no trigger, no check. */
function bareTable(file: string): { insert(row: Row): void; close(): void } {
  const db = new Database(file, { timeout: 0 });
  for (const setting of [
    'journal_mode = WAL',
    'synchronous = FULL',
    'foreign_keys = ON',
    'trusted_schema = OFF',
    'cell_size_check = ON',
    'recursive_triggers = ON',
    'mmap_size = 0',
  ])
    db.pragma(setting);
  db.exec('CREATE TABLE entries (seq INTEGER PRIMARY KEY, entry TEXT NOT NULL, hash BLOB NOT NULL) STRICT');
  const insert = db.prepare<[number, string, Uint8Array]>('INSERT INTO entries (seq, entry, hash) VALUES (?, ?, ?)');
  return { insert: ({ seq, json, hash }) => void insert.run(seq, json, hash), close: () => void db.close() };
}

function timed(act: () => void): number {
  const start = performance.now();
  act();
  return performance.now() - start;
}
