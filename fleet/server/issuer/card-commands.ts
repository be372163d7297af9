/**
 * Commands that an issuer gives to a card, under secure messaging (card-application.md 4.2, 4.3): the card's challenge is under the MAC, so a
 * command is good once and for this card only. The keys stay in the key store. Used by script-plans.ts and scripts.ts.
 */
import { toHex } from '../../../common/hex.ts';
import type { CardIdentity, KeyStore, MasterKeyName, MessagingKeyName, WritingKeyName } from '../keys/key-store.ts';

const MAC_LENGTH = 4;

/** CLA INS P1 P2, each a byte. */
export type Header = readonly [cla: number, ins: number, p1: number, p2: number];

export type CardCommand =
  /** Data in the open, MAC under this key. */
  | { readonly kind: 'messaging'; readonly name: string; readonly key: MessagingKeyName; readonly header: Header; readonly data: Uint8Array }
  /** WRITE KEY: the card's own `written` key, encrypted and signed under its `under` key. */
  | {
      readonly kind: 'writeKey';
      readonly name: string;
      readonly under: WritingKeyName & MessagingKeyName;
      readonly written: MasterKeyName;
      /** P1 and P2. */
      readonly tag: number;
      readonly index: number;
      readonly version: number;
    }
  | { readonly kind: 'unblockPin' | 'reloadPin'; readonly name: string; readonly pinId: number };

/** What a command needs when it is given out. Bytes. */
export interface Occasion {
  /** 4 bytes. */
  readonly challenge: Uint8Array;
  /** BCD, 2 to 6 bytes, for the commands that set one. */
  readonly pin: Uint8Array | undefined;
}

/** The finished APDU, hexadecimal. @throws {KeyStoreError} @throws {RangeError} without the PIN that it needs */
export async function apduOf(keys: KeyStore, card: CardIdentity, command: CardCommand, { challenge, pin }: Occasion): Promise<string> {
  switch (command.kind) {
    case 'messaging':
      return signed(keys, card, command.key, command.header, command.data, challenge);
    case 'writeKey': {
      const data = await keys.encryptKey(command.under, card, keyHeader(command.version), command.written);
      return signed(keys, card, command.under, [0x84, 0xd4, command.tag, command.index], data, challenge);
    }
    case 'unblockPin': {
      const data = await keys.encrypt('pinUnblock', card, withLength(required(pin)));
      return signed(keys, card, 'pinUnblock', [0x84, 0x24, command.pinId, 0x00], data, challenge);
    }
    case 'reloadPin': {
      // no challenge is under it: the MAC is over the new PIN alone
      const data = required(pin);
      return toApdu([0x80, 0x5e, 0x00, command.pinId], data, await keys.foldedMac('pinReload', card, data));
    }
  }
}

/** 4.2: IV = challenge ‖ 00000000, input = header, Lc with the 4 bytes of the MAC in it, data. */
async function signed(keys: KeyStore, card: CardIdentity, key: MessagingKeyName, header: Header, data: Uint8Array, challenge: Uint8Array): Promise<string> {
  const iv = new Uint8Array(8);
  iv.set(challenge);
  const mac = await keys.messagingMac(key, card, Uint8Array.of(...header, data.length + MAC_LENGTH, ...data), iv);
  return toApdu(header, data, mac);
}

function toApdu(header: Header, data: Uint8Array, mac: Uint8Array): string {
  return toHex(Uint8Array.of(...header, data.length + MAC_LENGTH, ...data, ...mac));
}

/** 4.3 (S1): `14 ‖ version ‖ algorithm 00 ‖ error counter 33 ‖ state 00`, before the key's 16 bytes. */
function keyHeader(version: number): Uint8Array {
  return Uint8Array.of(0x14, version, 0x00, 0x33, 0x00);
}

/** 4.2: `len 1 ‖ data`, padded with 80 00… if blocks are not whole. */
function withLength(data: Uint8Array): Uint8Array {
  const length = data.length + 1;
  const padded = new Uint8Array(Math.ceil(length / 8) * 8);
  padded[0] = data.length;
  padded.set(data, 1);
  if (padded.length > length) padded[length] = 0x80;
  return padded;
}

function required(pin: Uint8Array | undefined): Uint8Array {
  if (pin === undefined) throw new RangeError('the command sets a PIN, and none was given');
  return pin;
}
