/**
 * Whether a card is there and is the one it says: its MAC1 over what it answered to INITIALIZE FOR LOAD (card-application.md 2.2, 2.4),
 * whether a load follows or not. Asked before a transaction, never within one: the keys may be an HSM's.
 */
import { toHex } from '../../../common/hex.ts';
import { loadSessionSeed, mac1Input, pbocAlgorithms, PbocError, requireMac1, type LoadTerms } from '../../../common/pboc.ts';
import type { CardIdentity } from '../keys/key-store.ts';
import type { IssuerOptions } from './load-rows.ts';

/** @throws {KeyStoreError} */
export async function macRefusal(
  { keys }: IssuerOptions,
  card: CardIdentity,
  init: LoadTerms & { readonly mac1: string },
): Promise<'badMac1' | 'unknownAlgorithm' | undefined> {
  if (init.algorithm !== pbocAlgorithms.tripleDes) return 'unknownAlgorithm';
  try {
    requireMac1(init.mac1);
  } catch (error) {
    if (error instanceof PbocError && error.code === 'zeroMac1') return 'badMac1';
    throw error;
  }
  const expected = await keys.sessionMac('load', card, loadSessionSeed(init), mac1Input(init));
  return toHex(expected) === init.mac1 ? undefined : 'badMac1';
}
