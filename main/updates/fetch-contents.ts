/**
 * Brings the contents of a release that this terminal does not have yet: what is there is linked, what was begun goes on where it broke
 * off, what has the wrong hash is thrown away. Used by installer.ts.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../common/clock.ts';
import { contentPath, type ReleaseFile } from '../../common/release.ts';
import { CHUNK, factsOf, syncFolder, type FileSystem } from './files.ts';
import { heldToRate, type UpdateSource } from './source.ts';
import { UpdateError } from './update-error.ts';

export interface ContentParts {
  readonly source: UpdateSource;
  readonly fs: FileSystem;
  readonly clock: Clock;
  /** See {@link InstallFolder.contents}. */
  readonly contents: string;
  /** Bytes of the release that are here, out of all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** @returns bytes that were fetched @throws {UpdateError} */
export async function fetchContents(parts: ContentParts, files: readonly ReleaseFile[]): Promise<number> {
  const { fs, contents } = parts;
  fs.mkdirSync(contents, { recursive: true });
  const wanted = [...new Map(files.map((file) => [file.sha256, file])).values()];
  const total = wanted.reduce((sum, { size }) => sum + size, 0);
  let [done, fetched] = [0, 0];
  for (const file of wanted) {
    if (!(await isWhole(fs, join(contents, file.sha256), file))) {
      fetched += await fetchOne(parts, file, (bytes) => parts.onProgress?.(done + bytes, total));
    }
    done += file.size;
    parts.onProgress?.(done, total);
  }
  syncFolder(fs, contents);
  return fetched;
}

/** A content that is here and not what its name says is removed. */
async function isWhole(fs: FileSystem, path: string, file: ReleaseFile): Promise<boolean> {
  const facts = factsOf(fs, path);
  if (facts === undefined) return false;
  if (facts.isFile() && facts.size === file.size && (await hashOf(fs, path)).digest('hex') === file.sha256) return true;
  fs.unlinkSync(path);
  return false;
}

async function fetchOne({ source, fs, clock, contents }: ContentParts, file: ReleaseFile, onBytes: (here: number) => void): Promise<number> {
  const path = join(contents, file.sha256);
  const part = `${path}.part`;
  let begun = factsOf(fs, part)?.size ?? 0;
  if (begun > file.size) {
    fs.unlinkSync(part);
    begun = 0;
  }
  const where = contentPath(file.sha256);
  const opened = await source.open(where, begun, new AbortController().signal);
  if (opened === undefined) throw new UpdateError('unreachable', `${where} (${file.path}) is not in the repository`);
  const hash = opened.from > 0 ? await hashOf(fs, part) : createHash('sha256');
  let here = opened.from;
  const out = fs.openSync(part, opened.from > 0 ? 'a' : 'w');
  try {
    for await (const chunk of heldToRate(opened.bytes, where, clock)) {
      if (here + chunk.byteLength > file.size) throw tooMuch(fs, part, where, file);
      fs.writeSync(out, chunk);
      hash.update(chunk);
      here += chunk.byteLength;
      onBytes(here);
    }
    fs.fsyncSync(out);
  } catch (error) {
    throw diskTrouble(error, where);
  } finally {
    fs.closeSync(out);
  }
  if (here < file.size) throw new UpdateError('unreachable', `${where}: the connection broke off after ${here} of ${file.size} bytes`);
  if (hash.digest('hex') !== file.sha256) {
    fs.unlinkSync(part);
    throw new UpdateError('untrusted', `${where} (${file.path}) is not what was signed`);
  }
  fs.chmodSync(part, 0o444);
  fs.renameSync(part, path);
  return here - opened.from;
}

function tooMuch(fs: FileSystem, part: string, where: string, file: ReleaseFile): UpdateError {
  fs.unlinkSync(part);
  return new UpdateError('untrusted', `${where} (${file.path}) goes on after its ${file.size} bytes`);
}

/** The source's errors are UpdateErrors already; what has a code else is of the disk. */
function diskTrouble(error: unknown, where: string): unknown {
  if (!(error instanceof Error && 'code' in error) || error instanceof UpdateError) return error;
  return new UpdateError('io', `${where} can't be kept: ${error.message}`, { cause: error });
}

async function hashOf(fs: FileSystem, path: string): Promise<ReturnType<typeof createHash>> {
  const hash = createHash('sha256');
  const buffer = new Uint8Array(Math.min(CHUNK, fs.lstatSync(path).size + 1));
  const file = fs.openSync(path, 'r');
  try {
    for (let at = 0; ;) {
      const count = fs.readSync(file, buffer, 0, buffer.length, at);
      if (count === 0) return hash;
      hash.update(buffer.subarray(0, count));
      at += count;
      await setImmediate(); // people wait at the screen meanwhile
    }
  } finally {
    fs.closeSync(file);
  }
}
