/**
 * The commands that a contactless PC/SC reader takes for itself (class FF), as bytes and back. Pure. Sources: PC/SC part 3 section
 * 3.2.2, ACR122U application programming interface 4 and 5, by card-readers.md 2.1.
 */

export const CLASS = 0xff;
export const INS = { data: 0xca, loadKey: 0x82, authenticate: 0x86, read: 0xb0, write: 0xd6, value: 0xd7, readValue: 0xb1, reader: 0x00 } as const;

export const STATUS = { done: 0x9000, failed: 0x6300 } as const;

/** Value operations of INS D7; 03 copies and has P3 02. */
const VALUE = { increment: 0x01, decrement: 0x02, copy: 0x03 } as const;

/** Keys are put into the first of the reader's two volatile places. */
const KEY_PLACE = 0x00;
/** Authentication block of PC/SC 2.01: version, block (2), key type, key place. */
const AUTHENTICATION_VERSION = 0x01;
const KEY_TYPE = { A: 0x60, B: 0x61 } as const;
const BLOCK_LENGTH = 0x10;
const VALUE_LENGTH = 0x04;

export function getUid(): Uint8Array {
  return Uint8Array.of(CLASS, INS.data, 0x00, 0x00, 0x00);
}

/** @param key 6 bytes */
export function loadKey(key: Uint8Array): Uint8Array {
  return Uint8Array.of(CLASS, INS.loadKey, 0x00, KEY_PLACE, key.length, ...key);
}

export function authenticate(block: number, type: 'A' | 'B'): Uint8Array {
  return Uint8Array.of(CLASS, INS.authenticate, 0x00, 0x00, 0x05, AUTHENTICATION_VERSION, 0x00, block, KEY_TYPE[type], KEY_PLACE);
}

export function readBlock(block: number): Uint8Array {
  return Uint8Array.of(CLASS, INS.read, 0x00, block, BLOCK_LENGTH);
}

/** @param data 16 bytes */
export function writeBlock(block: number, data: Uint8Array): Uint8Array {
  return Uint8Array.of(CLASS, INS.write, 0x00, block, data.length, ...data);
}

export function readValue(block: number): Uint8Array {
  return Uint8Array.of(CLASS, INS.readValue, 0x00, block, VALUE_LENGTH);
}

/** Also transfers the result to the same block. */
export function changeValue(operation: 'increment' | 'decrement', block: number, amount: number): Uint8Array {
  const value = new DataView(new ArrayBuffer(VALUE_LENGTH));
  value.setInt32(0, amount); // big-endian here, whatever stands on the card
  return Uint8Array.of(CLASS, INS.value, 0x00, block, 1 + VALUE_LENGTH, VALUE[operation], ...new Uint8Array(value.buffer));
}

/** Both in the sector that is open. */
export function copyValue(from: number, to: number): Uint8Array {
  return Uint8Array.of(CLASS, INS.value, 0x00, from, 0x02, VALUE.copy, to);
}

/** ACR122U: green light on and red off, one short beep (LED control P2 0E: final green, both lights changed). */
export function acceptSignal(): Uint8Array {
  return Uint8Array.of(CLASS, INS.reader, 0x40, 0x0e, 0x04, 0x01, 0x00, 0x01, 0x01);
}

export interface Answer {
  readonly data: Uint8Array;
  readonly statusWord: number;
}

/** `undefined`: no status word. */
export function readAnswer(bytes: Uint8Array): Answer | undefined {
  const [high, low] = bytes.subarray(-2);
  if (high === undefined || low === undefined) return undefined;
  return { data: bytes.slice(0, -2), statusWord: (high << 8) | low };
}

/** The number of a value answer; `undefined` when it isn't four bytes. */
export function readValueAnswer(data: Uint8Array): number | undefined {
  return data.length === VALUE_LENGTH ? new DataView(data.buffer, data.byteOffset, data.length).getInt32(0) : undefined;
}
