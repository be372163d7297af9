/**
 * The mark beside a journal whose old part may be damaged: `<file>-doubt`, which holds why. Whoever meets such damage while the terminal runs
 * makes it; the next opening reads all of the file and takes the mark away when it has judged. Nothing is judged twice by halves.
 */
import { closeSync, existsSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncFolder } from './second-file.ts';

/** Durable when this returns; the first doubt stays. @throws what the file system throws */
export function doubt(journalPath: string, why: string): void {
  if (isDoubted(journalPath)) return;
  const file = openSync(markOf(journalPath), 'w', 0o600);
  try {
    writeSync(file, why);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  syncFolder(dirname(journalPath));
}

export function isDoubted(journalPath: string): boolean {
  return existsSync(markOf(journalPath));
}

export function endDoubt(journalPath: string): void {
  rmSync(markOf(journalPath), { force: true });
}

function markOf(journalPath: string): string {
  return `${journalPath}-doubt`;
}
