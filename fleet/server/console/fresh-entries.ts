/**
 * Entries that this server has just stored, kept until they are counted: to read them back costs the database more than to store them. What is
 * not here is read from the store, where all of it is: kept is only what is committed, and only so much. Used by digest.ts.
 */
export interface EpochName {
  readonly terminalId: string;
  readonly epoch: number;
}

interface Run {
  /** Of the first text; the others follow it without gaps. */
  first: number;
  texts: string[];
}

/** Entries of all terminals: some 20 MB. */
const MOST = 30_000;

export class FreshEntries {
  /** By {@link keyOf}; who was heard of last stands last. */
  readonly #runs = new Map<string, Run>();
  #kept = 0;

  /** @param entries committed; each `seq` is one more than the last; `text` is the entry in canonical form */
  keep(whose: EpochName, entries: readonly { readonly seq: number; readonly text: string }[]): void {
    const [first] = entries;
    if (first === undefined) return;
    const key = keyOf(whose);
    const before = this.#runs.get(key);
    const run = before !== undefined && before.first + before.texts.length === first.seq ? before : { first: first.seq, texts: [] };
    if (run !== before) this.#drop(key);
    this.#runs.delete(key);
    this.#runs.set(key, run);
    for (const { text } of entries) run.texts.push(text);
    this.#kept += entries.length;
    for (const oldest of this.#runs.keys()) {
      if (this.#kept <= MOST) break;
      this.#drop(oldest);
    }
  }

  /** Entries behind `seq`, `most` at most; `undefined`: the next one is not here. */
  after(whose: EpochName, seq: number, most: number): readonly string[] | undefined {
    const run = this.#runs.get(keyOf(whose));
    if (run === undefined || seq + 1 < run.first || seq + 1 >= run.first + run.texts.length) return undefined;
    return run.texts.slice(seq + 1 - run.first, seq + 1 - run.first + most);
  }

  /** They are counted. */
  forget(whose: EpochName, upTo: number): void {
    const key = keyOf(whose);
    const run = this.#runs.get(key);
    if (run === undefined || upTo < run.first) return;
    const gone = run.texts.splice(0, upTo + 1 - run.first).length;
    this.#kept -= gone;
    run.first += gone;
    if (run.texts.length === 0) this.#runs.delete(key);
  }

  #drop(key: string): void {
    this.#kept -= this.#runs.get(key)?.texts.length ?? 0;
    this.#runs.delete(key);
  }
}

function keyOf({ terminalId, epoch }: EpochName): string {
  return `${terminalId}\n${epoch}`;
}
