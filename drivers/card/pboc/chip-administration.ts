/**
 * What an issuer may do to a simulated purse chip: secure messaging with the card's own challenge, and the commands under it
 * (card-application.md 4.2, 4.3). Pure: a command and a state give an answer and the state after it, so that a tear is before it or after
 * it and never in between. Used by chip.ts.
 */
import { fromHex, toHex } from '../../../common/hex.ts';
import { decrypt, mac, tacMacKey } from '../../../common/pboc.ts';
import { sw, type Parsed } from './chip-apdu.ts';
import type { ChipCommand, ChipKeyName, ChipState, PurseConfig } from './chip-types.ts';

/** Wrong MACs in a row that a key takes (3.1). */
export const KEY_TRIES = 3;
const MAC_LENGTH = 4;

export interface Administration {
  readonly purse: PurseConfig;
  readonly state: ChipState;
  /** The answer to the GET CHALLENGE just before; undefined: there was none. */
  readonly challenge: Uint8Array | undefined;
  /** Binary files by SFI as they are now, hexadecimal. */
  readonly files: ReadonlyMap<number, string>;
  /** PIN tries after a PIN was set. */
  readonly pinTries: number;
}

export interface Administered {
  readonly answer: Uint8Array;
  /** Absent: nothing changed. */
  readonly state?: ChipState;
}

export type AdministrativeCommand = Extract<
  ChipCommand,
  'updateBinary' | 'updateRecord' | 'blockApplication' | 'unblockApplication' | 'pinUnblock' | 'pinChange' | 'writeKey'
>;

export function administer(name: AdministrativeCommand, command: Parsed, chip: Administration): Administered {
  switch (name) {
    case 'updateBinary':
      return underMac(chip, 'maintenance', command, (data, state) => updateBinary(chip, command, data, state));
    case 'updateRecord':
      return underMac(chip, 'maintenance', command, (data, state) => updateRecord(command, data, state));
    case 'blockApplication':
      return underMac(chip, 'block', command, (_data, state) => done({ ...state, blocked: true, ...(command.p2 === 0x01 ? { blockedForGood: true } : {}) }));
    case 'unblockApplication':
      if (chip.state.blockedForGood === true) return { answer: sw(0x9303) };
      return underMac(chip, 'unblock', command, (_data, state) => done({ ...state, blocked: false, wrongMacs: 0 }));
    case 'pinUnblock':
      if (command.p1 !== chip.purse.pin?.id) return { answer: sw(0x9403) };
      return underMac(chip, 'pinUnblock', command, (data, state) => unblockPin(chip, data, state));
    case 'pinChange':
      return command.p1 === 0x00 ? reloadPin(chip, command) : changePin(chip, command);
    case 'writeKey':
      return underMac(chip, 'cardMaster', command, (data, state) => writeKey(chip, command, data, state));
  }
}

/** The key that a purse works with now: written over the one it was made with. */
export function purseKey(purse: PurseConfig, { writtenKeys }: ChipState, name: 'load' | 'tac'): Uint8Array {
  const written = writtenKeys?.[name];
  return written === undefined ? purse[`${name}Key`] : fromHex(written);
}

type AdminKeyName = Exclude<ChipKeyName, 'load' | 'tac' | 'purchase'>;

function adminKey(purse: PurseConfig, { writtenKeys }: ChipState, name: AdminKeyName): Uint8Array | undefined {
  const written = writtenKeys?.[name];
  return written === undefined ? purse.adminKeys?.[name] : fromHex(written);
}

/** 4.2: IV = challenge ‖ 00000000; input = header, Lc with the MAC's 4 bytes in it, data. */
function underMac(
  { purse, state, challenge }: Administration,
  name: AdminKeyName,
  { cla, ins, p1, p2, data }: Parsed,
  work: (data: Uint8Array, state: ChipState) => Administered,
): Administered {
  const key = adminKey(purse, state, name);
  if (key === undefined) return { answer: sw(0x6a88) };
  if (triesOf(state, name) === 0) return { answer: sw(0x6983) };
  if (data.length < MAC_LENGTH) return { answer: sw(0x6987) };
  if (challenge === undefined) return { answer: sw(0x6984) };
  const iv = new Uint8Array(8);
  iv.set(challenge);
  const plain = data.subarray(0, data.length - MAC_LENGTH);
  const expected = mac(key, Uint8Array.of(cla, ins, p1, p2, data.length, ...plain), iv);
  if (toHex(expected) !== toHex(data.subarray(-MAC_LENGTH))) return wrongMac(state, name);
  return work(plain, { ...state, keyTries: { ...state.keyTries, [name]: KEY_TRIES } });
}

/** After the third wrong MAC the key is locked; without its unblock key an application stays blocked for good. */
function wrongMac(state: ChipState, name: AdminKeyName): Administered {
  const left = triesOf(state, name) - 1;
  const after = { ...state, keyTries: { ...state.keyTries, [name]: left } };
  if (left > 0) return { answer: sw(0x6988), state: after };
  return name === 'unblock' ? { answer: sw(0x9303), state: { ...after, blockedForGood: true } } : { answer: sw(0x6983), state: after };
}

function triesOf({ keyTries }: ChipState, name: AdminKeyName): number {
  return keyTries?.[name] ?? KEY_TRIES;
}

function updateBinary({ files }: Administration, { p1, p2: offset }: Parsed, data: Uint8Array, state: ChipState): Administered {
  const sfi = p1 & 0x1f;
  const file = (p1 & 0x80) === 0x80 ? files.get(sfi) : undefined;
  if (file === undefined) return { answer: sw(0x6a82), state };
  if (data.length === 0 || offset + data.length > file.length / 2) return { answer: sw(0x6b00), state };
  const written = file.slice(0, offset * 2) + toHex(data) + file.slice((offset + data.length) * 2);
  return done({ ...state, files: { ...state.files, [sfi]: written } });
}

function updateRecord({ p1: number, p2 }: Parsed, data: Uint8Array, state: ChipState): Administered {
  const records = (p2 & 0x07) === 0x04 && p2 >> 3 === 0x17 ? state.cardRecords : undefined;
  if (records === undefined) return { answer: sw(0x6a82), state };
  const old = records[number - 1];
  if (old === undefined) return { answer: sw(0x6a83), state };
  if (data.length !== old.length / 2) return { answer: sw(0x6700), state };
  return done({ ...state, cardRecords: records.map((record, index) => (index === number - 1 ? toHex(data) : record)) });
}

/** 4.2: `len 1 ‖ data`, padded with 80 00… where blocks are not whole, 3DES-ECB. */
function unblockPin({ purse, pinTries }: Administration, data: Uint8Array, state: ChipState): Administered {
  const key = adminKey(purse, state, 'pinUnblock');
  if (key === undefined || data.length === 0 || data.length % 8 !== 0) return { answer: sw(0x6a80), state };
  const plain = decrypt(key, data);
  const length = plain[0] ?? 0;
  const rest = toHex(plain.subarray(1 + length));
  if (!isPinLength(length) || (rest !== '' && !/^80(?:00)*$/.test(rest))) return { answer: sw(0x6a80), state };
  return done({ ...state, pinValue: toHex(plain.subarray(1, 1 + length)), pinTriesLeft: pinTries });
}

/** 4.2: a plain MAC over the new PIN under both halves of the reload key, combined by XOR; no challenge is under it. */
function reloadPin({ purse, state, pinTries }: Administration, { p2, data }: Parsed): Administered {
  const key = adminKey(purse, state, 'pinReload');
  if (purse.pin === undefined || p2 !== purse.pin.id) return { answer: sw(0x9403) };
  if (key === undefined) return { answer: sw(0x6a88) };
  if (triesOf(state, 'pinReload') === 0) return { answer: sw(0x6983) };
  const pin = data.subarray(0, data.length - MAC_LENGTH);
  if (!isPinLength(pin.length)) return { answer: sw(0x6700) };
  if (toHex(mac(tacMacKey(key), pin)) !== toHex(data.subarray(-MAC_LENGTH))) return wrongMac(state, 'pinReload');
  return done({ ...state, keyTries: { ...state.keyTries, pinReload: KEY_TRIES }, pinValue: toHex(pin), pinTriesLeft: pinTries });
}

/** `old FF new`: the old PIN counts its tries as VERIFY does. */
function changePin({ purse, state, pinTries }: Administration, { p1, p2, data }: Parsed): Administered {
  if (p1 !== 0x01) return { answer: sw(0x6a86) };
  if (purse.pin === undefined || p2 !== purse.pin.id) return { answer: sw(0x9403) };
  if (state.pinTriesLeft === 0) return { answer: sw(0x6983) };
  const separator = data.indexOf(0xff);
  const [old, next] = [data.subarray(0, Math.max(separator, 0)), data.subarray(separator + 1)];
  if (separator < 0 || !isPinLength(old.length) || !isPinLength(next.length)) return { answer: sw(0x6700) };
  if (toHex(old) !== (state.pinValue ?? purse.pin.value)) {
    const pinTriesLeft = state.pinTriesLeft - 1;
    return { answer: sw(0x63c0 | pinTriesLeft), state: { ...state, pinTriesLeft } };
  }
  return done({ ...state, pinValue: toHex(next), pinTriesLeft: pinTries });
}

/** 1.8: two to six bytes. */
function isPinLength(length: number): boolean {
  return length >= 2 && length <= 6;
}

/** 4.3, the other OS (S1): `14 ‖ version ‖ algorithm ‖ error counter ‖ state ‖ key 16 ‖ 80 00 00` under the card's master key; P1: which key. */
function writeKey({ purse }: Administration, { p1: tag }: Parsed, data: Uint8Array, state: ChipState): Administered {
  const master = adminKey(purse, state, 'cardMaster');
  const name = KEY_TAGS.get(tag);
  if (name === undefined) return { answer: sw(0x6a88), state };
  if (master === undefined || data.length !== 24) return { answer: sw(0x6700), state };
  const plain = decrypt(master, data);
  if (plain[0] !== 0x14 || toHex(plain.subarray(21)) !== '800000') return { answer: sw(0x6a80), state };
  return done({ ...state, writtenKeys: { ...state.writtenKeys, [name]: toHex(plain.subarray(5, 21)) } });
}

/** 4.3: tags of the S1 card. It names 04 and 05 as PIN keys, without saying which is which. */
const KEY_TAGS: ReadonlyMap<number, ChipKeyName> = new Map([
  [0x39, 'cardMaster'],
  [0x36, 'maintenance'],
  [0x06, 'purchase'],
  [0x07, 'load'],
  [0x08, 'tac'],
  [0x33, 'block'],
  [0x34, 'unblock'],
  [0x04, 'pinUnblock'],
  [0x05, 'pinReload'],
]);

function done(state: ChipState): Administered {
  return { answer: sw(0x9000), state };
}
