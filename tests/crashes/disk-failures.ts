/** Lets every system call of a journal's life fail in turn, with real failing calls (disk-shim.c), in a process of its own. Used by main.ts and disk-failures.test.ts. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { JournalErrorCode } from '../../main/journal/journal-error.ts';
import type { SecondSync } from '../../main/journal/second-writer.ts';
import { shimEnvironment } from './disk-shim.ts';

export interface WalkSetting {
  readonly folder: string;
  readonly control: string;
  /** Whose calls fail: those of a terminal's first start, of one after a kill, of one that finds its journal damaged, or of one that prunes it. */
  readonly life: 'first' | 'second' | 'damaged' | 'pruning';
  readonly errno: number;
  /** From that call on all of them fail, not just the one. */
  readonly lasting: boolean;
  readonly secondSync: SecondSync;
  /** The first call that fails, and how many further the next one is: 1 and 1 for all of them. */
  readonly from: number;
  readonly stride: number;
}

export interface DiskWalk {
  readonly runs: number;
  /** How often an opening or an append was refused, by its code. */
  readonly codes: Partial<Record<JournalErrorCode, number>>;
  readonly problems: readonly string[];
  /** In how many of them the journal was pruned in the end; the others left it as it was. */
  readonly cuts: number;
}

export interface DiskFailure {
  readonly name: string;
  readonly errno: number;
  readonly lasting: boolean;
}

const { EIO, ENOSPC, EROFS } = constants.errno;

export const DISK_FAILURES: readonly DiskFailure[] = [
  { name: 'an I/O error once', errno: EIO, lasting: false },
  { name: 'I/O errors from then on', errno: EIO, lasting: true },
  { name: 'no space once', errno: ENOSPC, lasting: false },
  { name: 'no space from then on', errno: ENOSPC, lasting: true },
  { name: 'mounted read-only from then on', errno: EROFS, lasting: true },
];

/** @param parent where the files come to lie */
export async function walkDisk(parent: string, setting: Omit<WalkSetting, 'folder' | 'control'>): Promise<DiskWalk> {
  const home = mkdtempSync(path.join(parent, 'disk-walk-'));
  const folder = path.join(home, 'data');
  mkdirSync(folder);
  try {
    const control = path.join(home, 'control');
    const environment = shimEnvironment(folder, control);
    const child = spawn(process.execPath, [path.join(import.meta.dirname, 'children', 'disk-walk.ts'), JSON.stringify({ folder, control, ...setting })], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const [said, complained] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const code = await ended;
    if (code !== 0) throw new Error(`the walk ended with ${String(code)}: ${complained.slice(-2000)}`);
    return JSON.parse(said) as DiskWalk;
  } finally {
    rmSync(home, { recursive: true });
  }
}
