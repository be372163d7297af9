/**
 * A writer process (tests/main/journal/children/append-forever.ts) that acknowledges each entry on its standard output, killed with
 * SIGKILL at a random moment, over and over on the same journal: nothing it acknowledged may be lost. Used by main.ts and kills.test.ts.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from 'vite';
import { loadOrCreateTerminalKey } from '../../main/identity/terminal-key.ts';
import { hashText } from '../../main/journal/lines.ts';
import { openForReading } from '../../main/journal/schema.ts';
import { readSecondCopy } from '../../main/journal/second-copy.ts';
import { readHead, storedHash } from '../../main/journal/stored-chain.ts';
import { verifyJournal } from '../../main/journal/verify.ts';
import { Dice } from '../fuzz/generate.ts';
import { projectRoot } from '../launcher/run-tool.ts';

/** Of one journal; then a new one is begun, so that proving it stays quick. */
const KILLS_A_JOURNAL = 8;
/** A life is cut short after at most so many entries … */
const MOST_ENTRIES = 12;
/** … and so many µs, of which an append takes some hundred. */
const MOST_MICROSECONDS = 1_500;
/** Of the lives that are cut in their start instead: how many in a hundred, and within how many ms. */
const IN_START = 10;
const START_MS = 120;

export interface KillSetting {
  /** Folder on the disk that is used. */
  readonly data: string;
  readonly kills: number;
  readonly seed: number;
  /** Writers side by side, each on a journal of its own. */
  readonly lanes: number;
  readonly onProgress?: (kills: number) => void;
}

export interface KillReport {
  readonly kills: number;
  readonly acknowledged: number;
  /** Kills that left an entry more than was acknowledged. */
  readonly unacknowledged: number;
  /** Kills before the writer had opened its journal. */
  readonly inStart: number;
  readonly problems: readonly string[];
}

/** Bundled, so that a start takes a fraction of a second: what runs is the same code. */
async function bundleWriter(): Promise<string> {
  const outDir = path.join(projectRoot, 'out', 'crashes', `writer-${process.pid}`);
  const external = ['better-sqlite3', /^node:/, ...builtinModules];
  const entry = path.join(projectRoot, 'tests', 'main', 'journal', 'children', 'append-forever.ts');
  await build({
    configFile: false,
    logLevel: 'warn',
    root: projectRoot,
    ssr: { noExternal: true, external: ['better-sqlite3'] },
    build: {
      ssr: true,
      target: 'node24',
      outDir,
      emptyOutDir: true,
      copyPublicDir: false,
      minify: false,
      rolldownOptions: { input: { writer: entry }, external, output: { format: 'es', entryFileNames: '[name].js' } },
    },
  });
  return path.join(outDir, 'writer.js');
}

export async function kill(setting: KillSetting): Promise<KillReport> {
  const writer = await bundleWriter();
  mkdirSync(setting.data, { recursive: true });
  const folder = mkdtempSync(path.join(setting.data, 'kills-'));
  try {
    const lanes = Array.from(
      { length: setting.lanes },
      (_, number) => new Lane(writer, path.join(folder, String(number)), Dice.of(setting.seed, `lane ${number}`)),
    );
    let begun = 0;
    let done = 0;
    const work = async (lane: Lane): Promise<void> => {
      while (begun < setting.kills) {
        begun += 1;
        await lane.kill();
        setting.onProgress?.((done += 1));
      }
    };
    await Promise.all(lanes.map(work));
    const sum = (of: (lane: Lane) => number): number => lanes.reduce((total, lane) => total + of(lane), 0);
    return {
      kills: sum((lane) => lane.kills),
      acknowledged: sum((lane) => lane.acknowledged),
      unacknowledged: sum((lane) => lane.unacknowledged),
      inStart: sum((lane) => lane.inStart),
      problems: lanes.flatMap(({ problems }) => problems),
    };
  } finally {
    rmSync(folder, { recursive: true });
    rmSync(path.dirname(writer), { recursive: true });
  }
}

/** One journal after the other, and what its writers said. */
class Lane {
  kills = 0;
  acknowledged = 0;
  unacknowledged = 0;
  inStart = 0;
  readonly problems: string[] = [];
  readonly #writer: string;
  readonly #folder: string;
  readonly #dice: Dice;
  /** seq → hash, of the journal at hand. */
  #said = new Map<number, string>();
  /** The last entry that was there when the last writer was dead. */
  #head = 0;

  constructor(writer: string, folder: string, dice: Dice) {
    this.#writer = writer;
    this.#folder = folder;
    this.#dice = dice;
  }

  async kill(): Promise<void> {
    if (this.kills % KILLS_A_JOURNAL === 0) this.#beginJournal();
    const said = await this.#life();
    this.kills += 1;
    this.acknowledged += said.size;
    for (const [seq, hash] of said) this.#said.set(seq, hash);
    const expected = Math.max(this.#head, ...said.keys());
    try {
      this.#prove(expected);
    } catch (error) {
      this.#complain(error instanceof Error ? error.message : String(error));
    }
  }

  /** A writer from its start to its end. Answers what it acknowledged. */
  async #life(): Promise<ReadonlyMap<number, string>> {
    const child = spawn(process.execPath, [this.#writer, this.#journal], { stdio: ['ignore', 'pipe', 'inherit'] });
    const early = this.#dice.below(100) < IN_START;
    const entries = this.#dice.below(MOST_ENTRIES);
    const micros = this.#dice.below(MOST_MICROSECONDS);
    if (early) void delay(this.#dice.below(START_MS)).then(() => child.kill('SIGKILL'));
    const ended = new Promise<string | null>((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
    const said = new Map<number, string>();
    let opened = false;
    for await (const line of createInterface({ input: child.stdout })) {
      const [seq = '', hash = ''] = line.split(' ');
      if (seq === 'opened') opened = true;
      else said.set(Number(seq), hash);
      if (said.size !== entries || early) continue;
      spin(micros);
      child.kill('SIGKILL');
    }
    if ((await ended) !== 'SIGKILL') this.#complain('the writer ended by itself');
    if (!opened) this.inStart += 1;
    return said;
  }

  #prove(expected: number): void {
    if (expected === 0 && !existsSync(this.#journal)) return;
    const key = loadOrCreateTerminalKey(`${this.#journal}.key`).publicKey;
    const db = openForReading(this.#journal);
    try {
      const head = readHead(db).seq;
      for (const [seq, hash] of this.#said)
        if (hashText(storedHash(db, seq) ?? new Uint8Array()) !== hash) this.#complain(`entry ${seq} was acknowledged and is lost`);
      if (head > expected + 1) this.#complain(`${head} entries where at most ${expected + 1} were asked for`);
      if (head > expected) this.unacknowledged += 1;
      this.#head = head;
      const second = readSecondCopy(`${this.#journal}.second`)?.links.at(-1);
      if (second !== undefined && hashText(second.hash) !== hashText(storedHash(db, second.seq) ?? new Uint8Array()))
        this.#complain(`the second file has another entry ${second.seq}`);
    } finally {
      db.close();
    }
    const proved = verifyJournal(this.#journal, { publicKey: key });
    if (proved.break !== undefined) this.#complain(`verify: ${JSON.stringify(proved.break)}`);
    if (proved.epoch !== 1) this.#complain(`set aside without need: epoch ${proved.epoch}`);
  }

  #complain(problem: string): void {
    this.problems.push(`kill ${this.kills} of ${path.basename(this.#folder)}: ${problem}`);
  }

  #beginJournal(): void {
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(this.#folder, { recursive: true });
    loadOrCreateTerminalKey(`${this.#journal}.key`);
    this.#said = new Map();
    this.#head = 0;
  }

  get #journal(): string {
    return path.join(this.#folder, 'journal.sqlite');
  }
}

/** Timers know only ms. */
function spin(micros: number): void {
  const end = performance.now() + micros / 1000;
  while (performance.now() < end) continue;
}
