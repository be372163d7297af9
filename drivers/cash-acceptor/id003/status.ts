/**
 * ID-003 codes → the words that polled acceptors share: states, reject reasons, failure causes. Pure and total. Used by the ID-003 unit.
 * Source: protocols/cash-acceptor.md 3.2.
 */
import { toHex } from '../../../common/hex.ts';
import type { AcceptorReport, RejectReason } from '../polled/report.ts';
import type { StatusMessage } from './codec.ts';

/** Cash box not ready. */
const BOX_NOT_READY = 0xab;

export function reportOf(message: StatusMessage): AcceptorReport {
  if (message.kind === 'vendValid') return { kind: 'creditMessage' };
  if (message.kind === 'escrow') return { kind: 'escrow', noteCode: message.noteCode };
  if (message.kind === 'rejecting') return { kind: 'rejecting', reason: rejectReason(message.reason), deviceCode: hexByte(message.reason) };
  if (message.kind !== 'failure') return { kind: message.kind };
  const { cause } = message;
  return { kind: 'failure', deviceCode: hexByte(cause), words: failureCause(cause), boxMissing: cause === BOX_NOT_READY };
}

const REJECTS: ReadonlyMap<number, RejectReason> = new Map<number, RejectReason>([
  [0x71, 'insertion'], // insertion
  [0x72, 'validation'], // magnetic pattern
  [0x73, 'operation'], // note left in the head
  [0x74, 'validation'], // compensation
  [0x75, 'operation'], // conveying
  [0x76, 'validation'], // denomination
  [0x77, 'validation'], // photo pattern 1
  [0x78, 'validation'], // photo level
  [0x79, 'inhibited'], // denomination or direction inhibited
  [0x7b, 'operation'], // operation
  [0x7c, 'operation'], // note left in the stacker
  [0x7d, 'validation'], // length
  [0x7e, 'validation'], // photo pattern 2
  [0x7f, 'validation'], // true-bill feature
]);

/** Reject reason of `17 d`; an unlisted one is `other`. */
export function rejectReason(code: number): RejectReason {
  return REJECTS.get(code) ?? 'other';
}

const FAILURES: ReadonlyMap<number, string> = new Map([
  [0xa2, 'stack motor'],
  [0xa5, 'feed motor speed'],
  [0xa6, 'feed motor'],
  [0xa8, 'solenoid'],
  [0xa9, 'PB unit'],
  [BOX_NOT_READY, 'cash box not ready'],
  [0xaf, 'head removed'],
  [0xb0, 'boot ROM'],
  [0xb1, 'external ROM'],
  [0xb2, 'RAM'],
  [0xb3, 'ROM write'],
]);

/** Cause of `49 d` in words for the technician. */
export function failureCause(code: number): string {
  return FAILURES.get(code) ?? 'a cause this driver does not know';
}

function hexByte(byte: number): string {
  return toHex(Uint8Array.of(byte));
}
