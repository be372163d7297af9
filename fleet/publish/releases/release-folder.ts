/** A folder of files becomes a release: its manifest, and its contents by their hash in the repository. The same files give the same manifest. */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { contentPath, releaseManifestSchema, type ReleaseFile, type ReleaseManifest } from '../../../common/release.ts';
import { PublishError } from './publish-error.ts';

/** @throws {PublishError} when the folder can't be a release */
export function manifestOf(folder: string, facts: Omit<ReleaseManifest, 'format' | 'files'>): ReleaseManifest {
  const files = pathsIn(folder, '').map((path) => releaseFile(folder, path));
  const parsed = releaseManifestSchema.safeParse({ format: 1, ...facts, files });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue?.path.map(String) ?? [];
  const file = at[0] === 'files' ? files[Number(at[1])]?.path : undefined;
  throw new PublishError(`${folder} can't be a release: ${file ?? at.join('.')}: ${issue?.message ?? 'unknown'}`);
}

/** @returns how many were not there yet */
export function storeContents(repository: string, folder: string, { files }: ReleaseManifest): number {
  let stored = 0;
  for (const { path, sha256 } of files) {
    const to = join(repository, contentPath(sha256));
    if (existsSync(to)) continue;
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(join(folder, path), `${to}.new`);
    renameSync(`${to}.new`, to);
    stored += 1;
  }
  return stored;
}

/** As it is signed: one way to write it. */
export function manifestBytes(manifest: ReleaseManifest): Buffer {
  return Buffer.from(`${JSON.stringify(manifest)}\n`);
}

function pathsIn(folder: string, below: string): readonly string[] {
  return readdirSync(join(folder, below))
    .sort()
    .flatMap((name) => {
      const path = below === '' ? name : `${below}/${name}`;
      const facts = lstatSync(join(folder, path));
      if (facts.isDirectory()) return pathsIn(folder, path);
      if (!facts.isFile()) throw new PublishError(`${path} is neither file nor folder: a release holds no links`);
      return [path];
    });
}

function releaseFile(folder: string, path: string): ReleaseFile {
  const bytes = readFileSync(join(folder, path));
  const executable = (lstatSync(join(folder, path)).mode & 0o100) !== 0;
  return { path, sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length, executable };
}
