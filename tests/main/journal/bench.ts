/** A journal in a folder of its own, with a clock and randomness that tests own. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { SignJWT } from 'jose';
import { onTestFinished } from 'vitest';
import { createIds, type Random } from '../../../common/ids.ts';
import type { NewEntry } from '../../../common/journal-kinds.ts';
import { RECEIPT_TYPE, type Receipt } from '../../../common/upstream-api/journal.ts';
import { terminalKey, type TerminalKey } from '../../../main/identity/terminal-key.ts';
import { withContent, type JournalContent, type StoredRow } from '../../../main/journal/content.ts';
import { openJournal, type Journal, type JournalOptions } from '../../../main/journal/journal.ts';
import type { JournalError } from '../../../main/journal/journal-error.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

export const TERMINAL = 'T-0001';
export const START: NewEntry = { kind: 'terminal.started', body: { version: '1.0.0', reason: 'start' } };
export const STOP: NewEntry = { kind: 'terminal.stopped', body: { reason: 'night' } };

/** Different bytes at each call, the same in each run. */
export function countingRandom(): Random {
  let calls = 0;
  return {
    bytes: (count) =>
      Uint8Array.from(
        createHash('sha512')
          .update(`random ${(calls += 1)}`)
          .digest()
          .subarray(0, count),
      ),
  };
}

export class Bench {
  readonly folder: string;
  readonly path: string;
  readonly clock = new SimulatedClock();
  readonly ids = createIds(this.clock, countingRandom());
  readonly key: TerminalKey = terminalKey(generateKeyPairSync('ed25519').privateKey);
  readonly troubles: JournalError[] = [];
  readonly #open = new Set<Journal>();

  /** @param parent where the folder comes to lie; default: where temporary files do */
  constructor(parent = tmpdir()) {
    this.folder = mkdtempSync(join(parent, 'journal-test-'));
    this.path = join(this.folder, 'journal.sqlite');
    onTestFinished(() => {
      this.closeAll();
      rmSync(this.folder, { recursive: true });
    });
  }

  get secondPath(): string {
    return `${this.path}.second`;
  }

  open(changes: Partial<JournalOptions> = {}): Journal {
    const journal = openJournal({
      path: this.path,
      terminalId: TERMINAL,
      timeZone: 'Asia/Shanghai',
      clock: this.clock,
      ids: this.ids,
      key: this.key,
      onTrouble: (error) => this.troubles.push(error),
      ...changes,
    });
    this.#open.add(journal);
    return journal;
  }

  closeAll(): void {
    for (const journal of this.#open) journal.close();
  }

  /** The process died between two tasks: the files as they are then, in another folder, with nobody writing them. */
  async afterKill(): Promise<Bench> {
    await Promise.resolve();
    const after = new Bench();
    Object.assign(after, { key: this.key });
    for (const suffix of ['', '-wal', '.second']) if (existsSync(this.path + suffix)) copyFileSync(this.path + suffix, after.path + suffix);
    return after;
  }

  /** Someone with the file in hand and SQLite, but without the terminal's key. */
  tamper(change: (db: Database.Database) => void, path = this.path): void {
    const db = new Database(path);
    const triggers = db.prepare<[], { name: string; sql: string }>("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all();
    for (const { name } of triggers) db.exec(`DROP TRIGGER ${name}`);
    change(db);
    for (const { sql } of triggers) db.exec(sql);
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.close();
  }

  digest(path = this.path): string {
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  }
}

/** A whole cash top-up of 50 yuan that is still open when `closed` is false. */
export function topUp(id: string, closed = true): NewEntry[] {
  const reference = `A01-1122-${id.slice(-4).toUpperCase()}-0`;
  const init = {
    loadId: `load ${id}`,
    amount: 5000,
    purseType: 2 as const,
    terminalId: '000001000050',
    balanceBefore: 1250,
    onlineCounter: 7,
    cardRandom: '1A2B3C4D',
    keyVersion: 1,
    algorithm: 0,
    mac1: '824B80B8',
  };
  const host = { hostDate: '20261122', hostTime: '133300', mac2: '0A0B0C0D' };
  const note = { noteId: `note ${id}`, denomination: 5000 };
  const card = { aid: 'A000000632010105', issuer: '01011000FFFFFFFF', serial: '03105170010170907984', tail: '7984' };
  const entries: NewEntry[] = [
    { kind: 'transaction.opened', body: { type: 'top-up', reference, card, tender: 'cash', requested: 0, balanceBefore: 1250, locale: 'zh-CN' } },
    { kind: 'note.escrowed', body: note },
    { kind: 'note.stacking', body: note },
    { kind: 'cash.stacked', body: { ...note, evidence: 'vendValid' } },
    { kind: 'load.authorizing', body: init },
    { kind: 'load.authorized', body: { loadId: init.loadId, ...host } },
    { kind: 'load.committing', body: { ...init, ...host } },
    { kind: 'load.committed', body: { loadId: init.loadId, amount: 5000, tac: '01020304', evidence: 'cardAnswer' } },
    { kind: 'transaction.closed', body: { outcome: 'delivered', loaded: 5000, refunded: 0, owed: 0 } },
  ];
  return entries.slice(0, closed ? 9 : 7).map((entry) => ({ ...entry, transactionId: id }));
}

export function append(journal: Journal, entries: readonly NewEntry[]): void {
  for (const entry of entries) journal.append(entry);
}

/** Upstream's side of a receipt, signed by jose. */
export function upstreamKey(): { key: TerminalKey; receipt: (journal: Journal, upToSeq: number) => Promise<{ receipt: Receipt; jws: string }> } {
  const { privateKey } = generateKeyPairSync('ed25519');
  return {
    key: terminalKey(privateKey),
    receipt: async (journal, upToSeq) => {
      const [stored] = journal.entriesAfter(journal.epoch, upToSeq - 1, 1);
      const receipt: Receipt = { terminalId: TERMINAL, epoch: journal.epoch, upToSeq, headHash: stored?.hash ?? '', at: 1_795_325_580_000 };
      return { receipt, jws: await new SignJWT({ ...receipt }).setProtectedHeader({ alg: 'EdDSA', typ: RECEIPT_TYPE }).sign(privateKey) };
    },
  };
}

/** A journal with two transactions, one of them open, two checkpoints and a receipt; closed cleanly. */
export async function sample(): Promise<{ bench: Bench; upstream: ReturnType<typeof upstreamKey> }> {
  const bench = new Bench();
  const upstream = upstreamKey();
  const journal = bench.open();
  append(journal, [START, ...topUp('tx-0001')]);
  const { receipt, jws } = await upstream.receipt(journal, 9);
  journal.storeReceipt(receipt, jws);
  journal.checkpoint();
  append(journal, topUp('tx-0002', false));
  journal.close();
  return { bench, upstream };
}

/** All rows at hand, so that a test can change them one by one. */
export function rowsOf(path: string): Omit<JournalContent, 'entries'> & { entries: StoredRow[] } {
  return withContent(path, (content) => ({ ...content, entries: Array.from(content.entries, (row) => ({ ...row, hash: Uint8Array.from(row.hash) })) }));
}
