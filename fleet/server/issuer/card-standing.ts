/** Whether the issuer serves a card at all: its account's status, and whether it is reported lost. Asked before everything that is done with a card. */
import type { IssuerOptions } from './load-rows.ts';
import type { StoreTransaction } from '../store/store.ts';
import { isReportedLost } from './loss-rows.ts';

export type CardRefusal = 'blocked' | 'reportedLost' | 'notActivated' | 'unknownCard';

const statusRefusals = { blocked: 'blocked', lost: 'reportedLost', notActivated: 'notActivated' } as const;

/** Within a transaction that has the card for itself. In a sandbox a card gets its account here. */
export async function cardRefusal(
  trx: StoreTransaction,
  { clock, accountsOnFirstSight }: IssuerOptions,
  card: { readonly issuer: string; readonly serial: string },
): Promise<CardRefusal | undefined> {
  if (await isReportedLost(trx, card.serial, clock.now())) return 'reportedLost';
  const account = await trx.selectFrom('accounts').selectAll().where('serial', '=', card.serial).executeTakeFirst();
  if (account === undefined) {
    if (!accountsOnFirstSight) return 'unknownCard';
    await trx.insertInto('accounts').values({ serial: card.serial, issuer: card.issuer, status: 'active' }).execute();
    return undefined;
  }
  return account.status === 'active' ? undefined : statusRefusals[account.status];
}
