/** APDUs as a simulated chip takes and gives them; written apart from the driver's, so that a mistake in one is not a mistake in both. */
import { fromHex } from '../../../common/hex.ts';
import type { ChipCommand } from './chip-types.ts';

export interface Parsed {
  readonly cla: number;
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  readonly data: Uint8Array;
  /** As sent: 0 asks for all there is; undefined when not sent. */
  readonly le: number | undefined;
}

export function parse(capdu: Uint8Array): Parsed | undefined {
  const [cla, ins, p1, p2, p3] = capdu;
  if (cla === undefined || ins === undefined || p1 === undefined || p2 === undefined) return undefined;
  const header = { cla, ins, p1, p2 };
  if (p3 === undefined || capdu.length === 5) return { ...header, data: new Uint8Array(0), le: p3 };
  const end = 5 + p3;
  if (capdu.length !== end && capdu.length !== end + 1) return undefined;
  return { ...header, data: capdu.slice(5, end), le: capdu[end] };
}

export const knownClasses: ReadonlySet<number> = new Set([0x00, 0x04, 0x80, 0x84]);

export function commandOf(capdu: Uint8Array): ChipCommand {
  switch (((capdu[0] ?? 0xff) << 8) | (capdu[1] ?? 0xff)) {
    case 0x00a4:
      return 'select';
    case 0x00b0:
      return 'readBinary';
    case 0x00b2:
      return 'readRecord';
    case 0x805c:
      return 'getBalance';
    case 0x0020:
      return 'verify';
    case 0x8050:
      return 'initialize';
    case 0x8052:
      return 'credit';
    case 0x805a:
      return 'prove';
    case 0x00c0:
      return 'getResponse';
    case 0x0084:
      return 'getChallenge';
    case 0x04d6:
      return 'updateBinary';
    case 0x04dc:
      return 'updateRecord';
    case 0x841e:
      return 'blockApplication';
    case 0x8418:
      return 'unblockApplication';
    case 0x8424:
      return 'pinUnblock';
    case 0x805e:
      return 'pinChange';
    case 0x84d4:
      return 'writeKey';
    default:
      return 'other';
  }
}

export function garbled(answer: Uint8Array, how: 'lastByteOnly' | 'withoutData' | 'inverted'): Uint8Array {
  switch (how) {
    case 'lastByteOnly':
      return answer.slice(-1);
    case 'withoutData':
      return answer.slice(-2);
    case 'inverted':
      return answer.map((byte, index) => (index === 0 ? byte ^ 0xff : byte));
  }
}

export function ok(data: string): Uint8Array {
  return fromHex(`${data}9000`);
}

export function sw(statusWord: number): Uint8Array {
  return Uint8Array.of(statusWord >> 8, statusWord & 0xff);
}

/** Values here stay below 128 bytes, so one length byte is enough. */
export function tlv(tag: string, value: string): string {
  return tag + hex(value.length / 2, 1) + value;
}

export function hex(value: number, bytes: number): string {
  return value
    .toString(16)
    .toUpperCase()
    .padStart(bytes * 2, '0');
}

export function number(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}
