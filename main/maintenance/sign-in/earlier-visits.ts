/**
 * What the journal remembers of staff's sign-ins, read once, when somebody first wants in: tries, codes and grants that were used, and a
 * visit that no sign-out ended, because the terminal stopped meanwhile. Looked for as far back as the acceptor's memory is.
 */
import type { JournalEntry } from '../../../common/journal-entry.ts';
import { journalKinds, type JournalBody } from '../../../common/journal-kinds.ts';
import { foldLockouts, type Lockout, type StaffEntry, type TriesKey } from '../../../common/maintenance/lockout.ts';

/** What of the journal is needed. */
export interface VisitJournal {
  readonly head: { readonly epoch: number; readonly seq: number };
  entriesAfter(epoch: number, seq: number, limit: number): readonly { readonly entry: JournalEntry }[];
}

export interface EarlierVisits {
  readonly lockouts: ReadonlyMap<TriesKey, Lockout>;
  /** Of sign-ins that let somebody in, oldest first. */
  readonly signedIn: readonly JournalBody<'maintenance.signedIn'>[];
  /** Nobody came out of it. */
  readonly open: string | undefined;
  /** Latest time of any entry that was looked at, ms since 1970: the clock was there already. */
  readonly latestAt: number;
}

/** Entries; more than a busy terminal writes in the seven days of a grant. */
export const LOOK_BACK = 20_000;
const PAGE = 1000;

/** @throws {JournalError} */
export function readEarlierVisits(journal: VisitJournal): EarlierVisits {
  const { epoch, seq: head } = journal.head;
  const staffEntries: StaffEntry[] = [];
  const signedIn: JournalBody<'maintenance.signedIn'>[] = [];
  let open: string | undefined;
  let latestAt = 0;
  for (let after = Math.max(0, head - LOOK_BACK); after < head; after += PAGE) {
    for (const { entry } of journal.entriesAfter(epoch, after, Math.min(PAGE, head - after))) {
      latestAt = Math.max(latestAt, Date.parse(entry.at));
      if (entry.kind === 'maintenance.trying') staffEntries.push({ kind: entry.kind, body: journalKinds[entry.kind].parse(entry.body) });
      if (entry.kind === 'maintenance.signedOut' && entry.body['sessionId'] === open) open = undefined;
      if (entry.kind !== 'maintenance.signedIn') continue;
      const body = journalKinds[entry.kind].parse(entry.body);
      staffEntries.push({ kind: entry.kind, body });
      signedIn.push(body);
      if (body.purpose === 'visit') open = body.sessionId;
    }
  }
  return { lockouts: foldLockouts(staffEntries), signedIn, open, latestAt };
}
