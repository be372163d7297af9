/** An operator in a test: keys in memory, a repository in a temporary folder, releases out of a few lines of text. */
import type { KeyObject } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Direction, ReleaseManifest } from '../../../common/release.ts';
import { targetOf } from '../../../common/release.ts';
import { manifestBytes, manifestOf, storeContents } from '../../../fleet/publish/releases/release-folder.ts';
import { Repository, type RoleKeys, type Standing } from '../../../fleet/publish/releases/repository.ts';
import { ed25519Signer, makeEd25519, type RoleName, type Signer } from '../../../fleet/publish/releases/signer.ts';

export const DAY = 86_400_000;
/** When these tests take place. */
export const MORNING = Date.parse('2026-11-30T06:00:00Z');

export interface ReleaseText {
  readonly files: Readonly<Record<string, string>>;
  readonly start?: string;
  readonly platform?: ReleaseManifest['platform'];
  readonly journal?: ReleaseManifest['journal'];
}

/** A key that a thief could have. */
export interface TestSigner extends Signer {
  readonly privateKey: KeyObject;
}

export class Operator {
  readonly home: string;
  readonly repository: Repository;
  readonly keys: Record<RoleName, TestSigner[]>;
  now = MORNING;

  /** @param counts keys a role; half of them, rounded up, must sign */
  constructor(counts: Partial<Record<RoleName, number>> = {}) {
    this.home = mkdtempSync(join(tmpdir(), 'operator-'));
    this.repository = new Repository(join(this.home, 'repository'), () => this.now);
    const made = (role: RoleName): TestSigner[] => Array.from({ length: counts[role] ?? 1 }, newSigner);
    this.keys = { root: made('root'), targets: made('targets'), snapshot: made('snapshot'), timestamp: made('timestamp'), director: made('director') };
  }

  static async begin(counts?: Partial<Record<RoleName, number>>): Promise<Operator> {
    const operator = new Operator(counts);
    const of = (role: RoleName): RoleKeys => ({ keys: operator.keys[role].map(({ key }) => key), threshold: Math.ceil(operator.keys[role].length / 2) });
    operator.repository.create({ root: of('root'), targets: of('targets'), snapshot: of('snapshot'), timestamp: of('timestamp'), director: of('director') });
    await operator.publish();
    return operator;
  }

  get folder(): string {
    return this.repository.folder;
  }

  get signers(): TestSigner[] {
    return Object.values(this.keys).flat();
  }

  publish(refresh = false): Promise<Standing> {
    return this.repository.sign(this.signers, refresh);
  }

  /** Adds a release, and tells the group to run it when a group is given. */
  async release(version: string, text: ReleaseText, group?: string, configuration: string | null = null): Promise<ReleaseManifest> {
    const folder = join(this.home, `release-${version}`);
    for (const [path, content] of Object.entries(text.files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    return this.releaseFolder(version, folder, { start: text.start ?? 'main.js', ...text }, group, configuration);
  }

  async releaseFolder(
    version: string,
    folder: string,
    { start = 'main.js', platform = HERE, journal = JOURNAL }: Omit<ReleaseText, 'files'>,
    group?: string,
    configuration: string | null = null,
  ): Promise<ReleaseManifest> {
    const manifest = manifestOf(folder, { version, platform, start: { path: start, by: 'node', args: [] }, journal });
    storeContents(this.folder, folder, manifest);
    this.repository.addTarget(targetOf.release(version), manifestBytes(manifest));
    if (group !== undefined) this.repository.direct(targetOf.direction(group), directionBytes({ release: version, configuration }));
    await this.publish();
    return manifest;
  }

  async configuration(name: string, settings: object): Promise<void> {
    this.repository.addTarget(targetOf.configuration(name), Buffer.from(JSON.stringify(settings)));
    await this.publish();
  }

  async direct(group: string, direction: Direction): Promise<void> {
    this.repository.direct(targetOf.direction(group), directionBytes(direction));
    await this.publish();
  }

  end(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}

export const HERE = { os: process.platform, arch: process.arch } as const;
export const JOURNAL = { oldest: 1, newest: 4, writes: 4 } as const;

function newSigner(): TestSigner {
  const privateKey = makeEd25519();
  return { ...ed25519Signer(privateKey), privateKey };
}

function directionBytes(direction: Direction): Buffer {
  return Buffer.from(`${JSON.stringify(direction)}\n`);
}
