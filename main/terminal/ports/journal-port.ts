/**
 * The flows' journal: the one journal with its failures in the flows' words, reference numbers, and news for the uplink and the
 * availability. Everything that writes entries in this process writes through it.
 */
import type { Clock } from '../../../common/clock.ts';
import { makeReference, type Random } from '../../../common/ids.ts';
import type { NewEntry } from '../../../common/journal-kinds.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import type { ChainedEntry, Receipt } from '../../../common/upstream-api/journal.ts';
import { Listeners } from '../../../drivers/listeners.ts';
import { PortError, type AppendedEntry, type JournalPort } from '../../../state-machines/ports.ts';
import { prunedText } from '../../journal/base.ts';
import { JournalError } from '../../journal/journal-error.ts';
import type { Journal } from '../../journal/journal.ts';
import { postingsFor } from '../../../common/money/postings.ts';
import type { JournalSource } from '../../upstream/journal-source.ts';

export interface JournalDeskOptions {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly random: Random;
  /** E.g. `A01`. */
  readonly shortName: string;
  /** Local date of a moment, `YYYY-MM-DD`. */
  readonly businessDate: (at: number) => string;
  /** The journal took an entry, or couldn't. */
  readonly onHealth: (health: 'ok' | 'failed') => void;
}

/** A day holds a million numbers a terminal: a handful of tries always finds a free one. */
const REFERENCE_TRIES = 50;

/** Of an earlier epoch, ascending. */
interface CarriedSeqs {
  readonly epoch: number;
  readonly seqs: readonly number[];
}

export class JournalDesk implements JournalPort, JournalSource {
  readonly #options: JournalDeskOptions;
  #carried: readonly CarriedSeqs[] | undefined;
  readonly #appends = new Listeners<{ readonly money: boolean }>();

  constructor(options: JournalDeskOptions) {
    this.#options = options;
  }

  append(entry: NewEntry): AppendedEntry {
    const { journal, onHealth } = this.#options;
    let appended: AppendedEntry;
    try {
      appended = journal.append(entry);
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      onHealth('failed');
      throw new PortError('journalUnavailable', error.message, { detail: error.code, cause: error });
    }
    onHealth('ok');
    this.#appends.emit({ money: postingsFor(entry).length > 0 });
    return appended;
  }

  newReference(): string {
    const { journal, random, shortName, businessDate, clock } = this.#options;
    for (let attempt = 0; attempt < REFERENCE_TRIES; attempt += 1) {
      const reference = makeReference(shortName, businessDate(clock.now()), random);
      if (journal.findByReference(reference) === undefined) return reference;
    }
    throw new PortError('journalUnavailable', 'no unused reference number was found');
  }

  entriesAfter(epoch: number, seq: number, limit: number): readonly ChainedEntry[] {
    const { journal } = this.#options;
    const found = this.#after(epoch, seq, limit);
    if (found.length > 0) return found;
    const next = journal.epochs().find((candidate) => candidate > epoch);
    return next === undefined ? [] : this.#after(next, 0, limit);
  }

  /** Never with a gap: an upstream that lost what it had receipted can't be given what left this terminal on its word. */
  #after(epoch: number, seq: number, limit: number): readonly ChainedEntry[] {
    const { journal } = this.#options;
    const pruned = epoch === journal.epoch ? journal.pruned : undefined;
    if (pruned === undefined || seq >= pruned.upToSeq) return journal.entriesAfter(epoch, seq, limit);
    throw new PortError('journalUnavailable', `upstream asks for entries from ${seq + 1} on; ${prunedText(pruned)}: restore upstream's own copy of them`);
  }

  countAfter(epoch: number, seq: number): number {
    const { head } = this.#options.journal;
    if (epoch >= head.epoch) return Math.max(0, head.seq - seq);
    const carried = this.#carriedSeqs().flatMap((earlier) => {
      if (earlier.epoch < epoch) return [];
      return earlier.epoch === epoch ? earlier.seqs.filter((carriedSeq) => carriedSeq > seq) : earlier.seqs;
    });
    return carried.length + head.seq;
  }

  checkpointsOf(epoch: number, from: number, to: number, limit: number): readonly string[] {
    const { journal } = this.#options;
    if (epoch !== journal.epoch) return []; // an earlier epoch's stand in the file that was set aside
    return journal
      .checkpointsAfter(from - 1, limit)
      .filter(({ checkpoint }) => checkpoint.seq <= to)
      .map(({ jws }) => jws);
  }

  lastReceipt(): Receipt | undefined {
    const { journal } = this.#options;
    return journal
      .epochs()
      .toReversed()
      .map((epoch) => journal.lastReceipt(epoch))
      .find((receipt) => receipt !== undefined);
  }

  storeReceipt(receipt: Receipt, jws: string): void {
    this.#options.journal.storeReceipt(receipt, jws);
  }

  /** What was carried over from damaged journals; it never changes. */
  #carriedSeqs(): readonly CarriedSeqs[] {
    const { journal } = this.#options;
    this.#carried ??= journal
      .epochs()
      .filter((epoch) => epoch !== journal.epoch)
      .map((epoch) => ({ epoch, seqs: journal.entriesAfter(epoch, 0, Number.MAX_SAFE_INTEGER).map(({ entry }) => entry.seq) }));
    return this.#carried;
  }

  onAppend(listener: (appended: { readonly money: boolean }) => void): Unsubscribe {
    return this.#appends.add(listener);
  }
}
