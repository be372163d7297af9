/**
 * What is trusted: begins at the root that came with the terminal's package and follows The Update Framework (`tuf-js`) to the catalogue
 * that is signed offline and to the director's word. The clock, the source and what is kept on disk are put around `tuf-js` here: it
 * reads the machine's time, and writes files that a power cut can tear.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BaseFetcher, Updater } from 'tuf-js';
import { DownloadHTTPError } from 'tuf-js/dist/error.js';
import { z } from 'zod';
import type { Clock } from '../../common/clock.ts';
import { parseJson } from '../../common/parse-json.ts';
import { DIRECTOR } from '../../common/release.ts';
import { readIfThere, replaceFile, type FileSystem } from './files.ts';
import { readMetadata, streamOf, type UpdateSource } from './source.ts';
import { UpdateError } from './update-error.ts';

export interface TrustParts {
  readonly source: UpdateSource;
  readonly fs: FileSystem;
  readonly clock: Clock;
  /** ms since 1970, by which metadata expire: upstream's where it is known. */
  readonly now: () => number;
  /** JSON of the root that came with the package. */
  readonly shippedRoot: string;
  /** File that keeps what was verified, see {@link InstallFolder.trusted}. */
  readonly trusted: string;
}

/** As signed now; good until the next refresh. */
export interface Catalogue {
  /** Content of a target, verified. @throws {UpdateError} */
  target(path: string, limit: number): Promise<Buffer | undefined>;
  /** By what the launcher verifies a release without a network: all roots since the shipped one, and the catalogue, as they were signed. */
  readonly proof: Proof;
}

export interface Proof {
  readonly roots: readonly string[];
  readonly targets: string;
}

/** Largest root, timestamp, snapshot and catalogue, bytes: ten times what 1,000 releases need. Endless ones are cut off there. */
const LIMITS = { rootMaxLength: 512_000, timestampMaxLength: 16_384, snapshotMaxLength: 256_000, targetsMaxLength: 5_000_000 } as const;

/** `tuf-js` joins addresses; the source knows paths. */
const BASE = 'http://repository.invalid/';

const KEPT = ['timestamp', 'snapshot', 'targets', DIRECTOR] as const;
const keptSchema = z.strictObject({ roots: z.array(z.string()), ...Object.fromEntries(KEPT.map((role) => [role, z.string().optional()])) });
type Kept = { readonly roots: readonly string[] } & { readonly [role in (typeof KEPT)[number]]?: string | undefined };

/**
 * Fetches what is newer, verifies it, keeps it. What was verified before an error is kept too: a key that was exchanged stays exchanged.
 * @param direction path of the target that the director signs for this terminal
 * @throws {UpdateError}
 */
export async function refreshTrust(parts: TrustParts, direction: string): Promise<Catalogue> {
  const { fs, source, clock, trusted, shippedRoot, now } = parts;
  const kept = readKept(fs, trusted);
  const folder = mkdtempSync(join(tmpdir(), 'kiosk-trust-'));
  const fetcher = new SourceFetcher(source, clock, kept.roots);
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw fetcher.trouble ?? judged(error);
    }
  };
  let updater: Updater;
  try {
    writeFileSync(join(folder, 'root.json'), shippedRoot);
    for (const role of KEPT) if (kept[role] !== undefined) writeFileSync(join(folder, `${role}.json`), kept[role]);
    updater = await guarded(async () => {
      const made = new Updater({ metadataDir: folder, metadataBaseUrl: `${BASE}metadata`, fetcher, config: LIMITS });
      setTime(made, now());
      await made.refresh();
      await made.getTargetInfo(direction); // loads what the director signed
      return made;
    });
  } finally {
    const verified = verifiedNow(folder, fetcher.followed);
    rmSync(folder, { recursive: true, force: true });
    if (JSON.stringify(verified) !== JSON.stringify(kept)) replaceFile(fs, trusted, Buffer.from(`${JSON.stringify(verified)}\n`));
  }
  const { roots, targets = '' } = readKept(fs, trusted);
  return { proof: { roots, targets }, target: (path, limit) => guarded(() => readTarget(updater, source, clock, path, limit)) };
}

async function readTarget(updater: Updater, source: UpdateSource, clock: Clock, path: string, limit: number): Promise<Buffer | undefined> {
  const info = await updater.getTargetInfo(path);
  if (info === undefined) return undefined;
  const hash = info.hashes['sha256'];
  if (hash === undefined || !/^[0-9a-f]{64}$/.test(hash)) throw new UpdateError('untrusted', `${path} is named without its SHA-256`);
  if (info.length > limit) throw new UpdateError('untrusted', `${path} is larger than ${limit} bytes`);
  const cut = path.lastIndexOf('/') + 1;
  const bytes = await readMetadata(source, `targets/${path.slice(0, cut)}${hash}.${path.slice(cut)}`, info.length, clock);
  if (bytes === undefined) throw new UpdateError('unreachable', `${path} is named, and not in the repository`);
  if (bytes.length !== info.length || sha256(bytes) !== hash) throw new UpdateError('untrusted', `${path} is not what was signed`);
  return bytes;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Roots that were followed before are given again, so that every refresh proves the way from the shipped one. */
class SourceFetcher extends BaseFetcher {
  /** Roots in the order in which they were asked for; the last one was refused when something was wrong with it. */
  readonly followed: string[] = [];
  trouble: UpdateError | undefined;
  readonly #source: UpdateSource;
  readonly #clock: Clock;
  readonly #roots: ReadonlyMap<string, string>;

  constructor(source: UpdateSource, clock: Clock, roots: readonly string[]) {
    super();
    this.#source = source;
    this.#clock = clock;
    this.#roots = new Map(roots.map((text) => [`metadata/${String(versionOf(text))}.root.json`, text]));
  }

  override async downloadBytes(address: string, limit: number): Promise<Buffer> {
    const path = pathOf(address);
    const isRoot = path.endsWith('.root.json');
    const known = this.#roots.get(path);
    const bytes = known === undefined ? await this.#read(path, limit) : Buffer.from(known);
    if (isRoot) this.followed.push(bytes.toString('utf8'));
    return bytes;
  }

  override async fetch(address: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    return streamOf(await this.#read(pathOf(address), LIMITS.targetsMaxLength));
  }

  async #read(path: string, limit: number): Promise<Buffer> {
    let bytes: Buffer | undefined;
    try {
      bytes = await readMetadata(this.#source, path, limit, this.#clock);
    } catch (error) {
      this.trouble = error instanceof UpdateError ? error : new UpdateError('unreachable', `${path} can't be read`, { cause: error });
      throw this.trouble;
    }
    if (bytes === undefined) throw new DownloadHTTPError(`${path} is not there`, 404);
    return bytes;
  }
}

function pathOf(address: string): string {
  if (!address.startsWith(BASE)) throw new UpdateError('untrusted', `${address} lies outside of the repository`);
  return address.slice(BASE.length);
}

/** `tuf-js` takes the machine's time when it is made, and offers no other way (6.0, store.js: `referenceTime`). */
function setTime(updater: Updater, now: number): void {
  const trustedSet: unknown = Reflect.get(updater, 'trustedSet');
  if (typeof trustedSet !== 'object' || trustedSet === null || !('referenceTime' in trustedSet))
    throw new TypeError('tuf-js keeps its time elsewhere than version 6 does');
  trustedSet.referenceTime = new Date(now);
}

function judged(error: unknown): UpdateError {
  if (error instanceof UpdateError) return error;
  const words = error instanceof Error ? error.message : String(error);
  if (error instanceof DownloadHTTPError) return new UpdateError('unreachable', words, { cause: error });
  const code = /not there/.test(words) ? 'unreachable' : /expired/.test(words) ? 'expired' : 'untrusted';
  return new UpdateError(code, words.slice(0, 300), { cause: error });
}

function readKept(fs: FileSystem, file: string): Kept {
  // Nothing of it is believed unverified: damaged, it is as if it were not there.
  const parsed = keptSchema.safeParse(parseJson(readIfThere(fs, file)?.toString('utf8') ?? ''));
  return parsed.success ? parsed.data : { roots: [] };
}

/** `tuf-js` wrote into `folder` only what it had verified. */
function verifiedNow(folder: string, followed: readonly string[]): Kept {
  const text = (role: string): string | undefined => {
    try {
      return readFileSync(join(folder, `${role}.json`), 'utf8');
    } catch {
      return undefined;
    }
  };
  const last = versionOf(text('root') ?? '') ?? 0;
  const roles = KEPT.flatMap((role) => {
    const found = text(role);
    return found === undefined ? [] : [[role, found] as const];
  });
  const roots = followed.filter((root) => (versionOf(root) ?? Infinity) <= last);
  return { roots, ...Object.fromEntries(roles) };
}

function versionOf(root: string): number | undefined {
  const parsed = z.object({ signed: z.object({ version: z.number() }) }).safeParse(parseJson(root));
  return parsed.success ? parsed.data.signed.version : undefined;
}
