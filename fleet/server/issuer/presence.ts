/** Whether a card is there and is the one it says: its MAC1 over an INITIALIZE FOR LOAD that no load follows (card-application.md 2.2, 2.4). */
import { cardKeys, loadSessionKey, pbocAlgorithms, PbocError, verifyMac1 } from '../../../common/pboc.ts';
import type { Presence } from '../../../common/upstream-api/losses.ts';
import { issuerKeys, type IssuerOptions } from '../load-rows.ts';

export function presenceRefusal(
  { settings }: IssuerOptions,
  card: { readonly issuer: string; readonly serial: string },
  presence: Presence,
): 'badMac1' | undefined {
  if (presence.algorithm !== pbocAlgorithms.tripleDes) return 'badMac1';
  try {
    const { loadKey } = cardKeys(issuerKeys(settings), card);
    return verifyMac1(loadSessionKey(loadKey, presence), presence, presence.mac1) ? undefined : 'badMac1';
  } catch (error) {
    if (error instanceof PbocError && error.code === 'zeroMac1') return 'badMac1';
    throw error;
  }
}
