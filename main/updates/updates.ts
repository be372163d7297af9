/**
 * Updates of a running terminal: asks the repository now and then, lays out what is new, waits for a moment in which nobody notices, and
 * hands over to the launcher. Whatever goes wrong here, the terminal goes on selling. Made by main/terminal/main.ts.
 */
import type { Clock, Timer } from '../../common/clock.ts';
import type { Random } from '../../common/ids.ts';
import type { Obstacle } from './conditions.ts';
import type { Staged } from './installer.ts';
import { UpdateError, type UpdateErrorCode } from './update-error.ts';

export interface UpdatesOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly everyMs: number;
  /** Brings what is to be run as far as it can be; undefined: it runs. @throws {UpdateError} */
  readonly stage: (onProgress: (done: number, total: number, slot: string) => void) => Promise<Staged | undefined>;
  /** What stands against stopping now. */
  readonly obstacles: () => readonly Obstacle[];
  /** Names it to the launcher and ends this process with "update ready". */
  readonly handOver: (staged: Staged) => void;
  readonly onStatus: (status: UpdateStatus) => void;
}

/** For the technician and for upstream (report.ts). */
export type UpdateStatus =
  | { readonly state: 'upToDate' }
  | { readonly state: 'checking' }
  /** bytes */
  | { readonly state: 'fetching'; readonly slot: string; readonly done: number; readonly total: number }
  | { readonly state: 'verified'; readonly slot: string }
  | { readonly state: 'waiting'; readonly slot: string; readonly obstacles: readonly Obstacle[] }
  | { readonly state: 'handedOver'; readonly slot: string }
  | { readonly state: 'trouble'; readonly slot: string | undefined; readonly code: UpdateErrorCode; readonly message: string };

/** Why each wait is as long as it is. Tests advance the clock by these names. */
export const updateDelays = {
  /** The start itself comes first. */
  first: 20_000,
  /** While a release waits for its moment. */
  look: 5000,
} as const;

export class Updates {
  readonly #options: UpdatesOptions;
  #status: UpdateStatus = { state: 'upToDate' };
  #timer: Timer;
  #stopped = false;

  constructor(options: UpdatesOptions) {
    this.#options = options;
    this.#timer = options.clock.setTimeout(() => void this.#ask(), updateDelays.first);
  }

  get status(): UpdateStatus {
    return this.#status;
  }

  stop(): void {
    this.#stopped = true;
    this.#options.clock.clearTimeout(this.#timer);
  }

  async #ask(): Promise<void> {
    this.#tell({ state: 'checking' });
    try {
      const staged = await this.#options.stage((done, total, slot) => this.#tell({ state: 'fetching', slot, done, total }));
      if (staged !== undefined) {
        this.#tell({ state: 'verified', slot: staged.slot });
        return this.#look(staged, this.#options.clock.monotonic());
      }
      this.#tell({ state: 'upToDate' });
    } catch (error) {
      const known = error instanceof UpdateError ? error : new UpdateError('io', error instanceof Error ? error.message : String(error), { cause: error });
      this.#tell({ state: 'trouble', slot: known.slot, code: known.code, message: known.message });
    }
    this.#later(() => void this.#ask(), this.#pause());
  }

  /** Asked for again after a while: the operator may have thought better of it. */
  #look(staged: Staged, since: number): void {
    if (this.#stopped) return;
    const { clock, everyMs, handOver } = this.#options;
    const against = this.#options.obstacles();
    if (against.length === 0) {
      this.#tell({ state: 'handedOver', slot: staged.slot });
      this.#stopped = true;
      return handOver(staged);
    }
    this.#tell({ state: 'waiting', slot: staged.slot, obstacles: against });
    if (clock.monotonic() - since > everyMs) this.#later(() => void this.#ask(), 0);
    else this.#later(() => this.#look(staged, since), updateDelays.look);
  }

  /** Between half and all of the time, so that a fleet that was switched on together does not ask together. */
  #pause(): number {
    const [byte = 0] = this.#options.random.bytes(1);
    return (this.#options.everyMs * (256 + byte)) / 512;
  }

  #later(work: () => void, ms: number): void {
    if (!this.#stopped) this.#timer = this.#options.clock.setTimeout(work, ms);
  }

  #tell(status: UpdateStatus): void {
    if (this.#stopped || JSON.stringify(status) === JSON.stringify(this.#status)) return;
    this.#status = status;
    this.#options.onStatus(status);
  }
}
