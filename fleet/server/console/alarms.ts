/** What somebody must look into: one row a terminal and kind while it is open. Heartbeats open and end theirs; the others end by a person's hand. */
import type { AlarmKind } from '../../console-api/terminals.ts';
import { ProblemError } from '../http/problems.ts';
import type { Queries, StoreTransaction, Tables } from '../store/store.ts';

/** End by themselves when what they tell of is over. */
const SELF_ENDING: readonly AlarmKind[] = ['moneyWaits', 'deviceTrouble'];

/** One that is open stays as it is, since when it is. */
export async function openAlarm(trx: Queries, alarm: Tables['terminal_alarms']): Promise<void> {
  await trx
    .insertInto('terminal_alarms')
    .values({ ...alarm, detail: alarm.detail.slice(0, 200) })
    .onConflict((conflict) => conflict.columns(['terminal_id', 'kind']).doNothing())
    .execute();
}

export async function endAlarm(trx: Queries, terminalId: string, kind: AlarmKind): Promise<boolean> {
  const { numDeletedRows } = await trx.deleteFrom('terminal_alarms').where('terminal_id', '=', terminalId).where('kind', '=', kind).executeTakeFirstOrThrow();
  return numDeletedRows > 0n;
}

/** By a person's hand. @throws {ProblemError} `unknownAlarm`; `confirmationMissing` for one that ends by itself */
export async function closeAlarm(trx: StoreTransaction, terminalId: string, kind: AlarmKind): Promise<void> {
  if (SELF_ENDING.includes(kind)) throw new ProblemError('confirmationMissing', `${kind} ends by itself when it is over`);
  if (!(await endAlarm(trx, terminalId, kind))) throw new ProblemError('unknownAlarm', `${terminalId} has no open alarm of this kind`);
}

export async function alarmsOf(store: Queries, terminalIds: readonly string[]): Promise<Tables['terminal_alarms'][]> {
  if (terminalIds.length === 0) return [];
  return store.selectFrom('terminal_alarms').selectAll().where('terminal_id', 'in', terminalIds).orderBy('since').execute();
}
