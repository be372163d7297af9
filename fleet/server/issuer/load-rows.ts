/** A load as the store holds it: found, what was asked for, and the cryptography that proves it. Used by issuer.ts and open-loads.ts. */
import type { Clock } from '../../../common/clock.ts';
import { toHex } from '../../../common/hex.ts';
import { tacInput } from '../../../common/pboc.ts';
import { authorizeRequestSchema } from '../../../common/upstream-api/issuer.ts';
import type { IssuerSettings } from '../config.ts';
import type { KeyStore } from '../keys/key-store.ts';
import type { Store, StoreTransaction, Tables } from '../store/store.ts';

export type LoadRow = Tables['loads'];

export interface IssuerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly settings: IssuerSettings;
  /** Never asked within a transaction: an HSM takes its time. */
  readonly keys: KeyStore;
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

/** What a TAC proves: `good` that the card executed the load, `bad` nothing, `absent` that none was claimed. */
export type TacProof = 'good' | 'bad' | 'absent';

/**
 * Of a TAC that is claimed (4 bytes hex) for a load; found out before the transaction that believes it, for what a TAC is over never changes.
 * @returns undefined for a load that was never authorized: the transaction says so
 * @throws {KeyStoreError}
 */
export async function proofOf({ store, keys }: IssuerOptions, loadId: string, claimed: string | undefined): Promise<TacProof | undefined> {
  if (claimed === undefined) return 'absent';
  const row = await store.selectFrom('loads').selectAll().where('load_id', '=', loadId).executeTakeFirst();
  if (row === undefined || row.request === '' || row.state === 'refused') return undefined;
  const { card, init } = storedRequest(row);
  const tac = await keys.foldedMac('tac', card, tacInput(init, { hostDate: row.host_date, hostTime: row.host_time }));
  return toHex(tac) === claimed ? 'good' : 'bad';
}
