/** Makes a full entry of what a flow hands in: validates the body, adds place, time and postings, and hashes it. */
import { canonicalEntry, hashCanonicalEntryText, type JournalEntry } from '../../common/journal-entry.ts';
import { journalKinds, type JournalKind, type NewEntry } from '../../common/journal-kinds.ts';
import { plainCheck, type PlainCheck } from '../../common/plain-check.ts';
import type { Clock } from '../../common/clock.ts';
import type { Ids } from '../../common/ids.ts';
import { postingsFor } from '../../common/money/postings.ts';
import { businessDates, utcTimes } from '../../common/business-date.ts';
import { JournalError } from './journal-error.ts';
import type { Head } from './stored-chain.ts';

export interface EntrySource {
  readonly terminalId: string;
  /** IANA name: the business date is the calendar day there. */
  readonly timeZone: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly ids: Ids;
}

export interface BuiltEntry {
  readonly entry: JournalEntry;
  /** RFC 8785: exactly what was hashed and is stored. */
  readonly json: string;
  readonly hash: Uint8Array;
  /** `hash` as 64 hexadecimal digits. */
  readonly hashText: string;
  /** ms since 1970. */
  readonly at: number;
}

/** @throws {JournalError} `invalid` when the body doesn't fit its kind */
export function entryBuilder({ terminalId, timeZone, clock, ids }: EntrySource): (epoch: number, head: Head, input: NewEntry) => BuiltEntry {
  const businessDate = businessDates(timeZone);
  const utcTime = utcTimes();
  return (epoch, head, input) => {
    const body = plain[input.kind](input.body) ? input.body : judged(input);
    if (input.transactionId !== undefined && !/^.{1,40}$/.test(input.transactionId))
      throw new JournalError('invalid', `${input.kind}: transactionId must have 1 to 40 characters`);
    const at = clock.now();
    const entry: JournalEntry = {
      epoch,
      seq: head.seq + 1,
      id: ids.uuid(),
      at: utcTime(at),
      businessDate: businessDate(at),
      terminalId,
      ...(input.transactionId === undefined ? {} : { transactionId: input.transactionId }),
      kind: input.kind,
      body,
      postings: [...postingsFor(input)],
    };
    const json = canonical(entry);
    const hashText = hashCanonicalEntryText(head.hash, json);
    return { entry, json, hash: Buffer.from(hashText, 'hex'), hashText, at };
  };
}

/** Of each kind, for bodies that are taken as they are. */
const plain = Object.fromEntries(Object.entries(journalKinds).map(([kind, schema]) => [kind, plainCheck(schema)])) as Readonly<Record<JournalKind, PlainCheck>>;

function judged({ kind, body }: NewEntry): JournalEntry['body'] {
  const verdict = journalKinds[kind].safeParse(body);
  if (verdict.success) return verdict.data;
  throw new JournalError('invalid', `${kind}: ${verdict.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`);
}

function canonical(entry: JournalEntry): string {
  try {
    return canonicalEntry(entry);
  } catch (error) {
    throw new JournalError('invalid', `${entry.kind}: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}
