/**
 * Joins the reports of a scan. What doesn't go on within the time limit, is longer than the class allows, or was broken on the way ends
 * as "unreadable", and nothing of it is told. Source: card-readers.md 3.1, "Assembly".
 */
import type { Clock, Timer } from '../../../common/clock.ts';
import { LONGEST_SCAN } from '../scan-text.ts';
import type { ScanPart } from './codec.ts';

export const assemblyDelays = {
  /** The reports of a scan follow each other in milliseconds; a half that stands this long has lost its rest. */
  silence: 500,
  /** A process that was held up hears its timers before its reports: what waits in the queue is heard within this. */
  lastLook: 20,
} as const;

export type Assembled =
  | { readonly kind: 'whole'; readonly bytes: Uint8Array; readonly aim: string | undefined }
  | { readonly kind: 'unreadable'; readonly reason: 'incomplete' | 'tooLong' };

/** What will become of the scan under way. `unheard`: it began while nobody listened, or somebody else did. */
type Fate = 'whole' | 'tooLong' | 'incomplete' | 'unheard';

export class ScanAssembly {
  readonly #clock: Clock;
  readonly #tell: (assembled: Assembled) => void;
  #parts: Uint8Array[] = [];
  #length = 0;
  #aim: string | undefined;
  #fate: Fate = 'whole';
  /** Set while a scan is under way. */
  #silence: Timer;

  constructor(clock: Clock, tell: (assembled: Assembled) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  add(part: ScanPart): void {
    // Another symbology in the middle of a scan: the rest of the former is lost, and this is a new one. After a broken report nobody
    // knows what was in it, so that everything up to the end goes with it.
    if (this.#silence !== undefined && this.#fate !== 'incomplete' && part.aim !== this.#aim) this.drop();
    this.#aim = part.aim;
    this.#length += part.data.length;
    if (this.#length > LONGEST_SCAN && this.#fate === 'whole') this.#fate = 'tooLong';
    if (this.#fate === 'whole') this.#parts.push(part.data);
    if (part.more) this.#await();
    else this.#end();
  }

  /** A report of a scan came, and it can't be read. Whether it was the last one nobody knows. */
  addBroken(): void {
    if (this.#fate === 'whole') this.#fate = 'incomplete';
    this.#await();
  }

  /** The scan under way, if any, is no longer for whoever listens now. */
  disown(): void {
    if (this.#silence !== undefined) this.#fate = 'unheard';
  }

  /** Ends the scan under way as incomplete: its rest won't come. */
  drop(): void {
    if (this.#silence === undefined) return;
    if (this.#fate === 'whole') this.#fate = 'incomplete';
    this.#end();
  }

  #await(): void {
    this.#clock.clearTimeout(this.#silence);
    this.#silence = this.#clock.setTimeout(() => {
      this.#silence = this.#clock.setTimeout(() => this.drop(), assemblyDelays.lastLook);
    }, assemblyDelays.silence);
  }

  #end(): void {
    const bytes = Uint8Array.from(this.#parts.flatMap((part) => [...part]));
    const [aim, fate] = [this.#aim, this.#fate];
    this.#clock.clearTimeout(this.#silence);
    this.#silence = undefined;
    this.#parts = [];
    this.#length = 0;
    this.#aim = undefined;
    this.#fate = 'whole';
    if (fate === 'whole' && bytes.length > 0) this.#tell({ kind: 'whole', bytes, aim });
    if (fate === 'tooLong' || fate === 'incomplete') this.#tell({ kind: 'unreadable', reason: fate });
  }
}
