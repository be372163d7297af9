/**
 * What a power cut may leave: built from the calls that a process made. A file's bytes are sure up to its last sync; of what was written
 * later each 512-byte sector may be there or not, and the file as long as before or as it was made. Names are sure up to the folder's last
 * sync; later ones come in the order in which they were made, as on every journaling file system. Pure; used by power-cuts.ts.
 */
import type { Dice } from '../fuzz/generate.ts';
import type { DiskCall } from './disk-shim.ts';

export const SECTOR = 512;

type Change = { readonly op: 'write'; readonly offset: number; readonly bytes: Buffer } | { readonly op: 'truncate'; readonly length: number };

interface Inode {
  synced: Buffer;
  pending: Change[];
}

type Naming = { readonly op: 'name'; readonly file: string; readonly inode: Inode } | { readonly op: 'unname'; readonly file: string };

/** File name → bytes. */
export type DiskState = ReadonlyMap<string, Buffer>;

export class Disk {
  /** As the process sees it. */
  readonly #names: Map<string, Inode>;
  readonly #sureNames: Map<string, Inode>;
  #namings: Naming[] = [];

  /** @param files what was there, and durable, before */
  constructor(files: DiskState = new Map()) {
    this.#names = new Map([...files].map(([file, bytes]) => [file, { synced: bytes, pending: [] }]));
    this.#sureNames = new Map(this.#names);
  }

  apply(call: DiskCall): void {
    switch (call.op) {
      case 'said':
        return;
      case 'create':
        return this.#name(call.file, { synced: Buffer.alloc(0), pending: [] });
      case 'unlink':
        this.#names.delete(call.file);
        this.#namings.push({ op: 'unname', file: call.file });
        return;
      case 'rename': {
        const inode = this.#inode(call.file);
        this.#names.delete(call.file);
        this.#names.set(call.to, inode);
        this.#namings.push({ op: 'name', file: call.to, inode }, { op: 'unname', file: call.file });
        return;
      }
      case 'write':
        this.#inode(call.file).pending.push({ op: 'write', offset: call.offset, bytes: call.bytes });
        return;
      case 'truncate':
        this.#inode(call.file).pending.push({ op: 'truncate', length: call.length });
        return;
      case 'sync':
        return call.file === '.' ? this.#syncNames() : this.#sync(this.#inode(call.file));
    }
  }

  /** A power cut now: everything arrived. */
  whole(): DiskState {
    return this.#state(this.#namings.length, (inode) => contents(inode, inode.pending));
  }

  /** Nothing arrived that was not synced. */
  bare(): DiskState {
    return this.#state(0, ({ synced }) => synced);
  }

  /** The states that are worth a look each: of each file every beginning of what was written to it, and every single write that did not arrive. */
  *plain(): Generator<DiskState> {
    yield this.bare();
    for (let namings = 0; namings <= this.#namings.length; namings += 1) yield this.#state(namings, (inode) => contents(inode, inode.pending));
    for (const changed of new Set(this.#names.values())) {
      for (let count = 0; count < changed.pending.length; count += 1) {
        const others = (inode: Inode, kept: readonly Change[]): Buffer => contents(inode, inode === changed ? kept : inode.pending);
        yield this.#state(this.#namings.length, (inode) => others(inode, changed.pending.slice(0, count)));
        yield this.#state(this.#namings.length, (inode) => others(inode, changed.pending.toSpliced(count, 1)));
      }
    }
  }

  /** Any sectors of any writes, any beginning of the names. */
  torn(dice: Dice): DiskState {
    const namings = dice.below(this.#namings.length + 1);
    // Each file by itself: all of it, none of it, or sector by sector.
    return this.#state(namings, (inode) => {
      const fate = dice.below(4);
      if (fate === 0) return inode.synced;
      if (fate === 1) return contents(inode, inode.pending);
      const beginning = inode.pending.slice(0, dice.below(inode.pending.length + 1));
      return contents(
        inode,
        fate === 2
          ? [...beginning.slice(0, -1), ...beginning.slice(-1).flatMap((change) => sectorsOf(change, dice))]
          : inode.pending.flatMap((change) => sectorsOf(change, dice)),
      );
    });
  }

  /** Binary logarithm of how many states there are. */
  possible(): number {
    const sectors = [...new Set(this.#names.values())]
      .flatMap(({ pending }) => pending)
      .reduce((sum, change) => sum + (change.op === 'write' ? Math.ceil(change.bytes.length / SECTOR) : 1), 0);
    return sectors + Math.log2(this.#namings.length + 1);
  }

  #state(namings: number, bytesOf: (inode: Inode) => Buffer): DiskState {
    const names = new Map(this.#sureNames);
    for (const naming of this.#namings.slice(0, namings)) apply(names, naming);
    const bytes = new Map<Inode, Buffer>();
    return new Map(
      [...names].map(([file, inode]) => {
        const known = bytes.get(inode) ?? bytesOf(inode);
        bytes.set(inode, known);
        return [file, known];
      }),
    );
  }

  #name(file: string, inode: Inode): void {
    this.#names.set(file, inode);
    this.#namings.push({ op: 'name', file, inode });
  }

  #inode(file: string): Inode {
    const inode = this.#names.get(file);
    if (inode === undefined) throw new Error(`${file} was never made`);
    return inode;
  }

  #syncNames(): void {
    for (const naming of this.#namings) apply(this.#sureNames, naming);
    this.#namings = [];
  }

  #sync(inode: Inode): void {
    inode.synced = contents(inode, inode.pending);
    inode.pending = [];
  }
}

function apply(names: Map<string, Inode>, naming: Naming): void {
  if (naming.op === 'name') names.set(naming.file, naming.inode);
  else names.delete(naming.file);
}

function contents({ synced }: Inode, changes: readonly Change[]): Buffer {
  let bytes = Buffer.from(synced);
  for (const change of changes) {
    const end = change.op === 'write' ? Math.max(bytes.length, change.offset + change.bytes.length) : change.length;
    if (end !== bytes.length) bytes = Buffer.concat([bytes.subarray(0, end), Buffer.alloc(Math.max(0, end - bytes.length))]);
    if (change.op === 'write') change.bytes.copy(bytes, change.offset);
  }
  return bytes;
}

/** Some of a write's sectors; that a file was cut happens or not. */
function sectorsOf(change: Change, dice: Dice): readonly Change[] {
  if (change.op === 'truncate') return dice.below(2) === 0 ? [] : [change];
  const sectors: Change[] = [];
  for (let at = 0; at < change.bytes.length;) {
    const offset = change.offset + at;
    const length = Math.min(SECTOR - (offset % SECTOR), change.bytes.length - at);
    if (dice.below(2) === 0) sectors.push({ op: 'write', offset, bytes: change.bytes.subarray(at, at + length) });
    at += length;
  }
  return sectors;
}
