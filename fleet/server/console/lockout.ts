/**
 * Against guessing at the sign-in: wrong tries are counted per account and per address over a quarter of an hour. A lock is as long as that
 * window and never longer, tries made meanwhile don't count, and it can't be used to keep somebody out: who signed in from an address before
 * is measured there by the tries of that address alone, and a passkey is never locked.
 */
import type { Clock } from '../../../common/clock.ts';
import type { Ids } from '../../../common/ids.ts';
import { ProblemError } from '../http/problems.ts';
import type { StoreTransaction } from '../store/store.ts';

export const lockoutLimits = {
  windowMs: 15 * 60_000,
  /** For one account from one address. */
  ofPair: 5,
  /** From one address, whatever the account. */
  ofAddress: 30,
  /** For one account, from addresses that it never signed in from. */
  ofAccount: 20,
  /** An address stays known for so long after the last sign-in from it. */
  knownForMs: 90 * 86_400_000,
} as const;

export interface Try {
  /** As names are compared. */
  readonly account: string;
  readonly address: string;
}

export interface Lockout {
  /** Counts the try as wrong before anything is verified, so that many at once are no more than many in a row. @throws {ProblemError} `signInLocked` */
  begin(trx: StoreTransaction, attempt: Try, known: boolean): Promise<void>;
  /** It was right: neither it nor the wrong ones from there count any longer. */
  forgive(trx: StoreTransaction, attempt: Try): Promise<void>;
  /** Whether the account was full with this very try: worth an audit event, once. */
  isNowFull(trx: StoreTransaction, attempt: Try): Promise<boolean>;
}

export function createLockout(clock: Clock, ids: Ids): Lockout {
  const { windowMs, ofPair, ofAddress, ofAccount } = lockoutLimits;
  const countOf = async (trx: StoreTransaction, { account, address }: Partial<Try>): Promise<{ count: number; oldest: number }> => {
    let failures = trx
      .selectFrom('console_failures')
      .select(({ fn }) => [fn.countAll<number>().as('count'), fn.min('at').as('oldest')])
      .where('at', '>', clock.now() - windowMs);
    if (account !== undefined) failures = failures.where('account', '=', account);
    if (address !== undefined) failures = failures.where('address', '=', address);
    const { count, oldest } = await failures.executeTakeFirstOrThrow();
    return { count, oldest: oldest ?? clock.now() };
  };
  return {
    begin: async (trx, { account, address }, known) => {
      const now = clock.now();
      await trx
        .deleteFrom('console_failures')
        .where('at', '<=', now - windowMs)
        .execute();
      const limits = [
        { ...(await countOf(trx, { account, address })), most: ofPair },
        { ...(await countOf(trx, { address })), most: ofAddress },
        ...(known ? [] : [{ ...(await countOf(trx, { account })), most: ofAccount }]),
      ];
      const full = limits.find(({ count, most }) => count >= most);
      if (full !== undefined) {
        const minutes = Math.max(1, Math.ceil((full.oldest + windowMs - now) / 60_000));
        throw new ProblemError('signInLocked', `too many wrong tries: try again in ${minutes} min, or use a passkey`);
      }
      await trx.insertInto('console_failures').values({ failure_id: ids.uuid(), account, address, at: now }).execute();
    },
    forgive: async (trx, { account, address }) => {
      await trx.deleteFrom('console_failures').where('account', '=', account).where('address', '=', address).execute();
    },
    isNowFull: async (trx, attempt) => (await countOf(trx, attempt)).count === ofPair,
  };
}
