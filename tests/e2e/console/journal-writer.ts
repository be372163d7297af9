/** A terminal's journal by hand: entries as the terminal chains them, their postings as its money rules say, sent in signed batches with signed checkpoints. */
import { hashEntry, GENESIS_HASH, type JournalEntry } from '../../../common/journal-entry.ts';
import type { JournalBody, JournalKind, NewEntry } from '../../../common/journal-kinds.ts';
import { createIds } from '../../../common/ids.ts';
import { CHECKPOINT_TYPE, type ChainedEntry } from '../../../common/upstream-api/journal.ts';
import { postingsFor } from '../../../common/money/postings.ts';
import { random, type HandMadeTerminal } from '../../fleet/support.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

/** Entries of a batch: few enough for its limit of bytes. */
const BATCH = 200;

export class JournalWriter {
  readonly terminal: HandMadeTerminal;
  readonly #ids = createIds(new SimulatedClock(), random);
  #head: Uint8Array = GENESIS_HASH;
  #seq = 0;
  #waiting: ChainedEntry[] = [];

  constructor(terminal: HandMadeTerminal) {
    this.terminal = terminal;
  }

  newId(): string {
    return this.#ids.uuid();
  }

  /** @param at ms; the business date is Shanghai's day of it */
  append<K extends JournalKind>(at: number, kind: K, body: JournalBody<K>, transactionId?: string): void {
    this.#seq += 1;
    const entry: JournalEntry = {
      epoch: 1,
      seq: this.#seq,
      id: this.newId(),
      at: new Date(at).toISOString(),
      businessDate: businessDate(at),
      terminalId: this.terminal.terminalId,
      ...(transactionId === undefined ? {} : { transactionId }),
      kind,
      body,
      postings: [...postingsFor({ kind, body } as NewEntry)],
    };
    this.#head = hashEntry(this.#head, entry);
    this.#waiting.push({ entry, hash: Buffer.from(this.#head).toString('hex') });
  }

  /** What waits goes up; each batch is signed for. */
  async send(): Promise<void> {
    while (this.#waiting.length > 0) {
      const entries = this.#waiting.splice(0, BATCH);
      const last = entries.at(-1);
      if (last === undefined) return;
      const { terminalId, epoch, seq, at } = last.entry;
      const checkpoints = [this.terminal.key.signJws(CHECKPOINT_TYPE, { terminalId, epoch, seq, hash: last.hash, at })];
      const { status, body } = await this.terminal.post('/v1/journal', { entries, checkpoints });
      if (status !== 200) throw new Error(`the journal was answered ${status}: ${JSON.stringify(body)}`);
    }
  }

  /** Another entry in the place of the last: what a rewritten past looks like. Refused with 409, and kept as evidence. */
  async sendFork(at: number): Promise<void> {
    const entry: JournalEntry = {
      epoch: 1,
      seq: this.#seq,
      id: this.newId(),
      at: new Date(at).toISOString(),
      businessDate: businessDate(at),
      terminalId: this.terminal.terminalId,
      kind: 'terminal.stopped',
      body: { reason: 'another past' },
      postings: [],
    };
    const hash = Buffer.from(hashEntry(this.#head, entry)).toString('hex');
    await this.terminal.post('/v1/journal', { entries: [{ entry, hash }] });
  }
}

export function businessDate(at: number): string {
  return new Date(at + 8 * 3_600_000).toISOString().slice(0, 10);
}
