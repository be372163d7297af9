/**
 * SQLite has one writer, and its commit waits for the disk: what asks for a transaction while another one commits shares the next commit. Each
 * work is still all or nothing, behind a savepoint of its own, and hears of its end only after the commit. Used by sqlite-store.ts.
 */
import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Store, StoreTransaction } from './store.ts';

/** What shares a commit also waits for each other: of full batches of the journal, for some tens of milliseconds. */
const MOST = 16;

interface Work {
  run(trx: StoreTransaction): Promise<Settle>;
  /** Nothing of it is stored. */
  fail(error: unknown): void;
}

/** Tells whoever waits, once what was done is on disk. */
type Settle = () => void;

export class SharedCommits {
  readonly #store: Store;
  readonly #waiting: Work[] = [];
  #working = false;

  constructor(store: Store) {
    this.#store = store;
  }

  /** `work` in a transaction, alone; the commit is on disk when it resolves. Rejects as `work` or the database does: then nothing of it is stored. */
  run<T>(work: (trx: StoreTransaction) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const run = async (trx: StoreTransaction): Promise<Settle> => {
        const result = await work(trx);
        return () => resolve(result);
      };
      this.#waiting.push({ run, fail: reject });
      if (!this.#working) void this.#workOff();
    });
  }

  async #workOff(): Promise<void> {
    this.#working = true;
    while (this.#waiting.length > 0) {
      // connections that have something to say say it first
      await setImmediate();
      await this.#commit(this.#waiting.splice(0, MOST));
    }
    this.#working = false;
  }

  async #commit(works: readonly Work[]): Promise<void> {
    const broken: unknown[] = [];
    try {
      const settles = await this.#store.transaction().execute((trx) => runEach(trx, works, broken));
      for (const settle of settles) settle();
    } catch (error) {
      for (const work of works) work.fail(broken[0] ?? error);
    }
  }
}

/** @param broken gets the error with which the database gave up the whole transaction @throws {Error} then */
async function runEach(trx: StoreTransaction, works: readonly Work[], broken: unknown[]): Promise<readonly Settle[]> {
  const settles: Settle[] = [];
  for (const work of works) {
    await sql`savepoint work`.execute(trx);
    try {
      settles.push(await work.run(trx));
    } catch (error) {
      settles.push(() => work.fail(error));
      await sql`rollback to work`.execute(trx).catch((gone: unknown) => {
        broken.push(error);
        throw gone;
      });
    }
    await sql`release work`.execute(trx);
  }
  return settles;
}
