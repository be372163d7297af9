/** Lets many terminals in at once, by the store and not by requests: what is measured is what they send, and a hundred thousand registrations would take longer than that. Used by run.ts. */
import type { PublicKey } from '../../common/upstream-api/fields.ts';
import { openStore } from '../server/store/database.ts';
import { keyText } from '../server/identity/terminal-standing.ts';

export interface Enrolled {
  readonly id: string;
  readonly publicKey: PublicKey;
}

/** Rows of one statement: databases bound its parameters. */
const AT_ONCE = 1000;

/** Beside a server that has made its tables. @param now ms since 1970 */
export async function enrolInStore(database: string, terminals: readonly Enrolled[], now: number): Promise<void> {
  const store = await openStore(database);
  try {
    for (let from = 0; from < terminals.length; from += AT_ONCE) {
      const rows = terminals.slice(from, from + AT_ONCE).map(({ id, publicKey }) => ({ terminal_id: id, public_key: keyText(publicKey) }));
      await store.transaction().execute(async (trx) => {
        await trx
          .insertInto('terminals')
          .values(rows.map((row) => ({ ...row, registered_at: now, last_seen_at: null, uplink_lag: null, revoked_at: null })))
          .execute();
        await trx
          .insertInto('terminal_keys')
          .values(rows.map((row) => ({ ...row, since: now, revoked_at: null })))
          .execute();
      });
    }
  } finally {
    await store.destroy();
  }
}
