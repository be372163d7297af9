/**
 * The one file of a staff card: an application of its own (ISO 7816-4 8.2.1.2, proprietary name), in it a transparent file of two length bytes and as
 * many ASCII characters. What they say is signed by the operator and judged elsewhere. Pure exchange; used by the sign-in of staff.
 */
import type { CardChannel } from '../../card-reader/card-reader.ts';
import { exchange, isBad, type CommandApdu } from '../apdu.ts';

/** `F0`: proprietary, unregistered; then KIOSKSTAFF. */
export const STAFF_APPLICATION = Uint8Array.of(0xf0, ...[...'KIOSKSTAFF'].map((letter) => letter.charCodeAt(0)));
/** Short identifier of its file. */
export const STAFF_FILE = 1;
/** Characters that are read at most. */
export const LONGEST_STAFF_FILE = 2400;
/** Of one READ BINARY: every chip and reader takes as many. */
const CHUNK = 200;
const OK = 0x9000;

/** @returns its characters; `undefined`: no card of staff's, or not whole. @throws {DeviceError} as `CardChannel.transmit` */
export async function readStaffFile(channel: CardChannel, signal?: AbortSignal): Promise<string | undefined> {
  const selected = await exchange(channel, { cla: 0x00, ins: 0xa4, p1: 0x04, p2: 0x00, data: STAFF_APPLICATION, le: 256 }, signal);
  if (isBad(selected) || selected.statusWord !== OK) return undefined;
  // The first one names the file, which stays the current one (ISO 7816-4 11.2.3); the next ones count from its beginning.
  const head = await read(channel, { cla: 0x00, ins: 0xb0, p1: 0x80 | STAFF_FILE, p2: 0, le: 2 }, signal);
  if (head === undefined) return undefined;
  const length = (head[0] ?? 0) * 256 + (head[1] ?? 0);
  if (length === 0 || length > LONGEST_STAFF_FILE) return undefined;
  let text = '';
  while (text.length < length) {
    const at = 2 + text.length;
    const chunk = await read(channel, { cla: 0x00, ins: 0xb0, p1: at >> 8, p2: at & 0xff, le: Math.min(CHUNK, length - text.length) }, signal);
    if (chunk === undefined) return undefined;
    text += String.fromCharCode(...chunk);
  }
  return text;
}

async function read(channel: CardChannel, command: CommandApdu & { readonly le: number }, signal: AbortSignal | undefined): Promise<Uint8Array | undefined> {
  const answer = await exchange(channel, command, signal);
  return isBad(answer) || answer.statusWord !== OK || answer.data.length !== command.le ? undefined : answer.data;
}
