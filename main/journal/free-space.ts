/** Whether the disk has room enough to sell: asked before money is taken, well before SQLite can fail. */
import { statfsSync } from 'node:fs';
import { toJournalError } from './journal-error.ts';

/** Selling stops below 512 MiB … */
export const LEAST_FREE_BYTES = 512 * 1024 * 1024;
/** … or below this share of the disk. */
export const LEAST_FREE_SHARE = 0.1;

export interface FreeSpace {
  /** Bytes that this process may still use. */
  readonly free: number;
  readonly total: number;
  /** Too little to go on selling. */
  readonly low: boolean;
}

/** @throws {JournalError} `io` or `notFound` */
export function freeSpace(folder: string): FreeSpace {
  try {
    const { bavail, blocks, bsize } = statfsSync(folder);
    return judgeSpace(bavail * bsize, blocks * bsize);
  } catch (error) {
    throw toJournalError(error, `free space of ${folder}`);
  }
}

export function judgeSpace(free: number, total: number): FreeSpace {
  return { free, total, low: free < LEAST_FREE_BYTES || free < total * LEAST_FREE_SHARE };
}
