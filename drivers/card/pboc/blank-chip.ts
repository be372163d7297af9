/**
 * A blank as it comes from the card house: a number and its own master key, nothing else. An issuer that has the masters makes a card of it
 * (card-application.md 4.3). Used by the bench and the simulation.
 */
import { fromHex } from '../../../common/hex.ts';
import { cardFactors, diversify, type IssuerKeys } from '../../../common/pboc.ts';
import { createChip, type ChipRequest } from './chip-kinds.ts';
import type { Chip } from './chip.ts';

export interface BlankRequest extends Pick<ChipRequest, 'random' | 'interface' | 'uid' | 'today'> {
  readonly keys: IssuerKeys;
  /** Master of the card house's keys, 16 bytes hex. */
  readonly masterCardKey: string;
  /** 10 bytes hex. */
  readonly serial: string;
  /** Another number's key is in it, so that its issuer can't write it. */
  readonly otherKey?: boolean;
}

/** CJ/T, the only variant that says of itself whether it is in use. */
export function createBlank({ keys, masterCardKey, serial, otherKey = false, ...chip }: BlankRequest): Chip {
  const keyed = { issuer: CJT_ISSUER, serial: otherKey ? OTHER_SERIAL : serial };
  const cardMaster = diversify(fromHex(masterCardKey), cardFactors(keys.levels, keyed));
  return createChip({ ...chip, kind: 'notActivated', keys, serial, purse: { ...NOTHING_YET, adminKeys: { cardMaster } } });
}

/** Of card-application.md 6.2. */
const CJT_ISSUER = '0731410000000000';
const OTHER_SERIAL = '00004100009999999999';
const NOTHING_YET = { issuer: CJT_ISSUER, loadKey: new Uint8Array(16), tacKey: new Uint8Array(16), validFrom: '00000000', validUntil: '00000000' } as const;
