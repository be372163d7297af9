/**
 * The answer to one standing question: a set of transactions, how it follows the entries, and how it lies in the file. The sum of its
 * members' hashes is stored beside it, so that a damaged answer is noticed. Used by standing.ts.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { parseJson } from '../../common/parse-json.ts';
import { sameBytes } from './lines.ts';
import type { Connection } from './schema.ts';
import type { Turn } from './stored-chain.ts';

/** The whole rule, as it is stored: a release with another rule asks another question. */
const questionSchema = z.strictObject({
  /** Kinds that make a transaction a member … */
  enters: z.array(z.string()).readonly(),
  /** … and those that end it. */
  leaves: z.array(z.string()).readonly(),
  /** Whether one that left can enter again. */
  again: z.boolean(),
});
export type Question = z.infer<typeof questionSchema>;

/** What it is stored under. */
export function nameOf({ enters, leaves, again }: Question): string {
  return JSON.stringify({ enters, leaves, again });
}

export class StandingAnswer {
  readonly question: Question;
  readonly #name: string;
  readonly #members: Set<string>;
  /** Members that the file doesn't have yet … */
  readonly #entered: Set<string>;
  /** … and those it has that are none any more. */
  readonly #left = new Set<string>();
  #sum: Uint8Array;

  private constructor(question: Question, members: Set<string>, stored: boolean) {
    this.question = question;
    this.#name = nameOf(question);
    this.#members = members;
    this.#entered = new Set(stored ? [] : members);
    this.#sum = stored ? sumOf(this.#name, members) : new Uint8Array(32);
  }

  /** Reads the whole index. */
  static fromIndex(db: Connection, question: Question): StandingAnswer {
    return new StandingAnswer(question, new Set(membersByIndex(db, question)), false);
  }

  /** As the last checkpoint left it; `undefined` when it is damaged. */
  static fromStore(db: Connection, { name, sum }: StoredQuestion): StandingAnswer | undefined {
    const question = questionSchema.safeParse(parseJson(name));
    if (!question.success) return undefined;
    const rows = db.prepare('SELECT transaction_id FROM standing_members WHERE question = ? ORDER BY number').all(name);
    const answer = new StandingAnswer(question.data, new Set(rows.map((row) => memberRow.parse(row).transaction_id)), true);
    return answer.#name === name && sameBytes(answer.#sum, sum) ? answer : undefined;
  }

  /** Ids, oldest first. */
  ids(): readonly string[] {
    return [...this.#members];
  }

  has(transactionId: string): boolean {
    return this.#members.has(transactionId);
  }

  /** @param had whether this transaction had an entry of one of these kinds before */
  follow({ transactionId, kind }: Turn, had: (kinds: readonly string[]) => boolean): void {
    const { enters, leaves, again } = this.question;
    if (leaves.includes(kind)) this.#leave(transactionId);
    else if (enters.includes(kind) && !this.#members.has(transactionId) && (again || !had(leaves))) this.#enter(transactionId);
  }

  /** Writes what changed, in the commit that the caller makes. */
  save(db: Connection): void {
    const forget = db.prepare('DELETE FROM standing_members WHERE question = ? AND transaction_id = ?');
    const keep = db.prepare('INSERT INTO standing_members (question, transaction_id) VALUES (?, ?)');
    for (const id of this.#left) forget.run(this.#name, id);
    for (const id of this.#entered) keep.run(this.#name, id);
    db.prepare('INSERT INTO standing_questions (name, sum) VALUES (:name, :sum) ON CONFLICT DO UPDATE SET sum = :sum').run({
      name: this.#name,
      sum: this.#nextSum(),
    });
  }

  /** That commit is on disk. */
  saved(): void {
    this.#sum = this.#nextSum();
    this.#entered.clear();
    this.#left.clear();
  }

  #nextSum(): Uint8Array {
    return plus(this.#sum, sumOf(this.#name, [...this.#left, ...this.#entered]));
  }

  #enter(id: string): void {
    this.#members.add(id);
    this.#entered.add(id);
  }

  #leave(id: string): void {
    if (!this.#members.delete(id)) return;
    if (!this.#entered.delete(id)) this.#left.add(id);
  }
}

export interface StoredQuestion {
  readonly name: string;
  readonly sum: Uint8Array;
}

const questionRow = z.object({ name: z.string(), sum: z.instanceof(Uint8Array) });
const memberRow = z.object({ transaction_id: z.string() });

export function storedQuestions(db: Connection): readonly StoredQuestion[] {
  return db
    .prepare('SELECT name, sum FROM standing_questions ORDER BY name')
    .all()
    .map((row) => questionRow.parse(row));
}

/**
 * Oldest first, carried ones before. Few stand among all that ever were: those that are in the index alone are judged while it is read in
 * its own order, without a row for each; the others, of which an earlier epoch or the entries since the last checkpoint know too, one by one.
 */
function membersByIndex(db: Connection, { enters, leaves, again }: Question): readonly string[] {
  // Beside a single max() a bare column is that row's: the last of the kinds that count.
  const stands = again ? 'kind NOT IN (SELECT value FROM json_each(:leaves))' : 'sum(kind IN (SELECT value FROM json_each(:leaves))) = 0';
  return db
    .prepare(
      `WITH elsewhere AS MATERIALIZED (
         SELECT transaction_id FROM recovered_entries WHERE transaction_id IS NOT NULL UNION SELECT transaction_id FROM unsigned_entries
       ),
       turns AS (
         SELECT transaction_id, kind, (epoch << 40) + seq AS place FROM recovered_entries WHERE transaction_id IS NOT NULL
         UNION ALL SELECT transaction_id, kind, (1 << 62) + seq FROM entry_index WHERE transaction_id IN elsewhere
         UNION ALL SELECT transaction_id, kind, (1 << 62) + seq FROM unsigned_entries
       )
       SELECT transaction_id, (1 << 62) + max(seq) AS place FROM entry_index
       WHERE kind IN (SELECT value FROM json_each(:all)) GROUP BY transaction_id HAVING ${stands} AND transaction_id NOT IN elsewhere
       UNION ALL
       SELECT transaction_id, max(place) AS place FROM turns
       WHERE kind IN (SELECT value FROM json_each(:all)) GROUP BY transaction_id HAVING ${stands}
       ORDER BY place`,
    )
    .all({ leaves: JSON.stringify(leaves), all: JSON.stringify([...enters, ...leaves]) })
    .map((row) => memberRow.parse(row).transaction_id);
}

/** Exclusive or of the members' SHA-256: the same in any order. */
function sumOf(name: string, members: Iterable<string>): Uint8Array {
  let sum: Uint8Array = new Uint8Array(32);
  for (const id of members) sum = plus(sum, createHash('sha256').update(`${name}\n${id}`).digest());
  return sum;
}

function plus(left: Uint8Array, right: Uint8Array): Uint8Array {
  return Uint8Array.from(left, (byte, index) => byte ^ (right[index] ?? 0));
}
