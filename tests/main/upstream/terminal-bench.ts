/** A terminal of which only journal and link are there: the real journal on a file, the real uplink over HTTP; and what upstream's file holds. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { createIds } from '../../../common/ids.ts';
import { type TerminalKey } from '../../../main/identity/terminal-key.ts';
import { openJournal, type Journal } from '../../../main/journal/journal.ts';
import { JournalDesk } from '../../../main/terminal/ports/journal-port.ts';
import type { Uplink } from '../../../main/upstream/uplink.ts';
import type { Upstream, UpstreamOptions } from '../../../main/upstream/upstream.ts';
import { newKey, random, type World } from '../../fleet/support.ts';
import { topUps, WrittenTime } from '../../support/busy-terminal.ts';
import { connect, until } from './support.ts';

export const TERMINAL = 'T-0001';

export interface TerminalBench {
  readonly journal: Journal;
  readonly upstream: Upstream;
  readonly uplink: Uplink;
  readonly file: string;
  readonly key: TerminalKey;
  /** Writes so many whole top-ups, one a minute, as the flow would. */
  write(topUpCount: number): void;
  drained(): Promise<void>;
  /** Ends this life cleanly and begins the next, before which `between` happens to the files. */
  restart(between?: () => void): void;
}

export function startTerminalBench(world: World, over: Partial<UpstreamOptions> & { readonly startAt?: number } = {}): TerminalBench {
  const folder = mkdtempSync(path.join(tmpdir(), 'uplink-'));
  const file = path.join(folder, 'journal.sqlite');
  const time = new WrittenTime(over.startAt ?? world.clock.now());
  const key = over.key === undefined ? newKey() : (over.key as TerminalKey);
  const begin = () => {
    const ids = createIds(time, random);
    const journal = openJournal({ path: file, terminalId: TERMINAL, timeZone: 'Asia/Shanghai', clock: time, ids, key });
    const desk = new JournalDesk({ journal, clock: world.clock, random, shortName: 'A01', businessDate: () => '2026-03-15', onHealth: () => {} });
    const upstream = connect(world, { ...over, key });
    return { journal, desk, upstream, uplink: upstream.startUplink(desk) };
  };
  let life = begin();
  const end = (): void => {
    life.upstream.close();
    life.journal.close();
  };
  onTestFinished(() => {
    end();
    rmSync(folder, { recursive: true });
  });
  return {
    get journal() {
      return life.journal;
    },
    get upstream() {
      return life.upstream;
    },
    get uplink() {
      return life.uplink;
    },
    file,
    key,
    write: (count) => {
      for (const entry of topUps(count, time, 60_000)) life.desk.append(entry);
    },
    drained: () => until(() => life.uplink.current.state === 'drained' && life.uplink.lag?.entries === 0),
    restart: (between) => {
      end();
      between?.();
      life = begin();
    },
  };
}

const heldRow = z.strictObject({ epoch: z.int(), seq: z.int(), hash: z.string() });
export type Held = z.infer<typeof heldRow>;

/** Every row of this terminal's journal in upstream's file, and how many anomalies are beside them. */
export function heldBy(database: string): { readonly entries: readonly Held[]; readonly anomalies: number } {
  const db = new Database(database, { readonly: true });
  try {
    const entries = db.prepare('SELECT epoch, seq, hash FROM journal_entries WHERE terminal_id = ? ORDER BY epoch, seq').all(TERMINAL);
    const { anomalies } = z.strictObject({ anomalies: z.int() }).parse(db.prepare('SELECT count(*) AS anomalies FROM journal_anomalies').get());
    return { entries: entries.map((row) => heldRow.parse(row)), anomalies };
  } finally {
    db.close();
  }
}

/** What upstream must hold: each entry of the journal once, and nothing else. */
export function written(journal: Journal): { readonly entries: readonly Held[]; readonly anomalies: number } {
  const entries = journal.epochs().flatMap((epoch) => journal.entriesAfter(epoch, 0, Number.MAX_SAFE_INTEGER));
  return { entries: entries.map(({ entry, hash }) => ({ epoch: entry.epoch, seq: entry.seq, hash })), anomalies: 0 };
}
