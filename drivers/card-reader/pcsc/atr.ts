/**
 * What the ATR of a PC/SC reader says of the card. Contactless cards have none of their own: the reader makes one, from which storage
 * cards are told by their registered name and contactless chips by their shape. Pure. Sources: PC/SC part 3 section 3.1.3.2.3,
 * card-readers.md 2.2.
 */
import { toHex } from '../../../common/hex.ts';
import type { StorageLayout } from '../../card/mifare/storage-channel.ts';

export type StorageCard = 'mifareClassic1k' | 'mifareClassic4k' | 'mifareUltralight' | 'mifareMini' | 'felica' | 'unknown';

export type AtrCard =
  /** Has no ISO 7816-4 commands. `standard` and `name` are SS and NN NN as the ATR has them. */
  | {
      readonly kind: 'storage';
      readonly card: StorageCard;
      readonly layout?: StorageLayout;
      readonly sak?: number;
      readonly standard: number;
      readonly name: number;
    }
  | { readonly kind: 'cpu' };

/** 80 (status or compact TLV), 4F (application identifier), 0C, and the RID of PC/SC. Followed by SS, NN NN, four bytes for the future. */
const STORAGE_HISTORICAL = '804F0CA000000306';
const STORAGE_LENGTH = 20;
/** TS, T0 (TD1, n historical bytes), TD1, TD2. */
const FIRST_HISTORICAL = 4;
/** NN of the ACR122U for cards it can't name: FF and the SAK. */
const UNNAMED = 0xff;

const NAMES: Readonly<Record<number, { readonly card: StorageCard; readonly layout?: StorageLayout; readonly sak?: number }>> = {
  0x0001: { card: 'mifareClassic1k', layout: 'classic1k', sak: 0x08 },
  0x0002: { card: 'mifareClassic4k', layout: 'classic4k', sak: 0x18 },
  0x0003: { card: 'mifareUltralight', sak: 0x00 },
  0x0026: { card: 'mifareMini', layout: 'mini', sak: 0x09 },
  0x003b: { card: 'felica' },
  0xf011: { card: 'felica' },
  0xf012: { card: 'felica' },
};

/** `undefined`: no ATR at all. A check byte that doesn't fit is not looked at: the reader made the ATR, no line lay between. */
export function readAtr(atr: Uint8Array): AtrCard | undefined {
  // TS is 3B or 3F (ISO 7816-3 8.1); the shortest ATR is TS T0.
  if (atr.length < 2 || (atr[0] !== 0x3b && atr[0] !== 0x3f)) return undefined;
  const historical = toHex(atr.subarray(FIRST_HISTORICAL));
  if (atr.length !== STORAGE_LENGTH || !historical.startsWith(STORAGE_HISTORICAL)) return { kind: 'cpu' };
  const [standard = 0, high = 0, low = 0] = atr.subarray(FIRST_HISTORICAL + STORAGE_HISTORICAL.length / 2);
  const name = (high << 8) | low;
  const unnamed = high === UNNAMED ? { card: 'unknown' as const, sak: low } : { card: 'unknown' as const };
  return { kind: 'storage', standard, name, ...(NAMES[name] ?? unnamed) };
}
