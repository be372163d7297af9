/**
 * Which transactions are open, and which wait for an answer: kept up to date as entries come and stored with each checkpoint, so that
 * neither a start nor the caretaker reads the whole index. A question that was never asked of a file is answered from the index once.
 * Used by journal.ts; verify.ts asks for a fault.
 */
import type { JournalKind } from '../../common/journal-kinds.ts';
import { OPENING_KINDS } from '../../common/money/open-transactions.ts';
import type { Connection } from './schema.ts';
import { nameOf, StandingAnswer, storedQuestions, type Question } from './standing-answer.ts';
import { hasKind, readUnsignedTurns, type Turn } from './stored-chain.ts';

/** common/money/open-transactions.ts. */
const OPEN: Question = { enters: OPENING_KINDS, leaves: ['transaction.closed'], again: true };

/** What is stored must be what the index bears out. Nothing to say of a file without it. */
export function standingFault(db: Connection): string | undefined {
  if (Number(db.pragma('user_version', { simple: true })) < 3) return undefined;
  const standing = new Standing(db);
  const wrong = standing.damaged ? 'a sum' : standing.fault();
  return wrong === undefined ? undefined : `what is stored of standing transactions is not what the index says: ${wrong}`;
}

export class Standing {
  /** Stored answers are not what was stored: all of them are made anew. */
  readonly damaged: boolean;
  readonly #db: Connection;
  readonly #answers: Map<string, StandingAnswer>;
  /** Entries not yet counted in: an append has no time for it. */
  readonly #waiting: Turn[];
  /** Kinds of each transaction since the last checkpoint, which the index doesn't have yet. */
  readonly #recent = new Map<string, Set<string>>();
  #mustClear: boolean;

  /** Takes up what the last checkpoint stored, and the entries since. */
  constructor(db: Connection) {
    this.#db = db;
    const stored = storedQuestions(db).map((question) => [question.name, StandingAnswer.fromStore(db, question)] as const);
    const sound = stored.flatMap(([name, answer]) => (answer === undefined ? [] : [[name, answer] as const]));
    this.damaged = sound.length < stored.length;
    this.#mustClear = this.damaged;
    this.#answers = new Map(this.damaged ? [] : sound);
    this.#waiting = readUnsignedTurns(db);
  }

  /** After an append. */
  follow(turn: Turn): void {
    this.#waiting.push(turn);
  }

  /** Ids of open transactions, oldest first. */
  open(): readonly string[] {
    return this.#ask(OPEN);
  }

  /** Ids of transactions with an entry of `kind` and none of `answers`, oldest first. */
  lacking(kind: JournalKind, answers: readonly JournalKind[]): readonly string[] {
    return this.#ask({ enters: [kind], leaves: answers, again: false });
  }

  /** Ids of transactions with none of `answers` after the last entry of `kind`, oldest first. */
  lackingSince(kind: JournalKind, answers: readonly JournalKind[]): readonly string[] {
    return this.#ask({ enters: [kind], leaves: answers, again: true });
  }

  /** Whether any question that was ever asked of this file names the transaction. */
  names(transactionId: string): boolean {
    this.#ask(OPEN);
    return [...this.#answers.values()].some((answer) => answer.has(transactionId));
  }

  /** Part of a checkpoint's commit; when that is done comes {@link saved}. */
  save(): void {
    this.#countIn();
    if (this.#mustClear) this.#db.exec('DELETE FROM standing_members; DELETE FROM standing_questions');
    for (const answer of this.#answers.values()) answer.save(this.#db);
  }

  saved(): void {
    this.#mustClear = false;
    this.#recent.clear();
    for (const answer of this.#answers.values()) answer.saved();
  }

  /** The first stored answer that the index does not bear out. */
  fault(): string | undefined {
    this.#countIn();
    const wrong = [...this.#answers].find(([, answer]) => {
      const due = StandingAnswer.fromIndex(this.#db, answer.question);
      return answer.ids().toSorted().join() !== due.ids().toSorted().join();
    });
    return wrong?.[0];
  }

  #ask(question: Question): readonly string[] {
    this.#countIn();
    const name = nameOf(question);
    const answer = this.#answers.get(name) ?? StandingAnswer.fromIndex(this.#db, question);
    this.#answers.set(name, answer);
    return answer.ids();
  }

  #countIn(): void {
    for (const turn of this.#waiting.splice(0)) {
      for (const answer of this.#answers.values()) answer.follow(turn, (kinds) => this.#had(turn.transactionId, kinds));
      this.#recent.set(turn.transactionId, (this.#recent.get(turn.transactionId) ?? new Set()).add(turn.kind));
    }
  }

  /** Whether the transaction has had an entry of one of these kinds. */
  #had(transactionId: string, kinds: readonly string[]): boolean {
    const recent = this.#recent.get(transactionId);
    return kinds.some((kind) => recent?.has(kind) === true) || hasKind(this.#db, transactionId, kinds);
  }
}
