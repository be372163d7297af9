/** A load as the store holds it: found, what was asked for, and the cryptography that proves it. Used by issuer.ts and open-loads.ts. */
import type { Clock } from '../../common/clock.ts';
import { toHex } from '../../common/hex.ts';
import { cardKeys, tac, type IssuerKeys } from '../../common/pboc.ts';
import { authorizeRequestSchema } from '../../common/upstream-api/issuer.ts';
import type { IssuerSettings } from './config.ts';
import type { Store, StoreTransaction, Tables } from './store.ts';

export type LoadRow = Tables['loads'];

export interface IssuerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly settings: IssuerSettings;
  /** Whether a card gets an account when it is first seen, as in a sandbox. */
  readonly accountsOnFirstSight: boolean;
}

export function findLoad(trx: StoreTransaction, loadId: string): Promise<LoadRow | undefined> {
  return trx.selectFrom('loads').selectAll().where('load_id', '=', loadId).executeTakeFirst();
}

const storedRequestSchema = authorizeRequestSchema.extend({ init: authorizeRequestSchema.shape.init.omit({ mac1: true }) });

/** The request of a load that was asked for, without MAC1. */
export function storedRequest(row: LoadRow) {
  return storedRequestSchema.parse(JSON.parse(row.request));
}

/** Of a load that was asked for: 4 bytes hex. */
export function expectedTac({ settings }: IssuerOptions, row: LoadRow): string {
  const { card, init } = storedRequest(row);
  const { tacKey } = cardKeys(issuerKeys(settings), card);
  return toHex(tac(tacKey, init, { hostDate: row.host_date, hostTime: row.host_time }));
}

export function issuerKeys({ masterLoadKey, masterTacKey, diversification }: IssuerSettings): IssuerKeys {
  const levels = diversification === 'serial' ? (['serial'] as const) : diversification === 'issuer+serial' ? (['issuer', 'serial'] as const) : diversification;
  return { masterLoadKey, masterTacKey, levels };
}
