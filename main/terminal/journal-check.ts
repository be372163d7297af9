/**
 * Has the whole journal read while the terminal serves: soon after the start, which reads only the end of a long one, and once a day. Damage
 * is written down, and as soon as nobody is served this process ends: the next one reads all of the journal before anything else and sets it
 * aside.
 */
import type { Clock, Timer } from '../../common/clock.ts';
import type { NewEntry } from '../../common/journal-kinds.ts';

export interface JournalCheckOptions {
  readonly clock: Clock;
  /** Answers the first damage. Rejects when the files could not be read. */
  readonly check: () => Promise<string | undefined>;
  /** Makes sure that the next opening looks. @throws when the disk refuses it: then a new process would find nothing */
  readonly doubt: (why: string) => void;
  readonly record: (entry: NewEntry) => void;
  readonly idle: () => boolean;
  /** Only a new process can go on. */
  readonly onLost: () => void;
}

/** The start and its recovery have the disk for themselves. */
export const FIRST_CHECK_MS = 60_000;
export const CHECK_EVERY_MS = 24 * 3_600_000;
const IDLE_LOOK_MS = 1_000;

export class JournalCheck {
  readonly #options: JournalCheckOptions;
  #timer: Timer;
  #stopped = false;

  constructor(options: JournalCheckOptions) {
    this.#options = options;
    this.#timer = options.clock.setTimeout(() => void this.#check(), FIRST_CHECK_MS);
  }

  stop(): void {
    this.#stopped = true;
    this.#options.clock.clearTimeout(this.#timer);
  }

  async #check(): Promise<void> {
    const damage = await this.#options.check().catch((error: unknown) => {
      if (!this.#stopped) this.#record('unreadable', error instanceof Error ? error.message : String(error));
      return undefined;
    });
    if (this.#stopped) return;
    if (damage !== undefined && this.#willBeActedOn(damage)) this.#endWhenIdle();
    else this.#later(CHECK_EVERY_MS, () => void this.#check());
  }

  /** Where the disk refuses the mark, a new process would find nothing: this one goes on and looks again. */
  #willBeActedOn(damage: string): boolean {
    this.#record('damaged', damage);
    try {
      this.#options.doubt(damage);
      return true;
    } catch (error) {
      this.#record('unreadable', error instanceof Error ? error.message : String(error));
      return false;
    }
  }

  #endWhenIdle(): void {
    if (this.#options.idle()) this.#options.onLost();
    else this.#later(IDLE_LOOK_MS, () => this.#endWhenIdle());
  }

  #record(code: 'damaged' | 'unreadable', detail: string): void {
    this.#options.record({ kind: 'device.fault', body: { device: 'journal', code, detail: detail.slice(0, 500) } });
  }

  #later(ms: number, act: () => void): void {
    this.#timer = this.#options.clock.setTimeout(act, ms);
  }
}
