/**
 * What the ATR of a PC/SC reader says of the card. Contactless cards have none of their own: the reader makes one, from which storage
 * cards are told by their registered name and contactless chips by their shape. Pure. Sources: PC/SC part 3 section 3.1.3.2.3,
 * card-readers.md 2.2.
 */
import { REGISTERED_CARDS, registeredName, type RegisteredCard } from '../../card/atr.ts';
import type { StorageLayout } from '../../card/mifare/storage-channel.ts';

export type StorageCard = RegisteredCard['card'] | 'unknown';

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

/** TS, T0, TD1, TD2, then 80 4F 0C, the RID of PC/SC, SS, NN NN and four bytes for the future, and a check byte. */
const STORAGE_LENGTH = 20;
/** NN of the ACR122U for cards it can't name: FF and the SAK. */
const UNNAMED = 0xff;

/** `undefined`: no ATR at all. A check byte that doesn't fit is not looked at: the reader made the ATR, no line lay between. */
export function readAtr(atr: Uint8Array): AtrCard | undefined {
  // TS is 3B or 3F (ISO 7816-3 8.1); the shortest ATR is TS T0.
  if (atr.length < 2 || (atr[0] !== 0x3b && atr[0] !== 0x3f)) return undefined;
  const registered = atr.length === STORAGE_LENGTH ? registeredName(atr) : undefined;
  if (registered === undefined) return { kind: 'cpu' };
  const { standard, name } = registered;
  const known = REGISTERED_CARDS[name];
  if (known !== undefined) return { ...known, kind: 'storage', standard, name };
  return { kind: 'storage', standard, name, card: 'unknown', ...(name >> 8 === UNNAMED && { sak: name & 0xff }) };
}
