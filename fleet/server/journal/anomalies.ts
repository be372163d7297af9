/** What did not fit, kept as evidence, and the alarm for what does not mend by itself. Used by ingest.ts. */
import { openAlarm } from '../console/alarms.ts';
import type { StoreTransaction, Tables } from '../store/store.ts';
import type { Anomaly, Item } from './chain.ts';

export interface Epoch {
  readonly terminalId: string;
  readonly epoch: number;
}

type AnomalyKind = Tables['journal_anomalies']['kind'];

/** A gap closes by itself when what is missing comes; the rest somebody must look into. */
export async function storeMisfits(trx: StoreTransaction, whose: Epoch, anomaly: Anomaly, items: readonly Item[], now: number): Promise<void> {
  await storeAnomalies(trx, whose, anomaly, items, now);
  if (anomaly === 'gap') return;
  const kind = anomaly === 'fork' ? 'journalForked' : 'journalBroken';
  await openAlarm(trx, { terminal_id: whose.terminalId, kind, since: now, detail: `epoch ${whose.epoch}, entry ${items[0]?.seq ?? 0}` });
}

/** Of a terminal and kind: four full batches say all there is to say, and whoever has a key must not fill the disk with what does not fit. */
const ANOMALIES_KEPT = 2000;

export async function storeAnomalies(
  trx: StoreTransaction,
  { terminalId, epoch }: Epoch,
  kind: AnomalyKind,
  items: readonly Item[],
  now: number,
): Promise<void> {
  const { kept } = await trx
    .selectFrom('journal_anomalies')
    .select((expression) => expression.fn.countAll<number>().as('kept'))
    .where('terminal_id', '=', terminalId)
    .where('kind', '=', kind)
    .executeTakeFirstOrThrow();
  const room = items.slice(0, Math.max(0, ANOMALIES_KEPT - kept));
  if (room.length === 0) return;
  const rows = room.map(({ seq, hash, text }) => ({ terminal_id: terminalId, epoch, seq, claimed_hash: hash, kind, entry: text, received_at: now }));
  await trx
    .insertInto('journal_anomalies')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
