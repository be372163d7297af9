/**
 * The second file: the journal's lines once more in an append-only file of frames (length, CRC-32C, JSON), by default beside the
 * journal, in production on another partition. It keeps what upstream has not yet receipted, so that one bad page can't lose money.
 * main/journal/journal.ts writes it, recovery reads it. FORMAT.md gives the bytes.
 */
import { closeSync, existsSync, fdatasyncSync, fstatSync, fsyncSync, ftruncateSync, openSync, readFileSync, readSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32c } from './crc32c.ts';

/** Longest JSON of one frame: far above any entry, far below what could exhaust memory. */
export const MAX_FRAME_BYTES = 1024 * 1024;
const HEAD_BYTES = 8;
/** Of a file that is written as a whole, in one go. */
const WRITE_BYTES = 256 * 1024;

/** Where it is when nobody says otherwise. */
export function secondPathBeside(journalPath: string): string {
  return `${journalPath}.second`;
}

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
  const outline = walkFrames({ length: bytes.length, bytes: (from, length) => bytes.subarray(from, from + length) }, (json) => frames.push(json));
  return { frames, ...outline };
}

export function readFrames(path: string): DecodedFrames | undefined {
  return existsSync(path) ? decodeFrames(readFileSync(path)) : undefined;
}

/** What is known of a second file without keeping its frames. */
export type FrameOutline = Omit<DecodedFrames, 'frames'>;

interface MarkedOutline extends FrameOutline {
  readonly first: Buffer | undefined;
  readonly marked: Buffer | undefined;
}

/**
 * The first frame of a file and the last one that begins with `mark`, found in a few MiB of memory however long the file is.
 * @param tail of a longer file only its first frame and so many bytes of its end are read, unless they hold no such frame
 */
export function outlineOf(path: string, mark: Buffer, tail = Number.POSITIVE_INFINITY): MarkedOutline | undefined {
  if (!existsSync(path)) return undefined;
  const file = openSync(path, 'r');
  try {
    const window = new FileWindow(file);
    const end = tail < window.length ? markedOutline(window, mark, window.length - tail) : undefined;
    return end?.first === undefined || end.marked === undefined ? markedOutline(window, mark, 0) : end;
  } finally {
    closeSync(file);
  }
}

function markedOutline(window: FileWindow, mark: Buffer, from: number): MarkedOutline {
  const head = frameAt(window, 0);
  let first = head === undefined ? undefined : Buffer.from(head);
  let marked: { readonly from: number; readonly length: number } | undefined;
  const outline = walkFrames(
    window,
    (json, at) => {
      first ??= Buffer.from(json);
      if (mark.equals(json.subarray(0, mark.length))) marked = { from: at, length: json.length };
    },
    from,
  );
  return { ...outline, first, marked: marked === undefined ? undefined : Buffer.from(window.bytes(marked.from, marked.length)) };
}

interface ByteSource {
  readonly length: number;
  /** Fewer at the end. Good until the next call. */
  bytes(from: number, length: number): Buffer;
}

/**
 * `onFrame` gets the JSON, which it must copy to keep, and where it begins.
 * @param from may lie inside a frame, whose rest is passed over: the head of a frame holds a zero byte, JSON never, so none is seen inside another
 */
function walkFrames(source: ByteSource, onFrame: (json: Buffer, from: number) => void, from = 0): FrameOutline {
  let gaps = 0;
  let goodBytes = from;
  let begun = from === 0;
  for (let at = from; at + HEAD_BYTES <= source.length;) {
    const json = frameAt(source, at);
    if (json === undefined) {
      at += 1;
      continue;
    }
    if (begun && at !== goodBytes) gaps += 1;
    begun = true;
    at += HEAD_BYTES + json.length;
    goodBytes = at;
    onFrame(json, at - json.length);
  }
  return { gaps, goodBytes };
}

/** The part of a file that is being read: room for one frame of the longest and more, so that the file is read about once. */
class FileWindow implements ByteSource {
  readonly length: number;
  readonly #file: number;
  readonly #buffer = Buffer.allocUnsafe(2 * (MAX_FRAME_BYTES + HEAD_BYTES));
  #from = 0;
  #filled = 0;

  constructor(file: number) {
    this.#file = file;
    this.length = fstatSync(file).size;
  }

  bytes(from: number, length: number): Buffer {
    const end = Math.min(from + length, this.length);
    if (from < this.#from || end > this.#from + this.#filled) this.#fill(from);
    return this.#buffer.subarray(from - this.#from, Math.min(end - this.#from, this.#filled));
  }

  #fill(from: number): void {
    this.#from = from;
    this.#filled = 0;
    for (let count = -1; count !== 0 && this.#filled < this.#buffer.length; this.#filled += count)
      count = readSync(this.#file, this.#buffer, this.#filled, this.#buffer.length - this.#filled, from + this.#filled);
  }
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
      for (const frames of batches(lines)) writeFully(file, frames);
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

/** Frames of these lines in pieces worth a write. */
function* batches(lines: Iterable<string>): Generator<Buffer> {
  let batch: Buffer[] = [];
  let bytes = 0;
  for (const line of lines) {
    const frame = encodeFrame(line);
    batch.push(frame);
    bytes += frame.length;
    if (bytes < WRITE_BYTES) continue;
    yield Buffer.concat(batch);
    batch = [];
    bytes = 0;
  }
  yield Buffer.concat(batch);
}

function writeFully(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
}

function frameAt(source: ByteSource, at: number): Buffer | undefined {
  const head = source.bytes(at, HEAD_BYTES);
  if (head.length < HEAD_BYTES) return undefined;
  const length = head.readUInt32LE(0);
  const checksum = head.readUInt32LE(4);
  if (length === 0 || length > MAX_FRAME_BYTES || at + HEAD_BYTES + length > source.length) return undefined;
  const json = source.bytes(at + HEAD_BYTES, length);
  return json.length === length && crc32c(json) === checksum ? json : undefined;
}
