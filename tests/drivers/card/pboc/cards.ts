/** The two cards of card-application.md 6.2 and 6.3 as simulated chips, an issuer for them, and the profiles of a terminal that serves them. */
import { fen } from '../../../../common/fen.ts';
import { fromHex, toHex } from '../../../../common/hex.ts';
import type { Random } from '../../../../common/ids.ts';
import type { CardRef, PendingLoadInit } from '../../../../common/journal-kinds.ts';
import { cardKeys, loadSessionKey, mac2, tac, verifyMac1, type IssuerKeys } from '../../../../common/pboc.ts';
import { Chip } from '../../../../drivers/card/pboc/chip.ts';
import type { ChipOptions, PurseConfig } from '../../../../drivers/card/pboc/chip-types.ts';
import { cardProfileSchema, CJT_AID, JTT978_AID, type CardProfile } from '../../../../drivers/card/pboc/profile.ts';

export const TODAY = '2026-11-22';
export const HOST = { hostDate: '20261122', hostTime: '133000' };
export const TERMINAL = '301000890003';

export const fixedRandom = (hex: string): Random => ({ bytes: (count) => fromHex(hex).subarray(0, count) });

/** R = 1, 2, 3 … so that every session has its own. */
export function countingRandom(): Random {
  let calls = 0;
  return { bytes: (count) => Uint8Array.from({ length: count }, (_, index) => (index === count - 1 ? (calls += 1) : 0)) };
}

export const V1_KEYS: IssuerKeys = { masterLoadKey: '3A7F10C4D2956B8E01F3A65C9D24E7B8', masterTacKey: 'C5E0918B7A3D264F6F12D8B40397EC5A', levels: ['serial'] };
export const V2_KEYS: IssuerKeys = {
  masterLoadKey: '9B04E6D85F3172ACC8A1570E2D94F36B',
  masterTacKey: '27D5B3F90C688E41B96A0F7453E2CD18',
  levels: ['issuer', 'serial'],
};

const common = {
  dfId: '3F01',
  enabled: true,
  fciHasFile15: true,
  purseType: 2,
  keyIndex: 1,
  keyVersion: 1,
  algorithm: 0,
  balanceLimit: 1_000_000,
  loadLogSfi: 0x18,
  logCounter: 'after',
  unusedSlots: 'notFound',
  prove: 'supported',
  proveCounter: 'after',
  zeroAmountInitialize: true,
} as const;

const V1_CARD = { issuer: '0731410000000000', serial: '00004100000012345678' };
export const v1Purse: PurseConfig = {
  ...common,
  ...V1_CARD,
  ...cardKeys(V1_KEYS, V1_CARD),
  aid: CJT_AID,
  file15: 'cjt',
  version: '01',
  validFrom: '20260315',
  validUntil: '20360315',
};

const V2_CARD = { issuer: '01011000FFFFFFFF', serial: '03105170010170907984' };
export const v2Purse: PurseConfig = {
  ...common,
  ...V2_CARD,
  ...cardKeys(V2_KEYS, V2_CARD),
  aid: JTT978_AID,
  file15: 'pboc',
  version: '02',
  validFrom: '20190806',
  validUntil: '20401231',
};

export function v1Chip(options: Partial<ChipOptions> = {}): Chip {
  return new Chip({ random: fixedRandom('1A2B3C4D'), purse: v1Purse, ...options });
}

/** 38.00 yuan, fifteen loads so far: the state of 6.3. */
export function v2Chip(options: Partial<ChipOptions> & { changes?: Partial<PurseConfig> } = {}): Chip {
  const { changes, ...rest } = options;
  return new Chip({ random: fixedRandom('E7905A31'), purse: { ...v2Purse, ...changes }, state: { balance: 0x0ed8, onlineCounter: 15 }, ...rest });
}

export const profile = (changes: Record<string, unknown> = {}): CardProfile =>
  cardProfileSchema.parse({ name: 'JT/T 978', aid: JTT978_AID, file15: 'pboc', balanceLimit: 1_000_000, acceptedIssuers: ['01011000FFFFFFFF'], ...changes });

export const cjtProfile = (changes: Record<string, unknown> = {}): CardProfile =>
  profile({ name: 'CJ/T', aid: CJT_AID, file15: 'cjt', acceptedIssuers: ['0731'], loadLogSfis: [0x1a, 0x18], statementSfis: [0x18, 0x1a], ...changes });

export const V2_REF: CardRef = { aid: JTT978_AID, ...V2_CARD, tail: '7984' };

/** The issuer's part of a load of the V2 card: MAC2 for a good MAC1. */
export function authorize(init: Omit<PendingLoadInit, 'loadId'>, card = V2_CARD, keys = V2_KEYS): typeof HOST & { mac2: string } {
  const sessionKey = loadSessionKey(cardKeys(keys, card).loadKey, init);
  if (!verifyMac1(sessionKey, init, init.mac1)) throw new Error('MAC1 is wrong');
  return { ...HOST, mac2: toHex(mac2(sessionKey, init, HOST)) };
}

export function tacOf(init: Omit<PendingLoadInit, 'loadId' | 'mac1'>, card = V2_CARD, keys = V2_KEYS): string {
  return toHex(tac(cardKeys(keys, card).tacKey, init, HOST));
}

export const yuan = (amount: number) => fen(amount * 100);
