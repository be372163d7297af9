/**
 * Builds disk-shim.c and speaks to it: a process started with its environment has a disk that fails at the call it is told to, and writes
 * down what was done to it. Used by disk-failures and power-cuts.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, readSync, statSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { findProgram } from '../launcher/needs.ts';
import { projectRoot } from '../launcher/run-tool.ts';

const SOURCE = path.join(import.meta.dirname, 'disk-shim.c');
/** Four 64-bit numbers: struct control. */
const CONTROL_BYTES = 32;

/** Why the shim can't be had here; `undefined` when it can. */
export function shimMissing(): string | undefined {
  if (process.platform !== 'linux') return 'failing system calls need LD_PRELOAD of Linux';
  return findProgram(['cc', 'gcc']) === undefined ? 'a C compiler is not on this machine; run: apt-get install -y gcc libc6-dev' : undefined;
}

/** Compiled once for each change of the source. Answers the path of the library. */
function buildShim(): string {
  const library = path.join(projectRoot, 'out', 'crashes', `disk-shim-${Math.floor(statSync(SOURCE).mtimeMs)}.so`);
  if (statSync(library, { throwIfNoEntry: false }) !== undefined) return library;
  mkdirSync(path.dirname(library), { recursive: true });
  const compiler = findProgram(['cc', 'gcc']);
  if (compiler === undefined) throw new Error('no C compiler');
  execFileSync(compiler, ['-O1', '-shared', '-fPIC', '-o', library, SOURCE, '-ldl']);
  return library;
}

/** For a child process whose files in `folder` are watched. `control` is made; `log` grows. */
export function shimEnvironment(folder: string, control: string, log?: string): Readonly<Record<string, string>> {
  writeFileSync(control, Buffer.alloc(CONTROL_BYTES));
  return {
    LD_PRELOAD: buildShim(),
    DISK_SHIM_FOLDER: folder,
    DISK_SHIM_CONTROL: control,
    ...(log === undefined ? {} : { DISK_SHIM_LOG: log }),
  };
}

/** In the child: which of its calls fail. */
export class DiskControl {
  readonly #file: number;

  constructor(control: string) {
    this.#file = openSync(control, 'r+');
  }

  /** From now on calls are counted from 1; those from `from` to `upTo` fail with this errno. */
  failAt(from: number, upTo: number, errno: number): void {
    const bytes = Buffer.alloc(CONTROL_BYTES);
    [0, from, upTo, errno].forEach((value, index) => bytes.writeBigInt64LE(BigInt(value), index * 8));
    writeSync(this.#file, bytes, 0, CONTROL_BYTES, 0);
  }

  sound(): void {
    this.failAt(0, 0, 0);
  }

  /** Calls since the last {@link failAt}. */
  calls(): number {
    const bytes = Buffer.alloc(CONTROL_BYTES);
    readSync(this.#file, bytes, 0, CONTROL_BYTES, 0);
    return Number(bytes.readBigInt64LE(0));
  }
}

/** One thing that was done to a file, in the order in which it was done. */
export type DiskCall =
  | { readonly op: 'create' | 'sync' | 'unlink'; readonly file: string }
  | { readonly op: 'write'; readonly file: string; readonly offset: number; readonly bytes: Buffer }
  | { readonly op: 'truncate'; readonly file: string; readonly length: number }
  | { readonly op: 'rename'; readonly file: string; readonly to: string }
  /** Not of the disk: what the process had acknowledged by then. */
  | { readonly op: 'said'; readonly text: string };

/** What the process under test says goes into the same log, in its place. */
export function saidLine(text: string): string {
  return `said\t${text}\t0\t0\t\n`;
}

export function readLog(log: string): readonly DiskCall[] {
  const bytes = readFileSync(log);
  const calls: DiskCall[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(0x0a, at);
    const [op = '', file = '', offset = '', length = '', other = ''] = bytes.subarray(at, end).toString('utf8').split('\t');
    at = end + 1;
    calls.push(callOf(op, file, Number(offset), bytes.subarray(at, at + Number(length)), other));
    at += Number(length);
  }
  return calls;
}

function callOf(op: string, file: string, offset: number, bytes: Buffer, other: string): DiskCall {
  switch (op) {
    case 'create':
    case 'sync':
    case 'unlink':
      return { op, file };
    case 'write':
      return { op, file, offset, bytes };
    case 'truncate':
      return { op, file, length: offset };
    case 'rename':
      return { op, file, to: other };
    case 'said':
      return { op, text: file };
    default:
      throw new Error(`the log of the disk says ${op}`);
  }
}
