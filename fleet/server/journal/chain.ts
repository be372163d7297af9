/** What a batch of entries does to the chain that is here: pure, and the one place that decides what fits. Used by ingest.ts. */
import { canonicalEntry, genesisOf, hashCanonicalEntryText } from '../../../common/journal-entry.ts';
import type { ChainedEntry } from '../../../common/upstream-api/journal.ts';
import { ProblemError } from '../http/problems.ts';

/** Lower-case hexadecimal, as in a journal's export. */
type HashText = string;

export interface Head {
  readonly seq: number;
  readonly hash: HashText;
}

/** Where each epoch of this terminal begins. */
export function beginningOf(terminalId: string): Head {
  return { seq: 0, hash: Buffer.from(genesisOf(terminalId)).toString('hex') };
}

export type Anomaly = 'gap' | 'brokenChain' | 'fork';

/** An entry as it is judged and stored. */
export interface Item {
  readonly seq: number;
  /** As the terminal says it. */
  readonly hash: HashText;
  /** The entry in canonical form. */
  readonly text: string;
}

/** A lone surrogate, say, is JSON that RFC 8785 can't hash. @throws {ProblemError} */
export function itemOf({ entry, hash }: ChainedEntry): Item {
  try {
    return { seq: entry.seq, hash: hash.toLowerCase(), text: canonicalEntry(entry) };
  } catch {
    throw new ProblemError('invalidRequest', `entry ${entry.seq} has no canonical form`);
  }
}

export interface Verdict {
  /** Where the chain then ends. */
  readonly head: Head;
  /** The last entry of the batch that is in it: what the receipt is for. */
  readonly last: Head;
  readonly fresh: readonly Item[];
  /** The first entry that doesn't fit; it and all behind it are not taken. */
  readonly misfit: { readonly index: number; readonly anomaly: Anomaly } | undefined;
}

/** Each entry is the next, or here already, or doesn't fit. @param start where the chain here ends @param again hashes by seq: of what the batch says again, and of what stands before that */
export function judge(items: readonly Item[], beginning: Head, start: Head, again: ReadonlyMap<number, HashText>): Verdict {
  const stored = new Map([[beginning.seq, beginning.hash], ...again, [start.seq, start.hash]]);
  let head = start;
  let last = start;
  const fresh: Item[] = [];
  for (const [index, item] of items.entries()) {
    const stands = place(item, head, stored);
    if (stands !== 'known' && stands !== 'next') return { head, last, fresh, misfit: { index, anomaly: stands } };
    last = item;
    if (stands === 'known') continue;
    head = last;
    fresh.push(item);
    stored.set(item.seq, item.hash);
  }
  return { head, last, fresh, misfit: undefined };
}

/** Where an entry stands in relation to the chain: already there, next, or not fitting. */
function place({ seq, hash, text }: Item, head: Head, stored: ReadonlyMap<number, HashText>): 'known' | 'next' | Anomaly {
  if (seq > head.seq + 1) return 'gap';
  if (seq === head.seq + 1) return hashAfter(head.hash, text) === hash ? 'next' : 'brokenChain';
  if (stored.get(seq) !== hash) return 'fork';
  return hashAfter(stored.get(seq - 1) ?? '', text) === hash ? 'known' : 'brokenChain';
}

function hashAfter(previous: HashText, text: string): HashText {
  return hashCanonicalEntryText(Buffer.from(previous, 'hex'), text);
}
