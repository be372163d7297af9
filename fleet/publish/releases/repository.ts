/**
 * The repository that terminals update from, as a folder that any web server or a USB stick can carry: `metadata/`, `targets/`, `files/`.
 * A change is *staged* beside it first, signed by whoever holds the keys, on other machines too, and published when signatures
 * suffice. Format: main/updates/README.md. Used by main.ts.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MetaFile, Metadata, MetadataKind, Root, Signature, Snapshot, TargetFile, Targets, Timestamp, type Key } from '@tufjs/models';
import { Delegations } from '@tufjs/models/dist/delegations.js';
import { DelegatedRole, Role } from '@tufjs/models/dist/role.js';
import { DIRECTIONS, DIRECTOR } from '../../../common/release.ts';
import { PublishError } from './publish-error.ts';
import { roles, type RoleName, type Signer } from './signer.ts';

/** Days that what is signed stays good; a terminal that hears nothing newer stops updating then, and goes on selling. */
export const lifetimes: Readonly<Record<RoleName, number>> = {
  /** Keys in safes: a ceremony a year. */
  root: 365,
  /** A catalogue nobody looked after for half a year should not be installed from. */
  targets: 180,
  director: 30,
  snapshot: 14,
  /** Re-signed every day by the machine; a stick that is carried to a terminal has a week. */
  timestamp: 7,
};

const DAY = 86_400_000;
const SPEC = '1.0.31';

type Signed = Root | Targets;
type StagedRole = 'root' | 'targets' | 'director';
const stagedRoles: readonly StagedRole[] = ['root', 'targets', 'director'];

export interface RoleKeys {
  readonly keys: readonly Key[];
  readonly threshold: number;
}

export interface Standing {
  readonly published: readonly string[];
  /** What is staged and lacks signatures: `targets: 1 of 2`. */
  readonly missing: readonly string[];
}

export class Repository {
  readonly folder: string;
  readonly staging: string;
  /** ms since 1970. */
  readonly #now: () => number;

  constructor(folder: string, now: () => number, staging = `${folder}-staged`) {
    this.folder = folder;
    this.staging = staging;
    this.#now = now;
  }

  /** The first root and empty catalogue, staged. @throws {PublishError} */
  create(keys: Readonly<Record<RoleName, RoleKeys>>): void {
    if (existsSync(join(this.folder, 'metadata'))) throw new PublishError(`${this.folder} is a repository already`);
    const root = new Root({ version: 1, specVersion: SPEC, expires: this.#expires('root'), consistentSnapshot: true });
    for (const role of ['root', 'targets', 'snapshot', 'timestamp'] as const) setRole(root, role, keys[role]);
    this.#stage('root', root);
    this.#stage(
      'targets',
      new Targets({ version: 1, specVersion: SPEC, expires: this.#expires('targets'), targets: {}, delegations: delegationTo(keys.director) }),
    );
    this.#stage('director', new Targets({ version: 1, specVersion: SPEC, expires: this.#expires('director'), targets: {} }));
  }

  /** Names are for ever: a terminal takes the same name for the same thing. @throws {PublishError} */
  addTarget(path: string, content: Uint8Array): void {
    this.#change('targets', (targets) => {
      const [known, added] = [targets.targets[path], targetFile(path, content)];
      if (known !== undefined && !known.equals(added))
        throw new PublishError(`${path} is in the catalogue with another content: give what changed another name`);
      targets.addTarget(added);
    });
    this.#writeTarget(path, content);
  }

  /** Terminals that do not run it yet never will. @throws {PublishError} */
  withdraw(path: string): void {
    this.#change('targets', (targets) => {
      if (targets.targets[path] === undefined) throw new PublishError(`${path} is not in the catalogue`);
      delete targets.targets[path];
    });
  }

  /** The director's word, which may change. */
  direct(path: string, content: Uint8Array): void {
    this.#change('director', (targets) => targets.addTarget(targetFile(path, content)));
    this.#writeTarget(path, content);
  }

  /** Other keys for a role. Root's own are signed by the old and by the new ones. */
  setKeys(role: RoleName, keys: RoleKeys): void {
    if (role === 'director') {
      this.#change('targets', (targets) => {
        const { version, specVersion, expires } = targets;
        return new Targets({ version, specVersion, expires, targets: targets.targets, delegations: delegationTo(keys) });
      });
      this.#change('director', () => undefined);
      return;
    }
    this.#change('root', (root) => setRole(root, role, keys));
    // what the old keys signed counts no more
    if (role === 'targets') this.#change('targets', () => undefined);
  }

  keysOf(role: RoleName): RoleKeys {
    const root = this.#latest('root').signed;
    const [all, named] = role === 'director' ? directorKeys(this.#latest('targets').signed) : [root.keys, root.roles[role]];
    if (named === undefined) throw new PublishError(`the repository names no keys for ${role}`);
    return { keys: named.keyIDs.flatMap((id) => all[id] ?? []), threshold: named.threshold };
  }

  /** Signs again what would expire. */
  renew(role: StagedRole): void {
    this.#change(role, () => undefined);
  }

  /** Adds what these keys can sign to what is staged, and publishes what has enough. @param refresh also when nothing is staged: the day's timestamp */
  async sign(signers: readonly Signer[], refresh = false): Promise<Standing> {
    for (const role of stagedRoles) {
      const staged = this.#staged(role);
      if (staged === undefined) continue;
      const wanted = this.#signersWanted(role);
      for (const signer of signers) {
        if (!wanted.has(signer.key.keyID) || staged.signatures[signer.key.keyID] !== undefined) continue;
        await addSignature(staged, signer);
      }
      this.#write(join(this.staging, `${role}.json`), staged);
    }
    return this.#publish(signers, refresh);
  }

  /** Targets by name, as published. */
  catalogue(): readonly string[] {
    return Object.keys(this.#latest('targets').signed.targets).sort();
  }

  get rootText(): string {
    return readFileSync(join(this.folder, 'metadata', `${this.#versions('root').at(-1) ?? 0}.root.json`), 'utf8');
  }

  async #publish(signers: readonly Signer[], refresh: boolean): Promise<Standing> {
    const staged = stagedRoles.flatMap((role) => {
      const metadata = this.#staged(role);
      return metadata === undefined ? [] : [{ role, metadata, missing: this.#missing(role, metadata) }];
    });
    const missing = staged.flatMap(({ role, missing }) => (missing === undefined ? [] : [`${role}: ${missing}`]));
    // All or nothing: a catalogue that is signed by keys of a root that is not out would be refused everywhere.
    if (missing.length > 0 || (staged.length === 0 && !refresh)) return { published: [], missing };
    const root = this.#staged('root') ?? this.#latest('root');
    const targets = this.#staged('targets') ?? this.#latest('targets');
    const director = this.#staged('director') ?? this.#latest('director');
    const online = await this.#online(root, targets, director, signers);
    if ('missing' in online) return { published: [], missing: [online.missing] };
    for (const { role, metadata } of staged) this.#write(join(this.folder, 'metadata', `${metadata.signed.version}.${role}.json`), metadata);
    this.#write(join(this.folder, 'metadata', `${online.snapshot.signed.version}.snapshot.json`), online.snapshot);
    // last: it says what else counts
    this.#write(join(this.folder, 'metadata', 'timestamp.json'), online.timestamp);
    rmSync(this.staging, { recursive: true, force: true });
    return {
      published: [...staged.map(({ role, metadata }) => `${role} ${metadata.signed.version}`), `timestamp ${online.timestamp.signed.version}`],
      missing,
    };
  }

  async #online(root: Metadata<Root>, targets: Metadata<Targets>, director: Metadata<Targets>, signers: readonly Signer[]) {
    const before = this.#published();
    const meta = { 'targets.json': new MetaFile({ version: targets.signed.version }), 'director.json': new MetaFile({ version: director.signed.version }) };
    const common = { specVersion: SPEC };
    const snapshot = new Metadata(new Snapshot({ ...common, version: (before?.snapshot ?? 0) + 1, expires: this.#expires('snapshot'), meta }));
    const missing = await this.#signOnline(root, 'snapshot', snapshot, signers);
    if (missing !== undefined) return { missing };
    const bytes = bytesOf(snapshot);
    const snapshotMeta = new MetaFile({ version: snapshot.signed.version, length: bytes.length, hashes: { sha256: sha256(bytes) } });
    const timestamp = new Metadata(new Timestamp({ ...common, version: (before?.timestamp ?? 0) + 1, expires: this.#expires('timestamp'), snapshotMeta }));
    const missingToo = await this.#signOnline(root, 'timestamp', timestamp, signers);
    return missingToo === undefined ? { snapshot, timestamp } : { missing: missingToo };
  }

  async #signOnline(
    root: Metadata<Root>,
    role: 'snapshot' | 'timestamp',
    metadata: Metadata<Snapshot> | Metadata<Timestamp>,
    signers: readonly Signer[],
  ): Promise<string | undefined> {
    const wanted = root.signed.roles[role]?.keyIDs ?? [];
    for (const signer of signers) if (wanted.includes(signer.key.keyID)) await addSignature(metadata, signer);
    const missing = missingOf(root, role, metadata);
    return missing === undefined ? undefined : `${role}: ${missing}`;
  }

  /** Versions that are out. */
  #published(): { readonly timestamp: number; readonly snapshot: number; readonly targets: number; readonly director: number } | undefined {
    const file = join(this.folder, 'metadata', 'timestamp.json');
    if (!existsSync(file)) return undefined;
    const timestamp = Metadata.fromJSON(MetadataKind.Timestamp, readJson(file)).signed;
    const { version } = timestamp.snapshotMeta;
    const { meta } = Metadata.fromJSON(MetadataKind.Snapshot, readJson(join(this.folder, 'metadata', `${version}.snapshot.json`))).signed;
    const of = (role: string): number => meta[`${role}.json`]?.version ?? 0;
    return { timestamp: timestamp.version, snapshot: version, targets: of('targets'), director: of('director') };
  }

  #latest(role: 'root'): Metadata<Root>;
  #latest(role: 'targets' | 'director'): Metadata<Targets>;
  #latest(role: StagedRole): Metadata<Root> | Metadata<Targets>;
  #latest(role: StagedRole): Metadata<Root> | Metadata<Targets> {
    const version = role === 'root' ? this.#versions('root').at(-1) : this.#published()?.[role];
    if (version === undefined) throw new PublishError(`${this.folder} is no repository yet: make one with init`);
    return parsed(role, join(this.folder, 'metadata', `${version}.${role}.json`));
  }

  #staged(role: 'root'): Metadata<Root> | undefined;
  #staged(role: 'targets' | 'director'): Metadata<Targets> | undefined;
  #staged(role: StagedRole): Metadata<Root> | Metadata<Targets> | undefined;
  #staged(role: StagedRole): Metadata<Root> | Metadata<Targets> | undefined {
    const file = join(this.staging, `${role}.json`);
    return existsSync(file) ? parsed(role, file) : undefined;
  }

  #versions(role: string): readonly number[] {
    const folder = join(this.folder, 'metadata');
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .flatMap((name) => (name.endsWith(`.${role}.json`) ? [Number(name.split('.')[0])] : []))
      .sort((one, other) => one - other);
  }

  #change(role: 'root', change: (signed: Root) => void): void;
  #change(role: 'targets' | 'director', change: (signed: Targets) => Targets | void): void;
  #change(role: StagedRole, change: (signed: never) => Targets | void): void;
  #change(role: StagedRole, change: (signed: never) => Targets | void): void {
    const staged = this.#staged(role);
    const { signed } = staged ?? this.#latest(role);
    const changed = change(signed as never) ?? signed;
    const version = staged === undefined ? signed.version + 1 : signed.version;
    this.#stage(role, renewed(changed, version, this.#expires(role)));
  }

  /** Without signatures: another content, other signatures. */
  #stage(role: StagedRole, signed: Signed): void {
    this.#write(join(this.staging, `${role}.json`), signed instanceof Root ? new Metadata(signed) : new Metadata(signed));
  }

  #signersWanted(role: StagedRole): ReadonlySet<string> {
    return new Set(this.#delegators(role).flatMap(({ metadata }) => keyIds(metadata, role)));
  }

  #missing(role: StagedRole, metadata: Metadata<Root> | Metadata<Targets>): string | undefined {
    return this.#delegators(role)
      .map(({ metadata: by }) => missingOf(by, role, metadata))
      .find((missing) => missing !== undefined);
  }

  /** Whose word says who may sign: for a root the one before and itself. */
  #delegators(role: StagedRole): readonly { readonly metadata: Metadata<Root> | Metadata<Targets> }[] {
    const root = this.#staged('root');
    if (role === 'director') return [{ metadata: this.#staged('targets') ?? this.#latest('targets') }];
    if (role === 'targets') return [{ metadata: root ?? this.#latest('root') }];
    const before = this.#versions('root').length === 0 ? [] : [{ metadata: this.#latest('root') }];
    return root === undefined ? before : [...before, { metadata: root }];
  }

  #writeTarget(path: string, content: Uint8Array): void {
    const cut = path.lastIndexOf('/') + 1;
    const file = join(this.folder, 'targets', path.slice(0, cut), `${sha256(content)}.${path.slice(cut)}`);
    mkdirSync(dirname(file), { recursive: true });
    writeWhole(file, content);
  }

  #write(file: string, metadata: Metadata<Root> | Metadata<Targets> | Metadata<Snapshot> | Metadata<Timestamp>): void {
    mkdirSync(dirname(file), { recursive: true });
    writeWhole(file, bytesOf(metadata));
  }

  #expires(role: RoleName): string {
    return `${new Date(this.#now() + lifetimes[role] * DAY).toISOString().slice(0, 19)}Z`;
  }
}

export function isRole(name: string): name is RoleName {
  return roles.some((role) => role === name);
}

function setRole(root: Root, role: string, { keys, threshold }: RoleKeys): void {
  root.roles[role] = new Role({ keyIDs: [], threshold });
  for (const key of keys) root.addKey(key, role);
  const used = new Set(Object.values(root.roles).flatMap(({ keyIDs }) => keyIDs));
  for (const id of Object.keys(root.keys)) if (!used.has(id)) delete root.keys[id];
}

function delegationTo({ keys, threshold }: RoleKeys): Delegations {
  const role = new DelegatedRole({ name: DIRECTOR, keyIDs: keys.map(({ keyID }) => keyID), threshold, terminating: true, paths: [DIRECTIONS] });
  return new Delegations({ keys: Object.fromEntries(keys.map((key) => [key.keyID, key])), roles: { [DIRECTOR]: role } });
}

function directorKeys({ delegations }: Targets): readonly [Readonly<Record<string, Key>>, Role | undefined] {
  return [delegations?.keys ?? {}, delegations?.roles?.[DIRECTOR]];
}

function keyIds(metadata: Metadata<Root> | Metadata<Targets>, role: string): readonly string[] {
  const { signed } = metadata;
  return signed instanceof Root ? (signed.roles[role]?.keyIDs ?? []) : (signed.delegations?.roles?.[role]?.keyIDs ?? []);
}

/** `1 of 2`; undefined: enough. */
function missingOf(by: Metadata<Root> | Metadata<Targets>, role: string, metadata: Parameters<Metadata<Root>['verifyDelegate']>[1]): string | undefined {
  try {
    by.verifyDelegate(role, metadata);
    return undefined;
  } catch (error) {
    const counted = /signed by (\d+)\/(\d+)/.exec(error instanceof Error ? error.message : '');
    if (counted === null) throw error;
    return `${counted[1]} of ${counted[2]}`;
  }
}

function renewed(signed: Signed, version: number, expires: string): Signed {
  const common = { version, expires, specVersion: signed.specVersion };
  if (signed instanceof Root) return new Root({ ...common, keys: signed.keys, roles: signed.roles, consistentSnapshot: true });
  const { targets, delegations } = signed;
  return new Targets({ ...common, targets, ...(delegations === undefined ? {} : { delegations }) });
}

async function addSignature(metadata: Metadata<Root> | Metadata<Targets> | Metadata<Snapshot> | Metadata<Timestamp>, signer: Signer): Promise<void> {
  const { key } = signer;
  let bytes: Buffer = Buffer.alloc(0);
  // the one way to the bytes that are signed
  new Metadata(metadata.signed).sign((data) => {
    bytes = data;
    return new Signature({ keyID: key.keyID, sig: '' });
  });
  metadata.signatures[key.keyID] = new Signature({ keyID: key.keyID, sig: (await signer.sign(bytes)).toString('hex') });
}

function targetFile(path: string, content: Uint8Array): TargetFile {
  return new TargetFile({ path, length: content.length, hashes: { sha256: sha256(content) } });
}

function parsed(role: StagedRole, file: string): Metadata<Root> | Metadata<Targets> {
  return role === 'root' ? Metadata.fromJSON(MetadataKind.Root, readJson(file)) : Metadata.fromJSON(MetadataKind.Targets, readJson(file));
}

function bytesOf(metadata: { toJSON(): object }): Buffer {
  return Buffer.from(`${JSON.stringify(metadata.toJSON())}\n`);
}

function readJson(file: string) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function writeWhole(file: string, content: Uint8Array): void {
  writeFileSync(`${file}.new`, content);
  renameSync(`${file}.new`, file);
}
