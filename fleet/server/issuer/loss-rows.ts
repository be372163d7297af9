/** Loss reports as the store holds them, for whoever must know whether a card is reported: issuer.ts, holders.ts, losses.ts. */
import type { StoreTransaction, Tables } from '../store/store.ts';

export type LossRow = Tables['loss_reports'];

/** The report of this card that nobody took back, whether its time has come or not. */
export function lossInForce(trx: StoreTransaction, serial: string): Promise<LossRow | undefined> {
  return trx
    .selectFrom('loss_reports')
    .selectAll()
    .where('serial', '=', serial)
    .where('refusal', 'is', null)
    .where('same_as', 'is', null)
    .where('released_at', 'is', null)
    .executeTakeFirst();
}

/** Whether the card is refused at this time, ms: from the effective time on, that very moment included. */
export async function isReportedLost(trx: StoreTransaction, serial: string, now: number): Promise<boolean> {
  const loss = await lossInForce(trx, serial);
  return loss !== undefined && loss.effective_at <= now;
}
