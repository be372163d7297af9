/**
 * The part of `node:fs` by which updates touch the disk, as an interface: tests put a disk in its place that loses power at any call. What
 * must survive a power cut goes through the helpers here. The launcher uses the same calls.
 */
import { dirname } from 'node:path';

export interface FileFacts {
  readonly size: number;
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

export interface FileSystem {
  openSync(path: string, flags: 'r' | 'w' | 'a', mode?: number): number;
  writeSync(file: number, bytes: Uint8Array): number;
  readSync(file: number, into: Uint8Array, offset: number, length: number, position: number): number;
  fsyncSync(file: number): void;
  closeSync(file: number): void;
  readFileSync(path: string): Buffer;
  renameSync(from: string, to: string): void;
  linkSync(from: string, to: string): void;
  chmodSync(path: string, mode: number): void;
  symlinkSync(target: string, path: string): void;
  readlinkSync(path: string): string;
  mkdirSync(path: string, options: { readonly recursive: boolean }): unknown;
  readdirSync(path: string): string[];
  lstatSync(path: string): FileFacts;
  unlinkSync(path: string): void;
  rmdirSync(path: string): void;
}

/** Bytes read or written at once; between two the process does other things. */
export const CHUNK = 1024 * 1024;

export function factsOf(fs: FileSystem, path: string): FileFacts | undefined {
  try {
    return fs.lstatSync(path);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

export function readIfThere(fs: FileSystem, path: string): Buffer | undefined {
  try {
    return fs.readFileSync(path);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

/** Whole or not at all, and lasting when this returns. */
export function replaceFile(fs: FileSystem, path: string, bytes: Uint8Array): void {
  writeSynced(fs, `${path}.new`, bytes);
  fs.renameSync(`${path}.new`, path);
  syncFolder(fs, dirname(path));
}

/** The content lasts when this returns; its name does when the folder is synced. */
export function writeSynced(fs: FileSystem, path: string, bytes: Uint8Array, mode = 0o644): void {
  const file = fs.openSync(path, 'w', mode);
  try {
    for (let at = 0; at < bytes.length; at += CHUNK) fs.writeSync(file, bytes.subarray(at, at + CHUNK));
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
}

export function syncFolder(fs: FileSystem, path: string): void {
  const folder = fs.openSync(path, 'r');
  try {
    fs.fsyncSync(folder);
  } finally {
    fs.closeSync(folder);
  }
}

/** With everything below it; nothing to do when it is not there. Never follows a link. */
export function removeTree(fs: FileSystem, path: string): void {
  const facts = factsOf(fs, path);
  if (facts === undefined) return;
  if (!facts.isDirectory()) return fs.unlinkSync(path);
  for (const name of fs.readdirSync(path)) removeTree(fs, `${path}/${name}`);
  fs.rmdirSync(path);
}
