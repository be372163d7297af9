/**
 * Where metadata and contents come from: a web server or a folder, a USB stick say, laid out alike. A source is trusted with nothing; what it
 * gives is bounded in size and in time, and verified by others. Used by trust.ts and fetch-contents.ts.
 */
import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { deadline, type Clock } from '../../common/clock.ts';
import type { Fetch } from '../upstream/trusted-fetch.ts';
import { CHUNK } from './files.ts';
import { UpdateError } from './update-error.ts';

export interface Opened {
  /** Where the bytes begin: as asked, or 0 when the source can't begin anywhere else. */
  readonly from: number;
  readonly bytes: AsyncIterable<Uint8Array>;
}

export interface UpdateSource {
  /** @param path relative to the repository @returns undefined: there is none @throws {UpdateError} `unreachable` */
  open(path: string, from: number, signal: AbortSignal): Promise<Opened | undefined>;
}

/** Why each is what it is. Tests advance the clock by these names. */
export const sourceLimits = {
  /** ms for one file of metadata, 5 MB at most: a line of 64 kbit/s takes ten minutes for the largest, seconds for a usual one. */
  metadata: 60_000,
  /** ms without a byte. */
  silence: 30_000,
  /** Bytes a second, over {@link sourceLimits.rateOver}: what is slower would hold an update up for ever without breaking off. */
  leastRate: 1024,
  /** ms */
  rateOver: 60_000,
} as const;

/** @param base address of the repository, ending in `/` */
export function webSource(fetch: Fetch, base: string): UpdateSource {
  return {
    open: async (path, from, signal) => {
      const headers = { accept: 'application/octet-stream', ...(from > 0 ? { range: `bytes=${from}-` } : {}) };
      let answer;
      try {
        answer = await fetch(new URL(path, base), { method: 'GET', headers, redirect: 'error', signal });
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        throw new UpdateError('unreachable', `${path}: the repository can't be reached`, { cause: error });
      }
      if (answer.status === 404) return undefined;
      if ((answer.status !== 200 && answer.status !== 206) || answer.body === null) {
        await answer.body?.cancel();
        throw new UpdateError('unreachable', `${path}: the repository answers ${answer.status}`);
      }
      return { from: answer.status === 206 ? from : 0, bytes: answer.body };
    },
  };
}

export function folderSource(folder: string): UpdateSource {
  return {
    open: async (path, from) => {
      const file = join(folder, path);
      const facts = await stat(file).catch((error: unknown) => {
        if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined;
        throw new UpdateError('unreachable', `${path} can't be read`, { cause: error });
      });
      if (facts === undefined) return undefined;
      if (!facts.isFile()) throw new UpdateError('unreachable', `${path} is no file`);
      return { from, bytes: bytesOf(file, from) };
    },
  };
}

/** Never waits for what is no file, put there since it was looked at. */
async function* bytesOf(path: string, from: number): AsyncGenerator<Uint8Array> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const buffer = new Uint8Array(CHUNK / 16);
    for (let at = from; ;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) return;
      yield buffer.slice(0, bytesRead);
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
}

/** At most `limit` bytes, within the time for metadata. @throws {UpdateError} */
export async function readMetadata(source: UpdateSource, path: string, limit: number, clock: Clock): Promise<Buffer | undefined> {
  const late = deadline(clock, sourceLimits.metadata, () => new UpdateError('slow', `${path} did not come within ${sourceLimits.metadata / 1000} s`));
  try {
    const opened = await abortable(source.open(path, 0, late.signal), late.signal);
    if (opened === undefined) return undefined;
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of untilAborted(opened.bytes, path, late.signal)) {
      size += chunk.byteLength;
      if (size > limit) throw new UpdateError('untrusted', `${path} is larger than ${limit} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } finally {
    late.dispose();
  }
}

/** The bytes, as long as they come as fast as they must. @throws {UpdateError} `slow` */
export async function* heldToRate(bytes: AsyncIterable<Uint8Array>, path: string, clock: Clock): AsyncGenerator<Uint8Array> {
  let [since, count] = [clock.monotonic(), 0];
  const reader = bytes[Symbol.asyncIterator]();
  try {
    for (;;) {
      const late = deadline(clock, sourceLimits.silence, () => new UpdateError('slow', `${path}: nothing came for ${sourceLimits.silence / 1000} s`));
      let next: IteratorResult<Uint8Array>;
      try {
        next = await nextOf(reader, path, late.signal);
      } finally {
        late.dispose();
      }
      if (next.done === true) return;
      count += next.value.byteLength;
      yield next.value;
      const passed = clock.monotonic() - since;
      if (passed < sourceLimits.rateOver) continue;
      if ((count * 1000) / passed < sourceLimits.leastRate) throw new UpdateError('slow', `${path} comes slower than ${sourceLimits.leastRate} bytes a second`);
      [since, count] = [clock.monotonic(), 0];
    }
  } finally {
    void Promise.resolve(reader.return?.()).catch(() => undefined); // it may never answer
  }
}

async function* untilAborted(bytes: AsyncIterable<Uint8Array>, path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = bytes[Symbol.asyncIterator]();
  try {
    for (let next = await nextOf(reader, path, signal); next.done !== true; next = await nextOf(reader, path, signal)) yield next.value;
  } finally {
    void Promise.resolve(reader.return?.()).catch(() => undefined);
  }
}

async function nextOf(reader: AsyncIterator<Uint8Array>, path: string, signal: AbortSignal): Promise<IteratorResult<Uint8Array>> {
  try {
    return await abortable(reader.next(), signal);
  } catch (error) {
    throw error instanceof UpdateError ? error : new UpdateError('unreachable', `${path}: the connection broke off`, { cause: error });
  }
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason as Error);
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  promise.catch(() => undefined);
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', onAbort));
}

/** A whole stream of bytes for those who want one. */
export function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array<ArrayBuffer>> {
  return Readable.toWeb(Readable.from([bytes])) as ReadableStream<Uint8Array<ArrayBuffer>>;
}
