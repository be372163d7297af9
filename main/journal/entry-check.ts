/** Whether a text is an entry as FORMAT.md has it, whatever its place in a chain. Used by verifier.ts for entries and carried entries. */
import { canonicalEntry, entrySchema, type JournalEntry } from '../../common/journal-entry.ts';
import { journalKinds, type NewEntry, type Posting } from '../../common/journal-kinds.ts';
import { postingsFor } from '../../common/money/postings.ts';
import { parseJson } from '../../common/parse-json.ts';

/** The entry, or what is wrong with its form. */
export type ReadEntry = { readonly entry: JournalEntry } | { readonly fault: string };

/** @param text what was hashed */
export function readEntry(text: string): ReadEntry {
  const parsed = entrySchema.safeParse(parseJson(text));
  if (!parsed.success || text.includes(LOST_MEMBER)) return { fault: 'not a journal entry' };
  if (canonicalForm(parsed.data) !== text) return { fault: 'not in canonical form' };
  const { kind, body } = parsed.data;
  return journalKinds[kind].safeParse(body).success ? { entry: parsed.data } : { fault: `the body does not fit ${kind}` };
}

/** A member of this name is passed over by zod's records: none would see it, though it was hashed. In a string its quotes would be escaped. */
const LOST_MEMBER = '"__proto__":';

/** What is wrong with the postings of an entry whose body fits its kind. */
export function postingsFault({ kind, body, postings }: JournalEntry): string | undefined {
  const sum = postings.reduce((total, { amount }) => total + amount, 0);
  if (sum !== 0) return `the postings sum to ${sum} fen`;
  const due = postingsFor({ kind, body } as unknown as NewEntry);
  return samePostings(postings, due) ? undefined : `${kind} must post ${JSON.stringify(due)}`;
}

/** `undefined` where there is none: half a surrogate pair, a number beyond all numbers. */
function canonicalForm(entry: JournalEntry): string | undefined {
  try {
    return canonicalEntry(entry);
  } catch {
    return undefined;
  }
}

function samePostings(posted: readonly Posting[], due: readonly Posting[]): boolean {
  return posted.length === due.length && due.every(({ account, amount }, index) => posted[index]?.account === account && posted[index].amount === amount);
}
