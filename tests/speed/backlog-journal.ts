/** The journal of backlog.ts and its child: what a busy terminal wrote while upstream was away, and how that process opens it. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { createIds } from '../../common/ids.ts';
import { CHECKPOINT_TYPE } from '../../common/upstream-api/journal.ts';
import { loadOrCreateTerminalKey, type TerminalKey } from '../../main/identity/terminal-key.ts';
import { entryBuilder, type EntrySource } from '../../main/journal/entry-builder.ts';
import { openJournal, type Journal } from '../../main/journal/journal.ts';
import { CHECKPOINT_EVERY, hashText } from '../../main/journal/lines.ts';
import { openForWriting } from '../../main/journal/schema.ts';
import { readHead } from '../../main/journal/stored-chain.ts';
import { systemClock, systemRandom } from '../../main/terminal/system.ts';
import { topUps, WrittenTime } from '../support/busy-terminal.ts';

export const BACKLOG_TERMINAL = 'T-0001';
const HOUR = 3_600_000;

export function keyOf(folder: string): TerminalKey {
  return loadOrCreateTerminalKey(path.join(folder, 'key.pem'));
}

export function openBacklog(folder: string): Journal {
  return openJournal({ ...sourceAt(systemClock), path: path.join(folder, 'journal.sqlite'), key: keyOf(folder) });
}

/** So many top-ups evenly over the last `hours`: entries as `append` makes them, but without a sync each. @returns how many entries */
export function writeBacklog(folder: string, { hours, topUpCount }: { readonly hours: number; readonly topUpCount: number }): number {
  mkdirSync(folder, { recursive: true });
  openBacklog(folder).close();
  const db = openForWriting(path.join(folder, 'journal.sqlite'));
  db.pragma('synchronous = OFF');
  const time = new WrittenTime(systemClock.now() - hours * HOUR);
  const key = keyOf(folder);
  const build = entryBuilder(sourceAt(time));
  const insert = db.prepare('INSERT INTO entries (seq, entry, hash) VALUES (?, ?, ?)');
  const sign = db.prepare('INSERT INTO checkpoints (seq, jws) VALUES (?, ?)');
  let head = readHead(db);
  db.transaction(() => {
    for (const input of topUps(topUpCount, time, (hours * HOUR) / topUpCount)) {
      const { json, hash, entry } = build(1, head, input);
      head = { seq: entry.seq, hash };
      insert.run(entry.seq, json, hash);
      if (entry.seq === 1 || entry.seq % CHECKPOINT_EVERY === 0)
        sign.run(entry.seq, key.signJws(CHECKPOINT_TYPE, { terminalId: entry.terminalId, epoch: 1, seq: entry.seq, hash: hashText(hash), at: entry.at }));
    }
  })();
  db.close();
  openBacklog(folder).close(); // completes the second file
  return head.seq;
}

function sourceAt(clock: EntrySource['clock']): EntrySource {
  return { terminalId: BACKLOG_TERMINAL, timeZone: 'Asia/Shanghai', clock, ids: createIds(clock, systemRandom) };
}
