/**
 * What terminals wrote before a run, put into the store at once: what is then measured is a fleet in the middle of its life, whose tables and
 * indexes are as large as its terminals are many. Used by run.ts.
 */
import { delay, type Clock } from '../../common/clock.ts';
import { openStore } from '../server/store/database.ts';
import type { Store } from '../server/store/store.ts';
import type { SimulatedTerminal } from './simulated-terminal.ts';

/** Terminals of one transaction. */
const AT_ONCE = 200;
/** Rows of one statement: databases bound its parameters. */
const PIECE = 1000;
/** ms */
const LOOK_AGAIN = 200;
/** A server that counts nothing for this long will not, ms. */
const COUNT_LIMIT = 600_000;

/** Each terminal writes that many top-ups, and upstream has them: chain, head, and nothing left to send. @param now ms since 1970 */
export async function storeHistory(database: string, terminals: readonly SimulatedTerminal[], topUps: number, now: number): Promise<void> {
  if (topUps === 0) return;
  const store = await openStore(database);
  try {
    for (let from = 0; from < terminals.length; from += AT_ONCE) await storeSome(store, terminals.slice(from, from + AT_ONCE), topUps, now);
  } finally {
    await store.destroy();
  }
}

async function storeSome(store: Store, terminals: readonly SimulatedTerminal[], topUps: number, now: number): Promise<void> {
  const written = terminals.map((terminal) => {
    for (let count = 0; count < topUps; count += 1) terminal.topUp();
    return { terminal_id: terminal.id, chain: terminal.handOver() };
  });
  const entries = written.flatMap(({ terminal_id, chain }) =>
    chain.map(({ seq, hash, text }) => ({ terminal_id, epoch: 1, seq, hash, entry: text, received_at: now })),
  );
  const heads = written.map(({ terminal_id, chain }) => {
    const { seq = 0, hash = '' } = chain.at(-1) ?? {};
    return { terminal_id, epoch: 1, head_seq: seq, head_hash: hash, frozen: 0 };
  });
  await store.transaction().execute(async (trx) => {
    for (let from = 0; from < entries.length; from += PIECE) {
      await trx
        .insertInto('journal_entries')
        .values(entries.slice(from, from + PIECE))
        .execute();
    }
    await trx.insertInto('journal_epochs').values(heads).execute();
  });
}

/** Until the server has counted all that is stored: it does so behind the ingest, and that is part of what a row costs. @throws {Error} it does not */
export async function countedAll(database: string, clock: Clock): Promise<void> {
  const store = await openStore(database);
  const until = clock.monotonic() + COUNT_LIMIT;
  try {
    for (;;) {
      const waiting = await store.selectFrom('journal_epochs').select('terminal_id').whereRef('digested_seq', '<', 'head_seq').limit(1).executeTakeFirst();
      if (waiting === undefined) return;
      if (clock.monotonic() > until) throw new Error(`the server does not count the entries of ${waiting.terminal_id}`);
      await delay(clock, LOOK_AGAIN);
    }
  } finally {
    await store.destroy();
  }
}
