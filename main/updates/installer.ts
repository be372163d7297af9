/**
 * Lays out a release with its configuration in a folder of its own, beside those that are there, and names it to the launcher. Nothing that
 * runs is touched; a cut at any call leaves the folder whole or absent. Used by updates.ts and `kioskctl update`.
 */
import { join } from 'node:path';
import { z } from 'zod';
import {
  directionSchema,
  releaseLimits,
  releaseManifestSchema,
  releaseOf,
  sizeOf,
  slotName,
  targetOf,
  type Direction,
  type ReleaseManifest,
} from '../../common/release.ts';
import { parseJson } from '../../common/parse-json.ts';
import { fetchContents, type ContentParts } from './fetch-contents.ts';
import { factsOf, readIfThere, removeTree, replaceFile, syncFolder, writeSynced, type FileSystem } from './files.ts';
import { installFolder, slotFiles, type InstallFolder } from './install-folder.ts';
import { refreshTrust, type Catalogue, type TrustParts } from './trust.ts';
import { UpdateError } from './update-error.ts';

/** What this terminal is, for the question whether a release fits. */
export interface Suitability {
  readonly os: string;
  readonly arch: string;
  /** `PRAGMA user_version` of its journal. */
  readonly journal: number;
  /** The newest journal that the release which runs now can open: nothing newer may be written, or there were no way back. */
  readonly opensUpTo: number;
}

export interface InstallerParts extends Omit<TrustParts, 'trusted'>, Omit<ContentParts, 'contents' | 'onProgress'> {
  readonly folder: string;
  /** The group whose direction counts here. */
  readonly group: string;
  readonly suits: Suitability;
  /** Bytes that are free where the install folder is. */
  readonly free: () => number;
  /** Asked before another release than the one that runs is fetched. Default: the director's word is enough. @throws {UpdateError} `notItsTurn` */
  readonly awaitTurn?: (release: string) => Promise<void>;
  /** Bytes of the release that are here, out of all. */
  readonly onProgress?: (done: number, total: number, slot: string) => void;
  /** A person lets what failed here be tried again. */
  readonly retry?: boolean;
}

export interface Staged {
  readonly slot: string;
  readonly direction: Direction;
  readonly manifest: ReleaseManifest;
  /** Bytes that had to be fetched. */
  readonly fetched: number;
}

/** What the launcher keeps; read here, written there. */
const stateSchema = z.looseObject({ slot: z.string(), previous: z.string().nullable(), failed: z.array(z.string()), proven: z.boolean().optional() });
export type LauncherState = z.output<typeof stateSchema>;

/** A release needs so many times its size: what is fetched, what it is laid out as, and room to live. */
export const ROOM = 3;

/**
 * Brings what the director names for this group as far as it can be without stopping anything.
 * @returns undefined: it runs already @throws {UpdateError} with its slot, once the director's word is known
 */
export async function stage(parts: InstallerParts): Promise<Staged | undefined> {
  const { fs } = parts;
  const place = installFolder(parts.folder);
  fs.mkdirSync(place.releases, { recursive: true });
  const catalogue = await refreshTrust({ ...parts, trusted: place.trusted }, targetOf.direction(parts.group));
  const direction = await readDirection(catalogue, parts.group);
  try {
    return await bring(parts, place, catalogue, direction);
  } catch (error) {
    throw about(slotName(direction), error);
  }
}

async function bring(parts: InstallerParts, place: InstallFolder, catalogue: Catalogue, direction: Direction): Promise<Staged | undefined> {
  const { fs, onProgress } = parts;
  const slot = slotName(direction);
  const state = readState(fs, place);
  if (state?.slot === slot) return undefined;
  if (state?.failed.includes(slot) === true && parts.retry !== true)
    throw new UpdateError('failedBefore', `${slot} ran here and failed; kioskctl update from FOLDER --retry lets it be tried again`);
  if (state === undefined || releaseOf(state.slot) !== direction.release) await parts.awaitTurn?.(direction.release);
  const manifestBytes = await mustBeListed(catalogue, targetOf.release(direction.release), releaseLimits.manifest);
  const manifest = readManifest(manifestBytes, direction);
  const configuration =
    direction.configuration === null ? undefined : await mustBeListed(catalogue, targetOf.configuration(direction.configuration), releaseLimits.configuration);
  refuseUnsuitable(manifest, parts);
  const fetched = await fetchContents({ ...parts, contents: place.contents, onProgress: (done, total) => onProgress?.(done, total, slot) }, manifest.files);
  layOut(fs, place, slot, { manifest, manifestBytes, configuration, proof: Buffer.from(`${JSON.stringify(catalogue.proof)}\n`) });
  if (state !== undefined) tidy(fs, place, [slot, state.slot, state.previous]);
  return { slot, direction, manifest, fetched };
}

function about(slot: string, error: unknown): unknown {
  if (error instanceof UpdateError) return new UpdateError(error.code, error.message, { cause: error, slot });
  if (!(error instanceof Error && 'code' in error)) return error;
  return new UpdateError('io', `${slot} can't be laid out: ${error.message}`, { cause: error, slot });
}

/** The launcher starts it next. */
export function nameNext(fs: FileSystem, folder: string, slot: string, retry = false): void {
  replaceFile(fs, installFolder(folder).next, Buffer.from(`${JSON.stringify({ slot, retry })}\n`));
}

/** What the launcher last wrote of itself; undefined: it never ran here, or its file is damaged. */
export function readState(fs: FileSystem, place: Pick<InstallFolder, 'state'>): LauncherState | undefined {
  const parsed = stateSchema.safeParse(parseJson(readIfThere(fs, place.state)?.toString('utf8') ?? ''));
  return parsed.success ? parsed.data : undefined;
}

async function readDirection(catalogue: Catalogue, group: string): Promise<Direction> {
  const bytes = await catalogue.target(targetOf.direction(group), releaseLimits.direction);
  if (bytes === undefined) throw new UpdateError('unsuitable', `the director says nothing to the group ${group}`);
  const parsed = directionSchema.safeParse(parseJson(bytes.toString('utf8')));
  if (!parsed.success) throw new UpdateError('unsuitable', `what the director says to the group ${group} does not have its form`);
  return parsed.data;
}

async function mustBeListed(catalogue: Catalogue, path: string, limit: number): Promise<Buffer> {
  const bytes = await catalogue.target(path, limit);
  if (bytes === undefined) throw new UpdateError('unsuitable', `the director names ${path}, the catalogue does not`);
  return bytes;
}

function readManifest(bytes: Buffer, { release }: Direction): ReleaseManifest {
  const parsed = releaseManifestSchema.safeParse(parseJson(bytes.toString('utf8')));
  if (!parsed.success) throw new UpdateError('unsuitable', `the manifest of ${release} does not have its form: ${parsed.error.issues[0]?.message ?? ''}`);
  if (parsed.data.version !== release) throw new UpdateError('unsuitable', `the manifest of ${release} says that it is ${parsed.data.version}`);
  return parsed.data;
}

function refuseUnsuitable(manifest: ReleaseManifest, { suits, free }: InstallerParts): void {
  const no = (why: string): never => {
    throw new UpdateError('unsuitable', `${manifest.version}: ${why}`);
  };
  const { platform, journal } = manifest;
  if (platform.os !== suits.os || platform.arch !== suits.arch) no(`made for ${platform.os} ${platform.arch}, this is ${suits.os} ${suits.arch}`);
  if (suits.journal < journal.oldest || suits.journal > journal.newest)
    no(`opens journals of schema ${journal.oldest} to ${journal.newest}, this one has ${suits.journal}`);
  if (journal.writes > suits.opensUpTo)
    no(`makes the journal one of schema ${journal.writes}, and the release that runs now opens ${suits.opensUpTo} at most: there were no way back`);
  const size = sizeOf(manifest);
  if (size > releaseLimits.total) no(`larger than ${releaseLimits.total} bytes`);
  if (free() < ROOM * size) no(`needs ${ROOM} × ${size} bytes of free disk`);
}

interface SlotContent {
  readonly manifest: ReleaseManifest;
  readonly manifestBytes: Buffer;
  readonly configuration: Buffer | undefined;
  readonly proof: Buffer;
}

/** Beside, synced, and renamed into its place. One that is there already has the same content: made anew, its proof is of today. */
function layOut(fs: FileSystem, place: InstallFolder, slot: string, laid: SlotContent): void {
  const fresh = join(place.releases, `.new-${slot}`);
  removeTree(fs, fresh);
  const folders = new Set(['', '.slot']);
  for (const { path } of laid.manifest.files) for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) folders.add(path.slice(0, at));
  for (const folder of folders) fs.mkdirSync(join(fresh, folder), { recursive: true });
  for (const { path, sha256, executable } of laid.manifest.files) {
    const content = join(place.contents, sha256);
    if (executable) fs.chmodSync(content, 0o555);
    fs.linkSync(content, join(fresh, path));
  }
  writeSynced(fs, join(fresh, slotFiles.manifest), laid.manifestBytes);
  if (laid.configuration !== undefined) writeSynced(fs, join(fresh, slotFiles.configuration), laid.configuration);
  writeSynced(fs, join(fresh, slotFiles.proof), laid.proof);
  for (const folder of [...folders].toReversed()) syncFolder(fs, join(fresh, folder));
  const final = join(place.releases, slot);
  removeTree(fs, final);
  fs.renameSync(fresh, final);
  syncFolder(fs, place.releases);
}

/** Slots that nobody needs any more, then contents that no slot has. */
function tidy(fs: FileSystem, place: InstallFolder, needed: readonly (string | null)[]): void {
  for (const name of fs.readdirSync(place.releases)) if (!needed.includes(name)) removeTree(fs, join(place.releases, name));
  const used = new Set(fs.readdirSync(place.releases).flatMap((slot) => hashesIn(fs, join(place.releases, slot, slotFiles.manifest))));
  for (const name of fs.readdirSync(place.contents)) if (!used.has(name.replace(/\.part$/, ''))) fs.unlinkSync(join(place.contents, name));
}

function hashesIn(fs: FileSystem, manifest: string): readonly string[] {
  if (factsOf(fs, manifest) === undefined) return [];
  const parsed = releaseManifestSchema.safeParse(parseJson(fs.readFileSync(manifest).toString('utf8')));
  return parsed.success ? parsed.data.files.map(({ sha256 }) => sha256) : [];
}
