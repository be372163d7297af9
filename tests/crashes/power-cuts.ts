/**
 * Power cuts at every moment of a journal's life: what the life did to its disk is recorded, every kind of state that a cut may leave is
 * built from that, and the terminal starts on it. Used by main.ts and power-cuts.test.ts.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { SecondSync } from '../../main/journal/second-writer.ts';
import { Dice } from '../fuzz/generate.ts';
import { afterwards, journalFile, oneTopUp, openBooks, type Acknowledged } from './books.ts';
import { afterPruning, writeOldBooks, type OldBooks } from './old-books.ts';
import { readLog, shimEnvironment, type DiskCall } from './disk-shim.ts';
import { Disk, type DiskState } from './disk-states.ts';

export interface CutSetting {
  /** A terminal's first two starts, one start that finds its journal damaged, or one that prunes it. */
  readonly life: 'sound' | 'damaged' | 'pruning';
  readonly secondSync: SecondSync;
  readonly seed: number;
  /** States to look at, at most; those that are enumerated come first. */
  readonly states: number;
}

export interface CutReport {
  /** Calls that were recorded: a cut comes after each. */
  readonly calls: number;
  readonly acknowledged: number;
  /** Different ones that a terminal was started on. */
  readonly states: number;
  /** Binary logarithm of how many there are, over all cuts. */
  readonly possible: number;
  readonly problems: readonly string[];
}

/** @param parent where the files come to lie */
export function cutPower(parent: string, setting: CutSetting): CutReport {
  const home = mkdtempSync(path.join(parent, 'power-cuts-'));
  try {
    const recorded = record(home, setting);
    return new Cuts(path.join(home, 'state'), recorded, setting).run();
  } finally {
    rmSync(home, { recursive: true });
  }
}

interface Recorded {
  readonly calls: readonly DiskCall[];
  /** What was there, and acknowledged, before. */
  readonly files: DiskState;
  readonly before: readonly Acknowledged[];
  readonly old: OldBooks | undefined;
}

function record(home: string, { life, secondSync }: CutSetting): Recorded {
  const folder = path.join(home, 'data');
  mkdirSync(folder);
  const old = life === 'pruning' ? oldBooks(folder) : undefined;
  const before = old?.acknowledged ?? (life === 'damaged' ? damagedBooks(folder) : []);
  const files = new Map(readdirSync(folder).map((file) => [file, readFileSync(path.join(folder, file))]));
  const log = path.join(home, 'log');
  const environment = shimEnvironment(folder, path.join(home, 'control'), log);
  const child = path.join(import.meta.dirname, 'children', 'record.ts');
  execFileSync(process.execPath, [child, folder, log, life, secondSync], { env: { ...process.env, ...environment } });
  return { calls: readLog(log), files, before, old };
}

function oldBooks(folder: string): OldBooks {
  const journal = openBooks(folder, 1);
  const old = writeOldBooks(journal);
  journal.close();
  return old;
}

/** A closed journal with a page in its middle overwritten: the second file is what proves its entries. */
function damagedBooks(folder: string): readonly Acknowledged[] {
  const journal = openBooks(folder, 1);
  const acknowledged = oneTopUp(0).map((entry) => {
    const { seq, hash } = journal.append(entry);
    return { epoch: 1, seq, hash };
  });
  journal.close();
  const bytes = readFileSync(journalFile(folder));
  bytes.fill(0xa5, Math.floor(bytes.length / 3));
  writeFileSync(journalFile(folder), bytes);
  return acknowledged;
}

class Cuts {
  readonly #folder: string;
  readonly #recorded: Recorded;
  readonly #setting: CutSetting;
  readonly #seen = new Set<string>();
  readonly #problems: string[] = [];

  constructor(folder: string, recorded: Recorded, setting: CutSetting) {
    this.#folder = folder;
    this.#recorded = recorded;
    this.#setting = setting;
  }

  run(): CutReport {
    const { calls } = this.#recorded;
    const share = this.#setting.states / Math.max(1, calls.length);
    let possible = 0;
    let acknowledged = this.#recorded.before;
    const disk = new Disk(this.#recorded.files);
    for (const [index, call] of calls.entries()) {
      disk.apply(call);
      if (call.op === 'said') acknowledged = [...acknowledged, JSON.parse(call.text) as Acknowledged];
      possible = sumOfPowers(possible, disk.possible());
      const states = Math.floor((index + 1) * share) - Math.floor(index * share);
      if (states > 0) this.#cut(index, disk, acknowledged, states);
    }
    return { calls: calls.length, acknowledged: acknowledged.length, states: this.#seen.size, possible, problems: this.#problems };
  }

  /** Every plain state, then torn ones; no more than `states`. */
  #cut(index: number, disk: Disk, acknowledged: readonly Acknowledged[], states: number): void {
    const dice = Dice.of(this.#setting.seed, `cut ${index}`);
    const plain = [...disk.plain()];
    const enumerated = plain.length <= states ? plain : Array.from({ length: states }, () => dice.pick(plain));
    const torn = disk.possible() === 0 ? [] : Array.from({ length: Math.max(0, states - enumerated.length) }, () => disk.torn(dice));
    for (const state of [...enumerated, ...torn]) this.#look(index, state, acknowledged);
  }

  #look(index: number, state: DiskState, acknowledged: readonly Acknowledged[]): void {
    const name = digest(state, acknowledged.length);
    if (this.#seen.has(name)) return;
    this.#seen.add(name);
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(this.#folder);
    for (const [file, bytes] of state) writeFileSync(path.join(this.#folder, file), bytes);
    this.#problems.push(...this.#start(acknowledged).map((problem) => `cut after call ${index}: ${problem}`));
  }

  #start(acknowledged: readonly Acknowledged[]): readonly string[] {
    try {
      const found = afterwards(this.#folder, 9, acknowledged, this.#setting.life === 'damaged');
      return this.#recorded.old === undefined ? found : [...found, ...afterPruning(this.#folder, this.#recorded.old).problems];
    } catch (error) {
      return [`the terminal does not start: ${error instanceof Error ? error.message : String(error)}`];
    }
  }
}

/** What is acknowledged belongs to it: the same bytes must hold more later. */
function digest(state: DiskState, acknowledged: number): string {
  const hash = createHash('sha256').update(String(acknowledged));
  for (const [file, bytes] of [...state].sort(([left], [right]) => (left < right ? -1 : 1))) hash.update(`\n${file}\n${bytes.length}\n`).update(bytes);
  return hash.digest('hex');
}

/** log2(2^left + 2^right). */
function sumOfPowers(left: number, right: number): number {
  const [most, least] = left > right ? [left, right] : [right, left];
  return most + Math.log2(1 + 2 ** (least - most));
}
