/**
 * A disk in memory that loses power at any call, and then holds what a real one may: what was synced for certain; of the rest nothing, all,
 * or any part, as a seed says. A file's content lasts by syncing the file, its name by syncing its folder. Speaks {@link FileSystem}.
 */
import { dirname } from 'node:path';
import type { FileFacts, FileSystem } from '../../../main/updates/files.ts';

/** The power went; nothing runs after it. */
export class PowerCut extends Error {}

/** What becomes of what was not synced. */
export type Unsynced = 'lost' | 'kept' | { readonly seed: number };

class FileNode {
  now = Buffer.alloc(0);
  synced = Buffer.alloc(0);
}
class LinkNode {
  readonly target: string;
  constructor(target: string) {
    this.target = target;
  }
}
class FolderNode {
  now = new Map<string, Node>();
  synced = new Map<string, Node>();
}
type Node = FileNode | LinkNode | FolderNode;

interface Handle {
  readonly node: FileNode | FolderNode;
  readonly path: string;
}

export class PowerCutDisk implements FileSystem {
  /** Calls that changed the disk, or asked it to. */
  calls = 0;
  /** Those of them that have a middle. */
  readonly writes = new Set<number>();
  /** The call at which the power goes: before it, or in its middle. */
  cutAt: number | undefined;
  cutInside = false;
  #root = new FolderNode();
  readonly #handles = new Map<number, Handle>();
  #nextHandle = 3;

  /** Another disk with the same content, all of it synced. */
  copy(): PowerCutDisk {
    const disk = new PowerCutDisk();
    disk.#root = copied(this.#root, new Map());
    return disk;
  }

  /** What is there when the power is back. */
  afterCut(unsynced: Unsynced): PowerCutDisk {
    const disk = new PowerCutDisk();
    const pick = picker(unsynced);
    disk.#root = survived(this.#root, pick, new Map());
    return disk;
  }

  openSync(path: string, flags: 'r' | 'w' | 'a'): number {
    if (flags !== 'r') this.#step();
    let node = this.#find(path);
    if (flags === 'r') {
      if (node === undefined || node instanceof LinkNode) throw absent(path);
    } else if (node === undefined) {
      node = new FileNode();
      this.#folderOf(path).now.set(nameOf(path), node);
    } else if (!(node instanceof FileNode)) throw coded('EISDIR', path);
    else if (flags === 'w') node.now = Buffer.alloc(0);
    if (!(node instanceof FileNode || node instanceof FolderNode)) throw absent(path);
    const handle = this.#nextHandle++;
    this.#handles.set(handle, { node, path });
    return handle;
  }

  writeSync(file: number, bytes: Uint8Array): number {
    const node = this.#file(file);
    const torn = this.#step();
    this.writes.add(this.calls);
    node.now = Buffer.concat([node.now, torn ? bytes.subarray(0, bytes.length >> 1) : bytes]);
    if (torn) throw new PowerCut();
    return bytes.length;
  }

  readSync(file: number, into: Uint8Array, offset: number, length: number, position: number): number {
    const part = this.#file(file).now.subarray(position, position + length);
    into.set(part, offset);
    return part.length;
  }

  fsyncSync(file: number): void {
    this.#step();
    const { node } = this.#handle(file);
    if (node instanceof FileNode) node.synced = node.now;
    else node.synced = new Map(node.now);
  }

  closeSync(file: number): void {
    this.#handles.delete(file);
  }

  readFileSync(path: string): Buffer {
    const node = this.#find(path);
    if (!(node instanceof FileNode)) throw absent(path);
    return Buffer.from(node.now);
  }

  renameSync(from: string, to: string): void {
    this.#step();
    const node = this.#find(from);
    if (node === undefined) throw absent(from);
    const there = this.#find(to);
    if (there instanceof FolderNode && there.now.size > 0) throw coded('ENOTEMPTY', to);
    this.#folderOf(from).now.delete(nameOf(from));
    this.#folderOf(to).now.set(nameOf(to), node);
  }

  linkSync(from: string, to: string): void {
    this.#step();
    const node = this.#find(from);
    if (!(node instanceof FileNode)) throw absent(from);
    if (this.#find(to) !== undefined) throw coded('EEXIST', to);
    this.#folderOf(to).now.set(nameOf(to), node);
  }

  chmodSync(): void {
    this.#step();
  }

  symlinkSync(target: string, path: string): void {
    this.#step();
    if (this.#find(path) !== undefined) throw coded('EEXIST', path);
    this.#folderOf(path).now.set(nameOf(path), new LinkNode(target));
  }

  readlinkSync(path: string): string {
    const node = this.#find(path);
    if (!(node instanceof LinkNode)) throw absent(path);
    return node.target;
  }

  mkdirSync(path: string): void {
    this.#step();
    const parts = path.split('/').filter((part) => part !== '');
    let folder = this.#root;
    for (const part of parts) {
      const next = folder.now.get(part) ?? new FolderNode();
      if (!(next instanceof FolderNode)) throw coded('ENOTDIR', path);
      folder.now.set(part, next);
      folder = next;
    }
  }

  readdirSync(path: string): string[] {
    const node = this.#find(path);
    if (!(node instanceof FolderNode)) throw absent(path);
    return [...node.now.keys()];
  }

  lstatSync(path: string): FileFacts {
    const node = this.#find(path);
    if (node === undefined) throw absent(path);
    return {
      size: node instanceof FileNode ? node.now.length : 0,
      isFile: () => node instanceof FileNode,
      isDirectory: () => node instanceof FolderNode,
      isSymbolicLink: () => node instanceof LinkNode,
    };
  }

  unlinkSync(path: string): void {
    this.#step();
    if (this.#find(path) === undefined) throw absent(path);
    this.#folderOf(path).now.delete(nameOf(path));
  }

  rmdirSync(path: string): void {
    this.#step();
    const node = this.#find(path);
    if (!(node instanceof FolderNode)) throw absent(path);
    if (node.now.size > 0) throw coded('ENOTEMPTY', path);
    this.#folderOf(path).now.delete(nameOf(path));
  }

  /** @returns whether this call is to be torn in its middle @throws {PowerCut} */
  #step(): boolean {
    this.calls += 1;
    if (this.cutAt === undefined || this.calls < this.cutAt) return false;
    if (this.calls > this.cutAt || !this.cutInside) throw new PowerCut();
    return true;
  }

  #find(path: string): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const part of path.split('/').filter((each) => each !== '')) {
      if (!(node instanceof FolderNode)) return undefined;
      node = node.now.get(part);
    }
    return node;
  }

  #folderOf(path: string): FolderNode {
    const node = this.#find(dirname(path));
    if (!(node instanceof FolderNode)) throw absent(path);
    return node;
  }

  #handle(file: number): Handle {
    const handle = this.#handles.get(file);
    if (handle === undefined) throw coded('EBADF', String(file));
    return handle;
  }

  #file(file: number): FileNode {
    const { node, path } = this.#handle(file);
    if (!(node instanceof FileNode)) throw coded('EISDIR', path);
    return node;
  }
}

/** Whether one unsynced thing survives. */
type Pick = () => boolean;

function picker(unsynced: Unsynced): Pick {
  if (unsynced === 'lost') return () => false;
  if (unsynced === 'kept') return () => true;
  let state = unsynced.seed >>> 0;
  return () => {
    // xorshift32 (Marsaglia 2003)
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state & 0x10000) !== 0;
  };
}

/** Of each name that changed, the old or the new; of each content that was not synced, what was synced or what was written. */
function survived(folder: FolderNode, pick: Pick, files: Map<FileNode, FileNode>): FolderNode {
  const left = new FolderNode();
  for (const name of new Set([...folder.synced.keys(), ...folder.now.keys()])) {
    const [before, after] = [folder.synced.get(name), folder.now.get(name)];
    const node = before === after || pick() ? after : before;
    if (node !== undefined)
      left.now.set(name, node instanceof FolderNode ? survived(node, pick, files) : node instanceof FileNode ? content(node, pick, files) : node);
  }
  left.synced = new Map(left.now);
  return left;
}

function content(node: FileNode, pick: Pick, files: Map<FileNode, FileNode>): FileNode {
  const known = files.get(node);
  if (known !== undefined) return known;
  const left = new FileNode();
  left.now = node.now === node.synced || pick() ? node.now : node.synced;
  left.synced = left.now;
  files.set(node, left);
  return left;
}

function copied(folder: FolderNode, files: Map<FileNode, FileNode>): FolderNode {
  return survived(folder, () => true, files);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function absent(path: string): Error {
  return coded('ENOENT', path);
}

function coded(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
