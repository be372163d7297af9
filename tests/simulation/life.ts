/**
 * One life of the terminal process in the simulated world: the real composition on a virtual clock, killed without warning whenever the
 * world says so. What it does after its death reaches nobody; what was durable before it is what the next life finds.
 */
import { appendFileSync, cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Seal } from '../../common/sealing.ts';
import type { Clock, Timer } from '../../common/clock.ts';
import type { NewEntry } from '../../common/journal-kinds.ts';
import { JournalError } from '../../main/journal/journal-error.ts';
import { openJournal, type Appended, type Journal, type JournalOptions } from '../../main/journal/journal.ts';
import type { PruneOutcome, PruneRule } from '../../main/journal/pruning.ts';
import type { TerminalConfig } from '../../main/config/config.ts';
import { beginLife, type Surroundings } from '../../main/terminal/life.ts';
import type { Log } from '../../main/terminal/log.ts';
import type { Terminal } from '../../main/terminal/terminal.ts';
import type { Transport } from '../../drivers/transport/transport.ts';
import type { UiEvent, View } from '../../state-machines/view.ts';
import type { FaultKind } from './faults.ts';
import { LEFT_FILE } from './oracles/ledger.ts';

export interface LifeOptions {
  readonly config: TerminalConfig;
  readonly clock: Clock;
  readonly random: Surroundings['random'];
  readonly simulation: Surroundings['simulation'];
  readonly fetchFor: (alive: () => boolean) => typeof fetch;
  readonly seal: Seal;
  /** What the terminal's wall clock is ahead of the world's, ms. */
  readonly wallAhead: () => number;
  readonly isDiskLow: () => boolean;
  /** An entry is about to be written: what strikes it. */
  readonly onAppend: (entry: NewEntry) => readonly FaultKind[];
  readonly onAppended: (entry: NewEntry, appended: Appended, faults: readonly FaultKind[]) => void;
  /** Whether a write that the disk reported as failed is there all the same. */
  readonly failedWriteLands: () => boolean;
  /** Old entries leave so much sooner than in any town. Absent: as configured, which is never in a simulated life. */
  readonly pruning?: Surroundings['pruning'];
  readonly onPruned: (upToSeq: number) => void;
  readonly onView: (view: View) => void;
  /** It ended itself, as a process ends with exit status 10. */
  readonly onExit: (why: string) => void;
  readonly onWarning: (message: string) => void;
  readonly onChart: NonNullable<Surroundings['onChart']>;
}

export class Life {
  readonly folder: string;
  readonly #options: LifeOptions;
  readonly #timers = new Set<Timer>();
  readonly #clock: Clock;
  #alive = true;
  #journal: Journal | undefined;
  #terminal: Terminal | undefined;

  constructor(options: LifeOptions) {
    this.#options = options;
    this.folder = options.config.data.folder;
    this.#clock = this.#mortalClock();
  }

  get alive(): boolean {
    return this.#alive;
  }

  get ready(): boolean {
    return this.#terminal !== undefined;
  }

  /** Resolves when the terminal is composed; a start that fails ends the life. */
  async begin(): Promise<void> {
    const { config, random, simulation, fetchFor, onView, isDiskLow } = this.#options;
    try {
      const terminal = await beginLife({
        configFile: 'simulation',
        config,
        version: '0.0.0',
        clock: this.#clock,
        random,
        simulation: simulation === 'refused' ? simulation : { transport: (name) => this.#mortalTransport(simulation.transport(name)) },
        fetch: fetchFor(() => this.#alive),
        seal: this.#options.seal,
        freeSpace: () => ({ free: isDiskLow() ? 0 : 1e12, total: 2e12, low: isDiskLow() }),
        openJournal: (journal) => this.#mortalJournal(journal),
        ...(this.#options.pruning === undefined ? {} : { pruning: this.#options.pruning }),
        log: quietLog(this.#options.onWarning),
        publish: (view) => {
          if (this.#alive) onView(view);
        },
        onJournalLost: () => this.#exit('the journal must be opened anew'),
        onChart: (event) => {
          if (this.#alive) this.#options.onChart(event);
        },
      });
      if (this.#alive) this.#terminal = terminal;
    } catch (error) {
      this.#exit(error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
  }

  touch(event: UiEvent): void {
    if (this.#alive) this.#terminal?.touch(event);
  }

  /** Dies at once, in the middle of whatever it does. What is on its disk now is copied to `next`. */
  die(next: string): void {
    if (!this.#alive) return;
    this.#alive = false;
    for (const timer of this.#timers) this.#options.clock.clearTimeout(timer);
    this.#timers.clear();
    copyData(this.folder, next);
  }

  /** After {@link stop}: where the next life finds what this one left. */
  moveTo(next: string): void {
    copyData(this.folder, next);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The dead process's handles. */
  bury(): void {
    this.#journal?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** In order, as the shell stops it. */
  async stop(): Promise<void> {
    await this.#terminal?.stop();
    this.#alive = false;
  }

  #exit(why: string): void {
    if (this.#alive) this.#options.onExit(why);
  }

  #mortalClock(): Clock {
    const { clock, wallAhead } = this.#options;
    const timers = this.#timers;
    const isAlive = (): boolean => this.#alive;
    return {
      now: () => clock.now() + wallAhead(),
      monotonic: () => clock.monotonic(),
      setTimeout: (callback, ms) => {
        if (!isAlive()) return undefined;
        const timer = clock.setTimeout(() => {
          timers.delete(timer);
          callback();
        }, ms);
        timers.add(timer);
        return timer;
      },
      clearTimeout: (timer) => {
        if (timer === undefined) return;
        timers.delete(timer);
        clock.clearTimeout(timer);
      },
    };
  }

  /** The dead open no lines. */
  #mortalTransport(transport: Transport): Transport {
    const open = (signal?: AbortSignal): Promise<void> => (this.#alive ? transport.open(signal) : new Promise(() => {}));
    return bound(transport, { open });
  }

  /** The real journal, whose appends faults strike; after death it keeps its mouth shut. */
  #mortalJournal(options: JournalOptions): Journal {
    const journal = openJournal(options);
    this.#journal = journal;
    let failed = false;
    const append = (entry: NewEntry): Appended => {
      if (!this.#alive) return UNHEARD;
      const faults = this.#options.onAppend(entry);
      if (!this.#alive) return UNHEARD;
      if (faults.includes('disk.full')) throw new JournalError('full', 'the disk is full');
      if (failed || faults.includes('disk.failed')) {
        if (!failed && this.#options.failedWriteLands()) journal.append(entry);
        failed = true;
        throw new JournalError('io', 'the disk does not take it');
      }
      const appended = journal.append(entry);
      this.#options.onAppended(entry, appended, faults);
      return appended;
    };
    return bound(journal, {
      append,
      prune: (rule) => this.#observed(journal, rule),
      get mustReopen() {
        return failed || journal.mustReopen;
      },
    });
  }

  *#observed(journal: Journal, rule: PruneRule): Generator<undefined, PruneOutcome> {
    keepForOracles(this.folder, journal);
    const outcome = yield* journal.prune(rule);
    if (typeof outcome === 'object') this.#options.onPruned(outcome.upToSeq);
    return outcome;
  }
}

function copyData(from: string, to: string): void {
  cpSync(from, to, { recursive: true, filter: (file) => !/-(?:lock|shm)$/.test(path.basename(file)) });
}

/** What may leave is written down beside: the oracles fold whole stories. */
function keepForOracles(folder: string, journal: Journal): void {
  const lines = journal.entriesAfter(journal.epoch, journal.pruned?.upToSeq ?? 0, Number.MAX_SAFE_INTEGER).map(({ entry }) => `${JSON.stringify(entry)}\n`);
  appendFileSync(path.join(folder, LEFT_FILE), lines.join(''));
}

/** `whole` with some of its members replaced. */
function bound<T extends object>(whole: T, replaced: Partial<T>): T {
  return new Proxy(whole, {
    get: (target, name) => {
      if (name in replaced) return Reflect.get(replaced, name);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** What a dead process believes; nobody hears it. */
const UNHEARD: Appended = { epoch: 1, seq: 0, hash: '0'.repeat(64), at: 0 };

function quietLog(onWarning: (message: string) => void): Log {
  const warn = (details: unknown, message?: string): void => onWarning(`${message ?? ''} ${JSON.stringify(details)}`.trim());
  const nothing = (): void => {};
  return { debug: nothing, info: nothing, warn, error: warn };
}
