/** What the account of a card did, for the person who holds it: its credited loads, wherever they were made. Used by issuer.ts. */
import type { HistoryAnswer, HistoryRequest } from '../../../common/upstream-api/issuer.ts';
import type { StoreTransaction } from '../store/store.ts';

const MOST_LINES = 200;

/** Newest first. A load that is open is no deed yet: the card is asked about it before anything else. */
export async function historyOf(trx: StoreTransaction, { card, since }: HistoryRequest): Promise<HistoryAnswer> {
  const rows = await trx
    .selectFrom('loads')
    .select(['host_date', 'host_time', 'amount'])
    .where('serial', '=', card.serial)
    .where('host_date', '>=', since.replaceAll('-', ''))
    .where('state', '=', 'credited')
    .orderBy('host_date', 'desc')
    .orderBy('host_time', 'desc')
    .orderBy('load_id', 'desc')
    .limit(MOST_LINES)
    .execute();
  return { lines: rows.map(({ host_date, host_time, amount }) => ({ at: `${dashed(host_date)}T${coloned(host_time)}`, kind: 'load', amount })) };
}

function dashed(yyyymmdd: string): string {
  return `${yyyymmdd.slice(0, 4)}-${yyyymmdd.slice(4, 6)}-${yyyymmdd.slice(6)}`;
}

function coloned(hhmmss: string): string {
  return `${hhmmss.slice(0, 2)}:${hhmmss.slice(2, 4)}:${hhmmss.slice(4)}`;
}
