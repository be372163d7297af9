/**
 * The second file: the journal's lines once more in an append-only file of frames (length, CRC-32C, JSON), by default beside the
 * journal, in production on another partition. It keeps what upstream has not yet receipted, so that one bad page can't lose money.
 * main/journal/journal.ts writes it, recovery reads it. FORMAT.md gives the bytes.
 */
import { closeSync, existsSync, fdatasyncSync, fstatSync, fsyncSync, ftruncateSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32c } from './crc32c.ts';

/** Longest JSON of one frame: far above any entry, far below what could exhaust memory. */
export const MAX_FRAME_BYTES = 1024 * 1024;
const HEAD_BYTES = 8;

/** length of the JSON (4 bytes, little endian) · CRC-32C of the JSON (4 bytes, little endian) · JSON in UTF-8. */
export function encodeFrame(json: string): Buffer {
  const payload = Buffer.from(json, 'utf8');
  const frame = Buffer.allocUnsafe(HEAD_BYTES + payload.length);
  frame.writeUInt32LE(payload.length, 0);
  frame.writeUInt32LE(crc32c(payload), 4);
  payload.copy(frame, HEAD_BYTES);
  return frame;
}

export interface DecodedFrames {
  /** The JSON, in UTF-8, of every frame whose checksum fits, in order. */
  readonly frames: readonly Buffer[];
  /** Runs of bytes between good frames that belong to none. */
  readonly gaps: number;
  /** Where the last good frame ends; what follows is a torn tail. */
  readonly goodBytes: number;
}

/** Finds every good frame, also behind damage. Never throws. */
export function decodeFrames(bytes: Buffer): DecodedFrames {
  const frames: Buffer[] = [];
  let gaps = 0;
  let goodBytes = 0;
  for (let at = 0; at + HEAD_BYTES <= bytes.length;) {
    const json = frameAt(bytes, at);
    if (json === undefined) {
      at += 1;
      continue;
    }
    if (at !== goodBytes) gaps += 1;
    frames.push(json);
    at += HEAD_BYTES + json.length;
    goodBytes = at;
  }
  return { frames, gaps, goodBytes };
}

export function readFrames(path: string): DecodedFrames | undefined {
  return existsSync(path) ? decodeFrames(readFileSync(path)) : undefined;
}

/** An open second file. Every method may throw what the file system throws. */
export class SecondFile {
  readonly path: string;
  readonly #file: number;
  #length: number;
  #unsynced = false;
  /** A failed write may have left bytes behind the last frame. */
  #torn = false;

  private constructor(path: string, file: number) {
    this.path = path;
    this.#file = file;
    this.#length = fstatSync(file).size;
  }

  /** Opens an existing file for appending; a torn tail beyond `goodBytes` is cut off first. */
  static open(path: string, goodBytes: number): SecondFile {
    const file = openSync(path, 'a', 0o600);
    if (fstatSync(file).size > goodBytes) ftruncateSync(file, goodBytes);
    return new SecondFile(path, file);
  }

  /** A new file with these lines, put in place whole: written beside, synced, renamed. */
  static replace(path: string, lines: Iterable<string>): SecondFile {
    const file = openSync(`${path}.new`, 'w', 0o600);
    try {
      for (const line of lines) writeFully(file, encodeFrame(line));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(`${path}.new`, path);
    syncFolder(dirname(path));
    return new SecondFile(path, openSync(path, 'a', 0o600));
  }

  /** Bytes. */
  get length(): number {
    return this.#length;
  }

  /** A frame a line, all of them or none: what a failed write left is cut off before the next. */
  append(lines: readonly string[]): void {
    const frames = Buffer.concat(lines.map(encodeFrame));
    if (this.#torn) ftruncateSync(this.#file, this.#length);
    this.#torn = true;
    writeFully(this.#file, frames);
    this.#torn = false;
    this.#length += frames.length;
    this.#unsynced = true;
  }

  sync(): void {
    if (!this.#unsynced) return;
    fdatasyncSync(this.#file);
    this.#unsynced = false;
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Makes renames and new files in `folder` durable. */
export function syncFolder(folder: string): void {
  const file = openSync(folder, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function writeFully(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
}

function frameAt(bytes: Buffer, at: number): Buffer | undefined {
  const length = bytes.readUInt32LE(at);
  if (length === 0 || length > MAX_FRAME_BYTES || at + HEAD_BYTES + length > bytes.length) return undefined;
  const json = bytes.subarray(at + HEAD_BYTES, at + HEAD_BYTES + length);
  return crc32c(json) === bytes.readUInt32LE(at + 4) ? json : undefined;
}
