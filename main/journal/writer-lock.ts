/**
 * One writer: an exclusive SQLite lock on a file beside the journal, held as long as the process lives. The operating system frees it
 * when the process dies, however it dies, so there are no stale locks; readers of the journal are not disturbed.
 */
import Database from 'better-sqlite3';
import { JournalError, toJournalError } from './journal-error.ts';

/** Answers the release. @throws {JournalError} `locked` when another terminal process has it */
export function lockForWriting(journalPath: string): () => void {
  let db: Database.Database | undefined;
  try {
    db = new Database(`${journalPath}-lock`, { timeout: 0 });
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db?.close();
    const failure = toJournalError(error, `the lock ${journalPath}-lock`);
    if (failure.code !== 'locked') throw failure;
    throw new JournalError('locked', `${journalPath} is being written by another terminal process: stop that one first`, error);
  }
  const held = db;
  return () => held.close();
}
