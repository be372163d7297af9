/**
 * What an answer to reset says of a card that says nothing else: the historical bytes of an ATR or ATS, and the registered name that a PC/SC reader
 * puts into the ATR it makes for a storage card. Pure and total. Sources: ISO 7816-3 8.2, ISO 14443-4 5.2, card-readers.md 2.2.
 */
import { toHex } from '../../common/hex.ts';
import type { StorageLayout } from './mifare/storage-channel.ts';

/** `undefined`: not an ATR, or cut short. */
export function historicalBytesOfAtr(atr: Uint8Array): Uint8Array | undefined {
  const [ts, t0 = 0] = atr;
  if (atr.length < 2 || (ts !== 0x3b && ts !== 0x3f)) return undefined;
  let at = 2;
  let presence: number | undefined = t0 >> 4;
  while (presence !== undefined) {
    // TA, TB and TC, then TD, whose high nibble says what follows it.
    at += [0b0001, 0b0010, 0b0100].filter((bit) => ((presence ?? 0) & bit) !== 0).length;
    const td: number | undefined = (presence & 0b1000) === 0 ? undefined : atr[at];
    if ((presence & 0b1000) !== 0) at += 1;
    presence = td === undefined ? undefined : td >> 4;
  }
  const end = at + (t0 & 0x0f);
  return end <= atr.length ? atr.slice(at, end) : undefined;
}

/** `undefined`: not an ATS, whose first byte is its own length. */
export function historicalBytesOfAts(ats: Uint8Array): Uint8Array | undefined {
  const [length, t0] = ats;
  if (length === undefined || length !== ats.length) return undefined;
  if (t0 === undefined) return new Uint8Array(0);
  const interfaceBytes = [0x10, 0x20, 0x40].filter((bit) => (t0 & bit) !== 0).length;
  return ats.slice(2 + interfaceBytes);
}

/** Category, application identifier of 12 bytes, RID of PC/SC. */
const REGISTERED = '804F0CA000000306';

/** Standard and card name (SS, NN NN) that a PC/SC reader registered; `undefined` for everything but its storage cards. */
export function registeredName(atr: Uint8Array): { readonly standard: number; readonly name: number } | undefined {
  const historical = historicalBytesOfAtr(atr);
  if (historical === undefined || historical.length < 11 || !toHex(historical).startsWith(REGISTERED)) return undefined;
  const [standard = 0, high = 0, low = 0] = historical.subarray(8);
  return { standard, name: high * 256 + low };
}

export interface RegisteredCard {
  readonly kind: 'mifareClassic' | 'mifareUltralight' | 'felica';
  /** As PC/SC names it. */
  readonly card: 'mifareClassic1k' | 'mifareClassic4k' | 'mifareUltralight' | 'mifareMini' | 'felica';
  readonly layout?: StorageLayout;
  /** The SAK such a card has: readers that name it don't tell. */
  readonly sak?: number;
}

/** By NN NN of card-readers.md 2.2. FeliCa has a name of its own on older readers. */
export const REGISTERED_CARDS: Readonly<Record<number, RegisteredCard>> = {
  0x0001: { kind: 'mifareClassic', card: 'mifareClassic1k', layout: 'classic1k', sak: 0x08 },
  0x0002: { kind: 'mifareClassic', card: 'mifareClassic4k', layout: 'classic4k', sak: 0x18 },
  0x0003: { kind: 'mifareUltralight', card: 'mifareUltralight', sak: 0x00 },
  0x0026: { kind: 'mifareClassic', card: 'mifareMini', layout: 'mini', sak: 0x09 },
  0x003b: { kind: 'felica', card: 'felica' },
  0xf011: { kind: 'felica', card: 'felica' },
  0xf012: { kind: 'felica', card: 'felica' },
};
