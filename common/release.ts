/**
 * What operator and terminal agree on about updates: the manifest of a release, the director's word to a group of terminals, and where
 * each lies in a repository. main/updates/README.md describes the format; resources/launcher/launcher.mjs reads the same manifest without this file.
 */
import { z } from 'zod';

/** Names become parts of paths and of the names of folders. */
const NAME = /^[0-9A-Za-z](?:[0-9A-Za-z._-]{0,62}[0-9A-Za-z])?$/;
const nameSchema = z.string().regex(NAME, 'expected 1 to 64 of 0-9 A-Z a-z . _ -, letters or digits at both ends');
/** `2.0.0`, `2.1.0-rc.1`; never read as numbers: the director says what runs where, in either direction. */
export const versionSchema = nameSchema;
export const groupSchema = nameSchema;
export const configurationNameSchema = nameSchema;

/** In a laid-out release, what is not of the release itself. */
export const SLOT_FOLDER = '.slot';
const SEGMENT = /^[0-9A-Za-z@._+-]+$/;

const pathSchema = z
  .string()
  .max(400)
  .refine((path) => path.split('/').every((part) => SEGMENT.test(part) && part !== '.' && part !== '..'), 'expected a relative path of plain names')
  .refine((path) => path.split('/')[0]?.toLowerCase() !== SLOT_FOLDER, `${SLOT_FOLDER} is the terminal's own`);

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

export const releaseFileSchema = z.strictObject({
  path: pathSchema,
  sha256: sha256Schema,
  /** bytes */
  size: z.int().min(0).max(0xffff_ffff),
  executable: z.boolean(),
});
export type ReleaseFile = z.output<typeof releaseFileSchema>;

const schemaNumber = z.int().min(0).max(100_000);

export const releaseManifestSchema = z
  .strictObject({
    format: z.literal(1),
    version: versionSchema,
    /** As `process.platform` and `process.arch` say. */
    platform: z.strictObject({ os: z.string().max(20), arch: z.string().max(20) }),
    start: z.strictObject({
      /** Of the file that is started. */
      path: pathSchema,
      /** `node`: by the Node that the launcher runs on. `own`: the file is a program. */
      by: z.enum(['node', 'own']),
      args: z.array(z.string().max(200)).max(20),
    }),
    /** Of `PRAGMA user_version`: which journals this release opens, and what it makes of them. */
    journal: z
      .strictObject({ oldest: schemaNumber, newest: schemaNumber, writes: schemaNumber })
      .refine(({ oldest, newest, writes }) => oldest <= writes && writes <= newest, 'expected oldest ≤ writes ≤ newest'),
    files: z.array(releaseFileSchema).min(1).max(50_000),
  })
  .superRefine(({ files, start }, context) => {
    const problem = treeProblem(files.map(({ path }) => path));
    if (problem !== undefined) context.addIssue({ code: 'custom', path: ['files'], message: problem });
    const entry = files.find(({ path }) => path === start.path);
    if (entry === undefined || (start.by === 'own' && !entry.executable))
      context.addIssue({ code: 'custom', path: ['start', 'path'], message: 'expected one of the files, executable when it is started itself' });
  });
export type ReleaseManifest = z.output<typeof releaseManifestSchema>;

/** Two files that would be one, here or on a disk that knows no capitals, or a file that would have to be a folder. */
function treeProblem(paths: readonly string[]): string | undefined {
  const folded = paths.map((path) => path.toLowerCase());
  const all = new Set(folded);
  if (all.size < folded.length) return 'expected each path once, whatever its capitals';
  const inside = folded.find((path) => path.split('/').some((_, index, parts) => index > 0 && all.has(parts.slice(0, index).join('/'))));
  return inside === undefined ? undefined : `${inside} lies below a file`;
}

/** What a group of terminals is to run. */
export const directionSchema = z.strictObject({ release: versionSchema, configuration: configurationNameSchema.nullable() });
export type Direction = z.output<typeof directionSchema>;

/** Bytes. */
export const releaseLimits = { manifest: 16 * 1024 * 1024, direction: 4096, configuration: 1024 * 1024, total: 4 * 1024 * 1024 * 1024 } as const;

/** Paths of targets in the metadata. */
export const targetOf = {
  release: (version: string) => `releases/${version}.json`,
  configuration: (name: string) => `configurations/${name}.json`,
  direction: (group: string) => `director/${group}.json`,
} as const;

/** Of the role that the offline catalogue trusts with the directions, and with nothing else. */
export const DIRECTOR = 'director';
export const DIRECTIONS = 'director/*';

/** Relative to the repository: the content of a file of a release. */
export function contentPath(sha256: string): string {
  return `files/${sha256.slice(0, 2)}/${sha256}`;
}

/** Name of the folder in which a terminal lays out a release with its configuration. */
export function slotName({ release, configuration }: Direction): string {
  return configuration === null ? release : `${release}+${configuration}`;
}

/** Of a slot; no name holds a plus sign. */
export function releaseOf(slot: string): string {
  return slot.split('+')[0] ?? slot;
}

/** bytes */
export function sizeOf({ files }: Pick<ReleaseManifest, 'files'>): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}
