/** The journal's one error, with a closed set of codes, and the translation of SQLite's and the file system's codes into it. */
import { ZodError } from 'zod';
import type { Flavor } from '../../common/flavor.ts';

export type JournalErrorCode =
  /** No space: nothing was written; appending works again when there is space. */
  | 'full'
  /** The disk failed. What the last append left is known only after opening the journal again. */
  | 'io'
  /** The file is not what was written. */
  | 'corrupt'
  /** Written by a newer release. */
  | 'newer'
  /** Another process writes it. */
  | 'locked'
  /** It is another terminal's journal. */
  | 'otherTerminal'
  /** It is a training terminal's journal where a live one is expected, or the other way round. */
  | 'otherFlavor'
  /** The caller's entry, receipt or file name is wrong. */
  | 'invalid'
  | 'notFound'
  | 'closed';

export class JournalError extends Error {
  readonly code: JournalErrorCode;
  constructor(code: JournalErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'JournalError';
    this.code = code;
  }
}

/** What is said of a journal that is not of the flavor that is wanted, by its own flavor. */
export const otherFlavorText: Readonly<Record<Flavor, string>> = {
  production: 'this is a live terminal’s journal, not a training journal',
  training: 'this is a training journal: nothing in it is money',
};

/** `attempted` names what was tried, on which file. */
export function toJournalError(error: unknown, attempted: string): JournalError {
  if (error instanceof JournalError) return error;
  // every table is strict: only damage puts a value of another type in a column
  if (error instanceof ZodError)
    return new JournalError('corrupt', `${attempted}: ${error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`, error);
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  const detail = error instanceof Error ? error.message : String(error);
  return new JournalError(classify(code), `${attempted}: ${detail}${code === '' ? '' : ` (${code})`}`, error);
}

/** `SQLITE_ERROR`: a statement of this program does not fit the schema in the file. */
function classify(code: string): JournalErrorCode {
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT') return 'full';
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB' || code === 'SQLITE_SCHEMA' || code === 'SQLITE_ERROR') return 'corrupt';
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return 'locked';
  if (code === 'ENOENT') return 'notFound';
  return 'io';
}
