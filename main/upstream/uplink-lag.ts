/** What upstream has not receipted yet, for its heartbeat and the technician's screen. Cheap to ask for, whatever the backlog. */
import { isBefore, type JournalSource, type Position } from './journal-source.ts';

export interface UplinkLag {
  readonly entries: number;
  /** When the oldest of them that moves money was written, ms since 1970. Absent: none does. */
  readonly oldestMoneyAt?: number;
}

/** Between `from` and `upTo` nothing moves money; the entry after `upTo` does when `at` says when it was written. */
interface Looked {
  readonly from: Position;
  readonly upTo: Position;
  readonly at: number | undefined;
}

const PAGE = 100;

/** A meter that looks at each entry once: what it found is kept until upstream has it. */
export function lagMeter(source: JournalSource): (receipted: Position) => UplinkLag {
  let looked: Looked | undefined;
  return (receipted) => {
    const known = looked !== undefined && !isBefore(receipted, looked.from) && !isBefore(looked.upTo, receipted) ? looked : undefined;
    if (known?.at === undefined) looked = lookFrom(source, known?.upTo ?? receipted, known?.from ?? receipted);
    const entries = source.countAfter(receipted.epoch, receipted.seq);
    return looked?.at === undefined ? { entries } : { entries, oldestMoneyAt: looked.at };
  };
}

function lookFrom(source: JournalSource, start: Position, from: Position): Looked {
  let upTo = start;
  for (let page = source.entriesAfter(upTo.epoch, upTo.seq, PAGE); page.length > 0; page = source.entriesAfter(upTo.epoch, upTo.seq, PAGE)) {
    for (const { entry } of page) {
      if (entry.postings.length > 0) return { from, upTo, at: Date.parse(entry.at) };
      upTo = { epoch: entry.epoch, seq: entry.seq };
    }
  }
  return { from, upTo, at: undefined };
}
